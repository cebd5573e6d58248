/* Provider limits over several threads, each with its own connection, against a real Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "tests/integration/worker/fixture.h"
#include "worker/core/limits.h"

static struct fixture fixture;

enum { CALLERS = 4, CALLS = 5, SPACING_MS = 60 };

static struct limits *open_limits(struct redis *redis, int64_t max_sleep_ms)
{
    struct limits *l = NULL;
    struct fail f = { 0 };

    assert_int_equal(limits_open(redis, max_sleep_ms, &l, &f), 0);
    return l;
}

struct caller {
    int64_t at_us[CALLS];
    int got;
};

static void *call_often(void *arg)
{
    struct caller *c = arg;
    scoped(redis_close_p) struct redis *redis = fixture_redis();
    struct limits *l = open_limits(redis, 10000);
    struct fail f = { 0 };

    for (int i = 0; i < CALLS && c->got == 0; i++) {
        c->got = limits_space(l, "test", SPACING_MS, &f);
        c->at_us[i] = clock_now_us();
    }
    limits_close(l);
    return NULL;
}

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* A counter of the pool's metrics about account "test". */
static int64_t counted(const char *what)
{
    char field[64];
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };
    int64_t value = 0;

    (void)snprintf(field, sizeof field, "%s|test", what);
    assert_int_equal(
        redis_do(fixture.redis, &reply, &f, "HGET", "dropship:metrics:pool", field, NULL), 0);
    if (reply->type == REDIS_REPLY_STRING) {
        assert_int_equal(str_to_int(reply->str, 0, INT64_MAX, "counter", &value, &f), 0);
    }
    return value;
}

static void calls_of_all_threads_are_spaced(void **unused)
{
    struct caller callers[CALLERS] = { { .got = 0 } };
    pthread_t threads[CALLERS];
    int64_t at_us[CALLERS * CALLS];

    (void)unused;
    for (int i = 0; i < CALLERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, call_often, &callers[i]), 0);
    }
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(callers[i].got, 0);
        memcpy(at_us + (ptrdiff_t)i * CALLS, callers[i].at_us, sizeof callers[i].at_us);
    }
    qsort(at_us, COUNT_OF(at_us), sizeof at_us[0], by_value);
    /* A thread may wake late, never early: over the whole run the rate is kept, and no window
     * holds two calls too many. */
    assert_true(at_us[COUNT_OF(at_us) - 1] - at_us[0] >=
                (int64_t)(COUNT_OF(at_us) - 1) * SPACING_MS * 1000 - 30000);
    for (size_t i = 3; i < COUNT_OF(at_us); i++) {
        assert_true(at_us[i] - at_us[i - 3] >= 2 * SPACING_MS * 1000 - 30000);
    }
    assert_in_range(counted("limit_waits"), 1, COUNT_OF(at_us) - 1);
    assert_true(counted("limit_wait_us") >= (int64_t)(COUNT_OF(at_us) - 1) * SPACING_MS * 1000 / 2);
}

static void a_long_wait_is_told_and_reserves_nothing(void **unused)
{
    struct limits *l = open_limits(fixture.redis, 100);
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(limits_space(l, "test", 5000, &f), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(limits_space(l, "test", 5000, &f), -1);
        assert_int_equal(f.kind, FAIL_LIMITED);
        assert_true(f.retry_after_ms > 4000 && f.retry_after_ms <= 5001);
    }
    assert_int_equal(fixture_redis_int(&fixture, "HEXISTS", "dropship:limit:test", "until"), 1);
    assert_int_equal(counted("limit_refused"), 3);
    limits_close(l);
}

static void a_pause_holds_everybody(void **unused)
{
    struct limits *l = open_limits(fixture.redis, 100);
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(limits_pause(l, "test", 3000, &f), 0);
    assert_int_equal(limits_pause(l, "test", 10, &f), 0); /* a shorter one changes nothing */
    assert_int_equal(limits_space(l, "test", 1, &f), -1);
    assert_true(f.retry_after_ms > 2000);
    assert_int_equal(limits_bucket_take(l, "test", 1, &f), -1);
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_int_equal(counted("limit_refused"), 2);
    limits_close(l);
}

