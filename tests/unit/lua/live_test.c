/* Heartbeat, lease, signals, and what recovery may conclude from their absence. */
#include "common/base/attr.h"
#include "queue_lua.h"
#include "tests/unit/lua/lua.h"

#define ME "host:1:aaaaaaaaaaaa"

/* ---- lease ---- */

static void lease_registers_with_its_time_to_live(void **state)
{
    (void)state;
    runs("1", lua_lease, 1, "dropship:lease:" ME, "60000");
    assert_in_range(number("PTTL", "dropship:lease:" ME), 50000, 60000);
}

static void lease_renews_one_that_is_running_out(void **state)
{
    (void)state;
    does("SET", "dropship:lease:" ME, "1", "PX", "10000");
    runs("1", lua_lease, 1, "dropship:lease:" ME, "60000");
    assert_in_range(number("PTTL", "dropship:lease:" ME), 50000, 60000);
}

static void lease_is_renewed_when_redis_is_full(void **state)
{
    (void)state;
    does("CONFIG", "SET", "maxmemory", "1");
    says("!OOM*", "SET", "x", "1");
    runs("1", lua_lease, 1, "dropship:lease:" ME, "60000");
}

/* ---- beat ---- */

#define BEAT_KEYS "processes", ME, ME ":work", ME ":workers", ME "-signals"
#define BEAT      BEAT_KEYS, ME, "{\"info\":1}", "2", "8", "false", "5000", "120"

static void beat_writes_the_process_and_its_work_under_both_names(void **state)
{
    (void)state;
    runs("nil", lua_beat, 5, BEAT, "t1", "{\"a\":1}", "t2", "{\"b\":2}");
    says("(" ME ")", "SMEMBERS", "processes");
    says("({\"info\":1} 2 8 false 5000 120)", "HMGET", ME, "info", "busy", "concurrency", "quiet",
         "rss", "rtt_us");
    says("({\"a\":1} {\"b\":2})", "HMGET", ME ":work", "t1", "t2");
    says("({\"a\":1} {\"b\":2})", "HMGET", ME ":workers", "t1", "t2");
}

static void beat_tells_the_time_with_six_digits_and_expires(void **state)
{
    static const char *const keys[] = { ME, ME ":work", ME ":workers" };
    int64_t before_s = lua_now_us() / 1000000;

    (void)state;
    runs("nil", lua_beat, 5, BEAT, "t1", "{}");
    assert_in_range(number("HGET", ME, "beat"), before_s, before_s + 60);
    says("*.*", "HGET", ME, "beat");
    assert_int_equal(number("HSTRLEN", ME, "beat"), 10 + 1 + 6);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        assert_in_range(number("TTL", keys[i]), 50, 60);
    }
}

static void beat_forgets_work_that_ended(void **state)
{
    (void)state;
    runs("nil", lua_beat, 5, BEAT, "t1", "{}", "t2", "{}");
    runs("nil", lua_beat, 5, BEAT, "t2", "{}");
    says("(t2)", "HKEYS", ME ":work");
    says("(t2)", "HKEYS", ME ":workers");
    runs("nil", lua_beat, 5, BEAT);
    says("0", "EXISTS", ME ":work", ME ":workers");
}

static void beat_takes_one_signal_the_oldest(void **state)
{
    (void)state;
    does("LPUSH", ME "-signals", "TSTP", "TERM");
    runs("TSTP", lua_beat, 5, BEAT);
    runs("TERM", lua_beat, 5, BEAT);
    runs("nil", lua_beat, 5, BEAT);
}

static void beat_goes_on_when_redis_is_full(void **state)
{
    (void)state;
    does("CONFIG", "SET", "maxmemory", "1");
    runs("nil", lua_beat, 5, BEAT, "t1", "{}");
}

/* ---- signal ---- */

static void signal_waits_for_a_beat_and_expires(void **state)
{
    (void)state;
    runs("1", lua_signal, 1, ME "-signals", "TSTP");
    runs("1", lua_signal, 1, ME "-signals", "TERM");
    says("(TERM TSTP)", "LRANGE", ME "-signals", "0", "-1");
    assert_in_range(number("TTL", ME "-signals"), 50, 60);
}

/* ---- unregister ---- */

static void unregister_removes_all_but_the_process_hash(void **state)
{
    (void)state;
    does("SADD", "processes", ME, "other");
    does("MSET", "lease", "1", "work", "1", "workers", "1", ME, "1");
    runs("1", lua_unregister, 5, "processes", "work", "workers", "lease", "lists", ME);
    says("(other)", "SMEMBERS", "processes");
    says("0", "EXISTS", "lease", "work", "workers");
    says("1", "EXISTS", ME);
}

static void unregister_of_nobody_changes_nothing(void **state)
{
    (void)state;
    runs("1", lua_unregister, 5, "processes", "work", "workers", "lease", "lists", ME);
    says("0", "DBSIZE");
}

static void unregister_forgets_the_lists_without_jobs(void **state)
{
    (void)state;
    does("SADD", "lists", "mine1", "mine2", "others");
    does("RPUSH", "mine2", "a");
    runs("1", lua_unregister, 5, "processes", "work", "workers", "lease", "lists", ME, "mine1",
         "mine2");
    says("(0 1 1)", "SMISMEMBER", "lists", "mine1", "mine2", "others");
}

/* ---- processes ---- */

