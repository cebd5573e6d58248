#include <limits.h>
#include <stdio.h>

#include "common/queue/job.h"
#include "common/queue/job_layout.h"

enum { ERROR_CHARACTERS = 10000, QUOTED_NAME_BYTES = JOB_NAME_BYTES + 2, EDITS_MAX = 8 };

int job_mark_enqueued(const struct job *job, int64_t now_us, bool requeue_retry, struct str *out,
                      struct fail *f)
{
    struct job_layout layout;
    char now[JOB_TIME_BYTES];
    char count[16];
    struct job_edit edits[2] = { { FIELD_ENQUEUED_AT, now }, { FIELD_RETRY_COUNT, count } };
    size_t edit_count = 1;

    TRY(job_layout_read(job->payload, job->payload_bytes, &layout, f));
    job_format_time(now_us, now);
    if (requeue_retry && job->retry_count >= 0) {
        (void)snprintf(count, sizeof count, "%d", job->retry_count - 1);
        edit_count = 2;
    }
    job_layout_edit(&layout, job->payload, job->payload_bytes, edits, edit_count, out);
    return str_ok(out, f);
}

/* The queue of the next attempt: the job's own retry_queue, else where it came from. */
static void choose_queue(const struct job_layout *layout, const char *queue,
                         char quoted[static QUOTED_NAME_BYTES])
{
    const struct json_span *wish = &layout->fields[FIELD_RETRY_QUEUE];
    char name[JOB_NAME_BYTES];
    struct fail ignored;

    if (wish->text == NULL || wish->kind != JSON_SPAN_STRING ||
        !json_span_text(wish->text, wish->size_bytes, name, sizeof name) ||
        job_check_name(name, "queue", &ignored) < 0) {
        (void)str_fit(name, sizeof name, queue);
    }
    (void)snprintf(quoted, QUOTED_NAME_BYTES, "\"%s\"", name);
}

/* Whether Sidekiq::Web can show this failed_at: it fails on text and null. */
static bool is_showable(const struct json_span *time)
{
    return time->text != NULL && time->kind == JSON_SPAN_NUMBER;
}

static void add_edit(struct job_edit *edits, size_t *count, enum job_field field, const char *text)
{
    edits[(*count)++] = (struct job_edit){ field, text };
}

int job_mark_failed(const struct job *job, const char *queue, const char *error_class,
                    const char *error_message, int64_t now_us, struct str *out,
                    int *ret_retry_count, struct fail *f)
{
    scoped(str_done) struct str class_text, message;
    char now[JOB_TIME_BYTES], first[JOB_TIME_BYTES], count[16], quoted[QUOTED_NAME_BYTES];
    bool again = job->retry_count >= 0 ||
                 job->failed_us != 0; /* Web's "retry now" leaves -1 with a failed_at */
    int retry_count = job->retry_count == INT_MAX ? INT_MAX : job->retry_count + 1;
    struct job_edit edits[EDITS_MAX];
    size_t edit_count = 0;
    struct job_layout layout;

    str_init(&class_text, JOB_MAX_BYTES);
    str_init(&message, 8 * ERROR_CHARACTERS);
    TRY(job_layout_read(job->payload, job->payload_bytes, &layout, f));
    job_format_time(now_us, now);
    job_format_time(job->failed_us != 0 ? job->failed_us : now_us, first);
    (void)snprintf(count, sizeof count, "%d", retry_count);
    choose_queue(&layout, queue, quoted);
    job_add_json_string(&class_text, error_class, JOB_NAME_BYTES);
    job_add_json_string(&message, error_message, ERROR_CHARACTERS);
    TRY(str_ok(&class_text, f));
    TRY(str_ok(&message, f));

    add_edit(edits, &edit_count, FIELD_QUEUE, quoted);
    add_edit(edits, &edit_count, FIELD_ERROR_MESSAGE, message.data);
    add_edit(edits, &edit_count, FIELD_ERROR_CLASS, class_text.data);
    if (!is_showable(&layout.fields[FIELD_FAILED_AT]) || job->failed_us == 0) {
        add_edit(edits, &edit_count, FIELD_FAILED_AT, first);
    }
    add_edit(edits, &edit_count, FIELD_RETRY_COUNT, count);
    if (again) {
        add_edit(edits, &edit_count, FIELD_RETRIED_AT, now);
    }
    job_layout_edit(&layout, job->payload, job->payload_bytes, edits, edit_count, out);
    *ret_retry_count = retry_count;
    return str_ok(out, f);
}

int64_t job_backoff_s(int retry_count, uint32_t random)
{
    int64_t n = retry_count < 0 ? 0 : retry_count > 1000 ? 1000 : retry_count;

    return n * n * n * n + 15 + (int64_t)(random % (uint32_t)(10 * (n + 1)));
}
