#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/queue/job.h"
#include "common/queue/job_layout.h"

enum { ERROR_CHARACTERS = 10000, QUOTED_NAME_BYTES = JOB_NAME_BYTES + 2, EDITS_MAX = 12 };

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
    job_layout_edit(&layout, edits, edit_count, out);
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

/* The edits of one more failure, and the texts they point to. */
struct marks {
    struct str error_class, message, tags;
    char now[JOB_TIME_BYTES], first[JOB_TIME_BYTES], created[JOB_TIME_BYTES],
        enqueued[JOB_TIME_BYTES];
    char count[16], queue[QUOTED_NAME_BYTES];
    struct job_edit edits[EDITS_MAX];
    size_t edit_count;
};

static void marks_init(struct marks *m, size_t payload_bytes)
{
    m->edit_count = 0;
    str_init(&m->tags, payload_bytes + 3);
    str_init(&m->error_class, JOB_MAX_BYTES);
    str_init(&m->message, 8 * ERROR_CHARACTERS);
}

static void marks_done(struct marks *m)
{
    str_done(&m->error_class);
    str_done(&m->message);
    str_done(&m->tags);
}

static void add_edit(struct marks *m, enum job_field field, const char *text)
{
    m->edits[m->edit_count++] = (struct job_edit){ field, text };
}

/* A tag that stands alone goes into a list; other things are no tags. */
static void mend_tags(struct marks *m, const struct json_span *tags)
{
    if (tags->text == NULL || tags->kind == JSON_SPAN_ARRAY) {
        return;
    }
    str_add_char(&m->tags, '[');
    if (tags->kind == JSON_SPAN_STRING) {
        str_add_bytes(&m->tags, tags->text, tags->size_bytes);
    }
    str_add_char(&m->tags, ']');
    add_edit(m, FIELD_TAGS, m->tags.data);
}

/* The time as a number where it is text: as it is known, or now. */
static void mend_time(struct marks *m, const struct job_layout *layout, enum job_field field,
                      int64_t at_us, char text[static JOB_TIME_BYTES])
{
    const struct json_span *time = &layout->fields[field];

    if (time->text != NULL && time->kind != JSON_SPAN_NULL && !is_showable(time)) {
        job_format_time(at_us, text);
        add_edit(m, field, text);
    }
}

/* base64 of zlib begins with the two letters that its first byte and the compression level make. */
static bool is_packed(const struct json_span *backtrace)
{
    return backtrace->kind == JSON_SPAN_NULL ||
           (backtrace->kind == JSON_SPAN_STRING && backtrace->size_bytes > 4 &&
            backtrace->text[1] == 'e' && strchr("AFJN", backtrace->text[2]) != NULL);
}

/* Members of foreign clients that break Sidekiq's pages: tags that are no list, times that are text, a backtrace that is not packed. */
static void mend(struct marks *m, const struct job *job, const struct job_layout *layout,
                 int64_t now_us)
{
    const struct json_span *backtrace = &layout->fields[FIELD_ERROR_BACKTRACE];

    mend_tags(m, &layout->fields[FIELD_TAGS]);
    mend_time(m, layout, FIELD_CREATED_AT, job->created_us != 0 ? job->created_us : now_us,
              m->created);
    mend_time(m, layout, FIELD_ENQUEUED_AT, job->enqueued_us != 0 ? job->enqueued_us : now_us,
              m->enqueued);
    if (backtrace->text != NULL && !is_packed(backtrace)) {
        add_edit(m, FIELD_ERROR_BACKTRACE, "null");
    }
}

/* When it failed first and last, and how often. */
static void mark_times(struct marks *m, const struct job *job, const struct job_layout *layout,
                       int64_t now_us, int retry_count)
{
    bool again = job->retry_count >= 0 ||
                 job->failed_us != 0; /* Web's "retry now" leaves -1 with a failed_at */

    job_format_time(now_us, m->now);
    job_format_time(job->failed_us != 0 ? job->failed_us : now_us, m->first);
    (void)snprintf(m->count, sizeof m->count, "%d", retry_count);
    if (!is_showable(&layout->fields[FIELD_FAILED_AT]) || job->failed_us == 0) {
        add_edit(m, FIELD_FAILED_AT, m->first);
    }
    add_edit(m, FIELD_RETRY_COUNT, m->count);
    if (again) {
        add_edit(m, FIELD_RETRIED_AT, m->now);
    }
}

int job_mark_failed(const struct job *job, const struct job_failure *failure, struct str *out,
                    int *ret_retry_count, struct fail *f)
{
    scoped(marks_done) struct marks m;
    int retry_count = job->retry_count == INT_MAX ? INT_MAX : job->retry_count + 1;
    struct job_layout layout;

    marks_init(&m, job->payload_bytes);
    TRY(job_layout_read(job->payload, job->payload_bytes, &layout, f));
    choose_queue(&layout, failure->queue, m.queue);
    job_add_json_string(&m.error_class, failure->error_class, JOB_NAME_BYTES);
    job_add_json_string(&m.message, failure->error_message, ERROR_CHARACTERS);
    add_edit(&m, FIELD_QUEUE, m.queue);
    add_edit(&m, FIELD_ERROR_MESSAGE, m.message.data);
    add_edit(&m, FIELD_ERROR_CLASS, m.error_class.data);
    mark_times(&m, job, &layout, failure->at_us, retry_count);
    mend(&m, job, &layout, failure->at_us);
    TRY(str_ok(&m.error_class, f));
    TRY(str_ok(&m.message, f));
    TRY(str_ok(&m.tags, f));
    job_layout_edit(&layout, m.edits, m.edit_count, out);
    *ret_retry_count = retry_count;
    return str_ok(out, f);
}

int64_t job_backoff_s(int retry_count, uint32_t random)
{
    int64_t n = retry_count < 0 ? 0 : retry_count > 1000 ? 1000 : retry_count;

    return n * n * n * n + 15 + (int64_t)(random % (uint32_t)(10 * (n + 1)));
}
