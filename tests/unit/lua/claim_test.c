/* The moves of claimed jobs: claim, settle, give back, recover, bury. */
#include "queue_lua.h"
#include "tests/unit/lua/lua.h"

enum { COUNTER_TTL_S = 259200 };

/* a runs next in all of these. */
static void enqueue_three(void)
{
    does("RPUSH", "queue:q", "c", "b", "a");
}

/* ---- claim: queue name, max, TTL of the process's mark ---- */

#define CLAIM_KEYS                                                                                 \
    "queue:q", "claimed", "paused", "queues", "suspects", "mine", "cancelled", "lists"
#define CLAIM(max) lua_claim, 8, CLAIM_KEYS, "q", max, "60"

static void suspect(const char *payload)
{
    does("ZADD", "suspects", "9000000000", digest_of("", payload));
}

static void claim_moves_from_the_tail_in_run_order(void **state)
{
    (void)state;
    enqueue_three();
    runs("(0 (a b) 0)", CLAIM("2"));
    says("(c)", "LRANGE", "queue:q", "0", "-1");
    says("(b a)", "LRANGE", "claimed", "0", "-1");
}

static void claim_of_an_empty_queue_gives_none(void **state)
{
    (void)state;
    runs("(0 () 0)", CLAIM("5"));
    says("(lists)", "KEYS", "*");
}

static void claim_makes_its_list_known_whatever_it_finds(void **state)
{
    (void)state;
    does("SADD", "lists", "another");
    runs("(0 () 0)", CLAIM("5"));
    says("1", "SISMEMBER", "lists", "claimed");
    does("SREM", "lists", "claimed");
    does("SADD", "paused", "q");
    runs("(1 () 0)", CLAIM("5"));
    says("1", "SISMEMBER", "lists", "claimed");
    does("SREM", "lists", "claimed");
    does("SREM", "paused", "q");
    suspect("a");
    enqueue_three();
    runs("(0 (a) 0)", CLAIM("5"));
    says("1", "SISMEMBER", "lists", "claimed");
    says("2", "SCARD", "lists");
}

static void claim_returns_first_what_the_list_holds_already(void **state)
{
    (void)state;
    enqueue_three();
    does("RPUSH", "claimed", "y", "x");
    runs("(0 (x y a) 0)", CLAIM("3"));
    says("(a y x)", "LRANGE", "claimed", "0", "-1");
}

static void claim_gives_back_what_exceeds_its_limit_in_the_old_order(void **state)
{
    (void)state;
    does("RPUSH", "queue:q", "d");
    does("RPUSH", "claimed", "c", "b", "a");
    runs("(0 (a) 0)", CLAIM("1"));
    says("(d c b)", "LRANGE", "queue:q", "0", "-1");
    says("(a)", "LRANGE", "claimed", "0", "-1");
    says("(q)", "SMEMBERS", "queues");
}

static void claim_of_a_paused_queue_takes_everything_back(void **state)
{
    (void)state;
    does("SADD", "paused", "q");
    enqueue_three();
    does("RPUSH", "claimed", "y", "x");
    runs("(1 () 0)", CLAIM("5"));
    says("(c b a y x)", "LRANGE", "queue:q", "0", "-1");
    says("0", "EXISTS", "claimed");
}

static void claim_hands_a_suspect_out_alone(void **state)
{
    (void)state;
    enqueue_three();
    suspect("a");
    runs("(0 (a) 0)", CLAIM("5"));
    says("claimed", "GET", "mine");
    says("(c b)", "LRANGE", "queue:q", "0", "-1");
}

static void claim_passes_a_suspect_while_the_process_has_one(void **state)
{
    (void)state;
    enqueue_three();
    suspect("b");
    suspect("x");
    does("RPUSH", "other", "x");
    does("SET", "mine", "other");
    runs("(0 (a c) 0)", CLAIM("5"));
    says("(b)", "LRANGE", "queue:q", "0", "-1");
    does("DEL", "claimed");
    runs("(2 () 0)", CLAIM("5"));
}

static void claim_takes_a_suspect_when_the_other_list_is_settled(void **state)
{
    (void)state;
    enqueue_three();
    suspect("a");
    does("SET", "mine", "other");
    runs("(0 (a) 0)", CLAIM("5"));
}

