#include "tests/interleave/census.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/interleave/canon.h"

enum { ROUNDS_MAX = 20 };

static const char look[] = "local out = {} local keys = redis.call('KEYS', '*') table.sort(keys) "
                           "for _, k in ipairs(keys) do "
                           "  local t, v = redis.call('TYPE', k).ok "
                           "  if t == 'list' then v = redis.call('LRANGE', k, 0, -1) "
                           "  elseif t == 'zset' then v = redis.call('ZRANGE', k, 0, -1) "
                           "  elseif t == 'set' then v = redis.call('SMEMBERS', k) table.sort(v) "
                           "  elseif t == 'string' then v = { redis.call('GET', k) } "
                           "  else v = redis.call('HGETALL', k) end "
                           "  out[#out + 1] = k out[#out + 1] = v "
                           "end return out";

/* ---- reading ---- */

static void count_job(struct census *c, const char *key, const char *payload)
{
    const char *jid = strstr(payload, "\"jid\":\"");

    if (jid != NULL) {
        int job = jid[7] - 'a';

        c->places[job]++;
        (void)snprintf(c->place[job], PLACE_BYTES, "%s", key);
    }
}

static void read_number(struct census *c, const char *key, const char *text)
{
    static const struct {
        const char *key;
        size_t offset;
    } numbers[] = {
        { "stat:processed", offsetof(struct census, processed) },
        { "stat:failed", offsetof(struct census, failed) },
        { "dropship:stat:fenced", offsetof(struct census, fenced) },
        { "dropship:stat:recovered", offsetof(struct census, recovered) },
        { "dropship:stat:condemned", offsetof(struct census, condemned) },
    };

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        if (strcmp(key, numbers[i].key) == 0) {
            *(long long *)(void *)((char *)c + numbers[i].offset) = strtoll(text, NULL, 10);
        }
    }
    for (int w = 0; w < WORKERS; w++) {
        if (strncmp(key, "dropship:lease:", 15) == 0 && strcmp(key + 15, worker_identity(w)) == 0) {
            c->lease[w] = true;
        }
    }
}

/* A lease's value is the time of its renewal, and nobody reads it. */
static uint64_t digest_key(uint64_t digest, const char *key, const redisReply *values)
{
    digest = canon_digest(digest, key, strlen(key) + 1);
    for (size_t i = 0; i < values->elements && strncmp(key, "dropship:lease:", 15) != 0; i++) {
        digest = canon_digest(digest, values->element[i]->str, values->element[i]->len + 1);
    }
    return digest;
}

void census_take(redisContext *redis, struct census *ret)
{
    redisReply *reply = redisCommand(redis, "EVAL %s 0", look);
    size_t mark = canon_mark();

    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY) {
        (void)fprintf(stderr, "census: %s\n", reply == NULL ? redis->errstr : reply->str);
        abort();
    }
    *ret = (struct census){ .digest = 1 };
    for (size_t i = 0; i + 1 < reply->elements; i += 2) {
        const char *key = reply->element[i]->str;
        const redisReply *values = reply->element[i + 1];

        ret->digest = digest_key(ret->digest, key, values);
        for (size_t v = 0; v < values->elements; v++) {
            count_job(ret, key, values->element[v]->str);
        }
        if (values->elements == 1) {
            read_number(ret, key, values->element[0]->str);
        }
    }
    canon_release(mark);
    freeReplyObject(reply);
}

/* ---- judging ---- */

const char *census_accounts(const struct census *now)
{
    int missing = 0;

    for (int job = 0; job < JOBS; job++) {
        if (now->places[job] > 1) {
            return "a job is in two places";
        }
        missing += now->places[job] == 0;
    }
    if (missing > now->processed - now->failed) {
        return "a job is nowhere and was not counted as done";
    }
    return missing < now->processed - now->failed ? "a job was done twice" : NULL;
}

static bool is_claimed(const char *place)
{
    return strncmp(place, "dropship:claimed:", 17) == 0;
}

/* Whose claim list a place is; -1 = nobody's of the scene. */
static int owner_of(const char *place)
{
    for (int w = 0; w < WORKERS; w++) {
        if (is_claimed(place) &&
            strncmp(place + 17, worker_identity(w), strlen(worker_identity(w))) == 0) {
            return w;
        }
    }
    return -1;
}

