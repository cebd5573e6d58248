#include "api/http/sheet.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/clock.h"

/* Postgres' own numbers for its types; they never change. */
enum {
    TYPE_BOOL = 16,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_JSON = 114,
    TYPE_TIMESTAMPTZ = 1184,
    TYPE_NUMERIC = 1700,
    TYPE_JSONB = 3802
};

static bool is_number(Oid type)
{
    return type == TYPE_INT2 || type == TYPE_INT4 || type == TYPE_INT8 || type == TYPE_NUMERIC;
}

/* Instants as everywhere in the API; anything that is none stays what it is ("infinity"). */
static const char *instant(const char *text, char formatted[static CLOCK_TEXT_BYTES])
{
    struct fail unused;
    int64_t at_us;

    if (clock_parse(text, &at_us, &unused) < 0) {
        return text;
    }
    clock_format(at_us, formatted);
    return formatted;
}

static const char *value_of(const PGresult *rows, int row, int column,
                            char formatted[static CLOCK_TEXT_BYTES])
{
    const char *text = PQgetvalue(rows, row, column);

    switch (PQftype(rows, column)) {
    case TYPE_TIMESTAMPTZ:
        return instant(text, formatted);
    case TYPE_BOOL:
        return text[0] == 't' ? "true" : "false";
    default:
        return text;
    }
}

static void csv_text(const char *text, struct str *out)
{
    bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;

    if (!formula && text[0] != '\0' && strpbrk(text, "\",\r\n;\t") == NULL) {
        str_add(out, text);
        return;
    }
    str_add(out, formula ? "\"'" : "\"");
    for (const char *at = text; *at != '\0';) {
        size_t plain = strcspn(at, "\"");
        str_add_bytes(out, at, plain);
        at += plain;
        if (*at == '"') {
            str_add(out, "\"\"");
            at++;
        }
    }
    str_add_char(out, '"');
}

void sheet_csv_names(const PGresult *rows, struct str *out)
{
    for (int column = 0; column < PQnfields(rows); column++) {
        str_add(out, column > 0 ? "," : "");
        csv_text(PQfname(rows, column), out);
    }
    str_add(out, "\r\n");
}

void sheet_csv_row(const PGresult *rows, int row, struct str *out)
{
    char formatted[CLOCK_TEXT_BYTES];

    for (int column = 0; column < PQnfields(rows); column++) {
        str_add(out, column > 0 ? "," : "");
        if (PQgetisnull(rows, row, column) != 0) {
            continue;
        }
        const char *text = value_of(rows, row, column, formatted);
        if (is_number(PQftype(rows, column))) {
            str_add(out, text);
        } else {
            csv_text(text, out);
        }
    }
    str_add(out, "\r\n");
}

static void json_text(const char *text, struct str *out)
{
    str_add_char(out, '"');
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c == '"' || c == '\\') {
            str_add_char(out, '\\');
            str_add_char(out, (char)c);
        } else if (c < 0x20) {
            str_addf(out, "\\u%04x", c);
        } else {
            str_add_char(out, (char)c);
        }
    }
    str_add_char(out, '"');
}

void sheet_json_row(const PGresult *rows, int row, struct str *out)
{
    char formatted[CLOCK_TEXT_BYTES];

    for (int column = 0; column < PQnfields(rows); column++) {
        Oid type = PQftype(rows, column);
        bool plain =
            is_number(type) || type == TYPE_BOOL || type == TYPE_JSON || type == TYPE_JSONB;

        str_add(out, column > 0 ? "," : "{");
        json_text(PQfname(rows, column), out);
        str_add_char(out, ':');
        if (PQgetisnull(rows, row, column) != 0) {
            str_add(out, "null");
        } else if (plain) {
            str_add(out, value_of(rows, row, column, formatted));
        } else {
            json_text(value_of(rows, row, column, formatted), out);
        }
    }
    str_add_char(out, '}');
}
