/* Instants in tests, written as people write them.  Test programs only. */
#pragma once

#include "common/base/clock.h"
#include "tests/unit/base/check.h"

/* Microseconds since the epoch of "2026-11-20T18:03:11Z" and the like; the test fails when it is none. */
static inline int64_t instant(const char *text)
{
    int64_t us = -1;
    struct fail f;

    check_ok(clock_parse(text, &us, &f), &f);
    return us;
}
