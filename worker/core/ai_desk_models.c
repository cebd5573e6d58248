/* Once a day, before a provider is first asked: how long its model will be there.  Of no consequence for the call itself. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "worker/core/ai_desk_priv.h"

enum { DAYS_AHEAD = 60, KEY_BYTES = 160 };
#define DAY_US INT64_C(86400000000)

/* 0 = nobody has looked today, 1 = somebody has. */
static int mark_day(struct redis *redis, const struct ai_account *a, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *set = NULL;
    char account[ACCOUNT_BYTES], day[CLOCK_TEXT_BYTES], mark[KEY_BYTES];

    closed_account(a, account);
    clock_format_day(clock_now_us(), day);
    (void)snprintf(mark, sizeof mark, "dropship:ai:model:%s:%s", account, day);
    TRY(redis_do(redis, &set, f, "SET", mark, "1", "NX", "EX", "90000", NULL));
    return set->type == REDIS_REPLY_NIL;
}

/* "" = nothing to be said. */
static void describe(const struct ai_account *a, const struct ai_model_state *m, char *text,
                     size_t text_bytes)
{
    char day[CLOCK_TEXT_BYTES] = "a day not told yet";

    text[0] = '\0';
    if (m->gone) {
        (void)snprintf(text, text_bytes, "%s does not know model %.100s; set another: ai.%s_model",
                       ai_kind_name(a->kind), a->model, ai_kind_name(a->kind));
    } else if (m->ending && m->ends_us < clock_now_us() + DAYS_AHEAD * DAY_US) {
        if (m->ends_us > 0) {
            clock_format_day(m->ends_us, day);
        }
        (void)snprintf(text, text_bytes, "model %.100s ends on %s; set another: ai.%s_model",
                       a->model, day, ai_kind_name(a->kind));
    }
}

/* Beside the other limits, for two days: tomorrow's look says it again. */
static int show(struct redis *redis, const struct ai_account *a, const char *text, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *done = NULL, *expires = NULL;
    char key[KEY_BYTES];

    (void)snprintf(key, sizeof key, "dropship:limit:ai_%s:model", ai_kind_name(a->kind));
    if (text[0] == '\0') {
        return redis_do(redis, &done, f, "DEL", key, NULL);
    }
    log_warn("ai.model_ends", kv_str("provider", ai_kind_name(a->kind)), kv_str("model", a->model),
             kv_str("text", text));
    TRY(redis_do(redis, &done, f, "HSET", key, "text", text, NULL));
    return redis_do(redis, &expires, f, "EXPIRE", key, "172800", NULL);
}

void models_look(struct ai_desk *desk, enum ai_kind kind)
{
    const struct ai_client *client = &desk->clients[kind];
    struct ai_model_state state = { 0 };
    struct fail f = { 0 };
    char text[320];
    int looked = mark_day(desk->with.redis, &client->account, &f);

    if (looked == 0) {
        looked = ai_model_look(client->ai, &state, &f);
    }
    if (looked == 0) {
        describe(&client->account, &state, text, sizeof text);
        looked = show(desk->with.redis, &client->account, text, &f);
    }
    if (looked < 0) {
        log_info("ai.model_unknown", kv_str("provider", ai_kind_name(kind)), kv_fail(&f));
    }
}
