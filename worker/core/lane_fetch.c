#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "worker/core/lane_priv.h"

enum {
    FETCH_BACKOFF_MIN_MS = 100,
    FETCH_BACKOFF_MAX_MS = 5000,
    FETCH_IDLE_MS = 500,
    DATABASE_LOOK_MS = 1000,
    REDIS_SLACK_MS = 3000
};

struct fetcher {
    struct lane *lane;
    struct redis *redis;
    struct db *db;      /* asked only after jobs lost their Postgres */
    int64_t backoff_ms; /* after the last failure; 0 = it went well */
    char *payloads[LANE_SERIALS];
    size_t sizes[LANE_SERIALS];
};

/* A job claimed ahead that found no thread in time runs sooner elsewhere; lock held. */
static void shed_waiting(struct lane *l)
{
    if (l->ready.head == NULL || clock_mono_ms() - l->ready.head->claimed_ms < LANE_SHED_MS) {
        return;
    }
    lane_give_back_ready(l);
    l->average_us = LANE_TINY_US * 8; /* runs are not tiny any more */
}

/* How many jobs may be claimed now; 0 = none, with the reason noted; lock held. */
static size_t room_now(struct lane *l)
{
    bool tiny = l->average_us >= 0 && l->average_us < LANE_TINY_US;
    int room = l->setup.threads + (tiny ? LANE_LOOK_AHEAD : 0) - l->running - l->ready.count;

    if (!atomic_load(l->setup.lease_valid)) {
        lane_note(l, "lease lost");
        return 0;
    }
    if (l->postgres_until_ms > clock_mono_ms()) {
        return 0; /* noted by the job thread */
    }
    if (l->unsettled >= LANE_UNSETTLED_MAX) {
        lane_note(l, "finished jobs cannot be settled");
        return 0;
    }
    if (room <= 0) {
        lane_note(l, ""); /* busy is not stalled */
    }
    return room > 0 ? (size_t)room : 0;
}

/* The next claim list without unsettled jobs.  They are used in turn, so that what a lost reply
 * left in one is found again. */
static bool free_serial(struct lane *l, unsigned *ret)
{
    unsigned lists = (unsigned)l->setup.threads + LANE_LOOK_AHEAD;

    for (unsigned i = 0; i < lists; i++) {
        unsigned serial = (l->next_serial + i) % lists;
        if (l->in_list[serial] == 0) {
            *ret = serial;
            return true;
        }
    }
    return false;
}

/* Wait until jobs may be claimed.  0 = the lane stops. */
static size_t wait_for_room(struct lane *l, unsigned *ret_serial)
{
    size_t room = 0;

    pthread_mutex_lock(&l->lock);
    while (!l->stopping && !l->ending) {
        shed_waiting(l);
        if (l->quiet) {
            lane_note(l, "");
        } else if ((room = room_now(l)) > 0 && free_serial(l, ret_serial)) {
            break;
        }
        room = 0;
        lane_wait(l, &l->room, FETCH_IDLE_MS);
    }
    pthread_mutex_unlock(&l->lock);
    return room;
}

/* Hand what was claimed to the job threads, or straight back when the lane has been stopped
 * meanwhile. */
static void deliver(struct fetcher *fetcher, unsigned serial, size_t count)
{
    struct lane *l = fetcher->lane;

    pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < count; i++) {
        struct item *item = item_new(take_ptr(fetcher->payloads[i]), fetcher->sizes[i], serial);
        if (item == NULL) {
            continue; /* no memory: it stays in the claim list, whose next user finds it */
        }
        l->in_list[serial]++;
        if (l->stopping) {
            item->kind = SETTLE_BACK;
            lane_give_to_settler(l, item);
        } else {
            item_list_push(&l->ready, item);
            pthread_cond_signal(&l->work);
        }
    }
    l->next_serial = serial + 1;
    l->redis_ok_ms = clock_mono_ms();
    if (l->postgres_until_ms <= l->redis_ok_ms && l->postgres_streak == 0) {
        lane_note(l, "");
    }
    pthread_mutex_unlock(&l->lock);
    atomic_fetch_add(&l->setup.stats->claimed, (long long)count);
}

