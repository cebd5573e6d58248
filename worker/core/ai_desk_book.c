/* The account of the text models' calls: what the day has cost, a row for each call, and a word when a limit comes near. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "common/model/settings_lists.h"
#include "sql/worker.h"
#include "worker/core/ai_desk_priv.h"

enum {
    UNTOLD_TOKENS = 4000,
    NEAR_PERCENT = 80,
    PER_TOKENS = 1000000,
    DAY_MS = 86400000,
    NUMBER_BYTES = 24
};

/* ---- cost ---- */

int64_t ai_cost_micro(const char *prices, const char *model, int64_t tokens_in, int64_t tokens_out)
{
    struct setting_price price;
    int64_t in = 0, out = 0;
    struct fail ignored;

    if (tokens_in < 0 || tokens_out < 0 || !setting_price_find(prices, model, &price) ||
        money_mul_div(tokens_in, price.tokens_in, PER_TOKENS, MONEY_CEIL, &in, &ignored) < 0 ||
        money_mul_div(tokens_out, price.tokens_out, PER_TOKENS, MONEY_CEIL, &out, &ignored) < 0 ||
        in > INT64_MAX - out) {
        return -1;
    }
    return in + out;
}

/* The price is looked up by the name that the provider uses, else by the one that was asked for. */
static int64_t cost_of(const struct book_entry *e, const struct ai_result *r)
{
    const char *prices = setting_text(e->ask->set, SETTING_AI_PRICES);
    int64_t cost = ai_cost_micro(prices, r->model, r->tokens_in, r->tokens_out);

    return cost >= 0 ? cost : ai_cost_micro(prices, e->model, r->tokens_in, r->tokens_out);
}

/* ---- the day's limits ---- */

struct limit {
    const char *name, *unit;
    int64_t used, most;
};

static int read_day(struct ai_desk *desk, const struct settings *set, struct limit ret[2],
                    struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    char untold[16];

    (void)snprintf(untold, sizeof untold, "%d", UNTOLD_TOKENS);
    TRY(db_query(desk->with.db, &sql_worker_ai_call_day, (const char *[]){ untold }, &rows, f));
    ret[0] = (struct limit){ "tokens", "tokens", db_int(rows, 0, "tokens", 0),
                             set->num[SETTING_AI_TOKENS_DAY] };
    ret[1] = (struct limit){ "cost", "millionths of a dollar", db_int(rows, 0, "cost_micro", 0),
                             set->num[SETTING_AI_COST_DAY] };
    return 0;
}

static void left_today(char text[static NUMBER_BYTES])
{
    (void)snprintf(text, NUMBER_BYTES, "%" PRId64, DAY_MS - clock_now_us() / 1000 % DAY_MS);
}

/* 0 = what and name for the first time today, 1 = not. */
static int mark_day(struct redis *redis, const char *what, const char *name, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *set = NULL;
    char day[CLOCK_TEXT_BYTES], mark[192], left_ms[NUMBER_BYTES];

    left_today(left_ms);
    clock_format_day(clock_now_us(), day);
    (void)snprintf(mark, sizeof mark, "dropship:ai:%s:%.110s:%s", what, name, day);
    TRY(redis_do(redis, &set, f, "SET", mark, "1", "NX", "PX", left_ms, NULL));
    return set->type == REDIS_REPLY_NIL;
}

/* For the people's list of limits, until the day ends. */
static int show(struct redis *redis, const char *key, const char *text, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *set = NULL, *expires = NULL;
    char left_ms[NUMBER_BYTES];

    left_today(left_ms);
    TRY(redis_do(redis, &set, f, "HSET", key, "text", text, NULL));
    return redis_do(redis, &expires, f, "PEXPIRE", key, left_ms, NULL);
}

static void note_untold(int told, const struct fail *f)
{
    if (told < 0) {
        log_warn("limits.not_told", kv_str("provider", "ai"), kv_fail(f));
    }
}

/* Once a day, limit and stage: to the log, and to the people. */
static void tell_once(struct ai_desk *desk, const struct limit *l, bool gone)
{
    char text[200];
    struct fail f = { 0 };
    int told = mark_day(desk->with.redis, gone ? "gone" : "near", l->name, &f);

    (void)snprintf(text, sizeof text, "text models: %" PRId64 " of today's %" PRId64 " %s are used",
                   l->used, l->most, l->unit);
    if (told == 0) {
        log_warn(gone ? "ai.cap_reached" : "ai.cap_near", kv_str("limit", l->name),
                 kv_int("used", l->used), kv_int("most", l->most));
        told = show(desk->with.redis, "dropship:limit:ai", text, &f);
    }
    note_untold(told, &f);
}

