/* Good answers in their three forms: why the model stopped, what it said, what it cost. */
#include "worker/providers/ai/ai_priv.h"

#include <string.h>

#include "common/base/json.h"

enum { MOST_TOKENS = 1000000000 };

/* Why a model stopped, by the provider's word. */
struct stop_rule {
    const char *word;
    enum ai_status status;
};

static bool find_stop(const struct stop_rule *rules, size_t count, const char *word,
                      enum ai_status *ret)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rules[i].word, word) == 0) {
            *ret = rules[i].status;
            return true;
        }
    }
    return false;
}

static void judge_stop(const struct stop_rule *rules, size_t count, const char *word,
                       struct ai_verdict *v)
{
    enum ai_status status = AI_BAD_OUTPUT;

    (void)find_stop(rules, count, word, &status); /* an unknown word is no answer to be used */
    if (status != AI_OK) {
        ai_say(v, status, "the model stopped: %.80s", word[0] != '\0' ? word : "without a reason");
    }
}

static bool is_text(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) > 0;
}

static void add_text(struct str *text, const json_t *value)
{
    if (json_is_string(value)) {
        str_add_bytes(text, json_string_value(value), json_string_length(value));
    }
}

/* A count of tokens; -1 when it is not told, or beyond all sense. */
static int64_t count_at(const json_t *root, const char *path)
{
    int64_t n = json_int(root, path, -1);

    return n >= 0 && n <= MOST_TOKENS ? n : -1;
}

/* ---- OpenAI Responses ---- */

static void read_parts(const json_t *message, struct str *text, struct ai_verdict *v)
{
    size_t i;
    json_t *part;

    json_array_foreach(json_object_get(message, "content"), i, part)
    {
        const char *type = json_text(part, "type", "");
        if (strcmp(type, "refusal") == 0) {
            ai_say(v, AI_REFUSED, "the model refused");
        } else if (strcmp(type, "output_text") == 0) {
            add_text(text, json_object_get(part, "text"));
        }
    }
}

/* A message before the last one may be a commentary. */
static void read_output(const json_t *root, struct str *text, struct ai_verdict *v)
{
    size_t i;
    json_t *item;

    json_array_foreach(json_object_get(root, "output"), i, item)
    {
        if (strcmp(json_text(item, "type", ""), "message") == 0 &&
            strcmp(json_text(item, "phase", "final_answer"), "commentary") != 0) {
            read_parts(item, text, v);
        }
    }
}

static void read_responses(const json_t *root, struct str *text, struct ai_verdict *v)
{
    static const struct stop_rule reasons[] = {
        { "completed", AI_OK },           { "max_output_tokens", AI_TRUNCATED },
        { "max_messages", AI_TRUNCATED }, { "content_filter", AI_FILTERED },
        { "failed", AI_TRANSIENT },       { "cancelled", AI_TRANSIENT },
        { "queued", AI_TRANSIENT },       { "in_progress", AI_TRANSIENT },
    };
    const char *status = json_text(root, "status", "");
    bool incomplete = strcmp(status, "incomplete") == 0;

    v->usage =
        (struct ai_usage){ .in = count_at(root, "usage.input_tokens"),
                           .out = count_at(root, "usage.output_tokens"),
                           .cached = count_at(root, "usage.input_tokens_details.cached_tokens"),
                           .reasoning =
                               count_at(root, "usage.output_tokens_details.reasoning_tokens") };
    judge_stop(reasons, COUNT_OF(reasons),
               incomplete ? json_text(root, "incomplete_details.reason", "") : status, v);
    if (v->status == AI_OK) {
        read_output(root, text, v);
    }
}

/* ---- chat completions ---- */

/* Text, or on some servers an array of parts. */
static void read_content(const json_t *content, struct str *text)
{
    size_t i;
    json_t *part;

    add_text(text, content);
    json_array_foreach(content, i, part)
    {
        add_text(text, json_object_get(part, "text"));
    }
}

static void read_chat(const json_t *root, struct str *text, struct ai_verdict *v)
{
    static const struct stop_rule reasons[] = {
        { "stop", AI_OK },
        { "length", AI_TRUNCATED },
        { "content_filter", AI_FILTERED },
        { "error", AI_TRANSIENT },
    };
    const json_t *message = json_at(root, "choices.0.message");

    v->usage =
        (struct ai_usage){ .in = count_at(root, "usage.prompt_tokens"),
                           .out = count_at(root, "usage.completion_tokens"),
                           .cached = count_at(root, "usage.prompt_tokens_details.cached_tokens"),
                           .reasoning =
                               count_at(root, "usage.completion_tokens_details.reasoning_tokens") };
    /* Some servers leave the reason null. */
    judge_stop(reasons, COUNT_OF(reasons), json_text(root, "choices.0.finish_reason", "stop"), v);
    if (v->status == AI_OK && is_text(json_object_get(message, "refusal"))) {
        ai_say(v, AI_REFUSED, "the model refused");
    } else if (v->status == AI_OK) {
        read_content(json_object_get(message, "content"), text);
    }
}

