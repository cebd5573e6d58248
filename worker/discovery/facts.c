#include "worker/discovery/facts.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "common/base/json.h"
#include "worker/discovery/facts_source.h"

enum {
    NAME_BYTES = 500,
    OPTION_VALUES_MAX = 40,
    GRAMS_MAX = 1000000,
    MM_MAX = 100000,
    KEY_ROOM = 64
};

void facts_done(struct facts *facts)
{
    for (size_t i = 0; i < facts->count; i++) {
        free(facts->lines[i]);
    }
    free(facts->lines);
    free(facts->name);
    free(facts->category);
    free(facts->source);
    *facts = (struct facts){ 0 };
}

static void cut(struct str *text, size_t bytes)
{
    while (text->len > bytes || (text->len > 0 && text->data[text->len - 1] == ' ')) {
        text->len--;
        while (text->len > 0 && (text->data[text->len] & 0xC0) == 0x80) {
            text->len--;
        }
        text->data[text->len] = '\0';
    }
}

/* Supplier text as one clean line of at most `bytes`. */
static int one_line(const char *html, size_t bytes, struct str *ret, struct fail *f)
{
    str_clear(ret);
    TRY(html_to_text(html, ret, f));
    for (size_t i = 0; i < ret->len; i++) {
        ret->data[i] = ret->data[i] == '\n' ? ' ' : ret->data[i];
    }
    cut(ret, bytes);
    return 0;
}

/* A fact unless it is there or the list is full. */
static int add_line(struct facts *facts, const char *line, struct fail *f)
{
    for (size_t i = 0; i < facts->count; i++) {
        if (strcmp(facts->lines[i], line) == 0) {
            return 0;
        }
    }
    if (facts->count >= FACTS_MAX || strlen(line) > FACT_BYTES_MAX) {
        return 0;
    }
    TRY(str_copy(line, &facts->lines[facts->count], f));
    facts->count++;
    return 0;
}

static int add_text(struct facts *facts, const char *key, const char *html, struct fail *f)
{
    scoped(str_done) struct str value, line;

    str_init(&value, SOURCE_BYTES_MAX);
    str_init(&line, SOURCE_BYTES_MAX);
    if (html == NULL || strlen(html) > SOURCE_BYTES_MAX / 4) {
        return 0;
    }
    TRY(one_line(html, FACT_BYTES_MAX - KEY_ROOM, &value, f));
    int orders = fact_gives_orders(value.data, f);
    TRY(orders);
    if (value.len == 0 || orders > 0) {
        return 0;
    }
    str_addf(&line, "%s: %s", key, value.data);
    TRY(str_ok(&line, f));
    return add_line(facts, line.data, f);
}

/* amount / unit in decimals without trailing zeros; unit is a power of ten. */
static void add_decimal(struct str *s, int64_t amount, int64_t unit)
{
    int64_t rest = amount % unit;

    str_addf(s, "%" PRId64, amount / unit);
    for (char mark = '.'; rest > 0; mark = 0) {
        if (mark != 0) {
            str_add_char(s, mark);
        }
        unit /= 10;
        str_add_char(s, (char)('0' + rest / unit));
        rest %= unit;
    }
}

static int add_weight(struct facts *facts, const json_t *detail, struct fail *f)
{
    int64_t grams = json_int(detail, "weight_g", -1);
    scoped(str_done) struct str line;

    str_init(&line, FACT_BYTES_MAX);
    if (grams <= 0 || grams > GRAMS_MAX) {
        return 0;
    }
    str_addf(&line, "Weight: %" PRId64 " g", grams);
    if (grams >= 1000) {
        str_add(&line, " (");
        add_decimal(&line, grams, 1000);
        str_add(&line, " kg)");
    }
    TRY(str_ok(&line, f));
    return add_line(facts, line.data, f);
}

static int add_dimensions(struct facts *facts, const json_t *detail, struct fail *f)
{
    const json_t *list = json_object_get(detail, "dimensions_mm");
    scoped(str_done) struct str line, cm;

    str_init(&line, FACT_BYTES_MAX);
    str_init(&cm, FACT_BYTES_MAX);
    if (json_array_size(list) != 3) {
        return 0;
    }
    for (size_t i = 0; i < 3; i++) {
        int64_t mm = json_int(json_array_get(list, i), "", -1);

        if (mm <= 0 || mm > MM_MAX) {
            return 0;
        }
        str_addf(&line, "%s%" PRId64, i == 0 ? "Dimensions: " : " x ", mm);
        str_add(&cm, i == 0 ? "" : " x ");
        add_decimal(&cm, mm, 10);
    }
    str_addf(&line, " mm (%s cm)", cm.data);
    TRY(str_ok(&line, f));
    return add_line(facts, line.data, f);
}

/* How an option is called in the facts, and what its values are counted as. */
static const struct option_name {
    const char *supplier, *line, *counted;
} option_names[] = {
    { "color", "Colours", "colours" },
    { "colour", "Colours", "colours" },
    { "size", "Sizes", "sizes" },
    { "style", "Styles", "styles" },
};