/* The same list is used again after a failure: it may hold jobs whose reply was lost. */
static void back_off(struct fetcher *fetcher, const struct fail *f)
{
    struct lane *l = fetcher->lane;

    if (fetcher->backoff_ms == 0) {
        log_warn("lane.redis_away", kv_str("queue", l->setup.queue), kv_fail(f));
    }
    fetcher->backoff_ms = fetcher->backoff_ms == 0 ? FETCH_BACKOFF_MIN_MS : fetcher->backoff_ms * 2;
    if (fetcher->backoff_ms > FETCH_BACKOFF_MAX_MS) {
        fetcher->backoff_ms = FETCH_BACKOFF_MAX_MS;
    }
    pthread_mutex_lock(&l->lock);
    lane_note(l, "redis away");
    if (!l->stopping && !l->ending) {
        lane_wait(l, &l->room, fetcher->backoff_ms);
    }
    pthread_mutex_unlock(&l->lock);
}

/* After jobs were sent away for want of Postgres (or Redis) the fetcher looks itself, instead of
 * spending more jobs on it. */
static bool infrastructure_back(struct fetcher *fetcher)
{
    struct lane *l = fetcher->lane;
    struct fail f = { 0 };

    pthread_mutex_lock(&l->lock);
    bool lost = l->postgres_streak > 0;
    pthread_mutex_unlock(&l->lock);
    if (!lost) {
        return true;
    }
    bool back = (fetcher->db != NULL || db_open(conf_text(l->setup.conf, CONF_DATABASE_URL),
                                                "dropship-worker", &fetcher->db, &f) == 0) &&
                db_ready(fetcher->db, &f) == 0;
    pthread_mutex_lock(&l->lock);
    l->postgres_streak = back ? 0 : l->postgres_streak;
    l->postgres_until_ms = back ? 0 : clock_mono_ms() + DATABASE_LOOK_MS;
    pthread_mutex_unlock(&l->lock);
    if (back) {
        log_info("lane.postgres_back", kv_str("queue", l->setup.queue));
    }
    return back;
}

static void fetch_once(struct fetcher *fetcher, size_t room, unsigned serial)
{
    const struct lane_setup *setup = &fetcher->lane->setup;
    struct claim_list list;
    size_t count = 0;
    struct fail f = { 0 };

    if (!infrastructure_back(fetcher)) {
        return;
    }
    queue_claim_list(setup->identity, setup->queue, serial, &list);
    if (queue_claim(fetcher->redis, &list, room, LANE_BLOCK_MS, fetcher->payloads, fetcher->sizes,
                    &count, &f) < 0) {
        back_off(fetcher, &f);
        return;
    }
    if (fetcher->backoff_ms > 0) {
        fetcher->backoff_ms = 0;
        log_info("lane.redis_back", kv_str("queue", setup->queue));
    }
    deliver(fetcher, serial, count);
}

static void fetch_until_stopped(struct fetcher *fetcher)
{
    unsigned serial = 0;
    size_t room = 0;

    while ((room = wait_for_room(fetcher->lane, &serial)) > 0) {
        fetch_once(fetcher, room, serial);
    }
}

void *lane_fetch_main(void *lane)
{
    struct lane *l = lane;
    struct fetcher *fetcher = calloc(1, sizeof *fetcher);
    struct fail f = { 0 };

    if (fetcher != NULL &&
        redis_open(conf_text(l->setup.conf, CONF_REDIS_URL), &fetcher->redis, &f) == 0) {
        fetcher->lane = l;
        redis_set_timeout(fetcher->redis, LANE_BLOCK_MS + REDIS_SLACK_MS);
        fetch_until_stopped(fetcher);
        redis_close(fetcher->redis);
        db_close(fetcher->db);
    } else {
        log_error("lane.failed", kv_str("queue", l->setup.queue), kv_fail(&f));
    }
    free(fetcher);
    pthread_mutex_lock(&l->lock);
    l->fetcher_ended = true;
    if (!l->stopping) {
        lane_note(l, "fetcher failed");
    }
    pthread_cond_broadcast(&l->settled);
    pthread_mutex_unlock(&l->lock);
    return NULL;
}
