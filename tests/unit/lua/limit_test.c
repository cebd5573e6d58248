/* Provider limits: buckets, pauses, points of a day, breakers. */
#include "lua/worker.h"
#include "tests/unit/lua/lua.h"

enum { HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS };

/* ---- space: spacing, longest wait in us, text ---- */

static void space_grants_the_first_at_once_and_reserves(void **state)
{
    int64_t now_us = lua_now_us();

    (void)state;
    runs("(1 0)", lua_worker_space, 3, "next", "pause", "shown", "60900000", "0", "CJ");
    assert_in_range(number("GET", "next"), now_us + 60900000, now_us + 70900000);
    assert_in_range(number("PTTL", "next"), 55000, 62000);
}

static void space_makes_the_next_wait_its_turn(void **state)
{
    (void)state;
    runs("(1 0)", lua_worker_space, 3, "next", "pause", "shown", "60900000", "0", "CJ");
    runs("(1 60*)", lua_worker_space, 3, "next", "pause", "shown", "60900000", "90000000", "CJ");
    runs("(1 121*)", lua_worker_space, 3, "next", "pause", "shown", "60900000", "190000000", "CJ");
    says("0", "EXISTS", "shown");
}

static void space_reserves_nothing_when_the_wait_is_too_long(void **state)
{
    int64_t next;

    (void)state;
    runs("(1 0)", lua_worker_space, 3, "next", "pause", "shown", "60900000", "0", "CJ");
    next = number("GET", "next");
    runs("(0 60*)", lua_worker_space, 3, "next", "pause", "shown", "60900000", "1000000", "CJ");
    assert_int_equal(number("GET", "next"), next);
    says("(CJ *.*)", "HMGET", "shown", "text", "until");
    assert_in_range(number("PTTL", "shown"), 50000, 61000);
}

static void space_keeps_out_of_a_pause(void **state)
{
    (void)state;
    does("SET", "pause", text_of(lua_now_us() + 30900000));
    runs("(0 30*)", lua_worker_space, 3, "next", "pause", "shown", "1000", "1000", "CJ");
    says("0", "EXISTS", "next");
}

/* ---- bucket_take: cost, longest wait in us, text, size, refill per second ---- */

#define TAKE(cost, longest)                                                                        \
    lua_worker_bucket_take, 3, "bucket", "pause", "shown", cost, longest, "S", "100", "1"

static void bucket_take_uses_the_given_size_until_the_provider_spoke(void **state)
{
    (void)state;
    runs("(1 0)", TAKE("60", "0"));
    runs("(0 20*)", TAKE("60.9", "0"));
    says("(S *.*)", "HMGET", "shown", "text", "until");
    assert_in_range(number("PTTL", "bucket"), HOUR_MS - 10000, HOUR_MS);
}

static void bucket_take_goes_below_zero_when_the_wait_is_short_enough(void **state)
{
    (void)state;
    runs("(1 0)", TAKE("100", "0"));
    runs("(1 10*)", TAKE("10.9", "30000000"));
    says("-10.*", "HGET", "bucket", "available");
    runs("(1 20*)", TAKE("10", "30000000"));
    runs("(0 30*)", TAKE("10", "30000000"));
    says("-20.*", "HGET", "bucket", "available");
}

static void bucket_take_asks_never_for_more_than_the_bucket_holds(void **state)
{
    (void)state;
    runs("(1 0)", lua_worker_bucket_take, 3, "bucket", "pause", "shown", "500", "0", "S", "100",
         "1");
    says("0.000", "HGET", "bucket", "available");
}

static void bucket_take_refills_with_time_up_to_the_size(void **state)
{
    (void)state;
    does("HSET", "bucket", "available", "0", "maximum", "100", "rate", "2", "at",
         text_of(lua_now_us() - 10000000));
    runs("(1 0)", lua_worker_bucket_take, 3, "bucket", "pause", "shown", "20", "0", "S", "9", "9");
    does("HSET", "bucket", "at", text_of(lua_now_us() - 3600000000));
    runs("(1 0)", lua_worker_bucket_take, 3, "bucket", "pause", "shown", "100", "0", "S", "9", "9");
    says("0.000", "HGET", "bucket", "available");
}

static void bucket_take_keeps_out_of_a_pause(void **state)
{
    (void)state;
    does("SET", "pause", text_of(lua_now_us() + 30900000));
    runs("(0 30*)", lua_worker_bucket_take, 3, "bucket", "pause", "shown", "1", "1000", "S", "100",
         "1");
    says("0", "EXISTS", "bucket");
}

/* ---- bucket_report: available, maximum, refill per second ---- */

