/* What an answer means.  The code inside says more than the HTTP status, where it is known: 429 is "too fast" as well as "the
 * money is gone", and an error may come with 200. */
#include "worker/providers/ai/ai_priv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"

enum {
    QUOTED_BYTES = 20 /* so much of a text that was sent, found in a message, is a quotation */
};

/* Codes and types by name.  http: only with this status, 0 = with any.  To learn a code, add a line. */
static const struct name_rule {
    const char *name;
    int http;
    enum ai_status status;
} name_rules[] = {
    { "insufficient_quota", 0, AI_QUOTA },
    { "credit_balance_exhausted", 0, AI_QUOTA },
    { "organization_spend_limit_exceeded", 0, AI_QUOTA },
    { "project_spend_limit_exceeded", 0, AI_QUOTA },
    { "organization_usage_limit_exceeded", 0, AI_QUOTA },
    { "billing_hard_limit_reached", 0, AI_QUOTA },
    { "billing_not_active", 0, AI_QUOTA },
    { "enforced_spend_limit_reached", 0, AI_QUOTA },
    { "contract_spend_limit_reached", 0, AI_QUOTA },
    { "billing_error", 0, AI_QUOTA },
    { "rate_limit_exceeded", 0, AI_RATE },
    { "rate_limit_error", 0, AI_RATE },
    { "ramp_limit_exceeded", 0, AI_RATE },
    { "slow_down", 503, AI_OVERLOAD },
    { "slow_down", 0, AI_RATE },
    { "overloaded_error", 0, AI_OVERLOAD },
    { "invalid_api_key", 0, AI_AUTH },
    { "authentication_error", 0, AI_AUTH },
    { "permission_error", 0, AI_AUTH },
    { "model_not_found", 0, AI_CONFIG },
    { "not_found_error", 0, AI_CONFIG },
    { "content_filter", 0, AI_FILTERED },
    { "content_policy_violation", 0, AI_FILTERED },
    { "invalid_prompt", 0, AI_BAD_REQUEST },
    { "context_length_exceeded", 0, AI_BAD_REQUEST },
    { "exceed_context_size_error", 0, AI_BAD_REQUEST },
    { "request_too_large", 0, AI_BAD_REQUEST },
    { "invalid_request_error", 200, AI_BAD_REQUEST }, /* else the status says more */
    { "server_error", 0, AI_TRANSIENT },
    { "api_error", 0, AI_TRANSIENT },
    { "timeout_error", 0, AI_TRANSIENT },
    { "conflict_error", 0, AI_TRANSIENT },
};

static const struct http_rule {
    int from, to;
    enum ai_status status;
} http_rules[] = {
    { 300, 399, AI_CONFIG }, /* the address is another's */
    { 401, 401, AI_AUTH },        { 402, 402, AI_QUOTA },     { 403, 403, AI_AUTH },
    { 404, 404, AI_CONFIG },      { 408, 409, AI_TRANSIENT }, { 429, 429, AI_RATE },
    { 400, 499, AI_BAD_REQUEST }, { 503, 503, AI_OVERLOAD },  { 529, 529, AI_OVERLOAD },
};

void ai_say(struct ai_verdict *v, enum ai_status status, const char *fmt, ...)
{
    va_list args;
    char text[1024];

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    v->status = status;
    (void)str_fit(v->error, sizeof v->error, text);
}

/* Does it repeat a piece of what was sent? */
static bool quotes(const char *message, const char *sent)
{
    size_t bytes = strlen(message);
    size_t sent_bytes = strlen(sent);

    for (size_t i = 0; i + QUOTED_BYTES <= bytes; i++) {
        if (memmem(sent, sent_bytes, message + i, QUOTED_BYTES) != NULL) {
            return true;
        }
    }
    return false;
}

/* The provider's message, unless it repeats what was sent; that of a refused key shows a part of the key. */
static const char *told(const struct ai_task *task, enum ai_status status, const char *message)
{
    if (status == AI_AUTH) {
        return "key, account, country or permission refused";
    }
    return quotes(message, task->user) || quotes(message, task->system) ? "(message not kept)"
                                                                        : message;
}

/* Status by one of the names that an error may carry; false = not known. */
static bool by_name(const char *name, int http, enum ai_status *ret)
{
    for (size_t i = 0; i < COUNT_OF(name_rules); i++) {
        const struct name_rule *rule = &name_rules[i];
        if (strcmp(rule->name, name) == 0 && (rule->http == 0 || rule->http == http)) {
            *ret = rule->status;
            return true;
        }
    }
    return false;
}

static enum ai_status by_http(int http)
{
    for (size_t i = 0; i < COUNT_OF(http_rules); i++) {
        if (http >= http_rules[i].from && http <= http_rules[i].to) {
            return http_rules[i].status;
        }
    }
    return AI_TRANSIENT;
}

/* Words of a spend limit that come as a bad request. */
static bool speaks_of_money(const char *message)
{
    return (strcasestr(message, "spend") != NULL && strcasestr(message, "limit") != NULL) ||
           strcasestr(message, "credit balance") != NULL;
}

