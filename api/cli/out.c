#include "api/cli/out.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/money.h"
#include "common/base/str.h"

#define DASH "—"
enum { TEXT_MAX_CHARS = 48, COLUMNS_MAX = 16 };

void out_duration(int64_t ms, char text[static OUT_CELL_BYTES])
{
    static const struct {
        int64_t below_ms, unit_ms;
        const char *format;
    } forms[] = {
        { 1000, 1, "%.0f ms" },
        { 120000, 1000, "%.0f s" },
        { 7200000, 60000, "%.0f min" },
        { 172800000, 3600000, "%.1f h" },
        { INT64_MAX, 86400000, "%.1f d" },
    };
    size_t i = 0;
    while (ms >= forms[i].below_ms && i + 1 < COUNT_OF(forms)) {
        i++;
    }
    const double value = (double)ms / (double)forms[i].unit_ms;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the formats are the constants above */
    snprintf(text, OUT_CELL_BYTES, forms[i].format, value);
#pragma GCC diagnostic pop
}

static size_t width(const char *text)
{
    size_t chars = 0;
    for (; *text != '\0'; text++) {
        chars += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return chars;
}

/* Control characters would move the cursor of whoever looks; also those of two bytes (U+0080 to U+009F), of which terminals
 * obey some as they obey ESC [. */
static void one_line(char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at != '\0'; at++) {
        if (*at < 0x20 || *at == 0x7f) {
            *at = ' ';
        } else if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) {
            *at++ = ' ';
            *at = ' ';
        }
    }
}

static void cut(char *text, size_t chars)
{
    size_t seen = 0;
    for (char *at = text; *at != '\0'; at++) {
        seen += ((unsigned char)*at & 0xC0) != 0x80;
        if (seen > chars) {
            snprintf(at, 4, "…");
            return;
        }
    }
}

static void instant_cell(const char *iso, bool due, int64_t now_us,
                         char text[static OUT_CELL_BYTES])
{
    struct fail f;
    int64_t at_us = 0;
    char span[OUT_CELL_BYTES];

    if (clock_parse(iso, &at_us, &f) < 0) {
        str_fit(text, OUT_CELL_BYTES, iso);
        return;
    }
    int64_t ms = (due ? at_us - now_us : now_us - at_us) / 1000;
    if (due && ms <= 0) {
        str_fit(text, OUT_CELL_BYTES, "now");
        return;
    }
    out_duration(ms < 0 ? 0 : ms, span);
    snprintf(text, OUT_CELL_BYTES, "%s%.100s", due ? "in " : "", span);
}

static void money_cell(const json_t *value, char text[static OUT_CELL_BYTES])
{
    struct money m = { .minor = json_int(value, "minor", 0) };
    char amount[MONEY_TEXT_BYTES];

    str_fit(m.currency, sizeof m.currency, json_text(value, "currency", "USD"));
    money_format(&m, amount);
    snprintf(text, OUT_CELL_BYTES, "%s %s", amount, m.currency);
}

