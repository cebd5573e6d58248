/* Who is asked, in which order, and what becomes of the answer. */
#include "worker/core/ai_desk_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/str.h"

enum {
    MAX_SLEEP_MS = 20000,  /* of a desk made for one call */
    RATE_PAUSE_MS = 10000, /* after a rate limit without advice */
    LONGEST_PAUSE_MS = 3600000
};
enum { CHOICE_AUTO, CHOICE_OPENAI, CHOICE_ANTHROPIC, CHOICE_COMPATIBLE, CHOICE_NONE };

/* The order of `auto`.  To add a provider: a kind in ai.h, a line here, a choice of ai.provider. */
static const struct provider_rule {
    enum conf_id base_url, key;
    enum setting_id model;
    bool needs_key;
    const char *limit; /* name at the breaker */
} provider_rules[AI_KINDS] = {
    [AI_OPENAI] = { CONF_OPENAI_BASE_URL, CONF_OPENAI_API_KEY, SETTING_AI_OPENAI_MODEL, true,
                    "ai_openai" },
    [AI_ANTHROPIC] = { CONF_ANTHROPIC_BASE_URL, CONF_ANTHROPIC_API_KEY, SETTING_AI_ANTHROPIC_MODEL,
                       true, "ai_anthropic" },
    [AI_COMPATIBLE] = { CONF_AI_BASE_URL, CONF_AI_API_KEY, SETTING_AI_COMPATIBLE_MODEL, false,
                        "ai_compatible" },
};

int ai_desk_open(const struct ai_desk_with *with, struct ai_desk **ret, struct fail *f)
{
    struct ai_desk *desk = calloc(1, sizeof *desk);

    if (desk == NULL) {
        return fail_memory(f);
    }
    desk->with = *with;
    *ret = desk;
    return 0;
}

void ai_desk_close(struct ai_desk *desk)
{
    for (int kind = 0; desk != NULL && kind < AI_KINDS; kind++) {
        ai_close(desk->clients[kind].ai);
    }
    free(desk);
}

void ai_told_done(struct ai_told *told)
{
    ai_result_done(&told->result);
}

/* ---- one provider ---- */

static bool is_wanted(const struct ai_desk *desk, enum ai_kind kind, const struct settings *set)
{
    const struct provider_rule *rule = &provider_rules[kind];
    int64_t choice = set->num[SETTING_AI_PROVIDER];

    return (choice == CHOICE_AUTO || choice == CHOICE_OPENAI + (int64_t)kind) &&
           conf_text(desk->with.conf, rule->base_url) != NULL &&
           (!rule->needs_key || conf_text(desk->with.conf, rule->key) != NULL) &&
           setting_text(set, rule->model)[0] != '\0';
}

/* The client for the model that the settings name now.  A model's change is rare, and what was learnt of it goes with it. */
static int client_of(struct ai_desk *desk, enum ai_kind kind, const struct settings *set,
                     struct fail *f)
{
    const struct provider_rule *rule = &provider_rules[kind];
    struct ai_client *client = &desk->clients[kind];
    const char *model = setting_text(set, rule->model);

    if (client->ai != NULL && strcmp(client->model, model) == 0) {
        return 0;
    }
    ai_close(take_ptr(client->ai));
    (void)str_fit(client->model, sizeof client->model, model);
    client->account =
        (struct ai_account){ .kind = kind,
                             .base_url = conf_text(desk->with.conf, rule->base_url),
                             .api_key = conf_text(desk->with.conf, rule->key),
                             .model = client->model,
                             .version = conf_text(desk->with.conf, CONF_ANTHROPIC_VERSION) };
    return ai_open(&client->account, desk->with.http, &client->ai, f);
}

static bool is_passing(enum ai_status status)
{
    return status == AI_RATE || status == AI_OVERLOAD || status == AI_TRANSIENT ||
           status == AI_NETWORK || status == AI_TIMEOUT;
}

