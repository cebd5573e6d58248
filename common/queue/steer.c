#include <stdio.h>
#include <string.h>

#include "common/queue/entries.h"
#include "queue_lua.h"

enum { BULK_PAGE = 200, SCORE_TEXT_BYTES = 48 };

static int moved_meanwhile(const char *jid, struct fail *f)
{
    return fail_set(f, FAIL_CONFLICT, "job %s has just moved; look again", jid);
}

/* Entries of one set on their way to their queues: words of promote.lua. */
struct move {
    struct words words;
    int64_t now_us;
    size_t count;
};

static void move_done(struct move *m)
{
    words_done(&m->words);
}

static int move_init(struct redis *r, struct move *m, const char *set, struct fail *f)
{
    TRY(redis_time_us(r, &m->now_us, f));
    words_text(&m->words, set);
    words_text(&m->words, KEY_DEAD);
    words_text(&m->words, "queues");
    return 0;
}

/* 1 = added; 0 = the entry has no usable queue. */
static int move_add(struct move *m, const struct job_entry *e, struct fail *f)
{
    scoped(str_done) struct str next;
    struct fail why;

    str_init(&next, e->payload_bytes + 256);
    if (e->job == NULL || job_check_name(e->job->queue, "queue", &why) < 0) {
        return 0;
    }
    TRY(job_mark_enqueued(e->job, m->now_us, e->state != JOB_SCHEDULED, &next, f));
    words_text(&m->words, e->job->queue);
    words_text(&m->words, "0");
    words_add(&m->words, e->payload, e->payload_bytes);
    words_addf(&m->words, "%s", next.data);
    m->count++;
    return 1;
}

/* *ret_moved: those that were still there. */
static int move_run(struct redis *r, const struct move *m, int64_t *ret_moved, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    *ret_moved = 0;
    if (m->count == 0) {
        return 0;
    }
    TRY(words_script(r, &lua_promote, 3, &m->words, &reply, f));
    *ret_moved = reply_int(reply, 0);
    return 0;
}

int queue_retry(struct redis *r, const char *jid, struct fail *f)
{
    scoped(job_entries_free) struct job_entries found = { .items = NULL };
    scoped(move_done) struct move move = { .count = 0 };
    int64_t moved;
    int added;

    TRY(queue_find(r, jid, &found, f));
    if (found.items[0].state == JOB_WAITING || found.items[0].state == JOB_RUNNING) {
        return fail_set(f, FAIL_CONFLICT, "job %s is %s already", jid,
                        job_state_names[found.items[0].state]);
    }
    TRY(move_init(r, &move, found.items[0].where, f));
    added = move_add(&move, &found.items[0], f);
    TRY(added);
    if (added == 0) {
        return fail_set(f, FAIL_INPUT, "job %s names no usable queue", jid);
    }
    TRY(move_run(r, &move, &moved, f));
    return moved == 1 ? 0 : moved_meanwhile(jid, f);
}

/* A walk through a sorted set by rising score.  What is moved away, and what others add or take,
 * does not shift what is still to come. */
struct walk {
    struct entry_place place;
    const char *queue; /* NULL = all */
    char from[SCORE_TEXT_BYTES];
    char last[SCORE_TEXT_BYTES]; /* highest score at the start */
    size_t skip;                 /* entries of score `from` that were seen and stay */
    int64_t began_us;
};

/* false in *ret_any: the set is empty. */
static int walk_start(struct redis *r, struct walk *walk, bool *ret_any, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *highest = NULL;

    TRY(redis_time_us(r, &walk->began_us, f));
    TRY(redis_do(r, &highest, f, "ZREVRANGE", walk->place.where, "0", "0", "WITHSCORES", NULL));
    *ret_any = reply_is_text(reply_at(highest, 1)) &&
               str_fit(walk->last, sizeof walk->last, highest->element[1]->str);
    (void)str_fit(walk->from, sizeof walk->from, "-inf");
    return 0;
}

static int walk_read(struct redis *r, const struct walk *walk, redisReply **ret, struct fail *f)
{
    scoped(words_done) struct words w = { .items = NULL };

    words_text(&w, "ZRANGEBYSCORE");
    words_text(&w, walk->place.where);
    words_text(&w, walk->from);
    words_text(&w, walk->last);
    words_text(&w, "WITHSCORES");
    words_text(&w, "LIMIT");
    words_addf(&w, "%zu", walk->skip);
    words_addf(&w, "%d", BULK_PAGE);
    TRY(words_call(r, &w, ret, f));
    return reply_want_array(*ret, 0, "ZRANGEBYSCORE", f);
}

/* Not what this walk has moved itself, and what has failed again since. */
static bool walk_wants(const struct walk *walk, const struct job_entry *e)
{
    return e->job != NULL && e->job->enqueued_us < walk->began_us &&
           (walk->queue == NULL || strcmp(e->job->queue, walk->queue) == 0);
}

