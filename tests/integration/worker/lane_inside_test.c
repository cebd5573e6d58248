/* A lane in the test's own process: what its counters say, what it settles, hands back and claims while jobs run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/queue/queue.h"
#include "tests/integration/worker/fixture.h"
#include "worker/core/lane.h"

enum { WARM = 2000, SOON_MS = 10000 };

static struct fixture fixture;
static struct lane *lane;
static struct worker_stats stats;
static atomic_bool lease_valid = true, let_go;
static atomic_int holding;
static atomic_llong lease_until_ms = INT64_MAX, stamped_ms;
static char identity[128];

static int is_light(struct job_context *c, struct fail *f)
{
    (void)c;
    (void)f;
    return 0;
}

static int holds(struct job_context *c, struct fail *f)
{
    (void)c;
    (void)f;
    atomic_fetch_add(&holding, 1);
    while (!atomic_load(&let_go)) {
        clock_sleep_ms(1);
    }
    return 0;
}

static int naps(struct job_context *c, struct fail *f)
{
    (void)c;
    (void)f;
    clock_sleep_ms(100);
    return 0;
}

static int loses_its_database(struct job_context *c, struct fail *f)
{
    (void)c;
    return fail_code(f, FAIL_LATER, "57P01", "terminating connection due to administrator command");
}

static int stamps(struct job_context *c, struct fail *f)
{
    (void)c;
    (void)f;
    atomic_store(&stamped_ms, clock_mono_ms());
    return 0;
}

static const struct job_type types[] = {
    { "light", "test", is_light, 10000, 3, JOB_LIGHT },
    { "holds", "test", holds, 60000, 3, JOB_LIGHT },
    { "naps", "test", naps, 60000, 3, JOB_LIGHT },
    { "loses", "test", loses_its_database, 10000, 3, JOB_WITHOUT_PROVIDERS },
    { "stamps", "test", stamps, 10000, 3, JOB_LIGHT },
};
static const struct job_types table = { types, COUNT_OF(types) };

static void start(int threads)
{
    const struct lane_setup setup = { .queue = "test",
                                      .threads = threads,
                                      .identity = identity,
                                      .conf = fixture.conf,
                                      .types = &table,
                                      .stats = &stats,
                                      .lease_valid = &lease_valid,
                                      .lease_until_ms = &lease_until_ms };
    struct fail f = { 0 };

    queue_identity(identity, sizeof identity);
    assert_int_equal(lane_start(&setup, &lane, &f), 0);
}

static bool is_idle(void *ctx)
{
    return lane_idle(ctx);
}

static void end(void)
{
    lane_stop(lane);
    assert_true(fixture_wait(is_idle, lane, SOON_MS));
    lane_free(lane);
    lane = NULL;
}

/* All in one command, so that one claim gets them. */
static void enqueue(const char *const *names, size_t count)
{
    static struct job_spec specs[WARM];
    struct fail f = { 0 };

    assert_true(count <= WARM);
    for (size_t i = 0; i < count; i++) {
        specs[i] =
            (struct job_spec){ .type = names[i], .queue = "test", .args = "[1]", .max_retries = 3 };
    }
    assert_int_equal(queue_enqueue_bulk(fixture.redis, specs, count, &f), 0);
}

static int64_t processed(void)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    assert_int_equal(redis_do(fixture.redis, &reply, &f, "GET", "stat:processed", NULL), 0);
    return reply->type == REDIS_REPLY_STRING ? strtoll(reply->str, NULL, 10) : 0;
}

static bool has_processed(void *at_least)
{
    return processed() >= *(const int64_t *)at_least;
}

static void wait_processed(int64_t at_least)
{
    if (!fixture_wait(has_processed, &at_least, SOON_MS)) {
        fail_msg("%lld jobs were settled instead of %lld", (long long)processed(),
                 (long long)at_least);
    }
}

static bool is_held(void *at_least)
{
    return atomic_load(&holding) >= *(const int *)at_least;
}

static void wait_holding(int at_least)
{
    assert_true(fixture_wait(is_held, &at_least, SOON_MS));
}

/* The lane learns that jobs are tiny, so that it hands out many at a time. */
static void warm(void)
{
    static const char *names[WARM];

    for (size_t i = 0; i < WARM; i++) {
        names[i] = "light";
    }
    enqueue(names, WARM);
    wait_processed(WARM);
}

static struct lane_health health(void)
{
    struct lane_health now;

    lane_health(lane, &now);
    return now;
}