/* ---- Anthropic Messages ---- */

/* The whole input: what was new, what was put into the cache and what came from there. */
static int64_t input_tokens(const json_t *root)
{
    static const char *const cached[] = { "usage.cache_creation_input_tokens",
                                          "usage.cache_read_input_tokens" };
    int64_t sum = count_at(root, "usage.input_tokens");

    for (size_t i = 0; sum >= 0 && i < COUNT_OF(cached); i++) {
        int64_t n = count_at(root, cached[i]);
        sum += n > 0 ? n : 0;
    }
    return sum;
}

static void read_messages(const json_t *root, struct str *text, struct ai_verdict *v)
{
    static const struct stop_rule reasons[] = {
        { "end_turn", AI_OK },          { "stop_sequence", AI_OK },
        { "max_tokens", AI_TRUNCATED }, { "model_context_window_exceeded", AI_TRUNCATED },
        { "refusal", AI_REFUSED },
    };
    size_t i;
    json_t *block;

    v->usage = (struct ai_usage){ .in = input_tokens(root),
                                  .out = count_at(root, "usage.output_tokens"),
                                  .cached = count_at(root, "usage.cache_read_input_tokens"),
                                  .reasoning = count_at(
                                      root, "usage.output_tokens_details.thinking_tokens") };
    judge_stop(reasons, COUNT_OF(reasons), json_text(root, "stop_reason", ""), v);
    json_array_foreach(json_object_get(root, "content"), i, block)
    {
        if (v->status == AI_OK && strcmp(json_text(block, "type", ""), "text") == 0) {
            add_text(text, json_object_get(block, "text"));
        }
    }
}

void ai_read(enum ai_kind kind, const json_t *root, struct str *text, struct ai_verdict *v)
{
    (void)str_fit(v->model, sizeof v->model, json_text(root, "model", ""));
    switch (kind) {
    case AI_OPENAI:
        read_responses(root, text, v);
        break;
    case AI_ANTHROPIC:
        read_messages(root, text, v);
        break;
    case AI_COMPATIBLE:
        read_chat(root, text, v);
        break;
    }
}

/* ---- the text ---- */

struct span {
    const char *data;
    size_t bytes;
};

static void trim(struct span *s)
{
    while (s->bytes > 0 && strchr(" \t\r\n", s->data[0]) != NULL) {
        s->data++;
        s->bytes--;
    }
    while (s->bytes > 0 && strchr(" \t\r\n", s->data[s->bytes - 1]) != NULL) {
        s->bytes--;
    }
}

static bool begins(const struct span *s, const char *with)
{
    return s->bytes >= strlen(with) && memcmp(s->data, with, strlen(with)) == 0;
}

/* Servers without a schema of their own wrap JSON: thoughts in front, a fence around.  Nothing else is mended. */
static void unwrap(struct span *s)
{
    const char *end = NULL;

    trim(s);
    if (begins(s, "<think>") && (end = memmem(s->data, s->bytes, "</think>", 8)) != NULL) {
        s->bytes -= (size_t)(end + 8 - s->data);
        s->data = end + 8;
        trim(s);
    }
    if (begins(s, "```") && s->bytes >= 7 && memcmp(s->data + s->bytes - 3, "```", 3) == 0) {
        size_t head = begins(s, "```json") ? 7 : 3;
        s->data += head;
        s->bytes -= s->bytes >= head + 3 ? head + 3 : s->bytes;
        trim(s);
    }
}

void ai_read_json(enum ai_kind kind, const struct ai_task *task, const struct str *text,
                  struct ai_verdict *v)
{
    struct span s = { text->data, text->len };
    char why[200];

    if (text->failed) {
        ai_say(v, AI_BAD_OUTPUT, "the answer is too large");
        return;
    }
    if (kind == AI_COMPATIBLE) {
        unwrap(&s);
    }
    v->json = s.bytes > 0 ? json_loadb(s.data, s.bytes, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (s.bytes == 0) {
        ai_say(v, AI_BAD_OUTPUT, "the answer is empty");
    } else if (v->json == NULL) {
        ai_say(v, AI_BAD_OUTPUT, "the answer is no valid JSON");
    } else if (!ai_schema_fits(task->schema, v->json, why, sizeof why)) {
        ai_verdict_done(v);
        ai_say(v, AI_BAD_OUTPUT, "the answer is not by the schema: %s", why);
    }
}
