#include "worker/core/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "lua/worker.h"

enum {
    KEY_BYTES = 160,
    NUMBER_BYTES = 32,
    TEXT_BYTES = 160,
    BREAKER_FAILURES = 5,
    BREAKER_OPEN_MS = 30000,
    BREAKER_LONGEST_MS = 600000,
    BREAKER_PROBE_MS = 60000,
    BUCKET_SIZE = 1000, /* until the provider has said: the smallest seen in the field */
    BUCKET_RATE = 50
};

struct limits {
    struct redis *redis;
    int64_t max_sleep_ms;
};

struct grant { /* a script's answer; wait in the script's unit */
    int64_t granted, wait;
};

struct question { /* a script with its words; the first `keys` of them are KEYS */
    const struct embedded *script;
    size_t keys, argc;
    const char *const *argv;
};
#define question(script, keys, words)                                                              \
    &(struct question)                                                                             \
    {                                                                                              \
        &(script), (keys), COUNT_OF(words), (words)                                                \
    }

int limits_open(struct redis *r, int64_t max_sleep_ms, struct limits **ret, struct fail *f)
{
    struct limits *l = calloc(1, sizeof *l);

    if (l == NULL) {
        return fail_memory(f);
    }
    l->redis = r;
    l->max_sleep_ms = max_sleep_ms;
    *ret = l;
    return 0;
}

void limits_close(struct limits *l)
{
    free(l);
}

/* dropship:limit:ACCOUNT[:part]; the one without part is what people see. */
static void limit_key(char key[static KEY_BYTES], const char *account, const char *part)
{
    (void)snprintf(key, KEY_BYTES, "dropship:limit:%s%s%s", account, part[0] != '\0' ? ":" : "",
                   part);
}

static const char *number(char text[static NUMBER_BYTES], int64_t value)
{
    (void)snprintf(text, NUMBER_BYTES, "%" PRId64, value);
    return text;
}

/* When Redis cannot be asked, nothing has been granted: no limiter, no call. */
static int ask(struct limits *l, const struct question *q, struct grant *ret, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    if (redis_eval(l->redis, q->script,
                   &(struct redis_args){ .argv = q->argv, .argc = q->argc, .keys = q->keys },
                   &reply, f) < 0) {
        f->kind = FAIL_LATER;
        return fail_wrap(f, "the limiter cannot be asked");
    }
    if (reply->type == REDIS_REPLY_INTEGER) {
        *ret = (struct grant){ .granted = 1, .wait = reply->integer };
    } else if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2) {
        *ret = (struct grant){ .granted = reply->element[0]->integer,
                               .wait = reply->element[1]->integer };
    } else {
        return fail_set(f, FAIL_BUG, "limiter script %s: unexpected answer", q->script->name);
    }
    return 0;
}

/* Sleep out a granted wait, or say when to come back. */
static int wait_or_leave(const struct grant *g, const char *account, struct fail *f)
{
    if (g->granted == 0) {
        return fail_later(f, FAIL_LIMITED, g->wait / 1000 + 1,
                          "waiting for %s: %" PRId64 " s until its next free turn", account,
                          g->wait / 1000000 + 1);
    }
    if (g->wait > 0) {
        clock_sleep_ms((g->wait + 999) / 1000);
    }
    return 0;
}

int limits_breaker_enter(struct limits *l, const char *provider, struct fail *f)
{
    char key[KEY_BYTES];
    char probe[NUMBER_BYTES];
    struct grant g = { 0 };

    limit_key(key, provider, "breaker");
    const char *argv[] = { key, number(probe, BREAKER_PROBE_MS) };
    TRY(ask(l, question(lua_worker_breaker_enter, 1, argv), &g, f));
    if (g.granted == 0) {
        (void)fail_later(f, FAIL_LIMITED, g.wait, "%s failed repeatedly; next try in %" PRId64 " s",
                         provider, g.wait / 1000 + 1);
        (void)snprintf(f->code, sizeof f->code, "BREAKER");
        return -1;
    }
    return 0;
}

static void breaker_tell(struct limits *l, const char *provider, const char *how)
{
    char key[KEY_BYTES], shown[KEY_BYTES], text[TEXT_BYTES];
    char failures[NUMBER_BYTES], first[NUMBER_BYTES], longest[NUMBER_BYTES];
    struct grant g = { 0 };
    struct fail f = { 0 };

    limit_key(key, provider, "breaker");
    limit_key(shown, provider, "");
    (void)snprintf(text, sizeof text, "%s failed repeatedly; calls are paused", provider);
    const char *argv[] = { key,
                           shown,
                           how,
                           number(failures, BREAKER_FAILURES),
                           number(first, BREAKER_OPEN_MS),
                           number(longest, BREAKER_LONGEST_MS),
                           text };
    if (ask(l, question(lua_worker_breaker_report, 2, argv), &g, &f) < 0) {
        log_warn("limits.not_told", kv_str("provider", provider), kv_fail(&f));
    } else if (g.wait > 0) {
        log_warn("breaker.open", kv_str("provider", provider), kv_int("open_ms", g.wait));
    }
}

void limits_breaker_report(struct limits *l, const char *provider, bool healthy)
{
    breaker_tell(l, provider, healthy ? "1" : "0");
}

void limits_breaker_leave(struct limits *l, const char *provider)
{
    breaker_tell(l, provider, "-1");
}

