/* The index of claim lists: found without a look at the keyspace, forgotten when nobody needs it, and made whole again. */
#include "common/queue/lists.h"

#include "tests/integration/queue/fixture.h"

#include "common/base/clock.h"

#define GONE  "gone:1:aaaaaaaaaaaa"
#define ALIVE "alive:1:bbbbbbbbbbbb"

static struct recovery recover(struct fixture *fx, int64_t search_ms)
{
    struct recovery recovery = { .search_ms = search_ms };

    must(queue_recover(fx->redis, clock_now_us(), &recovery, &fx->fail), fx);
    return recovery;
}

/* One job in the claim list of GONE. */
static void claim_one(struct fixture *fx)
{
    static struct batch b;

    fixture_enqueue(fx, "q", 1, NULL);
    fixture_claim(fx, &b, GONE, "q", 1, 1);
    assert_int_equal(b.count, 1);
    batch_free(&b);
}

static int64_t known(struct fixture *fx)
{
    struct list_counts counts;

    must(queue_list_counts(fx->redis, &counts, &fx->fail), fx);
    return counts.known;
}

static int64_t running(struct fixture *fx)
{
    struct queue_stats stats;

    must(queue_stats(fx->redis, &stats, &fx->fail), fx);
    return stats.running;
}

static void recovery_needs_no_search(void **state)
{
    struct fixture *fx = *state;
    struct recovery found;

    claim_one(fx);
    assert_int_equal(running(fx), 1);
    found = recover(fx, -1);
    assert_int_equal(found.recovered, 1);
    assert_int_equal(found.found, 0);
    assert_int_equal(fixture_int(fx, "EXISTS", KEY_LISTS_SEARCH, NULL), 0);
}

static void lists_of_a_dead_process_leave_the_set(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    must(queue_lease(fx->redis, GONE, 60000, &fx->fail), fx);
    must(queue_lease(fx->redis, ALIVE, 60000, &fx->fail), fx);
    claim_one(fx);
    fixture_claim(fx, &b, ALIVE, "q", 7, 1); /* finds nothing, and is known all the same */
    batch_free(&b);
    (void)recover(fx, -1);
    assert_int_equal(known(fx), 2);
    command(fx, "DEL", "dropship:lease:" GONE);
    assert_int_equal(recover(fx, -1).recovered, 1);
    assert_int_equal(known(fx), 1);
    command(fx, "DEL", "dropship:lease:" ALIVE);
    (void)recover(fx, -1);
    assert_int_equal(known(fx), 0);
}

/* Its new form is written outside, in a second step: the list must stay known in between. */
static void list_with_a_condemned_job_stays_known_until_it_is_buried(void **state)
{
    struct fixture *fx = *state;

    claim_one(fx);
    for (int i = 0; i < 2; i++) {
        static struct batch b;

        (void)recover(fx, -1);
        fixture_claim(fx, &b, GONE, "q", 1, 1);
        batch_free(&b);
    }
    assert_int_equal(recover(fx, -1).condemned, 1);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 1);
    assert_int_equal(known(fx), 1);
    (void)recover(fx, -1);
    assert_int_equal(known(fx), 0);
}

static void deleted_set_is_made_whole_by_a_search(void **state)
{
    struct fixture *fx = *state;
    struct list_counts counts;
    struct recovery found;

    (void)recover(fx, 0); /* the search of this minute is over */
    claim_one(fx);
    command(fx, "DEL", KEY_LISTS);
    assert_int_equal(recover(fx, 0).recovered, 0);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 0);
    command(fx, "HINCRBY", KEY_LISTS_SEARCH, "begun", "-60001"); /* a minute later */
    found = recover(fx, 0);
    assert_int_equal(found.found, 1);
    assert_int_equal(found.recovered, 1);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1);
    must(queue_list_counts(fx->redis, &counts, &fx->fail), fx);
    assert_int_equal(counts.found, 1);
}

/* What a caller began and did not end, another one goes on with. */
static void search_survives_its_caller(void **state)
{
    struct fixture *fx = *state;

    claim_one(fx);
    command(fx, "DEL", KEY_LISTS);
    command(fx, "EVAL",
            "for i = 1, 20000 do redis.call('SET', 'dropship:unique:' .. i, i) end "
            "redis.call('HSET', KEYS[1], 'begun', redis.call('TIME')[1] * 1000, 'cursor', "
            "redis.call('SCAN', 0, 'COUNT', 1000)[1])",
            "1", KEY_LISTS_SEARCH);
    assert_int_not_equal(fixture_int(fx, "HGET", KEY_LISTS_SEARCH, "cursor"), 0);
    (void)recover(fx, 0);
    assert_int_equal(fixture_int(fx, "HGET", KEY_LISTS_SEARCH, "cursor"), 0);
    command(fx, "HINCRBY", KEY_LISTS_SEARCH, "begun",
            "-60001"); /* the list may have been before the cursor */
    (void)recover(fx, 0);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1);
}

static void clean_exit_forgets_the_lists_of_the_process(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    for (unsigned serial = 0; serial < 5; serial++) {
        fixture_claim(fx, &b, ALIVE, "q", serial, 1);
        batch_free(&b);
    }
    claim_one(fx);
    assert_int_equal(known(fx), 6);
    must(queue_unregister(fx->redis, ALIVE, &fx->fail), fx);
    assert_int_equal(known(fx), 1);
    must(queue_unregister(fx->redis, GONE, &fx->fail), fx);
    assert_int_equal(known(fx), 1); /* it holds a job */
    assert_int_equal(recover(fx, -1).recovered, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(recovery_needs_no_search),
        queue_test(lists_of_a_dead_process_leave_the_set),
        queue_test(list_with_a_condemned_job_stays_known_until_it_is_buried),
        queue_test(deleted_set_is_made_whole_by_a_search),
        queue_test(search_survives_its_caller),
        queue_test(clean_exit_forgets_the_lists_of_the_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
