/* A lane under a storm: jobs of all kinds, thread counts that jump up and down, lanes that are quieted, stopped or made to hand
 * back at any moment, lost connections, a lease that comes and goes; at the end each job must have been settled exactly once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/queue/queue.h"
#include "tests/integration/worker/fixture.h"
#include "worker/core/lane.h"

enum {
    ROUNDS = 24,
    EACH_ROUND = 600,
    JOBS = ROUNDS * EACH_ROUND,
    SOON_MS = 30000,
    MANY_THREADS = 512,
    STEPS_MAX = 12
};

/* ---- handlers: each notes its run in the ledger ---- */

static atomic_int runs[JOBS + 1];

/* Which run of this job it is; the first is 1. */
static int note(struct job_context *c)
{
    int64_t number = 0;
    struct fail f = { 0 };

    return job_arg_id(c, 0, &number, &f) < 0 || number > JOBS
               ? 0
               : atomic_fetch_add(&runs[number], 1) + 1;
}

static int is_light(struct job_context *c, struct fail *f)
{
    return note(c) > 0 ? 0 : fail_set(f, FAIL_BUG, "no number");
}

static int is_slow(struct job_context *c, struct fail *f)
{
    (void)f;
    clock_sleep_ms(1 + note(c) % 2 * 40);
    return 0;
}

static int fails_first(struct job_context *c, struct fail *f)
{
    return note(c) > 1 ? 0 : fail_later(f, FAIL_LATER, 50, "not the first time");
}

static int snoozes_first(struct job_context *c, struct fail *f)
{
    (void)f;
    return note(c) > 1 ? 0 : job_snooze(c, 1);
}

static int refuses(struct job_context *c, struct fail *f)
{
    (void)note(c);
    return fail_set(f, FAIL_INPUT, "will never work");
}

/* Uses Redis, so that its runs meet lost connections. */
static int asks(struct job_context *c, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    (void)note(c);
    return redis_do(c->redis, &reply, f, "INCR", "test:asked", NULL);
}

enum { LIGHT = JOB_LIGHT & ~JOB_WITHOUT_ARGS, ASKS = LIGHT & ~JOB_WITHOUT_REDIS };

static const struct job_type types[] = {
    { "light", "test", is_light, 10000, 3, LIGHT },
    { "slow", "test", is_slow, 10000, 3, LIGHT },
    { "fails", "test", fails_first, 10000, 9, LIGHT },
    { "snoozes", "test", snoozes_first, 10000, 3, LIGHT },
    { "refuses", "test", refuses, 10000, 3, LIGHT },
    { "asks", "test", asks, 10000, 99, ASKS },
};
static const struct job_types table = { types, COUNT_OF(types) };
/* Of a hundred jobs. */
static const char *const mix[] = { "light",   "light",        "light", "light",   "light",
                                   "light",   "slow",         "light", "fails",   "light",
                                   "snoozes", "asks",         "light", "refuses", "light",
                                   "light",   "no.such.type", "light", "light",   "asks" };

/* ---- the storm ---- */

static struct fixture fixture;
static struct lane *lane;
static struct worker_stats stats;
static struct metrics *metrics;
static atomic_bool lease_valid = true;
static atomic_llong lease_until_ms = INT64_MAX;
static char identity[128];
static int enqueued, dead, nameless;

static uint64_t seed;

static int up_to(int limit)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (int)((seed >> 33) % (uint64_t)limit);
}

static void start(int threads)
{
    const struct lane_setup setup = { .queue = "test",
                                      .threads = threads,
                                      .identity = identity,
                                      .conf = fixture.conf,
                                      .types = &table,
                                      .metrics = metrics,
                                      .stats = &stats,
                                      .lease_valid = &lease_valid,
                                      .lease_until_ms = &lease_until_ms };
    struct fail f = { 0 };

    queue_identity(identity, sizeof identity);
    assert_int_equal(lane_start(&setup, &lane, &f), 0);
}

static void enqueue(int count)
{
    static struct job_spec specs[EACH_ROUND];
    static char args[EACH_ROUND][16];
    struct fail f = { 0 };

    for (int i = 0; i < count; i++) {
        const char *type = mix[up_to((int)COUNT_OF(mix))];
        enqueued++;
        (void)snprintf(args[i], sizeof args[i], "[%d]", enqueued);
        specs[i] =
            (struct job_spec){ .type = type, .queue = "test", .args = args[i], .max_retries = 99 };
        nameless += strcmp(type, "no.such.type") == 0 ? 1 : 0;
        dead += strcmp(type, "refuses") == 0 || strcmp(type, "no.such.type") == 0 ? 1 : 0;
    }
    assert_int_equal(queue_enqueue_bulk(fixture.redis, specs, (size_t)count, &f), 0);
}

/* What waits for its time need not. */
static void hasten(const char *key)
{
    static const char script[] = "for _, job in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do "
                                 "redis.call('ZADD', KEYS[1], 0, job) end";
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    assert_int_equal(redis_do(fixture.redis, &reply, &f, "EVAL", script, "1", key, NULL), 0);
}

static void promote(void)
{
    hasten("schedule");
    hasten("retry");
    int64_t moved = 0;
    int64_t next_ms = 0;
    struct fail f = { 0 };

    assert_int_equal(queue_promote(fixture.redis, 1000, &moved, &next_ms, &f), 0);
}