static void claim_goes_on_when_redis_is_full(void **state)
{
    (void)state;
    enqueue_three();
    does("CONFIG", "SET", "maxmemory", "1");
    runs("(0 (a b c) 0)", CLAIM("5"));
}

/* ---- settle ---- */

#define SETTLE_KEYS                                                                                \
    "claimed", "queue:q", "queues", "schedule", "retry", "dead", "suspects", "cancelled"
#define SETTLE(...) lua_settle, 8, SETTLE_KEYS, "q", "2026-01-02", "60", __VA_ARGS__
#define DONE(job)   "done", "0", "", job, "", "", ""

static void settle_of_a_whole_batch_done_leaves_only_counts(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "b", "a");
    runs("(1 1 0)", SETTLE(DONE("a"), DONE("b")));
    says("0", "EXISTS", "claimed", "queue:q");
    says("(2 2)", "MGET", "stat:processed", "stat:processed:2026-01-02");
    assert_in_range(number("TTL", "stat:processed:2026-01-02"), 50, 60);
    says("0", "EXISTS", "stat:failed", "dropship:stat:fenced");
}

static void settle_puts_each_outcome_in_its_place(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "e", "d", "c", "b", "a");
    runs("(1 1 1 1 1 0)",
         SETTLE(DONE("a"), "retry", "1", "10", "b", "b2", "", "", "schedule", "0", "20", "c", "c2",
                "", "", "dead", "1", "30", "d", "d2", "", "", "back", "0", "", "e", "", "", ""));
    says("(b2 10)", "ZRANGE", "retry", "0", "-1", "WITHSCORES");
    says("(c2 20)", "ZRANGE", "schedule", "0", "-1", "WITHSCORES");
    says("(d2 30)", "ZRANGE", "dead", "0", "-1", "WITHSCORES");
    says("(e)", "LRANGE", "queue:q", "0", "-1");
    says("(q)", "SMEMBERS", "queues");
    says("0", "EXISTS", "claimed");
    says("(3 2)", "MGET", "stat:processed", "stat:failed"); /* neither snoozed nor given back */
}

static void settle_of_a_stale_claim_changes_nothing_but_fenced(void **state)
{
    (void)state;
    does("RPUSH", "queue:q", "a", "b");
    runs("(0 0 0 0)", SETTLE(DONE("a"), "retry", "1", "10", "b", "b2", "m", "jid", "back", "0", "",
                             "c", "", "", ""));
    says("(a b)", "LRANGE", "queue:q", "0", "-1");
    says("3", "GET", "dropship:stat:fenced");
    says("2", "DBSIZE");
}

static void settle_tells_the_stale_from_its_own(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "b");
    runs("(0 1 0)", SETTLE(DONE("a"), DONE("b")));
    says("(1 1)", "MGET", "stat:processed", "dropship:stat:fenced");
}

static void settle_of_twins_takes_one_each(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "a", "a");
    runs("(1 0)", SETTLE(DONE("a")));
    says("(a)", "LRANGE", "claimed", "0", "-1");
    runs("(0 1 0)", SETTLE(DONE("a"), DONE("a")));
}

static void settle_gives_several_back_in_the_old_order(void **state)
{
    (void)state;
    does("RPUSH", "queue:q", "c");
    does("RPUSH", "claimed", "b", "a");
    runs("(1 1 0)", SETTLE("back", "0", "", "a", "", "", "", "back", "0", "", "b", "", "", ""));
    says("(c b a)", "LRANGE", "queue:q", "0", "-1");
}

static void settle_clears_the_busy_marker_of_its_jid_only(void **state)
{
    (void)state;
    does("MSET", "m1", "jid1", "m2", "other");
    does("RPUSH", "claimed", "b", "a");
    runs("(1 1 0)",
         SETTLE("done", "0", "", "a", "", "m1", "jid1", "done", "0", "", "b", "", "m2", "jid2"));
    says("(nil other)", "MGET", "m1", "m2");
}

static void settle_acquits_a_suspect_unless_it_is_given_back(void **state)
{
    (void)state;
    suspect("a");
    suspect("b");
    does("SET", digest_of("dropship:recovered:", "a"), "2");
    does("SET", digest_of("dropship:recovered:", "b"), "1");
    does("RPUSH", "claimed", "b", "a");
    runs("(1 1 0)", SETTLE(DONE("a"), "back", "0", "", "b", "", "", ""));
    says("1", "ZCARD", "suspects");
    says("0", "EXISTS", digest_of("dropship:recovered:", "a"));
    says("1", "GET", digest_of("dropship:recovered:", "b"));
}