static void bucket_report_takes_the_providers_word(void **state)
{
    (void)state;
    runs("1", lua_worker_bucket_report, 1, "bucket", "750", "1000", "50");
    says("(750.000 1000 50)", "HMGET", "bucket", "available", "maximum", "rate");
    assert_in_range(number("PTTL", "bucket"), HOUR_MS - 10000, HOUR_MS);
    does("HSET", "bucket", "available", "10");
    runs("1", lua_worker_bucket_report, 1, "bucket", "750", "1000", "50");
    says("750.000", "HGET", "bucket", "available");
}

static void bucket_report_leaves_what_others_reserved_below_zero(void **state)
{
    (void)state;
    does("HSET", "bucket", "available", "-40", "maximum", "1000", "rate", "0.001", "at",
         text_of(lua_now_us()));
    runs("1", lua_worker_bucket_report, 1, "bucket", "100", "1000", "50");
    says("60.0*", "HGET", "bucket", "available");
}

/* ---- pause: us, text ---- */

static void pause_holds_for_its_time_and_is_shown(void **state)
{
    int64_t now_us = lua_now_us();

    (void)state;
    runs("30000", lua_worker_pause, 2, "pause", "shown", "30000000", "Retry-After");
    assert_in_range(number("GET", "pause"), now_us + 30000000, now_us + 40000000);
    assert_in_range(number("PTTL", "pause"), 25000, 30001);
    says("(Retry-After *.*)", "HMGET", "shown", "text", "until");
    assert_in_range(number("PTTL", "shown"), 25000, 30001);
}

static void pause_that_is_longer_already_stays(void **state)
{
    int64_t till;

    (void)state;
    runs("90000", lua_worker_pause, 2, "pause", "shown", "90000000", "long");
    till = number("GET", "pause");
    runs("*", lua_worker_pause, 2, "pause", "shown", "1000000", "short");
    assert_int_equal(number("GET", "pause"), till);
    assert_true(number("PTTL", "pause") > 60000);
}

/* ---- points of a UTC day: points, most, text ---- */

static void points_are_taken_until_they_are_used_up(void **state)
{
    (void)state;
    runs("(1 0)", lua_worker_points, 2, "points", "shown", "60", "100", "CJ");
    runs("(1 0)", lua_worker_points, 2, "points", "shown", "40", "100", "CJ");
    runs("(0 *)", lua_worker_points, 2, "points", "shown", "1", "100", "CJ");
    says("100", "HGET", "points", "used");
    says("(CJ *.*)", "HMGET", "shown", "text", "until");
}

static void points_come_back_the_next_day(void **state)
{
    (void)state;
    does("HSET", "points", "day", text_of(lua_now_us() / 1000000 / 86400 - 1), "used", "100");
    runs("(1 0)", lua_worker_points, 2, "points", "shown", "60", "100", "CJ");
    says("60", "HGET", "points", "used");
    assert_in_range(number("PTTL", "points"), DAY_MS - 10000, 2 * (int64_t)DAY_MS);
}

static void points_wait_as_long_as_the_provider_said(void **state)
{
    (void)state;
    does("HSET", "points", "gone_until", text_of(lua_now_us() / 1000 + 50900));
    runs("(0 50*)", lua_worker_points, 2, "points", "shown", "1", "100", "CJ");
    does("HSET", "points", "gone_until", text_of(lua_now_us() / 1000 - 1));
    runs("(1 0)", lua_worker_points, 2, "points", "shown", "1", "100", "CJ");
}

/* ---- points_gone: ms (0 = until the next UTC day), text ---- */

static void points_gone_holds_for_the_given_time(void **state)
{
    int64_t now_ms = lua_now_us() / 1000;

    (void)state;
    runs("50000", lua_worker_points_gone, 2, "points", "shown", "50000", "used up");
    assert_in_range(number("HGET", "points", "gone_until"), now_ms + 50000, now_ms + 60000);
    assert_true(number("PTTL", "points") >= DAY_MS - 10000);
    says("(used up *.*)", "HMGET", "shown", "text", "until");
}

static void points_gone_without_a_time_holds_until_midnight(void **state)
{
    int64_t midnight;

    (void)state;
    runs("*", lua_worker_points_gone, 2, "points", "shown", "0", "used up");
    midnight = number("HGET", "points", "gone_until");
    assert_int_equal(midnight % DAY_MS, 0);
    assert_in_range(midnight - lua_now_us() / 1000, 0, DAY_MS);
}

/* ---- breaker: opens after 3 failures, for 10 s, 20 s, ... 40 s ---- */

#define ENTER      lua_worker_breaker_enter, 1, "breaker", "5000"
#define REPORT(ok) lua_worker_breaker_report, 2, "breaker", "shown", ok, "3", "10000", "40000", "S"

