#include "common/queue/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/queue/metrics_priv.h"
#include "common/queue/queue_priv.h"
#include "queue_lua.h"

enum {
    SERIAL_TTL_S = 3600,
    HOURS_TTL_S = 8 * 3600,     /* Sidekiq's, of minutes and histograms */
    DAYS_TTL_S = 3 * 24 * 3600, /* of ten minutes */
    STAMP_BYTES = 64,
    KEYS_KEPT = 2 + METRICS_WHERES - 1, /* serial and counters: the keys without a TTL here */
    KEY_MINUTE = KEYS_KEPT + 1,         /* numbers as in Lua, from 1 */
    KEY_TEN_MINUTES = KEYS_KEPT + 2
};

const char *const metrics_keys[METRICS_WHERES] = {
    [METRICS_JOBS] = "dropship:metrics:jobs",
    [METRICS_WAIT] = "dropship:metrics:wait",
    [METRICS_RUN] = "dropship:metrics:run",
    [METRICS_POOL] = "dropship:metrics:pool",
};

const int64_t metrics_bounds_us[METRICS_BUCKETS - 1] = {
    100,      250,      500,      1000,     2500,      5000,      10000,     20000,
    30000,    45000,    65000,    100000,   150000,    225000,    335000,    500000,
    750000,   1100000,  1700000,  2500000,  3800000,   5750000,   8500000,   13000000,
    20000000, 30000000, 45000000, 65000000, 100000000, 150000000, 225000000, 335000000,
};

/* Five halvings over the 32 bounds, without a branch to guess wrong: a linear walk took up to 20 ns. */
int metrics_bucket(int64_t duration_us)
{
    int below = 0;

    for (int step = (METRICS_BUCKETS - 1) / 2; step > 0; step /= 2) {
        below += metrics_bounds_us[below + step - 1] < duration_us ? step : 0;
    }
    return below + (metrics_bounds_us[below] < duration_us ? 1 : 0);
}

void metrics_histogram_add(struct metrics_histogram *to, const struct metrics_histogram *more)
{
    for (int i = 0; i < METRICS_BUCKETS; i++) {
        to->buckets[i] += more->buckets[i];
    }
    to->sum_us += more->sum_us;
}

struct metrics_report {
    struct words timed;      /* Sidekiq's keys */
    struct words increments; /* number of the key, field, by */
    struct tm utc;
};

struct metrics_report *metrics_report_new(int64_t now_us)
{
    struct metrics_report *report = calloc(1, sizeof *report);
    time_t seconds = now_us / 1000000;

    if (report == NULL) {
        return NULL;
    }
    (void)gmtime_r(&seconds, &report->utc);
    const struct tm *t = &report->utc;
    words_addf(&report->timed, "j|%02d%02d%02d|%d:%02d", t->tm_year % 100, t->tm_mon + 1,
               t->tm_mday, t->tm_hour, t->tm_min);
    words_addf(&report->timed, "j|%02d%02d%02d|%d:%d", t->tm_year % 100, t->tm_mon + 1, t->tm_mday,
               t->tm_hour, t->tm_min / 10);
    return report;
}

void metrics_report_free(struct metrics_report *report)
{
    if (report != NULL) {
        words_done(&report->timed);
        words_done(&report->increments);
        free(report);
    }
}

bool metrics_report_empty(const struct metrics_report *report)
{
    return report->increments.count == 0 && !report->increments.failed;
}

/* The key and the amount around a field that words_addf adds in between. */
#define ADD_INCREMENT(report, key, by, ...)                                                        \
    do {                                                                                           \
        if ((by) > 0) {                                                                            \
            words_addf(&(report)->increments, "%zu", (size_t)(key));                               \
            words_addf(&(report)->increments, __VA_ARGS__);                                        \
            words_addf(&(report)->increments, "%" PRIu64, (uint64_t)(by));                         \
        }                                                                                          \
    } while (0)

/* The serial comes first. */
static size_t key_of(enum metrics_where where)
{
    return (size_t)where + 2;
}

void metrics_report_jobs(struct metrics_report *report, const char *queue, const char *type,
                         const char *what, uint64_t by)
{
    ADD_INCREMENT(report, key_of(METRICS_JOBS), by, "%s|%s|%s", queue, type, what);
}

void metrics_report_pool(struct metrics_report *report, const char *what, const char *of,
                         uint64_t by)
{
    ADD_INCREMENT(report, key_of(METRICS_POOL), by, "%s|%s", what, of);
}

void metrics_report_times(struct metrics_report *report, enum metrics_where where,
                          const char *queue, const char *type,
                          const struct metrics_histogram *times)
{
    for (int i = 0; i < METRICS_BUCKETS; i++) {
        ADD_INCREMENT(report, key_of(where), times->buckets[i], "%s|%s|%d", queue, type, i);
    }
    ADD_INCREMENT(report, key_of(where), times->sum_us, "%s|%s|sum", queue, type);
}

/* Sidekiq's first bucket ends where our fine ones do. */
static uint64_t sidekiq_bucket(const struct metrics_histogram *times, int bucket)
{
    uint64_t jobs = times->buckets[bucket + METRICS_FINE];

    for (int i = 0; bucket == 0 && i < METRICS_FINE; i++) {
        jobs += times->buckets[i];
    }
    return jobs;
}

void metrics_report_class(struct metrics_report *report, const char *type, uint64_t runs,
                          uint64_t failed, const struct metrics_histogram *well)
{
    const struct tm *t = &report->utc;

    for (int key = KEY_MINUTE; key <= KEY_TEN_MINUTES; key++) {
        ADD_INCREMENT(report, key, runs, "%s|p", type);
        ADD_INCREMENT(report, key, failed, "%s|f", type);
        ADD_INCREMENT(report, key, well->sum_us / 1000, "%s|ms", type);
    }
    if (runs > failed) {
        words_addf(&report->timed, "h|%s-%d-%d:%d", type, t->tm_mday, t->tm_hour, t->tm_min);
    }
    for (int i = 0; runs > failed && i < METRICS_SIDEKIQ_BUCKETS; i++) {
        ADD_INCREMENT(report, KEYS_KEPT + report->timed.count, sidekiq_bucket(well, i), "#%d", i);
    }
}

static void append(struct words *all, const struct words *more)
{
    for (size_t i = 0; i < more->count; i++) {
        words_add(all, more->items[i], more->sizes[i]);
    }
    all->failed = all->failed || more->failed;
}

int queue_metrics_add(struct redis *r, const char *identity, int64_t serial,
                      const struct metrics_report *report, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = KEYS_KEPT + report->timed.count };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    words_addf(&w, "dropship:metrics:serial:%s", identity);
    for (size_t i = 0; i < METRICS_WHERES; i++) {
        words_text(&w, metrics_keys[i]);
    }
    append(&w, &report->timed);
    words_addf(&w, "%" PRId64, serial);
    words_addf(&w, "%d", SERIAL_TTL_S);
    words_addf(&w, "%d", KEYS_KEPT);
    for (size_t i = 0; i < report->timed.count; i++) {
        words_addf(&w, "%d", KEYS_KEPT + (int)i + 1 == KEY_TEN_MINUTES ? DAYS_TTL_S : HOURS_TTL_S);
    }
    append(&w, &report->increments);
    return words_script(r, &lua_metrics_add, &w, &reply, f);
}