static void settle_goes_on_when_redis_is_full(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "a");
    does("CONFIG", "SET", "maxmemory", "1");
    runs("(1 0)", SETTLE("retry", "1", "10", "a", "a2", "", ""));
}

static void settle_says_when_there_are_cancelled_jobs(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "a");
    does("ZADD", "cancelled", "1", "jid");
    runs("(1 1)", SETTLE(DONE("a")));
}

/* ---- settle_whole ---- */

#define WHOLE_KEYS                                                                                 \
    "claimed", "suspects", "queue:q", "queues", "schedule", "retry", "dead", "cancelled"
#define WHOLE(...) lua_settle_whole, 8, WHOLE_KEYS, "q", "2026-01-02", "60", __VA_ARGS__

static void settle_whole_ends_a_list_without_its_payloads(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "b", "a");
    runs("1", WHOLE("2", "2", "0", "b"));
    says("0", "EXISTS", "claimed", "queue:q");
    says("(2 2)", "MGET", "stat:processed", "stat:processed:2026-01-02");
    says("0", "EXISTS", "stat:failed");
}

static void settle_whole_puts_each_outcome_in_its_place(void **state)
{
    (void)state;
    does("SET", "m1", "jid1");
    does("RPUSH", "claimed", "f", "e", "d", "c", "b", "a");
    runs("1",
         WHOLE("6", "4", "2", "f", "retry", "10", "b2", "", "", "schedule", "20", "c2", "", "",
               "dead", "30", "d2", "m1", "jid1", "back", "", "e", "", "", "back", "", "f", "", ""));
    says("(b2 10)", "ZRANGE", "retry", "0", "-1", "WITHSCORES");
    says("(c2 20)", "ZRANGE", "schedule", "0", "-1", "WITHSCORES");
    says("(d2 30)", "ZRANGE", "dead", "0", "-1", "WITHSCORES");
    says("(f e)", "LRANGE", "queue:q", "0", "-1");
    says("(q)", "SMEMBERS", "queues");
    says("0", "EXISTS", "claimed", "m1");
    says("(4 2)", "MGET", "stat:processed", "stat:failed");
}

static void settle_whole_changes_nothing_when_the_list_holds_others(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "b");
    runs("0", WHOLE("2", "2", "0", "b"));
    runs("0", WHOLE("2", "2", "1", "b", "retry", "10", "b2", "", ""));
    runs("0", WHOLE("1", "1", "0", "a"));
    says("(b)", "LRANGE", "claimed", "0", "-1");
    says("1", "DBSIZE");
}

static void settle_whole_leaves_suspects_to_settle(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "a");
    suspect("b");
    runs("0", WHOLE("1", "1", "0", "a"));
    says("(a)", "LRANGE", "claimed", "0", "-1");
}

static void settle_whole_says_when_there_are_cancelled_jobs(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "a");
    does("ZADD", "cancelled", "1", "jid");
    runs("2", WHOLE("1", "1", "0", "a"));
}

static void settle_whole_goes_on_when_redis_is_full(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "a");
    does("CONFIG", "SET", "maxmemory", "1");
    runs("1", WHOLE("1", "1", "1", "a", "retry", "10", "a2", "", ""));
}

/* ---- release ---- */

static void release_gives_all_back_in_the_old_order(void **state)
{
    (void)state;
    does("RPUSH", "queue:q", "c");
    does("RPUSH", "claimed", "b", "a");
    runs("2", lua_release, 3, "claimed", "queue:q", "queues", "q");
    says("(c b a)", "LRANGE", "queue:q", "0", "-1");
    says("(q)", "SMEMBERS", "queues");
    runs("0", lua_release, 3, "claimed", "queue:q", "queues", "q");
}

/* ---- recover: queue name, limit, TTL of the counters, longest pause ---- */

#define RECOVER_KEYS   "claimed", "lease", "queue:q", "queues", "suspects", "watch", "lists"
#define RECOVER(limit) lua_recover, 7, RECOVER_KEYS, "q", limit, "259200", "0"

