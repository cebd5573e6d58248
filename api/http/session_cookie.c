#include "api/http/session_cookie.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "common/base/str.h"

enum { TOKEN_CHARS = SESSION_TOKEN_BYTES - 1 };

struct cookies {
    char *token; /* of the good one */
    int good, bad;
};

/* One `name=value`. */
static void take_pair(struct cookies *c, const char *pair, size_t pair_bytes)
{
    static const char name[] = SESSION_COOKIE "=";
    size_t name_bytes = sizeof name - 1;

    while (pair_bytes > 0 && (pair[pair_bytes - 1] == ' ' || pair[pair_bytes - 1] == '\t')) {
        pair_bytes--;
    }
    if (pair_bytes < name_bytes || memcmp(pair, name, name_bytes) != 0) {
        return;
    }
    const char *value = pair + name_bytes;
    if (pair_bytes - name_bytes != TOKEN_CHARS || strspn(value, "0123456789abcdef") < TOKEN_CHARS) {
        c->bad++;
        return;
    }
    c->good++;
    memcpy(c->token, value, TOKEN_CHARS);
    c->token[TOKEN_CHARS] = '\0';
}

static void take_header(struct cookies *c, const char *at)
{
    while (*at != '\0') {
        at += strspn(at, " \t;");
        size_t length = strcspn(at, ";");
        take_pair(c, at, length);
        at += length;
    }
}

enum session_cookie session_cookie(const struct request *rq, char ret[static SESSION_TOKEN_BYTES])
{
    struct cookies c = { .token = ret };

    for (size_t i = 0; i < rq->header_count; i++) {
        if (strcasecmp(rq->headers[i].name, "Cookie") == 0) {
            take_header(&c, rq->headers[i].value);
        }
    }
    if (c.good + c.bad == 0) {
        return COOKIE_NONE;
    }
    return c.good == 1 && c.bad == 0 ? COOKIE_GOOD : COOKIE_BAD;
}

void session_set_cookie(const struct request *rq, struct reply *re, const char *token,
                        int64_t max_age_s)
{
    reply_header(re,
                 "Set-Cookie: " SESSION_COOKIE "=%s; Path=/; Max-Age=%" PRId64
                 "; HttpOnly; SameSite=Strict%s",
                 token, max_age_s, rq->secure ? "; Secure" : "");
}

bool session_same_origin(const struct request *rq)
{
    const char *site = request_header(rq, "Sec-Fetch-Site");
    const char *origin = request_header(rq, "Origin"), *host = request_header(rq, "Host");

    if (request_header_count(rq, "Sec-Fetch-Site") > 1 || request_header_count(rq, "Origin") > 1 ||
        request_header_count(rq, "Host") > 1) {
        return false;
    }
    if (site != NULL) {
        return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
    }
    if (origin == NULL) {
        return true;
    }
    const char *authority = strstr(origin, "://");
    return authority != NULL && host != NULL && strcasecmp(authority + 3, host) == 0;
}

static int refuse(const struct request *rq, struct reply *re, const char *detail)
{
    reply_problem(re, rq, 403, detail, NULL);
    return 1;
}

int session_check_write(const struct request *rq, const char *token, struct reply *re)
{
    const char *shown = request_header(rq, "X-CSRF-Token");
    char wanted[ID_SHA256_HEX_BYTES];

    if (strcmp(rq->method, "GET") == 0 || strcmp(rq->method, "HEAD") == 0) {
        return 0;
    }
    if (!session_same_origin(rq)) {
        return refuse(rq, re,
                      "With a login, changes are made from the dashboard's own pages only.");
    }
    session_csrf(token, wanted);
    if (shown == NULL || request_header_count(rq, "X-CSRF-Token") != 1 ||
        !str_same_secret(shown, strlen(shown), wanted, strlen(wanted))) {
        return refuse(rq, re,
                      "With a login, a change needs X-CSRF-Token as GET /api/v1/session tells it.");
    }
    return 0;
}
