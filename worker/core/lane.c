#include "worker/core/lane.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "worker/core/lane_priv.h"

/* Handlers are shallow and their buffers are on the heap; 512 threads must not cost a gigabyte of address space. */
enum { JOB_STACK_BYTES = 1024 * 1024, SPARE_LISTS = 8 };

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
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, JOB_STACK_BYTES);
    int failed = pthread_create(thread, &attr, run, arg);
    pthread_attr_destroy(&attr);
    if (failed != 0) {
        return fail_set(f, FAIL_LATER, "cannot start a thread: %s", strerrordesc_np(failed));
    }
    *started = true;
    return 0;
}

/* The slot of this index with a thread in it. */
static int start_job_thread(struct lane *l, int index, struct fail *f)
{
    struct lane_slot *slot = l->slots[index];

    if (slot == NULL) {
        slot = calloc(1, sizeof *slot);
        if (slot == NULL) {
            return fail_memory(f);
        }
        slot->lane = l;
        slot->index = index;
        l->slots[index] = slot;
        l->slots_made = index + 1;
    }
    if (slot->started && slot->ended) {
        pthread_join(slot->thread, NULL); /* it has left the lane: no waiting */
        slot->started = false;
        slot->ended = false;
    }
    return slot->started ? 0 : start_thread(&slot->thread, &slot->started, lane_job_main, slot, f);
}

int lane_scale(struct lane *l, int threads, struct fail *f)
{
    int result = 0;

    assert(threads >= 1 && threads <= LANE_THREADS_MAX);
    pthread_mutex_lock(&l->lock);
    int before = l->threads_wanted;
    l->threads_wanted = threads;
    for (int i = 0; i < threads && result == 0 && !l->ending; i++) {
        result = start_job_thread(l, i, f);
        l->threads_wanted = result < 0 ? (i > before ? i : before) : threads;
    }
    if ((unsigned)threads + SPARE_LISTS > l->serials_max) {
        l->serials_max = (unsigned)threads + SPARE_LISTS;
    }
    pthread_cond_broadcast(&l->work);
    pthread_cond_broadcast(&l->room);
    pthread_mutex_unlock(&l->lock);
    return result;
}

static int start_threads(struct lane *l, struct fail *f)
{
    TRY(start_thread(&l->settler, &l->settler_started, lane_settle_main, l, f));
    TRY(lane_scale(l, l->setup.threads, f));
    return start_thread(&l->fetcher, &l->fetcher_started, lane_fetch_main, l, f);
}

int lane_start(const struct lane_setup *setup, struct lane **ret, struct fail *f)
{
    struct lane *l = calloc(1, sizeof *l);

    if (l == NULL) {
        return fail_memory(f);
    }
    l->setup = *setup;
    l->complete_end = &l->complete;
    l->partial_end = &l->partial;
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

static void end_threads(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    l->ending = true;
    pthread_cond_broadcast(&l->work);
    pthread_cond_broadcast(&l->room);
    pthread_cond_broadcast(&l->finished);
    pthread_mutex_unlock(&l->lock);
    if (l->fetcher_started) {
        pthread_join(l->fetcher, NULL);
    }
    for (int i = 0; i < l->slots_made; i++) {
        if (l->slots[i]->started) {
            pthread_join(l->slots[i]->thread, NULL);
        }
    }
    if (l->settler_started) {
        pthread_join(l->settler, NULL); /* it looks after the slots to its end */
    }
    for (int i = 0; i < l->slots_made; i++) {
        free(l->slots[i]);
    }
}

void lane_free(struct lane *l)
{
    if (l == NULL) {
        return;
    }
    end_threads(l);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->work);
    pthread_cond_destroy(&l->room);
    pthread_cond_destroy(&l->finished);
    pthread_cond_destroy(&l->settled);
    batch_free(l->spare);
    while (l->pinned != NULL) {
        struct batch *next = l->pinned->next;
        batch_free(l->pinned);
        l->pinned = next;
    }
    free(l);
}
