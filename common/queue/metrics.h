/* The pool's counters in Redis, kept where Sidekiq's own buttons cannot reset them: they only rise, whichever processes come
 * and go, and begin at 0 again only with an emptied Redis.  Also Sidekiq's keys for its Metrics page (8.x form).
 *   dropship:metrics:jobs        QUEUE|TYPE|WHAT -> jobs; WHAT is an outcome, or "failed" (runs)
 *   dropship:metrics:wait, :run  QUEUE|TYPE|N -> jobs in bucket N, QUEUE|TYPE|sum -> microseconds
 *   dropship:metrics:pool        WHAT|OF -> count, of other things than jobs
 *   dropship:metrics:enqueued    QUEUE -> jobs
 * Names hold no '|' (see job_spec), so a field can be taken apart.
 * Threads: all functions use the caller's struct redis and keep no state. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/queue/job.h"
#include "common/redis/redis.h"

/* Upper bounds of the buckets in microseconds: Sidekiq's 25, and seven more below its first.  Bucket n counts what is at
 * most bound n; the last bucket has no bound. */
enum { METRICS_BUCKETS = 33, METRICS_FINE = 7, METRICS_SIDEKIQ_BUCKETS = 26 };
extern const int64_t metrics_bounds_us[METRICS_BUCKETS - 1];

/* The bucket of a duration; a negative one counts as 0. */
int metrics_bucket(int64_t duration_us);

struct metrics_histogram {
    uint64_t buckets[METRICS_BUCKETS]; /* jobs in each alone, not cumulative */
    uint64_t sum_us;
};
/* Add the jobs and the time of `more`, which stays as it is, to `to`. */
void metrics_histogram_add(struct metrics_histogram *to, const struct metrics_histogram *more);

/* ---- adding ---- */

enum metrics_where { METRICS_JOBS, METRICS_WAIT, METRICS_RUN, METRICS_POOL, METRICS_WHERES };

/* What a process adds in one call: increments of the pool's counters and what Sidekiq shows.  Filled by the functions below,
 * which leave out what is 0; that memory ran out is told by queue_metrics_add. */
struct metrics_report;
/* now_us: the minute (UTC) under which Sidekiq shows it.  NULL without memory. */
struct metrics_report *metrics_report_new(int64_t now_us);
/* Release a report, sent or not.  Accepts NULL. */
void metrics_report_free(struct metrics_report *report);
static inline void metrics_report_free_p(struct metrics_report **report)
{
    metrics_report_free(*report);
}
/* Add to QUEUE|TYPE|WHAT of METRICS_JOBS. */
void metrics_report_jobs(struct metrics_report *report, const char *queue, const char *type,
                         const char *what, uint64_t by);
/* Add to WHAT|OF of METRICS_POOL. */
void metrics_report_pool(struct metrics_report *report, const char *what, const char *of,
                         uint64_t by);
/* Add to the histogram QUEUE|TYPE of METRICS_WAIT or METRICS_RUN. */
void metrics_report_times(struct metrics_report *report, enum metrics_where where,
                          const char *queue, const char *type,
                          const struct metrics_histogram *times);
/* Runs of one type for Sidekiq's page: all, failed, and the run times of those that ended well. */
void metrics_report_class(struct metrics_report *report, const char *type, uint64_t runs,
                          uint64_t failed, const struct metrics_histogram *well);
/* Whether there is nothing to send. */
bool metrics_report_empty(const struct metrics_report *report);

/* Send a report in one script.  serial: 1, 2, ... for each report of this process; after any failure send the same report
 * with the same serial until it is taken, then it has been added once whatever became of the replies (if that takes less
 * than an hour). */
must_check int queue_metrics_add(struct redis *r, const char *identity, int64_t serial,
                                 const struct metrics_report *report, struct fail *f);

/* ---- reading ---- */

struct metrics_count { /* one counter */
    char queue[JOB_NAME_BYTES], type[JOB_NAME_BYTES], what[JOB_NAME_BYTES];
    int64_t value;
};
/* All counters of METRICS_JOBS (or of METRICS_POOL: WHAT is in `what`, OF in `queue`), sorted; *ret is malloc'ed.
 * Fields that nobody of us wrote are skipped. */
must_check int queue_metrics_counts(struct redis *r, enum metrics_where where,
                                    struct metrics_count **ret, size_t *ret_count, struct fail *f);

struct metrics_times {
    char queue[JOB_NAME_BYTES], type[JOB_NAME_BYTES];
    struct metrics_histogram histogram;
};
/* All histograms of METRICS_WAIT or METRICS_RUN, sorted; *ret is malloc'ed. */
must_check int queue_metrics_times(struct redis *r, enum metrics_where where,
                                   struct metrics_times **ret, size_t *ret_count, struct fail *f);

/* Jobs enqueued per queue, by enqueue and the timetable; a Sidekiq client counts none: `queue` and `value` of each row; *ret is malloc'ed. */
must_check int queue_metrics_enqueued(struct redis *r, struct metrics_count **ret,
                                      size_t *ret_count, struct fail *f);

/* How safe jobs are: what recovery did, and its proof. */
struct metrics_safety {
    int64_t condemned;      /* sent to dead as WorkerLost */
    int64_t canary_age_us;  /* since the last canary was planted; -1 = never */
    int64_t canary_away_us; /* how long the last one was, or is, away; -1 = never planted */
};
/* Read them as they are now; for metrics. */
must_check int queue_metrics_safety(struct redis *r, struct metrics_safety *ret, struct fail *f);
