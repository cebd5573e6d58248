#include "common/model/limit_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"

#define DAY_US INT64_C(86400000000)

enum { KEY_BYTES = 128, WORDS_MAX = 6 };

static const char *word(const redisReply *row, size_t i)
{
    return row->type == REDIS_REPLY_ARRAY && i < row->elements &&
                   row->element[i]->type == REDIS_REPLY_STRING
               ? row->element[i]->str
               : "";
}

/* A decimal number times `scale`; 0 for anything else. */
static int64_t scaled(const char *text, double scale)
{
    struct fail no_number;
    double value = 0;

    if (str_to_double(text, -1e15, 1e17, "limit", &value, &no_number) < 0) {
        return 0;
    }
    return (int64_t)llround(value * scale);
}

static double real(const char *text)
{
    struct fail no_number;
    double value = 0;

    return str_to_double(text, -1e15, 1e17, "limit", &value, &no_number) == 0 ? value : 0;
}

static void take_shown(struct limit_view *v, const redisReply *row)
{
    int64_t until_us = scaled(word(row, 1), 1e6);

    if (until_us == 0 || until_us > v->now_us) {
        (void)str_fit(v->waiting, sizeof v->waiting, word(row, 0));
        v->waiting_until_us = until_us;
    }
}

static void take_breaker(struct limit_view *v, const redisReply *row)
{
    v->failures = scaled(word(row, 0), 1);
    v->open = scaled(word(row, 1), 1) > 0;
    v->open_until_us = v->open ? scaled(word(row, 2), 1e3) : 0;
}

static void take_points(struct limit_view *v, const redisReply *row)
{
    bool counted = word(row, 0)[0] != '\0';
    bool today = counted && scaled(word(row, 0), 1) == v->now_us / DAY_US;
    int64_t gone_us = scaled(word(row, 2), 1e3);

    v->points_used = today ? scaled(word(row, 1), 1) : (counted ? 0 : -1);
    v->points_gone_until_us = gone_us > v->now_us ? gone_us : 0;
}

static void take_bucket(struct limit_view *v, const redisReply *row)
{
    double size = real(word(row, 1)), rate = real(word(row, 2));
    double since_s = (double)(v->now_us - scaled(word(row, 3), 1)) / 1e6;
    double left = real(word(row, 0)) + since_s * rate;

    v->has_bucket = size > 0 && rate > 0;
    v->bucket_size = size;
    v->bucket_rate = rate;
    v->bucket_left = left > size ? size : left;
}

static void take_pause(struct limit_view *v, const redisReply *row)
{
    int64_t until_us = row->type == REDIS_REPLY_STRING ? scaled(row->str, 1) : 0;

    v->paused_until_us = until_us > v->now_us ? until_us : 0;
}

static void take_health(struct limit_view *v, const redisReply *row)
{
    v->ok_us = scaled(word(row, 0), 1);
    v->bad_us = scaled(word(row, 1), 1);
    v->bad_since_us = scaled(word(row, 2), 1);
}

static void take_wallet(struct limit_view *v, const redisReply *row)
{
    v->has_wallet = strlen(word(row, 1)) == 3;
    v->wallet_minor = scaled(word(row, 0), 1);
    (void)str_fit(v->wallet_currency, sizeof v->wallet_currency, word(row, 1));
    v->wallet_us = scaled(word(row, 2), 1);
}

static void take_closed(struct limit_view *v, const redisReply *row)
{
    if (word(row, 0)[0] != '\0') {
        (void)snprintf(v->closed, sizeof v->closed, "%.40s: %.240s", word(row, 0), word(row, 2));
        (void)str_fit(v->closed_since, sizeof v->closed_since, word(row, 1));
    }
}

/* What is asked for each account, behind dropship:limit:ACCOUNT. */
static const struct part {
    const char *suffix;
    const char *fields[WORDS_MAX]; /* none: GET */
    void (*take)(struct limit_view *v, const redisReply *row);
} parts[] = {
    { "", { "text", "until" }, take_shown },
    { ":breaker", { "failures", "opened", "until" }, take_breaker },
    { ":points", { "day", "used", "gone_until" }, take_points },
    { ":bucket", { "available", "maximum", "rate", "at" }, take_bucket },
    { ":pause", { NULL }, take_pause },
    { ":health", { "ok_us", "bad_us", "bad_since_us" }, take_health },
    { ":wallet", { "minor", "currency", "at_us" }, take_wallet },
    { ":closed", { "status", "since", "error" }, take_closed },
};

static int ask_part(struct redis_pipe *p, const char *account, const struct part *part,
                    struct fail *f)
{
    char key[KEY_BYTES];
    const char *argv[WORDS_MAX + 2] = { part->fields[0] != NULL ? "HMGET" : "GET", key };
    size_t argc = 2;

    (void)snprintf(key, sizeof key, "dropship:limit:%.80s%s", account, part->suffix);
    for (size_t i = 0; i < WORDS_MAX && part->fields[i] != NULL; i++) {
        argv[argc++] = part->fields[i];
    }
    return redis_pipe_command(p, &(struct redis_args){ .argv = argv, .argc = argc }, f);
}

/* A key of another type says nothing. */
static int take_part(struct redis_pipe *p, const struct part *part, struct limit_view *v,
                     struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *row = NULL;

    int got = redis_pipe_next(p, &row, f);

    if (got < 0) {
        return f->kind == FAIL_BUG ? 0 : -1;
    }
    if (got == 0) {
        part->take(v, row);
    }
    return 0;
}

int limit_views_read(struct redis *r, const char *const *accounts, size_t count,
                     struct limit_view *views, struct fail *f)
{
    scoped(redis_pipe_close_p) struct redis_pipe *p = NULL;
    int64_t now_us = 0;

    TRY(redis_time_us(r, &now_us, f));
    TRY(redis_pipe_open(r, &p, f));
    for (size_t i = 0; i < count * COUNT_OF(parts); i++) {
        TRY(ask_part(p, accounts[i / COUNT_OF(parts)], &parts[i % COUNT_OF(parts)], f));
    }
    TRY(count > 0 ? redis_pipe_send(p, f) : 0);
    for (size_t i = 0; i < count * COUNT_OF(parts); i++) {
        struct limit_view *v = &views[i / COUNT_OF(parts)];
        if (i % COUNT_OF(parts) == 0) {
            *v = (struct limit_view){ .now_us = now_us, .points_used = -1 };
        }
        TRY(take_part(p, &parts[i % COUNT_OF(parts)], v, f));
    }
    return 0;
}