static void points_end_at_the_allowance_and_keep_the_reserve(void **unused)
{
    struct limits *l = open_limits(fixture.redis, 100);
    struct fail f = { 0 };

    (void)unused;
    for (int i = 0; i < 8; i++) {
        assert_int_equal(limits_points(l, "test", 10, &(struct day_points){ 100, 20, false }, &f),
                         0);
    }
    assert_int_equal(limits_points(l, "test", 10, &(struct day_points){ 100, 20, false }, &f), -1);
    assert_string_equal(f.code, "POINTS");
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_true(f.retry_after_ms > 0 && f.retry_after_ms <= 86400000);
    assert_int_equal(limits_points(l, "test", 10, &(struct day_points){ 100, 20, true }, &f), 0);
    assert_int_equal(limits_points(l, "test", 10, &(struct day_points){ 100, 20, true }, &f), 0);
    assert_int_equal(limits_points(l, "test", 10, &(struct day_points){ 100, 20, true }, &f), -1);
    assert_int_equal(limits_points(l, "test", 0, &(struct day_points){ 100, 20, false }, &f),
                     0); /* free calls go on */
    assert_int_equal(counted("limit_refused"), 2);
    limits_close(l);
}

static void points_of_yesterday_do_not_count(void **unused)
{
    struct limits *l = open_limits(fixture.redis, 100);
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(limits_points(l, "test", 100, &(struct day_points){ 100, 0, false }, &f), 0);
    assert_int_equal(limits_points(l, "test", 1, &(struct day_points){ 100, 0, false }, &f), -1);
    assert_int_equal(redis_do(fixture.redis, &reply, &f, "HINCRBY", "dropship:limit:test:points",
                              "day", "-1", NULL),
                     0);
    assert_int_equal(limits_points(l, "test", 1, &(struct day_points){ 100, 0, false }, &f), 0);
    limits_close(l);
}

static void points_the_provider_calls_gone_are_gone(void **unused)
{
    struct limits *l = open_limits(fixture.redis, 100);
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(limits_points_gone(l, "test", 60000, &f), 0);
    assert_int_equal(limits_points(l, "test", 1, &(struct day_points){ 100, 0, true }, &f), -1);
    assert_true(f.retry_after_ms > 50000 && f.retry_after_ms <= 60000);
    assert_true(fixture_redis_int(&fixture, "PTTL", "dropship:limit:test", NULL) > 0);
    limits_close(l);
}

static void a_bucket_gives_what_it_holds_and_refills(void **unused)
{
    struct limits *l = open_limits(fixture.redis, 0);
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(limits_bucket_report(l, "test", &(struct cost_bucket){ 100, 200, 100 }, &f),
                     0);
    assert_int_equal(limits_bucket_take(l, "test", 90, &f), 0);
    assert_int_equal(limits_bucket_take(l, "test", 100, &f), -1);
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_true(f.retry_after_ms > 500 && f.retry_after_ms <= 901);
    limits_close(l);
}

static void a_short_wait_for_the_bucket_is_slept(void **unused)
{
    struct limits *l = open_limits(fixture.redis, 2000);
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(limits_bucket_report(l, "test", &(struct cost_bucket){ 0, 200, 100 }, &f), 0);
    int64_t began_ms = clock_mono_ms();
    assert_int_equal(limits_bucket_take(l, "test", 20, &f), 0);
    assert_true(clock_mono_ms() - began_ms >= 150);
    assert_int_equal(counted("limit_waits"), 1);
    assert_in_range(counted("limit_wait_us"), 150000, 200000);
    limits_close(l);
}

static void five_failures_open_the_breaker_and_a_probe_closes_it(void **unused)
{
    struct limits *l = open_limits(fixture.redis, 100);
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    (void)unused;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(limits_breaker_enter(l, "test", &f), 0);
        limits_breaker_report(l, "test", false);
    }
    assert_int_equal(limits_breaker_enter(l, "test", &f), -1);
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_string_equal(f.code, "BREAKER");
    assert_true(f.retry_after_ms > 25000 && f.retry_after_ms <= 30000);
    assert_int_equal(counted("breaker_opened"), 1);
    assert_int_equal(redis_do(fixture.redis, &reply, &f, "HSET", "dropship:limit:test:breaker",
                              "until", "1", NULL),
                     0);
    assert_int_equal(limits_breaker_enter(l, "test", &f), 0); /* half-open: one probe */
    assert_int_equal(limits_breaker_enter(l, "test", &f), -1);
    limits_breaker_report(l, "test", true);
    assert_int_equal(limits_breaker_enter(l, "test", &f), 0);
    limits_close(l);
}

