/* A job's id is in no index: a key per job would cost every enqueue and every settlement a second write.  What makes up for it:
 * ids of ours tell when the job first runs, and a waiting list is ordered by that time, so some forty probes find the place;
 * and the jobs that stand elsewhere are read in pages that hold Redis up for well under a millisecond each.  A page goes to
 * the client as it is: a script that looks into it costs Redis four times as much as sending it (700 ms per million
 * jobs instead of 180), all of it in making Lua strings. */
#include "common/queue/find.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/id.h"
#include "common/queue/job_layout.h"

enum {
    PAGE_FIRST = 200,
    PAGE_MAX = 4000,
    PAGE_BYTES = 512 * 1024,
    OVERLAP = 32,        /* what others may take out of the middle between two pages */
    BISECT_FROM = 2000,  /* shorter lists are read at once */
    BISECT_SPARE = 2000, /* what workers may take, or give back, between a probe and the reading */
    CLOCK_SPARE_S = 2,   /* enqueuers' clocks differ */
    PASSES = 2
};

struct search {
    struct redis *r;
    const char *jid;
    struct needle needle;
    struct job_entries *out;
    bool near_head;
};

/* Add the entry if it is the job; 1 = it is. */
static int add_if_match(struct search *s, const struct entry_place *place,
                        const redisReply *payload, struct fail *f)
{
    if (!reply_is_text(payload) || !needle_occurs(&s->needle, payload->str, payload->len)) {
        return 0;
    }
    TRY(entries_add(s->out, place, payload->str, payload->len, f));
    if (s->out->items[0].job != NULL && strcmp(s->out->items[0].job->jid, s->jid) == 0) {
        s->out->total = 1;
        return 1;
    }
    job_entries_free(s->out); /* the id stood elsewhere in the payload */
    return 0;
}

size_t page_size_after(const redisReply *page)
{
    size_t bytes = 1, size;

    for (size_t i = 0; i < page->elements; i++) {
        bytes += page->element[i]->len;
    }
    size = page->elements * PAGE_BYTES / bytes;
    return size > PAGE_MAX ? PAGE_MAX : size < 2 * OVERLAP ? (size_t)2 * OVERLAP : size;
}

/* A range of positions of a list (from its head) or set (from its highest score).  What is added there meanwhile moves the rest
 * further away, what leaves the other end moves nothing: no entry slips through between two pages. */
struct range {
    const char *command; /* LRANGE or ZREVRANGE */
    int64_t from, end;   /* INT64_MAX = to the last */
};

static int read_range(struct redis *r, const char *key, const struct range *part, redisReply **ret,
                      struct fail *f)
{
    char start[32], stop[32];

    (void)snprintf(start, sizeof start, "%" PRId64, part->from);
    (void)snprintf(stop, sizeof stop, "%" PRId64, part->end - 1);
    TRY(redis_do(r, ret, f, part->command, key, start, stop, NULL));
    return reply_want_array(*ret, 0, part->command, f);
}

/* *ret_at: where the job was. */
static int find_in_range(struct search *s, const struct entry_place *place,
                         const struct range *range, int64_t *ret_at, struct fail *f)
{
    int64_t size = PAGE_FIRST;
    bool more = true;

    for (int64_t at = range->from; more && at < range->end;) {
        scoped(redis_reply_clear_p) redisReply *page = NULL;

        TRY(read_range(s->r, place->where, &(struct range){ range->command, at, at + size }, &page,
                       f));
        for (size_t i = 0; i < page->elements; i++) {
            int found = add_if_match(s, place, page->element[i], f);

            if (found != 0) {
                *ret_at = at + (int64_t)i;
                return found;
            }
        }
        more = (int64_t)page->elements == size;
        at += size - OVERLAP;
        size = (int64_t)page_size_after(page);
    }
    return 0;
}

static int list_length(struct redis *r, const char *key, int64_t *ret, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    TRY(redis_do(r, &reply, f, "LLEN", key, NULL));
    *ret = reply_int(reply, 0);
    return 0;
}

/* When the job at a place of a list was enqueued; 0 = unknown. */
static int enqueued_at(struct redis *r, const char *key, int64_t at, int64_t *ret_us,
                       struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *payload = NULL;
    struct job_layout layout;
    struct fail ignored;
    char index[32];

    (void)snprintf(index, sizeof index, "%" PRId64, at);
    TRY(redis_do(r, &payload, f, "LINDEX", key, index, NULL));
    *ret_us = reply_is_text(payload) &&
                      job_layout_read(payload->str, payload->len, &layout, &ignored) == 0
                  ? job_read_time(&layout.fields[FIELD_ENQUEUED_AT])
                  : 0;
    return 0;
}

/* How many of the `count` jobs from the head of the list were enqueued after the instant; -1 failed. */
static int64_t count_newer(struct redis *r, const char *key, int64_t count, int64_t at_us,
                           struct fail *f)
{
    int64_t low = 0, high = count;

    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int64_t then_us;

        TRY(enqueued_at(r, key, middle, &then_us, f));
        if (then_us > at_us) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Look where a long list has the jobs of the second that the id tells. */
static int find_by_time(struct search *s, const struct entry_place *place, int64_t *ret_at,
                        struct fail *f)
{
    int64_t second = id_jid_second(s->jid);
    struct range range = { "LRANGE", 0, 0 };
    int64_t count;

