#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "worker/core/lane_priv.h"

enum { SETTLE_BACKOFF_MIN_MS = 50, SETTLE_BACKOFF_MAX_MS = 2000, SETTLE_BUG_TRIES = 5 };

struct settler {
    struct lane *lane;
    struct redis *redis;
    struct item *items[LANE_SETTLE_BATCH];
    struct settlement batch[LANE_SETTLE_BATCH];
    size_t count;
    int bug_tries; /* failures of this batch that waiting will not cure */
    int64_t backoff_ms;
};

/* Move finished items of one claim list into the batch.  False = the lane has ended and nothing
 * is left. */
static bool take_batch(struct settler *s)
{
    struct lane *l = s->lane;
    struct item_list others = { 0 };
    struct item *item = NULL;

    s->count = 0;
    pthread_mutex_lock(&l->lock);
    while (l->done.count == 0 && !l->ending) {
        pthread_cond_wait(&l->finished, &l->lock);
    }
    while ((item = item_list_pop(&l->done)) != NULL) {
        if (s->count < LANE_SETTLE_BATCH &&
            (s->count == 0 || item->serial == s->items[0]->serial)) {
            s->items[s->count++] = item;
        } else {
            item_list_push(&others, item);
        }
    }
    l->done = others;
    pthread_mutex_unlock(&l->lock);
    return s->count > 0;
}

static void fill_batch(struct settler *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct item *item = s->items[i];
        bool stored =
            item->kind == SETTLE_RETRY || item->kind == SETTLE_SNOOZE || item->kind == SETTLE_DEAD;
        s->batch[i] = (struct settlement){
            .kind = item->kind,
            .payload = item->payload,
            .payload_bytes = item->payload_bytes,
            .next = stored ? item->result.next.data : NULL,
            .next_bytes = stored ? item->result.next.len : 0,
            .at_us = item->result.at_us,
            .counts_as_failed = item->result.failed,
        };
    }
}

static int settle(struct settler *s, struct fail *f)
{
    const struct lane_setup *setup = &s->lane->setup;
    struct claim_list list;

    queue_claim_list(setup->identity, setup->queue, s->items[0]->serial, &list);
    return queue_settle(s->redis, &list, s->batch, s->count, clock_now_us(), f);
}

/* Wait before the same batch is tried again. */
static void back_off(struct settler *s, const struct fail *f)
{
    struct lane *l = s->lane;

    atomic_fetch_add(&l->setup.stats->settle_failures, 1);
    if (s->backoff_ms == 0) {
        log_warn("settle.repeat", kv_str("queue", l->setup.queue), kv_int("jobs", s->count),
                 kv_fail(f));
    }
    s->backoff_ms = s->backoff_ms == 0 ? SETTLE_BACKOFF_MIN_MS : s->backoff_ms * 2;
    if (s->backoff_ms > SETTLE_BACKOFF_MAX_MS) {
        s->backoff_ms = SETTLE_BACKOFF_MAX_MS;
    }
    for (size_t i = 0; i < s->count; i++) {
        s->items[i]->repeated = true;
    }
    s->bug_tries += f->kind != FAIL_LATER && f->kind != FAIL_UNKNOWN ? 1 : 0;
    pthread_mutex_lock(&l->lock);
    if (!l->ending) {
        lane_wait(l, &l->finished, s->backoff_ms);
    }
    pthread_mutex_unlock(&l->lock);
}

/* What really happened to the item, for history and counters. */
static enum run_outcome outcome_of(const struct item *item, bool fenced)
{
    if (fenced && !item->repeated) {
        return RUN_FENCED;
    }
    return item->ran ? item->result.outcome : RUN_BACK;
}

/* A job handed back unrun, or while it ran, has no result: history gets what its payload says. */
static void add_unrun(struct history *history, const char *queue, enum run_outcome outcome,
                      const struct item *item)
{
    scoped(job_free_p) struct job *job = NULL;
    struct fail ignored = { 0 };
    int64_t now_us = clock_now_us();

    if (job_parse(item->payload, item->payload_bytes, &job, &ignored) < 0) {
        return;
    }
    history_add(history,
                &(struct history_row){ .jid = job->jid,
                                       .type = job->type,
                                       .queue = queue,
                                       .error_class = "",
                                       .error = "",
                                       .trace_id = job->trace_id,
                                       .attempt = job->retry_count < 0 ? 1 : job->retry_count + 2,
                                       .outcome = outcome,
                                       .enqueued_us = job->enqueued_us,
                                       .started_us = now_us,
                                       .finished_us = now_us });
}

