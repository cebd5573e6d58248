/* Inside of the AI client: only its own files and its tests include this.  call.c sends and repeats, body.c makes requests,
 * judge.c knows errors, read.c the answers' forms, schema.c our part of JSON Schema. */
#pragma once

#include <jansson.h>

#include "common/base/str.h"
#include "worker/providers/ai/ai.h"

enum {
    AI_TOKENS_LEAST = 16,  /* what OpenAI takes as the least output limit */
    AI_TOKENS_MOST = 8000, /* of output; Anthropic wants streaming for much more */
    AI_ANSWER_BYTES = 4 << 20
};

/* How a server is spoken to.  Starts with what most take; a server that says it does not know a field is asked without it from
 * then on (ai_give_way). */
enum ai_schema_mode { AI_SCHEMA_STRICT, AI_SCHEMA_JSON, AI_SCHEMA_PROMPT };
struct ai_dialect {
    bool no_effort;                  /* leave out how much to think */
    bool new_limit;                  /* chat: max_completion_tokens instead of max_tokens */
    enum ai_schema_mode schema_mode; /* chat: response_format json_schema, json_object, none */
};

struct ai {
    const struct ai_account *account;
    struct http *http;
    char *url;             /* of the one call */
    char *key_line;        /* header with the key; NULL = none */
    char version_line[64]; /* header with the version; "" = none */
    struct ai_dialect dialect;
};

/* ---- body.c: pure ---- */
/* Path of the call below the base address: "responses", "chat/completions", "messages". */
const char *ai_path(enum ai_kind kind);
/* Request body; FAIL_INPUT when a text is not UTF-8.  *ret is the caller's. */
must_check int ai_body(const struct ai *ai, const struct ai_task *task, int64_t limit, json_t **ret,
                       struct fail *f);
/* "https://...", or "http://" to this very machine. */
bool ai_url_allowed(const char *url);

/* ---- judge.c and read.c: pure ---- */
struct ai_answer {
    int status;
    const char *body;
    size_t body_bytes;
    int64_t retry_after_ms; /* 0 = none */
};
struct ai_usage {
    int64_t in, out, cached, reasoning; /* -1 = not told */
};
struct ai_verdict {
    enum ai_status status;
    json_t *json;                    /* owned; with AI_OK */
    char model[100], request_id[80]; /* "" = not told */
    char field[80]; /* AI_BAD_REQUEST: what the server complains of, as far as it can be told */
    int64_t retry_after_ms;
    struct ai_usage usage;
    char error[300];
};
/* What an answer means for a task: errors by status and code, then the text, parsed and held against the schema. */
void ai_judge(enum ai_kind kind, const struct ai_task *task, const struct ai_answer *answer,
              struct ai_verdict *ret);
/* Release text and value; accepts a zeroed one. */
void ai_verdict_done(struct ai_verdict *v);
/* Set status and error; the text is ours or the provider's code, never what was sent. */
void ai_say(struct ai_verdict *v, enum ai_status status, const char *fmt, ...) printf_like(3, 4);
/* What an error object means (http below 300: the error came with a good status). */
void ai_judge_error(const struct ai_task *task, int http, const json_t *root, struct ai_verdict *v);
/* Read usage, model and text of a good answer; v->status is AI_OK when *text (appended to) may be parsed. */
void ai_read(enum ai_kind kind, const json_t *root, struct str *text, struct ai_verdict *v);
/* The answer's text as JSON by the schema: sets v->json, or AI_BAD_OUTPUT. */
void ai_read_json(enum ai_kind kind, const struct ai_task *task, const struct str *text,
                  struct ai_verdict *v);
/* The answer of models/MODEL; FAIL_LATER when it says nothing. */
must_check int ai_read_model(enum ai_kind kind, const struct ai_answer *answer,
                             struct ai_model_state *ret, struct fail *f);
/* The server refused a field it does not know: change the dialect; false when there is nothing to change. */
bool ai_give_way(enum ai_kind kind, const struct ai_verdict *v, struct ai_dialect *dialect);

/* ---- schema.c: pure ---- */
/* 0, or FAIL_BUG naming the place when the schema is not of the part that all providers take in strict mode: objects (all
 * properties required, additionalProperties false), arrays, strings, booleans, numbers, integers, enums, descriptions. */
must_check int ai_schema_check(const json_t *schema, struct fail *f);
/* Does value fit?  If not, why: "tags.3: not a string". */
bool ai_schema_fits(const json_t *schema, const json_t *value, char *why, size_t why_bytes);
