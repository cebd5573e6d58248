#include "common/queue/archive.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/queue/entries.h"
#include "common/queue/job_layout.h"
#include "queue_lua.h"

#define KEY_ARCHIVE  "dropship:archive" /* somebody archives; trim_dead.lua knows it too */
#define KEY_ARCHIVED "dropship:stat:archived"
#define KEY_TRIMMED  "dropship:stat:trimmed"

enum { NOTE_TTL_S = 7 * 24 * 3600 };

int queue_dead_over(struct redis *r, const struct dead_limits *limits, struct job_entries *ret,
                    struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 2 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    scoped(job_entries_free) struct job_entries entries = { .items = NULL };

    words_text(&w, KEY_DEAD);
    words_text(&w, KEY_ARCHIVE);
    words_addf(&w, "%" PRId64, limits->keep);
    words_addf(&w, "%" PRId64, limits->keep_s);
    words_addf(&w, "%d", ARCHIVE_PAGE);
    words_addf(&w, "%d", NOTE_TTL_S);
    TRY(words_script(r, &lua_dead_over, &w, &reply, f));
    TRY(reply_want_array(reply, 1, "the dead", f));
    for (size_t i = 1; i + 1 < reply->elements; i += 2) {
        struct entry_place place = { JOB_DEAD, KEY_DEAD, "",
                                     entries_score_us(reply->element[i + 1]) };

        TRY(entries_add(&entries, &place, reply->element[i]->str, reply->element[i]->len, f));
    }
    entries.total = reply_int(reply->element[0], 0);
    *ret = entries;
    entries = (struct job_entries){ .items = NULL };
    return 0;
}

int queue_dead_drop(struct redis *r, const struct job_entries *entries, int64_t *ret_dropped,
                    struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 2 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    words_text(&w, KEY_DEAD);
    words_text(&w, KEY_ARCHIVED);
    for (size_t i = 0; i < entries->count; i++) {
        words_add(&w, entries->items[i].payload, entries->items[i].payload_bytes);
    }
    TRY(words_script(r, &lua_dead_drop, &w, &reply, f));
    *ret_dropped = reply_int(reply, 0);
    return 0;
}

int queue_archive_counts(struct redis *r, struct archive_counts *ret, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    TRY(redis_do(r, &reply, f, "MGET", KEY_ARCHIVED, KEY_TRIMMED, NULL));
    TRY(reply_want_array(reply, 2, "MGET", f));
    ret->archived = reply_int(reply->element[0], 0);
    ret->trimmed = reply_int(reply->element[1], 0);
    return 0;
}

int queue_run_again(struct redis *r, const char *payload, size_t payload_bytes, struct fail *f)
{
    scoped(job_free_p) struct job *job = NULL;
    scoped(str_done) struct str next;
    scoped(words_done) struct words w = { .keys = 2 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    int64_t now_us;

    str_init(&next, payload_bytes + 256);
    TRY(job_parse(payload, payload_bytes, &job, f));
    TRY(job_check_name(job->queue, "queue", f));
    TRY(redis_time_us(r, &now_us, f));
    TRY(job_mark_enqueued(job, now_us, true, &next, f));
    words_text(&w, "queues");
    words_addf(&w, KEY_QUEUE "%s", job->queue);
    words_text(&w, job->queue);
    words_add(&w, next.data, next.len);
    return words_script(r, &lua_run_again, &w, &reply, f);
}

int job_error_read(const char *payload, size_t payload_bytes, struct job_error *ret, struct fail *f)
{
    struct job_layout layout;
    struct fail ignored; /* what is no job has not failed */
    struct json_span name = { .text = NULL }, message = { .text = NULL };

    if (job_layout_read(payload, payload_bytes, &layout, &ignored) == 0) {
        name = layout.fields[FIELD_ERROR_CLASS];
        message = layout.fields[FIELD_ERROR_MESSAGE];
    }
    ret->name[0] = '\0';
    ret->message = calloc(1, message.size_bytes + 1);
    if (ret->message == NULL) {
        return fail_memory(f);
    }
    if (name.text != NULL && name.kind == JSON_SPAN_STRING) {
        (void)json_span_text(name.text, name.size_bytes, ret->name, sizeof ret->name);
    }
    if (message.text != NULL && message.kind == JSON_SPAN_STRING) {
        (void)json_span_text(message.text, message.size_bytes, ret->message,
                             message.size_bytes + 1);
    }
    return 0;
}

void job_error_done(struct job_error *error)
{
    free(error->message);
    error->message = NULL;
}
