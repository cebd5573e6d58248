#include <stdlib.h>
#include <string.h>

#include "common/base/str.h"
#include "common/queue/metrics_priv.h"
#include "common/queue/queue_priv.h"

enum { PARTS_MAX = 3 };

struct field { /* of a counter hash, taken apart; parts that are missing are "" */
    char parts[PARTS_MAX][JOB_NAME_BYTES];
    int64_t value;
};

/* False when it does not have exactly `want` parts, or none of our lengths. */
static bool split(const redisReply *name, const redisReply *value, size_t want, struct field *ret)
{
    const char *at = name->str;

    if (!reply_is_text(name) || strlen(at) != name->len) {
        return false;
    }
    for (size_t i = 0; i < want; i++) {
        size_t length = strcspn(at, "|");
        bool last = i + 1 == want;
        if (length >= JOB_NAME_BYTES || (at[length] == '\0') != last) {
            return false;
        }
        memcpy(ret->parts[i], at, length);
        ret->parts[i][length] = '\0';
        at += length + (last ? 0 : 1);
    }
    ret->value = reply_int(value, 0);
    return true;
}

static int by_name(const void *a, const void *b)
{
    for (size_t i = 0; i < PARTS_MAX; i++) {
        int order =
            strcmp(((const struct field *)a)->parts[i], ((const struct field *)b)->parts[i]);
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

struct fields {
    struct field *items;
    size_t count;
};

static void fields_done(struct fields *f)
{
    free(f->items);
}

/* The fields of a hash that have `parts` parts, sorted. */
static int read_fields(struct redis *r, const char *key, size_t parts, struct fields *ret,
                       struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    scoped(free_p) struct field *fields = NULL;
    size_t count = 0;

    TRY(redis_do(r, &reply, f, "HGETALL", key, NULL));
    TRY(reply_want_array(reply, 0, "counters", f));
    fields = calloc(reply->elements / 2 + 1, sizeof *fields);
    if (fields == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i + 1 < reply->elements; i += 2) {
        count += split(reply->element[i], reply->element[i + 1], parts, &fields[count]) ? 1 : 0;
    }
    qsort(fields, count, sizeof *fields, by_name);
    *ret = (struct fields){ .items = take_ptr(fields), .count = count };
    return 0;
}

/* A hash of counters: which part of a field becomes what. */
struct shape {
    const char *key;
    size_t parts;
    int queue, type, what; /* -1 = stays empty */
};

static void copy_part(char to[static JOB_NAME_BYTES], const struct field *from, int part)
{
    if (part >= 0) {
        memcpy(to, from->parts[part], JOB_NAME_BYTES);
    }
}

static int read_counts(struct redis *r, const struct shape *shape, struct metrics_count **ret,
                       size_t *ret_count, struct fail *f)
{
    scoped(fields_done) struct fields fields = { 0 };

    TRY(read_fields(r, shape->key, shape->parts, &fields, f));
    struct metrics_count *rows = calloc(fields.count + 1, sizeof *rows);
    if (rows == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < fields.count; i++) {
        const struct field *field = &fields.items[i];
        copy_part(rows[i].queue, field, shape->queue);
        copy_part(rows[i].type, field, shape->type);
        copy_part(rows[i].what, field, shape->what);
        rows[i].value = field->value;
    }
    *ret = rows;
    *ret_count = fields.count;
    return 0;
}

int queue_metrics_counts(struct redis *r, enum metrics_where where, struct metrics_count **ret,
                         size_t *ret_count, struct fail *f)
{
    const struct shape jobs = { metrics_keys[where], 3, 0, 1, 2 };
    const struct shape pool = { metrics_keys[where], 2, 1, -1, 0 };

    return read_counts(r, where == METRICS_POOL ? &pool : &jobs, ret, ret_count, f);
}

int queue_metrics_enqueued(struct redis *r, struct metrics_count **ret, size_t *ret_count,
                           struct fail *f)
{
    static const struct shape enqueued = { "dropship:metrics:enqueued", 1, 0, -1, -1 };

    return read_counts(r, &enqueued, ret, ret_count, f);
}

static void add_bucket(struct metrics_histogram *h, const struct field *field)
{
    const char *name = field->parts[2];
    uint64_t value = field->value > 0 ? (uint64_t)field->value : 0;
    struct fail ignored = { 0 };
    int64_t bucket = 0;

    if (strcmp(name, "sum") == 0) {
        h->sum_us = value;
    } else if (str_to_int(name, 0, METRICS_BUCKETS - 1, "bucket", &bucket, &ignored) == 0) {
        h->buckets[bucket] = value;
    }
}

int queue_metrics_times(struct redis *r, enum metrics_where where, struct metrics_times **ret,
                        size_t *ret_count, struct fail *f)
{
    scoped(fields_done) struct fields fields = { 0 };
    size_t rows = 0;

    TRY(read_fields(r, metrics_keys[where], 3, &fields, f));
    struct metrics_times *times = calloc(fields.count + 1, sizeof *times);
    if (times == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < fields.count; i++) {
        const struct field *field = &fields.items[i];
        bool same = rows > 0 && strcmp(times[rows - 1].queue, field->parts[0]) == 0 &&
                    strcmp(times[rows - 1].type, field->parts[1]) == 0;
        rows += same ? 0 : 1;
        copy_part(times[rows - 1].queue, field, 0);
        copy_part(times[rows - 1].type, field, 1);
        add_bucket(&times[rows - 1].histogram, field);
    }
    *ret = times;
    *ret_count = rows;
    return 0;
}

int queue_metrics_safety(struct redis *r, struct metrics_safety *ret, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *stats = NULL;
    scoped(redis_reply_clear_p) redisReply *canary = NULL;
    int64_t now_us;

    TRY(redis_do(r, &stats, f, "GET", "dropship:stat:condemned", NULL));
    TRY(redis_do(r, &canary, f, "HMGET", "dropship:canary", "planted", "back", NULL));
    TRY(reply_want_array(canary, 2, "the canary", f));
    TRY(redis_time_us(r, &now_us, f));
    int64_t planted_ms = reply_int(canary->element[0], -1);
    int64_t back_ms = reply_int(canary->element[1], -1);
    *ret = (struct metrics_safety){ .condemned = reply_int(stats, 0),
                                    .canary_age_us = -1,
                                    .canary_away_us = -1 };
    if (planted_ms >= 0) {
        ret->canary_age_us = now_us > planted_ms * 1000 ? now_us - planted_ms * 1000 : 0;
        ret->canary_away_us = back_ms >= 0 ? back_ms * 1000 : ret->canary_age_us;
    }
    return 0;
}
