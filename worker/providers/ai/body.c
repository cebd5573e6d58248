/* Requests in the three dialects.  No sampling parameters: several models refuse them.  `store` is false, for what we send is
 * nobody's to keep.  The unchanging text (rules, schema) comes first, so that a provider's prompt cache can hold it. */
#include "worker/providers/ai/ai_priv.h"

#include <string.h>

#include "common/base/json.h"

enum { SYSTEM_BYTES = 256 << 10 };

const char *ai_path(enum ai_kind kind)
{
    static const char *const paths[] = {
        [AI_OPENAI] = "responses", [AI_ANTHROPIC] = "messages", [AI_COMPATIBLE] = "chat/completions"
    };
    return paths[kind];
}

static bool is_loopback(const char *host, size_t bytes)
{
    return (bytes == 9 && strncmp(host, "localhost", 9) == 0) ||
           (bytes == 5 && strncmp(host, "[::1]", 5) == 0) ||
           (bytes >= 9 && strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == bytes);
}

bool ai_url_allowed(const char *url)
{
    const char *host = url + 7;
    size_t bytes = 0;

    if (strncmp(url, "https://", 8) == 0) {
        return url[8] != '\0';
    }
    if (strncmp(url, "http://", 7) != 0 || strchr(url, '@') != NULL) {
        return false;
    }
    bytes = host[0] == '[' ? strcspn(host, "]/?#") + 1 : strcspn(host, ":/?#");
    return is_loopback(host, bytes);
}

/* Compatible servers take a schema without always keeping to it, so they are told in words, too. */
static char *system_with_schema(const struct ai_task *task)
{
    scoped(str_done) struct str text;
    scoped(free_p) char *schema = NULL;
    struct fail ignored;

    str_init(&text, SYSTEM_BYTES);
    if (json_write(task->schema, &schema, &ignored) < 0) {
        return NULL;
    }
    str_addf(&text,
             "%s\n\nAnswer with one JSON object and nothing else. It has to follow this JSON "
             "Schema:\n%s",
             task->system, schema);
    return str_steal(&text);
}

static json_t *schema_copy(const struct ai_task *task)
{
    return json_deep_copy(task->schema);
}

static json_t *responses_body(const struct ai *ai, const struct ai_task *task, int64_t limit)
{
    json_t *body = json_pack(
        "{s:s, s:b, s:s, s:[{s:s, s:[{s:s, s:s}]}], s:I, s:s, s:{s:{s:s, s:s, s:b, s:o}}}", "model",
        ai->account->model, "store", 0, "instructions", task->system, "input", "role", "user",
        "content", "type", "input_text", "text", task->user, "max_output_tokens", (json_int_t)limit,
        "prompt_cache_key", task->name, "text", "format", "type", "json_schema", "name",
        task->schema_name, "strict", 1, "schema", schema_copy(task));

    if (body != NULL && !ai->dialect.no_effort) {
        json_object_set_new(body, "reasoning", json_pack("{s:s}", "effort", "low"));
    }
    return body;
}

static json_t *response_format(const struct ai *ai, const struct ai_task *task)
{
    if (ai->dialect.schema_mode == AI_SCHEMA_JSON) {
        return json_pack("{s:s}", "type", "json_object");
    }
    return json_pack("{s:s, s:{s:s, s:b, s:o}}", "type", "json_schema", "json_schema", "name",
                     task->schema_name, "strict", 1, "schema", schema_copy(task));
}

static json_t *chat_body(const struct ai *ai, const struct ai_task *task, int64_t limit)
{
    scoped(free_p) char *system = system_with_schema(task);
    json_t *body = system == NULL
                       ? NULL
                       : json_pack("{s:s, s:b, s:[{s:s, s:s}, {s:s, s:s}], s:I}", "model",
                                   ai->account->model, "stream", 0, "messages", "role", "system",
                                   "content", system, "role", "user", "content", task->user,
                                   ai->dialect.new_limit ? "max_completion_tokens" : "max_tokens",
                                   (json_int_t)limit);

    if (body != NULL && ai->dialect.schema_mode != AI_SCHEMA_PROMPT) {
        json_object_set_new(body, "response_format", response_format(ai, task));
    }
    return body;
}

/* `thinking` is left out: no value of it is taken by every model. */
static json_t *messages_body(const struct ai *ai, const struct ai_task *task, int64_t limit)
{
    json_t *config =
        json_pack("{s:{s:s, s:o}}", "format", "type", "json_schema", "schema", schema_copy(task));
    json_t *body = NULL;

    if (config != NULL && !ai->dialect.no_effort) {
        json_object_set_new(config, "effort", json_string("low"));
    }
    body =
        json_pack("{s:s, s:I, s:[{s:s, s:s, s:{s:s}}], s:[{s:s, s:[{s:s, s:s}]}], s:o}", "model",
                  ai->account->model, "max_tokens", (json_int_t)limit, "system", "type", "text",
                  "text", task->system, "cache_control", "type", "ephemeral", "messages", "role",
                  "user", "content", "type", "text", "text", task->user, "output_config", config);
    return body;
}

static bool is_utf8(const char *text)
{
    scoped(json_clear_p) json_t *checked = json_string(text);
    scoped(json_clear_p) json_t *unchecked = json_string_nocheck(text);

    return checked != NULL || unchecked == NULL;
}

int ai_body(const struct ai *ai, const struct ai_task *task, int64_t limit, json_t **ret,
            struct fail *f)
{
    json_t *body = NULL;

    switch (ai->account->kind) {
    case AI_OPENAI:
        body = responses_body(ai, task, limit);
        break;
    case AI_ANTHROPIC:
        body = messages_body(ai, task, limit);
        break;
    case AI_COMPATIBLE:
        body = chat_body(ai, task, limit);
        break;
    }
    if (body == NULL) {
        return is_utf8(task->system) && is_utf8(task->user)
                   ? fail_memory(f)
                   : fail_set(f, FAIL_INPUT, "AI task %s: a text is not UTF-8", task->name);
    }
    *ret = body;
    return 0;
}
