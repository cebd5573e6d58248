/* leases, recovery, condemned jobs, suspects. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "tests/integration/queue/fixture.h"

#define GONE  "host:1:aaaaaaaaaaaa"
#define ALIVE "host:2:bbbbbbbbbbbb"

static struct recovery recover(struct fixture *fx)
{
    struct recovery recovery = { .lists = 0 };

    must(queue_recover(fx->redis, clock_now_us(), &recovery, &fx->fail), fx);
    return recovery;
}

static void jobs_of_a_vanished_worker_run_next_in_their_order(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    struct recovery recovery;

    for (int i = 0; i < 6; i++) {
        fixture_enqueue(fx, "a:b", i, NULL); /* queue names may hold colons */
    }
    fixture_claim(fx, &b, GONE, "a:b", 1, 4);
    batch_free(&b);
    recovery = recover(fx);
    assert_int_equal(recovery.lists, 1);
    assert_int_equal(recovery.recovered, 4);
    assert_int_equal(recovery.condemned, 0);
    assert_int_equal(fixture_int(fx, "GET", "dropship:stat:recovered", NULL), 4);
    assert_int_equal(fixture_int(fx, "HGET", "dropship:metrics:pool", "recovered|a:b"), 4);
    for (int i = 0; i < 4; i++) { /* suspects come one by one */
        fixture_claim(fx, &b, ALIVE, "a:b", 1, 10);
        assert_int_equal(b.count, 1);
        assert_int_equal(payload_number(b.payloads[0], b.sizes[0]), i);
        assert_false(fixture_settle(fx, &b, 0, SETTLE_DONE, NULL));
        batch_free(&b);
    }
    fixture_claim(fx, &b, ALIVE, "a:b", 1, 10);
    assert_int_equal(b.count, 2);
    assert_int_equal(payload_number(b.payloads[0], b.sizes[0]), 4);
    batch_free(&b);
}

/* A process with three claim lists takes what it gets; when the pill is among it, it vanishes, and
 * with it all it holds.  false: there was nothing to take. */
static bool run_process(struct fixture *fx, int pill)
{
    enum { LISTS = 3 };
    static struct batch lists[LISTS];
    bool any = false, dies = false;

    for (unsigned i = 0; i < LISTS; i++) {
        fixture_claim(fx, &lists[i], GONE, "q", i, 4);
        for (size_t k = 0; k < lists[i].count; k++) {
            any = true;
            dies = dies || payload_number(lists[i].payloads[k], lists[i].sizes[k]) == pill;
        }
    }
    for (unsigned i = 0; i < LISTS; i++) {
        for (size_t k = 0; k < lists[i].count && !dies; k++) {
            assert_false(fixture_settle(fx, &lists[i], k, SETTLE_DONE, NULL));
        }
        batch_free(&lists[i]);
    }
    if (dies) {
        (void)recover(fx);
    }
    return any;
}

static void neighbours_of_a_poison_pill_are_spared(void **state)
{
    enum { JOBS = 10, PILL = 6 };
    struct fixture *fx = *state;
    scoped(free_p) char *dead = NULL;
    int rounds = 0;

    for (int i = 0; i < JOBS; i++) {
        fixture_enqueue(fx, "q", i, NULL);
    }
    while (run_process(fx, PILL)) {
        assert_true(rounds++ < 100);
    }
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 1);
    dead = fixture_first(fx, "dead");
    assert_non_null(strstr(dead, "\"args\":[6]"));
    assert_int_equal(fixture_int(fx, "GET", "stat:processed", NULL), JOBS - 1);
    assert_int_equal(fixture_int(fx, "EXISTS", "dropship:suspects", NULL), 0);
    {
        scoped(redis_reply_clear_p) redisReply *left = NULL;

        must(redis_do(fx->redis, &left, &fx->fail, "KEYS", "dropship:recovered:*", NULL), fx);
        assert_int_equal(left->elements, 0);
    }
}