/* As if its open time, or that of its probe, were over. */
static void breaker_time_passes(void)
{
    does("HSET", "breaker", "until", text_of(lua_now_us() / 1000 - 1));
    does("HDEL", "breaker", "probe");
}

static void breaker_enter_lets_everybody_in_while_closed(void **state)
{
    (void)state;
    runs("(1 0)", ENTER);
    runs("0", REPORT("0"));
    runs("(1 0)", ENTER);
}

static void breaker_enter_refuses_while_open_and_then_takes_one_probe(void **state)
{
    (void)state;
    does("HSET", "breaker", "opened", "1", "until", text_of(lua_now_us() / 1000 + 50900));
    runs("(0 50*)", ENTER);
    breaker_time_passes();
    runs("(2 0)", ENTER);
    runs("(0 *)", ENTER);
    breaker_time_passes(); /* the probe never reported: another may go */
    runs("(2 0)", ENTER);
}

static void breaker_report_opens_at_the_third_failure(void **state)
{
    (void)state;
    runs("0", REPORT("0"));
    runs("0", REPORT("0"));
    runs("10000", REPORT("0"));
    says("(S *.*)", "HMGET", "shown", "text", "until");
    runs("0", REPORT("0")); /* was under way when it opened */
    says("1", "HGET", "breaker", "opened");
}

static void breaker_report_of_a_failed_probe_opens_longer_up_to_a_limit(void **state)
{
    static const char *const open_ms[] = { "20000", "40000", "40000" };

    (void)state;
    does("HSET", "breaker", "opened", "1", "failures", "3", "until", "1");
    for (int i = 0; i < 3; i++) {
        runs(open_ms[i], REPORT("0"));
        breaker_time_passes();
    }
}

static void breaker_report_keeps_when_the_last_answers_came(void **state)
{
    (void)state;
    runs("0", REPORT("0"));
    says("1", "HEXISTS", "shown:health", "bad_us");
    says("1", "HEXISTS", "shown:health", "bad_since_us");
    says("0", "HEXISTS", "shown:health", "ok_us");
    runs("0", REPORT("-1"));
    runs("0", REPORT("1"));
    says("1", "HEXISTS", "shown:health", "ok_us");
    says("0", "HEXISTS", "shown:health", "bad_since_us");
}

static void breaker_report_of_health_closes_it(void **state)
{
    (void)state;
    does("HSET", "breaker", "opened", "1", "failures", "3", "until", "1");
    runs("0", REPORT("1"));
    says("0", "EXISTS", "breaker");
}

static void breaker_report_of_no_call_frees_the_probe(void **state)
{
    (void)state;
    does("HSET", "breaker", "opened", "1", "until", "1");
    runs("(2 0)", ENTER);
    runs("0", REPORT("-1"));
    runs("(2 0)", ENTER);
}

const struct CMUnitTest lua_limit_tests[] = {
    lua_test(space_grants_the_first_at_once_and_reserves),
    lua_test(space_makes_the_next_wait_its_turn),
    lua_test(space_reserves_nothing_when_the_wait_is_too_long),
    lua_test(space_keeps_out_of_a_pause),
    lua_test(bucket_take_uses_the_given_size_until_the_provider_spoke),
    lua_test(bucket_take_goes_below_zero_when_the_wait_is_short_enough),
    lua_test(bucket_take_asks_never_for_more_than_the_bucket_holds),
    lua_test(bucket_take_refills_with_time_up_to_the_size),
    lua_test(bucket_take_keeps_out_of_a_pause),
    lua_test(bucket_report_takes_the_providers_word),
    lua_test(bucket_report_leaves_what_others_reserved_below_zero),
    lua_test(pause_holds_for_its_time_and_is_shown),
    lua_test(pause_that_is_longer_already_stays),
    lua_test(points_are_taken_until_they_are_used_up),
    lua_test(points_come_back_the_next_day),
    lua_test(points_wait_as_long_as_the_provider_said),
    lua_test(points_gone_holds_for_the_given_time),
    lua_test(points_gone_without_a_time_holds_until_midnight),
    lua_test(breaker_enter_lets_everybody_in_while_closed),
    lua_test(breaker_enter_refuses_while_open_and_then_takes_one_probe),
    lua_test(breaker_report_opens_at_the_third_failure),
    lua_test(breaker_report_of_a_failed_probe_opens_longer_up_to_a_limit),
    lua_test(breaker_report_keeps_when_the_last_answers_came),
    lua_test(breaker_report_of_health_closes_it),
    lua_test(breaker_report_of_no_call_frees_the_probe),
    { .name = NULL },
};
