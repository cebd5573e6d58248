/* The pool as a whole: wishes for threads, reports, and people who end jobs. */
#include "queue_lua.h"
#include "tests/unit/lua/lua.h"

#define ME "host:1:aaaaaaaaaaaa"

/* ---- scale: lease prefix, identity ("" = all), queue, threads ("" = take back) ---- */

static void scale_of_the_whole_pool_is_kept_by_queue(void **state)
{
    (void)state;
    runs("1", lua_scale, 1, "threads", "lease:", "", "q", "32");
    runs("1", lua_scale, 1, "threads", "lease:", "", "q", "16");
    says("(q 16)", "HGETALL", "threads");
    runs("1", lua_scale, 1, "threads", "lease:", "", "q", "");
    says("0", "EXISTS", "threads");
}

static void scale_of_one_process_wants_it_alive(void **state)
{
    (void)state;
    runs("0", lua_scale, 1, "threads", "lease:", ME, "q", "8");
    says("0", "EXISTS", "threads");
    does("SET", "lease:" ME, "1");
    runs("1", lua_scale, 1, "threads", "lease:", ME, "q", "8");
    says("8", "HGET", "threads", ME " q");
}

static void scale_forgets_processes_that_have_gone(void **state)
{
    (void)state;
    does("HSET", "threads", "gone:1:b q", "8", ME " q", "4", "r", "2");
    does("HSET", ME, "info", "{}"); /* no lease, but its hash is still there */
    runs("1", lua_scale, 1, "threads", "lease:", "", "q", "32");
    says("(nil 4 2 32)", "HMGET", "threads", "gone:1:b q", ME " q", "r", "q");
}

/* ---- metrics_add: serial, TTL of its key, lasting keys, TTLs of the others, then key, field, by ---- */

#define REPORT(serial)                                                                             \
    lua_metrics_add, 4, "serial", "counters", "hash", "histogram", serial, "60", "2", "100",       \
        "200", "2", "done", "5", "3", "ms", "7", "4", "#2", "9"

static void metrics_add_counts_and_lets_only_sidekiqs_keys_expire(void **state)
{
    (void)state;
    runs("1", REPORT("1"));
    says("5", "HGET", "counters", "done");
    says("7", "HGET", "hash", "ms");
    says("(9)", "BITFIELD", "histogram", "GET", "u16", "#2");
    says("-1", "TTL", "counters");
    assert_in_range(number("TTL", "serial"), 50, 60);
    assert_in_range(number("TTL", "hash"), 90, 100);
    assert_in_range(number("TTL", "histogram"), 190, 200);
}

static void metrics_add_takes_a_report_once_however_often_it_is_sent(void **state)
{
    (void)state;
    runs("1", REPORT("2"));
    runs("0", REPORT("2"));
    runs("0", REPORT("1"));
    says("5", "HGET", "counters", "done");
    runs("1", REPORT("3"));
    says("10", "HGET", "counters", "done");
}

static void metrics_add_stops_a_histogram_at_its_end(void **state)
{
    (void)state;
    does("BITFIELD", "histogram", "SET", "u16", "#2", "65530");
    runs("1", REPORT("1"));
    says("(65535)", "BITFIELD", "histogram", "GET", "u16", "#2");
}

/* ---- sift: 'dead' or 'gone', then 'end' or 'pass', payload, score, lock, jid, tail first ---- */

#define PASS(job) "pass", job, "", "", ""
#define END(job)  "end", job, "10", "lock", "jid"

static void sift_turns_the_list_and_takes_out_what_is_to_end(void **state)
{
    (void)state;
    does("RPUSH", "list", "d", "c", "b", "a");
    does("SET", "lock", "jid");
    runs("(3 1 0)", lua_sift, 2, "list", "dead", "dead", PASS("a"), END("b"), PASS("c"));
    says("(c a d)", "LRANGE", "list", "0", "-1");
    says("(b 10)", "ZRANGE", "dead", "0", "-1", "WITHSCORES");
    says("0", "EXISTS", "lock");
}

