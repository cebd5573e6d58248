#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/queue/queue_priv.h"
#include "common/redis/redis_backoff.h"
#include "queue_lua.h"

enum {
    RECOVERIES_MAX = 3,
    COUNTER_TTL_S = 72 * 3600,
    /* a worker may be in the longest pause between two tries to connect, and renews a bit later */
    WAIT_MIN_MS = REDIS_BACKOFF_MAX_MS + 2000,
    PAUSE_MIN_MS = 1000,
    DEAD_MAX = 100000,
    DEAD_TTL_S = 180 * 24 * 3600,
    TRIM_PAGE = 1000,
    TRIM_PAGES_MAX = 100
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
    int failures;

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
    const struct job_failure lost = {
        .queue = o->queue, .error_class = "WorkerLost", .error_message = why, .at_us = now_us
    };
    return job_mark_failed(job, &lost, out, &failures, f);
}

/* 1 = buried, 0 = it was not there any more. */
static int bury_one(struct redis *r, const struct orphan *o, const redisReply *payload,
                    int64_t now_us, struct fail *f)
{
    scoped(str_done) struct str next;
    scoped(words_done) struct words w = { .keys = 2 };
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
    add_job_lock(&w, payload->str, payload->len);
    TRY(words_script(r, &lua_bury, &w, &reply, f));
    return reply_int(reply_at(reply, 0), 0) != 0 ? 1 : 0;
}

/* Longest pause between two looks. */
static int64_t pause_ms(int64_t lease_ms)
{
    int64_t half_ms = lease_ms / 2;

    return lease_ms == 0 || half_ms > PAUSE_MIN_MS ? half_ms : PAUSE_MIN_MS;
}

static int watch(struct redis *r, struct recovery *recovery, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 1 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    int64_t wait_ms = recovery->lease_ms > WAIT_MIN_MS ? recovery->lease_ms : WAIT_MIN_MS;

    words_text(&w, KEY_WATCH);
    words_addf(&w, "%" PRId64, pause_ms(recovery->lease_ms));
    words_addf(&w, "%" PRId64, wait_ms);
    TRY(words_script(r, &lua_watch, &w, &reply, f));
    recovery->wait_ms = reply_int(reply, 0);
    return 0;
}

static int recover_list(struct redis *r, const struct orphan *o, int64_t now_us,
                        struct recovery *ret, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 7 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    const redisReply *condemned;
    bool counts = strcmp(o->queue, CANARY_QUEUE) != 0;

    words_text(&w, o->key);
    words_addf(&w, KEY_LEASE "%s", o->identity);
    words_addf(&w, KEY_QUEUE "%s", o->queue);
    words_text(&w, "queues");
    words_text(&w, KEY_SUSPECTS);
    words_text(&w, KEY_WATCH);
    words_text(&w, KEY_LISTS);
    words_text(&w, o->queue);
    words_addf(&w, "%d", counts ? RECOVERIES_MAX : 0);
    words_addf(&w, "%d", COUNTER_TTL_S);
    words_addf(&w, "%" PRId64, pause_ms(ret->lease_ms));
    TRY(words_script(r, &lua_recover, &w, &reply, f));
    TRY(reply_want_array(reply, 3, "a recovery", f));
    if (!counts) {
        return 0;
    }
    ret->lists += reply_int(reply->element[0], 0);
    ret->recovered += reply_int(reply->element[1], 0);
    condemned = reply->element[2];
    for (size_t i = 0; i < condemned->elements; i++) {
        int buried = bury_one(r, o, condemned->element[i], now_us, f);
        TRY(buried);
        ret->condemned += buried;
    }
    return 0;
}

/* One step of keeping `dead` within its limits; what is thrown away is counted. */
static int trim_once(struct redis *r, int64_t *ret_dropped, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 1 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    words_text(&w, KEY_DEAD);
    words_addf(&w, "%d", DEAD_MAX);
    words_addf(&w, "%d", DEAD_TTL_S);
    words_addf(&w, "%d", TRIM_PAGE);
    TRY(words_script(r, &lua_trim_dead, &w, &reply, f));
    *ret_dropped = reply_int(reply, 0);
    return 0;
}

/* Jobs can die faster than one page a round. */
static int trim_dead(struct redis *r, struct fail *f)
{
    int64_t dropped = TRIM_PAGE;

    for (int i = 0; i < TRIM_PAGES_MAX && dropped == TRIM_PAGE; i++) {
        TRY(trim_once(r, &dropped, f));
    }
    return 0;
}

enum { FORGET_MAX = 500 };

/* Those of the lists that were empty when they were read, so many at a time. */
static int forget_lists(struct redis *r, const struct claim_keys *keys, size_t *at, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 1 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    words_text(&w, KEY_LISTS);
    while (*at < keys->count && w.count < 2 * (size_t)FORGET_MAX) {
        const struct claim_key *list = &keys->items[(*at)++];
        struct orphan o = { .key = list->key };

        if (list->length == 0 &&
            claim_key_split(o.key, o.identity, sizeof o.identity, o.queue, sizeof o.queue)) {
            words_text(&w, o.key);
            words_addf(&w, KEY_LEASE "%s", o.identity);
        }
    }
    return w.count > 1 ? words_script(r, &lua_lists_forget, &w, &reply, f) : 0;
}

/* A list that was empty when the lists were read is left alone: a process that lost its lease and does not know it may claim
 * meanwhile what was just given back, and a job must not be taken away thrice, and condemned, in one round. */
static int recover_lists(struct redis *r, const struct claim_keys *keys, int64_t now_us,
                         struct recovery *ret, struct fail *f)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct orphan o = { .key = keys->items[i].key };

        if (keys->items[i].length > 0 &&
            claim_key_split(o.key, o.identity, sizeof o.identity, o.queue, sizeof o.queue)) {
            TRY(recover_list(r, &o, now_us, ret, f));
        }
    }
    for (size_t at = 0; at < keys->count;) {
        TRY(forget_lists(r, keys, &at, f));
    }
    return 0;
}

int queue_recover(struct redis *r, int64_t now_us, struct recovery *ret, struct fail *f)
{
    scoped(claim_keys_free) struct claim_keys keys = { .items = NULL };

    ret->wait_ms = 0;
    if (ret->lease_ms > 0) {
        TRY(watch(r, ret, f));
    }
    if (ret->search_ms >= 0) {
        TRY(claim_keys_search(r, ret->search_ms > 0 ? ret->search_ms : LISTS_SEARCH_EVERY_MS,
                              &ret->found, f));
    }
    if (ret->wait_ms == 0) {
        TRY(claim_keys_read(r, CLAIM_GONE, KEY_LEASE, &keys, f));
        TRY(recover_lists(r, &keys, now_us, ret, f));
    }
    return trim_dead(r, f);
}
