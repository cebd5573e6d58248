/* What others ask of a lane: quiet, stop, hand back, show. */
#include "worker/core/lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "worker/core/lane_priv.h"

void lane_quiet(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    l->quiet = true;
    pthread_cond_broadcast(&l->room);
    pthread_mutex_unlock(&l->lock);
}

int lane_threads(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    int threads = l->threads_wanted;
    pthread_mutex_unlock(&l->lock);
    return threads;
}

void lane_stop(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    l->quiet = true;
    l->stopping = true;
    lane_give_back_ready(l);
    lane_give_back_chunks(l, 0);
    pthread_cond_broadcast(&l->room);
    pthread_mutex_unlock(&l->lock);
}

bool lane_idle(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    bool idle = (l->fetcher_ended || !l->fetcher_started) && l->ready_items == 0 &&
                l->running == 0 && l->unsettled == 0;
    pthread_mutex_unlock(&l->lock);
    return idle;
}

/* The item a thread runs; NULL = none.  Lock held: its batch stays meanwhile, as the thread must report the item first. */
static struct item *present_item(const struct lane_slot *slot)
{
    if (slot->batch == NULL || atomic_load(&slot->run_at_ms) == 0) {
        return NULL;
    }
    return &slot->batch->items[atomic_load(&slot->present)];
}

/* Take the running jobs away from their threads; lock held. */
static void give_up_running(struct lane *l)
{
    for (int i = 0; i < l->slots_made; i++) {
        struct lane_slot *slot = l->slots[i];
        struct item *item = present_item(slot);
        lane_report(l, slot);
        if (item != NULL && item_take(item)) {
            slot->batch->pinned = true;
            slot->given_up = item;
            item_finish(item, SETTLE_BACK);
            lane_count_finished(l, slot->batch, 1);
        }
    }
}

/* Neither is a claim under way.  Lock held.  The count alone does not tell: what ends just now may be settled before it is counted. */
static bool all_settled(const struct lane *l)
{
    for (int i = 0; i < l->slots_made; i++) {
        const struct item *item = l->slots[i]->given_up;
        if (item != NULL && atomic_load(&item->state) != ITEM_SETTLED) {
            return false;
        }
    }
    return l->unsettled <= 0 && (l->fetcher_ended || !l->fetcher_started);
}

int64_t lane_hand_back(struct lane *l, int64_t within_ms)
{
    int64_t until_ms = clock_mono_ms() + within_ms;

    pthread_mutex_lock(&l->lock);
    give_up_running(l);
    while (!all_settled(l) && clock_mono_ms() < until_ms) {
        lane_wait(l, &l->settled, until_ms - clock_mono_ms());
    }
    int64_t handed_back = l->handed_back;
    pthread_mutex_unlock(&l->lock);
    return handed_back;
}

static void show_item(const struct lane *l, const struct item *item, int64_t run_at_us,
                      int64_t running_ms, struct lane_work *ret)
{
    memset(ret, 0, sizeof *ret);
    (void)str_fit(ret->queue, sizeof ret->queue, l->setup.queue);
    ret->payload = strndup(item->payload, item->payload_bytes); /* NULL: shown without */
    ret->run_at_us = run_at_us;
    ret->running_ms = running_ms;
}

/* Lock not held: the threads need not wait for this. */
static void read_payload(struct lane_work *work)
{
    scoped(job_free_p) struct job *job = NULL;
    struct fail ignored = { 0 };

    if (work->payload == NULL) {
        return;
    }
    if (job_parse(work->payload, strlen(work->payload), &job, &ignored) < 0) {
        free(take_ptr(work->payload));
        return;
    }
    (void)str_fit(work->type, sizeof work->type, job->type);
    (void)str_fit(work->jid, sizeof work->jid, job->jid);
}

/* "fulfillment-2" runs on thread 2, "fulfillment+0" is the first that waits for one. */
static void name_thread(struct lane_work *work, char mark, int index)
{
    (void)snprintf(work->thread_id, sizeof work->thread_id, "%.18s%c%d", work->queue, mark, index);
}

/* What waits in chunks and for a thread. */
static void list_waiting(struct lane *l, struct lane_work *work, size_t max, size_t *count)
{
    int waiting = 0;

    for (int i = 0; i < l->slots_made; i++) {
        const struct lane_slot *slot = l->slots[i];
        uint64_t range = slot->batch != NULL ? atomic_load(&slot->range) : 0;
        for (size_t at = (size_t)(range >> 32); at < (uint32_t)range && *count < max; at++) {
            show_item(l, &slot->batch->items[at], clock_now_us(), 0, &work[*count]);
            name_thread(&work[(*count)++], '+', waiting++);
        }
    }
    for (const struct batch *b = l->ready.head; b != NULL; b = b->next) {
        for (size_t at = b->given; at < b->count && *count < max; at++) {
            show_item(l, &b->items[at], clock_now_us(), 0, &work[*count]);
            name_thread(&work[(*count)++], '+', waiting++);
        }
    }
}

void lane_list_work(struct lane *l, struct lane_work *work, size_t max, size_t *count)
{
    int64_t now_ms = clock_mono_ms();
    size_t first = *count;

    pthread_mutex_lock(&l->lock);
    for (int i = 0; i < l->slots_made && *count < max; i++) {
        const struct lane_slot *slot = l->slots[i];
        const struct item *item = present_item(slot);
        int64_t run_at_ms = atomic_load(&slot->run_at_ms);
        if (item != NULL && run_at_ms > 0) {
            show_item(l, item, atomic_load(&slot->run_at_us), now_ms - run_at_ms, &work[*count]);
            name_thread(&work[(*count)++], '-', i);
        }
    }
    list_waiting(l, work, max, count);
    pthread_mutex_unlock(&l->lock);
    for (size_t i = first; i < *count; i++) {
        read_payload(&work[i]);
    }
}

void lane_work_done(struct lane_work *work, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(take_ptr(work[i].payload));
    }
}

void lane_health(struct lane *l, struct lane_health *ret)
{
    int64_t now_ms = clock_mono_ms();

    memset(ret, 0, sizeof *ret);
    pthread_mutex_lock(&l->lock);
    (void)str_fit(ret->queue, sizeof ret->queue, l->setup.queue);
    ret->reason = l->reason;
    ret->stalled_ms = l->stalled_since_ms > 0 ? now_ms - l->stalled_since_ms : 0;
    ret->redis_ok_age_ms = l->redis_ok_ms > 0 ? now_ms - l->redis_ok_ms : -1;
    ret->postgres_ok = l->postgres_streak == 0;
    ret->threads = l->threads_wanted;
    ret->running = l->running;
    ret->waiting = (int)l->ready_items;
    ret->unsettled = (int)l->unsettled;
    pthread_mutex_unlock(&l->lock);
}
