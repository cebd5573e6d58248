/* Unique jobs, the limits of backpressure, and requests to end a job. */
#include "queue_lua.h"
#include "tests/unit/lua/lua.h"

#define KEYS4 4, "queues", "schedule", "memory", "longest"

/* ---- enqueue_unique: longest queue, then queue, score, payload, lock, jid, TTL ---- */

static void enqueue_unique_takes_the_lock_with_its_ttl(void **state)
{
    (void)state;
    runs("(1 )", lua_enqueue_unique, KEYS4, "9", "q", "", "a", "lock", "j1", "60");
    says("j1", "GET", "lock");
    says("60", "TTL", "lock");
    says("(a)", "LRANGE", "queue:q", "0", "-1");
    says("(q)", "SMEMBERS", "queues");
}

static void enqueue_unique_names_who_has_the_lock(void **state)
{
    (void)state;
    does("SET", "lock", "j0", "EX", "5");
    runs("(1 j0 )", lua_enqueue_unique, KEYS4, "9", "q", "", "a", "lock", "j1", "60", "q", "", "b",
         "", "j2", "0");
    says("(b)", "LRANGE", "queue:q", "0", "-1");
    says("j0", "GET", "lock");
    says("5", "TTL", "lock");
}

static void enqueue_unique_pushes_the_first_of_equals_in_one_call(void **state)
{
    (void)state;
    runs("(1  j1)", lua_enqueue_unique, KEYS4, "9", "q", "5.5", "a", "lock", "j1", "60", "q", "",
         "b", "lock", "j2", "90");
    says("(a 5.5)", "ZRANGE", "schedule", "0", "-1", "WITHSCORES");
    says("0", "EXISTS", "queue:q");
    says("j1", "GET", "lock");
    says("60", "TTL", "lock");
}

static void enqueue_unique_pushes_a_repeated_call_once(void **state)
{
    (void)state;
    runs("(1 )", lua_enqueue_unique, KEYS4, "9", "q", "", "a", "lock", "j1", "60");
    runs("(1 )", lua_enqueue_unique, KEYS4, "9", "q", "", "a again", "lock", "j1", "90");
    runs("(1 j1 )", lua_enqueue_unique, KEYS4, "9", "q", "", "b", "lock", "j2", "90", "q", "5.5",
         "c", "", "j3", "0");
    says("(q 2)", "HGETALL", "dropship:metrics:enqueued"); /* a and c */
    says("(a)", "LRANGE", "queue:q", "0", "-1");
    says("90", "TTL", "lock");
}

static void enqueue_unique_changes_nothing_when_a_queue_is_full(void **state)
{
    (void)state;
    does("LPUSH", "queue:full", "x", "y");
    runs("(0 QUEUE_FULL full 2 2)", lua_enqueue_unique, KEYS4, "2", "q", "", "a", "lock", "j1",
         "60", "full", "", "b", "", "j2", "0");
    says("1", "DBSIZE");
    does("SET", "longest", "3");
    runs("(1  )", lua_enqueue_unique, KEYS4, "2", "q", "", "a", "lock", "j1", "60", "full", "", "b",
         "", "j2", "0");
    does("SET", "memory", "much");
    runs("(0 MEMORY_FULL much)", lua_enqueue_unique, KEYS4, "2", "q", "", "c", "other", "j3", "60");
    runs("(1 j1)", lua_enqueue_unique, KEYS4, "2", "q", "", "c", "lock", "j3",
         "60"); /* takes no memory */
}

static void enqueue_unique_is_refused_when_redis_is_full(void **state)
{
    (void)state;
    does("CONFIG", "SET", "maxmemory", "1");
    runs("!OOM*", lua_enqueue_unique, KEYS4, "9", "q", "", "a", "lock", "j1", "60");
    says("0", "DBSIZE");
}

/* ---- unique_hold: jid, TTL ---- */

static void unique_hold_makes_a_lock_last_longer_but_never_shorter(void **state)
{
    (void)state;
    does("SET", "lock", "j1", "EX", "50");
    runs("1", lua_unique_hold, 1, "lock", "j1", "90");
    says("90", "TTL", "lock");
    runs("1", lua_unique_hold, 1, "lock", "j1", "40");
    says("90", "TTL", "lock");
}

