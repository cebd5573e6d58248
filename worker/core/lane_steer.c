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

void lane_stop(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    l->quiet = true;
    l->stopping = true;
    lane_give_back_ready(l);
    pthread_cond_broadcast(&l->room);
    pthread_mutex_unlock(&l->lock);
}

bool lane_idle(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    bool idle = (l->fetcher_ended || !l->fetcher_started) && l->ready.count == 0 &&
                l->running == 0 && l->unsettled == 0;
    pthread_mutex_unlock(&l->lock);
    return idle;
}

/* A second item for a job that still runs, to be settled as BACK; lock held. */
static void give_back_running(struct lane *l, struct lane_slot *slot)
{
    const struct item *running = slot->item;
    char *payload = malloc(running->payload_bytes + 1);

    if (payload == NULL) {
        return; /* recovery will find it in the claim list */
    }
    memcpy(payload, running->payload, running->payload_bytes);
    payload[running->payload_bytes] = '\0';
    struct item *copy = item_new(payload, running->payload_bytes, running->serial);
    if (copy != NULL) {
        copy->kind = SETTLE_BACK;
        copy->copy = true;
        slot->handed_back = true;
        lane_give_to_settler(l, copy);
    }
}

int64_t lane_hand_back(struct lane *l, int64_t within_ms)
{
    int64_t until_ms = clock_mono_ms() + within_ms;

    pthread_mutex_lock(&l->lock);
    for (int i = 0; i < l->setup.threads; i++) {
        if (l->slots[i].item != NULL && !l->slots[i].handed_back) {
            give_back_running(l, &l->slots[i]);
        }
    }
    while (l->unsettled > 0 && clock_mono_ms() < until_ms) {
        lane_wait(l, &l->settled, until_ms - clock_mono_ms());
    }
    int64_t handed_back = l->handed_back;
    pthread_mutex_unlock(&l->lock);
    return handed_back;
}

static void show_item(const struct lane *l, const struct item *item, int64_t run_at_us,
                      int64_t running_ms, struct lane_work *ret)
{
    scoped(job_free_p) struct job *job = NULL;
    struct fail ignored = { 0 };

    memset(ret, 0, sizeof *ret);
    (void)str_fit(ret->queue, sizeof ret->queue, l->setup.queue);
    if (job_parse(item->payload, item->payload_bytes, &job, &ignored) == 0) {
        (void)str_fit(ret->type, sizeof ret->type, job->type);
        (void)str_fit(ret->jid, sizeof ret->jid, job->jid);
        ret->payload = strdup(item->payload); /* NULL: shown without */
    }
    ret->run_at_us = run_at_us;
    ret->running_ms = running_ms;
}

/* "fulfillment-2" runs on thread 2, "fulfillment+0" is the first that waits for one. */
static void name_thread(struct lane_work *work, char mark, int index)
{
    (void)snprintf(work->thread_id, sizeof work->thread_id, "%.18s%c%d", work->queue, mark, index);
}

void lane_list_work(struct lane *l, struct lane_work *work, size_t max, size_t *count)
{
    int waiting = 0;
    int64_t now_ms = clock_mono_ms();

    pthread_mutex_lock(&l->lock);
    for (int i = 0; i < l->setup.threads && *count < max; i++) {
        const struct lane_slot *slot = &l->slots[i];
        if (slot->item != NULL) {
            show_item(l, slot->item, slot->run_at_us, now_ms - slot->run_at_ms, &work[*count]);
            name_thread(&work[(*count)++], '-', i);
        }
    }
    for (const struct item *item = l->ready.head; item != NULL && *count < max; item = item->next) {
        show_item(l, item, clock_now_us(), 0, &work[*count]);
        name_thread(&work[(*count)++], '+', waiting++);
    }
    pthread_mutex_unlock(&l->lock);
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
    ret->threads = l->setup.threads;
    ret->running = l->running;
    ret->waiting = l->ready.count;
    ret->unsettled = l->unsettled;
    pthread_mutex_unlock(&l->lock);
}
