/* How many threads serve a queue, changed while the workers run: the hash dropship:threads.  Field QUEUE holds the wish for
 * every process that serves the queue, field "IDENTITY QUEUE" the wish for one process, which goes before it.  A worker asks at
 * each heartbeat and resizes its lanes; without a wish it keeps what its command line says.
 * A wish for one process is forgotten some time after the process has gone.
 * Threads: those of the connection. */
#pragma once

#include <stddef.h>

#include "common/queue/queue.h"

enum { SCALE_THREADS_MAX = 1024, SCALE_NOT_SET = -1 };

/* Ask for `threads` (1..SCALE_THREADS_MAX) threads for the queue in one process, or in all (identity NULL); SCALE_NOT_SET takes
 * the wish back.  FAIL_INPUT for other numbers and for names no queue has; FAIL_MISSING when there is no such process. */
must_check int queue_scale_set(struct redis *r, const char *identity, const char *queue,
                               int threads, struct fail *f);

/* One lane of a worker. */
struct scale_lane {
    const char *queue; /* in; the caller's */
    int threads;       /* out: the wish, 1..SCALE_THREADS_MAX; SCALE_NOT_SET = none */
};
/* What the process is to have, for `count` lanes in one round trip.  Fields that hold no usable number (anybody can write to the
 * hash) count as none.  On failure the lanes are as they were. */
must_check int queue_scale_get(struct redis *r, const char *identity, struct scale_lane *lanes,
                               size_t count, struct fail *f);

/* One field of the hash. */
struct scale_wish {
    char identity[128]; /* "" = all processes */
    char queue[JOB_NAME_BYTES];
    int threads;
};
/* All wishes, by queue, then identity ("" first).  *ret is the caller's, to free(). */
must_check int queue_scale_list(struct redis *r, struct scale_wish **ret, size_t *ret_count,
                                struct fail *f);