static void recover_leaves_the_living_alone(void **state)
{
    (void)state;
    does("SET", "lease", "1");
    does("RPUSH", "claimed", "a");
    runs("(0 0 ())", RECOVER("3"));
    says("1", "LLEN", "claimed");
}

static void recover_gives_back_in_order_and_counts(void **state)
{
    (void)state;
    does("RPUSH", "queue:q", "c");
    does("RPUSH", "claimed", "b", "a");
    runs("(1 2 ())", RECOVER("3"));
    says("(c b a)", "LRANGE", "queue:q", "0", "-1");
    says("0", "EXISTS", "claimed");
    says("(q)", "SMEMBERS", "queues");
    says("2", "GET", "dropship:stat:recovered");
    says("(1 1)", "MGET", digest_of("dropship:recovered:", "a"),
         digest_of("dropship:recovered:", "b"));
    says("2", "ZCARD", "suspects");
    assert_in_range(number("TTL", digest_of("dropship:recovered:", "a")), COUNTER_TTL_S - 10,
                    COUNTER_TTL_S);
}

static void recover_condemns_at_the_limit_and_keeps_the_job_in_its_list(void **state)
{
    (void)state;
    does("SET", digest_of("dropship:recovered:", "a"), "2");
    does("RPUSH", "claimed", "b", "a");
    runs("(1 1 (a))", RECOVER("3"));
    says("(a)", "LRANGE", "claimed", "0", "-1");
    says("(b)", "LRANGE", "queue:q", "0", "-1");
    says("1", "GET", "dropship:stat:recovered");
    runs("(1 0 (a))", RECOVER("3")); /* nobody buried it: it is returned again */
}

static void recover_without_a_limit_counts_nothing(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "a");
    runs("(1 1 ())", RECOVER("0"));
    says("0", "EXISTS", "dropship:suspects", digest_of("dropship:recovered:", "a"));
    assert_int_equal(number("GET", "dropship:stat:recovered"), 0);
}

static void recover_of_an_empty_list_does_nothing(void **state)
{
    (void)state;
    runs("(0 0 ())", RECOVER("3"));
    says("0", "DBSIZE");
}

static void recover_forgets_a_list_that_is_empty_and_nobodys(void **state)
{
    (void)state;
    does("SADD", "lists", "claimed", "other");
    does("SET", "lease", "1");
    runs("(0 0 ())", RECOVER("3"));
    says("2", "SCARD", "lists"); /* its process lives */
    does("DEL", "lease");
    runs("(0 0 ())", RECOVER("3"));
    says("(other)", "SMEMBERS", "lists");
}

static void recover_forgets_a_list_with_its_last_job(void **state)
{
    (void)state;
    does("SADD", "lists", "claimed");
    does("SET", digest_of("dropship:recovered:", "a"), "2");
    does("RPUSH", "claimed", "b", "a");
    runs("(1 1 (a))", RECOVER("3"));
    says("1", "SISMEMBER", "lists", "claimed"); /* a is still in it */
    does("DEL", "claimed");
    does("RPUSH", "claimed", "c");
    runs("(1 1 ())", RECOVER("3"));
    says("0", "EXISTS", "lists");
}

static void recover_does_not_judge_after_a_pause(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "a");
    does("HSET", "watch", "last", text_of(lua_now_us() / 1000 - 5001));
    does("SADD", "lists", "claimed");
    runs("(0 0 ())", lua_recover, 7, RECOVER_KEYS, "q", "3", "259200", "5000");
    says("1", "LLEN", "claimed");
    says("1", "SCARD", "lists");
    does("HSET", "watch", "last", text_of(lua_now_us() / 1000));
    runs("(1 1 ())", lua_recover, 7, RECOVER_KEYS, "q", "3", "259200", "60000");
    assert_in_range(number("HGET", "watch", "last"), lua_now_us() / 1000 - 10000,
                    lua_now_us() / 1000);
}

static void recover_forgets_suspects_whose_time_is_over(void **state)
{
    (void)state;
    does("ZADD", "suspects", "1", "old");
    does("RPUSH", "claimed", "a");
    runs("(1 1 ())", RECOVER("3"));
    says("(*)", "ZRANGE", "suspects", "0", "-1");
    says("1", "ZCARD", "suspects");
    says("nil", "ZSCORE", "suspects", "old");
}

/* ---- bury: statistic, then score, old, new, busy marker, jid ---- */

