#include "tests/interleave/scene.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define D SETTLE_DONE
#define R SETTLE_RETRY
#define S SETTLE_SNOOZE
#define X SETTLE_DEAD
#define B SETTLE_BACK

/* To add a scene, add a line; the bounds decide how long it takes (the program prints it). */
const struct scene scenes[] = {
    /* Each claims both jobs or one; leases run out while work goes on; stale settlements follow. */
    { .name = "two workers, recovery, expiry",
      .worker_rounds = { 1, 1 },
      .claim_max = 2,
      .outcomes = { D, D },
      .recover_rounds = { 2 },
      .expiries = 2 },
    { .name = "batches as a whole, recovery, expiry",
      .worker_rounds = { 1, 1 },
      .claim_max = 2,
      .whole = true,
      .outcomes = { D, D },
      .recover_rounds = { 2 },
      .expiries = 2 },
    { .name = "batches as a whole, twice",
      .worker_rounds = { 2, 1 },
      .claim_max = 2,
      .whole = true,
      .outcomes = { D, D },
      .recover_rounds = { 2 },
      .expiries = 2,
      .large = true },
    { .name = "one job each, twice",
      .worker_rounds = { 2, 2 },
      .claim_max = 1,
      .whole = true,
      .outcomes = { D, D },
      .recover_rounds = { 1 },
      .expiries = 1 },
    { .name = "kill between any two steps",
      .worker_rounds = { 1, 1 },
      .claim_max = 2,
      .whole = true,
      .outcomes = { D, R },
      .recover_rounds = { 2 },
      .expiries = 1,
      .kills = 1 },
    { .name = "retry and snooze, promotion",
      .worker_rounds = { 1, 1 },
      .claim_max = 2,
      .whole = true,
      .outcomes = { R, S },
      .recover_rounds = { 1 },
      .promote_rounds = { 1 },
      .expiries = 1 },
    { .name = "two promoters of two delayed jobs",
      .worker_rounds = { 1 },
      .claim_max = 2,
      .outcomes = { D, D },
      .promote_rounds = { 2, 1 },
      .delayed = true },
    { .name = "two recoverers",
      .worker_rounds = { 1, 1 },
      .claim_max = 2,
      .whole = true,
      .outcomes = { D, D },
      .recover_rounds = { 1, 1 },
      .expiries = 1 },
    { .name = "given back and dead",
      .worker_rounds = { 2, 1 },
      .claim_max = 2,
      .whole = true,
      .outcomes = { B, X },
      .recover_rounds = { 1 },
      .expiries = 1 },
    { .name = "condemned at the third recovery",
      .worker_rounds = { 1 },
      .claim_max = 2,
      .whole = true,
      .outcomes = { D, D },
      .recover_rounds = { 1, 1 },
      .expiries = 1,
      .recovered_before = 2 },
    { .name = "condemned beside a second worker",
      .worker_rounds = { 1, 1 },
      .claim_max = 2,
      .whole = true,
      .outcomes = { D, D },
      .recover_rounds = { 1, 1 },
      .expiries = 2,
      .recovered_before = 2,
      .large = true },
    { .name = "a lost reply",
      .worker_rounds = { 1, 1 },
      .claim_max = 2,
      .whole = true,
      .outcomes = { D, R },
      .recover_rounds = { 1 },
      .expiries = 1,
      .losses = 1 },
    { .name = "a lease renewed in time, or not",
      .worker_rounds = { 1, 1 },
      .claim_max = 2,
      .whole = true,
      .outcomes = { D, D },
      .recover_rounds = { 2 },
      .renewals = 1,
      .expiries = 1 },
    { .name = "everything",
      .worker_rounds = { 1, 1 },
      .claim_max = 2,
      .whole = true,
      .outcomes = { R, S },
      .recover_rounds = { 1 },
      .promote_rounds = { 1 },
      .expiries = 1,
      .kills = 1,
      .losses = 1,
      .large = true },
};
const size_t scene_count = COUNT_OF(scenes);

const char *worker_identity(int worker)
{
    static const char *const identities[] = { "w0:1:aaaaaaaaaaaa", "w1:1:bbbbbbbbbbbb" };

    return identities[worker];
}

/* ---- the worker: claim, settle, and again ---- */

/* Repeat what failed unless the part is over: a lost reply leaves nobody any wiser. */
static bool again(struct actor *actor)
{
    if (!actor->stopped) {
        actor_reconnect(actor);
    }
    return !actor->stopped;
}

/* A payload's jid is one letter, and its outcome that of the scene until it has failed once. */
static int settlement_of(const struct scene *scene, const char *payload, size_t size_bytes,
                         struct settlement *s, struct str *next)
{
    scoped(job_free_p) struct job *job = NULL;
    struct fail f;
    int ignored;

    if (job_parse(payload, size_bytes, &job, &f) < 0) {
        return -1;
    }
    *s = (struct settlement){ .kind = job->retry_count >= 0 ? SETTLE_DONE
                                                            : scene->outcomes[job->jid[0] - 'a'],
                              .payload = payload,
                              .payload_bytes = size_bytes,
                              .at_us = (1 + 2 * (job->jid[0] - 'a')) * INT64_C(1000000) };
    if (s->kind == SETTLE_DEAD) {
        s->at_us = SCENE_NOW_US;
    }
    if (s->kind == SETTLE_RETRY || s->kind == SETTLE_DEAD) {
        s->counts_as_failed = true;
        TRY(job_mark_failed(job, &(struct job_failure){ "q", "E", "m", 5000000 }, next, &ignored,
                            &f));
    } else {
        str_add_bytes(next, payload, size_bytes);
    }
    s->next = next->data;
    s->next_bytes = next->len;
    return 0;
}

