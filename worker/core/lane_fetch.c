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
    REDIS_SLACK_MS = 3000,
    LAST_LOOK_MS = 1000 /* how long the end waits for Redis to take back what is owed */
};

struct fetcher {
    struct lane *lane;
    struct redis *redis;
    struct db *db;      /* asked only after jobs lost their Postgres */
    int64_t backoff_ms; /* after the last failure; 0 = it went well */
    struct batch *spare;
    bool owes;     /* a claim failed: its list may hold jobs whose reply was lost */
    unsigned owed; /* that list */
};

/* Why nothing may be claimed at all; NULL = it may.  Lock held. */
static const char *hindrance(const struct lane *l)
{
    if (!atomic_load(l->setup.lease_valid)) {
        return "lease lost";
    }
    if (l->unsettled >= LANE_UNSETTLED_MAX) {
        return "finished jobs cannot be settled";
    }
    return l->postgres_until_ms > clock_mono_ms() ? "postgres or redis away for jobs" : NULL;
}

/* How many jobs may be claimed now; 0 = none, with the reason noted; lock held.  While there is work for the threads, small
 * claims are not worth their round trip. */
static size_t room_now(struct lane *l)
{
    const char *reason = hindrance(l);
    size_t ahead = lane_look_ahead(l);
    size_t all = (size_t)l->threads_wanted + ahead;
    size_t held = (size_t)l->running + l->ready_items;

    l->fetch_below = 0;
    if (reason != NULL) {
        lane_note(l, reason);
        return 0;
    }
    size_t room = held < all ? all - held : 0;
    if (room == 0 || (l->ready_items > 0 && room < ahead / 2)) {
        lane_note(l, ""); /* busy is not stalled */
        l->fetch_below = ahead / 2 + 1;
        return 0;
    }
    return room < LANE_BATCH_MAX ? room : LANE_BATCH_MAX;
}

/* The next claim list without unsettled jobs; first of all one that may hold jobs already.  They are used in turn, so that
 * what was left in one is found again. */
static bool free_serial(const struct fetcher *fetcher, unsigned *ret)
{
    const struct lane *l = fetcher->lane;

    if (fetcher->owes) {
        *ret = fetcher->owed;
        return true;
    }
    for (unsigned i = 0; i < l->serials_max; i++) {
        unsigned serial = (l->next_serial + i) % l->serials_max;
        if (!l->in_use[serial]) {
            *ret = serial;
            return true;
        }
    }
    return false;
}

/* Wait until jobs may be claimed.  0 = the lane stops, or is quiet and owes jobs. */
static size_t wait_for_room(struct fetcher *fetcher, unsigned *ret_serial)
{
    struct lane *l = fetcher->lane;
    size_t room = 0;

    pthread_mutex_lock(&l->lock);
    while (!l->stopping && !l->ending && !(l->quiet && fetcher->owes)) {
        if (l->quiet) {
            lane_note(l, "");
        } else if ((room = room_now(l)) > 0 && free_serial(fetcher, ret_serial)) {
            break;
        }
        room = 0;
        lane_wait(l, &l->room, FETCH_IDLE_MS);
    }
    l->fetch_below = 0;
    pthread_mutex_unlock(&l->lock);
    return room;
}

static void note_success(struct lane *l)
{
    l->redis_ok_ms = clock_mono_ms();
    if (l->postgres_until_ms <= l->redis_ok_ms && l->postgres_streak == 0) {
        lane_note(l, "");
    }
}

/* Hand what was claimed to the job threads, or straight back when the lane has been stopped
 * meanwhile. */
static void deliver(struct fetcher *fetcher, unsigned serial, struct claimed *claimed)
{
    struct lane *l = fetcher->lane;
    size_t count = claimed->count;
    bool ask = claimed->ask_cancelled;
    struct batch *b = count > 0 ? batch_new(take_ptr(fetcher->spare), claimed, serial) : NULL;

    claimed_done(claimed);
    fetcher->owes = count > 0 && b == NULL; /* no memory */
    fetcher->owed = serial;
    size_t ended = b != NULL && ask ? lane_end_cancelled(l, fetcher->redis, b) : 0;
    pthread_mutex_lock(&l->lock);
    note_success(l);
    if (b != NULL) {
        l->in_use[serial] = true;
        l->next_serial = serial + 1;
        l->ready_items += count - ended;
        b->given = ended;
        if (ended < count) {
            batch_push(&l->ready, b);
        }
        lane_count_finished(l, b, ended);
        if (l->stopping || l->quiet) { /* it was told while the claim waited at the server */
            lane_give_back_ready(l);
        }
        pthread_cond_signal(&l->work);
        if (!l->settler_timed) {
            pthread_cond_signal(&l->finished); /* the settler watches what waits */
        }
    }
    if (fetcher->spare == NULL) {
        fetcher->spare = take_ptr(l->spare);
    }
    if (fetcher->owes && !l->stopping) {
        lane_wait(l, &l->room, FETCH_BACKOFF_MAX_MS); /* memory may come back */
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
    struct claimed claimed = { .count = 0 };
    const struct claim_request request = { .list = &list, .max = room, .block_ms = LANE_BLOCK_MS };
    struct fail f = { 0 };

    if (!infrastructure_back(fetcher)) {
        return;
    }
    queue_claim_list(setup->identity, setup->queue, serial, &list);
    if (queue_claim(fetcher->redis, &request, &claimed, &f) < 0) {
        fetcher->owes = true;
        fetcher->owed = serial;
        back_off(fetcher, &f);
        return;
    }
    if (fetcher->backoff_ms > 0) {
        fetcher->backoff_ms = 0;
        log_info("lane.redis_back", kv_str("queue", setup->queue));
    }
    deliver(fetcher, serial, &claimed);
}

/* Nothing is claimed any more: what a lost reply left in a list would stay there as long as this process lives, and then be
 * recovered as if a worker had died of it.  False = Redis is away. */
static bool give_back_owed(struct fetcher *fetcher)
{
    const struct lane_setup *setup = &fetcher->lane->setup;
    struct claim_list list;
    int64_t released = 0;
    struct fail f = { 0 };

    queue_claim_list(setup->identity, setup->queue, fetcher->owed, &list);
    if (queue_claim_release(fetcher->redis, &list, &released, &f) < 0) {
        back_off(fetcher, &f);
        return false;
    }
    fetcher->owes = false;
    if (released > 0) {
        log_info("lane.owed", kv_str("queue", setup->queue), kv_int("jobs", released));
    }
    return true;
}

static bool is_stopped(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    bool stopped = l->stopping || l->ending;
    pthread_mutex_unlock(&l->lock);
    return stopped;
}

static void fetch_until_stopped(struct fetcher *fetcher)
{
    unsigned serial = 0;

    while (!is_stopped(fetcher->lane)) {
        size_t room = wait_for_room(fetcher, &serial);
        if (room > 0) {
            fetch_once(fetcher, room, serial);
        } else if (fetcher->owes) {
            (void)give_back_owed(fetcher); /* again, after a rest */
        }
    }
    if (fetcher->owes) {
        redis_set_timeout(fetcher->redis, LAST_LOOK_MS);
        (void)give_back_owed(fetcher); /* once; recovery finds them, too */
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
        batch_free(fetcher->spare);
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