/* An answer is an answer, whatever it says; too fast is not unhealthy. */
static void report(struct ai_desk *desk, enum ai_kind kind, const struct ai_result *r)
{
    const char *limit = provider_rules[kind].limit;
    int64_t pause_ms = r->retry_after_ms > 0 ? r->retry_after_ms : RATE_PAUSE_MS;
    struct fail f = { 0 };

    limits_breaker_report(desk->with.limits, limit, !is_passing(r->status) || r->status == AI_RATE);
    pause_ms = pause_ms < LONGEST_PAUSE_MS ? pause_ms : LONGEST_PAUSE_MS;
    if (r->status == AI_RATE && limits_pause(desk->with.limits, limit, pause_ms, &f) < 0) {
        log_warn("limits.not_told", kv_str("provider", limit), kv_fail(&f));
    }
}

/* A round of asking. */
struct round {
    struct ai_desk *desk;
    const struct ai_ask *ask;
    struct ai_told *told;
    bool asked_passing; /* somebody was asked and is in passing trouble */
    bool waiting;       /* somebody could not be asked yet */
    bool asked;         /* told->result is an answer of somebody */
    int64_t advice_ms;  /* least wait that was advised; 0 = none */
};

static void take_advice(struct round *r, int64_t ms)
{
    if (ms > 0 && (r->advice_ms == 0 || ms < r->advice_ms)) {
        r->advice_ms = ms;
    }
}

static int close_provider(struct round *r, enum ai_kind kind, const char *started, struct fail *f)
{
    const struct ai_result *result = &r->told->result;
    struct ai_closed why = { 0 };

    (void)str_fit(why.status, sizeof why.status, ai_status_name(result->status));
    (void)str_fit(why.since, sizeof why.since, started);
    (void)str_fit(why.error, sizeof why.error, result->error);
    return closed_put(r->desk, &r->desk->clients[kind].account, &why, f);
}

static int ask_one(struct round *r, enum ai_kind kind, struct fail *f)
{
    const struct ai_client *client = &r->desk->clients[kind];
    struct ai_result *result = &r->told->result;
    char started[40];
    const char *model = NULL;

    ai_result_done(result);
    models_look(r->desk, kind);
    if (ai_complete(client->ai, r->ask->task, result, f) < 0) {
        limits_breaker_leave(r->desk->with.limits, provider_rules[kind].limit);
        return -1;
    }
    if (result->attempts ==
        0) { /* it is our time that is up: nothing to be held against anybody, nothing to be stored */
        limits_breaker_leave(r->desk->with.limits, provider_rules[kind].limit);
        return fail_set(f, FAIL_LATER, "text models: %s", result->error);
    }
    report(r->desk, kind, result);
    model = result->model[0] != '\0' ? result->model : client->model;
    (void)snprintf(r->told->by, sizeof r->told->by, "%s:%.100s", ai_kind_name(kind), model);
    TRY(book_call(r->desk, &(struct book_entry){ r->ask, kind, client->model }, r->told, started,
                  f));
    r->asked = true;
    if (is_passing(result->status)) {
        r->asked_passing = true;
        take_advice(r, result->retry_after_ms);
    }
    if (result->status == AI_CONFIG) {
        log_error("ai.not_set_up", kv_str("provider", ai_kind_name(kind)),
                  kv_str("model", client->model), kv_str("error", result->error));
    }
    return result->status == AI_AUTH || result->status == AI_QUOTA
               ? close_provider(r, kind, started, f)
               : 0;
}

/* What nobody answered: only if nothing better is known. */
static void note_unasked(struct round *r, enum ai_status status, const char *error)
{
    if (!r->asked) {
        r->told->result.status = status;
        (void)str_fit(r->told->result.error, sizeof r->told->result.error, error);
    }
}