static void a_failed_probe_opens_for_twice_as_long(void **unused)
{
    struct limits *l = open_limits(fixture.redis, 100);
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    (void)unused;
    for (int i = 0; i < 5; i++) {
        limits_breaker_report(l, "test", false);
    }
    assert_int_equal(redis_do(fixture.redis, &reply, &f, "HSET", "dropship:limit:test:breaker",
                              "until", "1", NULL),
                     0);
    assert_int_equal(limits_breaker_enter(l, "test", &f), 0);
    limits_breaker_report(l, "test", false);
    assert_int_equal(limits_breaker_enter(l, "test", &f), -1);
    assert_true(f.retry_after_ms > 55000 && f.retry_after_ms <= 60000);
    limits_close(l);
}

static void a_given_up_probe_leaves_room_for_another(void **unused)
{
    struct limits *l = open_limits(fixture.redis, 100);
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    (void)unused;
    for (int i = 0; i < 5; i++) {
        limits_breaker_report(l, "test", false);
    }
    assert_int_equal(redis_do(fixture.redis, &reply, &f, "HSET", "dropship:limit:test:breaker",
                              "until", "1", NULL),
                     0);
    assert_int_equal(limits_breaker_enter(l, "test", &f), 0);
    limits_breaker_leave(l, "test");
    assert_int_equal(limits_breaker_enter(l, "test", &f), 0);
    limits_close(l);
}

static void healthy_answers_between_failures_keep_it_closed(void **unused)
{
    struct limits *l = open_limits(fixture.redis, 100);
    struct fail f = { 0 };

    (void)unused;
    for (int i = 0; i < 20; i++) {
        limits_breaker_report(l, "test", i % 4 == 3);
    }
    assert_int_equal(limits_breaker_enter(l, "test", &f), 0);
    limits_close(l);
}

static void without_redis_there_is_no_call(void **unused)
{
    scoped(redis_close_p) struct redis *nowhere = NULL;
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(redis_open("redis://127.0.0.1:1/0", &nowhere, &f), 0);
    struct limits *l = open_limits(nowhere, 100);
    assert_int_equal(limits_breaker_enter(l, "test", &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_int_equal(limits_space(l, "test", 10, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    limits_close(l);
}

static void every_key_ends_by_itself(void **unused)
{
    static const char *const keys[] = { "dropship:limit:test:next",    "dropship:limit:test:pause",
                                        "dropship:limit:test:points",  "dropship:limit:test:bucket",
                                        "dropship:limit:test:breaker", "dropship:limit:test" };
    struct limits *l = open_limits(fixture.redis, 1000);
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(limits_space(l, "test", 10000, &f), 0);
    assert_int_equal(limits_bucket_take(l, "test", 1, &f), 0);
    assert_int_equal(limits_points(l, "test", 1, &(struct day_points){ 10, 0, false }, &f), 0);
    assert_int_equal(limits_points_gone(l, "test", 0, &f), 0);
    assert_int_equal(limits_pause(l, "test", 5000, &f), 0);
    limits_breaker_report(l, "test", false);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        assert_true(fixture_redis_int(&fixture, "PTTL", keys[i], NULL) > 0);
    }
    limits_close(l);
}

static int set_up(void **unused)
{
    (void)unused;
    fixture_open(&fixture);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    fixture_close(&fixture);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(calls_of_all_threads_are_spaced),
        TEST(a_long_wait_is_told_and_reserves_nothing),
        TEST(a_pause_holds_everybody),
        TEST(points_end_at_the_allowance_and_keep_the_reserve),
        TEST(points_of_yesterday_do_not_count),
        TEST(points_the_provider_calls_gone_are_gone),
        TEST(a_bucket_gives_what_it_holds_and_refills),
        TEST(a_short_wait_for_the_bucket_is_slept),
        TEST(five_failures_open_the_breaker_and_a_probe_closes_it),
        TEST(a_failed_probe_opens_for_twice_as_long),
        TEST(a_given_up_probe_leaves_room_for_another),
        TEST(healthy_answers_between_failures_keep_it_closed),
        TEST(without_redis_there_is_no_call),
        TEST(every_key_ends_by_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
