#include "common/model/service_view.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "common/model/limit_view.h"
#include "common/model/one_json.h"
#include "common/model/service_conf.h"
#include "common/model/settings.h"
#include "sql/ops.h"

#define DAY_US        INT64_C(86400000000)
#define UNTOLD_TOKENS "4000" /* as worker/core/ai_desk_book.c counts them */

enum { TEXT_BYTES = 400, INFO_LINE_BYTES = 64 };

enum state { OK, DEGRADED, DOWN, OFF };
static const char *const state_names[] = { "ok", "degraded", "down", "off" };

/* What was found about one service. */
struct found {
    enum state state;
    char text[TEXT_BYTES], error[TEXT_BYTES];
    int64_t since_us, ok_us;
    json_t *limits;
};

enum { CJ, SHOPIFY, OPENAI, ANTHROPIC, ACCOUNTS };
static const char *const accounts[ACCOUNTS] = {
    [CJ] = "cj", [SHOPIFY] = "shopify", [OPENAI] = "ai_openai", [ANTHROPIC] = "ai_anthropic"
};

/* Everything that is looked at, once for all. */
struct sight {
    const struct conf *conf;
    struct redis *redis;
    struct settings set;
    json_t *facts;
    bool asked; /* Redis has answered */
    int64_t rtt_us, now_us;
    struct limit_view views[ACCOUNTS];
};
typedef void look_fn(const struct sight *s, struct found *ret);

/* ---- words ---- */

static json_t *instant(int64_t at_us)
{
    char text[CLOCK_TEXT_BYTES];

    if (at_us <= 0) {
        return json_null();
    }
    clock_format(at_us, text);
    return json_string(text);
}

static int64_t instant_of(const json_t *root, const char *path)
{
    struct fail none;
    const char *text = json_text(root, path, NULL);
    int64_t at_us = 0;

    return text != NULL && clock_parse(text, &at_us, &none) == 0 ? at_us : 0;
}

static json_t *count_or_null(int64_t n)
{
    return n >= 0 ? json_integer(n) : json_null();
}

struct limit {
    const char *name;
    int64_t used, of; /* -1 = unknown */
    const char *unit;
    int decimals;      /* the figures are in 10^-decimals of the unit */
    int64_t resets_us; /* 0 = it does not, or unknown */
};

static json_t *limit_json(const struct limit *l)
{
    return json_pack("{s:s, s:o, s:o, s:s, s:i, s:o}", "name", l->name, "used",
                     count_or_null(l->used), "of", count_or_null(l->of), "unit", l->unit,
                     "decimals", l->decimals, "resets_at", instant(l->resets_us));
}

static void add_limit(struct found *to, const struct limit *l)
{
    json_array_append_new(to->limits, limit_json(l));
}

/* What is left and bounded by nothing but itself. */
static void add_wallet(struct found *to, const struct limit_view *v)
{
    json_t *told = limit_json(&(struct limit){ .name = "wallet",
                                               .used = -1,
                                               .of = -1,
                                               .unit = v->wallet_currency,
                                               .decimals = money_exponent(v->wallet_currency) });

    json_object_set_new(told, "left", json_integer(v->wallet_minor));
    json_object_set_new(told, "as_of", instant(v->wallet_us));
    json_array_append_new(to->limits, told);
}

static int64_t day_end_us(const struct sight *s)
{
    return (s->now_us / DAY_US + 1) * DAY_US;
}

static void say(struct found *to, enum state state, const char *fmt, ...) printf_like(3, 4);
static void say(struct found *to, enum state state, const char *fmt, ...)
{
    va_list args;

    to->state = state;
    va_start(args, fmt);
    (void)vsnprintf(to->text, sizeof to->text, fmt, args);
    va_end(args);
}

/* ---- what all that are asked through the limiter have in common ---- */

static void look_at_limiter(const struct sight *s, const struct limit_view *v, struct found *to)
{
    to->ok_us = v->ok_us;
    if (v->bad_us > 0 && v->bad_us >= v->ok_us) {
        (void)snprintf(to->error, sizeof to->error,
                       "no usable answer (time-out or 5xx), %" PRId64 " in a row", v->failures);
    }
    if (!s->asked) {
        say(to, DEGRADED, "Its limits cannot be read just now: Redis does not answer.");
    } else if (v->closed[0] != '\0') {
        say(to, DOWN, "%s", v->closed);
    } else if (v->open) {
        to->since_us = v->bad_since_us;
        say(to, DOWN, "It failed again and again: calls are paused.");
    } else if (v->failures > 0) {
        to->since_us = v->bad_since_us;
        say(to, DEGRADED, "%" PRId64 " calls in a row failed.", v->failures);
    } else if (v->paused_until_us > 0) {
        say(to, DEGRADED, "It asked for fewer calls.");
    } else if (v->waiting[0] != '\0') {
        say(to, DEGRADED, "%s", v->waiting);
    } else if (v->ok_us == 0) {
        say(to, OK, "Set up; it was not asked yet.");
    } else {
        say(to, OK, "It answers.");
    }
}

