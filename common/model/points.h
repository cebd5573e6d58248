/* Points of an outside service used today, as the workers' limiter counts them in Redis.  Threads: uses the caller's redis. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/redis/redis.h"

/* Points of account ("cj") used on the present UTC day; 0 when none were. */
must_check int points_used_today(struct redis *r, const char *account, int64_t *ret,
                                 struct fail *f);