static struct option_name option_name(const char *key)
{
    for (size_t i = 0; i < COUNT_OF(option_names); i++) {
        if (strcasecmp(option_names[i].supplier, key) == 0) {
            return option_names[i];
        }
    }
    return (struct option_name){ .supplier = key, .line = key, .counted = "options" };
}

static int add_option(struct facts *facts, const char *key, const json_t *values, struct fail *f)
{
    struct option_name name = option_name(key);
    scoped(str_done) struct str line, value;
    size_t count = 0;

    str_init(&line, SOURCE_BYTES_MAX);
    str_init(&value, SOURCE_BYTES_MAX);
    for (size_t i = 0; i < json_array_size(values) && i < OPTION_VALUES_MAX; i++) {
        const char *text = json_string_value(json_array_get(values, i));

        if (text == NULL || strlen(text) > FACT_BYTES_MAX) {
            continue;
        }
        TRY(one_line(text, FACT_BYTES_MAX, &value, f));
        if (value.len > 0) {
            str_addf(&line, "%s%s", count == 0 ? "" : ", ", value.data);
            count++;
        }
    }
    TRY(str_ok(&line, f));
    if (count > 1) {
        str_addf(&line, " (%zu %s)", count, name.counted);
    }
    TRY(str_ok(&line, f));
    return add_text(facts, name.line, line.data, f);
}

static int add_options(struct facts *facts, const json_t *detail, struct fail *f)
{
    json_t *options = json_object_get(detail, "options"), *values = NULL;
    const char *key = NULL;

    json_object_foreach(options, key, values)
    {
        TRY(add_option(facts, key, values, f));
    }
    return 0;
}

static int add_notes(struct facts *facts, const json_t *detail, struct fail *f)
{
    const json_t *notes = json_object_get(detail, "notes");

    for (size_t i = 0; i < json_array_size(notes); i++) {
        TRY(add_text(facts, "Note", json_string_value(json_array_get(notes, i)), f));
    }
    return 0;
}

/* Whether the value of "name: value" is one of a fact we have. */
static bool is_said(const struct facts *facts, const char *line)
{
    const char *colon = strchr(line, ':');
    const char *value = colon == NULL ? line : colon + 1 + strspn(colon + 1, " ");
    size_t size = strlen(value);

    for (size_t i = 0; i < facts->count; i++) {
        const char *other = strchr(facts->lines[i], ':') + 1;

        other += strspn(other, " ");
        if (strncasecmp(other, value, size) == 0 &&
            (other[size] == '\0' || strncmp(other + size, " (", 2) == 0)) {
            return true;
        }
    }
    return false;
}

/* Lines of the supplier's text that can stand as facts. */
static int add_source_lines(struct facts *facts, struct fail *f)
{
    const char *p = facts->source;
    char line[FACT_BYTES_MAX];

    while (*p != '\0' && facts->count < FACTS_MAX) {
        size_t size = strcspn(p, "\n");

        if (size > 0 && size < sizeof line) {
            memcpy(line, p, size);
            line[size] = '\0';
            int can = fact_in_line(line, f);

            TRY(can);
            TRY(can > 0 && !is_said(facts, line) ? add_text(facts, "Supplier", line, f) : 0);
        }
        p += size + (p[size] == '\n');
    }
    return 0;
}

static int take(const json_t *detail, const char *key, size_t bytes, char **ret, struct fail *f)
{
    const char *html = json_text(detail, key, "");
    scoped(str_done) struct str text;

    str_init(&text, strlen(html) * 4 + 1);
    TRY(html_to_text(html, &text, f));
    if (bytes <= NAME_BYTES) {
        TRY(one_line(html, bytes, &text, f));
    }
    cut(&text, bytes);
    return str_copy(text.data, ret, f);
}

static int fill(const json_t *detail, struct facts *facts, struct fail *f)
{
    facts->lines = calloc(FACTS_MAX, sizeof *facts->lines);
    if (facts->lines == NULL) {
        return fail_memory(f);
    }
    TRY(take(detail, "name", NAME_BYTES, &facts->name, f));
    TRY(take(detail, "category", NAME_BYTES, &facts->category, f));
    TRY(take(detail, "description_html", SOURCE_BYTES_MAX, &facts->source, f));
    TRY(add_text(facts, "Material", json_text(detail, "material", NULL), f));
    TRY(add_weight(facts, detail, f));
    TRY(add_dimensions(facts, detail, f));
    TRY(add_options(facts, detail, f));
    TRY(add_text(facts, "Packing", json_text(detail, "packing", NULL), f));
    TRY(add_notes(facts, detail, f));
    return add_source_lines(facts, f);
}

int facts_of(const json_t *detail, struct facts *ret, struct fail *f)
{
    struct facts facts = { 0 };

    if (fill(detail, &facts, f) < 0) {
        facts_done(&facts);
        return -1;
    }
    *ret = facts;
    return 0;
}

int facts_join(const struct facts *facts, bool whole, struct str *ret, struct fail *f)
{
    if (whole) {
        str_addf(ret, "%s\n%s\n", facts->name == NULL ? "" : facts->name,
                 facts->category == NULL ? "" : facts->category);
    }
    for (size_t i = 0; i < facts->count; i++) {
        str_addf(ret, "%s\n", facts->lines[i]);
    }
    return str_ok(ret, f);
}
