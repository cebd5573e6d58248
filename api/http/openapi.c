#include "api/http/openapi.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "api/http/reply.h"
#include "api/http/resources.h"

static const char *const access_names[] = { [ACCESS_OPEN] = "none",
                                            [ACCESS_READ] = "read",
                                            [ACCESS_OPERATE] = "operate",
                                            [ACCESS_ADMIN] = "admin" };

static const char head[] =
    "openapi: 3.1.0\n"
    "info:\n"
    "  title: dropship\n"
    "  version: \"" DROPSHIP_VERSION "\"\n"
    "  description: Errors are problem documents (RFC 9457). Writes may be repeated; said twice is"
    " done once, but for a job that is enqueued without unique_for_s.\n"
    "components:\n"
    "  securitySchemes:\n"
    "    key: { type: http, scheme: bearer, bearerFormat: \"ds_ and 64 hex digits\" }\n"
    "  responses:\n"
    "    problem:\n"
    "      description: What was wrong, with the request id\n"
    "      content:\n"
    "        application/problem+json:\n"
    "          schema:\n"
    "            type: object\n"
    "            required: [type, title, status, detail, request_id]\n"
    "            properties:\n"
    "              type: { type: string }\n"
    "              title: { type: string }\n"
    "              status: { type: integer }\n"
    "              detail: { type: string }\n"
    "              request_id: { type: string }\n"
    "              errors:\n"
    "                type: array\n"
    "                items:\n"
    "                  type: object\n"
    "                  properties:\n"
    "                    in: { type: string }\n"
    "                    field: { type: string }\n"
    "                    detail: { type: string }\n"
    "paths:\n";

/* A YAML scalar in double quotes. */
static void add_quoted(struct str *out, const char *text)
{
    str_add_char(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            str_add_char(out, '\\');
        }
        str_add_char(out, *text);
    }
    str_add_char(out, '"');
}

static void add_choices(struct str *out, const char *choices)
{
    str_add(out, "{ type: string, enum: [");
    while (*choices != '\0') {
        size_t length = strcspn(choices, "|");
        str_add_char(out, '"');
        str_add_bytes(out, choices, length);
        str_add(out, choices[length] == '|' ? "\", " : "\"");
        choices += length + (choices[length] == '|');
    }
    str_add(out, "] }");
}

static void add_schema(struct str *out, const struct field *field)
{
    switch (field->type) {
    case FIELD_INT:
        str_addf(out, "{ type: integer, minimum: %" PRId64 ", maximum: %" PRId64 " }", field->min,
                 field->max);
        return;
    case FIELD_CHOICE:
        add_choices(out, field->choices);
        return;
    case FIELD_TIME:
        str_add(out, "{ type: string, format: date-time }");
        return;
    case FIELD_SCALAR:
        str_add(out, "{ type: [string, integer, boolean] }");
        return;
    case FIELD_ARRAY:
        str_add(out, "{ type: array }");
        return;
    case FIELD_OBJECT:
        str_add(out, "{ type: object }");
        return;
    case FIELD_TEXT:
        break;
    }
    str_addf(out, "{ type: string, minLength: %" PRId64 ", maxLength: %" PRId64, field->min,
             field->max);
    if (field->set != NULL) {
        str_addf(out, ", pattern: \"^[%s]*$\"", field->set);
    }
    str_add(out, " }");
}

static void add_parameters(struct str *out, const struct route *route)
{
    bool first = true;
    size_t count = route_fields(route);
    for (size_t i = 0; i < count; i++) {
        const struct field *field = &route->fields[i];
        bool in_path = field->place == FIELD_IN_PATH;
        if (field->place == FIELD_IN_BODY) {
            continue;
        }
        str_addf(out, "%s        - name: %s\n          in: %s\n          required: %s\n",
                 first ? "      parameters:\n" : "", field->name, in_path ? "path" : "query",
                 in_path || field->required ? "true" : "false");
        str_add(out, "          description: ");
        add_quoted(out, field->help);
        str_add(out, "\n          schema: ");
        add_schema(out, field);
        str_add_char(out, '\n');
        first = false;
    }
}

static void add_required(struct str *out, const struct route *route)
{
    bool first = true;
    size_t count = route_fields(route);
    for (size_t i = 0; i < count; i++) {
        if (route->fields[i].place == FIELD_IN_BODY && route->fields[i].required) {
            str_addf(out, "%s%s", first ? "              required: [" : ", ",
                     route->fields[i].name);
            first = false;
        }
    }
    str_add(out, first ? "" : "]\n");
}

static void add_body(struct str *out, const struct route *route)
{
    bool first = true;
    size_t count = route_fields(route);
    for (size_t i = 0; i < count; i++) {
        const struct field *field = &route->fields[i];
        if (field->place != FIELD_IN_BODY) {
            continue;
        }
        if (first) {
            str_add(out, "      requestBody:\n        content:\n          application/json:\n"
                         "            schema:\n              type: object\n"
                         "              additionalProperties: false\n");
            add_required(out, route);
            str_add(out, "              properties:\n");
        }
        str_addf(out, "                %s: ", field->name);
        add_schema(out, field);
        str_add_char(out, '\n');
        first = false;
    }
}

/* "getApiV1OrdersId": unique, since method and path are. */
static void add_operation_id(struct str *out, const struct route *route)
{
    bool upper = true;
    for (const char *c = route->method; *c != '\0'; c++) {
        str_add_char(out, (char)tolower((unsigned char)*c));
    }
    for (const char *c = route->path; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c)) {
            upper = true;
            continue;
        }
        str_add_char(out, upper ? (char)toupper((unsigned char)*c) : *c);
        upper = false;
    }
}

static void add_operation(struct str *out, const struct route *route)
{
    str_add(out, "    ");
    for (const char *c = route->method; *c != '\0'; c++) {
        str_add_char(out, (char)tolower((unsigned char)*c));
    }
    str_add(out, ":\n      operationId: ");
    add_operation_id(out, route);
    str_add(out, "\n      summary: ");
    add_quoted(out, route->help);
    if (route->access == ACCESS_OPEN) {
        str_add(out, "\n      security: []\n");
    } else {
        str_addf(out, "\n      security: [{ key: [%s] }]\n", access_names[route->access]);
    }
    add_parameters(out, route);
    add_body(out, route);
    str_add(out, "      responses:\n"
                 "        \"200\": { description: Done }\n"
                 "        default: { $ref: \"#/components/responses/problem\" }\n");
}

static bool seen_before(const struct route *table, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(table[i].path, table[index].path) == 0) {
            return true;
        }
    }
    return false;
}

void openapi_write(const struct route *table, size_t count, struct str *out)
{
    str_add(out, head);
    for (size_t i = 0; i < count; i++) {
        if (seen_before(table, i)) {
            continue;
        }
        str_add(out, "  ");
        add_quoted(out, table[i].path);
        str_add(out, ":\n");
        for (size_t j = i; j < count; j++) {
            if (strcmp(table[j].path, table[i].path) == 0) {
                add_operation(out, &table[j]);
            }
        }
    }
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
