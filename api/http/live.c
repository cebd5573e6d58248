#include "api/http/live.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/http/auth.h"
#include "api/http/reply.h"
#include "api/http/resources.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/db/db.h"
#include "common/queue/queue.h"
#include "sql/export.h"

/* Columns of live_facts; "jobs" comes from Redis.  To add a topic: a column, or a look of its own, and a name here. */
enum topic { JOBS, ORDERS, PRODUCTS, FLOWS, APPROVALS, ACTIVITY, MESSAGES, ANALYTICS, TOPICS };
enum { FACT_BYTES = 200 };
static const char *const topics[TOPICS] = {
    [JOBS] = "jobs",         [ORDERS] = "orders",       [PRODUCTS] = "products",
    [FLOWS] = "flows",       [APPROVALS] = "approvals", [ACTIVITY] = "activity",
    [MESSAGES] = "messages", [ANALYTICS] = "analytics",
};

struct live {
    pthread_mutex_t lock; /* guards what follows, but for the facts */
    pthread_cond_t changed, wanted;
    int64_t versions[TOPICS]; /* +1 with each change that was seen */
    size_t listeners;
    bool ends;
    pthread_t thread;
    struct db *db; /* these belong to the thread */
    struct redis *redis;
    char facts[TOPICS][FACT_BYTES];
    bool known[TOPICS];
};

/* ---- looking ---- */

/* Keeps the fact; has it changed? */
static bool take_fact(struct live *l, int topic, const char *fact)
{
    bool changed = l->known[topic] && strcmp(l->facts[topic], fact) != 0;

    str_fit(l->facts[topic], FACT_BYTES, fact);
    l->known[topic] = true;
    return changed;
}

static int look_at_postgres(struct live *l, bool changed[TOPICS], struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_ready(l->db, f));
    TRY(db_query(l->db, &sql_export_live_facts, NULL, &rows, f));
    for (int topic = JOBS + 1; topic < TOPICS; topic++) {
        const char *fact = db_text(rows, 0, topics[topic]);
        changed[topic] = take_fact(l, topic, fact != NULL ? fact : "");
    }
    return 0;
}

static int look_at_redis(struct live *l, bool changed[TOPICS], struct fail *f)
{
    struct queue_stats s;
    char fact[FACT_BYTES];

    TRY(queue_stats(l->redis, &s, f));
    snprintf(fact, sizeof fact,
             "%" PRId64 "/%" PRId64 "/%" PRId64 "/%" PRId64 "/%" PRId64 "/%" PRId64 "/%" PRId64
             "/%" PRId64,
             s.processed, s.failed, s.waiting, s.running, s.scheduled, s.retry, s.dead,
             s.processes);
    changed[JOBS] = take_fact(l, JOBS, fact);
    return 0;
}

/* What is away just now is looked at again a second later: the topics' own answers say what is wrong. */
static void look(struct live *l)
{
    bool changed[TOPICS] = { false }, any = false;
    struct fail f;

    if (look_at_postgres(l, changed, &f) < 0 || look_at_redis(l, changed, &f) < 0) {
        log_debug("live.look", kv_fail(&f));
    }
    /* Steps of orders and products are activity, too, and some of them wait for a person. */
    bool steps = changed[ORDERS] || changed[PRODUCTS];
    changed[ACTIVITY] = changed[ACTIVITY] || steps;
    changed[APPROVALS] = changed[APPROVALS] || steps;
    pthread_mutex_lock(&l->lock);
    for (int topic = 0; topic < TOPICS; topic++) {
        l->versions[topic] += changed[topic];
        any = any || changed[topic];
    }
    pthread_mutex_unlock(&l->lock);
    if (any) {
        pthread_cond_broadcast(&l->changed);
    }
}

static struct timespec after_ms(int64_t ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(ms / 1000);
    until.tv_nsec += (long)(ms % 1000) * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    return until;
}

/* The next look is due while somebody listens; false = the end. */
static bool wait_for_look(struct live *l)
{
    struct timespec until = after_ms(LIVE_LOOK_MS);

    pthread_mutex_lock(&l->lock);
    while (!l->ends && pthread_cond_timedwait(&l->wanted, &l->lock, &until) != ETIMEDOUT) {
    }
    while (!l->ends && l->listeners == 0) {
        memset(l->known, 0, sizeof l->known); /* what happens unwatched is no news to who comes */
        pthread_cond_wait(&l->wanted, &l->lock);
    }
    bool goes_on = !l->ends;
    pthread_mutex_unlock(&l->lock);
    return goes_on;
}

static void *run(void *live)
{
    struct live *l = live;
    while (wait_for_look(l)) {
        look(l);
    }
    return NULL;
}

/* ---- life ---- */

