/* What people are shown: lengths, queues, totals. */
#include "queue_lua.h"
#include "tests/unit/lua/lua.h"

static void lengths_are_those_of_the_lists(void **state)
{
    (void)state;
    does("RPUSH", "l1", "a", "b");
    runs("(2 0)", lua_lengths, 2, "l1", "l2");
}

static void queues_are_shown_with_length_pause_and_next_job(void **state)
{
    (void)state;
    does("RPUSH", "queue:q", "b", "a");
    does("SADD", "paused", "r");
    runs("(2 0 a 0 1 )", lua_queues, 1, "paused", "q", "r");
}

#define STATS lua_stats, 5, "queues", "schedule", "retry", "dead", "processes"

static void stats_of_an_empty_server_are_zero(void **state)
{
    (void)state;
    runs("(0 0 0 0 0 0 0 0 0 0)", STATS);
    says("0", "DBSIZE");
}

static void stats_add_up_all_places(void **state)
{
    (void)state;
    does("MSET", "stat:processed", "1", "stat:failed", "2", "dropship:stat:fenced", "3",
         "dropship:stat:recovered", "4");
    does("SADD", "queues", "q", "r");
    does("RPUSH", "queue:q", "a", "b");
    does("RPUSH", "queue:r", "c");
    does("ZADD", "schedule", "9000000000", "d");
    does("ZADD", "retry", "9000000000", "e", "9000000001", "f");
    does("ZADD", "dead", "1", "g");
    does("SADD", "processes", "p");
    runs("(1 2 3 4 3 1 2 1 1 0)", STATS); /* the dead are not overdue */
}

static void stats_tell_the_age_of_the_oldest_overdue(void **state)
{
    (void)state;
    does("ZADD", "schedule", score_of(lua_now_us() - 50000000), "a");
    does("ZADD", "retry", score_of(lua_now_us() - 20000000), "b");
    runs("(0 0 0 0 0 1 1 0 0 50*)", STATS);
}

const struct CMUnitTest lua_look_tests[] = {
    lua_test(lengths_are_those_of_the_lists),
    lua_test(queues_are_shown_with_length_pause_and_next_job),
    lua_test(stats_of_an_empty_server_are_zero),
    lua_test(stats_add_up_all_places),
    lua_test(stats_tell_the_age_of_the_oldest_overdue),
    { .name = NULL },
};
