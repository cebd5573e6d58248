#include "worker/core/lane.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "worker/core/lane_priv.h"

enum { INFRASTRUCTURE_PAUSE_MS = 500, INFRASTRUCTURE_DOUBLINGS = 4 };

void item_list_push(struct item_list *list, struct item *item)
{
    item->next = NULL;
    if (list->tail != NULL) {
        list->tail->next = item;
    } else {
        list->head = item;
    }
    list->tail = item;
    list->count++;
}

struct item *item_list_pop(struct item_list *list)
{
    struct item *item = list->head;

    if (item != NULL) {
        list->head = item->next;
        list->tail = list->head == NULL ? NULL : list->tail;
        list->count--;
    }
    return item;
}

struct item *item_new(char *take_payload, size_t payload_bytes, unsigned serial)
{
    struct item *item = calloc(1, sizeof *item);

    if (item == NULL) {
        free(take_payload);
        return NULL;
    }
    item->payload = take_payload;
    item->payload_bytes = payload_bytes;
    item->serial = serial;
    item->claimed_ms = clock_mono_ms();
    run_result_init(&item->result);
    return item;
}

void item_free(struct item *item)
{
    if (item != NULL) {
        run_result_done(&item->result);
        free(item->payload);
        free(item);
    }
}

void lane_wait(struct lane *l, pthread_cond_t *cond, int64_t ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(cond, &l->lock, &until);
}

void lane_note(struct lane *l, const char *reason)
{
    l->reason = reason;
    if (reason[0] == '\0') {
        l->stalled_since_ms = 0;
    } else if (l->stalled_since_ms == 0) {
        l->stalled_since_ms = clock_mono_ms();
    }
}

void lane_give_to_settler(struct lane *l, struct item *item)
{
    l->unsettled++;
    item_list_push(&l->done, item);
    pthread_cond_signal(&l->finished);
}

/* The next job for this thread; NULL when the lane ends. */
static struct item *take_ready(struct lane_slot *slot)
{
    struct lane *l = slot->lane;
    struct item *item = NULL;

    pthread_mutex_lock(&l->lock);
    while (!l->ending && (item = item_list_pop(&l->ready)) == NULL) {
        pthread_cond_wait(&l->work, &l->lock);
    }
    if (item != NULL) {
        slot->item = item;
        slot->handed_back = false;
        slot->run_at_us = clock_now_us();
        slot->run_at_ms = clock_mono_ms();
        l->running++;
    }
    pthread_mutex_unlock(&l->lock);
    return item;
}

void lane_give_back_ready(struct lane *l)
{
    struct item *item = NULL;

    while ((item = item_list_pop(&l->ready)) != NULL) {
        item->kind = SETTLE_BACK;
        lane_give_to_settler(l, item);
    }
}

/* After a run that lost Redis or Postgres nothing is claimed for a while: the queue is a better
 * place to wait than `schedule`. */
static void note_infrastructure(struct lane *l, bool lost)
{
    if (!lost) {
        l->postgres_streak = 0;
        l->postgres_until_ms = 0;
        return;
    }
    lane_give_back_ready(l);
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

static void finish(struct lane_slot *slot, struct item *item)
{
    struct lane *l = slot->lane;
    int64_t run_us = item->result.finished_us - item->result.started_us;

    item->ran = true;
    item->kind = settle_kind_of(item->result.outcome);
    atomic_fetch_add(&l->setup.stats->run_ms, run_us / 1000);
    pthread_mutex_lock(&l->lock);
    slot->item = NULL;
    l->running--;
    l->average_us = l->average_us < 0 ? run_us : (l->average_us * 7 + run_us) / 8;
    note_infrastructure(l, item->result.infrastructure);
    if (slot->handed_back) {
        item_free(item); /* somebody else has it now */
    } else {
        lane_give_to_settler(l, item);
    }
    pthread_cond_signal(&l->room);
    pthread_mutex_unlock(&l->lock);
}

static void *job_main(void *arg)
{
    struct lane_slot *slot = arg;
    const struct lane_setup *setup = &slot->lane->setup;
    struct runner runner = { .conf = setup->conf, .types = setup->types, .queue = setup->queue };
    struct item *item = NULL;

    while ((item = take_ready(slot)) != NULL) {
        run_payload(&runner, item->payload, item->payload_bytes, &item->result);
        finish(slot, item);
    }
    runner_done(&runner);
    return NULL;
}

static void init_sync(struct lane *l)
{
    pthread_cond_t *conds[] = { &l->work, &l->room, &l->finished, &l->settled };
    pthread_condattr_t monotonic;

    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    for (size_t i = 0; i < COUNT_OF(conds); i++) {
        pthread_cond_init(conds[i], &monotonic);
    }
    pthread_condattr_destroy(&monotonic);
}

static int start_thread(pthread_t *thread, bool *started, void *(*run)(void *), void *arg,
                        struct fail *f)
{
    if (pthread_create(thread, NULL, run, arg) != 0) {
        return fail_set(f, FAIL_LATER, "cannot start a thread");
    }
    *started = true;
    return 0;
}

static int start_threads(struct lane *l, struct fail *f)
{
    TRY(start_thread(&l->settler, &l->settler_started, lane_settle_main, l, f));
    for (int i = 0; i < l->setup.threads; i++) {
        l->slots[i].lane = l;
        TRY(start_thread(&l->slots[i].thread, &l->slots[i].started, job_main, &l->slots[i], f));
    }
    return start_thread(&l->fetcher, &l->fetcher_started, lane_fetch_main, l, f);
}

int lane_start(const struct lane_setup *setup, struct lane **ret, struct fail *f)
{
    struct lane *l = calloc(1, sizeof *l);
    struct lane_slot *slots = calloc((size_t)setup->threads, sizeof *slots);

    assert(setup->threads > 0 && setup->threads + LANE_LOOK_AHEAD <= LANE_SERIALS);
    if (l == NULL || slots == NULL) {
        free(l);
        free(slots);
        return fail_memory(f);
    }
    l->setup = *setup;
    l->slots = slots;
    l->average_us = -1;
    l->reason = "";
    init_sync(l);
    if (start_threads(l, f) < 0) {
        lane_stop(l);
        lane_free(l);
        return -1;
    }
    *ret = l;
    return 0;
}

void lane_free(struct lane *l)
{
    if (l == NULL) {
        return;
    }
    pthread_mutex_lock(&l->lock);
    l->ending = true;
    pthread_cond_broadcast(&l->work);
    pthread_cond_broadcast(&l->room);
    pthread_cond_broadcast(&l->finished);
    pthread_mutex_unlock(&l->lock);
    if (l->fetcher_started) {
        pthread_join(l->fetcher, NULL);
    }
    for (int i = 0; i < l->setup.threads; i++) {
        if (l->slots[i].started) {
            pthread_join(l->slots[i].thread, NULL);
        }
    }
    if (l->settler_started) {
        pthread_join(l->settler, NULL);
    }
    pthread_mutex_destroy(&l->lock);
    free(l->slots);
    free(l);
}
