#include "api/http/openapi_answers.h"

#include <ctype.h>
#include <string.h>

bool openapi_is_read(const struct route *route)
{
    return strcmp(route->method, "GET") == 0;
}

bool openapi_has_field(const struct route *route, enum field_place place)
{
    size_t count = route_fields(route);

    for (size_t i = 0; i < count; i++) {
        if (route->fields[i].place == place) {
            return true;
        }
    }
    return false;
}

static bool is_json_answer(const struct route *route)
{
    return route->answer != NULL && strchr(route->answer, '/') == NULL;
}

bool openapi_has_etag(const struct route *route)
{
    return openapi_is_read(route) && route->access != ACCESS_OPEN && is_json_answer(route);
}

static void add_media(struct str *out, const char *part, size_t length)
{
    bool media = memchr(part, '/', length) != NULL;

    str_add(out, "            ");
    if (media) {
        str_add_bytes(out, part, length);
        str_add(out, ":\n              schema: { type: string }\n");
        return;
    }
    str_add(out, "application/json:\n              schema: { $ref: \"#/components/schemas/");
    str_add_bytes(out, part, length);
    str_add(out, "\" }\n");
}

static bool has_key(const struct route *route)
{
    return route->access != ACCESS_OPEN;
}

static bool is_write(const struct route *route)
{
    return has_key(route) && !openapi_is_read(route);
}

static bool is_any(const struct route *route)
{
    (void)route;
    return true;
}

/* Headers of an answer that is no refusal. */
static const struct {
    const char *name, *component;
    bool (*fits)(const struct route *route);
} headers[] = {
    { "X-Request-Id", "RequestId", is_any },
    { "ETag", "ETag", openapi_has_etag },
    { "Idempotency-Replayed", "Replayed", is_write },
    { "RateLimit", "RateLimit", has_key },
    { "RateLimit-Policy", "RateLimitPolicy", has_key },
};

/* One status with the same content. */
static void add_answer(struct str *out, const struct route *route, const char *status,
                       const char *parts)
{
    str_addf(out, "        \"%.3s\":\n          description: %s\n          headers:\n", status,
             status[0] == '2' ? "Done" : "Not now");
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        if (headers[i].fits(route)) {
            str_addf(out, "            %s: { $ref: \"#/components/headers/%s\" }\n",
                     headers[i].name, headers[i].component);
        }
    }
    str_add(out, *parts != '\0' ? "          content:\n" : "");
    while (*parts != '\0') {
        size_t length = strcspn(parts, "|");
        add_media(out, parts, length);
        parts += length + (parts[length] == '|');
    }
}

/* "200,503 Readiness" */
static void add_answers(struct str *out, const struct route *route)
{
    const char *said = route->answer != NULL ? route->answer : "";
    const char *statuses = isdigit((unsigned char)said[0]) ? said : "200";
    const char *parts = statuses == said ? strchr(said, ' ') : said;

    parts = parts == NULL ? "" : parts + (*parts == ' ');
    for (; isdigit((unsigned char)*statuses); statuses += 3 + (statuses[3] == ',')) {
        add_answer(out, route, statuses, parts);
    }
}

static bool may_be_unknown(const struct route *route)
{
    return openapi_has_field(route, FIELD_IN_PATH);
}

/* Refusals that belong to some kinds of routes; the last holds for what is left. */
static const struct {
    const char *status, *response;
    bool (*fits)(const struct route *route);
} refusals[] = {
    { "\"304\"", "Unchanged", openapi_has_etag },
    { "\"400\"", "BadRequest", is_any },
    { "\"401\"", "Unauthorized", has_key },
    { "\"403\"", "Forbidden", is_write },
    { "\"404\"", "NotFound", may_be_unknown },
    { "\"409\"", "Conflict", is_write },
    { "\"422\"", "Unprocessable", is_write },
    { "\"429\"", "TooMany", has_key },
    { "default", "Problem", is_any },
};

static void add_refusals(struct str *out, const struct route *route)
{
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        if (refusals[i].fits(route)) {
            str_addf(out, "        %s: { $ref: \"#/components/responses/%s\" }\n",
                     refusals[i].status, refusals[i].response);
        }
    }
}

void openapi_answers(struct str *out, const struct route *route)
{
    add_answers(out, route);
    add_refusals(out, route);
}