static void bury_moves_only_what_is_still_there(void **state)
{
    (void)state;
    does("RPUSH", "claimed", "a");
    runs("(1 0)", lua_bury, 2, "claimed", "dead", "condemned", "10", "a", "a2", "", "", "20", "b",
         "b2", "", "");
    says("(a2 10)", "ZRANGE", "dead", "0", "-1", "WITHSCORES");
    says("1", "GET", "condemned");
    says("0", "EXISTS", "claimed");
}

static void bury_takes_from_a_sorted_set_too(void **state)
{
    (void)state;
    does("ZADD", "retry", "5", "a", "6", "b");
    runs("(1)", lua_bury, 2, "retry", "dead", "", "10", "a", "a2", "", "");
    says("(b)", "ZRANGE", "retry", "0", "-1");
    says("(a2)", "ZRANGE", "dead", "0", "-1");
}

static void bury_forgets_the_suspicion_and_frees_the_timetable(void **state)
{
    (void)state;
    does("ZADD", "dropship:suspects", "9000000000", digest_of("", "a"));
    does("MSET", digest_of("dropship:recovered:", "a"), "3", "m1", "jid1", "m2", "other");
    does("RPUSH", "claimed", "b", "a");
    runs("(1 1)", lua_bury, 2, "claimed", "dead", "", "10", "a", "a2", "m1", "jid1", "11", "b",
         "b2", "m2", "jid2");
    says("0", "EXISTS", "dropship:suspects", digest_of("dropship:recovered:", "a"));
    says("(nil other)", "MGET", "m1", "m2");
}

const struct CMUnitTest lua_claim_tests[] = {
    lua_test(claim_moves_from_the_tail_in_run_order),
    lua_test(claim_of_an_empty_queue_gives_none),
    lua_test(claim_makes_its_list_known_whatever_it_finds),
    lua_test(claim_returns_first_what_the_list_holds_already),
    lua_test(claim_gives_back_what_exceeds_its_limit_in_the_old_order),
    lua_test(claim_of_a_paused_queue_takes_everything_back),
    lua_test(claim_hands_a_suspect_out_alone),
    lua_test(claim_passes_a_suspect_while_the_process_has_one),
    lua_test(claim_takes_a_suspect_when_the_other_list_is_settled),
    lua_test(claim_goes_on_when_redis_is_full),
    lua_test(settle_of_a_whole_batch_done_leaves_only_counts),
    lua_test(settle_puts_each_outcome_in_its_place),
    lua_test(settle_of_a_stale_claim_changes_nothing_but_fenced),
    lua_test(settle_tells_the_stale_from_its_own),
    lua_test(settle_of_twins_takes_one_each),
    lua_test(settle_gives_several_back_in_the_old_order),
    lua_test(settle_clears_the_busy_marker_of_its_jid_only),
    lua_test(settle_acquits_a_suspect_unless_it_is_given_back),
    lua_test(settle_goes_on_when_redis_is_full),
    lua_test(settle_says_when_there_are_cancelled_jobs),
    lua_test(settle_whole_ends_a_list_without_its_payloads),
    lua_test(settle_whole_puts_each_outcome_in_its_place),
    lua_test(settle_whole_changes_nothing_when_the_list_holds_others),
    lua_test(settle_whole_leaves_suspects_to_settle),
    lua_test(settle_whole_says_when_there_are_cancelled_jobs),
    lua_test(settle_whole_goes_on_when_redis_is_full),
    lua_test(release_gives_all_back_in_the_old_order),
    lua_test(recover_leaves_the_living_alone),
    lua_test(recover_gives_back_in_order_and_counts),
    lua_test(recover_condemns_at_the_limit_and_keeps_the_job_in_its_list),
    lua_test(recover_without_a_limit_counts_nothing),
    lua_test(recover_of_an_empty_list_does_nothing),
    lua_test(recover_forgets_a_list_that_is_empty_and_nobodys),
    lua_test(recover_forgets_a_list_with_its_last_job),
    lua_test(recover_does_not_judge_after_a_pause),
    lua_test(recover_forgets_suspects_whose_time_is_over),
    lua_test(bury_moves_only_what_is_still_there),
    lua_test(bury_takes_from_a_sorted_set_too),
    lua_test(bury_forgets_the_suspicion_and_frees_the_timetable),
    { .name = NULL },
};
