#include <string.h>

#include "common/queue/bulk_priv.h"
#include "common/queue/job_layout.h"

/* Absent, or no text, is no name. */
static bool is_text(const struct json_span *value, const char *wanted)
{
    char text[2 * JOB_NAME_BYTES];

    return value->text != NULL && value->kind == JSON_SPAN_STRING &&
           json_span_text(value->text, value->size_bytes, text, sizeof text) &&
           strcmp(text, wanted) == 0;
}

/* Since when the job is in its state; 0 = unknown. */
static int64_t since(enum job_state state, const struct json_span *fields, int64_t score_us)
{
    int64_t at_us = 0;

    switch (state) {
    case JOB_DEAD:
        return score_us;
    case JOB_RETRY:
        at_us = job_read_time(&fields[FIELD_RETRIED_AT]);
        return at_us != 0 ? at_us : job_read_time(&fields[FIELD_FAILED_AT]);
    case JOB_SCHEDULED:
        return job_read_time(&fields[FIELD_CREATED_AT]);
    case JOB_WAITING:
    case JOB_RUNNING:
    case JOB_STATES:
        break;
    }
    return job_read_time(&fields[FIELD_ENQUEUED_AT]);
}

bool job_filter_fits(const struct job_filter *filter, const char *bytes, size_t size_bytes,
                     int64_t score_us)
{
    struct job_layout layout = { .close = NULL };
    struct fail ignored; /* what is no job has no members */
    int64_t at_us;

    if (job_layout_read(bytes, size_bytes, &layout, &ignored) < 0) {
        layout = (struct job_layout){ .close = NULL };
    }
    /* A waiting or running job is of the queue where it waits or was taken from, whatever it says. */
    bool placed = filter->state == JOB_WAITING || filter->state == JOB_RUNNING;
    if (filter->queue != NULL && !placed && !is_text(&layout.fields[FIELD_QUEUE], filter->queue)) {
        return false;
    }
    if ((filter->type != NULL && !is_text(&layout.fields[FIELD_CLASS], filter->type)) ||
        (filter->error_class != NULL &&
         !is_text(&layout.fields[FIELD_ERROR_CLASS], filter->error_class))) {
        return false;
    }
    if (filter->before_us == 0 && filter->after_us == 0) {
        return true;
    }
    at_us = since(filter->state, layout.fields, score_us);
    return at_us != 0 && (filter->before_us == 0 || at_us < filter->before_us) &&
           (filter->after_us == 0 || at_us > filter->after_us);
}
