/* HTTP client over libcurl: one request with a deadline, a response size limit, connection reuse, no redirects, TLS verified.
 * The kind tells what is known about a request without an answer: FAIL_LATER = surely not sent (name, connect, TLS);
 * FAIL_UNKNOWN = sent, or perhaps sent, and no whole answer came (time-out, reset, cut body, too large).
 * Any answer with a status, 4xx and 5xx too, is success here: the provider's client judges it.
 * libcurl is started by the first http_open; from then on the process ignores SIGPIPE, which TLS libraries may cause.
 * Threads: a struct http belongs to one thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/str.h"

struct http;

#define HTTP_DEADLINE "DEADLINE" /* code of a request that there was no time for */

struct http_request {
    const char *method; /* "GET", "POST", "PATCH", "DELETE" */
    const char *url;
    const char *const *headers; /* "Name: value" lines ended by NULL; may be NULL.  Never logged. */
    const char *body;           /* NULL = none */
    size_t body_bytes;
    int64_t connect_ms; /* 0 = 10000 */
    int64_t timeout_ms; /* whole request; 0 = 30000 */
    size_t max_bytes;   /* response body limit; 0 = 8 MiB */
    /* For URLs that come from outside: connect only to addresses of the public internet, whatever the name stands for, with no
     * proxy and over a connection of its own.  Another address is FAIL_DENIED, code "PRIVATE_ADDRESS"; nothing was sent. */
    bool public_only;
};

struct http_response {
    int status;
    struct str body;
    int64_t retry_after_ms; /* from Retry-After (seconds or date); 0 = none */
    char content_type[80];
    char request_id[80];     /* X-Request-Id or Request-Id, "" when none */
    char served_version[32]; /* X-Shopify-API-Version, "" when none */
    int64_t spent_ms;
};

/* Make a handle; no network.  It keeps connections open for further requests.  *ret is the caller's (http_close). */
must_check int http_open(struct http **ret, struct fail *f);
/* Close its connections and free the handle; accepts NULL. */
void http_close(struct http *h);
static inline void http_close_p(struct http **h)
{
    http_close(*h);
}

/* No request lasts beyond this moment of the monotonic clock, whatever its own timeout; one that could not have a second is not
 * sent (FAIL_LATER, code HTTP_DEADLINE, which says nothing about the other side).  0 = no such moment.  Set by what runs a unit of work, for all the calls made in it. */
void http_set_deadline(struct http *h, int64_t mono_ms);
/* Milliseconds until then, below 0 when it has passed; INT64_MAX without such a moment, or without a handle (h NULL).  What would
 * sleep longer before its next request had better give up at once. */
int64_t http_left_ms(const struct http *h);

/* Fill *ret, which the caller prepared with http_response_init and releases with http_response_done. */
must_check int http_call(struct http *h, const struct http_request *req, struct http_response *ret,
                         struct fail *f);
/* An empty answer in the caller's memory. */
void http_response_init(struct http_response *r);
/* Release body and headers; empty and usable again afterwards. */
void http_response_done(struct http_response *r);
