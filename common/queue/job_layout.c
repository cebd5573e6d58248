#include "common/queue/job_layout.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/job.h"

#define NAMED(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }
static const struct field_name {
    const char *text;
    size_t size_bytes;
} names[FIELD_COUNT] = {
    [FIELD_CLASS] = NAMED("class"),
    [FIELD_ARGS] = NAMED("args"),
    [FIELD_JID] = NAMED("jid"),
    [FIELD_QUEUE] = NAMED("queue"),
    [FIELD_RETRY] = NAMED("retry"),
    [FIELD_RETRY_COUNT] = NAMED("retry_count"),
    [FIELD_RETRY_QUEUE] = NAMED("retry_queue"),
    [FIELD_CREATED_AT] = NAMED("created_at"),
    [FIELD_ENQUEUED_AT] = NAMED("enqueued_at"),
    [FIELD_FAILED_AT] = NAMED("failed_at"),
    [FIELD_RETRIED_AT] = NAMED("retried_at"),
    [FIELD_ERROR_CLASS] = NAMED("error_class"),
    [FIELD_ERROR_MESSAGE] = NAMED("error_message"),
    [FIELD_TRACE] = NAMED("dropship_trace"),
    [FIELD_TAGS] = NAMED("tags"),
    [FIELD_ERROR_BACKTRACE] = NAMED("error_backtrace"),
    [FIELD_EXPIRES_IN] = NAMED("expires_in"),
    [FIELD_EXPIRES_AT] = NAMED("dropship_expires_at"),
    [FIELD_UNIQUE_FOR] = NAMED("unique_for"),
    [FIELD_UNIQUE] = NAMED("dropship_unique"),
};

static void note_member(void *context, const char *name, size_t name_bytes,
                        const struct json_span *value)
{
    struct job_layout *layout = context;
    char text[JOB_NAME_BYTES];

    layout->member_count++;
    if (memchr(name, '\\', name_bytes) != NULL) { /* an escaped name is the same name */
        if (!json_span_text(name, name_bytes, text, sizeof text)) {
            return;
        }
        name = text;
        name_bytes = strlen(text);
    }
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (names[i].size_bytes == name_bytes && memcmp(names[i].text, name, name_bytes) == 0) {
            layout->fields[i] = *value;
            return;
        }
    }
}

int job_layout_read(const char *bytes, size_t size_bytes, struct job_layout *ret, struct fail *f)
{
    const struct json_visitor visitor = { note_member, ret };
    struct json_scanned seen;

    *ret = (struct job_layout){ .begin = bytes, .end = bytes + size_bytes };
    if (json_scan(bytes, size_bytes, JOB_MAX_DEPTH, &visitor, &seen) < 0) {
        return fail_set(f, FAIL_INPUT, "payload is not JSON: %s", seen.why);
    }
    if (seen.top.kind != JSON_SPAN_OBJECT) {
        return fail_set(f, FAIL_INPUT, "payload is not a JSON object");
    }
    ret->close = seen.top.text + seen.top.size_bytes - 1;
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

void job_layout_edit(const struct job_layout *layout, const struct job_edit *edits, size_t count,
                     struct str *out)
{
    const char *from = layout->begin;
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
            str_addf(out, "%s\"%s\":", first ? "" : ",", names[edits[i].field].text);
            str_add(out, edits[i].text);
            first = false;
        }
    }
    str_add_bytes(out, layout->close, (size_t)(layout->end - layout->close));
}

/* Bytes of the well-formed character at text; 0 = malformed. */
static size_t character_bytes(const char *text)
{
    char quoted[8] = "\"";
    struct json_scanned unused;
    size_t length = 1;

    while (length < 4 && ((unsigned char)text[length] & 0xC0) == 0x80) {
        length++;
    }
    for (; length > 0;
         length--) { /* at most four tries: stray bytes may follow a whole character */
        memcpy(quoted + 1, text, length);
        quoted[length + 1] = '"';
        if (json_scan(quoted, length + 2, 1, NULL, &unused) == 0) {
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

/* By hand: snprintf would be the dearest part of a new payload. */
void job_format_time(int64_t at_us, char text[static JOB_TIME_BYTES])
{
    uint64_t rest = at_us > 0 ? (uint64_t)at_us : 0; /* no clock of ours is before the epoch */
    char reversed[JOB_TIME_BYTES];
    size_t count = 0, at = 0;

    while (count < 8 || rest > 0) { /* six digits, the point, one digit at least */
        if (count == 6) {
            reversed[count++] = '.';
        }
        reversed[count++] = (char)('0' + rest % 10);
        rest /= 10;
    }
    while (count > 0) {
        text[at++] = reversed[--count];
    }
    text[at] = '\0';
}

static int64_t time_from_number(const char *text)
{
    static const double milliseconds_from = 1e11, latest_s = (double)JOB_TIME_MAX_US / 1e6;
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

int64_t job_read_duration(const struct json_span *value)
{
    static const double longest_s = 100.0 * 366 * 86400;
    char text[64];
    char *end;
    double seconds;

    if (value->text == NULL ||
        (value->kind != JSON_SPAN_NUMBER && value->kind != JSON_SPAN_STRING) ||
        !json_span_text(value->text, value->size_bytes, text, sizeof text) || text[0] == '\0') {
        return 0;
    }
    seconds = strtod(text, &end);
    return *end == '\0' && seconds > 0.0 && seconds <= longest_s ? llround(seconds * 1e6) : 0;
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
