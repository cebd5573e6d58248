#include "api/http/static.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "api/http/accepts.h"
#include "api/http/router.h"
#include "api/http/static_files.h"
#include "api/http/text.h"

static const char dashboard_csp[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";
static const char for_a_year[] = "public, max-age=31536000, immutable";
static const char no_dashboard[] =
    "The dashboard is not built.\n\n"
    "Build it:  cd api/dashboard && npm ci && npm run build\n"
    "and name the folder:  DROPSHIP_DASHBOARD_DIR=.../api/dashboard/dist\n"
    "(deploy/up does both).  The API answers meanwhile: /openapi.yaml.\n";

static const struct {
    const char *end, *type;
} types[] = {
    { ".html", "text/html; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".svg", "image/svg+xml" },
    { ".png", "image/png" },
    { ".ico", "image/x-icon" },
    { ".webp", "image/webp" },
    { ".woff2", "font/woff2" },
    { ".json", "application/json" },
    { ".webmanifest", "application/manifest+json" },
    { ".txt", "text/plain; charset=utf-8" },
};

static const char *type_of(const char *path)
{
    const char *end = strrchr(path, '.');
    for (size_t i = 0; end != NULL && i < COUNT_OF(types); i++) {
        if (strcmp(types[i].end, end) == 0) {
            return types[i].type;
        }
    }
    return "application/octet-stream";
}

/* The folder of the running program, then `below`. */
static void beside_program(const char *below, char path[static PATH_MAX])
{
    char program[PATH_MAX / 2];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);

    program[size > 0 ? size : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
    snprintf(path, PATH_MAX, "%s/%s", program, below);
}

static void close_p(struct static_files **files)
{
    static_close(*files);
}

int static_open(const char *folder, struct static_files **ret, struct fail *f)
{
    static const char *const usual[] = { "dashboard", "../share/dropship/dashboard" };
    scoped(close_p) struct static_files *files = calloc(1, sizeof *files);
    char path[PATH_MAX];

    if (files == NULL) {
        return fail_memory(f);
    }
    if (folder != NULL) {
        TRY(static_read(folder, files, f));
    }
    for (size_t i = 0; folder == NULL && i < COUNT_OF(usual) && files->count == 0; i++) {
        beside_program(usual[i], path);
        TRY(static_read(path, files, f));
    }
    files->index = static_find(files, "/index.html");
    *ret = take_ptr(files);
    return 0;
}

void static_close(struct static_files *files)
{
    if (files == NULL) {
        return;
    }
    for (size_t i = 0; i < files->count; i++) {
        for (unsigned form = 0; form < STATIC_FORMS; form++) {
            free(files->list[i].forms[form].bytes);
        }
    }
    free(files->list);
    free(files);
}

size_t static_count(const struct static_files *files)
{
    return files->index != NULL ? files->count : 0;
}

/* "/orders", "/orders/1042": words that a page of the dashboard can be called by.  Whatever the API could mean is not, in
 * whatever case it is written. */
static bool may_be_page(const char *path)
{
    static const char *const ours[] = { "/api",     "/webhooks", "/metrics",
                                        "/healthz", "/readyz",   "/assets" };
    struct route_match unused;
    size_t segments = 0;

    for (const char *at = path; *at != '\0'; at++) {
        segments += *at == '/';
        if (*at == '/' && (at[1] == '/' || at[1] == '\0' || at[1] == '.') && path[1] != '\0') {
            return false;
        }
    }
    for (size_t i = 0; i < COUNT_OF(ours); i++) {
        size_t size = strlen(ours[i]);
        if (strncasecmp(path, ours[i], size) == 0 && (path[size] == '\0' || path[size] == '/')) {
            return false;
        }
    }
    return segments <= 4 && strlen(path) < STATIC_PATH_BYTES &&
           text_has_only(path, "a-z0-9/_:A-Z-") &&
           router_find(routes, route_count, "GET", path, &unused) == ROUTER_NO_PATH;
}

static enum static_form best_form(const struct static_file *file, const struct request *rq)
{
    const char *accepts = request_header(rq, "Accept-Encoding");

    if (file->forms[STATIC_BR].bytes != NULL && accepts_encoding(accepts, "br")) {
        return STATIC_BR;
    }
    return file->forms[STATIC_GZ].bytes != NULL && accepts_encoding(accepts, "gzip") ? STATIC_GZ
                                                                                     : STATIC_PLAIN;
}

static void give(const struct static_file *file, const struct request *rq, struct reply *re)
{
    static const char *const codings[STATIC_FORMS] = { [STATIC_BR] = "br", [STATIC_GZ] = "gzip" };
    enum static_form form = best_form(file, rq);

    re->status = 200;
    re->type = type_of(file->path);
    re->csp = dashboard_csp;
    re->cache = strncmp(file->path, "/assets/", 8) == 0 ? for_a_year : "no-cache";
    re->etag = file->etag;
    re->bytes = file->forms[form].bytes;
    re->bytes_count = file->forms[form].count;
    if (file->forms[STATIC_BR].bytes != NULL || file->forms[STATIC_GZ].bytes != NULL) {
        reply_header(re, "Vary: Accept-Encoding");
    }
    if (codings[form] != NULL) {
        reply_header(re, "Content-Encoding: %s", codings[form]);
    }
}

bool static_answer(const struct static_files *files, const struct request *rq, struct reply *re)
{
    bool reads = strcmp(rq->method, "GET") == 0 || strcmp(rq->method, "HEAD") == 0;

    if (files == NULL || !reads || rq->expected_bytes > 0) {
        return false;
    }
    if (files->index == NULL) {
        if (strcmp(rq->path, "/") == 0) {
            re->status = 200;
            re->type = "text/plain; charset=utf-8";
            str_add(&re->body, no_dashboard);
        }
        return re->status != 0;
    }
    const struct static_file *file = static_find(files, rq->path);
    if (file == NULL && (strcmp(rq->path, "/") == 0 || may_be_page(rq->path))) {
        file = files->index;
    }
    if (file != NULL) {
        give(file, rq, re);
    }
    return file != NULL;
}
