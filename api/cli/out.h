/* Showing JSON values to people: aligned tables, instants as ages, money with its currency, unknown as a dash.
 * Threads: one; writes to standard output. */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

enum cell {
    CELL_TEXT,  /* cut at 48 characters */
    CELL_LONG,  /* up to 511 bytes; for the last column */
    CELL_INT,   /* right-aligned */
    CELL_AGE,   /* ISO instant: "5 min" ago */
    CELL_DUE,   /* ISO instant: "in 5 min", "now" */
    CELL_MS,    /* duration in milliseconds */
    CELL_MONEY, /* {"minor","currency"} */
    CELL_YES,   /* "yes" or nothing */
    CELL_JSON   /* compact */
};

struct column {
    const char *title, *path; /* path as json_at */
    enum cell kind;
};

enum { OUT_CELL_BYTES = 512 };

/* Text of one cell; a dash for null, absent and empty text. */
void out_cell(const json_t *row, const struct column *column, int64_t now_us,
              char text[static OUT_CELL_BYTES]);
/* Heading and rows of an array of objects; "(none)" when it is empty. */
void out_table(const json_t *rows, const struct column *columns, size_t count);
/* The same under a title and an empty line; nothing at all when it is empty. */
void out_section(const char *title, const json_t *rows, const struct column *columns, size_t count);
/* "title  value" lines of one object; lines whose value is null, absent or empty are left out. */
void out_fields(const json_t *object, const struct column *columns, size_t count);
/* A duration for people, in the largest unit that keeps it above 1: "250 ms", "12 s", "5 min", "3.2 h", "4.0 d". */
void out_duration(int64_t ms, char text[static OUT_CELL_BYTES]);
/* The value itself, indented. */
void out_json(const json_t *value);
/* Instant as ISO 8601 text, null for 0. */
json_t *out_instant(int64_t at_us);
/* Text from anywhere: bytes that are no UTF-8 become '?'. */
json_t *out_lossy(const char *bytes, size_t size_bytes);
