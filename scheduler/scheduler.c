#include "scheduler/scheduler_priv.h"

#include <stdlib.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/log.h"

enum { BACKOFF_FIRST_MS = 250, BACKOFF_MAX_MS = 5000, REMIND_MS = 30000, STOP_LIMIT_S = 3 };

const struct duty duties[DUTY_COUNT] = {
#define DUTY_ROW(id, label, function, sentence)                                                    \
    [DUTY_##id] = { .name = (label), .help = (sentence), .round = (function) },
#include "scheduler/duty_table.h"
#undef DUTY_ROW
};

/* How the last rounds of one thread went. */
struct trouble {
    int in_a_row;
    int64_t told_ms; /* when it was last logged */
};

static struct timespec monotonic_in(int64_t ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t ns = at.tv_nsec + (ms % 1000) * 1000000;
    at.tv_sec += (time_t)(ms / 1000 + ns / 1000000000);
    at.tv_nsec = (long)(ns % 1000000000);
    return at;
}

static void rest(struct scheduler *s, int64_t ms)
{
    const struct timespec until = monotonic_in(ms);

    pthread_mutex_lock(&s->lock);
    while (!atomic_load(&s->stopping) && pthread_cond_timedwait(&s->wake, &s->lock, &until) == 0) {
    }
    pthread_mutex_unlock(&s->lock);
}

/* A server that may throw keys away would lose jobs: no duty is done on it.  Asked again after each loss, since another
 * server may have taken its place. */
static int one_round(struct duty_thread *t, struct hands *h, int64_t *ret_wait_ms, struct fail *f)
{
    if (h->fresh) {
        TRY(redis_check_policy(h->redis, f));
    }
    TRY(t->duty->round(h, ret_wait_ms, f));
    h->fresh = false;
    return 0;
}

static void went_well(struct duty_thread *t, struct trouble *trouble)
{
    atomic_store(&t->stats.ok_ms, clock_mono_ms());
    atomic_fetch_add(&t->stats.rounds, 1);
    if (trouble->in_a_row > 0) {
        log_info("duty.well", kv_str("duty", t->duty->name),
                 kv_int("failed_rounds", trouble->in_a_row));
    }
    *trouble = (struct trouble){ 0 };
}

static int64_t went_wrong(struct duty_thread *t, struct trouble *trouble, const struct fail *f)
{
    int64_t now_ms = clock_mono_ms(), wait_ms = BACKOFF_MAX_MS;

    atomic_fetch_add(&t->stats.failures, 1);
    if (trouble->in_a_row == 0 || now_ms - trouble->told_ms >= REMIND_MS) {
        log_at(f->kind == FAIL_LATER || f->kind == FAIL_UNKNOWN ? LOG_WARN : LOG_ERROR,
               "duty.failing", kv_str("duty", t->duty->name),
               kv_int("failed_rounds", trouble->in_a_row + 1), kv_fail(f));
        trouble->told_ms = now_ms;
    }
    if (trouble->in_a_row < 5) {
        wait_ms = BACKOFF_FIRST_MS << trouble->in_a_row;
    }
    trouble->in_a_row++;
    return wait_ms > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : wait_ms;
}

static void rounds(struct duty_thread *t, struct hands *h)
{
    struct trouble trouble = { 0 };

    while (!atomic_load(&t->scheduler->stopping)) {
        struct fail f = { 0 };
        int64_t wait_ms = 0;

        if (one_round(t, h, &wait_ms, &f) == 0) {
            went_well(t, &trouble);
        } else {
            h->fresh = true;
            wait_ms = went_wrong(t, &trouble, &f);
        }
        if (wait_ms > 0) {
            rest(t->scheduler, wait_ms);
        }
    }
}

static void *duty_main(void *arg)
{
    struct duty_thread *t = arg;
    const struct conf *conf = t->scheduler->conf;
    scoped(db_close_p) struct db *db = NULL;
    scoped(redis_close_p) struct redis *redis = NULL;
    struct fail f;

    if (db_open(conf_text(conf, CONF_DATABASE_URL), "dropship-scheduler", &db, &f) < 0 ||
        redis_open(conf_text(conf, CONF_REDIS_URL), &redis, &f) < 0) {
        log_error("duty.dead", kv_str("duty", t->duty->name), kv_fail(&f));
        return NULL;
    }
    struct hands *h = calloc(1, sizeof *h);
    if (h != NULL) {
        *h = (struct hands){ .conf = conf,
                             .db = db,
                             .redis = redis,
                             .stats = &t->stats,
                             .stopping = &t->scheduler->stopping,
                             .fresh = true };
        rounds(t, h);
    }
    free(h);
    return NULL;
}

static int start_all(struct scheduler *s, struct fail *f)
{
    for (size_t i = 0; i < DUTY_COUNT; i++) {
        struct duty_thread *t = &s->threads[i];
        t->scheduler = s;
        t->duty = &duties[i];
        t->started = pthread_create(&t->thread, NULL, duty_main, t) == 0;
        if (!t->started) {
            return fail_set(f, FAIL_LATER, "cannot start the thread of %s", t->duty->name);
        }
    }
    return 0;
}

/* A wrong address is told at once and in one sentence, not by five threads. */
static int check_addresses(const struct conf *conf, struct fail *f)
{
    scoped(db_close_p) struct db *db = NULL;
    scoped(redis_close_p) struct redis *redis = NULL;

    TRY(db_open(conf_text(conf, CONF_DATABASE_URL), "dropship-scheduler", &db, f));
    return redis_open(conf_text(conf, CONF_REDIS_URL), &redis, f);
}

int scheduler_start(const struct conf *conf, struct scheduler **ret, struct fail *f)
{
    pthread_condattr_t monotonic;
    struct scheduler *s = NULL;

    TRY(check_addresses(conf, f));
    s = calloc(1, sizeof *s);
    if (s == NULL) {
        return fail_memory(f);
    }
    s->conf = conf;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (start_all(s, f) < 0) {
        (void)scheduler_stop(s); /* what cannot be joined dies with the process */
        return -1;
    }
    *ret = s;
    return 0;
}

bool scheduler_stop(struct scheduler *s)
{
    struct timespec limit;
    bool all = true;

    pthread_mutex_lock(&s->lock);
    atomic_store(&s->stopping, true);
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += STOP_LIMIT_S;
    for (size_t i = 0; i < DUTY_COUNT; i++) {
        struct duty_thread *t = &s->threads[i];
        all = (!t->started || pthread_timedjoin_np(t->thread, NULL, &limit) == 0) && all;
    }
    if (all) {
        pthread_cond_destroy(&s->wake);
        pthread_mutex_destroy(&s->lock);
        free(s);
    }
    return all;
}