static void rescale(void)
{
    struct fail f = { 0 };
    int threads = up_to(8) == 0 ? MANY_THREADS : 1 + up_to(24);

    assert_int_equal(lane_scale(lane, threads, &f), 0);
}

static void cut_connections(void)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    assert_int_equal(redis_do(fixture.redis, &reply, &f, "CLIENT", "KILL", "TYPE", "normal", NULL),
                     0);
}

static void flicker_lease(void)
{
    atomic_store(&lease_valid, false);
    atomic_store(&lease_until_ms, 0);
    clock_sleep_ms(up_to(5));
    atomic_store(&lease_until_ms, INT64_MAX);
    atomic_store(&lease_valid, true);
}

/* What readers see must make sense at any moment. */
static void look(void)
{
    static struct lane_work work[64];
    struct lane_health now;
    size_t count = 0;

    lane_health(lane, &now);
    assert_in_range(now.running, 0, LANE_THREADS_MAX);
    assert_in_range(now.waiting, 0, 2048);
    assert_in_range(now.unsettled + MANY_THREADS, 0, 8192); /* settled first, counted then */
    lane_list_work(lane, work, COUNT_OF(work), &count);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(work[i].payload);
        assert_true(work[i].jid[0] != '\0');
    }
    lane_work_done(work, count);
}

static bool is_idle(void *ctx)
{
    return lane_idle(ctx);
}

static void end(int how)
{
    if (how == 1) {
        lane_quiet(lane);
        clock_sleep_ms(up_to(30));
    }
    lane_stop(lane);
    if (how == 2) {
        (void)lane_hand_back(lane, SOON_MS);
    }
    if (!fixture_wait(is_idle, lane, SOON_MS)) {
        struct lane_health now;
        lane_health(lane, &now);
        fail_msg("not idle: %d run, %d wait, %d are unsettled", now.running, now.waiting,
                 now.unsettled);
    }
    lane_free(lane);
    lane = NULL;
}

static void storm(void)
{
    static void (*const acts[])(void) = { rescale, rescale,         rescale, look,
                                          promote, cut_connections, look,    flicker_lease };
    int left = EACH_ROUND;

    start(1 + up_to(32));
    for (int step = 0, steps = 3 + up_to(STEPS_MAX - 3); step < steps; step++) {
        int count = step + 1 < steps ? up_to(left + 1) : left;
        enqueue(count);
        left -= count;
        acts[up_to((int)COUNT_OF(acts))]();
        clock_sleep_ms(up_to(12));
    }
    end(up_to(3));
}

/* ---- the ledger ---- */

static int64_t counted(const char *key)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    assert_int_equal(redis_do(fixture.redis, &reply, &f, "GET", key, NULL), 0);
    return reply->type == REDIS_REPLY_STRING ? strtoll(reply->str, NULL, 10) : 0;
}

static int64_t size_of(const char *command, const char *key)
{
    return fixture_redis_int(&fixture, command, key, NULL);
}

/* All that is left over runs in peace. */
static bool nothing_left(void *unused)
{
    struct lane_health now;

    (void)unused;
    promote();
    lane_health(lane, &now);
    return size_of("LLEN", "queue:test") == 0 && size_of("ZCARD", "retry") == 0 &&
           size_of("ZCARD", "schedule") == 0 && now.running == 0 && now.waiting == 0 &&
           now.unsettled == 0;
}

static bool nothing_claimed(void)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    assert_int_equal(redis_do(fixture.redis, &reply, &f, "KEYS", "dropship:claimed:*#*", NULL), 0);
    return reply->elements == 0;
}

static void each_job_is_settled_once(void **unused)
{
    struct recovery found = { .search_ms = 0 };
    int unrun = 0;
    struct fail f = { 0 };

    (void)unused;
    seed = (uint64_t)clock_now_us();
    print_message("[ seed     ] %" PRIu64 "\n", seed);
    for (int round = 0; round < ROUNDS; round++) {
        storm();
    }
    /* A process that ends while its connection is cut leaves to recovery what it did not know. */
    assert_int_equal(queue_recover(fixture.redis, clock_now_us(), &found, &f), 0);
    start(16);
    assert_true(fixture_wait(nothing_left, NULL, SOON_MS));
    end(0);
    assert_true(nothing_claimed());
    for (int i = 1; i <= JOBS; i++) {
        unrun += atomic_load(&runs[i]) == 0 ? 1 : 0;
    }
    assert_int_equal(unrun, nameless);
    assert_int_equal(size_of("ZCARD", "dead"), dead);
    assert_int_equal(atomic_load(&stats.outcomes[RUN_DEAD]), dead);
    assert_int_equal(atomic_load(&stats.outcomes[RUN_DONE]), JOBS - dead);
    assert_int_equal(atomic_load(&stats.outcomes[RUN_FENCED]), 0);
    assert_int_equal(counted("stat:processed"), JOBS + atomic_load(&stats.outcomes[RUN_RETRY]));
}

static int set_up(void **unused)
{
    struct fail f = { 0 };

    (void)unused;
    fixture_open(&fixture);
    return metrics_new(&table, &metrics, &f);
}

static int tear_down(void **unused)
{
    (void)unused;
    if (lane != NULL) {
        end(0);
    }
    metrics_free(metrics);
    fixture_close(&fixture);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_job_is_settled_once, set_up, tear_down),
    };

    log_start("storm-test", LOG_LEVELS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