/* 0 = may be asked, 1 = not, which is noted. */
static int is_askable(struct round *r, enum ai_kind kind, struct fail *f)
{
    const char *limit = provider_rules[kind].limit;
    struct ai_closed why;
    int open = 0;

    if (client_of(r->desk, kind, r->ask->set, f) < 0) {
        if (f->kind != FAIL_INPUT) {
            return -1;
        }
        log_error("ai.not_set_up", kv_str("provider", ai_kind_name(kind)), kv_fail(f));
        note_unasked(r, AI_CONFIG, f->text);
        return 1;
    }
    open = closed_look(r->desk, &r->desk->clients[kind].account, &why, f);
    if (open == 0) {
        note_unasked(r, strcmp(why.status, "AUTH") == 0 ? AI_AUTH : AI_QUOTA, why.error);
    }
    if (open != 1) {
        return open < 0 ? -1 : 1;
    }
    TRY(limits_breaker_enter(r->desk->with.limits, limit, f));
    if (limits_space(r->desk->with.limits, limit, 0, f) < 0) {
        limits_breaker_leave(r->desk->with.limits, limit);
        return -1;
    }
    return 0;
}

/* ---- the round ---- */

/* The answer settles it: a usable one, or a refusal, which is not to be had elsewhere. */
static bool is_settled(const struct round *r)
{
    enum ai_status status = r->told->result.status;

    return status == AI_OK || status == AI_REFUSED || status == AI_FILTERED;
}

/* 0 = go on with the next provider, 1 = settled, 2 = the day's limit is reached. */
static int visit(struct round *r, enum ai_kind kind, struct fail *f)
{
    int room = book_room(r->desk, r->ask->set, r->told->result.error, f);
    int askable = 0;

    if (room != 0) {
        return room < 0 ? -1 : 2;
    }
    askable = is_askable(r, kind, f);
    if (askable < 0 && f->kind == FAIL_LIMITED) {
        r->waiting = true;
        take_advice(r, f->retry_after_ms);
        note_unasked(r, AI_OVERLOAD, f->text);
        return 0;
    }
    if (askable != 0) {
        return askable < 0 ? -1 : 0;
    }
    TRY(ask_one(r, kind, f));
    return is_settled(r) ? 1 : 0;
}

static int conclude(const struct round *r, struct fail *f)
{
    const struct ai_result *result = &r->told->result;

    if (r->asked && is_settled(r)) {
        return result->status == AI_OK ? AI_DESK_OK : AI_DESK_FAILED;
    }
    if (r->asked_passing) {
        return fail_later(f, FAIL_LATER, r->advice_ms, "text models: %s (%s)",
                          ai_status_name(result->status), result->error);
    }
    if (r->waiting) {
        return fail_later(f, FAIL_LIMITED, r->advice_ms, "text models: %s", result->error);
    }
    return AI_DESK_FAILED;
}

static int ask_all(struct round *r, struct fail *f)
{
    bool any = false;

    for (int kind = 0; kind < AI_KINDS; kind++) {
        if (!is_wanted(r->desk, (enum ai_kind)kind, r->ask->set)) {
            continue;
        }
        any = true;
        int said = visit(r, (enum ai_kind)kind, f);
        TRY(said);
        if (said == 2) {
            return AI_DESK_CAPPED;
        }
        if (said == 1) {
            break;
        }
    }
    return any ? conclude(r, f) : AI_DESK_NO_KEY;
}

static void limits_close_p(struct limits **l)
{
    limits_close(*l);
}

/* A context made by hand has no desk; what it lacks is made for the one call. */
static int ask_borrowed(struct job_context *c, struct round *r, struct fail *f)
{
    scoped(http_close_p) struct http *http = NULL;
    scoped(ai_desk_close_p) struct ai_desk *desk = NULL;
    scoped(limits_close_p) struct limits *limits = NULL;
    struct ai_desk_with with = { c->conf, c->db, c->redis, c->http, c->limits };

    if (with.http == NULL) {
        TRY(http_open(&http, f));
        with.http = http;
    }
    if (with.limits == NULL) {
        TRY(limits_open(c->redis, MAX_SLEEP_MS, &limits, f));
        with.limits = limits;
    }
    TRY(ai_desk_open(&with, &desk, f));
    r->desk = desk;
    return ask_all(r, f);
}

int ai_desk_ask(struct job_context *c, const struct ai_ask *ask, struct ai_told *ret,
                struct fail *f)
{
    struct round r = { .desk = c->ai_desk, .ask = ask, .told = ret };

    *ret = (struct ai_told){ 0 };
    return r.desk != NULL ? ask_all(&r, f) : ask_borrowed(c, &r, f);
}