/* Jobs 0 and 1 are suspects, 2 and 3 are not. */
static void fill_suspects(struct fixture *fx)
{
    static struct batch b;

    for (int i = 0; i < 4; i++) {
        fixture_enqueue(fx, "q", i, NULL);
    }
    fixture_claim(fx, &b, GONE, "q", 1, 2);
    batch_free(&b);
    assert_int_equal(recover(fx).recovered, 2);
}

static int claim_numbers(struct fixture *fx, struct batch *b, const char *identity, unsigned serial)
{
    int numbers = 0;

    fixture_claim(fx, b, identity, "q", serial, 4);
    for (size_t i = 0; i < b->count; i++) {
        numbers = 10 * numbers + 1 + payload_number(b->payloads[i], b->sizes[i]);
    }
    return numbers;
}

static void process_holds_one_suspect_and_other_jobs_pass(void **state)
{
    struct fixture *fx = *state;
    static struct batch first, second, other;

    fill_suspects(fx);
    assert_int_equal(claim_numbers(fx, &first, ALIVE, 1), 1);
    assert_int_equal(claim_numbers(fx, &second, ALIVE, 2), 34);
    assert_int_equal(claim_numbers(fx, &other, "host:3:cccccccccccc", 1), 2);
    batch_free(&other);
    /* What of a lost reply: the same again, alone. */
    batch_free(&first);
    assert_int_equal(claim_numbers(fx, &first, ALIVE, 1), 1);
    /* Given back unrun it is a suspect still. */
    assert_false(fixture_settle(fx, &first, 0, SETTLE_BACK, NULL));
    batch_free(&first);
    fixture_enqueue(fx, "q", 8, NULL);
    assert_int_equal(claim_numbers(fx, &first, ALIVE, 1), 1);
    assert_false(fixture_settle(fx, &first, 0, SETTLE_DONE, NULL));
    batch_free(&first);
    assert_int_equal(claim_numbers(fx, &first, ALIVE, 1), 9);
    batch_free(&first);
    batch_free(&second);
}

static void suspect_that_must_wait_is_asked_for_at_intervals(void **state)
{
    struct fixture *fx = *state;
    static struct batch first, second;
    int64_t began_ms;

    fill_suspects(fx);
    assert_int_equal(claim_numbers(fx, &first, ALIVE, 1), 1);
    assert_int_equal(claim_numbers(fx, &second, ALIVE, 2), 34);
    batch_free(&second);
    /* BLMOVE may have taken it just now. */
    queue_claim_list(ALIVE, "q", 3, &second.list);
    command(fx, "LMOVE", "queue:q", second.list.key, "RIGHT", "LEFT");
    began_ms = clock_mono_ms();
    must(fixture_take(fx->redis, &second, 4, 20000, &fx->fail), fx);
    assert_int_equal(second.count, 0);
    assert_in_range(clock_mono_ms() - began_ms, 90, 10000);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1);
    assert_false(fixture_settle(fx, &first, 0, SETTLE_DONE, NULL));
    assert_int_equal(claim_numbers(fx, &second, ALIVE, 3), 2);
    batch_free(&first);
    batch_free(&second);
}

static void living_lease_protects_and_its_end_releases(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    int64_t deadline;

    fixture_enqueue(fx, "q", 1, NULL);
    must(queue_lease(fx->redis, ALIVE, 300, &fx->fail), fx);
    fixture_claim(fx, &b, ALIVE, "q", 1, 4);
    assert_int_equal(recover(fx).recovered, 0);
    deadline = clock_mono_ms() + 5000;
    while (recover(fx).recovered == 0) {
        assert_true(clock_mono_ms() < deadline);
        clock_sleep_ms(10);
    }
    assert_true(fixture_settle(fx, &b, 0, SETTLE_DONE, NULL));
    batch_free(&b);
}