static void live_free(struct live *l)
{
    db_close(l->db);
    redis_close(l->redis);
    pthread_cond_destroy(&l->changed);
    pthread_cond_destroy(&l->wanted);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static void live_free_p(struct live **l)
{
    if (*l != NULL) {
        live_free(*l);
    }
}

int live_open(const struct conf *conf, struct live **ret, struct fail *f)
{
    scoped(live_free_p) struct live *l = calloc(1, sizeof *l);
    pthread_condattr_t monotonic;

    if (l == NULL) {
        return fail_memory(f);
    }
    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&l->changed, &monotonic);
    pthread_cond_init(&l->wanted, &monotonic);
    pthread_condattr_destroy(&monotonic);
    TRY(db_open(conf_text(conf, CONF_DATABASE_URL), "dropship-api", &l->db, f));
    TRY(redis_open(conf_text(conf, CONF_REDIS_URL), &l->redis, f));
    if (pthread_create(&l->thread, NULL, run, l) != 0) {
        return fail_set(f, FAIL_LATER, "no thread to look for changes with");
    }
    *ret = take_ptr(l);
    return 0;
}

void live_close(struct live *l)
{
    if (l == NULL) {
        return;
    }
    pthread_mutex_lock(&l->lock);
    l->ends = true;
    pthread_mutex_unlock(&l->lock);
    pthread_cond_signal(&l->wanted);
    pthread_join(l->thread, NULL);
    live_free(l);
}

/* ---- listening ---- */

/* Waits up to a second for topics that are not as `seen`; names them as a JSON list, "" when there are none. */
static void next_changes(struct live *l, int64_t seen[TOPICS], char names[static FACT_BYTES])
{
    struct timespec until = after_ms(LIVE_LOOK_MS);

    names[0] = '\0';
    pthread_mutex_lock(&l->lock);
    if (memcmp(seen, l->versions, sizeof l->versions) == 0) {
        (void)pthread_cond_timedwait(&l->changed, &l->lock, &until);
    }
    for (int topic = 0; topic < TOPICS; topic++) {
        if (seen[topic] != l->versions[topic]) {
            size_t length = strlen(names);
            snprintf(names + length, FACT_BYTES - length, "%s\"%s\"", length > 0 ? "," : "",
                     topics[topic]);
        }
    }
    memcpy(seen, l->versions, sizeof l->versions);
    pthread_mutex_unlock(&l->lock);
}

static int write_now(struct reply_sink *out, const char *text, struct fail *f)
{
    TRY(reply_write(out, text, strlen(text), f));
    return reply_write(out, "", 0, f);
}

static int tell(struct reply_sink *out, const char *names, struct fail *f)
{
    char text[FACT_BYTES + 60];

    snprintf(text, sizeof text, "event: change\ndata: {\"topics\":[%s]}\n\n", names);
    return write_now(out, text, f);
}

/* Who was let in may have been shut out since. */
static int check_still(struct request *rq, struct fail *f)
{
    int still = auth_still(rq, f);
    request_give(rq);
    return still;
}

static int listen_on(struct request *rq, struct live *l, struct reply_sink *out, struct fail *f)
{
    int64_t seen[TOPICS], now_ms = clock_mono_ms(), pinged_ms = now_ms, checked_ms = now_ms;
    char names[FACT_BYTES];

    memset(seen, -1, sizeof seen); /* first of all everything: what changed before is not known */
    while (!atomic_load(&rq->api->draining)) {
        next_changes(l, seen, names);
        now_ms = clock_mono_ms();
        if (names[0] != '\0') {
            TRY(tell(out, names, f));
            pinged_ms = now_ms;
        } else if (now_ms - pinged_ms >= LIVE_PING_MS) {
            TRY(write_now(out, ": ping\n\n", f));
            pinged_ms = now_ms;
        }
        TRY(reply_write(out, "", 0, f)); /* is it still there? */
        if (now_ms - checked_ms >= LIVE_CHECK_MS) {
            int still = check_still(rq, f);
            if (still != 0) { /* also when it cannot be found out: the client comes again */
                return 0;
            }
            checked_ms = now_ms;
        }
    }
    return 0;
}

static void leave(void *live)
{
    struct live *l = live;

    pthread_mutex_lock(&l->lock);
    l->listeners--;
    pthread_mutex_unlock(&l->lock);
}

static int stream(struct request *rq, struct reply_sink *out, void *live, struct fail *f)
{
    int done = write_now(out, "retry: 3000\n\n", f);

    done = done == 0 ? listen_on(rq, live, out, f) : done;
    leave(live);
    return done;
}

int get_live(struct request *rq, struct reply *re, struct fail *f)
{
    struct live *l = rq->api->live;

    pthread_mutex_lock(&l->lock);
    bool full = l->listeners >= LIVE_LISTENERS;
    l->listeners += full ? 0 : 1;
    pthread_mutex_unlock(&l->lock);
    if (full) {
        return fail_later(f, FAIL_LATER, 10000, "%d listen already", LIVE_LISTENERS);
    }
    pthread_cond_signal(&l->wanted);
    re->status = 200;
    re->type = "text/event-stream";
    re->stream = stream;
    re->stream_state = l;
    re->stream_drop = leave;
    return 0;
}
