/* Allowances per minute that all processes share: a token bucket in Redis, by Redis' clock, that holds one minute's tokens and
 * refills evenly.  Callers take many tokens at once and spend them by themselves, so that not each request asks Redis.
 * Threads: uses the caller's redis. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/redis/redis.h"

enum { RATE_SUBJECT_BYTES = 64 };

struct rate_grant {
    int64_t tokens;  /* that the caller may spend; 0 = none are left */
    int64_t left;    /* whole ones still in the bucket */
    int64_t wait_ms; /* until there is one; 0 unless tokens is */
};

struct rate_bucket {
    const char *subject; /* whose, "key:17"; at most RATE_SUBJECT_BYTES - 1 bytes are used */
    int64_t per_minute;  /* what it holds, >= 1 */
};
/* Take up to want (>= 1) tokens.  A bucket with fewer gives what it has.  Fails as redis_eval; then nothing is known to be
 * taken. */
must_check int rate_take(struct redis *r, const struct rate_bucket *bucket, int64_t want,
                         struct rate_grant *ret, struct fail *f);