/* ---- the services ---- */

static void look_at_shopify(const struct sight *s, struct found *to)
{
    const struct limit_view *v = &s->views[SHOPIFY];
    const char *unfit = json_text(s->facts, "setup.text", NULL);

    if (!service_has_shop(s->conf)) {
        say(to, OFF, "Not set up: SHOPIFY_SHOP with the app's client id and secret, or a token.");
        return;
    }
    look_at_limiter(s, v, to);
    if (to->state == OK && unfit != NULL) {
        to->since_us = instant_of(s->facts, "setup.at");
        say(to, DEGRADED, "%s", unfit);
    }
    if (v->has_bucket) {
        double left = v->bucket_left > 0 ? v->bucket_left : 0;
        int64_t full_us = (int64_t)((v->bucket_size - left) / v->bucket_rate * 1e6);
        add_limit(to, &(struct limit){ .name = "query cost",
                                       .used = (int64_t)(v->bucket_size - left),
                                       .of = (int64_t)v->bucket_size,
                                       .unit = "points",
                                       .resets_us = full_us > 0 ? s->now_us + full_us : 0 });
        add_limit(to, &(struct limit){ .name = "refill",
                                       .used = -1,
                                       .of = (int64_t)v->bucket_rate,
                                       .unit = "points a second" });
    }
}

static void look_at_cj(const struct sight *s, struct found *to)
{
    const struct limit_view *v = &s->views[CJ];
    int64_t most = conf_int(s->conf, CONF_CJ_POINTS_PER_DAY), qps = json_int(s->facts, "qps", -1);
    int64_t back_us = v->points_gone_until_us > 0 ? v->points_gone_until_us : day_end_us(s);

    if (conf_text(s->conf, CONF_CJ_API_KEY) == NULL) {
        say(to, OFF, "Not set up: CJ_API_KEY.");
        return;
    }
    look_at_limiter(s, v, to);
    if (to->state == OK && v->points_gone_until_us > 0) {
        say(to, DEGRADED, "It says that today's points are used up.");
    }
    if (s->asked) {
        add_limit(to, &(struct limit){ .name = "points",
                                       .used = v->points_used > 0 ? v->points_used : 0,
                                       .of = most,
                                       .unit = "points a day",
                                       .resets_us = back_us });
    }
    add_limit(to, &(struct limit){ .name = "calls", .used = -1, .of = qps, .unit = "a second" });
    if (v->has_wallet) {
        add_wallet(to, v);
    }
}

/* Text models share the limits of a day. */
static void look_at_model(const struct sight *s, const char *provider, const char *key,
                          const struct limit_view *v, struct found *to)
{
    const json_t *calls = json_object_get(json_object_get(s->facts, "calls"), provider);
    int64_t tokens = json_int(s->facts, "ai.tokens", -1);
    int64_t cost = json_int(s->facts, "ai.cost_micro", -1);

    if (key == NULL) {
        say(to, OFF, "Not set up: it has no key.");
        return;
    }
    look_at_limiter(s, v, to);
    to->ok_us = instant_of(calls, "ok_at");
    if (to->state == OK && to->ok_us > 0) {
        say(to, OK, "It answers.");
    }
    if (instant_of(calls, "bad_at") > to->ok_us) {
        (void)str_fit(to->error, sizeof to->error, json_text(calls, "error", ""));
    }
    if (to->state == OK &&
        (tokens >= s->set.num[SETTING_AI_TOKENS_DAY] || cost >= s->set.num[SETTING_AI_COST_DAY])) {
        say(to, DEGRADED, "Today's limit of all text models is used up.");
    }
    add_limit(to, &(struct limit){ .name = "tokens of all text models",
                                   .used = tokens,
                                   .of = s->set.num[SETTING_AI_TOKENS_DAY],
                                   .unit = "tokens a day",
                                   .resets_us = day_end_us(s) });
    add_limit(to, &(struct limit){ .name = "cost of all text models",
                                   .used = cost,
                                   .of = s->set.num[SETTING_AI_COST_DAY],
                                   .unit = "USD a day",
                                   .decimals = 6,
                                   .resets_us = day_end_us(s) });
}

static void look_at_openai(const struct sight *s, struct found *to)
{
    look_at_model(s, "openai", conf_text(s->conf, CONF_OPENAI_API_KEY), &s->views[OPENAI], to);
}

static void look_at_anthropic(const struct sight *s, struct found *to)
{
    look_at_model(s, "anthropic", conf_text(s->conf, CONF_ANTHROPIC_API_KEY), &s->views[ANTHROPIC],
                  to);
}