static void unique_hold_takes_a_free_lock_and_leaves_others(void **state)
{
    (void)state;
    runs("1", lua_unique_hold, 1, "lock", "j1", "90");
    says("j1", "GET", "lock");
    says("90", "TTL", "lock");
    runs("0", lua_unique_hold, 1, "lock", "j2", "400");
    says("j1", "GET", "lock");
    says("90", "TTL", "lock");
}

static void unique_hold_works_when_redis_is_full(void **state)
{
    (void)state;
    does("CONFIG", "SET", "maxmemory", "1");
    runs("1", lua_unique_hold, 1, "lock", "j1", "90");
}

/* ---- pressure: state, sentence, TTL of the flag in ms, longest queue ---- */

static void pressure_sets_and_clears_the_flag(void **state)
{
    (void)state;
    runs("1", lua_pressure, 2, "memory", "longest", "full", "much", "10000", "77");
    says("much", "GET", "memory");
    says("10", "TTL", "memory");
    says("77", "GET", "longest");
    says("-1", "TTL", "longest");
    runs("0", lua_pressure, 2, "memory", "longest", "free", "little", "10000", "88");
    says("0", "EXISTS", "memory");
    says("88", "GET", "longest");
}

static void pressure_leaves_the_flag_as_it_is_in_between(void **state)
{
    (void)state;
    runs("0", lua_pressure, 2, "memory", "longest", "slack", "some", "10000", "77");
    runs("1", lua_pressure, 2, "memory", "longest", "full", "much", "10000", "77");
    runs("1", lua_pressure, 2, "memory", "longest", "slack", "some", "10000", "77");
    says("some", "GET", "memory");
}

static void pressure_works_when_redis_is_full(void **state)
{
    (void)state;
    does("CONFIG", "SET", "maxmemory", "1");
    runs("1", lua_pressure, 2, "memory", "longest", "full", "much", "10000", "77");
}

/* ---- cancel: jid, TTL in s, how many are kept ---- */

static void cancel_notes_the_first_request_only(void **state)
{
    (void)state;
    runs("1", lua_cancel, 2, "it-j", "set", "j", "100", "9");
    does("HSET", "it-j", "cancelled", "12");
    runs("0", lua_cancel, 2, "it-j", "set", "j", "100", "9");
    says("12", "HGET", "it-j", "cancelled");
    says("100", "TTL", "it-j");
    says("100", "TTL", "set");
    says("(j)", "ZRANGE", "set", "0", "-1");
}

static void cancel_forgets_what_is_old_or_too_much(void **state)
{
    (void)state;
    does("ZADD", "set", "5", "old");
    runs("1", lua_cancel, 2, "it-a", "set", "a", "100", "2");
    says("(a)", "ZRANGE", "set", "0", "-1");
    runs("1", lua_cancel, 2, "it-b", "set", "b", "100", "2");
    runs("1", lua_cancel, 2, "it-c", "set", "c", "100", "2");
    says("2", "ZCARD", "set");
    says("nil", "ZSCORE", "set", "a");
}

static void cancel_works_when_redis_is_full(void **state)
{
    (void)state;
    does("CONFIG", "SET", "maxmemory", "1");
    runs("1", lua_cancel, 2, "it-a", "set", "a", "100", "2");
}

const struct CMUnitTest lua_unique_tests[] = {
    lua_test(enqueue_unique_takes_the_lock_with_its_ttl),
    lua_test(enqueue_unique_names_who_has_the_lock),
    lua_test(enqueue_unique_pushes_the_first_of_equals_in_one_call),
    lua_test(enqueue_unique_pushes_a_repeated_call_once),
    lua_test(enqueue_unique_changes_nothing_when_a_queue_is_full),
    lua_test(enqueue_unique_is_refused_when_redis_is_full),
    lua_test(unique_hold_makes_a_lock_last_longer_but_never_shorter),
    lua_test(unique_hold_takes_a_free_lock_and_leaves_others),
    lua_test(unique_hold_works_when_redis_is_full),
    lua_test(pressure_sets_and_clears_the_flag),
    lua_test(pressure_leaves_the_flag_as_it_is_in_between),
    lua_test(pressure_works_when_redis_is_full),
    lua_test(cancel_notes_the_first_request_only),
    lua_test(cancel_forgets_what_is_old_or_too_much),
    lua_test(cancel_works_when_redis_is_full),
    { .name = NULL },
};
