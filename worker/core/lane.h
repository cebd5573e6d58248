/* One lane per queue: a fetcher thread that claims as many jobs as there are free threads (and a
 * bounded look-ahead that follows the measured run time), N job threads, and a thread that settles in batches.
 * A slow queue cannot starve another. A job is claimed, run and settled by the lane alone; only
 * settling is repeated when Redis is away, never the job.
 * Threads: all functions may be called by any thread; lane_free by the one that ends the worker. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/queue/queue.h"
#include "worker/core/history.h"
#include "worker/core/job_types.h"
#include "worker/core/metrics.h"
#include "worker/core/verdict.h"

struct lane;

enum { LANE_THREADS_MAX = 1024 };

/* Counters of the process, for /metrics. */
struct worker_stats {
    atomic_llong claimed;
    atomic_llong outcomes[RUN_OUTCOMES];
    atomic_llong infrastructure;  /* runs sent away because Redis or Postgres was away */
    atomic_llong settle_failures; /* settlements that had to be repeated */
    atomic_llong run_ms;          /* sum */
};

struct lane_setup {
    const char *queue;
    int threads;
    const char *identity;
    const struct conf *conf;
    const struct job_types *types;
    struct history *history; /* NULL = none is kept */
    struct metrics *metrics; /* NULL = nothing is counted */
    struct worker_stats *stats;
    const atomic_bool *lease_valid;     /* no claim while false */
    const atomic_llong *lease_until_ms; /* monotonic: no claimed job is started later */
};

/* All pointers are borrowed and must outlive the lane. */
must_check int lane_start(const struct lane_setup *setup, struct lane **ret, struct fail *f);

/* From now on so many job threads, 1 to LANE_THREADS_MAX; those that are too many end after what they run.  -1 when threads
 * could not be started: the lane then keeps those that could. */
must_check int lane_scale(struct lane *l, int threads, struct fail *f);
/* How many there are to be. */
int lane_threads(struct lane *l);
/* Claim nothing any more; what has been claimed is run, unless a claim is under way: what it brings goes back, and with it
 * what waits in memory.  No way back. */
void lane_quiet(struct lane *l);
/* Claim nothing any more and hand back at once what waits in memory; running jobs go on. */
void lane_stop(struct lane *l);
/* After lane_stop: nothing is claimed, running or unsettled any more. */
bool lane_idle(struct lane *l);
/* After lane_stop: put the running jobs back to the tail of their queue (their handlers cannot
 * be cancelled), waiting up to within_ms for Redis and for a claim under way.  Returns how many were handed back since lane_stop; may be called again,
 * to wait longer. */
int64_t lane_hand_back(struct lane *l, int64_t within_ms);
/* End the threads and release everything; only when lane_idle. Accepts NULL. */
void lane_free(struct lane *l);

/* A job that runs, or was claimed ahead and waits for a thread. */
struct lane_work {
    char thread_id[32], queue[JOB_NAME_BYTES], type[JOB_NAME_BYTES], jid[JOB_JID_BYTES];
    char *payload;
    int64_t run_at_us, running_ms;
};
/* Append what the lane holds to work[*count .. max); payloads are copies (NULL when the bytes
 * are no job). */
void lane_list_work(struct lane *l, struct lane_work *work, size_t max, size_t *count);
/* Release the payloads of count entries. */
void lane_work_done(struct lane_work *work, size_t count);

struct lane_health {
    char queue[JOB_NAME_BYTES];
    const char *reason;      /* why it cannot consume, "" when it can; a constant */
    int64_t stalled_ms;      /* how long it cannot; 0 = it can */
    int64_t redis_ok_age_ms; /* since the last successful command of the fetcher; -1 = never */
    bool postgres_ok;
    int threads, running, waiting, unsettled;
};
/* How the lane is now. */
void lane_health(struct lane *l, struct lane_health *ret);
