/* How fast a backlog is let go: the first few orders at once, the others as fast as the supplier lets us work them off.
 * Threads: uses the context's db. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/core/job_context.h"

struct pace {
    int64_t now_us;     /* start of the backlog */
    int64_t spacing_us; /* between two orders */
    int64_t turns;      /* orders so far */
};

/* The supplier is asked for its rate when nobody has yet; without an answer its slowest one is assumed. */
must_check int pace_start(struct job_context *c, struct pace *ret, struct fail *f);
/* When the next order may run, not before earliest_us. */
int64_t pace_next(struct pace *p, int64_t earliest_us);
