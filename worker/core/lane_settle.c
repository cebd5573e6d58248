#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "worker/core/lane_priv.h"

enum { SETTLE_BACKOFF_MIN_MS = 50, SETTLE_BACKOFF_MAX_MS = 2000, SETTLE_BUG_TRIES = 5 };

struct settler {
    struct lane *lane;
    struct redis *redis;
    struct metrics_shard *metrics;
    struct batch *batch; /* items of it are being settled */
    bool whole;          /* they are all that is left of it */
    struct item *items[LANE_BATCH_MAX];
    struct settlement settlements[LANE_BATCH_MAX];
    size_t count;
    int64_t run_us; /* not yet counted as milliseconds */
    int bug_tries;  /* failures of this settlement that waiting will not cure */
    bool repeated;  /* it was tried before: "fenced" then proves nothing */
    int64_t backoff_ms;
};

/* Until something is to be settled, looking after chunks and what waits meanwhile; lock held. */
static void wait_for_finished(struct lane *l, int64_t due_ms)
{
    bool watch = l->chunks > 0 || l->ready_items > 0;

    if (due_ms < 0 && !watch) {
        pthread_cond_wait(&l->finished, &l->lock);
        return;
    }
    l->settler_timed = true;
    lane_wait(l, &l->finished, due_ms >= 0 && due_ms < LANE_WATCH_MS ? due_ms : LANE_WATCH_MS);
    l->settler_timed = false;
    if (watch) {
        lane_give_back_chunks(l, LANE_WATCH_MS);
        lane_shed_waiting(l);
        if (l->ready.head != NULL && clock_mono_ms() - l->ready.head->claimed_ms >= LANE_WATCH_MS) {
            pthread_cond_broadcast(
                &l->work); /* jobs are slower than they were: all threads are needed */
        }
    }
}

/* A batch with finished items.  False = the lane has ended and nothing is left. */
static bool take_batch(struct settler *s)
{
    struct lane *l = s->lane;
    int64_t due_ms = -1;

    pthread_mutex_lock(&l->lock);
    while ((s->batch = lane_next_done(l, &due_ms)) == NULL && (!l->ending || due_ms >= 0)) {
        wait_for_finished(l, due_ms);
    }
    s->whole = s->batch != NULL && s->batch->finished == s->batch->count;
    pthread_mutex_unlock(&l->lock);
    return s->batch != NULL;
}

static bool is_stored(const struct item *item)
{
    return item->result != NULL &&
           (item->kind == SETTLE_RETRY || item->kind == SETTLE_SNOOZE || item->kind == SETTLE_DEAD);
}

static void collect(struct settler *s)
{
    struct batch *b = s->batch;

    s->count = 0;
    for (size_t i = 0; i < b->count; i++) {
        struct item *item = &b->items[i];
        if (atomic_load_explicit(&item->state, memory_order_acquire) != ITEM_FINISHED) {
            continue;
        }
        bool stored = is_stored(item);
        s->items[s->count] = item;
        s->settlements[s->count++] = (struct settlement){
            .kind = item->kind,
            .payload = item->payload,
            .payload_bytes = item->payload_bytes,
            .next = stored ? item->result->next.data : NULL,
            .next_bytes = stored ? item->result->next.len : 0,
            .at_us = item->result != NULL ? item->result->at_us : 0,
            .in_us = item->result != NULL ? item->result->at_us - item->result->finished_us : 0,
            .counts_as_failed = item->result != NULL && item->result->failed,
            .no_lock = item->no_lock,
        };
    }
}

static int settle(struct settler *s, struct fail *f)
{
    const struct lane_setup *setup = &s->lane->setup;
    const struct settle_batch batch = { s->settlements, s->count, clock_now_us() };
    struct claim_list list;

    queue_claim_list(setup->identity, setup->queue, s->batch->serial, &list);
    return s->whole ? queue_settle_whole(s->redis, &list, &batch, f)
                    : queue_settle(s->redis, &list, &batch, f);
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
    s->repeated = true;
    s->bug_tries += f->kind != FAIL_LATER && f->kind != FAIL_UNKNOWN ? 1 : 0;
    pthread_mutex_lock(&l->lock);
    if (!l->ending) {
        lane_wait(l, &l->finished, s->backoff_ms);
    }
    pthread_mutex_unlock(&l->lock);
}

/* What really happened to the item, for history and counters. */
static enum run_outcome outcome_of(const struct settler *s, const struct item *item, bool fenced)
{
    static const enum run_outcome outcomes[] = { [SETTLE_DONE] = RUN_DONE,
                                                 [SETTLE_RETRY] = RUN_RETRY,
                                                 [SETTLE_SNOOZE] = RUN_SNOOZE,
                                                 [SETTLE_DEAD] = RUN_DEAD,
                                                 [SETTLE_BACK] = RUN_BACK };

    if (fenced && !s->repeated) {
        return RUN_FENCED;
    }
    return item->kind == SETTLE_DONE && item->result != NULL ? item->result->outcome
                                                             : outcomes[item->kind];
}

