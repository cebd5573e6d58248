/* Text models: one call in, one checked answer out, whoever the provider is (OpenAI Responses, OpenAI-compatible chat
 * completions, Anthropic Messages).  The answer is JSON by the given schema or nothing; it is validated here in every mode.
 * No sampling parameters are sent, no streaming, `store` is false.  Repeats in the call: at most 2, for passing trouble only.
 * What a failure means is in the status; calls have no side effects, so a repeat only costs money.
 * Knows neither Postgres nor Redis: caps, breaker and the record of each call are worker/core/ai_desk.h.
 * Threads: a struct ai belongs to one thread (its http too). */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/http/http.h"

enum ai_kind { AI_OPENAI, AI_ANTHROPIC, AI_COMPATIBLE };

enum ai_status {
    AI_OK,
    AI_REFUSED,     /* the model will not */
    AI_TRUNCATED,   /* cut by the output limit, also after one repeat with twice of it */
    AI_FILTERED,    /* by the provider's filter */
    AI_BAD_OUTPUT,  /* not JSON, or not by the schema, also after one repeat */
    AI_BAD_REQUEST, /* ours: refused for good */
    AI_AUTH,        /* key, country, permission: stop this provider, tell a person */
    AI_CONFIG,      /* no such model or address */
    AI_QUOTA,       /* the money is gone: stop this provider, tell a person */
    AI_RATE,        /* asked too often; retry_after_ms */
    AI_OVERLOAD,
    AI_TRANSIENT,
    AI_NETWORK, /* not sent, or no whole answer */
    AI_TIMEOUT
};

struct ai_account { /* borrowed; must outlive the client */
    enum ai_kind kind;
    const char *base_url, *api_key; /* api_key NULL: none is sent (compatible only) */
    const char *model;
    const char *version; /* of the API, Anthropic only; NULL = the newest we know */
};

struct ai_task {
    const char *name;        /* "listing": for logs and the record */
    const char *system;      /* rules */
    const char *user;        /* facts */
    const char *schema_name; /* [A-Za-z0-9_-]{1,64} */
    const json_t
        *schema; /* borrowed: objects, arrays, strings, booleans, numbers, enums; all required */
    int64_t max_tokens; /* of output, thinking included; at most 8000 */
    int64_t timeout_ms; /* of one request; 0 = 60000 */
};

struct ai_result {
    enum ai_status status;
    json_t *json;        /* the answer; NULL unless AI_OK */
    char model[100];     /* as the provider names it */
    char request_id[80]; /* "" when none came */
    int http;            /* last status, 0 = no answer */
    int64_t tokens_in, tokens_out, tokens_cached,
        tokens_reasoning;   /* sums over the attempts; -1 not told */
    int64_t retry_after_ms; /* 0 = no advice */
    int attempts; /* requests made; 0 = there was no time for one (http_set_deadline): AI_NETWORK */
    int64_t latency_ms; /* of all attempts */
    char error
        [300]; /* the provider's words or ours, no secrets, none of the text sent; "" when AI_OK */
};
void ai_result_done(struct ai_result *r); /* accepts a zeroed one */

struct ai;
/* No network.  account and http are borrowed and must outlive the client.  *ret is the caller's (ai_close).  FAIL_INPUT: the address
 * is neither https nor of this very machine, or there is no key where one is needed. */
must_check int ai_open(const struct ai_account *account, struct http *http, struct ai **ret,
                       struct fail *f);
void ai_close(struct ai *ai); /* accepts NULL */

/* Ask, and again as said above; may sleep up to some 40 s before a repeat.  *ret is written first and the caller's (ai_result_done).
 * 0 whatever the status; -1 only for memory and mistakes of the caller: FAIL_INPUT for a text that is not UTF-8, FAIL_BUG for a task
 * that cannot be (schema, its name, max_tokens). */
must_check int ai_complete(struct ai *ai, const struct ai_task *task, struct ai_result *ret,
                           struct fail *f);

/* What the provider says about the future of the account's model. */
struct ai_model_state {
    bool gone;       /* there is no such model (any more) */
    bool ending;     /* its end is announced */
    int64_t ends_us; /* 0 = the day is not told, or not readable */
};
/* One cheap request, without repeats: 0 done, 1 = this kind of server does not tell, -1 not known now. */
must_check int ai_model_look(struct ai *ai, struct ai_model_state *ret, struct fail *f);

/* "OK", "REFUSED", ...: as the table of calls has it. */
const char *ai_status_name(enum ai_status status);
/* "openai", "anthropic", "compatible" */
const char *ai_kind_name(enum ai_kind kind);
