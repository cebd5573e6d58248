#include "api/http/openapi_schema.h"

#include <inttypes.h>
#include <string.h>

/* Fields whose inner form a schema of ours knows.  To add one: a line. */
static const struct {
    const char *name;
    enum field_type type;
    const char *schema;
} known[] = {
    { "texts", FIELD_OBJECT, "ListingTexts" },
    { "spec", FIELD_OBJECT, "PricingSpec" },
    { "ids", FIELD_ARRAY, "ManyIds" },
};

void openapi_quote(struct str *out, const char *text)
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

/* Lengths are bytes and those of a schema characters: without a set, the least length is only whether there is any. */
static void add_text(struct str *out, const struct field *field)
{
    int64_t least = field->set == NULL && field->min > 1 ? 1 : field->min;

    str_addf(out, "{ type: string, minLength: %" PRId64 ", maxLength: %" PRId64, least, field->max);
    if (field->set != NULL) {
        str_add(out, ", pattern: ");
        scoped(str_done) struct str pattern;
        str_init(&pattern, 256);
        str_addf(&pattern, "^[%s]*$", field->set);
        openapi_quote(out, pattern.data);
    }
    str_add(out, " }");
}

/* A tree: what is known of it, else its type alone. */
static void add_tree(struct str *out, const struct field *field)
{
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (known[i].type == field->type && strcmp(known[i].name, field->name) == 0) {
            str_addf(out, "{ $ref: \"#/components/schemas/%s\" }", known[i].schema);
            return;
        }
    }
    str_add(out, field->type == FIELD_ARRAY ? "{ type: array, items: {} }" : "{ type: object }");
}

void openapi_field(struct str *out, const struct field *field)
{
    switch (field->type) {
    case FIELD_INT:
        str_addf(out,
                 "{ type: integer, format: int64, minimum: %" PRId64 ", maximum: %" PRId64 " }",
                 field->min, field->max);
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
    case FIELD_OBJECT:
        add_tree(out, field);
        return;
    case FIELD_TEXT:
    case FIELD_LINES:
        add_text(out, field);
        return;
    }
}
