#include <stdio.h>
#include <string.h>

#include "common/queue/queue_priv.h"
#include "queue_lua.h"

enum {
    RECOVERIES_MAX = 3,
    COUNTER_TTL_S = 72 * 3600,
    DEAD_MAX = 100000,
    DEAD_TTL_S = 180 * 24 * 3600
};

/* One claim list and whose it is. */
struct orphan {
    const char *key;
    char identity[128];
    char queue[JOB_NAME_BYTES];
};

/* The form a condemned payload has in `dead`: with the reason, or unchanged when it is not a
 * job. */
static int condemn(const struct orphan *o, const redisReply *payload, int64_t now_us,
                   struct str *out, struct fail *f)
{
    scoped(job_free_p) struct job *job = NULL;
    char why[200];
    int ignored;

    if (job_parse(payload->str, payload->len, &job, f) < 0) {
        if (f->kind != FAIL_INPUT) {
            return -1;
        }
        str_add_bytes(out, payload->str, payload->len);
        return str_ok(out, f);
    }
    (void)snprintf(why, sizeof why,
                   "its worker vanished %d times while this job was claimed (last: %s)",
                   RECOVERIES_MAX, o->identity);
    return job_mark_failed(job, o->queue, "WorkerLost", why, now_us, out, &ignored, f);
}

/* A timetable job that died must not keep its next slot from being pushed; entries are named after
 * their job's class. */
static void free_slot(struct redis *r, const redisReply *payload)
{
    scoped(job_free_p) struct job *job = NULL;
    struct fail ignored; /* the marker has a TTL */

    if (job_parse(payload->str, payload->len, &job, &ignored) == 0 && job->type[0] != '\0' &&
        job->jid[0] != '\0') {
        (void)!queue_slot_done(r, job->type, job->jid, &ignored);
    }
}

static int bury_one(struct redis *r, const struct orphan *o, const redisReply *payload,
                    int64_t now_us, int64_t *buried, struct fail *f)
{
    scoped(str_done) struct str next;
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    char score[SCORE_BYTES];

    str_init(&next, payload->len + 2 * JOB_MAX_BYTES);
    TRY(condemn(o, payload, now_us, &next, f));
    queue_score(now_us + queue_jitter_us(), score);
    words_text(&w, o->key);
    words_text(&w, KEY_DEAD);
    words_text(&w, "dropship:stat:condemned");
    words_text(&w, score);
    words_add(&w, payload->str, payload->len);
    words_add(&w, next.data, next.len);
    TRY(words_script(r, &lua_bury, 2, &w, &reply, f));
    if (reply_int(reply_at(reply, 0), 0) == 1) {
        *buried += 1;
        free_slot(r, payload);
    }
    return 0;
}

static int recover_list(struct redis *r, const struct orphan *o, int64_t now_us,
                        struct recovery *ret, struct fail *f)
{
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    const redisReply *condemned;

    words_text(&w, o->key);
    words_addf(&w, KEY_LEASE "%s", o->identity);
    words_addf(&w, KEY_QUEUE "%s", o->queue);
    words_text(&w, "queues");
    words_text(&w, KEY_SUSPECTS);
    words_text(&w, o->queue);
    words_addf(&w, "%d", RECOVERIES_MAX);
    words_addf(&w, "%d", COUNTER_TTL_S);
    TRY(words_script(r, &lua_recover, 5, &w, &reply, f));
    TRY(reply_want_array(reply, 3, "a recovery", f));
    ret->lists += reply_int(reply->element[0], 0);
    ret->recovered += reply_int(reply->element[1], 0);
    condemned = reply->element[2];
    for (size_t i = 0; i < condemned->elements; i++) {
        TRY(bury_one(r, o, condemned->element[i], now_us, &ret->condemned, f));
    }
    return 0;
}

/* Keep `dead` within its limits; what is thrown away is counted. */
static int trim_dead(struct redis *r, struct fail *f)
{
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    words_text(&w, KEY_DEAD);
    words_addf(&w, "%d", DEAD_MAX);
    words_addf(&w, "%d", DEAD_TTL_S);
    return words_script(r, &lua_trim_dead, 1, &w, &reply, f);
}

int queue_recover(struct redis *r, int64_t now_us, struct recovery *ret, struct fail *f)
{
    scoped(claim_keys_free) struct claim_keys keys = { .items = NULL };

    TRY(claim_keys_scan(r, &keys, f));
    for (size_t i = 0; i < keys.count; i++) {
        struct orphan o = { .key = keys.items[i] };

        if (claim_key_split(o.key, o.identity, sizeof o.identity, o.queue, sizeof o.queue)) {
            TRY(recover_list(r, &o, now_us, ret, f));
        }
    }
    return trim_dead(r, f);
}
