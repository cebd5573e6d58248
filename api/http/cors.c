#include "api/http/cors.h"

#include <string.h>

#include "api/http/auth_policy.h"

/* A browser asks again after so long; a change of the setting is seen by then. */
#define MAX_AGE_S "600"

bool cors_is_listed(const char *list, const char *origin)
{
    size_t length = strlen(origin);

    while (*list != '\0') {
        list += strspn(list, ", ");
        size_t item = strcspn(list, ", ");
        if (item == length && length > 0 && strncmp(list, origin, length) == 0 &&
            strcmp(origin, "*") != 0 && strcmp(origin, "null") != 0) {
            return true;
        }
        list += item;
    }
    return false;
}

/* The request's origin, when it is listed; NULL = it has none, or another. */
static const char *listed_origin(struct request *rq)
{
    const char *origin = request_header(rq, "Origin");
    struct policy policy;

    if (origin == NULL || request_header_count(rq, "Origin") != 1) {
        return NULL;
    }
    policy_now(rq, &policy);
    return cors_is_listed(policy.origins, origin) ? origin : NULL;
}

bool cors_is_preflight(const struct request *rq)
{
    return strcmp(rq->method, "OPTIONS") == 0 && request_header(rq, "Origin") != NULL &&
           request_header(rq, "Access-Control-Request-Method") != NULL;
}

/* The origin equals one of a setting of ours, so it may stand in a header. */
static void allow_origin(struct reply *re, const char *origin)
{
    reply_header(re, "Access-Control-Allow-Origin: %s", origin);
}

void cors_preflight(struct request *rq, struct reply *re, const char *allow)
{
    const char *origin = listed_origin(rq);

    if (origin == NULL) {
        reply_problem(re, rq, 403, "Pages of this origin may not call the API.", NULL);
        reply_header(re, "Vary: Origin");
        return;
    }
    reply_json(re, 204, "");
    allow_origin(re, origin);
    reply_header(re, "Access-Control-Allow-Methods: %s", allow);
    reply_header(re, "Access-Control-Allow-Headers: Authorization, Content-Type, Idempotency-Key, "
                     "If-None-Match");
    reply_header(re, "Access-Control-Max-Age: " MAX_AGE_S);
    reply_header(re, "Vary: Origin, Access-Control-Request-Method");
}

void cors_add_headers(struct request *rq, struct reply *re)
{
    const char *origin = listed_origin(rq);

    reply_header(re, "Vary: Origin");
    if (origin != NULL) {
        allow_origin(re, origin);
        reply_header(re,
                     "Access-Control-Expose-Headers: X-Request-Id, RateLimit, RateLimit-Policy, "
                     "Retry-After, Idempotency-Replayed, ETag");
    }
}
