/* The pool's counters in Redis, kept where Sidekiq's own buttons cannot reset them: they only rise, whichever processes come
 * and go, and begin at 0 again only with an emptied Redis.  Also Sidekiq's keys for its Metrics page.
 *   dropship:metrics:jobs      QUEUE|TYPE|OUTCOME -> jobs       dropship:metrics:wait, :run   QUEUE|TYPE|N -> jobs in bucket N,
 *   dropship:metrics:pool      NAME|LABEL -> count                                            QUEUE|TYPE|sum -> microseconds
 * Threads: all functions use the caller's struct redis and keep no state. */
#pragma once

#include <stdint.h>

/* Upper bounds of the buckets in microseconds: Sidekiq's 25, and seven more below its first.  Bucket n counts what is at
 * most bound n; the last bucket has no bound. */
enum { METRICS_BUCKETS = 33, METRICS_FINE = 7, METRICS_SIDEKIQ_BUCKETS = 26 };
extern const int64_t metrics_bounds_us[METRICS_BUCKETS - 1];

/* The bucket of a duration; a negative one counts as 0. */
int metrics_bucket(int64_t duration_us);