static void plain_cell(const json_t *value, char text[static OUT_CELL_BYTES])
{
    if (json_is_string(value)) {
        str_fit(text, OUT_CELL_BYTES, json_string_value(value));
    } else if (json_is_integer(value)) {
        snprintf(text, OUT_CELL_BYTES, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    } else if (json_is_real(value)) {
        snprintf(text, OUT_CELL_BYTES, "%.10g", json_real_value(value));
    } else if (json_is_boolean(value)) {
        str_fit(text, OUT_CELL_BYTES, json_is_true(value) ? "yes" : "no");
    } else {
        scoped(free_p) char *dump = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        str_fit(text, OUT_CELL_BYTES, dump != NULL ? dump : DASH);
    }
}

/* Null, absent and the empty text all say nothing. */
static bool said(const json_t *value)
{
    return value != NULL && !json_is_null(value) &&
           !(json_is_string(value) && json_string_length(value) == 0);
}

void out_cell(const json_t *row, const struct column *column, int64_t now_us,
              char text[static OUT_CELL_BYTES])
{
    const json_t *value = json_at(row, column->path);

    if (column->kind == CELL_YES) {
        str_fit(text, OUT_CELL_BYTES, json_is_true(value) ? "yes" : "");
    } else if (!said(value)) {
        str_fit(text, OUT_CELL_BYTES, DASH);
    } else if ((column->kind == CELL_AGE || column->kind == CELL_DUE) && json_is_string(value)) {
        instant_cell(json_string_value(value), column->kind == CELL_DUE, now_us, text);
    } else if (column->kind == CELL_MS && json_is_integer(value)) {
        out_duration(json_integer_value(value), text);
    } else if (column->kind == CELL_MONEY) {
        money_cell(value, text);
    } else {
        plain_cell(value, text);
    }
    one_line(text);
    if (column->kind == CELL_TEXT) {
        cut(text, TEXT_MAX_CHARS);
    }
}

static bool right(enum cell kind)
{
    return kind == CELL_INT || kind == CELL_MS || kind == CELL_MONEY || kind == CELL_AGE;
}

static void put(const char *text, size_t wide, bool to_right, bool last)
{
    size_t have = width(text), gap = wide > have ? wide - have : 0;
    if (to_right) {
        printf("%*s%s%s", (int)gap, "", text, last ? "" : "  ");
    } else {
        printf("%s%*s", text, last ? 0 : (int)gap + 2, "");
    }
}

void out_table(const json_t *rows, const struct column *columns, size_t count)
{
    size_t wide[COLUMNS_MAX] = { 0 }, index;
    char text[OUT_CELL_BYTES];
    const json_t *row;
    int64_t now_us = clock_now_us();

    if (json_array_size(rows) == 0) {
        printf("(none)\n");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        wide[i] = width(columns[i].title);
        json_array_foreach(rows, index, row)
        {
            out_cell(row, &columns[i], now_us, text);
            wide[i] = width(text) > wide[i] ? width(text) : wide[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        put(columns[i].title, wide[i], right(columns[i].kind), i + 1 == count);
    }
    printf("\n");
    json_array_foreach(rows, index, row)
    {
        for (size_t i = 0; i < count; i++) {
            out_cell(row, &columns[i], now_us, text);
            put(text, wide[i], right(columns[i].kind), i + 1 == count);
        }
        printf("\n");
    }
}

void out_section(const char *title, const json_t *rows, const struct column *columns, size_t count)
{
    if (json_array_size(rows) > 0) {
        printf("\n%s\n", title);
        out_table(rows, columns, count);
    }
}

void out_fields(const json_t *object, const struct column *columns, size_t count)
{
    size_t wide = 0;
    char text[OUT_CELL_BYTES];
    int64_t now_us = clock_now_us();

    for (size_t i = 0; i < count; i++) {
        wide = width(columns[i].title) > wide ? width(columns[i].title) : wide;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_at(object, columns[i].path);
        if (!said(value)) {
            continue;
        }
        out_cell(object, &columns[i], now_us, text);
        put(columns[i].title, wide, false, false);
        printf("%s%s\n", text, columns[i].kind == CELL_AGE ? " ago" : "");
    }
}

void out_json(const json_t *value)
{
    (void)json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
    printf("\n");
}

json_t *out_instant(int64_t at_us)
{
    char text[CLOCK_TEXT_BYTES];
    if (at_us <= 0) {
        return json_null();
    }
    clock_format(at_us, text);
    return json_string(text);
}

json_t *out_lossy(const char *bytes, size_t size_bytes)
{
    json_t *text = json_stringn(bytes, size_bytes);
    if (text != NULL) {
        return text;
    }
    scoped(str_done) struct str ascii;
    str_init(&ascii, size_bytes);
    for (size_t i = 0; i < size_bytes; i++) {
        str_add_char(&ascii, (unsigned char)bytes[i] < 0x80 && bytes[i] != '\0' ? bytes[i] : '?');
    }
    return json_string(ascii.data);
}
