#include "api/http/job_json.h"

#include <string.h>

#include "api/http/text.h"
#include "common/base/clock.h"
#include "common/base/json.h"

enum { SHOWN_BYTES = 2048, PARSED_MAX_BYTES = 256 * 1024 };

static json_t *time_or_null(int64_t at_us)
{
    char text[CLOCK_TEXT_BYTES];
    if (at_us <= 0) {
        return json_null();
    }
    clock_format(at_us, text);
    return json_string(text);
}

static json_t *text_or_null(const char *text)
{
    json_t *value = text != NULL && text[0] != '\0' ? json_string(text) : NULL;
    return value != NULL ? value : json_null();
}

/* Bytes of any kind as text: what is not printable ASCII becomes '?'. */
static json_t *shown(const char *bytes, size_t size_bytes)
{
    char text[SHOWN_BYTES + 1];
    size_t length = size_bytes < SHOWN_BYTES ? size_bytes : SHOWN_BYTES;

    for (size_t i = 0; i < length; i++) {
        text[i] = bytes[i] >= 0x20 && bytes[i] < 0x7F ? bytes[i] : '?';
    }
    text[length] = '\0';
    return json_string(text);
}

/* NULL when the bytes are no JSON that a library can hold. */
static json_t *parsed(const char *json, size_t size_bytes)
{
    return size_bytes <= PARSED_MAX_BYTES && text_is_shallow_json(json, size_bytes)
               ? json_loadb(json, size_bytes, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL)
               : NULL;
}

/* Null when they are absent; as text when they are too large, deep or precise to be parsed. */
static json_t *args_of(const struct job *job)
{
    if (job->args == NULL) {
        return json_null();
    }
    json_t *args = parsed(job->args, job->args_bytes);
    return args != NULL ? args : shown(job->args, job->args_bytes);
}

/* Members that only failed jobs have. */
static void add_error(json_t *out, const struct job *job)
{
    scoped(json_clear_p) json_t *root = parsed(job->payload, job->payload_bytes);
    json_object_set_new(out, "error_class", text_or_null(json_text(root, "error_class", NULL)));
    json_object_set_new(out, "error", text_or_null(json_text(root, "error_message", NULL)));
}

static void add_job(json_t *out, const struct job *job)
{
    json_object_set_new(out, "jid", text_or_null(job->jid));
    json_object_set_new(out, "class", text_or_null(job->type));
    json_object_set_new(out, "queue", text_or_null(job->queue));
    json_object_set_new(out, "args", args_of(job));
    json_object_set_new(out, "retry_count",
                        job->retry_count >= 0 ? json_integer(job->retry_count) : json_null());
    json_object_set_new(out, "max_retries",
                        job->max_retries >= 0 ? json_integer(job->max_retries) : json_null());
    json_object_set_new(out, "created_at", time_or_null(job->created_us));
    json_object_set_new(out, "enqueued_at", time_or_null(job->enqueued_us));
    json_object_set_new(out, "failed_at", time_or_null(job->failed_us));
    json_object_set_new(out, "trace_id", text_or_null(job->trace_id));
    add_error(out, job);
}

json_t *job_json(const struct job_entry *entry)
{
    json_t *out = json_object();

    json_object_set_new(out, "state", json_string(job_state_names[entry->state]));
    json_object_set_new(out, "where", text_or_null(entry->where));
    json_object_set_new(out, "worker", text_or_null(entry->worker));
    json_object_set_new(out, "at", time_or_null(entry->at_us));
    if (entry->job != NULL) {
        add_job(out, entry->job);
    } else {
        json_object_set_new(out, "payload", shown(entry->payload, entry->payload_bytes));
    }
    return out;
}
