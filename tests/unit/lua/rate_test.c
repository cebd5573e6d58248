/* Allowances per minute of callers of the API. */
#include "lua/model.h"
#include "tests/unit/lua/lua.h"

/* ---- rate_take: tokens wanted, per minute ---- */

static void rate_take_gives_what_is_wanted_while_it_is_there(void **state)
{
    (void)state;
    runs("(20 40 0)", lua_model_rate_take, 1, "bucket", "20", "60");
    runs("(20 20 0)", lua_model_rate_take, 1, "bucket", "20", "60");
    assert_in_range(number("PTTL", "bucket"), 55000, 60000);
}

static void rate_take_gives_the_rest_and_then_tells_the_wait(void **state)
{
    (void)state;
    runs("(60 0 0)", lua_model_rate_take, 1, "bucket", "100", "60");
    runs("(0 0 *)", lua_model_rate_take, 1, "bucket", "1", "60");
    does("HSET", "bucket", "available", "0.25", "at", text_of(lua_now_us() + 60000000));
    runs("(0 0 750)", lua_model_rate_take, 1, "bucket", "1", "60");
}

static void rate_take_writes_nothing_when_it_gives_nothing(void **state)
{
    (void)state;
    does("HSET", "bucket", "available", "0.5", "at", text_of(lua_now_us() + 60000000));
    runs("(0 0 500)", lua_model_rate_take, 1, "bucket", "1", "60");
    says("0.5", "HGET", "bucket", "available");
    says("-1", "PTTL", "bucket");
}

static void rate_take_refills_evenly_up_to_a_minutes_tokens(void **state)
{
    (void)state;
    does("HSET", "bucket", "available", "0", "at", text_of(lua_now_us() - 10000000));
    runs("(10 0 0)", lua_model_rate_take, 1, "bucket", "30", "60");
    does("HSET", "bucket", "available", "0", "at", text_of(lua_now_us() - 3600000000));
    runs("(60 0 0)", lua_model_rate_take, 1, "bucket", "100", "60");
}

static void rate_take_follows_a_rate_that_was_lowered(void **state)
{
    (void)state;
    runs("(1 59999 0)", lua_model_rate_take, 1, "bucket", "1", "60000");
    runs("(60 0 0)", lua_model_rate_take, 1, "bucket", "100", "60");
}

const struct CMUnitTest lua_rate_tests[] = {
    lua_test(rate_take_gives_what_is_wanted_while_it_is_there),
    lua_test(rate_take_gives_the_rest_and_then_tells_the_wait),
    lua_test(rate_take_writes_nothing_when_it_gives_nothing),
    lua_test(rate_take_refills_evenly_up_to_a_minutes_tokens),
    lua_test(rate_take_follows_a_rate_that_was_lowered),
    { .name = NULL },
};
