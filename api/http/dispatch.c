#include "api/http/dispatch.h"

#include <string.h>
#include <strings.h>

#include "api/http/auth.h"
#include "api/http/cors.h"
#include "api/http/fields.h"
#include "api/http/idempotency.h"
#include "api/http/router.h"
#include "common/base/json.h"

/* Steps return 0 to go on, 1 when *re is the answer, -1 failed. */

static int find_route(struct request *rq, struct reply *re, struct route_match *match)
{
    char allow[ROUTER_ALLOW_BYTES];

    switch (router_find(routes, route_count, rq->method, rq->path, match)) {
    case ROUTER_FOUND:
        rq->route = match->route;
        return 0;
    case ROUTER_NO_PATH:
        reply_problem(re, rq, 404, "There is nothing at this path.", NULL);
        return 1;
    case ROUTER_NO_METHOD:
        break;
    }
    router_allow(routes, route_count, rq->path, allow);
    if (cors_is_preflight(rq)) {
        cors_preflight(rq, re, allow);
        return 1;
    }
    reply_problem(re, rq, 405, "This path does not take this method.", NULL);
    reply_header(re, "Allow: %s", allow);
    return 1;
}

/* Pages and probes are nobody else's business. */
static bool is_api(const struct route *route)
{
    return strncmp(route->path, "/api/", 5) == 0;
}

static bool takes_body(const struct route *route)
{
    return strcmp(route->method, "POST") == 0 || strcmp(route->method, "PUT") == 0;
}

/* "application/json", also with a charset of UTF-8. */
static bool is_json_type(const char *type)
{
    static const char json[] = "application/json";
    if (type == NULL || strncasecmp(type, json, sizeof json - 1) != 0) {
        return false;
    }
    type += sizeof json - 1;
    type += strspn(type, " ");
    if (*type == ';') {
        type += 1 + strspn(type + 1, " ");
        return strcasecmp(type, "charset=utf-8") == 0 || strcasecmp(type, "charset=\"utf-8\"") == 0;
    }
    return *type == '\0';
}

/* What the headers say about the body, before a byte of it is read. */
static int check_body(const struct request *rq, struct reply *re)
{
    const char *encoding = request_header(rq, "Content-Encoding");
    int64_t limit = rq->route->raw_bytes > 0 ? (int64_t)rq->route->raw_bytes : ROUTE_BODY_BYTES;
    int status = 0;
    const char *detail = "";

    if (rq->expected_bytes > 0 && !takes_body(rq->route)) {
        status = 400, detail = "This method takes no body here.";
    } else if (rq->expected_bytes > limit) {
        status = 413, detail = "The body is too large.";
    } else if (encoding != NULL && strcasecmp(encoding, "identity") != 0) {
        status = 415, detail = "The body must not be encoded.";
    } else if (rq->expected_bytes > 0 && rq->route->raw_bytes == 0 &&
               !is_json_type(request_header(rq, "Content-Type"))) {
        status = 415, detail = "The body must be application/json.";
    }
    if (status != 0) {
        reply_problem(re, rq, status, detail, NULL);
        return 1;
    }
    return 0;
}

static int check_head(struct request *rq, struct reply *re)
{
    return rq->route->check_head != NULL ? rq->route->check_head(rq, re) : 0;
}

static int read_body(struct request *rq, struct reply *re, struct fail *f)
{
    if (rq->expected_bytes <= 0) {
        return 0;
    }
    size_t size = (size_t)rq->expected_bytes;
    rq->body = malloc(size + 1);
    if (rq->body == NULL) {
        return fail_memory(f);
    }
    int got = rq->read(rq, rq->body, size);
    if (got > 0) {
        reply_problem(re, rq, 503, "Too many bodies are being read at once.", NULL);
        reply_header(re, "Retry-After: 1");
        return 1;
    }
    if (got < 0) {
        reply_problem(re, rq, 408, "The body did not arrive in time.", NULL);
        return 1;
    }
    rq->body[size] = '\0';
    rq->body_bytes = size;
    return 0;
}

static int check_fields(struct request *rq, const struct route_match *match, struct reply *re,
                        struct fail *f)
{
    scoped(json_clear_p) json_t *errors = json_array();
    if (errors == NULL) {
        return fail_memory(f);
    }
    int taken = fields_take(rq, match, errors, f);
    if (taken == 1) {
        reply_problem(re, rq, 400, "Some fields are not as they must be.", errors);
    }
    return taken;
}

static int answer(struct request *rq, struct reply *re, struct fail *f)
{
    struct route_match match;
    int step = find_route(rq, re, &match);

    if (step == 0 && is_api(rq->route)) {
        cors_add_headers(rq, re);
    }
    step = step == 0 ? auth_check(rq, re, f) : step;
    step = step == 0 ? check_body(rq, re) : step;
    step = step == 0 ? check_head(rq, re) : step;
    step = step == 0 ? read_body(rq, re, f) : step;
    step = step == 0 ? check_fields(rq, &match, re, f) : step;
    if (step == 0) {
        idempotency_run(rq, re);
    }
    return step < 0 ? -1 : 0;
}

void dispatch(struct request *rq, struct reply *re)
{
    struct fail f = { 0 };

    if (answer(rq, re, &f) < 0) {
        reply_fail(re, rq, &f);
    }
}