static enum ai_status status_of(int http, const json_t *error)
{
    static const char *const names[] = { "details.error_code", "code", "type" };
    int64_t number = json_int(error, "code", 0);
    enum ai_status status = AI_TRANSIENT;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (by_name(json_text(error, names[i], ""), http, &status)) {
            return status;
        }
    }
    if (http < 300 && number >= 300 && number <= 599) {
        http = (int)number; /* some servers put the status into a good answer */
    }
    status = http < 300 ? AI_TRANSIENT : by_http(http);
    if (status == AI_BAD_REQUEST && speaks_of_money(json_text(error, "message", ""))) {
        return AI_QUOTA;
    }
    if (http == 403 && json_at(error, "metadata.reasons") != NULL) {
        return AI_FILTERED;
    }
    return status;
}

/* What a bad request is about: the parameter where it is named, else the words themselves. */
static void note_field(const json_t *error, struct ai_verdict *v)
{
    static const char *const fields[] = { "effort",     "reasoning",       "max_completion_tokens",
                                          "max_tokens", "response_format", "json_schema" };
    const char *message = json_text(error, "message", "");
    const char *param = json_text(error, "param", "");

    (void)str_fit(v->field, sizeof v->field, param);
    for (size_t i = 0; i < COUNT_OF(fields) && v->field[0] == '\0'; i++) {
        if (strstr(message, fields[i]) != NULL) {
            (void)str_fit(v->field, sizeof v->field, fields[i]);
        }
    }
}

/* A type or code that is a name; anything else may be a piece of what was sent. */
static const char *name_or_none(const char *text)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    return text[strspn(text, letters)] == '\0' ? text : "(no name)";
}

void ai_judge_error(const struct ai_task *task, int http, const json_t *root, struct ai_verdict *v)
{
    const json_t *error = json_at(root, "error");
    const char *message = json_is_string(error) ? json_string_value(error)
                                                : json_text(error, "message", "no message");
    const char *code = json_text(error, "details.error_code", json_text(error, "code", ""));
    enum ai_status status = status_of(http, error);
    char number[32];
    struct { /* cut where a letter ends */
        char type[60], code[60], message[160];
    } kept;

    if (code[0] == '\0') {
        code = json_id_text(error, "code", number, sizeof number);
    }
    (void)str_fit(kept.type, sizeof kept.type, name_or_none(json_text(error, "type", "")));
    (void)str_fit(kept.code, sizeof kept.code, name_or_none(code));
    /* Cut first: comparing a message of megabytes would take hours. */
    (void)str_fit(kept.message, sizeof kept.message, message);
    ai_say(v, status, "HTTP %d %s %s: %s", http, kept.type, kept.code,
           told(task, status, kept.message));
    if (status == AI_BAD_REQUEST) {
        note_field(error, v);
    }
    if (v->request_id[0] == '\0') {
        (void)str_fit(v->request_id, sizeof v->request_id, json_text(root, "request_id", ""));
    }
}

/* A failed response carries its error, and what it cost, in a good answer: {"status":"failed","error":{...},"usage":{...}}. */
static void judge_good(enum ai_kind kind, const struct ai_task *task, int http, const json_t *root,
                       struct ai_verdict *v)
{
    scoped(str_done) struct str text;

    str_init(&text, AI_ANSWER_BYTES);
    ai_read(kind, root, &text, v);
    if (json_at(root, "error") != NULL) {
        ai_judge_error(task, http, root, v);
    } else if (v->status == AI_OK) {
        ai_read_json(kind, task, &text, v);
    }
}

void ai_judge(enum ai_kind kind, const struct ai_task *task, const struct ai_answer *answer,
              struct ai_verdict *ret)
{
    scoped(json_clear_p) json_t *root = NULL;
    struct fail ignored;
    bool good = answer->status >= 200 && answer->status <= 299;

    *ret = (struct ai_verdict){ .usage = { -1, -1, -1, -1 } };
    ret->retry_after_ms = answer->retry_after_ms;
    if (json_parse(answer->body, answer->body_bytes, "answer", &root, &ignored) < 0 ||
        !json_is_object(root)) {
        ai_say(ret, good ? AI_TRANSIENT : by_http(answer->status),
               "HTTP %d: the answer is no JSON object", answer->status);
    } else if (good) {
        judge_good(kind, task, answer->status, root, ret);
    } else {
        ai_judge_error(task, answer->status, root, ret);
    }
    if (quotes(ret->error, task->user) || quotes(ret->error, task->system)) {
        ai_say(ret, ret->status, "HTTP %d (words not kept)", answer->status);
    }
}

void ai_verdict_done(struct ai_verdict *v)
{
    json_decref(v->json);
    v->json = NULL;
}

static bool says(const struct ai_verdict *v, const char *word)
{
    return strstr(v->field, word) != NULL;
}

bool ai_give_way(enum ai_kind kind, const struct ai_verdict *v, struct ai_dialect *dialect)
{
    if (v->status != AI_BAD_REQUEST) {
        return false;
    }
    if (kind != AI_COMPATIBLE) {
        bool was = dialect->no_effort;
        dialect->no_effort = was || says(v, "effort") || says(v, "reasoning");
        return dialect->no_effort != was;
    }
    if (says(v, "max_tokens") && !dialect->new_limit) {
        dialect->new_limit = true;
        return true;
    }
    if ((says(v, "response_format") || says(v, "json_schema")) &&
        dialect->schema_mode != AI_SCHEMA_PROMPT) {
        dialect->schema_mode =
            dialect->schema_mode == AI_SCHEMA_STRICT ? AI_SCHEMA_JSON : AI_SCHEMA_PROMPT;
        return true;
    }
    return false;
}
