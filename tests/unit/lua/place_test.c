/* How jobs come in and wait for their time: enqueue, due, promote, timetable slots, and the end of `dead`. */
#include <stdio.h>

#include "queue_lua.h"
#include "tests/unit/lua/lua.h"

/* ---- enqueue: longest queue, then queue, n, payloads; or queue, -n, scores and payloads ---- */

#define ENQUEUE lua_enqueue, 4, "queues", "schedule", "memory", "longest"

static void enqueue_pushes_in_run_order_and_names_the_queues(void **state)
{
    (void)state;
    runs("4", ENQUEUE, "9", "q", "2", "a", "b", "r", "1", "c", "q", "1", "d");
    says("(d b a)", "LRANGE", "queue:q", "0", "-1");
    says("(c)", "LRANGE", "queue:r", "0", "-1");
    says("2", "SCARD", "queues");
}

static void enqueue_with_a_score_schedules(void **state)
{
    (void)state;
    runs("3", ENQUEUE, "9", "q", "-2", "12.5", "a", "13.5", "b", "q", "1", "c");
    says("(a 12.5 b 13.5)", "ZRANGE", "schedule", "0", "-1", "WITHSCORES");
    says("(c)", "LRANGE", "queue:q", "0", "-1");
}

static void enqueue_counts_what_it_pushed_per_queue(void **state)
{
    (void)state;
    runs("4", ENQUEUE, "9", "q", "1", "a", "r", "1", "b", "q", "-2", "5.5", "c", "6.5", "d");
    says("(3 1)", "HMGET", "dropship:metrics:enqueued", "q", "r");
    runs("(QUEUE_FULL q 1 1)", ENQUEUE, "1", "s", "1", "e", "q", "1", "f");
    says("(3 1 nil)", "HMGET", "dropship:metrics:enqueued", "q", "r", "s");
}

static void enqueue_pushes_nothing_to_a_queue_as_long_as_the_limit(void **state)
{
    (void)state;
    does("LPUSH", "queue:q", "x", "y");
    runs("(QUEUE_FULL q 2 2)", ENQUEUE, "2", "r", "1", "a", "q", "1", "b");
    says("0", "EXISTS", "queue:r", "queues");
    does("SET", "longest", "3");
    runs("2", ENQUEUE, "2", "r", "1", "a", "q", "1", "b");
    runs("1", ENQUEUE, "2", "q", "-1", "5.5", "later"); /* what is due later waits elsewhere */
}

static void enqueue_pushes_nothing_while_memory_is_short(void **state)
{
    (void)state;
    does("SET", "memory", "much");
    runs("(MEMORY_FULL much)", ENQUEUE, "2", "r", "1", "a");
    runs("(MEMORY_FULL much)", ENQUEUE, "2", "r", "-1", "5.5", "later");
    says("1", "DBSIZE");
}

static void enqueue_is_refused_when_redis_is_full(void **state)
{
    (void)state;
    does("CONFIG", "SET", "maxmemory", "1");
    runs("!OOM*", ENQUEUE, "9", "q", "1", "a");
    says("0", "DBSIZE");
}

/* ---- due: how many ---- */

static void due_lists_the_earliest_first(void **state)
{
    (void)state;
    does("ZADD", "retry", "2", "b", "1", "a", "3", "c");
    runs("(* 0 a 1 b 2)", lua_due, 1, "retry", "2"); /* the next one is due, too */
    runs("(* -1 a 1 b 2 c 3)", lua_due, 1, "retry", "3");
    says("3", "ZCARD", "retry");
}

static void due_leaves_what_is_not_due_and_says_how_long(void **state)
{
    (void)state;
    does("ZADD", "retry", score_of(lua_now_us() + 50900000), "later", "1", "a");
    runs("(* 50* a 1)", lua_due, 1, "retry", "5");
    says("2", "ZCARD", "retry");
}

static void due_tells_the_servers_time_in_microseconds(void **state)
{
    char pattern[32];

    (void)state;
    (void)snprintf(pattern, sizeof pattern, "(%.8s* -1)", text_of(lua_now_us()));
    runs(pattern, lua_due, 1, "nothing", "5");
}

/* ---- promote: queue ("" = dead), score in dead, old, new ---- */

static void promote_moves_only_what_is_still_there(void **state)
{
    (void)state;
    does("ZADD", "retry", "1", "a");
    runs("1", lua_promote, 3, "retry", "dead", "queues", "q", "9", "a", "a2", "q", "9", "b", "b2");
    says("(a2)", "LRANGE", "queue:q", "0", "-1");
    says("(q)", "SMEMBERS", "queues");
    says("0", "EXISTS", "retry", "dead");
}

static void promote_sends_what_has_no_queue_to_dead(void **state)
{
    (void)state;
    does("ZADD", "retry", "1", "junk");
    runs("0", lua_promote, 3, "retry", "dead", "queues", "", "9", "junk", "junk");
    says("(junk 9)", "ZRANGE", "dead", "0", "-1", "WITHSCORES");
    says("0", "EXISTS", "queues");
}