static void processes_are_shown_with_lease_and_fields(void **state)
{
    (void)state;
    does("SADD", "processes", ME);
    does("HSET", ME, "info", "{}", "busy", "1", "concurrency", "2", "rss", "3", "rtt_us", "4",
         "beat", "5.5", "quiet", "false");
    runs("(" ME " 0 {} 1 2 3 4 5.5 false)", lua_processes, 1, "processes", "lease:");
    does("SET", "lease:" ME, "1");
    runs("(" ME " 1 {} 1 2 3 4 5.5 false)", lua_processes, 1, "processes", "lease:");
}

static void processes_whose_hash_expired_are_dropped(void **state)
{
    (void)state;
    does("SADD", "processes", ME, "gone");
    does("HSET", ME, "info", "{}");
    runs("(" ME " 0 {}      )", lua_processes, 1, "processes", "lease:");
    says("(" ME ")", "SMEMBERS", "processes");
}

/* ---- watch: longest pause 1000 ms, wait 7000 ms ---- */

static void keep_watch(int64_t last_ms, int64_t since_ms)
{
    does("HSET", "watch", "last", text_of(last_ms), "since", text_of(since_ms));
}

static void watch_waits_when_nobody_looked_before(void **state)
{
    int64_t now_ms = lua_now_us() / 1000;

    (void)state;
    runs("7000", lua_watch, 1, "watch", "1000", "7000");
    assert_in_range(number("HGET", "watch", "last"), now_ms, now_ms + 10000);
    assert_int_equal(number("HGET", "watch", "since"), number("HGET", "watch", "last"));
}

static void watch_judges_after_looking_long_enough(void **state)
{
    int64_t now_ms = lua_now_us() / 1000;

    (void)state;
    keep_watch(now_ms, now_ms - 60000);
    runs("0", lua_watch, 1, "watch", "30000", "7000");
    assert_int_equal(number("HGET", "watch", "since"), now_ms - 60000);
}

static void watch_begins_anew_after_a_pause(void **state)
{
    int64_t now_ms = lua_now_us() / 1000;

    (void)state;
    keep_watch(now_ms - 1002, now_ms - 60000);
    runs("7000", lua_watch, 1, "watch", "1000", "7000");
}

static void watch_begins_anew_when_the_clock_went_back(void **state)
{
    int64_t now_ms = lua_now_us() / 1000;

    (void)state;
    keep_watch(now_ms + 3600000, now_ms - 60000);
    runs("7000", lua_watch, 1, "watch", "1000", "7000");
}

/* ---- canary ---- */

#define CANARY                                                                                     \
    lua_canary, 5, "canary", "claimed", "queue:birds", "queues", "lists", "60000", "tweet", "birds"

static void canary_is_planted_once(void **state)
{
    (void)state;
    runs("(0 -1)", CANARY);
    runs("(* -1)", CANARY);
    says("(tweet)", "LRANGE", "claimed", "0", "-1");
    says("(claimed)", "SMEMBERS", "lists");
}

static void canary_that_came_back_leaves_its_queue_and_is_timed(void **state)
{
    (void)state;
    runs("(0 -1)", CANARY);
    does("HINCRBY", "canary", "planted", "-3000");
    does("RENAME", "claimed", "queue:birds");
    does("SADD", "queues", "birds", "others");
    runs("(3* 3*)", CANARY);
    says("0", "EXISTS", "queue:birds");
    says("(others)", "SMEMBERS", "queues");
    says("0", "EXISTS", "claimed");
}

static void canary_is_planted_anew_when_it_is_time(void **state)
{
    (void)state;
    runs("(0 -1)", CANARY);
    does("DEL", "claimed");
    does("HINCRBY", "canary", "planted", "-60001");
    runs("(0 -1)", CANARY);
    says("1", "LLEN", "claimed");
}

static void canary_that_is_still_out_is_not_doubled(void **state)
{
    (void)state;
    runs("(0 -1)", CANARY);
    does("HINCRBY", "canary", "planted", "-90000");
    runs("(90* -1)", CANARY);
    says("1", "LLEN", "claimed");
}

const struct CMUnitTest lua_live_tests[] = {
    lua_test(lease_registers_with_its_time_to_live),
    lua_test(lease_renews_one_that_is_running_out),
    lua_test(lease_is_renewed_when_redis_is_full),
    lua_test(beat_writes_the_process_and_its_work_under_both_names),
    lua_test(beat_tells_the_time_with_six_digits_and_expires),
    lua_test(beat_forgets_work_that_ended),
    lua_test(beat_takes_one_signal_the_oldest),
    lua_test(beat_goes_on_when_redis_is_full),
    lua_test(signal_waits_for_a_beat_and_expires),
    lua_test(unregister_removes_all_but_the_process_hash),
    lua_test(unregister_of_nobody_changes_nothing),
    lua_test(unregister_forgets_the_lists_without_jobs),
    lua_test(processes_are_shown_with_lease_and_fields),
    lua_test(processes_whose_hash_expired_are_dropped),
    lua_test(watch_waits_when_nobody_looked_before),
    lua_test(watch_judges_after_looking_long_enough),
    lua_test(watch_begins_anew_after_a_pause),
    lua_test(watch_begins_anew_when_the_clock_went_back),
    lua_test(canary_is_planted_once),
    lua_test(canary_that_came_back_leaves_its_queue_and_is_timed),
    lua_test(canary_is_planted_anew_when_it_is_time),
    lua_test(canary_that_is_still_out_is_not_doubled),
    { .name = NULL },
};
