/* A whole worker in one call: claim, run, settle, try again, renew the lease, recover, promote, show itself to Sidekiq's Web and
 * `dropship workers`, obey them, and end in order.  tests/examples/worker.c is one; tests/examples/by_hand.c does the same by the
 * single calls of queue.h, for who needs another shape.
 *
 * It is the simple form: a thread claims up to WORK_BATCH_MAX jobs (as many as it has lately got done in 5 ms, so slow jobs come
 * singly), runs them one by one and settles them with one more round trip.  What a long job holds up is settled, or handed
 * back to other threads, after a second.  dropship-worker's lanes are the fast form: there a lane's threads share what it
 * claims, and the next batch is claimed and the last one settled while this one runs; it also changes its threads at run
 * time (queue_scale_set, which has no effect here), counts for Prometheus, keeps a history, and does not count a run that ended
 * as FAIL_LIMITED as an attempt.
 * Measured with jobs that do nothing, release build, Redis on the same two cores, which had other work, too: 250,000 to 270,000
 * a second with one thread, 140,000 to 230,000 with four, as by then Redis is what they wait for.  More threads are for jobs
 * that wait.
 *
 * Jobs run at least once: again when the process dies before they are settled, or is frozen longer than its lease.  While
 * Redis is away, finished jobs wait for it and are settled then; they are not run again by this process unless it ends
 * or loses its lease before.  Without a valid lease nothing is claimed and nothing more is started.
 * Threads: `run` and `note` are called by any of the worker threads, several at once, `note` also by the caller's.  SIGPIPE is to
 * be ignored by the process. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/queue/job.h"

enum {
    WORK_QUEUES_MAX = 16,
    WORK_THREADS_MAX = 256, /* of all queues */
    WORK_BATCH_MAX = 100,
    WORK_LEASE_MS = 10000 /* unless told */
};

/* Do one job.  It has a class, and args is the text of an array.  0 = done; -1 = failed with *f: fail_rule(kind)->retry says
 * whether it is tried again, or goes to `dead`, as it does when its attempts are used up.  The next attempt comes after
 * f->retry_after_ms (a day at most, and up to a fifth more), or else after Sidekiq's backoff (15 s, 16 s, 31 s, ..., 20 days in
 * 25 attempts).  Must be safe to repeat. */
typedef int work_run_fn(void *ctx, const struct job *job, struct fail *f);

enum work_event {
    WORK_DONE,
    WORK_RETRY,     /* failed, will be tried again; fail says why */
    WORK_DEAD,      /* failed for good; of a payload that is no job, job is NULL */
    WORK_EXPIRED,   /* ended without a start: too late (struct job, expires_us) */
    WORK_CANCELLED, /* likewise: somebody asked for its end (cancel.h) */
    WORK_FENCED,    /* had been recovered before it was settled: it runs, or ran, elsewhere too */
    WORK_TROUBLE /* Redis, or no memory; job is NULL.  It is being tried again; told once until it is over */
};
/* What `note` is told, for a log or a metric; borrowed for the call.  The first five are said when the job has ended here, before
 * that is settled. */
struct work_note {
    enum work_event event;
    const struct job *job;
    const struct fail *fail; /* of RETRY, DEAD and TROUBLE; else NULL */
    int64_t run_us;          /* time in `run` */
    int64_t wait_ms;         /* RETRY: until the next attempt */
};
typedef void work_note_fn(void *ctx, const struct work_note *note);

struct queue_work {
    const char *redis_url;
    struct {
        const char *name;
        int threads;           /* 0 = 1; each has a connection to Redis */
    } queues[WORK_QUEUES_MAX]; /* up to the first without a name */
    work_run_fn *run;
    work_note_fn *note; /* NULL = nobody wants to know */
    void *ctx;          /* for both */
    atomic_bool *
        stop; /* set it, in a signal handler for instance, to end; NULL = only TERM through Redis ends it */
    int64_t
        lease_ms; /* 1000 or more; 0 = WORK_LEASE_MS.  After so long, jobs of a dead process run elsewhere */
    int tries; /* attempts after the first, of jobs that do not say; 0 = JOB_DEFAULT_RETRIES */
};

/* Work until told to stop: claim no more, let running jobs end (there is no deadline: a handler that takes long looks at `stop`
 * itself), settle them, hand back the others, unregister.  A signal TSTP through Redis only ends claiming.
 * Returns 0 after that, also when Redis was away at the end (recovery does the rest).  -1, and nothing stays claimed:
 * FAIL_INPUT (the setup), FAIL_DENIED (Redis may evict jobs, or does not let us in), FAIL_LATER (Redis away at the start, no memory
 * or threads). */
must_check int queue_work(const struct queue_work *setup, struct fail *f);