int limits_space(struct limits *l, const char *account, int64_t spacing_ms, struct fail *f)
{
    char next[KEY_BYTES], pause[KEY_BYTES], shown[KEY_BYTES], text[TEXT_BYTES];
    char spacing[NUMBER_BYTES], longest[NUMBER_BYTES];
    struct grant g = { 0 };

    limit_key(next, account, "next");
    limit_key(pause, account, "pause");
    limit_key(shown, account, "");
    (void)snprintf(text, sizeof text, "waiting for %s: its calls are spaced", account);
    const char *argv[] = { next,
                           pause,
                           shown,
                           number(spacing, spacing_ms * 1000),
                           number(longest, l->max_sleep_ms * 1000),
                           text };
    TRY(ask(l, question(lua_worker_space, 3, argv), &g, f));
    return wait_or_leave(&g, account, f);
}

int limits_pause(struct limits *l, const char *account, int64_t pause_ms, struct fail *f)
{
    char pause[KEY_BYTES], shown[KEY_BYTES], text[TEXT_BYTES], wait[NUMBER_BYTES];
    struct grant g = { 0 };

    limit_key(pause, account, "pause");
    limit_key(shown, account, "");
    (void)snprintf(text, sizeof text, "waiting for %s: it asked for fewer calls", account);
    const char *argv[] = { pause, shown, number(wait, pause_ms * 1000), text };
    return ask(l, question(lua_worker_pause, 2, argv), &g, f);
}

static int points_used_up(const struct grant *g, const char *account, struct fail *f)
{
    (void)fail_later(f, FAIL_LIMITED, g->wait, "waiting for %s: %" PRId64 " min, points used up",
                     account, g->wait / 60000 + 1);
    (void)snprintf(f->code, sizeof f->code, "POINTS");
    return -1;
}

int limits_points(struct limits *l, const char *account, int64_t points,
                  const struct day_points *day, struct fail *f)
{
    int64_t spendable = day->use_reserve ? day->allowance : day->allowance - day->reserve;
    char key[KEY_BYTES], shown[KEY_BYTES], text[TEXT_BYTES], cost[NUMBER_BYTES], most[NUMBER_BYTES];
    struct grant g = { 0 };

    if (points <= 0) {
        return 0; /* orders, payment and tracking go on when the points are gone */
    }
    limit_key(key, account, "points");
    limit_key(shown, account, "");
    (void)snprintf(text, sizeof text, "waiting for %s: points used up", account);
    const char *argv[] = { key, shown, number(cost, points), number(most, spendable), text };
    TRY(ask(l, question(lua_worker_points, 2, argv), &g, f));
    return g.granted != 0 ? 0 : points_used_up(&g, account, f);
}

int limits_points_gone(struct limits *l, const char *account, int64_t retry_ms, struct fail *f)
{
    char key[KEY_BYTES], shown[KEY_BYTES], text[TEXT_BYTES], wait[NUMBER_BYTES];
    struct grant g = { 0 };

    limit_key(key, account, "points");
    limit_key(shown, account, "");
    (void)snprintf(text, sizeof text, "waiting for %s: points used up", account);
    const char *argv[] = { key, shown, number(wait, retry_ms), text };
    return ask(l, question(lua_worker_points_gone, 2, argv), &g, f);
}

void limits_wallet(struct limits *l, const char *account, const struct money *held)
{
    scoped(redis_reply_clear_p) redisReply *set = NULL;
    char key[KEY_BYTES], minor[NUMBER_BYTES], at[NUMBER_BYTES];
    struct fail f = { 0 };

    if (l == NULL) {
        return;
    }
    limit_key(key, account, "wallet");
    if (redis_do(l->redis, &set, &f, "HSET", key, "minor", number(minor, held->minor), "currency",
                 held->currency, "at_us", number(at, clock_now_us()), NULL) < 0) {
        log_warn("limits.not_told", kv_str("provider", account), kv_fail(&f));
    }
}

int limits_bucket_take(struct limits *l, const char *account, double cost, struct fail *f)
{
    char bucket[KEY_BYTES], pause[KEY_BYTES], shown[KEY_BYTES], text[TEXT_BYTES];
    char words[4][NUMBER_BYTES];
    struct grant g = { 0 };

    limit_key(bucket, account, "bucket");
    limit_key(pause, account, "pause");
    limit_key(shown, account, "");
    (void)snprintf(text, sizeof text, "waiting for %s: its bucket is empty", account);
    (void)snprintf(words[0], sizeof words[0], "%.3f", cost);
    const char *argv[] = { bucket,
                           pause,
                           shown,
                           words[0],
                           number(words[1], l->max_sleep_ms * 1000),
                           text,
                           number(words[2], BUCKET_SIZE),
                           number(words[3], BUCKET_RATE) };
    TRY(ask(l, question(lua_worker_bucket_take, 3, argv), &g, f));
    return wait_or_leave(&g, account, f);
}

int limits_bucket_report(struct limits *l, const char *account, const struct cost_bucket *said,
                         struct fail *f)
{
    char key[KEY_BYTES], words[3][NUMBER_BYTES];
    struct grant g = { 0 };

    if (!(said->maximum > 0) || !(said->restore_per_s > 0)) {
        return 0; /* nothing usable was said */
    }
    limit_key(key, account, "bucket");
    (void)snprintf(words[0], sizeof words[0], "%.3f", said->available);
    (void)snprintf(words[1], sizeof words[1], "%.3f", said->maximum);
    (void)snprintf(words[2], sizeof words[2], "%.3f", said->restore_per_s);
    const char *argv[] = { key, words[0], words[1], words[2] };
    return ask(l, question(lua_worker_bucket_report, 1, argv), &g, f);
}
