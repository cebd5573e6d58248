#include "common/queue/bulk_priv.h"
#include "common/queue/find.h"

static int moved_meanwhile(const char *jid, struct fail *f)
{
    return fail_set(f, FAIL_CONFLICT, "job %s has just moved; look again", jid);
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
    added = found.items[0].job == NULL
                ? 0
                : move_add(&move, found.items[0].job, found.items[0].state != JOB_SCHEDULED, f);
    TRY(added);
    if (added == 0) {
        return fail_set(f, FAIL_INPUT, "job %s names no usable queue", jid);
    }
    TRY(move_run(r, &move, &moved, f));
    return moved == 1 ? 0 : moved_meanwhile(jid, f);
}

/* Take a job that does not run out of where it is. */
static int end_job(struct redis *r, const char *jid, bool kill, struct fail *f)
{
    scoped(job_entries_free) struct job_entries found = { .items = NULL };
    scoped(strike_done) struct strike strike = { .kill = kill };
    struct found_place place;
    enum strike_from from = STRIKE_SET;
    const struct job_entry *e;
    int64_t ended;

    TRY(find_job(r, jid, &found, &place, f));
    e = &found.items[0];
    if (e->state == JOB_RUNNING) {
        return fail_set(f, FAIL_CONFLICT, "job %s is running", jid);
    }
    if (kill && e->state == JOB_DEAD) {
        return fail_set(f, FAIL_CONFLICT, "job %s is dead already", jid);
    }
    if (e->state == JOB_WAITING) {
        from = place.near_head ? STRIKE_HEAD : STRIKE_TAIL;
    }
    TRY(strike_init(r, &strike, e->where, from, f));
    strike_add(&strike, e->payload, e->payload_bytes);
    TRY(strike_run(r, &strike, &ended, f));
    return ended == 1 ? 0 : moved_meanwhile(jid, f);
}

int queue_kill(struct redis *r, const char *jid, struct fail *f)
{
    return end_job(r, jid, true, f);
}

int queue_delete(struct redis *r, const char *jid, struct fail *f)
{
    return end_job(r, jid, false, f);
}

int queue_pause(struct redis *r, const char *queue, bool paused, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    TRY(job_check_name(queue, "queue", f));
    return redis_do(r, &reply, f, paused ? "SADD" : "SREM", "paused", queue, NULL);
}
