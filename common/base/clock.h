/* Time.  Instants are microseconds since the Unix epoch (UTC), as timestamptz; waiting uses the monotonic clock.
 * Code whose result depends on the time takes `now_us` as a parameter; only programs and the outermost layer ask.
 * Threads: any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

enum { CLOCK_TEXT_BYTES = 32 };

/* Microseconds since the epoch by the wall clock, which may be set back: for instants that are stored, not for waits. */
int64_t clock_now_us(void);
/* Milliseconds by a clock that only goes forward, from an unknown start: for waits and durations. */
int64_t clock_mono_ms(void);
/* The same in microseconds, for what takes less than a millisecond. */
int64_t clock_mono_us(void);
/* Sleep so long; a sleep that a signal interrupts is continued.  0 and less: at once. */
void clock_sleep_ms(int64_t ms);
/* Write an instant as RFC 3339 in UTC, with microseconds: "2026-11-21T10:00:00.123456Z". */
void clock_format(int64_t at_us, char text[static CLOCK_TEXT_BYTES]);
/* "2026-11-21", UTC day; used for daily statistics keys. */
void clock_format_day(int64_t at_us, char text[static CLOCK_TEXT_BYTES]);
/* Parse RFC 3339 ("2026-11-20T18:03:11Z", fraction and +08:00 offsets accepted) or "yyyy-MM-dd HH:mm:ss" (UTC), the latter
 * also with an offset as Postgres prints it ("+00").  Digits beyond microseconds are dropped.  0, or -1 with FAIL_INPUT. */
must_check int clock_parse(const char *text, int64_t *ret_us, struct fail *f);
