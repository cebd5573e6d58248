#include "worker/core/history.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/db/db.h"
#include "sql/worker.h"

enum { FLUSH_MS = 500, AWAY_MS = 2000, FLUSH_LOOK_MS = 20 };

struct history {
    const struct conf *conf;
    const char *worker;
    pthread_t thread;

    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t wake;
    json_t *rows[HISTORY_ROWS_MAX]; /* ring */
    size_t first, count;
    size_t writing;                     /* rows taken off the ring, not yet written */
    int64_t dropped, written, reported; /* reported: drops already logged */
    int64_t stop_at_ms;                 /* 0 = runs */
};

static json_t *instant(int64_t at_us)
{
    char text[CLOCK_TEXT_BYTES];

    if (at_us <= 0) {
        return json_null();
    }
    clock_format(at_us, text);
    return json_string(text);
}

/* NULL for bytes that are no UTF-8 and for "": both are "none" in the table. */
static json_t *text_or_null(const char *text)
{
    json_t *value = text != NULL && text[0] != '\0' ? json_string(text) : NULL;
    return value != NULL ? value : json_null();
}

static json_t *row_json(const struct history_row *row, const char *worker)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:i, s:s, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:s}",
                     "jid", row->jid, "type", row->type, "queue", row->queue, "args",
                     text_or_null(row->args), "attempt", row->attempt, "outcome",
                     run_outcome_names[row->outcome], "enqueued_at", instant(row->enqueued_us),
                     "started_at", instant(row->started_us), "finished_at",
                     instant(row->finished_us), "run_ms",
                     (json_int_t)((row->finished_us - row->started_us) / 1000), "error_class",
                     text_or_null(row->error_class), "error", text_or_null(row->error), "trace_id",
                     text_or_null(row->trace_id), "worker", worker);
}

void history_add(struct history *h, const struct history_row *row)
{
    json_t *value = row_json(row, h->worker);

    pthread_mutex_lock(&h->lock);
    if (value == NULL) {
        h->dropped++;
    } else {
        if (h->count == HISTORY_ROWS_MAX) {
            json_decref(h->rows[h->first]);
            h->first = (h->first + 1) % HISTORY_ROWS_MAX;
            h->count--;
            h->dropped++;
        }
        h->rows[(h->first + h->count) % HISTORY_ROWS_MAX] = value;
        h->count++;
    }
    if (h->count >= HISTORY_BATCH) {
        pthread_cond_signal(&h->wake);
    }
    pthread_mutex_unlock(&h->lock);
}

int64_t history_dropped(struct history *h)
{
    pthread_mutex_lock(&h->lock);
    int64_t dropped = h->dropped;
    pthread_mutex_unlock(&h->lock);
    return dropped;
}

int64_t history_written(struct history *h)
{
    pthread_mutex_lock(&h->lock);
    int64_t written = h->written;
    pthread_mutex_unlock(&h->lock);
    return written;
}

static void wait_ms(struct history *h, int64_t ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&h->wake, &h->lock, &until);
}

/* Up to HISTORY_BATCH rows as one array, taken off the ring; NULL = the end. */
static json_t *take_rows(struct history *h)
{
    json_t *rows = json_array();

    pthread_mutex_lock(&h->lock);
    if (h->count < HISTORY_BATCH && h->stop_at_ms == 0) {
        wait_ms(h, FLUSH_MS);
    }
    bool ending = h->stop_at_ms != 0 && (h->count == 0 || clock_mono_ms() >= h->stop_at_ms);
    while (!ending && rows != NULL && h->count > 0 && json_array_size(rows) < HISTORY_BATCH) {
        json_array_append_new(rows, h->rows[h->first]);
        h->first = (h->first + 1) % HISTORY_ROWS_MAX;
        h->count--;
    }
    h->writing = json_array_size(rows);
    pthread_mutex_unlock(&h->lock);
    if (ending) {
        json_decref(rows);
        return NULL;
    }
    return rows;
}

static int insert_rows(struct db *db, const json_t *rows, struct fail *f)
{
    scoped(free_p) char *text = NULL;

    TRY(json_write(rows, &text, f));
    return db_exec(db, &sql_worker_job_run_add, (const char *[]){ text }, f) < 0 ? -1 : 0;
}

