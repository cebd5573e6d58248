/* Inside of a lane; for lane*.c only.
 *   fetcher --batch--> job threads --finished--> settler
 * A batch is what one claim brought, and has a claim list of its own; when all its jobs are done the list goes in one command.
 * Threads take jobs in chunks that are worth about LANE_CHUNK_US, so that tiny jobs do not cost a lock each.
 * Everything in struct lane below `lock` is guarded by it, as are the marked fields of batches and slots. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "common/redis/redis.h"
#include "worker/core/lane.h"
#include "worker/core/metrics.h"
#include "worker/core/run.h"

enum {
    LANE_BLOCK_MS = 2000,  /* a claim waits so long at the server; bounds a stop, too */
    LANE_AHEAD_US = 10000, /* claimed beyond the free threads: what they do in this time ... */
    LANE_BATCH_MAX = 512,  /* ... but so many at most; also the largest claim */
    LANE_CHUNK_US = 500,
    LANE_CHUNK_MAX = 64,
    LANE_SLOW_US = 5000, /* a job that takes longer is told to the settler at once */
    LANE_SETTLE_MS = 5,  /* a finished job waits so long for the others of its batch */
    LANE_WATCH_MS =
        20, /* a chunk that takes longer than this was misjudged: its rest leaves the thread */
    LANE_SHED_MS = 1000, /* a job claimed ahead that waited this long goes back */
    LANE_UNSETTLED_MAX = 4 * LANE_BATCH_MAX, /* finished but not settled; no claims beyond */
    LANE_SERIALS = LANE_THREADS_MAX + 64     /* batches with unsettled jobs at a time */
};

/* Who first moves an item away from WAITING decides what becomes of it. */
enum item_state { ITEM_WAITING, ITEM_TAKEN, ITEM_FINISHED, ITEM_SETTLED };

struct item {            /* one claimed job */
    const char *payload; /* the batch's */
    size_t payload_bytes;
    _Atomic enum item_state state;
    enum settle_kind kind; /* once FINISHED, as all below */
    bool ran, no_lock;
    const struct job_type *type; /* NULL = unknown */
    int64_t wait_us, run_us;     /* wait -1 = unknown */
    struct run_result *result;   /* NULL = done, or given back, and nothing is to be kept */
};

struct batch {
    struct batch *next; /* in `ready` or `pinned` */
    struct batch *next_complete, *next_partial;
    struct claimed claimed;
    unsigned serial; /* of its claim list */
    int64_t claimed_ms;
    size_t count, items_max;
    struct item *items;
    size_t given;             /* guarded: items before it have been handed out */
    size_t finished, settled; /* guarded */
    bool in_complete;         /* guarded */
    bool in_partial;          /* guarded */
    bool pinned;              /* guarded: a handler that was given up still reads a payload */
    int64_t due_ms;           /* guarded: when what is finished is settled without the rest */
};

struct batch_list { /* first in, first out */
    struct batch *head, *tail;
};

struct lane_slot { /* one job thread */
    struct lane *lane;
    int index;
    pthread_t thread;
    bool started, ended;    /* guarded; ended: to be joined */
    struct batch *batch;    /* guarded; its chunk; NULL = free */
    int64_t chunk_at_ms;    /* guarded; when it was handed out */
    struct item *given_up;  /* guarded; handed back while the thread ran it; its batch is pinned */
    _Atomic uint64_t range; /* of the chunk: next item << 32 | end; others may lower the end */
    _Atomic int64_t run_at_us, run_at_ms; /* of the present item; 0 = none */
    _Atomic uint32_t present;
    _Atomic uint32_t unreported; /* finished, not yet counted in the batch: by whom comes first */
    size_t ran;                  /* the thread's: in this chunk */
};

struct lane {
    struct lane_setup setup;
    pthread_t fetcher, settler;
    bool fetcher_started, settler_started;

