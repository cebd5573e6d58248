/* Parameters of queries as text.  Header only; buffers are the caller's; any thread. */
#pragma once

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/base/clock.h"

struct sql_text {
    char data[CLOCK_TEXT_BYTES];
};

static inline const char *sql_int(struct sql_text *t, int64_t value)
{
    (void)snprintf(t->data, sizeof t->data, "%" PRId64, value);
    return t->data;
}

/* 0 = SQL NULL. */
static inline const char *sql_time(struct sql_text *t, int64_t at_us)
{
    if (at_us == 0) {
        return NULL;
    }
    clock_format(at_us, t->data);
    return t->data;
}

/* "" = SQL NULL. */
static inline const char *sql_opt(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : NULL;
}

static inline const char *sql_bool(bool value)
{
    return value ? "true" : "false";
}