static void what_ended_before_a_slow_job_is_settled_while_it_runs(void **unused)
{
    static const char *const names[] = { "light", "light", "holds" };

    (void)unused;
    start(1);
    warm();
    enqueue(names, COUNT_OF(names));
    wait_holding(1);
    wait_processed(WARM + 2);
    assert_int_equal(health().running, 1);
    assert_true(health().unsettled >= 0);
    atomic_store(&let_go, true);
    wait_processed(WARM + 3);
    end();
}

static bool nothing_claimed(void *unused)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    (void)unused;
    return redis_do(fixture.redis, &reply, &f, "KEYS", "dropship:claimed:*#*", NULL) == 0 &&
           reply->elements == 0;
}

static void handing_back_waits_until_redis_has_taken_it(void **unused)
{
    static const char *const names[] = { "light", "light", "holds", "light", "light" };
    scoped(redis_reply_clear_p) redisReply *paused = NULL;
    struct fail f = { 0 };

    (void)unused;
    start(1);
    warm();
    enqueue(names, COUNT_OF(names));
    wait_holding(1);
    wait_processed(WARM + 2);
    assert_true(health().unsettled >= 0);
    lane_quiet(lane);
    lane_stop(lane);
    assert_int_equal(redis_do(fixture.redis, &paused, &f, "CLIENT", "PAUSE", "300", "WRITE", NULL),
                     0);
    assert_true(lane_hand_back(lane, SOON_MS) >= 1);
    assert_true(nothing_claimed(NULL));
    assert_int_equal(health().unsettled, 0);
    assert_int_equal(fixture_redis_int(&fixture, "LLEN", "queue:test", NULL), 3);
    atomic_store(&let_go, true);
    end();
}

/* The pause after Postgres was lost is not ended by jobs that never asked it. */
static void light_jobs_prove_nothing_about_postgres(void **unused)
{
    static const char *const first[] = { "naps", "loses" };
    static const char *const then[] = { "stamps" };

    (void)unused;
    start(2);
    enqueue(first, COUNT_OF(first));
    assert_true(fixture_wait(has_processed, &(int64_t){ 1 }, SOON_MS)); /* naps */
    int64_t began_ms = clock_mono_ms();
    enqueue(then, COUNT_OF(then));
    wait_processed(2);
    assert_true(atomic_load(&stamped_ms) - began_ms > 200);
    end();
}

static bool somebody_blocks(void *unused)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    (void)unused;
    return redis_do(fixture.redis, &reply, &f, "INFO", "clients", NULL) == 0 &&
           strstr(reply->str, "blocked_clients:1") != NULL;
}

static bool one_waits(void *unused)
{
    (void)unused;
    return fixture_redis_int(&fixture, "LLEN", "queue:test", NULL) == 1;
}

/* A claim's reply is lost just when the worker is told to be quiet: nobody would look into that list for hours. */
static void a_quiet_lane_keeps_no_job_that_it_does_not_know(void **unused)
{
    scoped(redis_reply_clear_p) redisReply *pushed = NULL;
    scoped(redis_reply_clear_p) redisReply *killed = NULL;
    struct claim_list list;
    struct fail f = { 0 };

    (void)unused;
    start(1);
    assert_true(fixture_wait(somebody_blocks, NULL, SOON_MS));
    queue_claim_list(identity, "test", 0, &list);
    assert_int_equal(redis_do(fixture.redis, &pushed, &f, "LPUSH", list.key,
                              "{\"class\":\"light\",\"args\":[],\"jid\":\"lost\"}", NULL),
                     0);
    lane_quiet(lane);
    assert_int_equal(redis_do(fixture.redis, &killed, &f, "CLIENT", "KILL", "TYPE", "normal", NULL),
                     0);
    assert_true(fixture_wait(one_waits, NULL, SOON_MS));
    assert_true(nothing_claimed(NULL));
    end();
}

static int set_up(void **unused)
{
    (void)unused;
    fixture_open(&fixture);
    atomic_store(&let_go, false);
    atomic_store(&holding, 0);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    atomic_store(&let_go, true);
    if (lane != NULL) {
        end();
    }
    fixture_close(&fixture);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    log_start("lane-test", LOG_ERROR);
    const struct CMUnitTest tests[] = {
        TEST(what_ended_before_a_slow_job_is_settled_while_it_runs),
        TEST(handing_back_waits_until_redis_has_taken_it),
        TEST(light_jobs_prove_nothing_about_postgres),
        TEST(a_quiet_lane_keeps_no_job_that_it_does_not_know),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
