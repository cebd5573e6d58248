/* Private to common/queue: where the known members of a payload stand in its text, and how to
 * change them in place. */
#pragma once

#include "common/base/str.h"
#include "common/queue/job_scan.h"

enum job_field {
    FIELD_CLASS,
    FIELD_ARGS,
    FIELD_JID,
    FIELD_QUEUE,
    FIELD_RETRY,
    FIELD_RETRY_COUNT,
    FIELD_RETRY_QUEUE,
    FIELD_CREATED_AT,
    FIELD_ENQUEUED_AT,
    FIELD_FAILED_AT,
    FIELD_RETRIED_AT,
    FIELD_ERROR_CLASS,
    FIELD_ERROR_MESSAGE,
    FIELD_TRACE,
    FIELD_TAGS,
    FIELD_ERROR_BACKTRACE,
    FIELD_EXPIRES_IN,
    FIELD_EXPIRES_AT,
    FIELD_UNIQUE_FOR,
    FIELD_UNIQUE,
    FIELD_COUNT
};

struct job_layout {
    const char *begin, *end;              /* the whole text, borrowed */
    struct json_span fields[FIELD_COUNT]; /* text NULL = absent; of duplicates the last */
    const char *close;                    /* the object's closing brace */
    size_t member_count;
};

/* *ret points into the bytes, which must outlive it.  FAIL_INPUT unless they are one JSON object. */
must_check int job_layout_read(const char *bytes, size_t size_bytes, struct job_layout *ret,
                               struct fail *f);

/* New JSON text of one member. */
struct job_edit {
    enum job_field field;
    const char *text;
};
/* Copy the payload with the values of present members replaced and absent members appended; all
 * other bytes stay.  Each field occurs once in `edits`. */
void job_layout_edit(const struct job_layout *layout, const struct job_edit *edits, size_t count,
                     struct str *out);

/* Append text as a JSON string: escaped, invalid UTF-8 replaced by U+FFFD, cut after
 * max_characters. */
void job_add_json_string(struct str *out, const char *text, size_t max_characters);

enum { JOB_TIME_BYTES = 32 };
/* Epoch seconds with six digits of fraction: the form that every reader takes for seconds. */
void job_format_time(int64_t at_us, char text[static JOB_TIME_BYTES]);
/* Seconds (float, small integer), milliseconds (integer from 10^11), date text; 0 = absent or
 * unusable. */
int64_t job_read_time(const struct json_span *value);
/* Seconds (number, or text of one) as microseconds; 0 = absent, unusable, not positive or beyond a
 * hundred years. */
int64_t job_read_duration(const struct json_span *value);
/* Value of an integer, clamped to int; `otherwise` for anything else. */
int job_read_int(const struct json_span *value, int otherwise);
