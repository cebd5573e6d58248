/* What the workers' limiter keeps in Redis about an outside service (worker/core/limits.h writes it): breaker, pause, points of
 * the day, bucket, wallet, when it answered last.  Read in one round trip for any number of services.
 * Threads: uses the caller's redis. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/redis/redis.h"

enum { LIMIT_TEXT_BYTES = 300 };

struct limit_view {
    int64_t now_us;                 /* by the clock of Redis */
    char waiting[LIMIT_TEXT_BYTES]; /* what calls wait for; "" = nothing */
    int64_t waiting_until_us;       /* 0 = no end is known */
    int64_t failures;               /* unhealthy answers in a row */
    bool open;                      /* the breaker is: no calls, or one probe */
    int64_t open_until_us;          /* next probe */
    int64_t paused_until_us;        /* asked for fewer calls; 0 = not */
    int64_t points_used;            /* of the present UTC day; -1 = never counted */
    int64_t points_gone_until_us;   /* the service itself says they are used up; 0 = not */
    bool has_bucket;
    double bucket_left, bucket_size, bucket_rate; /* left: as of now; rate: per second */
    int64_t ok_us, bad_us, bad_since_us;          /* last answers; 0 = none known */
    bool has_wallet;
    int64_t wallet_minor, wallet_us;
    char wallet_currency[4];
    char closed[LIMIT_TEXT_BYTES]; /* a person must act: "AUTH: ..."; "" = not closed */
    char closed_since[40];
};

/* accounts: "cj", "shopify", "ai_openai" ...; views[i] is that of accounts[i].  FAIL_LATER when Redis is away. */
must_check int limit_views_read(struct redis *r, const char *const *accounts, size_t count,
                                struct limit_view *views, struct fail *f);
