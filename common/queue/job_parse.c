#include "common/queue/job.h"

#include <stdlib.h>
#include <string.h>

#include "common/queue/job_layout.h"

static void read_text(const struct json_span *value, char *field, size_t field_bytes)
{
    if (value->text != NULL && value->kind == JSON_SPAN_STRING) {
        (void)json_span_text(value->text, value->size_bytes, field,
                             field_bytes); /* "" when it does not fit */
    }
}

/* Sidekiq's rule: false = none, an integer = that many, anything else = the default. */
static int read_retry(const struct json_span *value)
{
    int count;

    if (value->text == NULL) {
        return -1;
    }
    if (value->kind == JSON_SPAN_FALSE) {
        return 0;
    }
    count = job_read_int(value, JOB_DEFAULT_RETRIES);
    return count < 0 ? 0 : count;
}

/* Only a digest of our own making names a lock: the text becomes part of a key. */
static void read_unique(const struct json_span *fields, struct job *job)
{
    static const size_t digits = JOB_LOCK_BYTES - 1;
    int64_t for_us = job_read_duration(&fields[FIELD_UNIQUE_FOR]);

    job->unique_for_s = (for_us + 999999) / 1000000;
    read_text(&fields[FIELD_UNIQUE], job->unique, sizeof job->unique);
    if (strspn(job->unique, "0123456789abcdef") != digits) {
        job->unique[0] = '\0';
    }
}

static int64_t read_expiry(const struct json_span *fields, const struct job *job)
{
    int64_t in_us = job_read_duration(&fields[FIELD_EXPIRES_IN]);
    int64_t from_us = job->enqueued_us != 0 ? job->enqueued_us : job->created_us;
    int64_t at_us = job_read_time(&fields[FIELD_EXPIRES_AT]);

    if (at_us != 0) {
        return at_us;
    }
    return in_us != 0 && from_us != 0 ? from_us + in_us : 0;
}

static void read_fields(const struct job_layout *layout, struct job *job)
{
    const struct json_span *fields = layout->fields;
    int count = job_read_int(&fields[FIELD_RETRY_COUNT], -1);

    read_text(&fields[FIELD_JID], job->jid, sizeof job->jid);
    read_text(&fields[FIELD_CLASS], job->type, sizeof job->type);
    read_text(&fields[FIELD_QUEUE], job->queue, sizeof job->queue);
    read_text(&fields[FIELD_TRACE], job->trace_id, sizeof job->trace_id);
    job->args = fields[FIELD_ARGS].text;
    job->args_bytes = fields[FIELD_ARGS].size_bytes;
    job->args_is_array = job->args != NULL && fields[FIELD_ARGS].kind == JSON_SPAN_ARRAY;
    job->max_retries = read_retry(&fields[FIELD_RETRY]);
    job->retry_count = count < -1 ? -1 : count;
    job->created_us = job_read_time(&fields[FIELD_CREATED_AT]);
    job->enqueued_us = job_read_time(&fields[FIELD_ENQUEUED_AT]);
    job->failed_us = job_read_time(&fields[FIELD_FAILED_AT]);
    job->expires_us = read_expiry(fields, job);
    read_unique(fields, job);
}

int job_parse(const char *bytes, size_t size_bytes, struct job **ret, struct fail *f)
{
    scoped(job_free_p) struct job *job = calloc(1, sizeof *job);
    struct job_layout layout;

    if (job == NULL) {
        return fail_memory(f);
    }
    job->payload = malloc(size_bytes + 1);
    if (job->payload == NULL) {
        return fail_memory(f);
    }
    memcpy(job->payload, bytes, size_bytes);
    job->payload[size_bytes] = '\0';
    job->payload_bytes = size_bytes;
    TRY(job_layout_read(job->payload, size_bytes, &layout, f));
    read_fields(&layout, job);
    *ret = take_ptr(job);
    return 0;
}

void job_free(struct job *job)
{
    if (job != NULL) {
        free(job->payload);
        free(job);
    }
}
