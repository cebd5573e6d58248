/* What people are shown: lengths, queues, totals. */
#include "queue_lua.h"
#include "tests/unit/lua/lua.h"

/* ---- lists: cursor, how many, which, word ---- */

#define LISTS(which, word) lua_lists, 1, "lists", "0", "1000", which, word
#define LIST(who)          "dropship:claimed:" who ":q:x#1"

static void lists_are_those_that_hold_jobs(void **state)
{
    (void)state;
    runs("(0)", LISTS("held", ""));
    does("SADD", "lists", "l1", "l2");
    does("RPUSH", "l1", "a", "b");
    runs("(0 l1 2)", LISTS("held", ""));
}

static void lists_are_those_of_processes_without_a_lease(void **state)
{
    (void)state;
    does("SADD", "lists", LIST("h:1:a"), LIST("h:2:b"), "something else");
    does("SET", "lease:h:1:a", "1");
    runs("(0 " LIST("h:2:b") " 0)", LISTS("gone", "lease:"));
    does("RPUSH", LIST("h:2:b"), "a");
    runs("(0 " LIST("h:2:b") " 1)", LISTS("gone", "lease:"));
}

static void lists_are_those_of_one_process(void **state)
{
    (void)state;
    does("SADD", "lists", LIST("h:1:a"), LIST("h:11:a"), LIST("h.1:a"));
    runs("(0 " LIST("h:1:a") " 0)", LISTS("own", "dropship:claimed:h:1:"));
}

static void lists_come_in_pages(void **state)
{
    int64_t cursor = 0, rounds = 0;

    (void)state;
    does("EVAL", "for i = 1, 300 do redis.call('SADD', 'lists', 'l' .. i) end", "0");
    do {
        cursor = lua_script_number(&lua_lists, 1,
                                   LUA_LINE("lists", text_of(cursor), "100", "own", "no"));
        rounds++;
    } while (cursor != 0);
    assert_in_range(rounds, 2, 6);
}

/* ---- lists_forget: list and lease ---- */

static void lists_forget_spares_what_holds_jobs_or_has_a_lease(void **state)
{
    (void)state;
    does("SADD", "lists", "l1", "l2", "l3", "l4");
    does("RPUSH", "l1", "a");
    does("SET", "lease2", "1");
    runs("1", lua_lists_forget, 1, "lists", "l1", "lease1", "l2", "lease2", "l3", "lease3");
    says("(1 1 0 1)", "SMISMEMBER", "lists", "l1", "l2", "l3", "l4");
}

/* ---- lists_search: ms between two searches, keys to look at, pattern ---- */

#define SEARCH(every_ms, keys)                                                                     \
    lua_lists_search, 2, "search", "lists", every_ms, keys, "dropship:claimed:*:*:*:*#*"

static void lists_search_adds_lists_that_are_not_known(void **state)
{
    (void)state;
    does("RPUSH", LIST("h:1:a"), "a");
    does("RPUSH", LIST("h:2:b"), "b");
    does("RPUSH", "dropship:claimed:else", "c");
    does("SET", LIST("no:list:s"), "d");
    does("SADD", "lists", LIST("h:1:a"));
    runs("(0 1)", SEARCH("60000", "1000"));
    says("(1 1 0 0)", "SMISMEMBER", "lists", LIST("h:1:a"), LIST("h:2:b"), "dropship:claimed:else",
         LIST("no:list:s"));
    says("1", "HGET", "search", "found");
}

static void lists_search_begins_only_when_it_is_time(void **state)
{
    (void)state;
    runs("(0 0)", SEARCH("60000", "1000"));
    does("RPUSH", LIST("h:1:a"), "a");
    runs("(0 0)", SEARCH("60000", "1000"));
    does("HINCRBY", "search", "begun", "-60001");
    runs("(0 1)", SEARCH("60000", "1000"));
    does("DEL", "lists");
    does("HINCRBY", "search", "begun", "3600000"); /* the clock went back */
    runs("(0 1)", SEARCH("60000", "1000"));
    says("2", "HGET", "search", "found");
}

static void lists_search_goes_on_where_the_last_step_ended(void **state)
{
    int64_t steps = 0;

    (void)state;
    does("EVAL",
         "for i = 1, 2000 do redis.call('SET', 'x' .. i, 1) end for i = 1, 50 do "
         "redis.call('RPUSH', 'dropship:claimed:h:1:a:q#' .. i, 'j') end",
         "0");
    do {
        steps++;
        assert_in_range(steps, 1, 100);
    } while (lua_script_number(
                 &lua_lists_search, 2,
                 LUA_LINE("search", "lists", "60000", "100", "dropship:claimed:*:*:*:*#*")) == 1);
    assert_in_range(steps, 5, 100);
    says("50", "SCARD", "lists");
    says("(50 0)", "HMGET", "search", "found", "cursor");
}

static void lists_search_goes_on_when_redis_is_full(void **state)
{
    (void)state;
    does("RPUSH", LIST("h:1:a"), "a");
    does("CONFIG", "SET", "maxmemory", "1");
    runs("(0 1)", SEARCH("60000", "1000"));
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
    lua_test(lists_are_those_that_hold_jobs),
    lua_test(lists_are_those_of_processes_without_a_lease),
    lua_test(lists_are_those_of_one_process),
    lua_test(lists_come_in_pages),
    lua_test(lists_forget_spares_what_holds_jobs_or_has_a_lease),
    lua_test(lists_search_adds_lists_that_are_not_known),
    lua_test(lists_search_begins_only_when_it_is_time),
    lua_test(lists_search_goes_on_where_the_last_step_ended),
    lua_test(lists_search_goes_on_when_redis_is_full),
    lua_test(queues_are_shown_with_length_pause_and_next_job),
    lua_test(stats_of_an_empty_server_are_zero),
    lua_test(stats_add_up_all_places),
    lua_test(stats_tell_the_age_of_the_oldest_overdue),
    { .name = NULL },
};
