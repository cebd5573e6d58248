/* The document is made anew for each request: it is some 200 KB, and rarely asked for. */
#include "api/http/openapi.h"

#include <ctype.h>
#include <string.h>

#include "api/http/openapi_answers.h"
#include "api/http/openapi_schema.h"
#include "api/http/openapi_tags.h"
#include "api/http/reply.h"
#include "api/http/resources.h"
#include "api/openapi.h"

#define V1 "/api/v1/"

/* Schemas of answers, by resource.  To add a file: list it in CMakeLists.txt, and a line here. */
static const struct embedded *const schemas[] = {
    &api_openapi_common,    &api_openapi_program, &api_openapi_sessions, &api_openapi_settings,
    &api_openapi_ops,       &api_openapi_orders,  &api_openapi_products, &api_openapi_pricing,
    &api_openapi_analytics, &api_openapi_jobs,    &api_openapi_trade,
};

/* Headers that a webhook's sender signs with; without them a delivery is refused. */
static const struct {
    const char *path, *header, *help;
} signatures[] = {
    { "/webhooks/shopify", "X-Shopify-Hmac-Sha256", "Base64 of the HMAC-SHA256 of the body" },
    { "/webhooks/cj", "sign", "Base64 of the HMAC-SHA256 of the body by the account's openId" },
    { "/webhooks/shopify", "X-Shopify-Topic", "What happened" },
    { "/webhooks/shopify", "X-Shopify-Shop-Domain", "The shop" },
    { "/webhooks/shopify", "X-Shopify-Webhook-Id", "Names the delivery" },
};

static void add_lower(struct str *out, const char *text)
{
    for (; *text != '\0'; text++) {
        str_add_char(out, (char)tolower((unsigned char)*text));
    }
}

/* A text of lines, each moved right by four. */
static void add_indented(struct str *out, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");

        if (length > 0 && text[0] != '#') {
            str_add(out, "    ");
            str_add_bytes(out, text, length);
            str_add_char(out, '\n');
        }
        text += length + (text[length] == '\n');
    }
}

/* ---- what is sent ---- */

static void add_header_parameter(struct str *out, const char *name, const char *help)
{
    str_addf(out, "        - name: %s\n          in: header\n          required: true\n", name);
    str_add(out, "          description: ");
    openapi_quote(out, help);
    str_add(out, "\n          schema: { type: string, minLength: 1 }\n");
}

static void add_field_parameter(struct str *out, const struct field *field)
{
    bool in_path = field->place == FIELD_IN_PATH;

    str_addf(out, "        - name: %s\n          in: %s\n          required: %s\n", field->name,
             in_path ? "path" : "query", in_path || field->required ? "true" : "false");
    str_add(out, "          description: ");
    openapi_quote(out, field->help);
    str_add(out, "\n          schema: ");
    openapi_field(out, field);
    str_add_char(out, '\n');
}

static void add_shared_parameters(struct str *out, const struct route *route)
{
    if (!openapi_is_read(route) && route->access != ACCESS_OPEN) {
        str_add(out, "        - $ref: \"#/components/parameters/IdempotencyKey\"\n");
    }
    if (openapi_has_etag(route)) {
        str_add(out, "        - $ref: \"#/components/parameters/IfNoneMatch\"\n");
    }
}

static void add_parameters(struct str *out, const struct route *route)
{
    size_t start, count = route_fields(route);

    str_add(out, "      parameters:\n");
    start = out->len;
    for (size_t i = 0; i < count; i++) {
        if (route->fields[i].place != FIELD_IN_BODY) {
            add_field_parameter(out, &route->fields[i]);
        }
    }
    for (size_t i = 0; i < COUNT_OF(signatures); i++) {
        if (strcmp(signatures[i].path, route->path) == 0) {
            add_header_parameter(out, signatures[i].header, signatures[i].help);
        }
    }
    add_shared_parameters(out, route);
    if (out->len == start) {
        str_add(out, "        []\n");
    }
}

/* The names of required fields of the body; "" = the body may be left out. */
static bool add_required(struct str *out, const struct route *route)
{
    bool any = false;
    size_t count = route_fields(route);

    for (size_t i = 0; i < count; i++) {
        if (route->fields[i].place == FIELD_IN_BODY && route->fields[i].required) {
            str_addf(out, "%s%s", any ? ", " : "", route->fields[i].name);
            any = true;
        }
    }
    return any;
}