    TRY(list_length(s->r, place->where, &count, f));
    if (second == 0 || count < BISECT_FROM) {
        return 0;
    }
    range.from = count_newer(s->r, place->where, count, (second + 1 + CLOCK_SPARE_S) * 1000000, f);
    TRY(range.from);
    range.end = count_newer(s->r, place->where, count, (second - CLOCK_SPARE_S) * 1000000, f);
    TRY(range.end);
    range.from = range.from > BISECT_SPARE ? range.from - BISECT_SPARE : 0;
    range.end += BISECT_SPARE;
    return find_in_range(s, place, &range, ret_at, f);
}

static int find_in_list(struct search *s, const struct entry_place *place, int64_t *ret_at,
                        struct fail *f)
{
    return find_in_range(s, place, &(struct range){ "LRANGE", 0, INT64_MAX }, ret_at, f);
}

static int find_claimed(struct search *s, struct fail *f)
{
    scoped(claim_keys_free) struct claim_keys keys = { .items = NULL };
    int64_t at;
    int found = 0;

    TRY(claim_keys_shown(s->r, &keys, f));
    for (size_t i = 0; i < keys.count && found == 0; i++) {
        char worker[128], queue[JOB_NAME_BYTES];
        struct entry_place place = { JOB_RUNNING, keys.items[i].key, worker, 0 };

        if (claim_key_split(keys.items[i].key, worker, sizeof worker, queue, sizeof queue)) {
            found = find_in_list(s, &place, &at, f);
        }
    }
    return found;
}

typedef int find_list_fn(struct search *s, const struct entry_place *place, int64_t *ret_at,
                         struct fail *f);

static int find_waiting(struct search *s, find_list_fn *look, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *names = NULL;
    int64_t at = 0, count = 0;
    int found = 0;

    TRY(queue_names(s->r, &names, f));
    for (size_t i = 0; i < names->elements && found == 0; i++) {
        char key[QUEUE_KEY_BYTES];
        struct entry_place place = { JOB_WAITING, key, "", 0 };

        queue_key(names->element[i]->str, key);
        found = look(s, &place, &at, f);
        if (found == 1) {
            TRY(list_length(s->r, key, &count, f));
            s->near_head = at < count / 2;
        }
    }
    return found;
}

/* Scores cost more than the entries: they are asked for when the job is found. */
static int read_score(struct search *s, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *score = NULL;
    struct job_entry *e = &s->out->items[0];
    scoped(words_done) struct words w = { .items = NULL };

    words_text(&w, "ZSCORE");
    words_text(&w, e->where);
    words_add(&w, e->payload, e->payload_bytes);
    TRY(words_call(s->r, &w, &score, f));
    e->at_us = entries_score_us(score);
    return 1;
}

static int find_in_set(struct search *s, enum job_state state, const char *set, struct fail *f)
{
    struct entry_place place = { state, set, "", 0 };
    struct range range = { "ZREVRANGE", 0, INT64_MAX };
    int64_t at;
    int found = find_in_range(s, &place, &range, &at, f);

    return found == 1 ? read_score(s, f) : found;
}

/* The quick looks first. */
static int find_anywhere(struct search *s, struct fail *f)
{
    int found = find_claimed(s, f);

    if (found == 0) {
        found = find_waiting(s, find_by_time, f);
    }
    if (found == 0) {
        found = find_in_set(s, JOB_RETRY, KEY_RETRY, f);
    }
    if (found == 0) {
        found = find_in_set(s, JOB_DEAD, KEY_DEAD, f);
    }
    if (found == 0) {
        found = find_in_set(s, JOB_SCHEDULED, KEY_SCHEDULE, f);
    }
    if (found == 0) {
        found = find_waiting(s, find_in_list, f);
    }
    return found;
}

static bool has_moved(const struct queue_stats *before, const struct queue_stats *after)
{
    return before->processed != after->processed || before->waiting != after->waiting ||
           before->running != after->running || before->scheduled != after->scheduled ||
           before->retry != after->retry || before->dead != after->dead;
}

/* A job may move behind the search's back, but hardly twice: when anything has moved, look again. */
static int find_in_passes(struct search *s, struct fail *f)
{
    struct queue_stats before, after;
    int found = 0;

    TRY(queue_stats(s->r, &before, f));
    for (int pass = 0; pass < PASSES && found == 0; pass++) {
        found = find_anywhere(s, f);
        if (found != 0) {
            break;
        }
        TRY(queue_stats(s->r, &after, f));
        if (!has_moved(&before, &after)) {
            break;
        }
    }
    return found;
}

int find_job(struct redis *r, const char *jid, struct job_entries *ret, struct found_place *place,
             struct fail *f)
{
    scoped(job_entries_free) struct job_entries entries = { .items = NULL };
    struct search search = { .r = r, .jid = jid, .out = &entries };
    int found;

    if (jid[0] == '\0' || strlen(jid) >= JOB_JID_BYTES) {
        return fail_set(f, FAIL_INPUT, "a job id has 1 to %d characters", JOB_JID_BYTES - 1);
    }
    needle_init(&search.needle, jid);
    found = find_in_passes(&search, f);
    TRY(found);
    if (found == 0) {
        return fail_set(f, FAIL_MISSING, "no job %s in any queue or set; it may have finished",
                        jid);
    }
    place->near_head = search.near_head;
    *ret = entries;
    entries = (struct job_entries){ .items = NULL };
    return 0;
}

int queue_find(struct redis *r, const char *jid, struct job_entries *ret, struct fail *f)
{
    struct found_place place;

    return find_job(r, jid, ret, &place, f);
}