static void add_history(const struct lane_setup *setup, enum run_outcome outcome,
                        const struct item *item)
{
    const struct run_result *r = &item->result;

    if (setup->history == NULL) {
        return;
    }
    if (!item->ran) {
        add_unrun(setup->history, setup->queue, outcome, item);
        return;
    }
    history_add(setup->history, &(struct history_row){ .jid = r->jid,
                                                       .type = r->type,
                                                       .queue = setup->queue,
                                                       .args = r->args,
                                                       .error_class = r->error_class,
                                                       .error = r->error,
                                                       .trace_id = r->trace_id,
                                                       .attempt = r->attempt,
                                                       .outcome = outcome,
                                                       .enqueued_us = r->enqueued_us,
                                                       .started_us = r->started_us,
                                                       .finished_us = r->finished_us });
}

static void conclude(struct settler *s, struct item *item, bool fenced)
{
    const struct lane_setup *setup = &s->lane->setup;
    enum run_outcome outcome = outcome_of(item, fenced);

    atomic_fetch_add(&setup->stats->outcomes[outcome], 1);
    if (item->ran && item->result.infrastructure) {
        atomic_fetch_add(&setup->stats->infrastructure, 1);
    }
    if (outcome == RUN_FENCED) {
        log_warn("job.fenced", kv_str("queue", setup->queue), kv_str("type", item->result.type),
                 kv_str("jid", item->result.jid));
    }
    add_history(setup, outcome, item);
}

static void release(struct settler *s, bool settled)
{
    struct lane *l = s->lane;

    pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < s->count; i++) {
        struct item *item = s->items[i];
        if (!item->copy) {
            l->in_list[item->serial]--;
        }
        l->handed_back +=
            settled && l->stopping && item->kind == SETTLE_BACK && !s->batch[i].fenced ? 1 : 0;
        l->unsettled--;
        item_free(item);
    }
    pthread_cond_broadcast(&l->settled);
    pthread_cond_signal(&l->room);
    pthread_mutex_unlock(&l->lock);
}

/* Until Redis has taken it, or the lane ends, or trying is pointless.  What is given up stays in
 * its claim list, from where recovery takes it when this process is gone. */
static bool settle_patiently(struct settler *s)
{
    struct fail f = { 0 };

    s->bug_tries = 0;
    fill_batch(s);
    while (settle(s, &f) < 0) {
        back_off(s, &f);
        pthread_mutex_lock(&s->lane->lock);
        bool ending = s->lane->ending;
        pthread_mutex_unlock(&s->lane->lock);
        if (ending || s->bug_tries >= SETTLE_BUG_TRIES) {
            log_error("settle.abandoned", kv_str("queue", s->lane->setup.queue),
                      kv_int("jobs", s->count), kv_fail(&f));
            return false;
        }
    }
    if (s->backoff_ms > 0) {
        s->backoff_ms = 0;
        log_info("settle.resumed", kv_str("queue", s->lane->setup.queue));
    }
    return true;
}

void *lane_settle_main(void *lane)
{
    struct lane *l = lane;
    struct settler *s = calloc(1, sizeof *s);
    struct fail f = { 0 };

    while (s == NULL || redis_open(conf_text(l->setup.conf, CONF_REDIS_URL), &s->redis, &f) < 0) {
        log_error("lane.failed", kv_str("queue", l->setup.queue), kv_fail(&f));
        clock_sleep_ms(
            SETTLE_BACKOFF_MAX_MS); /* out of memory; jobs must not end without a settler */
        s = s != NULL ? s : calloc(1, sizeof *s);
    }
    s->lane = l;
    while (take_batch(s)) {
        bool settled = settle_patiently(s);
        for (size_t i = 0; settled && i < s->count; i++) {
            conclude(s, s->items[i], s->batch[i].fenced);
        }
        release(s, settled);
    }
    redis_close(s->redis);
    free(s);
    return NULL;
}