static void look_at_none(const struct sight *s, struct found *to)
{
    (void)s;
    say(to, OFF, "Not built yet.");
}

/* "used_memory:1234\r\n" of INFO; -1 when it is not told. */
static int64_t info_number(const char *info, const char *name)
{
    char want[INFO_LINE_BYTES], digits[24] = "";
    struct fail none;
    int64_t value = -1;

    (void)snprintf(want, sizeof want, "\n%s:", name);
    const char *at = strstr(info, want);
    if (at != NULL) {
        at += strlen(want);
        (void)snprintf(digits, sizeof digits, "%.*s", (int)strspn(at, "0123456789"), at);
    }
    return str_to_int(digits, 0, INT64_MAX, "info", &value, &none) == 0 ? value : -1;
}

static void look_at_redis(const struct sight *s, struct found *to)
{
    scoped(redis_reply_clear_p) redisReply *info = NULL;
    struct fail f = { 0 };

    if (!s->asked || redis_do(s->redis, &info, &f, "INFO", "memory", NULL) < 0 ||
        info->type != REDIS_REPLY_STRING) {
        say(to, DOWN, "It does not answer.");
        return;
    }
    int64_t most = info_number(info->str, "maxmemory");
    to->ok_us = s->now_us;
    say(to, OK, "It answers in %" PRId64 " us.", s->rtt_us);
    add_limit(to, &(struct limit){ .name = "memory",
                                   .used = info_number(info->str, "used_memory"),
                                   .of = most > 0 ? most : -1,
                                   .unit = "bytes" });
}

static void look_at_postgres(const struct sight *s, struct found *to)
{
    to->ok_us = s->now_us;
    say(to, OK, "It answers.");
    add_limit(to, &(struct limit){ .name = "connections",
                                   .used = json_int(s->facts, "connections", -1),
                                   .of = json_int(s->facts, "connections_most", -1),
                                   .unit = "connections" });
}

/* To add a service: a line here with the function that looks at it. */
static const struct service {
    const char *name, *title;
    look_fn *look;
} services[] = {
    { "shopify", "Shopify", look_at_shopify },    { "cj", "CJdropshipping", look_at_cj },
    { "openai", "OpenAI", look_at_openai },       { "anthropic", "Anthropic", look_at_anthropic },
    { "mail", "E-mail", look_at_none },           { "tiktok", "TikTok", look_at_none },
    { "facebook", "Facebook", look_at_none },     { "redis", "Redis", look_at_redis },
    { "postgres", "Postgres", look_at_postgres },
};

static json_t *service_json(const struct sight *s, const struct service *service)
{
    struct found found = { .state = OK, .limits = json_array() };

    service->look(s, &found);
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:o, s:o, s:o, s:o}", "name", service->name,
                     "title", service->title, "state", state_names[found.state], "simulated",
                     service_is_simulated(s->conf, service->name), "text", found.text, "since",
                     instant(found.since_us), "last_ok_at", instant(found.ok_us), "last_error",
                     found.error[0] != '\0' ? json_string(found.error) : json_null(), "limits",
                     found.limits);
}

/* ---- reading ---- */

static void read_redis(struct sight *s)
{
    struct fail away = { 0 };
    int64_t began_us = clock_mono_us(), now_us = 0;

    s->asked = redis_time_us(s->redis, &now_us, &away) == 0;
    s->rtt_us = clock_mono_us() - began_us;
    s->asked = s->asked && limit_views_read(s->redis, accounts, ACCOUNTS, s->views, &away) == 0;
    if (!s->asked) {
        log_warn("services.incomplete", kv_fail(&away));
    }
    s->now_us = s->asked ? now_us : clock_now_us();
}

static void sight_free_p(struct sight **s)
{
    if (*s != NULL) {
        json_decref((*s)->facts);
        free(*s);
    }
}

int service_view_read(struct db *db, struct redis *r, const struct conf *conf, json_t **ret,
                      struct fail *f)
{
    scoped(sight_free_p) struct sight *s = calloc(1, sizeof *s);
    scoped(free_p) char *text = NULL;
    json_t *list = NULL;

    if (s == NULL) {
        return fail_memory(f);
    }
    s->conf = conf;
    s->redis = r;
    read_redis(s);
    TRY(settings_read(db, &s->set, f));
    TRY(one_json(db, &sql_ops_service_facts, (const char *[]){ UNTOLD_TOKENS }, &text, f));
    TRY(json_parse(text, strlen(text), "the services", &s->facts, f));
    list = json_array();
    for (size_t i = 0; i < COUNT_OF(services); i++) {
        json_array_append_new(list, service_json(s, &services[i]));
    }
    *ret = json_pack("{s:o}", "services", list);
    return *ret != NULL ? 0 : fail_memory(f);
}
