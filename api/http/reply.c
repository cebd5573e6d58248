#include "api/http/reply.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/json.h"
#include "common/base/log.h"

enum { HEADERS_MAX_BYTES = 4096 };

static const char nothing_loads[] =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    { 200, "OK" },
    { 202, "Accepted" },
    { 204, "No Content" },
    { 304, "Not Modified" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 408, "Request Timeout" },
    { 409, "Conflict" },
    { 411, "Length Required" },
    { 413, "Content Too Large" },
    { 415, "Unsupported Media Type" },
    { 417, "Expectation Failed" },
    { 422, "Unprocessable Content" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" },
    { 502, "Bad Gateway" },
    { 503, "Service Unavailable" },
    { 505, "HTTP Version Not Supported" },
};

const char *reply_reason(int status)
{
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "Error";
}

void reply_init(struct reply *re)
{
    memset(re, 0, sizeof *re);
    str_init(&re->body, REPLY_MAX_BYTES);
    str_init(&re->headers, HEADERS_MAX_BYTES);
}

void reply_done(struct reply *re)
{
    if (re->stream_drop != NULL && re->stream_state != NULL) {
        re->stream_drop(re->stream_state);
    }
    re->stream_state = NULL;
    str_done(&re->body);
    str_done(&re->headers);
}

void reply_json(struct reply *re, int status, const char *json)
{
    re->status = status;
    re->type = "application/json";
    str_clear(&re->body);
    str_add(&re->body, json);
}

int reply_value(struct reply *re, int status, const json_t *value, struct fail *f)
{
    scoped(free_p) char *text = NULL;

    if (value == NULL) {
        return fail_memory(f);
    }
    TRY(json_write(value, &text, f));
    reply_json(re, status, text);
    return 0;
}

void reply_header(struct reply *re, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    str_vaddf(&re->headers, fmt, args);
    va_end(args);
    str_add(&re->headers, "\r\n");
}

void reply_problem(struct reply *re, const struct request *rq, int status, const char *detail,
                   const json_t *errors)
{
    scoped(json_clear_p) json_t *problem =
        json_pack("{s:s, s:s, s:i, s:s, s:s}", "type", "about:blank", "title", reply_reason(status),
                  "status", status, "detail", detail, "request_id", rq->id);
    scoped(free_p) char *text = NULL;

    if (problem != NULL && errors != NULL) {
        json_object_set_new(problem, "errors", json_deep_copy(errors));
    }
    text = problem != NULL ? json_dumps(problem, JSON_COMPACT) : NULL;
    reply_json(re, status, text != NULL ? text : "{\"type\":\"about:blank\"}");
    re->type = "application/problem+json";
    re->csp = NULL;
    re->cache = NULL;
    re->bytes = NULL;
    re->stream = NULL;
}

int reply_write(struct reply_sink *out, const void *bytes, size_t size_bytes, struct fail *f)
{
    return out->write(out, bytes, size_bytes, f);
}

/* A text with an SQLSTATE tells of tables and columns: not the client's business. */
static bool is_inner(const struct fail *f)
{
    return strlen(f->code) == 5 && strspn(f->code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5;
}

/* A refusal of Postgres or Redis is our trouble; the client's own is settled before a handler runs. */
static int status_of(const struct fail *f)
{
    return f->kind == FAIL_DENIED ? 500 : fail_rule(f->kind)->http_status;
}

const char *reply_told(const struct fail *f, int *ret_status)
{
    *ret_status = status_of(f);
    if (*ret_status == 503) {
        return "This cannot be answered just now; try again later.";
    }
    if (*ret_status >= 500) {
        return "Something went wrong; the log has it by the request id.";
    }
    return is_inner(f) ? "The database refuses this value." : f->text;
}

void reply_fail(struct reply *re, const struct request *rq, const struct fail *f)
{
    int status;
    const char *told = reply_told(f, &status);

    if (status >= 500) {
        log_error("http.failed", kv_str("request_id", rq->id), kv_str("path", rq->path),
                  kv_fail(f));
    }
    reply_problem(re, rq, status, told, NULL);
    if (status == 503 || status == 429) {
        int64_t wait_s = (f->retry_after_ms + 999) / 1000;
        reply_header(re, "Retry-After: %" PRId64, wait_s > 0 ? wait_s : 1);
    }
}

static void add_date(struct str *out)
{
    char text[40];
    struct tm tm;
    time_t now = time(NULL);

    if (gmtime_r(&now, &tm) != NULL &&
        strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0) {
        str_addf(out, "Date: %s\r\n", text);
    }
}

/* How the body comes, and whether a next request may. */
static void add_framing(const struct reply *re, const struct reply_frame *frame, struct str *out)
{
    if (frame->streamed) {
        str_add(out, "Transfer-Encoding: chunked\r\n");
    } else if (re->stream == NULL && re->status != 304 && re->status != 204) {
        str_addf(out, "Content-Length: %zu\r\n", frame->length);
    }
    if (frame->keep) {
        str_addf(out, "Connection: keep-alive\r\nKeep-Alive: timeout=%d\r\n", REPLY_IDLE_S);
    } else {
        str_add(out, "Connection: close\r\n");
    }
}

static void add_optional(const struct reply_frame *frame, struct str *out)
{
    if (frame->etag != NULL) {
        str_addf(out, "ETag: %s\r\n", frame->etag);
    }
    if (frame->encoding != NULL) {
        str_addf(out, "Content-Encoding: %s\r\n", frame->encoding);
    }
    if (frame->varies) {
        str_add(out, "Vary: Accept-Encoding\r\n");
    }
    if (frame->secure) {
        str_add(out, "Strict-Transport-Security: max-age=31536000\r\n");
    }
}

void reply_head(const struct reply *re, const struct request *rq, const struct reply_frame *frame,
                struct str *out)
{
    str_addf(out, "HTTP/1.1 %d %s\r\n", re->status, reply_reason(re->status));
    add_date(out);
    if (re->type != NULL && re->status != 304) {
        str_addf(out, "Content-Type: %s\r\n", re->type);
    }
    add_framing(re, frame, out);
    str_addf(out, "X-Request-Id: %s\r\n", rq->id);
    str_addf(out, "Content-Security-Policy: %s\r\n", re->csp != NULL ? re->csp : nothing_loads);
    str_addf(out, "Cache-Control: %s\r\n", re->cache != NULL ? re->cache : "no-store");
    str_add(out, "X-Content-Type-Options: nosniff\r\n"
                 "X-Frame-Options: DENY\r\n"
                 "Referrer-Policy: no-referrer\r\n"
                 "Cross-Origin-Resource-Policy: same-origin\r\n");
    add_optional(frame, out);
    str_add_bytes(out, re->headers.data, re->headers.len);
    str_add(out, "\r\n");
}