/* One by one, so that a row the database refuses takes only itself down. */
static size_t insert_singly(struct db *db, const json_t *rows)
{
    size_t refused = 0;

    for (size_t i = 0; i < json_array_size(rows); i++) {
        scoped(json_clear_p) json_t *single = json_pack("[O]", json_array_get(rows, i));
        struct fail f = { 0 };
        if (single == NULL || insert_rows(db, single, &f) < 0) {
            refused++;
            log_warn("history.refused", kv_fail(&f));
        }
    }
    return refused;
}

/* Postgres away: keep trying with the same rows while the ring fills. True = go on. */
static bool wait_for_postgres(struct history *h)
{
    pthread_mutex_lock(&h->lock);
    if (h->stop_at_ms == 0) {
        wait_ms(h, AWAY_MS);
    }
    bool go_on = h->stop_at_ms == 0 || clock_mono_ms() < h->stop_at_ms;
    int64_t fresh = h->dropped - h->reported;
    h->reported = h->dropped;
    pthread_mutex_unlock(&h->lock);
    if (fresh > 0) {
        log_warn("history.dropped", kv_int("rows", fresh));
    }
    return go_on;
}

static void write_rows(struct history *h, struct db *db, const json_t *rows)
{
    size_t lost = 0;
    struct fail f = { 0 };
    int got = 0;

    while ((got = db_ready(db, &f) < 0 ? -1 : insert_rows(db, rows, &f)) < 0 &&
           (f.kind == FAIL_LATER || f.kind == FAIL_UNKNOWN)) {
        if (!wait_for_postgres(h)) {
            break;
        }
    }
    if (got < 0) {
        lost = f.kind == FAIL_LATER || f.kind == FAIL_UNKNOWN ? json_array_size(rows)
                                                              : insert_singly(db, rows);
    }
    pthread_mutex_lock(&h->lock);
    h->dropped += (int64_t)lost;
    h->written += (int64_t)(json_array_size(rows) - lost);
    h->writing = 0;
    pthread_mutex_unlock(&h->lock);
}

static void *history_main(void *arg)
{
    struct history *h = arg;
    scoped(db_close_p) struct db *db = NULL;
    struct fail f = { 0 };
    json_t *rows = NULL;

    if (db_open(conf_text(h->conf, CONF_DATABASE_URL), "dropship-worker", &db, &f) < 0) {
        log_error("history.failed", kv_fail(&f));
        return NULL;
    }
    while ((rows = take_rows(h)) != NULL) {
        if (json_array_size(rows) > 0) {
            write_rows(h, db, rows);
        }
        json_decref(rows);
    }
    return NULL;
}

int history_start(const struct conf *conf, const char *worker, struct history **ret, struct fail *f)
{
    struct history *h = calloc(1, sizeof *h);
    pthread_condattr_t monotonic;

    if (h == NULL) {
        return fail_memory(f);
    }
    h->conf = conf;
    h->worker = worker;
    pthread_mutex_init(&h->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&h->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&h->thread, NULL, history_main, h) != 0) {
        free(h);
        return fail_set(f, FAIL_LATER, "cannot start a thread");
    }
    *ret = h;
    return 0;
}

void history_flush(struct history *h, int64_t within_ms)
{
    int64_t until_ms = clock_mono_ms() + within_ms;
    bool pending = true;

    while (pending && clock_mono_ms() < until_ms) {
        pthread_mutex_lock(&h->lock);
        pending = h->count + h->writing > 0;
        pthread_cond_signal(&h->wake);
        pthread_mutex_unlock(&h->lock);
        if (pending) {
            clock_sleep_ms(FLUSH_LOOK_MS);
        }
    }
}

void history_stop(struct history *h, int64_t within_ms)
{
    if (h == NULL) {
        return;
    }
    pthread_mutex_lock(&h->lock);
    h->stop_at_ms = clock_mono_ms() + within_ms;
    pthread_cond_broadcast(&h->wake);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
    while (h->count > 0) {
        json_decref(h->rows[h->first]);
        h->first = (h->first + 1) % HISTORY_ROWS_MAX;
        h->count--;
        h->dropped++;
    }
    if (h->dropped > 0) {
        log_warn("history.dropped", kv_int("rows", h->dropped));
    }
    pthread_mutex_destroy(&h->lock);
    pthread_cond_destroy(&h->wake);
    free(h);
}