/* Moves of jobs from a claim list to the queue. */
static long long given_back(const struct census *before, const struct census *after)
{
    long long count = 0;

    for (int job = 0; job < JOBS; job++) {
        count += is_claimed(before->place[job]) && strcmp(after->place[job], "queue:q") == 0;
    }
    return count;
}

static const char *judge_move(const char *from, const char *to, int actor, char phase,
                              const struct census *before)
{
    int owner = owner_of(from);

    if (phase == 's' && owner != actor) {
        return "a stale settlement moved a job";
    }
    if (phase == 'c' && owner != actor && strcmp(from, "queue:q") != 0) {
        return "a claim took a job that was not waiting";
    }
    if (phase == 'c' && owner_of(to) != actor && strcmp(to, "queue:q") != 0) {
        return "a claim put a job into another's list";
    }
    if (phase == 'r' && !is_claimed(from)) {
        return "recovery moved a job that nobody had claimed";
    }
    if (phase == 'r' && owner >= 0 && before->lease[owner]) {
        return "recovery took a job from a living worker";
    }
    if (phase == 'p' && strcmp(from, "retry") != 0 && strcmp(from, "schedule") != 0) {
        return "promotion moved a job that was not delayed";
    }
    return phase == 'h' || phase == ' ' ? "a job moved by itself" : NULL;
}

const char *census_allows(const struct census *before, const struct census *after, int actor,
                          char phase)
{
    long long recovered = after->recovered - before->recovered;
    int moved = 0;

    for (int job = 0; job < JOBS; job++) {
        const char *why = NULL;

        if (strcmp(before->place[job], after->place[job]) != 0) {
            moved++;
            why = judge_move(before->place[job], after->place[job], actor, phase, before);
        }
        if (why != NULL) {
            return why;
        }
    }
    if (recovered != (phase == 'r' ? given_back(before, after) : 0)) {
        return "recovery counted something else than what it gave back";
    }
    if (after->processed - before->processed > moved) {
        return "a settlement counted more jobs than it moved";
    }
    return after->condemned - before->condemned > (phase == 'r' ? moved : 0)
               ? "condemned more than was buried"
               : NULL;
}

/* ---- the end ---- */

static void settle_all(struct redis *queue, const struct claim_list *list)
{
    struct claim_request request = { .list = list, .max = JOBS };
    struct claimed jobs = { .count = 0 };
    struct settlement batch[JOBS] = { { .kind = SETTLE_DONE } };
    struct fail f;

    if (queue_claim(queue, &request, &jobs, &f) < 0) {
        return; /* the census tells */
    }
    for (size_t i = 0; i < jobs.count; i++) {
        batch[i] = (struct settlement){ .kind = SETTLE_DONE };
        batch[i].payload = claimed_payload(&jobs, i, &batch[i].payload_bytes);
    }
    (void)!queue_settle(queue, list, &(struct settle_batch){ batch, jobs.count, 1000000 }, &f);
    claimed_done(&jobs);
}

static bool is_over(const struct census *c)
{
    for (int job = 0; job < JOBS; job++) {
        if (c->places[job] > 0 && strcmp(c->place[job], "dead") != 0) {
            return false;
        }
    }
    return true;
}

const char *census_drains(redisContext *redis, struct redis *queue, struct census *ret)
{
    struct claim_list list;
    int64_t moved, next_ms;
    struct fail f;

    freeReplyObject(redisCommand(redis, "DEL dropship:lease:%s dropship:lease:%s",
                                 worker_identity(0), worker_identity(1)));
    freeReplyObject(redisCommand(redis, "SET dropship:lease:end:1:cccccccccccc 1"));
    queue_claim_list("end:1:cccccccccccc", "q", 1, &list);
    for (int i = 0; i < ROUNDS_MAX; i++) {
        struct recovery recovery = { .search_ms = -1 }; /* the index alone must do */

        if (queue_recover(queue, SCENE_NOW_US, &recovery, &f) < 0 ||
            queue_promote(queue, 10, &moved, &next_ms, &f) < 0) {
            return "the queue does not work any more";
        }
        settle_all(queue, &list);
        census_take(redis, ret);
        if (census_accounts(ret) != NULL || is_over(ret)) {
            return census_accounts(ret);
        }
    }
    return "a job is stuck";
}
