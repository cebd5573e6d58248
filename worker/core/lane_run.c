/* The job threads of a lane. */
#include <stdlib.h>

#include "common/base/clock.h"
#include "worker/core/lane_priv.h"

enum { INFRASTRUCTURE_PAUSE_MS = 500, INFRASTRUCTURE_DOUBLINGS = 4 };

/* Jobs that do without Postgres prove nothing: they may not end the pause after a loss. */
enum footing { FOOTING_UNKNOWN, FOOTING_FIRM, FOOTING_LOST };

static uint64_t pack(size_t next, size_t end)
{
    return (uint64_t)next << 32 | (uint32_t)end;
}

/* So many jobs at a time that a lock is nothing beside them. */
static size_t chunk_items(const struct lane *l, const struct batch *b)
{
    size_t left = b->count - b->given;
    int64_t worth = l->average_us < 0 ? 1 : LANE_CHUNK_US / (l->average_us + 1);

    worth = worth < 1 ? 1 : worth > LANE_CHUNK_MAX ? LANE_CHUNK_MAX : worth;
    return left < (size_t)worth ? left : (size_t)worth;
}

/* Wake another thread when there is more than the ones that are awake get done at once. */
static void wake_another(struct lane *l)
{
    if (l->ready_items > 0 && l->idle > 0 &&
        (l->average_us < 0 ||
         (int64_t)l->ready_items * l->average_us >= LANE_CHUNK_US * (int64_t)l->running)) {
        pthread_cond_signal(&l->work);
    }
}

static void tell_fetcher(struct lane *l)
{
    if (l->ready_items < l->fetch_below) {
        l->fetch_below = 0;
        pthread_cond_signal(&l->room);
    }
}

static void hand_out(struct lane *l, struct lane_slot *slot)
{
    struct batch *b = l->ready.head;
    size_t count = chunk_items(l, b);

    slot->batch = b;
    slot->chunk_at_ms = clock_mono_ms();
    slot->ran = 0;
    atomic_store(&slot->range, pack(b->given, b->given + count));
    b->given += count;
    l->ready_items -= count;
    l->running++;
    if (b->given == b->count) {
        (void)batch_pop(&l->ready); /* slot->batch holds it */
    }
    if (count > 1) {
        l->chunks++;
        if (!l->settler_timed) {
            pthread_cond_signal(&l->finished); /* the settler watches chunks */
        }
    }
    wake_another(l);
    tell_fetcher(l);
}

/* The next chunk for this thread; false = it is to end.  Lock held. */
static bool take_chunk(struct lane *l, struct lane_slot *slot)
{
    while (!l->ending && slot->index < l->threads_wanted) {
        if (l->ready_items > 0) {
            hand_out(l, slot);
            return true;
        }
        l->idle++;
        pthread_cond_wait(&l->work, &l->lock);
        l->idle--;
    }
    pthread_cond_signal(&l->work); /* not for a thread that ends */
    return false;
}

/* After a run that lost Redis or Postgres nothing is claimed for a while: the queue is a better
 * place to wait than `schedule`.  Lock held. */
static void note_infrastructure(struct lane *l, enum footing footing)
{
    if (footing == FOOTING_FIRM) {
        l->postgres_streak = 0;
        l->postgres_until_ms = 0;
    }
    if (footing != FOOTING_LOST) {
        return;
    }
    lane_give_back_ready(l);
    lane_give_back_chunks(l, 0);
    if (l->postgres_until_ms > clock_mono_ms()) {
        return; /* the same loss, met by another thread */
    }
    int doublings = l->postgres_streak < INFRASTRUCTURE_DOUBLINGS ? l->postgres_streak
                                                                  : INFRASTRUCTURE_DOUBLINGS;
    l->postgres_streak++;
    l->postgres_until_ms = clock_mono_ms() + ((int64_t)INFRASTRUCTURE_PAUSE_MS << doublings);
    lane_note(l, "postgres or redis away for jobs");
}

static enum settle_kind settle_kind_of(enum run_outcome outcome)
{
    switch (outcome) {
    case RUN_DONE:
    case RUN_EXPIRED:
    case RUN_CANCELLED:
        return SETTLE_DONE;
    case RUN_RETRY:
        return SETTLE_RETRY;
    case RUN_SNOOZE:
        return SETTLE_SNOOZE;
    case RUN_DEAD:
        return SETTLE_DEAD;
    case RUN_FENCED:
    case RUN_BACK:
    case RUN_OUTCOMES:
        break;
    }
    return SETTLE_BACK;
}

/* Write what is to be done with the job into its item; false = it was handed back meanwhile, and somebody else has it. */
static bool conclude(struct item *item, struct run_result *result)
{
    if (!item_take(item)) {
        return false;
    }
    enum settle_kind kind = settle_kind_of(result->outcome);
    item->ran = result->ran;
    item->no_lock = result->no_lock;
    item->type = result->job_type;
    item->wait_us = result->enqueued_us > 0 ? result->started_us - result->enqueued_us : -1;
    item->run_us = result->finished_us - result->started_us;
    item->result = result->keep ? run_result_move(result) : NULL;
    if (item->result == NULL && kind != SETTLE_DONE) {
        kind = SETTLE_BACK; /* no memory for its next form: it runs again */
    }
    item_finish(item, kind);
    return true;
}