static void promote_keeps_the_order_within_a_page(void **state)
{
    (void)state;
    does("ZADD", "retry", "1", "a", "2", "b", "3", "c");
    runs("2", lua_promote, 3, "retry", "dead", "queues", "q", "", "a", "a2", "q", "", "b", "b2");
    says("(b2 a2)", "LRANGE", "queue:q", "0", "-1");
    says("(c)", "ZRANGE", "retry", "0", "-1");
}

static void promote_to_a_queue_that_is_no_list_goes_to_dead(void **state)
{
    (void)state;
    does("SET", "queue:odd", "x");
    does("ZADD", "retry", "1", "a", "2", "b");
    runs("1", lua_promote, 3, "retry", "dead", "queues", "odd", "", "a", "a2", "q", "", "b", "b2");
    says("(b2)", "LRANGE", "queue:q", "0", "-1");
    says("(a)", "ZRANGE", "dead", "0", "-1");
    assert_in_range(number("ZSCORE", "dead", "a"), lua_now_us() / 1000000 - 10,
                    lua_now_us() / 1000000 + 10);
    says("0", "EXISTS", "retry");
}

static void promote_goes_on_when_redis_is_full(void **state)
{
    (void)state;
    does("ZADD", "retry", "1", "a");
    does("CONFIG", "SET", "maxmemory", "1");
    runs("1", lua_promote, 3, "retry", "dead", "queues", "q", "9", "a", "a2");
}

/* ---- slot: interval in ms, slot, marker TTL, jid, queue name, payload ---- */

enum { DAY_MS = 86400000 };
#define SLOT(slot, jid)                                                                            \
    lua_slot, 4, "last", "busy", "queues", "queue:q", "86400000", slot, "900", jid, "q", "tick"

static int64_t today(void)
{
    return lua_now_us() / 1000 / DAY_MS;
}

static void slot_pushes_once_for_all_callers(void **state)
{
    const char *slot = text_of(today());

    (void)state;
    runs("(0 *)", SLOT(slot, "j1"));
    runs("(1 *)", SLOT(slot, "j2"));
    says("1", "HGET", "dropship:metrics:enqueued", "q");
    says("(tick)", "LRANGE", "queue:q", "0", "-1");
    says("(q)", "SMEMBERS", "queues");
    says("j1", "GET", "busy");
    assert_in_range(number("TTL", "busy"), 890, 900);
    says(slot, "GET", "last");
}

static void slot_that_is_over_is_not_claimed(void **state)
{
    (void)state;
    runs("(2 *)", SLOT(text_of(today() - 1), "j1"));
    says("0", "DBSIZE");
}

static void slot_is_skipped_while_the_last_one_is_busy(void **state)
{
    const char *slot = text_of(today());

    (void)state;
    does("SET", "busy", "j0");
    runs("(1 *)", SLOT(slot, "j1"));
    says(slot, "GET", "last"); /* skipped for good */
    says("0", "EXISTS", "queue:q");
    says("j0", "GET", "busy");
}

static void slot_written_by_a_wrong_clock_does_not_stop_the_timetable(void **state)
{
    (void)state;
    does("SET", "last", text_of(today() + 300));
    runs("(0 *)", SLOT(text_of(today()), "j1"));
    does("DEL", "busy");
    does("SET", "last", text_of(today() + 1)); /* one ahead is the clock of another moment */
    runs("(1 *)", SLOT(text_of(today()), "j2"));
}

static void slot_stays_open_when_redis_is_full(void **state)
{
    (void)state;
    does("CONFIG", "SET", "maxmemory", "1");
    runs("!OOM*", SLOT(text_of(today()), "j1"));
    says("0", "DBSIZE");
}

static void slot_done_clears_its_own_marker(void **state)
{
    (void)state;
    does("SET", "busy", "j1");
    runs("0", lua_slot_done, 1, "busy", "j2");
    says("j1", "GET", "busy");
    runs("1", lua_slot_done, 1, "busy", "j1");
    says("0", "EXISTS", "busy");
    runs("0", lua_slot_done, 1, "busy", "j1");
}

/* ---- trim_dead: how many to keep, seconds to keep, most to drop ---- */

static void trim_dead_drops_the_oldest_beyond_the_limit(void **state)
{
    const char *now = score_of(lua_now_us());

    (void)state;
    does("ZADD", "dead", now, "c", now, "d", score_of(lua_now_us() - 2000000), "b",
         score_of(lua_now_us() - 3000000), "a");
    runs("2", lua_trim_dead, 1, "dead", "2", "1000", "1000");
    says("(c d)", "ZRANGE", "dead", "0", "-1");
    says("2", "GET", "dropship:stat:trimmed");
    runs("0", lua_trim_dead, 1, "dead", "2", "1000", "1000");
}

