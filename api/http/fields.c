#include "api/http/fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/http/text.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"

static const char *const place_names[] = {
    [FIELD_IN_PATH] = "path", [FIELD_IN_QUERY] = "query", [FIELD_IN_BODY] = "body"
};

/* What is being checked. */
struct intake {
    struct request *rq;
    json_t *errors;
    struct fail *f;
};

/* Names come from the client: cut and valid UTF-8 only. */
static int complain(const struct intake *in, enum field_place place, const char *name,
                    const char *detail)
{
    char shown[64];
    str_fit(shown, sizeof shown, text_is_utf8(name, strlen(name)) ? name : "?");
    json_t *item =
        json_pack("{s:s, s:s, s:s}", "in", place_names[place], "field", shown, "detail", detail);
    return json_array_append_new(in->errors, item) == 0 ? 0 : fail_memory(in->f);
}

static int find_field(const struct route *route, enum field_place place, const char *name)
{
    size_t count = route_fields(route);
    for (size_t i = 0; i < count; i++) {
        if (route->fields[i].place == place && strcmp(route->fields[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* ---- one value: NULL when good, else what is wrong, in `said` ---- */

enum { SAID_BYTES = 160 };

static const char *check_text(const struct field *field, struct value *v, char *said)
{
    size_t length = strlen(v->text);
    if (length < (size_t)field->min || length > (size_t)field->max) {
        snprintf(said, SAID_BYTES, "must have %" PRId64 " to %" PRId64 " bytes", field->min,
                 field->max);
        return said;
    }
    if (!text_is_plain(v->text)) {
        return "must not contain control characters";
    }
    if (field->set != NULL && !text_has_only(v->text, field->set)) {
        snprintf(said, SAID_BYTES, "may contain only [%s]", field->set);
        return said;
    }
    return NULL;
}

/* The control characters of many lines are fine; others are not. */
static const char *check_lines(const struct field *field, struct value *v, char *said)
{
    size_t length = strlen(v->text);
    if (length < (size_t)field->min || length > (size_t)field->max) {
        snprintf(said, SAID_BYTES, "must have %" PRId64 " to %" PRId64 " bytes", field->min,
                 field->max);
        return said;
    }
    for (const char *c = v->text; *c != '\0'; c++) {
        if (((unsigned char)*c < ' ' || *c == 0x7f) && strchr("\n\r\t", *c) == NULL) {
            return "must not contain control characters but line breaks and tabs";
        }
    }
    return NULL;
}

static const char *check_int(const struct field *field, struct value *v, char *said)
{
    if (!text_to_int(v->text, field->min, field->max, &v->num)) {
        snprintf(said, SAID_BYTES, "must be a whole number from %" PRId64 " to %" PRId64,
                 field->min, field->max);
        return said;
    }
    return NULL;
}

static const char *check_choice(const struct field *field, struct value *v, char *said)
{
    if (!text_is_choice(v->text, field->choices)) {
        snprintf(said, SAID_BYTES, "must be one of %s", field->choices);
        return said;
    }
    return NULL;
}

static const char *check_time(const struct field *field, struct value *v, char *said)
{
    struct fail unsaid;
    (void)field;
    (void)said;
    return clock_parse(v->text, &v->num, &unsaid) == 0 ? NULL
                                                       : "must be a time as 2026-11-20T18:03:11Z";
}

/* Its size is limited with the body's, its depth with all JSON from outside. */
static const char *check_tree(const struct field *field, struct value *v, char *said)
{
    (void)field;
    (void)v;
    (void)said;
    return NULL;
}

typedef const char *check_fn(const struct field *field, struct value *v, char *said);

static int check_value(const struct intake *in, size_t i)
{
    static check_fn *const checks[] = {
        [FIELD_TEXT] = check_text,   [FIELD_INT] = check_int,     [FIELD_CHOICE] = check_choice,
        [FIELD_TIME] = check_time,   [FIELD_SCALAR] = check_text, [FIELD_ARRAY] = check_tree,
        [FIELD_OBJECT] = check_tree, [FIELD_LINES] = check_lines,
    };
    char said[SAID_BYTES];
    const struct field *field = &in->rq->route->fields[i];
    const char *wrong = checks[field->type](field, &in->rq->values[i], said);

    return wrong == NULL ? 0 : complain(in, field->place, field->name, wrong);
}

/* Take ownership of text as the value of field i, unless it has one. */
static int put_value(const struct intake *in, size_t i, char *take_text)
{
    const struct field *field = &in->rq->route->fields[i];
    if (in->rq->values[i].text != NULL) {
        free(take_text);
        return complain(in, field->place, field->name, "is given more than once");
    }
    in->rq->values[i].text = take_text;
    return check_value(in, i);
}

/* ---- path and query ---- */

static int take_path(const struct intake *in, const struct route_match *match)
{
    for (size_t i = 0; i < match->param_count; i++) {
        scoped(free_p) char *text = NULL;
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)match->params[i].name_bytes,
                 match->params[i].name);
        if (text_decode(match->params[i].value, match->params[i].value_bytes, false, &text, in->f) <
            0) {
            TRY(in->f->kind == FAIL_INPUT ? 0 : -1);
            TRY(complain(in, FIELD_IN_PATH, name, in->f->text));
            continue;
        }
        int field = find_field(match->route, FIELD_IN_PATH, name);
        if (field >= 0) {
            TRY(put_value(in, (size_t)field, take_ptr(text)));
        }
    }
    return 0;
}

/* One `name=value`. */
static int take_pair(const struct intake *in, const char *pair, size_t pair_bytes)
{
    const char *equals = memchr(pair, '=', pair_bytes);
    size_t name_bytes = equals != NULL ? (size_t)(equals - pair) : pair_bytes;
    const char *value = equals != NULL ? equals + 1 : "";
    size_t value_bytes = equals != NULL ? pair_bytes - name_bytes - 1 : 0;
    scoped(free_p) char *name = NULL;
    scoped(free_p) char *text = NULL;

    if (text_decode(pair, name_bytes, true, &name, in->f) < 0) {
        return in->f->kind == FAIL_INPUT ? complain(in, FIELD_IN_QUERY, "?", in->f->text) : -1;
    }
    int field = find_field(in->rq->route, FIELD_IN_QUERY, name);
    if (field < 0) {
        return complain(in, FIELD_IN_QUERY, name, "is unknown");
    }
    if (text_decode(value, value_bytes, true, &text, in->f) < 0) {
        return in->f->kind == FAIL_INPUT ? complain(in, FIELD_IN_QUERY, name, in->f->text) : -1;
    }
    return put_value(in, (size_t)field, take_ptr(text));
}

static int take_query(const struct intake *in)
{
    const char *at = in->rq->query;
    while (at != NULL && *at != '\0') {
        size_t length = strcspn(at, "&");
        TRY(take_pair(in, at, length));
        at += length + (at[length] == '&');
    }
    return 0;
}

/* ---- body ---- */

/* The value as text when its JSON type is right for the field, else NULL. */
static char *member_text(const struct field *field, const json_t *value)
{
    char *text = NULL;
    bool scalar = field->type == FIELD_SCALAR;

    if (field->type == FIELD_ARRAY || field->type == FIELD_OBJECT) {
        bool fits = field->type == FIELD_ARRAY ? json_is_array(value) : json_is_object(value);
        return fits ? json_dumps(value, JSON_COMPACT) : NULL;
    }
    if (json_is_integer(value) && (scalar || field->type == FIELD_INT)) {
        return asprintf(&text, "%" JSON_INTEGER_FORMAT, json_integer_value(value)) < 0 ? NULL
                                                                                       : text;
    }
    if (json_is_boolean(value) && scalar) {
        return strdup(json_is_true(value) ? "1" : "0");
    }
    return json_is_string(value) && field->type != FIELD_INT ? strdup(json_string_value(value))
                                                             : NULL;
}

static int take_member(const struct intake *in, const char *name, const json_t *value)
{
    int i = find_field(in->rq->route, FIELD_IN_BODY, name);
    if (i < 0) {
        return complain(in, FIELD_IN_BODY, name, "is unknown");
    }
    const struct field *field = &in->rq->route->fields[i];
    char *text = member_text(field, value);
    if (text == NULL) {
        return complain(in, FIELD_IN_BODY, name,
                        field->type == FIELD_INT      ? "must be a JSON integer"
                        : field->type == FIELD_SCALAR ? "must be a text, an integer or a boolean"
                        : field->type == FIELD_ARRAY  ? "must be a JSON array"
                        : field->type == FIELD_OBJECT ? "must be a JSON object"
                                                      : "must be a JSON string");
    }
    return put_value(in, (size_t)i, text);
}

static int take_body(const struct intake *in)
{
    json_error_t why;
    scoped(json_clear_p) json_t *root = NULL;
    const char *name;
    json_t *value;

    if (in->rq->body_bytes == 0 || in->rq->route->raw_bytes > 0) {
        return 0;
    }
    if (!text_is_shallow_json(in->rq->body, in->rq->body_bytes)) {
        return fail_set(in->f, FAIL_INPUT, "The body is nested too deeply.");
    }
    root = json_loadb(in->rq->body, in->rq->body_bytes, JSON_REJECT_DUPLICATES, &why);
    if (root == NULL) {
        bool twice = json_error_code(&why) == json_error_duplicate_key;
        return fail_set(in->f, FAIL_INPUT, "The body %s (line %d, column %d).",
                        twice ? "has a member twice" : "is not valid JSON", why.line, why.column);
    }
    if (!json_is_object(root)) {
        return fail_set(in->f, FAIL_INPUT, "The body must be a JSON object.");
    }
    json_object_foreach(root, name, value)
    {
        TRY(take_member(in, name, value));
    }
    return 0;
}

/* A field that was complained about is not missing as well: its value is there. */
static int check_required(const struct intake *in)
{
    const struct route *route = in->rq->route;
    size_t count = route_fields(route);
    for (size_t i = 0; i < count && json_array_size(in->errors) == 0; i++) {
        if (route->fields[i].required && in->rq->values[i].text == NULL) {
            TRY(complain(in, route->fields[i].place, route->fields[i].name, "is required"));
        }
    }
    return 0;
}

int fields_take(struct request *rq, const struct route_match *match, json_t *errors, struct fail *f)
{
    struct intake in = { .rq = rq, .errors = errors, .f = f };

    TRY(take_path(&in, match));
    TRY(take_query(&in));
    TRY(take_body(&in));
    TRY(check_required(&in));
    return json_array_size(errors) > 0 ? 1 : 0;
}