static void add_body(struct str *out, const struct route *route)
{
    scoped(str_done) struct str required;
    size_t count = route_fields(route);

    str_init(&required, 1024);
    bool must = add_required(&required, route);
    str_addf(out,
             "      requestBody:\n        required: %s\n        content:\n"
             "          application/json:\n            schema:\n              type: object\n"
             "              additionalProperties: false\n",
             must ? "true" : "false");
    if (must) {
        str_addf(out, "              required: [%s]\n", required.data);
    }
    str_add(out, "              properties:\n");
    for (size_t i = 0; i < count; i++) {
        if (route->fields[i].place == FIELD_IN_BODY) {
            str_addf(out,
                     "                %s:\n                  description: ", route->fields[i].name);
            openapi_quote(out, route->fields[i].help);
            str_add(out, "\n                  allOf: [");
            openapi_field(out, &route->fields[i]);
            str_add(out, "]\n");
        }
    }
}

static void add_raw_body(struct str *out, const struct route *route)
{
    str_addf(out,
             "      requestBody:\n        required: true\n"
             "        description: As its sender signed it, up to %zu bytes\n"
             "        content:\n          application/json:\n            schema: {}\n",
             route->raw_bytes);
}

/* ---- a route ---- */

/* "getOrdersId": unique, since method and path are. */
static void add_operation_id(struct str *out, const struct route *route)
{
    const char *path = route->path;
    bool upper = true, any = false;

    path += strncmp(path, V1, sizeof V1 - 1) == 0 ? sizeof V1 - 1 : 0;
    add_lower(out, route->method);
    for (; *path != '\0'; path++) {
        if (!isalnum((unsigned char)*path)) {
            upper = true;
            continue;
        }
        str_add_char(out, upper ? (char)toupper((unsigned char)*path) : *path);
        upper = false;
        any = true;
    }
    str_add(out, any ? "" : "Root");
}

static void add_security(struct str *out, const struct route *route)
{
    static const char *const scopes[] = {
        [ACCESS_READ] = "read", [ACCESS_OPERATE] = "operate", [ACCESS_ADMIN] = "admin"
    };

    if (route->access == ACCESS_OPEN) {
        str_add(out, "      security: []\n");
        return;
    }
    const char *scope = scopes[route->access];
    str_addf(out, "      security: [{ key: [%s] }, { session: [%s]", scope, scope);
    if (!openapi_is_read(route)) {
        str_addf(out, ", csrf: [%s]", scope);
    }
    str_add(out, " }]\n");
}

static void add_operation(struct str *out, const struct route *route)
{
    const char *tag;
    size_t length = openapi_tag(route, &tag);

    str_add(out, "    ");
    add_lower(out, route->method);
    str_add(out, ":\n      operationId: ");
    add_operation_id(out, route);
    str_add(out, "\n      tags: [");
    str_add_bytes(out, tag, length);
    str_add(out, "]\n      summary: ");
    openapi_quote(out, route->help);
    str_add(out, "\n      description: ");
    openapi_quote(out, route->help);
    str_add_char(out, '\n');
    add_security(out, route);
    add_parameters(out, route);
    if (route->raw_bytes > 0) {
        add_raw_body(out, route);
    } else if (openapi_has_field(route, FIELD_IN_BODY)) {
        add_body(out, route);
    }
    str_add(out, "      responses:\n");
    openapi_answers(out, route);
}

/* ---- the document ---- */

static bool path_seen(const struct route *table, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(table[i].path, table[index].path) == 0) {
            return true;
        }
    }
    return false;
}

static void add_paths(struct str *out, const struct route *table, size_t count)
{
    str_add(out, "paths:\n");
    for (size_t i = 0; i < count; i++) {
        if (path_seen(table, i)) {
            continue;
        }
        str_add(out, "  ");
        openapi_quote(out, table[i].path);
        str_add(out, ":\n");
        for (size_t j = i; j < count; j++) {
            if (strcmp(table[j].path, table[i].path) == 0) {
                add_operation(out, &table[j]);
            }
        }
    }
}

void openapi_write(const struct route *table, size_t count, struct str *out)
{
    str_add(out, "openapi: 3.1.0\n"
                 "info:\n"
                 "  title: dropship\n"
                 "  version: \"" DROPSHIP_VERSION "\"\n"
                 "  description: Errors are problem documents (RFC 9457). Writes may be repeated;"
                 " said twice is done once, but for a job that is enqueued without unique_for_s,"
                 " unless the write carries an Idempotency-Key.\n"
                 "servers:\n"
                 "  - url: /\n");
    openapi_tags(out, table, count);
    str_add(out, api_openapi_components.text);
    str_add(out, "  schemas:\n");
    for (size_t i = 0; i < COUNT_OF(schemas); i++) {
        add_indented(out, schemas[i]->text);
    }
    add_paths(out, table, count);
}

int get_openapi(struct request *rq, struct reply *re, struct fail *f)
{
    (void)rq;
    (void)f;
    re->status = 200;
    re->type = "application/yaml; charset=utf-8";
    openapi_write(routes, route_count, &re->body);
    return 0;
}
