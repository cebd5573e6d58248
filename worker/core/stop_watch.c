#include "worker/core/stop_watch.h"

#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/db.h"
#include "common/redis/redis.h"
#include "sql/ops.h"

enum {
    SLICE_MS = 200,  /* longest wait before the end of the process is seen */
    LOOK_MS = 5000,  /* without a word from Postgres it is asked so often */
    TELL_MS = 500,   /* while STOP is on */
    LIFE_MS = 15000, /* of what is told */
    AWAY_MS = 1000,
    WORK_MAX = LANE_THREADS_MAX
};

/* A job that ran when STOP was seen. */
struct runner {
    char thread_id[32], type[JOB_NAME_BYTES], jid[JOB_JID_BYTES];
    int64_t run_at_us;
    bool runs; /* as last looked */
};

struct stop_watch {
    struct stop_watch_setup setup;
    pthread_t thread;
    atomic_bool stopping;

    struct db *db; /* below: the thread's */
    struct redis *redis;
    bool listens;
    int64_t stop_us; /* STOP that was seen, by the row's time; 0 = it is off */
    int64_t looked_ms;
    bool told; /* something stands in Redis */
    struct runner *runners;
    size_t count;
};

/* ---- the jobs ---- */

/* Call `take` for each job that runs in the process just now. */
static int each_running(struct stop_watch *w,
                        int (*take)(struct stop_watch *w, const struct lane_work *work),
                        struct fail *f)
{
    struct lane_work *work = calloc(WORK_MAX, sizeof *work);
    int taken = 0;

    if (work == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < w->setup.lane_count && taken == 0; i++) {
        size_t count = 0;
        lane_list_work(w->setup.lanes[i], work, WORK_MAX, &count);
        for (size_t at = 0; at < count && taken == 0; at++) {
            /* a '+' waits for a thread: it will read STOP when it starts */
            taken = strchr(work[at].thread_id, '+') == NULL ? take(w, &work[at]) : 0;
        }
        lane_work_done(work, count);
    }
    free(work);
    return taken < 0 ? fail_memory(f) : 0;
}

static int note(struct stop_watch *w, const struct lane_work *work)
{
    struct runner *more = realloc(w->runners, (w->count + 1) * sizeof *more);

    if (more == NULL) {
        return -1;
    }
    w->runners = more;
    struct runner *to = &w->runners[w->count++];
    *to = (struct runner){ .run_at_us = work->run_at_us, .runs = true };
    (void)str_fit(to->thread_id, sizeof to->thread_id, work->thread_id);
    (void)str_fit(to->type, sizeof to->type, work->type);
    (void)str_fit(to->jid, sizeof to->jid, work->jid);
    return 0;
}

static int recognise(struct stop_watch *w, const struct lane_work *work)
{
    for (size_t i = 0; i < w->count; i++) {
        struct runner *known = &w->runners[i];
        if (strcmp(known->thread_id, work->thread_id) == 0 && known->run_at_us == work->run_at_us) {
            known->runs = true;
        }
    }
    return 0;
}

/* Those that have ended go. */
static int look_at_runners(struct stop_watch *w, struct fail *f)
{
    size_t kept = 0;

    for (size_t i = 0; i < w->count; i++) {
        w->runners[i].runs = false;
    }
    TRY(w->count > 0 ? each_running(w, recognise, f) : 0);
    for (size_t i = 0; i < w->count; i++) {
        if (w->runners[i].runs) {
            w->runners[kept++] = w->runners[i];
        }
    }
    w->count = kept;
    return 0;
}

/* ---- telling ---- */

static int tell(struct stop_watch *w, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *set = NULL;
    scoped(free_p) char *text = NULL;
    char key[192], life[16];
    json_t *running = json_array();

    for (size_t i = 0; i < w->count; i++) {
        json_array_append_new(
            running, json_pack("{s:s, s:s}", "jid", w->runners[i].jid, "type", w->runners[i].type));
    }
    scoped(json_clear_p) json_t *told =
        json_pack("{s:I, s:o}", "stop_us", (json_int_t)w->stop_us, "running", running);
    (void)snprintf(key, sizeof key, "dropship:stop_seen:%.150s", w->setup.identity);
    (void)snprintf(life, sizeof life, "%d", LIFE_MS);
    TRY(json_write(told, &text, f));
    TRY(redis_do(w->redis, &set, f, "SET", key, text, "PX", life, NULL));
    w->told = true;
    return 0;
}

