#include "common/http/http_priv.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "common/base/clock.h"

enum { MOST_WAIT_S = 86400 };

int64_t http_retry_after_ms(const char *value, int64_t now_us)
{
    double seconds = 0;
    time_t until = 0;
    struct fail unused;

    if (str_to_double(value, 0, 1e9, "Retry-After", &seconds, &unused) < 0) {
        until = curl_getdate(value, NULL);
        seconds = until > 0 ? (double)until - (double)now_us / 1e6 : 0;
    }
    if (seconds <= 0) {
        return 0;
    }
    return seconds < MOST_WAIT_S ? (int64_t)(seconds * 1000) : (int64_t)MOST_WAIT_S * 1000;
}

/* Does the line carry this header?  Then its value, without the spaces around it, is put into text. */
static bool header_value(const char *line, size_t size, const char *name, char *text,
                         size_t text_bytes)
{
    size_t name_size = strlen(name);
    char value[256];
    char *start = value;

    if (size <= name_size || strncasecmp(line, name, name_size) != 0 || line[name_size] != ':') {
        return false;
    }
    size -= name_size + 1;
    size = size < sizeof value ? size : sizeof value - 1;
    memcpy(value, line + name_size + 1, size);
    while (size > 0 && strchr(" \t\r\n", value[size - 1]) != NULL) {
        size--;
    }
    value[size] = '\0';
    start += strspn(value, " \t");
    (void)str_fit(text, text_bytes,
                  start); /* these headers serve logs and advice: a cut one is good enough */
    return true;
}

/* An interim answer (100 Continue) comes before the real one: what it said does not count. */
static void forget(struct http_response *r)
{
    str_clear(&r->body);
    r->retry_after_ms = 0;
    r->content_type[0] = '\0';
    r->request_id[0] = '\0';
    r->served_version[0] = '\0';
}

size_t http_take_header(char *line, size_t one, size_t size, void *user)
{
    struct http_response *r = user;
    char retry_after[64];

    (void)one; /* always 1 */
    if (size >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        forget(r);
    } else if (header_value(line, size, "Retry-After", retry_after, sizeof retry_after)) {
        r->retry_after_ms = http_retry_after_ms(retry_after, clock_now_us());
    } else if (!header_value(line, size, "Content-Type", r->content_type, sizeof r->content_type) &&
               !header_value(line, size, "X-Request-Id", r->request_id, sizeof r->request_id) &&
               !header_value(line, size, "Request-Id", r->request_id, sizeof r->request_id)) {
        (void)header_value(line, size, "X-Shopify-API-Version", r->served_version,
                           sizeof r->served_version); /* any other header is of no interest */
    }
    return size;
}

size_t http_take_body(char *bytes, size_t one, size_t size, void *user)
{
    struct http_response *r = user;

    (void)one; /* always 1 */
    str_add_bytes(&r->body, bytes, size);
    return r->body.failed ? 0 : size; /* 0 ends the transfer */
}

void http_response_init(struct http_response *r)
{
    *r = (struct http_response){ 0 };
    str_init(&r->body, 0);
}

void http_response_done(struct http_response *r)
{
    str_done(&r->body);
}
