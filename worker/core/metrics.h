/* What a worker process counts about its jobs, per queue and type: outcomes, failures, how long jobs waited and ran.
 * Each settling thread has a shard of its own and takes its lock once per batch, so that counting costs a few nanoseconds per
 * job and nothing is allocated:
 *     metrics_begin(shard);
 *     for each settled job: metrics_count(shard, &(struct metrics_run){ ... });
 *     metrics_end(shard);
 * Jobs of unknown types (foreign class names) are counted under one type "unknown": names from outside must not make series.
 * Threads: a shard belongs to one thread; everything else may be called by any. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/str.h"
#include "common/redis/redis.h"
#include "worker/core/job_types.h"
#include "worker/core/verdict.h"

struct metrics;       /* of the process */
struct metrics_shard; /* of one settling thread: one queue */

#define METRICS_UNKNOWN_TYPE "unknown"

/* types is borrowed until metrics_free.  FAIL_LATER: memory. */
must_check int metrics_new(const struct job_types *types, struct metrics **ret, struct fail *f);
/* Releases the shards, too; nobody may count any more.  Accepts NULL. */
void metrics_free(struct metrics *m);
/* A new shard for jobs of `queue` (copied); it is m's and lives until metrics_free.  NULL without memory or without m:
 * then nothing is counted, as all functions below accept NULL. */
struct metrics_shard *metrics_shard(struct metrics *m, const char *queue);

struct metrics_run {             /* one settled job */
    const struct job_type *type; /* an item of the process's job_types; NULL = unknown */
    enum run_outcome outcome;
    bool failed;     /* counts as a failed run (run_result.failed) */
    int64_t wait_us; /* enqueued (or due) until started; negative = unknown */
    int64_t run_us;  /* in the handler; negative = it did not run */
};

/* Around the counting of a batch: take and release the shard's lock. */
void metrics_begin(struct metrics_shard *s);
/* Release it: the batch is counted. */
void metrics_end(struct metrics_shard *s);
/* Add one job; only between the two. */
void metrics_count(struct metrics_shard *s, const struct metrics_run *run);

/* Totals of the process that are counted elsewhere and sent along. */
enum metrics_total {
    METRICS_CLAIMED,
    METRICS_INFRASTRUCTURE,
    METRICS_SETTLE_FAILURES,
    METRICS_HISTORY_DROPPED,
    METRICS_TOTALS
};
extern const char *const metrics_total_names[METRICS_TOTALS];

/* Add what has been counted since the last flush to the pool's counters (common/queue/metrics.h): once, whatever becomes of a
 * reply.  After a failure it is sent again by the next call.  What a killed process had not flushed is not counted.
 * One thread calls this, the heartbeat's. */
must_check int metrics_flush(struct metrics *m, struct redis *r, const char *identity,
                             const int64_t totals[METRICS_TOTALS], struct fail *f);

/* What this process has counted since it began, as Prometheus text: dropship_worker_jobs_total and the histograms of waits and
 * runs. */
void metrics_write(struct metrics *m, struct str *out);