static void trim_dead_drops_what_is_too_old(void **state)
{
    (void)state;
    does("ZADD", "dead", score_of(lua_now_us()), "b", score_of(lua_now_us() - 2000000000), "a");
    runs("1", lua_trim_dead, 1, "dead", "100", "1000", "1000");
    says("(b)", "ZRANGE", "dead", "0", "-1");
}

static void trim_dead_leaves_it_to_an_archive_until_ten_times_over(void **state)
{
    (void)state;
    does("SET", "dropship:archive", "1");
    does("ZADD", "dead", "1", "a", "2", "b", "3", "c", "4", "d", "5", "e", "6", "f", "7", "g", "8",
         "h", "9", "i", "10", "j");
    runs("0", lua_trim_dead, 1, "dead", "1", "1000", "1000");
    does("ZADD", "dead", "11", "k", "12", "l");
    runs("2", lua_trim_dead, 1, "dead", "1", "1000", "1000");
    says("(c)", "ZRANGE", "dead", "0", "0");
}

/* ---- the archive: dead_over (how many, seconds to keep, most to return, TTL), dead_drop, run_again ---- */

static void dead_over_shows_the_oldest_beyond_the_limits(void **state)
{
    const char *now = score_of(lua_now_us());

    (void)state;
    does("ZADD", "dead", now, "d", now, "c", "2", "b", "1", "a");
    runs("(2 a 1 b 2)", lua_dead_over, 2, "dead", "note", "2", "1000", "100", "60");
    runs("(3 a 1 b 2)", lua_dead_over, 2, "dead", "note", "1", "1000", "2", "60");
    says("4", "ZCARD", "dead");
    assert_in_range(number("TTL", "note"), 50, 60);
}

static void dead_over_is_empty_within_the_limits(void **state)
{
    (void)state;
    does("ZADD", "dead", score_of(lua_now_us()), "a");
    runs("(0)", lua_dead_over, 2, "dead", "note", "5", "1000", "100", "60");
    does("ZADD", "dead", "1", "old");
    runs("(1 old 1)", lua_dead_over, 2, "dead", "note", "5", "1000", "100", "60");
}

static void dead_drop_counts_only_what_was_there(void **state)
{
    (void)state;
    does("ZADD", "dead", "1", "a", "2", "b");
    runs("1", lua_dead_drop, 2, "dead", "archived", "a", "x");
    says("(b)", "ZRANGE", "dead", "0", "-1");
    says("1", "GET", "archived");
    runs("0", lua_dead_drop, 2, "dead", "archived", "a");
    says("1", "GET", "archived");
}

static void run_again_puts_the_job_at_the_end_of_its_queue(void **state)
{
    (void)state;
    does("RPUSH", "queue:q", "b");
    runs("2", lua_run_again, 2, "queues", "queue:q", "q", "a");
    says("(a b)", "LRANGE", "queue:q", "0", "-1");
    says("(q)", "SMEMBERS", "queues");
}

const struct CMUnitTest lua_place_tests[] = {
    lua_test(enqueue_pushes_in_run_order_and_names_the_queues),
    lua_test(enqueue_with_a_score_schedules),
    lua_test(enqueue_counts_what_it_pushed_per_queue),
    lua_test(enqueue_pushes_nothing_to_a_queue_as_long_as_the_limit),
    lua_test(enqueue_pushes_nothing_while_memory_is_short),
    lua_test(enqueue_is_refused_when_redis_is_full),
    lua_test(due_lists_the_earliest_first),
    lua_test(due_leaves_what_is_not_due_and_says_how_long),
    lua_test(due_tells_the_servers_time_in_microseconds),
    lua_test(promote_moves_only_what_is_still_there),
    lua_test(promote_sends_what_has_no_queue_to_dead),
    lua_test(promote_keeps_the_order_within_a_page),
    lua_test(promote_to_a_queue_that_is_no_list_goes_to_dead),
    lua_test(promote_goes_on_when_redis_is_full),
    lua_test(slot_pushes_once_for_all_callers),
    lua_test(slot_that_is_over_is_not_claimed),
    lua_test(slot_is_skipped_while_the_last_one_is_busy),
    lua_test(slot_written_by_a_wrong_clock_does_not_stop_the_timetable),
    lua_test(slot_stays_open_when_redis_is_full),
    lua_test(slot_done_clears_its_own_marker),
    lua_test(trim_dead_drops_the_oldest_beyond_the_limit),
    lua_test(trim_dead_drops_what_is_too_old),
    lua_test(trim_dead_leaves_it_to_an_archive_until_ten_times_over),
    lua_test(dead_over_shows_the_oldest_beyond_the_limits),
    lua_test(dead_over_is_empty_within_the_limits),
    lua_test(dead_drop_counts_only_what_was_there),
    lua_test(run_again_puts_the_job_at_the_end_of_its_queue),
    { .name = NULL },
};