    pthread_mutex_t lock;
    pthread_cond_t work;     /* jobs wait for a thread, or the end */
    pthread_cond_t room;     /* more may be claimed, or a flag changed */
    pthread_cond_t finished; /* something is to be settled, or the end */
    pthread_cond_t settled;  /* something has been settled, or the fetcher ended */
    struct batch_list ready; /* with items that wait for a thread */
    size_t ready_items,
        fetch_below; /* the fetcher wants to know when fewer wait; 0 = it does not */
    struct batch *complete, **complete_end; /* all finished, not all settled; first in, first out */
    struct batch *partial, **partial_end;   /* some finished; by due time */
    struct batch *spare;                    /* for the next claims */
    struct batch *pinned;                   /* settled, but until the lane ends somebody may look */
    bool in_use[LANE_SERIALS];              /* claim lists with unsettled jobs */
    unsigned next_serial, serials_max;
    struct lane_slot *slots[LANE_THREADS_MAX];
    int slots_made, threads_wanted, idle, running; /* running: threads with a chunk */
    int chunks;                                    /* of more than one item */
    bool settler_timed;                            /* it looks again within LANE_WATCH_MS */
    int64_t unsettled;  /* finished, not settled; settling may be ahead of counting for a moment */
    int64_t average_us; /* of a run; -1 = unknown */
    int64_t postgres_until_ms; /* no claims before: Postgres or Redis was away for a job */
    int postgres_streak;
    bool quiet, stopping, ending, fetcher_ended;
    int64_t handed_back; /* settled as BACK since lane_stop */

    const char *reason;       /* why it does not claim; "" = it does */
    int64_t stalled_since_ms; /* 0 = it consumes */
    int64_t redis_ok_ms;      /* last success of the fetcher; 0 = never */
};

/* Bodies of the three kinds of threads; the argument is the lane, or the slot. */
void *lane_fetch_main(void *lane);
/* Runs the jobs that its slot is given. */
void *lane_job_main(void *slot);
/* Settles what has ended, in batches. */
void *lane_settle_main(void *lane);

/* lane_batch.c; all with the lock held unless said otherwise. */

/* A batch for what a claim brought; takes *claimed over (emptied), even on failure.  NULL without memory: the jobs stay in
 * their claim list, whose next user finds them.  Lock not held. */
struct batch *batch_new(struct batch *spare, struct claimed *claimed, unsigned serial);
/* Lock not held; accepts NULL. */
void batch_free(struct batch *b);
/* Put b at the end of the list, which does not own it. */
void batch_push(struct batch_list *list, struct batch *b);
/* NULL when there is none. */
struct batch *batch_pop(struct batch_list *list);
/* Claim the right to decide about an item; false = somebody else has it. */
bool item_take(struct item *item);
/* Decided: kind and result are written. */
void item_finish(struct item *item, enum settle_kind kind);
/* `count` more items of the batch are finished: tell the settler. */
void lane_count_finished(struct lane *l, struct batch *b, size_t count);
/* Count what the slot's thread has finished and not told yet; it may be busy with a slow job. */
void lane_report(struct lane *l, struct lane_slot *slot);
/* The oldest batch that is to be settled now: whole ones first, unless a part waits too long behind them.  NULL = none yet, with
 * *ret_wait_ms until one will be (-1 = not known). */
struct batch *lane_next_done(struct lane *l, int64_t *ret_wait_ms);
/* Everything that waits for a thread goes back to the queue. */
void lane_give_back_ready(struct lane *l);
/* The same for what waits in chunks that were handed out at least after_ms ago; what ended there is counted. */
void lane_give_back_chunks(struct lane *l, int64_t after_ms);
/* Give back what was claimed ahead and has found no thread for LANE_SHED_MS: it runs sooner elsewhere. */
void lane_shed_waiting(struct lane *l);
/* How many jobs beyond the free threads may be claimed, by the time they take. */
size_t lane_look_ahead(const struct lane *l);

/* lane_cancel.c */

/* End the cancelled jobs of a batch that nobody else knows yet: they become its first items, finished.  Returns how many. */
size_t lane_end_cancelled(struct lane *l, struct redis *redis, struct batch *b);

/* lane.c */

/* Wait on cond for at most ms (monotonic); lock held. */
void lane_wait(struct lane *l, pthread_cond_t *cond, int64_t ms);
/* Note that the lane consumes (reason "") or why not; lock held. */
void lane_note(struct lane *l, const char *reason);
