/* Asking a text model on behalf of a job: chooses the provider by the settings, refuses when the day's tokens or money are used
 * up, keeps a provider closed that said AUTH or QUOTA, pauses one that failed again and again (breaker) or asked for fewer
 * calls, falls over to the next one, and stores every call in ai_call with its cost.
 * Closed means for all workers, until a person acts: writes any setting ai.* (the same value again will do: dropship settings
 * ai.provider auto), or starts workers with another key, address or model.  What is closed, and a day's limit that is near or
 * reached, is in the log and, as other limits, in the hashes dropship:limit:ai... that `dropship status` shows.
 * The cost of a model without a price is unknown: only the limit of tokens holds it, and that, too, is told in both places.
 * Once a day the provider is asked how long the model will live: less than 60 days is told in the same places.
 * The day is that of UTC; calls that run at the same time can exceed its limit by their own tokens, no more.
 * Threads: a struct ai_desk belongs to one thread. */
#pragma once

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/model/settings.h"
#include "worker/core/job_context.h"
#include "worker/core/limits.h"
#include "worker/providers/ai/ai.h"

enum { AI_KINDS = AI_COMPATIBLE + 1 };

struct ai_desk;
struct ai_desk_with { /* borrowed; must outlive the desk */
    const struct conf *conf;
    struct db *db;
    struct redis *redis;
    struct http *http;
    struct limits *limits;
};
/* No network; a provider's client is made when it is first asked.  *ret is the caller's (ai_desk_close). */
must_check int ai_desk_open(const struct ai_desk_with *with, struct ai_desk **ret, struct fail *f);
/* Close its clients and free it; accepts NULL. */
void ai_desk_close(struct ai_desk *desk);
/* Release for `scoped(ai_desk_close_p) struct ai_desk *desk = NULL;`. */
static inline void ai_desk_close_p(struct ai_desk **desk)
{
    ai_desk_close(*desk);
}

enum ai_desk_answer {
    AI_DESK_OK,     /* ret->result holds the answer */
    AI_DESK_NO_KEY, /* no provider is set up, or ai.provider is none: use templates and say so */
    AI_DESK_CAPPED, /* the day's tokens or money are used up; result.error says which */
    AI_DESK_FAILED /* no usable answer; result.status and result.error say why (a provider that is closed: AUTH or QUOTA) */
};

struct ai_ask {
    const struct ai_task *task;
    const char *subject; /* "product:17" */
    const struct settings *set;
};
struct ai_told {
    struct ai_result result;
    int64_t call_id; /* row of ai_call of the last request made; 0 = none */
    char by[120];    /* "openai:gpt-6-luna"; "" when nobody was asked */
};
/* *ret is zeroed first and the caller's to ai_told_done, whatever is returned.  Uses c->ai_desk, or a desk for this one call made
 * from the context's connections when that is NULL (c->http and c->limits may be NULL, too).  Outside of transactions only.
 * Returns an enum ai_desk_answer, or -1: FAIL_LATER when everybody who was asked is in passing trouble (with the advice of a
 * rate limit) or Postgres or Redis is away; FAIL_LIMITED when nobody could be asked yet (breaker, pause). */
must_check int ai_desk_ask(struct job_context *c, const struct ai_ask *ask, struct ai_told *ret,
                           struct fail *f);
void ai_told_done(struct ai_told *told); /* accepts a zeroed one */

/* Why a provider is closed. */
struct ai_closed {
    char status[16]; /* "AUTH", "QUOTA" */
    char since[40];  /* as Postgres writes instants */
    char error[300];
};
/* 0 = it is closed, *ret says why; 1 = it is not. */
must_check int ai_desk_closed(struct redis *redis, enum ai_kind kind, struct ai_closed *ret,
                              struct fail *f);

/* Cost by the setting ai.prices, in 10^-6 US dollars, rounded up; -1 when tokens or price are unknown. */
int64_t ai_cost_micro(const char *prices, const char *model, int64_t tokens_in, int64_t tokens_out);