/* A job handed back unrun, or while it ran, has no result: history gets what its payload says. */
static void add_unrun(const struct lane_setup *setup, enum run_outcome outcome,
                      const struct item *item)
{
    scoped(job_free_p) struct job *job = NULL;
    struct fail ignored = { 0 };
    int64_t now_us = clock_now_us();

    if (job_parse(item->payload, item->payload_bytes, &job, &ignored) < 0) {
        return;
    }
    const struct job_type *type = job_type_find(setup->types, job->type);
    if (type != NULL && (type->without & JOB_WITHOUT_HISTORY) != 0) {
        return;
    }
    history_add(setup->history,
                &(struct history_row){ .jid = job->jid,
                                       .type = job->type,
                                       .queue = setup->queue,
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
    const struct run_result *r = item->result;

    if (setup->history == NULL ||
        (item->type != NULL && (item->type->without & JOB_WITHOUT_HISTORY) != 0)) {
        return;
    }
    if (r == NULL) {
        add_unrun(setup, outcome, item);
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

static void conclude(struct settler *s, const struct item *item, bool fenced)
{
    const struct lane_setup *setup = &s->lane->setup;
    const struct run_result *r = item->result;
    enum run_outcome outcome = outcome_of(s, item, fenced);

    metrics_count(s->metrics, &(struct metrics_run){ .type = item->type,
                                                     .outcome = outcome,
                                                     .failed = r != NULL && r->failed,
                                                     .wait_us = item->wait_us,
                                                     .run_us = item->ran ? item->run_us : -1 });
    if (outcome == RUN_DONE && r == NULL) {
        return; /* counted with its batch */
    }
    atomic_fetch_add(&setup->stats->outcomes[outcome], 1);
    if (r != NULL && r->infrastructure) {
        atomic_fetch_add(&setup->stats->infrastructure, 1);
    }
    if (outcome == RUN_FENCED) {
        log_warn("job.fenced", kv_str("queue", setup->queue),
                 kv_str("type", item->type != NULL ? item->type->name : ""),
                 kv_str("jid", r != NULL ? r->jid : ""));
    }
    add_history(setup, outcome, item);
}

static void conclude_all(struct settler *s)
{
    struct worker_stats *stats = s->lane->setup.stats;
    long long plain = 0;

    metrics_begin(s->metrics);
    for (size_t i = 0; i < s->count; i++) {
        const struct item *item = s->items[i];
        bool fenced = s->settlements[i].fenced;
        conclude(s, item, fenced);
        s->run_us += item->run_us;
        plain += item->kind == SETTLE_DONE && item->result == NULL &&
                         outcome_of(s, item, fenced) == RUN_DONE
                     ? 1
                     : 0;
    }
    metrics_end(s->metrics);
    atomic_fetch_add(&stats->outcomes[RUN_DONE], plain);
    atomic_fetch_add(&stats->run_ms, s->run_us / 1000);
    s->run_us %= 1000;
}

static void mark_settled(struct settler *s)
{
    for (size_t i = 0; i < s->count; i++) {
        run_result_free(take_ptr(s->items[i]->result));
        atomic_store_explicit(&s->items[i]->state, ITEM_SETTLED, memory_order_relaxed);
    }
}

static int64_t count_back(const struct settler *s)
{
    int64_t back = 0;

    for (size_t i = 0; i < s->count; i++) {
        back += s->items[i]->kind == SETTLE_BACK && !s->settlements[i].fenced ? 1 : 0;
    }
    return back;
}

/* What to do with the batch after some of its items; lock held.  Returns the batch when it is to be freed. */
static struct batch *let_go(struct lane *l, struct batch *b)
{
    /* Not all are settled; or a thread has yet to report what is; or it did while the items were being settled, and the batch
     * comes round once more. */
    if (b->settled < b->count || b->finished < b->count || b->in_complete) {
        return NULL;
    }
    l->in_use[b->serial] = false;
    if (b->pinned) {
        b->next = l->pinned;
        l->pinned = b;
        return NULL;
    }
    if (l->spare == NULL) {
        claimed_done(&b->claimed);
        l->spare = b;
        return NULL;
    }
    return b;
}

static void release(struct settler *s, bool settled)
{
    struct lane *l = s->lane;
    struct batch *b = s->batch;

    mark_settled(s);
    pthread_mutex_lock(&l->lock);
    l->handed_back += settled && l->stopping ? count_back(s) : 0;
    b->settled += s->count;
    l->unsettled -= (int64_t)s->count;
    struct batch *done = let_go(l, b);
    pthread_cond_broadcast(&l->settled);
    pthread_cond_signal(&l->room);
    pthread_mutex_unlock(&l->lock);
    batch_free(done);
}

/* Until Redis has taken it, or the lane ends, or trying is pointless.  What is given up stays in
 * its claim list: the list's next claim finds it and runs it again, or recovery when this process is gone. */
static bool settle_patiently(struct settler *s)
{
    struct fail f = { 0 };

    s->bug_tries = 0;
    s->repeated = false;
    collect(s);
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
    s->metrics = metrics_shard(l->setup.metrics, l->setup.queue);
    while (take_batch(s)) {
        bool settled = settle_patiently(s);
        if (settled) {
            conclude_all(s);
        }
        release(s, settled);
    }
    redis_close(s->redis);
    free(s);
    return NULL;
}
