#include <stdio.h>
#include <string.h>

#include "common/queue/entries.h"
#include "queue_lua.h"

enum { BULK_PAGE = 100 };

static int moved_meanwhile(const char *jid, struct fail *f)
{
    return fail_set(f, FAIL_CONFLICT, "job %s has just moved; look again", jid);
}

/* A killed or deleted timetable job must not hold up its next slot. */
static void free_slot(struct redis *r, const struct job *job)
{
    struct fail ignored; /* the marker has a TTL */

    if (job != NULL && job->type[0] != '\0' && job->jid[0] != '\0') {
        (void)!queue_slot_done(r, job->type, job->jid, &ignored);
    }
}

/* Words of promote.lua for one entry.  1 = added; 0 = it has no usable queue. */
static int add_move(struct words *w, const struct job_entry *e, int64_t now_us, struct str *next,
                    struct fail *f)
{
    struct fail why;

    if (e->job == NULL || job_check_name(e->job->queue, "queue", &why) < 0) {
        return 0;
    }
    TRY(job_mark_enqueued(e->job, now_us, e->state != JOB_SCHEDULED, next, f));
    words_text(w, e->job->queue);
    words_text(w, "0");
    words_add(w, e->payload, e->payload_bytes);
    words_addf(w, "%s", next->data);
    return 1;
}

/* Move entries of one set to their queues.  *ret_tried: those that could be; *ret_moved: those that
 * were still there. */
static int move_entries(struct redis *r, const struct job_entry *items, size_t count,
                        size_t *ret_tried, int64_t *ret_moved, struct fail *f)
{
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    int64_t now_us;

    *ret_tried = 0;
    *ret_moved = 0;
    TRY(redis_time_us(r, &now_us, f));
    words_text(&w, items[0].where);
    words_text(&w, KEY_DEAD);
    words_text(&w, "queues");
    for (size_t i = 0; i < count; i++) {
        scoped(str_done) struct str next;
        int added;

        str_init(&next, items[i].payload_bytes + 256);
        added = add_move(&w, &items[i], now_us, &next, f);
        TRY(added);
        *ret_tried += (size_t)added;
    }
    if (*ret_tried == 0) {
        return 0;
    }
    TRY(words_script(r, &lua_promote, 3, &w, &reply, f));
    *ret_moved = reply_int(reply, 0);
    return 0;
}

int queue_retry(struct redis *r, const char *jid, struct fail *f)
{
    scoped(job_entries_free) struct job_entries found = { .items = NULL };
    size_t tried;
    int64_t moved;

    TRY(queue_find(r, jid, &found, f));
    if (found.items[0].state == JOB_WAITING || found.items[0].state == JOB_RUNNING) {
        return fail_set(f, FAIL_CONFLICT, "job %s is %s already", jid,
                        job_state_names[found.items[0].state]);
    }
    TRY(move_entries(r, &found.items[0], 1, &tried, &moved, f));
    if (tried == 0) {
        return fail_set(f, FAIL_INPUT, "job %s names no usable queue", jid);
    }
    return moved == 1 ? 0 : moved_meanwhile(jid, f);
}

/* Bounded by what is there at the start: jobs that fail again meanwhile are not taken twice. */
int queue_retry_all(struct redis *r, enum job_state from, const char *queue, int64_t *ret_moved,
                    struct fail *f)
{
    int64_t total = 0, seen = 0, all = 0;
    size_t stay = 0; /* entries that cannot be moved are passed over */

    if (from != JOB_DEAD && from != JOB_RETRY) {
        return fail_set(f, FAIL_INPUT, "only retry and dead jobs can be run again");
    }
    do {
        scoped(job_entries_free) struct job_entries page = { .items = NULL };
        size_t tried;
        int64_t moved;

        TRY(queue_jobs(r, from, queue, stay, BULK_PAGE, &page, f));
        if (page.count == 0) {
            break;
        }
        total = seen == 0 ? page.total : total;
        TRY(move_entries(r, page.items, page.count, &tried, &moved, f));
        seen += (int64_t)page.count;
        stay += page.count - tried;
        all += moved;
    } while (seen < total);
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
    TRY(words_script(r, &lua_bury, 2, &w, &reply, f));
    if (reply_int(reply_at(reply, 0), 0) != 1) {
        return moved_meanwhile(jid, f);
    }
    free_slot(r, e->job);
    return 0;
}

int queue_delete(struct redis *r, const char *jid, struct fail *f)
{
    scoped(job_entries_free) struct job_entries found = { .items = NULL };
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    const struct job_entry *e;

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
    free_slot(r, e->job);
    return 0;
}

int queue_pause(struct redis *r, const char *queue, bool paused, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    TRY(job_check_name(queue, "queue", f));
    return redis_do(r, &reply, f, paused ? "SADD" : "SREM", "paused", queue, NULL);
}