/* Pass an entry; stays: it is still there when the next page is read. */
static void walk_pass(struct walk *walk, const char *score, bool stays)
{
    if (strcmp(walk->from, score) != 0) {
        (void)str_fit(walk->from, sizeof walk->from, score);
        walk->skip = 0;
    }
    walk->skip += stays ? 1 : 0;
}

/* Move what is wanted of one page. */
static int walk_page(struct redis *r, struct walk *walk, const redisReply *page, int64_t *ret_moved,
                     struct fail *f)
{
    scoped(job_entries_free) struct job_entries entries = { .items = NULL };
    scoped(move_done) struct move move = { .count = 0 };

    TRY(move_init(r, &move, walk->place.where, f));
    for (size_t i = 0; i + 1 < page->elements; i += 2) {
        const redisReply *payload = page->element[i];
        const struct job_entry *e;
        int added;

        TRY(entries_add(&entries, &walk->place, payload->str, payload->len, f));
        e = &entries.items[entries.count - 1];
        added = walk_wants(walk, e) ? move_add(&move, e, f) : 0;
        TRY(added);
        walk_pass(walk, page->element[i + 1]->str, added == 0);
    }
    return move_run(r, &move, ret_moved, f);
}

int queue_retry_all(struct redis *r, enum job_state from, const char *queue, int64_t *ret_moved,
                    struct fail *f)
{
    struct walk walk = {
        .place = { from, from == JOB_DEAD ? KEY_DEAD : KEY_RETRY, "", 0 },
        .queue = queue,
    };
    int64_t all = 0;
    bool more;

    if (from != JOB_DEAD && from != JOB_RETRY) {
        return fail_set(f, FAIL_INPUT, "only retry and dead jobs can be run again");
    }
    TRY(walk_start(r, &walk, &more, f));
    while (more) {
        scoped(redis_reply_clear_p) redisReply *page = NULL;
        int64_t moved;

        TRY(walk_read(r, &walk, &page, f));
        TRY(walk_page(r, &walk, page, &moved, f));
        all += moved;
        more = page->elements / 2 == BULK_PAGE;
    }
    *ret_moved = all;
    return 0;
}

/* Find a job that may be taken away from where it is. */
static int find_idle(struct redis *r, const char *jid, struct job_entries *ret, struct fail *f)
{
    TRY(queue_find(r, jid, ret, f));
    if (ret->items[0].state == JOB_RUNNING) {
        return fail_set(f, FAIL_CONFLICT, "job %s is running", jid);
    }
    return 0;
}

int queue_kill(struct redis *r, const char *jid, struct fail *f)
{
    scoped(job_entries_free) struct job_entries found = { .items = NULL };
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    const struct job_entry *e;
    char score[SCORE_BYTES];
    int64_t now_us;

    TRY(find_idle(r, jid, &found, f));
    e = &found.items[0];
    if (e->state == JOB_DEAD) {
        return fail_set(f, FAIL_CONFLICT, "job %s is dead already", jid);
    }
    TRY(redis_time_us(r, &now_us, f));
    queue_score(now_us + queue_jitter_us(), score);
    words_text(&w, e->where);
    words_text(&w, KEY_DEAD);
    words_text(&w, "");
    words_text(&w, score);
    words_add(&w, e->payload, e->payload_bytes);
    words_add(&w, e->payload, e->payload_bytes);
    add_job_lock(&w, e->payload, e->payload_bytes);
    TRY(words_script(r, &lua_bury, 2, &w, &reply, f));
    if (reply_int(reply_at(reply, 0), 0) != 1) {
        return moved_meanwhile(jid, f);
    }
    return 0;
}

int queue_delete(struct redis *r, const char *jid, struct fail *f)
{
    scoped(job_entries_free) struct job_entries found = { .items = NULL };
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    const struct job_entry *e;
    struct fail ignored; /* a lock has a TTL */

    TRY(find_idle(r, jid, &found, f));
    e = &found.items[0];
    words_text(&w, e->state == JOB_WAITING ? "LREM" : "ZREM");
    words_text(&w, e->where);
    if (e->state == JOB_WAITING) {
        words_text(&w, "-1");
    }
    words_add(&w, e->payload, e->payload_bytes);
    TRY(words_call(r, &w, &reply, f));
    if (reply_int(reply, 0) != 1) {
        return moved_meanwhile(jid, f);
    }
    (void)!queue_lock_release(r, e->payload, e->payload_bytes, &ignored);
    return 0;
}

int queue_pause(struct redis *r, const char *queue, bool paused, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    TRY(job_check_name(queue, "queue", f));
    return redis_do(r, &reply, f, paused ? "SADD" : "SREM", "paused", queue, NULL);
}