static void settle(struct actor *actor, const struct claim_list *list, struct settlement *batch,
                   size_t count)
{
    const struct scene *scene = actor->scene;
    size_t step = scene->whole ? count : 1;
    struct fail f;

    for (size_t at = 0; at < count && !actor->stopped; at += step) {
        int result;

        do {
            result = scene->whole
                         ? queue_settle_whole(actor->redis, list,
                                              &(struct settle_batch){ batch, count, 1000000 }, &f)
                         : queue_settle(actor->redis, list,
                                        &(struct settle_batch){ batch + at, 1, 1000000 }, &f);
        } while (result < 0 && again(actor));
    }
}

static void work_once(struct actor *actor, unsigned serial)
{
    const struct scene *scene = actor->scene;
    struct claim_list list;
    struct claim_request request = { .list = &list, .max = scene->claim_max };
    struct claimed jobs = { .count = 0 };
    struct settlement batch[JOBS];
    struct str next[JOBS];
    struct fail f;
    int result;

    queue_claim_list(worker_identity(actor->number), "q", serial, &list);
    actor->phase = 'c';
    do {
        result = queue_claim(actor->redis, &request, &jobs, &f);
    } while (result < 0 && again(actor));
    for (size_t i = 0; i < jobs.count; i++) {
        size_t size_bytes;
        const char *payload = claimed_payload(&jobs, i, &size_bytes);

        str_init(&next[i], 4096);
        if (settlement_of(scene, payload, size_bytes, &batch[i], &next[i]) < 0) {
            abort();
        }
    }
    actor->phase = 's';
    settle(actor, &list, batch, jobs.count);
    for (size_t i = 0; i < jobs.count; i++) {
        str_done(&next[i]);
    }
    claimed_done(&jobs);
}

static void play_worker(struct actor *actor)
{
    for (int i = 0; i < actor->rounds && !actor->stopped; i++) {
        work_once(actor, (unsigned)i + 1);
    }
}

/* ---- the others ---- */

static void play_recovery(struct actor *actor)
{
    struct fail f;

    actor->phase = 'r';
    for (int i = 0; i < actor->rounds && !actor->stopped; i++) {
        struct recovery recovery = { .search_ms = -1 }; /* the index alone must do */

        if (queue_recover(actor->redis, SCENE_NOW_US, &recovery, &f) < 0) {
            (void)again(actor);
        }
    }
}

static void play_promotion(struct actor *actor)
{
    int64_t moved, next_ms;
    struct fail f;

    actor->phase = 'p';
    for (int i = 0; i < actor->rounds && !actor->stopped; i++) {
        if (queue_promote(actor->redis, 10, &moved, &next_ms, &f) < 0) {
            (void)again(actor);
        }
    }
}

static void play_heartbeat(struct actor *actor)
{
    struct fail f;

    actor->phase = 'h';
    for (int i = 0; i < actor->rounds && !actor->stopped; i++) {
        if (queue_lease(actor->redis, worker_identity(0), 600000, &f) < 0) {
            (void)again(actor);
        }
    }
}

static void cast(struct gate *gate, int *number, const struct scene *scene, actor_program *program,
                 int rounds)
{
    struct actor *actor = &gate->actors[*number];

    if (rounds > 0 || *number < WORKERS) {
        actor->program = rounds > 0 ? program : NULL;
        actor->scene = scene;
        actor->rounds = rounds;
        (*number)++;
    }
}

void scene_cast(const struct scene *scene, struct gate *gate)
{
    int number = 0;

    for (int w = 0; w < WORKERS; w++) {
        cast(gate, &number, scene, play_worker, scene->worker_rounds[w]);
    }
    for (int i = 0; i < 2; i++) {
        cast(gate, &number, scene, play_recovery, scene->recover_rounds[i]);
        cast(gate, &number, scene, play_promotion, scene->promote_rounds[i]);
    }
    if (number < GATE_ACTORS_MAX) {
        cast(gate, &number, scene, play_heartbeat, scene->renewals);
    }
    for (; number < GATE_ACTORS_MAX; number++) {
        gate->actors[number].program = NULL;
    }
}

void scene_set(const struct scene *scene, redisContext *redis)
{
    static const char setup[] =
        "redis.call('FLUSHALL') "
        "redis.call('SADD', 'queues', 'q') "
        "for i, jid in ipairs({'a', 'b'}) do "
        "  local job = '{\"class\":\"t\",\"args\":[\"' .. jid .. "
        "'\"],\"retry\":5,\"queue\":\"q\",\"jid\":\"' .. jid "
        "    .. '\",\"created_at\":1.5,\"enqueued_at\":' .. i .. '.5}' "
        "  if ARGV[1] == '1' then redis.call('ZADD', 'schedule', i, job) "
        "  else redis.call('LPUSH', 'queue:q', job) end "
        "  local digest = redis.sha1hex(job) "
        "  if ARGV[2] ~= '0' then "
        "    redis.call('SET', 'dropship:recovered:' .. digest, ARGV[2]) "
        "    redis.call('ZADD', 'dropship:suspects', 9000000000, digest) end "
        "end "
        "for i = 3, #ARGV do redis.call('SET', 'dropship:lease:' .. ARGV[i], '1', 'PX', 600000) "
        "end";
    char before[12];
    redisReply *reply;

    (void)snprintf(before, sizeof before, "%d", scene->recovered_before);
    reply = redisCommand(redis, "EVAL %s 0 %s %s %s %s", setup, scene->delayed ? "1" : "0", before,
                         worker_identity(0), worker_identity(1));
    if (reply == NULL || reply->type == REDIS_REPLY_ERROR) {
        (void)fprintf(stderr, "setup: %s\n", reply == NULL ? redis->errstr : reply->str);
        abort();
    }
    freeReplyObject(reply);
}
