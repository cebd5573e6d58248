/* What recovery does when Redis was away, and the canary that shows that it works. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "queue_lua.h"
#include "tests/integration/queue/fixture.h"

#define GONE        "host:1:aaaaaaaaaaaa"
#define ALIVE       "host:2:bbbbbbbbbbbb"
#define CANARY_LIST "dropship:claimed:canary:0:000000000000:dropship.canary#0"

enum { LEASE_MS = 10000 };

static struct recovery recover(struct fixture *fx, int64_t lease_ms)
{
    struct recovery recovery = { .lease_ms = lease_ms };

    must(queue_recover(fx->redis, clock_now_us(), &recovery, &fx->fail), fx);
    return recovery;
}

static struct canary look(struct fixture *fx, int64_t every_ms)
{
    struct canary canary;

    must(queue_canary(fx->redis, every_ms, &canary, &fx->fail), fx);
    return canary;
}

static void planted_orphan_comes_back(void **state)
{
    enum { EVERY_MS = 600000 };
    struct fixture *fx = *state;
    struct queue_stats stats;
    struct recovery recovery;

    assert_int_equal(look(fx, EVERY_MS).back_ms, -1);
    assert_int_equal(look(fx, EVERY_MS).back_ms, -1);
    assert_int_equal(fixture_int(fx, "LLEN", CANARY_LIST, NULL), 1);
    must(queue_stats(fx->redis, &stats, &fx->fail), fx);
    assert_int_equal(stats.running, 0);
    recovery = recover(fx, 0);
    assert_int_equal(recovery.recovered, 0);
    assert_int_equal(fixture_int(fx, "EXISTS", CANARY_LIST, "dropship:suspects"), 0);
    assert_in_range(look(fx, EVERY_MS).back_ms, 0, 60000);
    assert_in_range(look(fx, EVERY_MS).back_ms, 0, 60000); /* also to others, until the next one */
    assert_int_equal(fixture_int(fx, "SCARD", "queues", NULL), 0);
    assert_int_equal(fixture_int(fx, "EXISTS", "queue:dropship.canary", CANARY_LIST), 0);
}

static void canary_is_planted_again_when_the_last_one_is_back(void **state)
{
    struct fixture *fx = *state;

    (void)look(fx, 1000);
    command(fx, "HINCRBY", "dropship:canary", "planted", "-5000");
    assert_int_equal(look(fx, 1000).back_ms, -1);
    assert_in_range(look(fx, 1000).age_ms, 5000, 60000); /* still the same one */
    assert_int_equal(fixture_int(fx, "LLEN", CANARY_LIST, NULL), 1);
    (void)recover(fx, 0);
    assert_int_equal(look(fx, 1000).back_ms, -1); /* back and out again */
    assert_int_equal(fixture_int(fx, "LLEN", CANARY_LIST, NULL), 1);
    assert_in_range(look(fx, 1000).age_ms, 0, 4000);
}

/* ---- outages ---- */

static void recovery_waits_a_lease_before_it_judges(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    fixture_enqueue(fx, "q", 1, NULL);
    fixture_claim(fx, &b, GONE, "q", 1, 1);
    batch_free(&b);
    assert_in_range(recover(fx, LEASE_MS).wait_ms, 9000, 10000);
    command(fx, "HINCRBY", "dropship:recovery", "since", "-8000");
    assert_in_range(recover(fx, LEASE_MS).wait_ms, 1, 2000);
    command(fx, "HINCRBY", "dropship:recovery", "since", "-2000");
    assert_int_equal(recover(fx, LEASE_MS).recovered, 1);
}

static void outage_costs_living_workers_no_recovery(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    (void)recover(fx, LEASE_MS);
    command(fx, "HINCRBY", "dropship:recovery", "since", "-100000");
    assert_int_equal(recover(fx, LEASE_MS).wait_ms, 0);
    fixture_enqueue(fx, "q", 1, NULL);
    must(queue_lease(fx->redis, ALIVE, 10000, &fx->fail), fx);
    fixture_claim(fx, &b, ALIVE, "q", 1, 1);
    /* Redis was away for 6 s, and with it the lease. */
    command(fx, "DEL", "dropship:lease:" ALIVE);
    command(fx, "HINCRBY", "dropship:recovery", "last", "-6000");
    assert_in_range(recover(fx, LEASE_MS).wait_ms, 9000, 10000);
    must(queue_lease(fx->redis, ALIVE, 10000, &fx->fail), fx);
    command(fx, "HINCRBY", "dropship:recovery", "since", "-10000");
    assert_int_equal(recover(fx, LEASE_MS).wait_ms, 0);
    assert_false(fixture_settle(fx, &b, 0, SETTLE_DONE, NULL));
    batch_free(&b);
}

/* A round that has begun does not trust its beginning. */
static void redis_that_stood_still_within_a_round_is_noticed(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    const char *words[] = { b.list.key,
                            "dropship:lease:" GONE,
                            "queue:q",
                            "queues",
                            "dropship:suspects",
                            "dropship:recovery",
                            "dropship:lists",
                            "q",
                            "3",
                            "259200",
                            "5000" };

    fixture_enqueue(fx, "q", 1, NULL);
    fixture_claim(fx, &b, GONE, "q", 1, 1);
    batch_free(&b);
    (void)recover(fx, LEASE_MS);
    for (int64_t still = 1; still >= 0; still--) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;

        command(fx, "HINCRBY", "dropship:recovery", "last", still == 1 ? "-6000" : "6000");
        must(redis_eval(fx->redis, &lua_recover,
                        &(struct redis_args){ .argv = words, .argc = COUNT_OF(words), .keys = 7 },
                        &reply, &fx->fail),
             fx);
        assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1 - still);
    }
}

static void clock_set_back_makes_recovery_wait(void **state)
{
    struct fixture *fx = *state;

    (void)recover(fx, LEASE_MS);
    command(fx, "HSET", "dropship:recovery", "since", "1", "last", "99999999999999");
    assert_in_range(recover(fx, LEASE_MS).wait_ms, 9000, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(planted_orphan_comes_back),
        queue_test(canary_is_planted_again_when_the_last_one_is_back),
        queue_test(recovery_waits_a_lease_before_it_judges),
        queue_test(outage_costs_living_workers_no_recovery),
        queue_test(redis_that_stood_still_within_a_round_is_noticed),
        queue_test(clock_set_back_makes_recovery_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
