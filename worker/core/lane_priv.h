/* Inside of a lane; for lane*.c only.
 *   fetcher --ready--> job threads --finished--> settler
 * Everything in struct lane below `lock` is guarded by it; an item belongs to whoever took it
 * off a list. */
#pragma once

#include <pthread.h>

#include "common/redis/redis.h"
#include "worker/core/lane.h"
#include "worker/core/run.h"

enum {
    LANE_BLOCK_MS = 2000,     /* a claim waits so long at the server; bounds a stop, too */
    LANE_LOOK_AHEAD = 64,     /* most jobs claimed beyond the free threads */
    LANE_TINY_US = 20000,     /* average run below which looking ahead is worth it */
    LANE_UNSETTLED_MAX = 256, /* finished but not settled; no claims beyond */
    LANE_SETTLE_BATCH = 64,
    LANE_SHED_MS = 1000, /* a job claimed ahead that waited this long goes back */
    LANE_SERIALS = 320   /* claim lists in use at a time: threads + LANE_LOOK_AHEAD fit */
};

struct item { /* one claimed job */
    struct item *next;
    char *payload;
    size_t payload_bytes;
    unsigned serial;    /* of its claim list */
    int64_t claimed_ms; /* monotonic */
    enum settle_kind kind;
    struct run_result result;
    bool ran;      /* result is filled */
    bool copy;     /* handed back while another item of the same job still runs */
    bool repeated; /* settling was tried before: "fenced" then proves nothing */
};

struct item_list {
    struct item *head, *tail;
    int count;
};
/* First in, first out; an item is in one list at a time.  pop gives NULL when there is none. */
void item_list_push(struct item_list *list, struct item *item);
struct item *item_list_pop(struct item_list *list);
/* NULL without memory (the payload is then freed); item_free accepts NULL. */
struct item *item_new(char *take_payload, size_t payload_bytes, unsigned serial);
void item_free(struct item *item);

struct lane_slot { /* one job thread */
    struct lane *lane;
    pthread_t thread;
    bool started;
    struct item *item; /* running; NULL = free */
    int64_t run_at_us, run_at_ms;
    bool handed_back; /* its own settlement is to be dropped */
};

struct lane {
    struct lane_setup setup;
    pthread_t fetcher, settler;
    bool fetcher_started, settler_started;

    pthread_mutex_t lock;
    pthread_cond_t work;     /* an item is ready, or the end */
    pthread_cond_t room;     /* a slot became free, or a flag changed */
    pthread_cond_t finished; /* an item is to be settled, or the end */
    pthread_cond_t settled;  /* an item has been settled, or the fetcher ended */
    struct item_list ready, done;
    struct lane_slot *slots;
    int running, unsettled;    /* unsettled: given to the settler, not yet settled */
    int in_list[LANE_SERIALS]; /* unsettled jobs per claim list */
    unsigned next_serial;
    int64_t average_us;        /* of a run */
    int64_t postgres_until_ms; /* no claims before: Postgres or Redis was away for a job */
    int postgres_streak;
    bool quiet, stopping, ending, fetcher_ended;
    int64_t handed_back; /* settled as BACK since lane_stop */

    const char *reason;       /* why it does not claim; "" = it does */
    int64_t stalled_since_ms; /* 0 = it consumes */
    int64_t redis_ok_ms;      /* last success of the fetcher; 0 = never */
};

/* Bodies of the two threads; the argument is the lane. */
void *lane_fetch_main(void *lane);
void *lane_settle_main(void *lane);
/* Give an item to the settler; lock held. */
void lane_give_to_settler(struct lane *l, struct item *item);
/* Everything that waits for a thread goes back to the queue; lock held. */
void lane_give_back_ready(struct lane *l);
/* Wait on cond for at most ms (monotonic); lock held. */
void lane_wait(struct lane *l, pthread_cond_t *cond, int64_t ms);
/* Note that the lane consumes (reason "") or why not; lock held. */
void lane_note(struct lane *l, const char *reason);
