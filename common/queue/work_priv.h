/* Private to common/queue: the two sides of queue_work.  work.c keeps the process alive in the caller's thread, work_thread.c
 * runs jobs. */
#pragma once

#include <pthread.h>

#include "common/queue/queue.h"
#include "common/queue/work.h"

struct work_pool {
    struct queue_work setup;
    char identity[128];
    atomic_bool quiet, ending;
    atomic_llong leased_until_ms; /* monotonic */
    atomic_int living;            /* threads */
    size_t thread_count;
    struct work_thread *threads;
};

struct work_thread {
    struct work_pool *pool;
    const char *queue;
    struct redis *redis;
    pthread_t id;
    struct claim_list list;
    unsigned serial;
    int64_t average_us; /* of one job; -1 = none has run */
    int64_t backoff_ms; /* after a failure of Redis; 0 = it went well */

    /* The batch.  What has not run stands there as SETTLE_BACK, so it can be settled at any moment. */
    pthread_mutex_t
        lock; /* guards what follows: the caller's thread settles what a long job holds up */
    struct claimed claimed;
    struct settlement items[WORK_BATCH_MAX];
    char *forms
        [WORK_BATCH_MAX]; /* malloc'ed: what items[i].next points to; NULL = nothing of its own */
    bool cancelled[WORK_BATCH_MAX];
    bool
        repeated; /* a settlement of it failed: what reads as fenced may have been settled by that */
    size_t count;
    size_t next;    /* first one that was not started; count = no more of them is to be */
    size_t present; /* the one that runs */
    int64_t run_at_us, run_at_ms; /* wall clock and monotonic; run_at_ms 0 = none runs */
};

/* Told to stop, by whomever. */
bool work_ending(const struct work_pool *p);
/* Claims and starts are allowed: not ending, not quiet, and the lease lives. */
bool work_may_start(const struct work_pool *p);
/* Hand a note to the setup's `note`, when it has one, on the calling thread. */
void work_tell(const struct work_pool *p, const struct work_note *note);
/* A thread's body; arg is its struct work_thread. */
void *work_thread_main(void *arg);
/* When a job of this thread has been running for long, settle all else of its batch on another connection. */
void work_relieve(struct work_thread *t, struct redis *redis);