static void third_recovery_ends_in_dead_as_worker_lost(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    char jid[JOB_JID_BYTES], innocent[JOB_JID_BYTES];
    scoped(free_p) char *dead = NULL;

    fixture_enqueue(fx, "q", 1, jid);
    for (int i = 0; i < 2; i++) {
        fixture_claim(fx, &b, GONE, "q", 1, 1);
        assert_int_equal(b.count, 1);
        batch_free(&b);
        assert_int_equal(recover(fx).recovered, 1);
    }
    fixture_enqueue(fx, "q", 2, innocent);
    for (unsigned serial = 1; serial <= 2; serial++) {
        fixture_claim(fx, &b, GONE, "q", serial, 2);
        assert_int_equal(b.count, 1);
        batch_free(&b);
    }
    {
        struct recovery last = recover(fx);

        assert_int_equal(last.recovered, 1);
        assert_int_equal(last.condemned, 1);
    }
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1);
    dead = fixture_first(fx, "dead");
    assert_non_null(strstr(dead, jid));
    assert_non_null(strstr(dead, "\"error_class\":\"WorkerLost\""));
    assert_non_null(strstr(dead, "\"retry_count\":0"));
    assert_non_null(strstr(dead, "\"args\":[1]"));
    assert_int_equal(fixture_int(fx, "GET", "dropship:stat:condemned", NULL), 1);
}

static void condemned_job_waits_in_its_list_for_the_burial(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    /* A recovery that died between its two scripts: the counter is at the limit, the job still
     * claimed. */
    fixture_enqueue(fx, "q", 1, NULL);
    for (int i = 0; i < 2; i++) {
        fixture_claim(fx, &b, GONE, "q", 1, 1);
        batch_free(&b);
        (void)recover(fx);
    }
    fixture_claim(fx, &b, GONE, "q", 1, 1);
    {
        scoped(redis_reply_clear_p) redisReply *keys = NULL;

        must(redis_do(fx->redis, &keys, &fx->fail, "KEYS", "dropship:recovered:*", NULL), fx);
        assert_int_equal(keys->elements, 1);
        command(fx, "INCR", keys->element[0]->str);
        assert_in_range(fixture_int(fx, "TTL", keys->element[0]->str, NULL), 72 * 3600 - 60,
                        72 * 3600);
    }
    batch_free(&b);
    assert_int_equal(recover(fx).condemned, 1);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 1);
}

static void condemned_timetable_job_frees_its_slot(void **state)
{
    struct fixture *fx = *state;
    const struct slot slot = { .name = "orders.check",
                               .interval_ms = 3600000,
                               .job = { .type = "orders.check", .queue = "q", .max_retries = 5 } };
    static struct batch b;
    int64_t wait_ms;

    must(queue_slot(fx->redis, &slot, &wait_ms, &fx->fail), fx);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fixture_int(fx, "EXISTS", "dropship:slot:orders.check:busy", NULL), 1);
        fixture_claim(fx, &b, GONE, "q", 1, 1);
        batch_free(&b);
        (void)recover(fx);
    }
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 1);
    assert_int_equal(fixture_int(fx, "EXISTS", "dropship:slot:orders.check:busy", NULL), 0);
}

static void unreadable_claimed_bytes_are_recovered_and_buried_unchanged(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *dead = NULL;

    for (int i = 0; i < 3; i++) {
        command(fx, "LPUSH", "dropship:claimed:" GONE ":q#1", "not { json");
        command(fx, "SADD", "dropship:lists", "dropship:claimed:" GONE ":q#1");
        command(fx, "DEL", "queue:q");
        (void)recover(fx);
    }
    dead = fixture_first(fx, "dead");
    assert_string_equal(dead, "not { json");
    assert_int_equal(fixture_int(fx, "EXISTS", "dropship:claimed:" GONE ":q#1", NULL), 0);
}