static int take_back(struct stop_watch *w, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *gone = NULL;
    char key[192];

    (void)snprintf(key, sizeof key, "dropship:stop_seen:%.150s", w->setup.identity);
    TRY(redis_do(w->redis, &gone, f, "DEL", key, NULL));
    w->told = false;
    return 0;
}

/* ---- seeing ---- */

static int see(struct stop_watch *w, int64_t stop_us, struct fail *f)
{
    /* Another time of the row may be a second word or an end between two looks: then what runs now may not have seen it. */
    if (stop_us != 0 && stop_us != w->stop_us) {
        w->count = 0;
        TRY(each_running(w, note, f));
        log_info("stop.seen", kv_str("identity", w->setup.identity),
                 kv_int("running", (int64_t)w->count));
    }
    w->stop_us = stop_us;
    return 0;
}

static int look(struct stop_watch *w, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(w->db, &sql_ops_stop_since, NULL, &rows, f));
    w->looked_ms = clock_mono_ms();
    return see(w, PQntuples(rows) > 0 ? db_int(rows, 0, "since_us", 0) : 0, f);
}

static int round_once(struct stop_watch *w, struct fail *f)
{
    int64_t every_ms = w->stop_us != 0 ? TELL_MS : LOOK_MS;

    if (!w->listens) {
        TRY(db_ready(w->db, f));
        TRY(db_listen(w->db, "dropship_stop", f));
        w->listens = true;
        TRY(look(w, f));
    }
    int woken = db_wait_notify(w->db, SLICE_MS, f);
    TRY(woken);
    if (woken == 0 || clock_mono_ms() - w->looked_ms >= every_ms) {
        TRY(look(w, f));
    }
    if (w->stop_us != 0) {
        TRY(look_at_runners(w, f));
        return tell(w, f);
    }
    return w->told ? take_back(w, f) : 0;
}

static void rest(struct stop_watch *w, int64_t ms)
{
    int64_t until_ms = clock_mono_ms() + ms;

    while (!atomic_load(&w->stopping) && clock_mono_ms() < until_ms) {
        clock_sleep_ms(SLICE_MS);
    }
}

/* Trouble is told once until it has passed. */
static void *stop_watch_main(void *arg)
{
    struct stop_watch *w = arg;
    bool failing = false;

    while (!atomic_load(&w->stopping)) {
        struct fail f = { 0 };
        bool failed = round_once(w, &f) < 0;
        if (failed && !failing) {
            log_warn("stop.not_seen", kv_fail(&f));
        }
        failing = failed;
        if (failed) {
            w->listens = false;
            rest(w, AWAY_MS);
        }
    }
    return NULL;
}

static void stop_watch_free(struct stop_watch *w)
{
    redis_close(w->redis);
    db_close(w->db);
    free(w->runners);
    free(w);
}

int stop_watch_start(const struct stop_watch_setup *setup, struct stop_watch **ret, struct fail *f)
{
    struct stop_watch *w = calloc(1, sizeof *w);

    if (w == NULL) {
        return fail_memory(f);
    }
    w->setup = *setup;
    if (db_open(conf_text(setup->conf, CONF_DATABASE_URL), "dropship-worker", &w->db, f) < 0 ||
        redis_open(conf_text(setup->conf, CONF_REDIS_URL), &w->redis, f) < 0) {
        stop_watch_free(w);
        return -1;
    }
    if (pthread_create(&w->thread, NULL, stop_watch_main, w) != 0) {
        stop_watch_free(w);
        return fail_set(f, FAIL_LATER, "cannot start a thread");
    }
    *ret = w;
    return 0;
}

void stop_watch_stop(struct stop_watch *w)
{
    if (w == NULL) {
        return;
    }
    atomic_store(&w->stopping, true);
    pthread_join(w->thread, NULL);
    stop_watch_free(w);
}