static void sift_passes_over_what_was_claimed_and_stops_at_what_came_back(void **state)
{
    (void)state;
    does("RPUSH", "list", "d", "c", "b", "new");
    runs("(0 0 2)", lua_sift, 2, "list", "dead", "gone", PASS("b"), PASS("c"));
    says("(d c b new)", "LRANGE", "list", "0", "-1");
    does("RPOP", "list");
    runs("(2 1 0)", lua_sift, 2, "list", "dead", "gone", PASS("a"), END("b"), PASS("c"));
    says("(c d)", "LRANGE", "list", "0", "-1");
    does("RPUSH", "list", "b", "new", "a");
    runs("(1 0 3)", lua_sift, 2, "list", "dead", "gone", PASS("a"), PASS("b"), PASS("d"), END("c"));
    says("(a c d b new)", "LRANGE", "list", "0", "-1");
    says("0", "EXISTS", "dead");
}

static void sift_ends_one_of_twins(void **state)
{
    (void)state;
    does("RPUSH", "list", "a", "a");
    does("SET", "lock", "other");
    runs("(2 1 0)", lua_sift, 2, "list", "dead", "dead", END("a"), PASS("a"));
    says("(a)", "LRANGE", "list", "0", "-1");
    says("1", "ZCARD", "dead");
    says("other", "GET", "lock");
}

/* ---- strike: where, 'dead' or 'gone', then payload, score in dead, lock, jid ---- */

static void strike_ends_only_what_is_still_there(void **state)
{
    (void)state;
    does("ZADD", "retry", "1", "a", "2", "b");
    does("MSET", "l1", "j1", "l2", "j2");
    runs("(1 0)", lua_strike, 2, "retry", "dead", "set", "dead", "a", "10", "l1", "j1", "x", "11",
         "l2", "j2");
    says("(b)", "ZRANGE", "retry", "0", "-1");
    says("(a 10)", "ZRANGE", "dead", "0", "-1", "WITHSCORES");
    says("(nil j2)", "MGET", "l1", "l2");
}

static void strike_takes_the_first_from_the_chosen_end(void **state)
{
    (void)state;
    does("RPUSH", "list", "a", "b", "a");
    runs("(1)", lua_strike, 2, "list", "dead", "head", "gone", "a", "", "", "");
    says("(b a)", "LRANGE", "list", "0", "-1");
    does("LPUSH", "list", "a");
    runs("(1)", lua_strike, 2, "list", "dead", "tail", "gone", "a", "", "", "");
    says("(a b)", "LRANGE", "list", "0", "-1");
    says("0", "EXISTS", "dead");
}

static void strike_forgets_the_suspicion(void **state)
{
    (void)state;
    does("ZADD", "dropship:suspects", "9000000000", digest_of("", "a"));
    does("SET", digest_of("dropship:recovered:", "a"), "2");
    does("RPUSH", "list", "a");
    runs("(1)", lua_strike, 2, "list", "dead", "tail", "gone", "a", "", "", "");
    says("0", "DBSIZE");
}

const struct CMUnitTest lua_pool_tests[] = {
    lua_test(scale_of_the_whole_pool_is_kept_by_queue),
    lua_test(scale_of_one_process_wants_it_alive),
    lua_test(scale_forgets_processes_that_have_gone),
    lua_test(metrics_add_counts_and_lets_only_sidekiqs_keys_expire),
    lua_test(metrics_add_takes_a_report_once_however_often_it_is_sent),
    lua_test(metrics_add_stops_a_histogram_at_its_end),
    lua_test(sift_turns_the_list_and_takes_out_what_is_to_end),
    lua_test(sift_passes_over_what_was_claimed_and_stops_at_what_came_back),
    lua_test(sift_ends_one_of_twins),
    lua_test(strike_ends_only_what_is_still_there),
    lua_test(strike_takes_the_first_from_the_chosen_end),
    lua_test(strike_forgets_the_suspicion),
    { .name = NULL },
};
