#include <stdlib.h>
#include <string.h>

#include "common/queue/entries.h"
#include "queue_lua.h"

enum { QUEUE_WORDS = 3 };

/* What to do with the length of one claim list. */
typedef void claim_length_fn(void *context, const char *queue, int64_t length);

static int each_claim_length(struct redis *r, claim_length_fn *note, void *context, struct fail *f)
{
    scoped(claim_keys_free) struct claim_keys keys = { .items = NULL };

    TRY(claim_keys_shown(r, &keys, f));
    for (size_t i = 0; i < keys.count; i++) {
        char worker[128], queue[JOB_NAME_BYTES];

        if (claim_key_split(keys.items[i].key, worker, sizeof worker, queue, sizeof queue)) {
            note(context, queue, keys.items[i].length);
        }
    }
    return 0;
}

struct queue_table {
    struct queue_info *items;
    size_t count;
};

static void add_running(void *context, const char *queue, int64_t length)
{
    struct queue_table *table = context;

    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->items[i].name, queue) == 0) {
            table->items[i].running += length;
        }
    }
}

static int64_t age_ms(const redisReply *payload, int64_t now_us)
{
    scoped(job_free_p) struct job *job = NULL;
    struct fail ignored; /* not a job: age unknown */

    if (payload->len == 0 || job_parse(payload->str, payload->len, &job, &ignored) < 0 ||
        job->enqueued_us == 0) {
        return -1;
    }
    return now_us > job->enqueued_us ? (now_us - job->enqueued_us) / 1000 : 0;
}

static int read_queues(struct redis *r, const redisReply *names, struct queue_info *items,
                       struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 1 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    int64_t now_us;

    words_text(&w, "paused");
    for (size_t i = 0; i < names->elements; i++) {
        words_text(&w, names->element[i]->str);
    }
    TRY(redis_time_us(r, &now_us, f));
    TRY(words_script(r, &lua_queues, &w, &reply, f));
    TRY(reply_want_array(reply, QUEUE_WORDS * names->elements, "the queues", f));
    for (size_t i = 0; i < names->elements; i++) {
        redisReply *const *row = reply->element + i * QUEUE_WORDS;

        (void)str_fit(items[i].name, sizeof items[i].name, names->element[i]->str);
        items[i].waiting = reply_int(row[0], 0);
        items[i].paused = reply_int(row[1], 0) == 1;
        items[i].oldest_ms = age_ms(row[2], now_us);
    }
    return 0;
}

int queue_list(struct redis *r, struct queue_info **ret, size_t *ret_count, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *names = NULL;
    scoped(free_p) struct queue_info *items = NULL;
    struct queue_table table;

    TRY(queue_names(r, &names, f));
    items = calloc(names->elements + 1, sizeof *items);
    if (items == NULL) {
        return fail_memory(f);
    }
    TRY(read_queues(r, names, items, f));
    table = (struct queue_table){ items, names->elements };
    TRY(each_claim_length(r, add_running, &table, f));
    *ret = take_ptr(items);
    *ret_count = names->elements;
    return 0;
}

static void add_length(void *context, const char *queue, int64_t length)
{
    (void)queue;
    *(int64_t *)context += length;
}

int queue_stats(struct redis *r, struct queue_stats *ret, struct fail *f)
{
    static const char *const keys[] = { "queues", KEY_SCHEDULE, KEY_RETRY, KEY_DEAD, "processes" };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct queue_stats s = { .running = 0 };
    int64_t *const fields[] = { &s.processed, &s.failed, &s.fenced, &s.recovered, &s.waiting,
                                &s.scheduled, &s.retry,  &s.dead,   &s.processes, &s.overdue_ms };

    TRY(redis_eval(
        r, &lua_stats,
        &(struct redis_args){ .argv = keys, .argc = COUNT_OF(keys), .keys = COUNT_OF(keys) },
        &reply, f));
    TRY(reply_want_array(reply, COUNT_OF(fields), "statistics", f));
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        *fields[i] = reply_int(reply->element[i], 0);
    }
    TRY(each_claim_length(r, add_length, &s.running, f));
    *ret = s;
    return 0;
}
