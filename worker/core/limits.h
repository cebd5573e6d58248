/* Limits per provider and account, shared by all workers through Redis (scripts, Redis time): spacing, token bucket by cost,
 * points per UTC day, and a circuit breaker.  Short waits are slept; long ones are FAIL_LIMITED with retry_after_ms, which
 * snoozes the job.  What is being waited for is kept in the hash dropship:limit:PROVIDER for people (text, until).
 * When Redis cannot be asked the call is refused (FAIL_LATER): no limiter, no call.
 * Threads: a struct limits belongs to one thread (uses that thread's redis). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/money.h"
#include "common/redis/redis.h"

struct limits;

/* max_sleep_ms: longest wait slept instead of snoozed. */
must_check int limits_open(struct redis *r, int64_t max_sleep_ms, struct limits **ret,
                           struct fail *f);
/* Free it; the redis stays the caller's; accepts NULL. */
void limits_close(struct limits *l);

/* Breaker: FAIL_LIMITED while open (half-open lets one probe through).  Call before, and report after, each request. */
must_check int limits_breaker_enter(struct limits *l, const char *provider, struct fail *f);
/* healthy: an answer came that is not 5xx; five unhealthy in a row open it for 30 s, doubling to 10 min. */
void limits_breaker_report(struct limits *l, const char *provider, bool healthy);

/* After a successful enter: the call is not made after all (a probe is given up, the state stays). */
void limits_breaker_leave(struct limits *l, const char *provider);

/* Calls of one account at least spacing_ms apart over all workers: reserves the next moment and sleeps until then. */
must_check int limits_space(struct limits *l, const char *account, int64_t spacing_ms,
                            struct fail *f);
/* Nobody calls before now + pause_ms (after a throttling answer). */
must_check int limits_pause(struct limits *l, const char *account, int64_t pause_ms,
                            struct fail *f);

/* What may be had of an account's points per UTC day. */
struct day_points {
    int64_t allowance;
    int64_t reserve;  /* of the allowance, kept for those who may use it */
    bool use_reserve; /* the caller is one of them */
};
/* Take `points` of the day's; none is nothing to do.  FAIL_LIMITED until the reset, with code "POINTS". */
must_check int limits_points(struct limits *l, const char *account, int64_t points,
                             const struct day_points *day, struct fail *f);
/* The provider says the points are used up: believe it until the next UTC day or for retry_ms. */
must_check int limits_points_gone(struct limits *l, const char *account, int64_t retry_ms,
                                  struct fail *f);

/* What the account's wallet held when it was asked last; for people only, so nothing fails.  l may be NULL: nothing. */
void limits_wallet(struct limits *l, const char *account, const struct money *held);

/* Token bucket by cost: wait until `cost` is there, take it.  Size and refill come from the last limits_bucket_report. */
must_check int limits_bucket_take(struct limits *l, const char *account, double cost,
                                  struct fail *f);
/* A bucket of cost, as its provider describes it. */
struct cost_bucket {
    double available, maximum, restore_per_s;
};
/* What the provider said about its bucket after a call; without a maximum and a rate above 0 nothing is kept. */
must_check int limits_bucket_report(struct limits *l, const char *account,
                                    const struct cost_bucket *said, struct fail *f);