static void *recover_all(void *arg)
{
    struct fixture fx = { .redis = fixture_connect() };
    struct recovery *total = arg;

    for (int i = 0; i < 20; i++) {
        must(queue_recover(fx.redis, clock_now_us(), total, &fx.fail), &fx);
    }
    redis_close(fx.redis);
    return NULL;
}

static void two_recoverers_lose_and_duplicate_nothing(void **state)
{
    enum { LISTS = 40, EACH = 10 };
    struct fixture *fx = *state;
    struct recovery totals[2] = { { 0 }, { 0 } };
    pthread_t threads[2];
    static struct batch b;
    bool seen[LISTS * EACH] = { false };

    for (int i = 0; i < LISTS * EACH; i++) {
        fixture_enqueue(fx, "q", i, NULL);
    }
    for (unsigned i = 0; i < LISTS; i++) {
        fixture_claim(fx, &b, GONE, "q", i, EACH);
        batch_free(&b);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, recover_all, &totals[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(totals[0].recovered + totals[1].recovered, LISTS * EACH);
    assert_int_equal(totals[0].lists + totals[1].lists, LISTS);
    assert_int_equal(fixture_int(fx, "ZCARD", "dropship:suspects", NULL), LISTS * EACH);
    command(fx, "DEL", "dropship:suspects"); /* take all at once */
    fixture_claim(fx, &b, ALIVE, "q", 1, QUEUE_BATCH_MAX);
    assert_int_equal(b.count, LISTS * EACH);
    for (size_t i = 0; i < b.count; i++) {
        int n = payload_number(b.payloads[i], b.sizes[i]);

        assert_false(seen[n]);
        seen[n] = true;
    }
    batch_free(&b);
}

static void two_recoverers_bury_a_condemned_job_once(void **state)
{
    enum { JOBS = 30 };
    struct fixture *fx = *state;
    struct recovery totals[2] = { { 0 }, { 0 } };
    pthread_t threads[2];
    static struct batch b;

    for (int i = 0; i < JOBS; i++) {
        fixture_enqueue(fx, "q", i, NULL);
    }
    fixture_claim(fx, &b, GONE, "q", 1, JOBS);
    batch_free(&b);
    command(fx, "EVAL",
            "for _, p in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do "
            "redis.call('SET', 'dropship:recovered:' .. redis.sha1hex(p), 2) end",
            "1", b.list.key);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, recover_all, &totals[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(totals[0].condemned + totals[1].condemned, JOBS);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), JOBS);
    assert_int_equal(fixture_int(fx, "EXISTS", b.list.key, "queue:q"), 0);
}

static void oldest_dead_are_trimmed_and_counted(void **state)
{
    struct fixture *fx = *state;

    command(fx, "ZADD", "dead", "1000000000", "{\"old\":1}", "1000000001", "{\"old\":2}");
    command(fx, "ZADD", "dead", "4000000000", "{\"new\":1}");
    (void)recover(fx);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 1);
    assert_int_equal(fixture_int(fx, "GET", "dropship:stat:trimmed", NULL), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(jobs_of_a_vanished_worker_run_next_in_their_order),
        queue_test(neighbours_of_a_poison_pill_are_spared),
        queue_test(process_holds_one_suspect_and_other_jobs_pass),
        queue_test(suspect_that_must_wait_is_asked_for_at_intervals),
        queue_test(living_lease_protects_and_its_end_releases),
        queue_test(third_recovery_ends_in_dead_as_worker_lost),
        queue_test(condemned_job_waits_in_its_list_for_the_burial),
        queue_test(condemned_timetable_job_frees_its_slot),
        queue_test(unreadable_claimed_bytes_are_recovered_and_buried_unchanged),
        queue_test(two_recoverers_lose_and_duplicate_nothing),
        queue_test(two_recoverers_bury_a_condemned_job_once),
        queue_test(oldest_dead_are_trimmed_and_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