static void report_slow(struct lane_slot *slot, enum footing footing)
{
    struct lane *l = slot->lane;

    pthread_mutex_lock(&l->lock);
    lane_report(l, slot);
    note_infrastructure(l, footing);
    pthread_mutex_unlock(&l->lock);
}

/* Claimed long ago, as after a stop of the whole process: others may have been given the job. */
static void give_back(struct lane_slot *slot, struct item *item)
{
    if (item_take(item)) {
        item_finish(item, SETTLE_BACK);
        atomic_fetch_add(&slot->unreported, 1);
    }
}

/* What a run says about Redis and Postgres. */
static enum footing footing_of(const struct run_result *result)
{
    if (result->infrastructure) {
        return FOOTING_LOST;
    }
    bool asked_postgres =
        result->ran && (result->job_type->without & (unsigned)JOB_WITHOUT_POSTGRES) == 0;
    return asked_postgres ? FOOTING_FIRM : FOOTING_UNKNOWN;
}

/* What the thread goes by after a run; its result is the item's then. */
struct afterwards {
    enum footing footing;
    bool slow;
};

static struct afterwards run_item(struct lane_slot *slot, struct runner *runner,
                                  struct run_result *result, struct item *item)
{
    int64_t now_ms = clock_mono_ms();

    run_result_clear(result);
    if (now_ms >= atomic_load(slot->lane->setup.lease_until_ms)) {
        give_back(slot, item);
        return (struct afterwards){ .footing = FOOTING_UNKNOWN };
    }
    atomic_store_explicit(&slot->run_at_us, clock_now_us(), memory_order_relaxed);
    atomic_store_explicit(&slot->run_at_ms, now_ms, memory_order_relaxed);
    run_payload(runner, item->payload, item->payload_bytes, result);
    atomic_store_explicit(&slot->run_at_ms, 0, memory_order_relaxed);
    slot->ran++;
    const struct afterwards after = {
        .footing = footing_of(result),
        .slow = result->finished_us - result->started_us >= LANE_SLOW_US,
    };
    if (conclude(item, result)) {
        atomic_fetch_add(&slot->unreported, 1);
    }
    return after;
}

/* Next item of the chunk; NULL = it is done. */
static struct item *next_item(struct lane_slot *slot)
{
    uint64_t range = atomic_load(&slot->range);
    size_t next = 0;

    do {
        next = (size_t)(range >> 32);
        if (next >= (uint32_t)range) {
            return NULL;
        }
    } while (!atomic_compare_exchange_weak(&slot->range, &range, pack(next + 1, (uint32_t)range)));
    atomic_store_explicit(&slot->present, (uint32_t)next, memory_order_relaxed);
    return &slot->batch->items[next];
}

/* Returns what the last job says. */
static enum footing run_chunk(struct lane_slot *slot, struct runner *runner,
                              struct run_result *result)
{
    struct item *item = NULL;
    struct afterwards after = { .footing = FOOTING_UNKNOWN };

    while ((item = next_item(slot)) != NULL) {
        after = run_item(slot, runner, result, item);
        if (after.footing == FOOTING_LOST || after.slow) {
            report_slow(slot, after.footing);
        }
    }
    return after.footing;
}

static void end_chunk(struct lane *l, struct lane_slot *slot, int64_t spent_us,
                      enum footing footing, bool several)
{
    if (slot->ran > 0) {
        int64_t each_us = spent_us / (int64_t)slot->ran;
        l->average_us = l->average_us < 0 ? each_us : (l->average_us * 7 + each_us) / 8;
    }
    lane_report(l, slot);
    if (footing == FOOTING_FIRM) {
        note_infrastructure(l, footing);
    }
    slot->batch = NULL;
    l->running--;
    l->chunks -= several ? 1 : 0;
    tell_fetcher(l);
}

static void work(struct lane_slot *slot, struct runner *runner, struct run_result *result)
{
    struct lane *l = slot->lane;

    pthread_mutex_lock(&l->lock);
    while (take_chunk(l, slot)) {
        uint64_t range = atomic_load(&slot->range);
        bool several = (uint32_t)range - (range >> 32) > 1;
        pthread_mutex_unlock(&l->lock);
        int64_t began_us = clock_mono_us();
        enum footing footing = run_chunk(slot, runner, result);
        int64_t spent_us = clock_mono_us() - began_us;
        pthread_mutex_lock(&l->lock);
        end_chunk(l, slot, spent_us, footing, several);
    }
    slot->ended = true;
    pthread_mutex_unlock(&l->lock);
}

void *lane_job_main(void *arg)
{
    struct lane_slot *slot = arg;
    const struct lane_setup *setup = &slot->lane->setup;
    struct runner runner = { .conf = setup->conf, .types = setup->types, .queue = setup->queue };
    struct run_result *result = malloc(sizeof *result);

    while (result == NULL) { /* the lane counts on this thread */
        clock_sleep_ms(INFRASTRUCTURE_PAUSE_MS);
        result = malloc(sizeof *result);
    }
    run_result_init(result);
    work(slot, &runner, result);
    run_result_done(result);
    free(result);
    runner_done(&runner);
    return NULL;
}