/* Once a day and model: what it costs is not in the day's money, which people have to know. */
static void tell_unpriced(struct ai_desk *desk, const char *model)
{
    char text[256];
    struct fail f = { 0 };
    int told = mark_day(desk->with.redis, "unpriced", model, &f);

    (void)snprintf(text, sizeof text,
                   "text models: %.100s has no price in ai.prices, so today's limit of money does "
                   "not count it",
                   model);
    if (told == 0) {
        log_warn("ai.price_unknown", kv_str("model", model));
        told = show(desk->with.redis, "dropship:limit:ai:prices", text, &f);
    }
    note_untold(told, &f);
}

int book_room(struct ai_desk *desk, const struct settings *set, char error[300], struct fail *f)
{
    struct limit limits[2];

    TRY(read_day(desk, set, limits, f));
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        if (limits[i].used >= limits[i].most) {
            tell_once(desk, &limits[i], true);
            (void)snprintf(error, 300,
                           "today's limit of %" PRId64 " %s is used up; it starts anew at 0:00 UTC",
                           limits[i].most, limits[i].unit);
            return 1;
        }
    }
    return 0;
}

/* What it has cost so far is known by now, so this is of no consequence when it fails. */
static void look_ahead(struct ai_desk *desk, const struct settings *set)
{
    struct limit limits[2];
    struct fail f = { 0 };

    if (read_day(desk, set, limits, &f) < 0) {
        log_warn("ai.day_not_read", kv_fail(&f));
        return;
    }
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        if (limits[i].used * 100 >= limits[i].most * NEAR_PERCENT) {
            tell_once(desk, &limits[i], false);
        }
    }
}

/* ---- a call ---- */

static void put_text(json_t *row, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        json_object_set_new(row, name, json_string(text));
    }
}

static void put_told(json_t *row, const char *name, int64_t number)
{
    if (number >= 0) {
        json_object_set_new(row, name, json_integer(number));
    }
}

static int write_row(const struct book_entry *e, const struct ai_result *r, int64_t cost,
                     char **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *row = json_object();

    put_text(row, "task", e->ask->task->name);
    put_text(row, "subject", e->ask->subject);
    put_text(row, "provider", ai_kind_name(e->kind));
    put_text(row, "model", r->model[0] != '\0' ? r->model : e->model);
    put_text(row, "status", ai_status_name(r->status));
    put_told(row, "http", r->http > 0 ? r->http : -1);
    put_text(row, "request_id", r->request_id);
    put_told(row, "tokens_in", r->tokens_in);
    put_told(row, "tokens_out", r->tokens_out);
    put_told(row, "tokens_cached", r->tokens_cached);
    put_told(row, "tokens_reasoning", r->tokens_reasoning);
    put_told(row, "cost_micro", cost);
    put_told(row, "attempts", r->attempts);
    put_told(row, "latency_ms", r->latency_ms);
    put_text(row, "error", r->error);
    return json_write(row, ret, f);
}

static void log_call(const struct book_entry *e, const struct ai_result *r, int64_t cost)
{
    log_info("ai.call", kv_str("task", e->ask->task->name), kv_str("subject", e->ask->subject),
             kv_str("provider", ai_kind_name(e->kind)),
             kv_str("model", r->model[0] != '\0' ? r->model : e->model),
             kv_str("status", ai_status_name(r->status)), kv_int("http", r->http),
             kv_str("request_id", r->request_id), kv_int("tokens_in", r->tokens_in),
             kv_int("tokens_out", r->tokens_out), kv_int("cost_micro", cost),
             kv_int("attempts", r->attempts), kv_int("spent_ms", r->latency_ms),
             kv_str("error", r->error));
}

int book_call(struct ai_desk *desk, const struct book_entry *e, struct ai_told *told,
              char ret_started[40], struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(free_p) char *row = NULL;
    int64_t cost = cost_of(e, &told->result);

    log_call(e, &told->result, cost);
    if (cost < 0 && told->result.tokens_in >= 0 && told->result.tokens_out >= 0) {
        tell_unpriced(desk, e->model);
    }
    TRY(write_row(e, &told->result, cost, &row, f));
    if (db_query(desk->with.db, &sql_worker_ai_call_add, (const char *[]){ row }, &rows, f) < 0) {
        return fail_wrap(f, "the call of a text model is not stored");
    }
    told->call_id = db_int(rows, 0, "id", 0);
    (void)str_fit(ret_started, 40, db_text(rows, 0, "started"));
    look_ahead(desk, e->ask->set);
    return 0;
}
