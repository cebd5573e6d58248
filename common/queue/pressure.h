/* Backpressure: enqueue refuses new jobs while their queue is too long or Redis nearly full, long before Redis itself refuses.
 * Nothing else is held up: claims, settlements, retries, snoozes, promotion, recovery and the timetable go on, so
 * that workers make room.  Refusals are FAIL_LATER with code QUEUE_FULL or MEMORY_FULL and advice when to come again;
 * outbox rows wait in Postgres meanwhile.
 * The script of enqueue reads two keys: dropship:queue_max, and dropship:memory_full, which queue_pressure sets and clears, so
 * that no enqueue asks Redis for its memory.  The flag ends by itself when nobody renews it: then Redis' own limit is left.
 * Threads: all functions use the caller's struct redis and keep no state. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/redis/redis.h"

#define KEY_MEMORY_FULL "dropship:memory_full" /* what is said of it; TTL PRESSURE_FLAG_MS */
#define KEY_QUEUE_MAX   "dropship:queue_max"   /* jobs; unset = PRESSURE_QUEUE_MAX */

enum {
    PRESSURE_QUEUE_MAX = 10000000, /* a queue that holds so many jobs takes no more */
    PRESSURE_FLAG_MS = 10000,
    PRESSURE_EVERY_MS = 1000,  /* how often queue_pressure is to be called */
    PRESSURE_SLACK_PERCENT = 3 /* the flag goes when so much less is used than what set it */
};

struct pressure {
    int64_t queue_max;      /* in: jobs a queue may hold */
    int64_t memory_percent; /* in: of maxmemory; at so much the flag is set */
    int64_t used_bytes;     /* out: what counts against maxmemory */
    int64_t max_bytes;      /* out: maxmemory; 0 = Redis has no limit, and the flag is never set */
    bool full;              /* out: new jobs are refused for the memory they would take */
};

/* Ask Redis for its memory, set or clear the flag, and write down the longest queue.  Any number of callers at once. */
must_check int queue_pressure(struct redis *r, struct pressure *p, struct fail *f);
