/* The part of JSON Schema that OpenAI's strict mode and Anthropic both take, checked by ourselves: compatible servers accept a
 * schema and do not always enforce it. */
#include "worker/providers/ai/ai_priv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"

enum { DEPTH_MOST = 10, PATH_BYTES = 160 };

struct place { /* where we are: "tags.3" */
    char path[PATH_BYTES];
    int depth;
};

static struct place below(const struct place *at, const char *name)
{
    struct place to = { .depth = at->depth + 1 };
    scoped(str_done) struct str path;

    str_init(&path, 4 * PATH_BYTES);
    str_addf(&path, "%s%s%.100s", at->path, at->path[0] != '\0' ? "." : "", name);
    (void)str_fit(to.path, sizeof to.path, path.data);
    return to;
}

static struct place below_index(const struct place *at, size_t index)
{
    char name[24];

    snprintf(name, sizeof name, "%zu", index);
    return below(at, name);
}

static const char *shown(const struct place *at)
{
    return at->path[0] != '\0' ? at->path : "the answer";
}

/* ---- the schema itself ---- */

static int bad_schema(const struct place *at, const char *what, struct fail *f)
{
    return fail_set(f, FAIL_BUG, "schema, %s: %s", at->path[0] != '\0' ? at->path : "root", what);
}

static bool is_in(const json_t *list, const char *name)
{
    size_t i;
    json_t *entry;

    json_array_foreach(list, i, entry)
    {
        if (json_is_string(entry) && strcmp(json_string_value(entry), name) == 0) {
            return true;
        }
    }
    return false;
}

static int check_words(const struct place *at, const json_t *schema, struct fail *f)
{
    static const char *const known[] = {
        "type", "properties", "required", "additionalProperties", "items", "enum", "description"
    };
    const char *name;
    json_t *ignored;

    json_object_foreach((json_t *)(uintptr_t)schema, name, ignored)
    {
        bool found = false;
        for (size_t i = 0; i < COUNT_OF(known); i++) {
            found = found || strcmp(known[i], name) == 0;
        }
        if (!found) {
            return fail_set(f, FAIL_BUG, "schema, %s: '%.60s' is not taken by every provider",
                            shown(at), name);
        }
    }
    return 0;
}

static int check_at(const struct place *at, const json_t *schema, struct fail *f);

static int check_object(const struct place *at, const json_t *schema, struct fail *f)
{
    json_t *properties = json_object_get(schema, "properties");
    const json_t *required = json_object_get(schema, "required");
    const char *name;
    json_t *property;

    if (!json_is_object(properties) ||
        !json_is_false(json_object_get(schema, "additionalProperties"))) {
        return bad_schema(at, "an object needs properties and additionalProperties false", f);
    }
    if (json_array_size(required) != json_object_size(properties)) {
        return bad_schema(at, "all properties are to be required", f);
    }
    json_object_foreach(properties, name, property)
    {
        struct place to = below(at, name);
        if (!is_in(required, name)) {
            return bad_schema(&to, "is not required", f);
        }
        TRY(check_at(&to, property, f));
    }
    return 0;
}

static int check_at(const struct place *at, const json_t *schema, struct fail *f)
{
    static const char *const scalars[] = { "string", "boolean", "number", "integer" };
    const char *type = json_text(schema, "type", "");

    if (!json_is_object(schema) || at->depth > DEPTH_MOST) {
        return bad_schema(at, "is no schema, or too deep", f);
    }
    TRY(check_words(at, schema, f));
    if (strcmp(type, "object") == 0) {
        return check_object(at, schema, f);
    }
    if (strcmp(type, "array") == 0) {
        struct place to = below(at, "items");
        return check_at(&to, json_object_get(schema, "items"), f);
    }
    for (size_t i = 0; i < COUNT_OF(scalars); i++) {
        if (strcmp(type, scalars[i]) == 0) {
            return 0;
        }
    }
    return bad_schema(at, "has no type that we know", f);
}

int ai_schema_check(const json_t *schema, struct fail *f)
{
    const struct place root = { .depth = 1 };

    if (strcmp(json_text(schema, "type", ""), "object") != 0) {
        return bad_schema(&root, "has to be an object", f);
    }
    return check_at(&root, schema, f);
}

/* ---- values ---- */

struct check {
    char *why;
    size_t why_bytes;
};

static bool misfit(const struct check *c, const struct place *at, const char *what)
{
    char text[PATH_BYTES + 80];

    snprintf(text, sizeof text, "%s: %s", shown(at), what);
    (void)str_fit(c->why, c->why_bytes, text);
    return false;
}

static bool fits_at(const struct check *c, const struct place *at, const json_t *schema,
                    const json_t *value);

static bool fits_object(const struct check *c, const struct place *at, const json_t *schema,
                        json_t *value)
{
    json_t *properties = json_object_get(schema, "properties");
    const char *name;
    json_t *entry;

    json_object_foreach(properties, name, entry)
    {
        struct place to = below(at, name);
        const json_t *member = json_object_get(value, name);
        if (member == NULL && is_in(json_object_get(schema, "required"), name)) {
            return misfit(c, &to, "is missing");
        }
        if (member != NULL && !fits_at(c, &to, entry, member)) {
            return false;
        }
    }
    json_object_foreach(value, name, entry)
    {
        struct place to = below(at, name);
        if (json_object_get(properties, name) == NULL) {
            return misfit(c, &to, "is not asked for");
        }
    }
    return true;
}

static bool fits_array(const struct check *c, const struct place *at, const json_t *schema,
                       const json_t *value)
{
    const json_t *items = json_object_get(schema, "items");
    size_t i;
    json_t *entry;

    json_array_foreach(value, i, entry)
    {
        struct place to = below_index(at, i);
        if (!fits_at(c, &to, items, entry)) {
            return false;
        }
    }
    return true;
}

/* 3.0 is an integer in JSON Schema. */
static bool is_whole(const json_t *value)
{
    double real = json_real_value(value);

    return json_is_integer(value) ||
           (json_is_real(value) && real > -9e15 && real < 9e15 && (double)(int64_t)real == real);
}

static bool is_type(const char *type, const json_t *value)
{
    switch (type[0]) {
    case 'o':
        return json_is_object(value);
    case 'a':
        return json_is_array(value);
    case 's':
        return json_is_string(value);
    case 'b':
        return json_is_boolean(value);
    case 'n':
        return json_is_number(value);
    default:
        return is_whole(value);
    }
}

static bool in_enum(const json_t *schema, const json_t *value)
{
    const json_t *allowed = json_object_get(schema, "enum");
    size_t i;
    json_t *entry;

    json_array_foreach(allowed, i, entry)
    {
        if (json_equal(entry, value)) {
            return true;
        }
    }
    return allowed == NULL;
}

static bool fits_at(const struct check *c, const struct place *at, const json_t *schema,
                    const json_t *value)
{
    const char *type = json_text(schema, "type", "string");
    char what[40];

    if (!is_type(type, value)) {
        snprintf(what, sizeof what, "is no %s", type);
        return misfit(c, at, what);
    }
    if (!in_enum(schema, value)) {
        return misfit(c, at, "is none of the values allowed");
    }
    if (json_is_object(value)) {
        return fits_object(c, at, schema, (json_t *)(uintptr_t)value);
    }
    return !json_is_array(value) || fits_array(c, at, schema, value);
}

bool ai_schema_fits(const json_t *schema, const json_t *value, char *why, size_t why_bytes)
{
    const struct check c = { why, why_bytes };
    const struct place root = { .depth = 1 };

    why[0] = '\0';
    return fits_at(&c, &root, schema, value);
}
