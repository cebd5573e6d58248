#include "common/queue/job_layout.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/job.h"

const char *const job_field_names[FIELD_COUNT] = {
    [FIELD_CLASS] = "class",
    [FIELD_ARGS] = "args",
    [FIELD_JID] = "jid",
    [FIELD_QUEUE] = "queue",
    [FIELD_RETRY] = "retry",
    [FIELD_RETRY_COUNT] = "retry_count",
    [FIELD_RETRY_QUEUE] = "retry_queue",
    [FIELD_CREATED_AT] = "created_at",
    [FIELD_ENQUEUED_AT] = "enqueued_at",
    [FIELD_FAILED_AT] = "failed_at",
    [FIELD_RETRIED_AT] = "retried_at",
    [FIELD_ERROR_CLASS] = "error_class",
    [FIELD_ERROR_MESSAGE] = "error_message",
    [FIELD_TRACE] = "dropship_trace",
};

static void note_member(void *context, const char *name, size_t name_bytes,
                        const struct json_span *value)
{
    struct job_layout *layout = context;
    char text[JOB_NAME_BYTES];

    layout->member_count++;
    if (!json_span_text(name, name_bytes, text, sizeof text)) {
        return;
    }
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (strcmp(text, job_field_names[i]) == 0) {
            layout->fields[i] = *value;
        }
    }
}

int job_layout_read(const char *bytes, size_t size_bytes, struct job_layout *ret, struct fail *f)
{
    struct json_span top = { NULL, 0, JSON_SPAN_NULL };
    const char *why = "";

    *ret = (struct job_layout){ .close = NULL };
    if (json_scan(bytes, size_bytes, JOB_MAX_DEPTH, note_member, ret, &top, &why) < 0) {
        return fail_set(f, FAIL_INPUT, "payload is not JSON: %s", why);
    }
    if (top.kind != JSON_SPAN_OBJECT) {
        return fail_set(f, FAIL_INPUT, "payload is not a JSON object");
    }
    ret->close = top.text + top.size_bytes - 1;
    return 0;
}

/* The edit of the present member that begins first at or after `from`; NULL when there is none. */
static const struct job_edit *next_edit(const struct job_layout *layout, const char *from,
                                        const struct job_edit *edits, size_t count)
{
    const struct job_edit *best = NULL;

    for (size_t i = 0; i < count; i++) {
        const char *text = layout->fields[edits[i].field].text;

        if (text != NULL && text >= from &&
            (best == NULL || text < layout->fields[best->field].text)) {
            best = &edits[i];
        }
    }
    return best;
}

void job_layout_edit(const struct job_layout *layout, const char *bytes, size_t size_bytes,
                     const struct job_edit *edits, size_t count, struct str *out)
{
    const char *from = bytes;
    const struct job_edit *edit;
    bool first = layout->member_count == 0;

    while ((edit = next_edit(layout, from, edits, count)) != NULL) {
        const struct json_span *old = &layout->fields[edit->field];

        str_add_bytes(out, from, (size_t)(old->text - from));
        str_add(out, edit->text);
        from = old->text + old->size_bytes;
    }
    str_add_bytes(out, from, (size_t)(layout->close - from));
    for (size_t i = 0; i < count; i++) {
        if (layout->fields[edits[i].field].text == NULL) {
            str_addf(out, "%s\"%s\":", first ? "" : ",", job_field_names[edits[i].field]);
            str_add(out, edits[i].text);
            first = false;
        }
    }
    str_add_bytes(out, layout->close, (size_t)(bytes + size_bytes - layout->close));
}

/* Bytes of the well-formed character at text; 0 = malformed. */
static size_t character_bytes(const char *text)
{
    char quoted[8] = "\"";
    struct json_span top;
    const char *why;
    size_t length = 1;

    while (length < 4 && ((unsigned char)text[length] & 0xC0) == 0x80) {
        length++;
    }
    for (; length > 0;
         length--) { /* at most four tries: stray bytes may follow a whole character */
        memcpy(quoted + 1, text, length);
        quoted[length + 1] = '"';
        if (json_scan(quoted, length + 2, 1, NULL, NULL, &top, &why) == 0) {
            return length;
        }
    }
    return 0;
}

void job_add_json_string(struct str *out, const char *text, size_t max_characters)
{
    str_add_char(out, '"');
    for (size_t i = 0; *text != '\0' && i < max_characters; i++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\') {
            str_add_char(out, '\\');
            str_add_char(out, *text++);
        } else if (c < 0x20) {
            str_addf(out, "\\u%04x", c);
            text++;
        } else if (c < 0x80) {
            str_add_char(out, *text++);
        } else {
            size_t length = character_bytes(text);

            str_add_bytes(out, length == 0 ? "\xEF\xBF\xBD" : text, length == 0 ? 3 : length);
            text += length == 0 ? 1 : length;
        }
    }
    str_add_char(out, '"');
}

void job_format_time(int64_t at_us, char text[static JOB_TIME_BYTES])
{
    (void)snprintf(text, JOB_TIME_BYTES, "%" PRId64 ".%06d", at_us / 1000000,
                   (int)(at_us % 1000000));
}

static int64_t time_from_number(const char *text)
{
    static const double milliseconds_from = 1e11, latest_s = 253402300799.0; /* year 9999 */
    double value = strtod(text, NULL);
    bool whole = strpbrk(text, ".eE") == NULL;

    if (whole && value >= milliseconds_from) {
        value /= 1000.0;
    }
    return value > 0.0 && value <= latest_s ? llround(value * 1e6) : 0;
}

int64_t job_read_time(const struct json_span *value)
{
    char text[64];
    int64_t at_us = 0;
    struct fail ignored; /* an odd time is unknown, never a reason to refuse the job */

    if (value->text == NULL ||
        (value->kind != JSON_SPAN_NUMBER && value->kind != JSON_SPAN_STRING) ||
        !json_span_text(value->text, value->size_bytes, text, sizeof text)) {
        return 0;
    }
    if (value->kind == JSON_SPAN_STRING && clock_parse(text, &at_us, &ignored) == 0) {
        return at_us > 0 ? at_us : 0;
    }
    return text[strspn(text, "0123456789.eE+-")] == '\0' ? time_from_number(text) : 0;
}

int job_read_int(const struct json_span *value, int otherwise)
{
    char text[64];
    double number;

    if (value->text == NULL || value->kind != JSON_SPAN_NUMBER ||
        !json_span_text(value->text, value->size_bytes, text, sizeof text) ||
        strpbrk(text, ".eE") != NULL) {
        return otherwise;
    }
    number = strtod(text, NULL);
    return number >= INT_MAX ? INT_MAX : number <= -INT_MAX ? -INT_MAX : (int)number;
}
