/* settle: all outcomes, counting, fencing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "tests/integration/queue/fixture.h"

#define ME "host:1:aaaaaaaaaaaa"

static void claim_some(struct fixture *fx, struct batch *b, int count)
{
    for (int i = 0; i < count; i++) {
        fixture_enqueue(fx, "q", i, NULL);
    }
    fixture_claim(fx, b, ME, "q", 1, (size_t)count);
    assert_int_equal(b->count, count);
}

static void done_batch_leaves_only_counters(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    struct settlement s[5];
    char day[CLOCK_TEXT_BYTES], key[64];
    int64_t now_us = clock_now_us();

    claim_some(fx, &b, 5);
    for (size_t i = 0; i < 5; i++) {
        s[i] = (struct settlement){ .kind = SETTLE_DONE,
                                    .payload = b.payloads[4 - i],
                                    .payload_bytes = b.sizes[4 - i],
                                    .fenced = true };
    }
    must(queue_settle(fx->redis, &b.list, &(struct settle_batch){ s, 5, now_us }, &fx->fail), fx);
    for (size_t i = 0; i < 5; i++) {
        assert_false(s[i].fenced);
    }
    assert_int_equal(fixture_int(fx, "GET", "stat:processed", NULL), 5);
    clock_format_day(now_us, day);
    (void)snprintf(key, sizeof key, "stat:processed:%s", day);
    assert_int_equal(fixture_int(fx, "GET", key, NULL), 5);
    assert_in_range(fixture_int(fx, "TTL", key, NULL), 157000000, 157680000);
    assert_int_equal(fixture_int(fx, "DBSIZE", NULL, NULL), 5); /* queues, lists, three counters */
    batch_free(&b);
}

static void part_of_a_batch_can_be_settled_in_any_order(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    claim_some(fx, &b, 3);
    assert_false(fixture_settle(fx, &b, 1, SETTLE_DONE, NULL));
    assert_int_equal(fixture_int(fx, "LLEN", b.list.key, NULL), 2);
    assert_false(fixture_settle(fx, &b, 0, SETTLE_DONE, NULL));
    assert_false(fixture_settle(fx, &b, 2, SETTLE_DONE, NULL));
    assert_int_equal(fixture_int(fx, "EXISTS", b.list.key, NULL), 0);
    batch_free(&b);
}

static void each_outcome_has_its_place(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    scoped(free_p) char *retry = NULL;
    scoped(free_p) char *schedule = NULL;
    scoped(free_p) char *dead = NULL;
    scoped(free_p) char *back = NULL;

    claim_some(fx, &b, 4);
    assert_false(fixture_settle(fx, &b, 0, SETTLE_RETRY, "{\"r\":1}"));
    assert_false(fixture_settle(fx, &b, 1, SETTLE_SNOOZE, "{\"s\":1}"));
    assert_false(fixture_settle(fx, &b, 2, SETTLE_DEAD, "{\"d\":1}"));
    assert_false(fixture_settle(fx, &b, 3, SETTLE_BACK, NULL));
    retry = fixture_first(fx, "retry");
    schedule = fixture_first(fx, "schedule");
    dead = fixture_first(fx, "dead");
    back = fixture_lindex(fx, "queue:q", "-1");
    assert_string_equal(retry, "{\"r\":1}");
    assert_string_equal(schedule, "{\"s\":1}");
    assert_string_equal(dead, "{\"d\":1}");
    assert_string_equal(back, b.payloads[3]);
    assert_int_equal(fixture_int(fx, "GET", "stat:processed", NULL), 2); /* retry, dead */
    assert_int_equal(fixture_int(fx, "GET", "stat:failed", NULL), 2);
    batch_free(&b);
}

static void jobs_given_back_run_next_in_their_order(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    struct settlement s[3];

    claim_some(fx, &b, 3);
    fixture_enqueue(fx, "q", 3, NULL);
    for (size_t i = 0; i < 3; i++) {
        s[i] = (struct settlement){ .kind = SETTLE_BACK,
                                    .payload = b.payloads[i],
                                    .payload_bytes = b.sizes[i] };
    }
    must(
        queue_settle(fx->redis, &b.list, &(struct settle_batch){ s, 3, clock_now_us() }, &fx->fail),
        fx);
    batch_free(&b);
    fixture_claim(fx, &b, ME, "q", 2, 10);
    assert_int_equal(b.count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(payload_number(b.payloads[i], b.sizes[i]), i);
    }
    batch_free(&b);
}

static void recovered_job_cannot_be_settled_by_its_loser(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    struct recovery recovery = { .lists = 0 };

    claim_some(fx, &b, 2); /* no lease: as if it had run out */
    must(queue_recover(fx->redis, clock_now_us(), &recovery, &fx->fail), fx);
    assert_int_equal(recovery.recovered, 2);
    assert_true(fixture_settle(fx, &b, 0, SETTLE_DONE, NULL));
    assert_true(fixture_settle(fx, &b, 1, SETTLE_RETRY, "{\"r\":1}"));
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 2);
    assert_int_equal(fixture_int(fx, "EXISTS", "retry", "stat:processed"), 0);
    assert_int_equal(fixture_int(fx, "GET", "dropship:stat:fenced", NULL), 2);
    batch_free(&b);
}

static void settling_twice_changes_nothing_the_second_time(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    claim_some(fx, &b, 2);
    assert_false(fixture_settle(fx, &b, 0, SETTLE_DONE, NULL));
    assert_true(fixture_settle(fx, &b, 0, SETTLE_DONE,
                               NULL)); /* as many left as settled: must not take the other one */
    assert_int_equal(fixture_int(fx, "LLEN", b.list.key, NULL), 1);
    assert_int_equal(fixture_int(fx, "GET", "stat:processed", NULL), 1);
    batch_free(&b);
}

static void entries_of_one_instant_get_distinct_scores(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    struct settlement s[20];
    char next[20][32];
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    claim_some(fx, &b, 20);
    for (size_t i = 0; i < 20; i++) {
        (void)snprintf(next[i], sizeof next[i], "{\"n\":%zu}", i);
        s[i] = (struct settlement){ .kind = SETTLE_DEAD,
                                    .payload = b.payloads[i],
                                    .payload_bytes = b.sizes[i],
                                    .next = next[i],
                                    .next_bytes = strlen(next[i]),
                                    .at_us = 1795223323000000 };
    }
    must(queue_settle(fx->redis, &b.list, &(struct settle_batch){ s, 20, clock_now_us() },
                      &fx->fail),
         fx);
    must(redis_do(fx->redis, &reply, &fx->fail, "ZRANGE", "dead", "0", "-1", "WITHSCORES", NULL),
         fx);
    assert_int_equal(reply->elements, 40);
    for (size_t i = 3; i < 40; i += 2) {
        assert_string_not_equal(reply->element[i]->str, reply->element[i - 2]->str);
    }
    batch_free(&b);
}

/* A worker whose clock is an hour ahead, or behind, must not move its retries by an hour. */
static void waiting_jobs_are_due_by_the_clock_of_redis(void **state)
{
    static const enum settle_kind kinds[] = { SETTLE_RETRY, SETTLE_SNOOZE };
    static const char *const sets[] = { "retry", "schedule" };
    static const char *const next = "{\"n\":1}";
    struct fixture *fx = *state;
    static struct batch b;

    for (int i = 0; i < 8; i++) {
        int64_t wrong_us = clock_now_us() + ((i & 1) != 0 ? 1 : -1) * INT64_C(3600000000);
        int64_t now_us = 0;
        struct settlement s = { .kind = kinds[i / 2 % 2],
                                .next = next,
                                .next_bytes = strlen(next),
                                .at_us = wrong_us + 30000000,
                                .in_us = 30000000 };
        scoped(redis_reply_clear_p) redisReply *score = NULL;

        claim_some(fx, &b, 1);
        s.payload = b.payloads[0];
        s.payload_bytes = b.sizes[0];
        must((i < 4 ? queue_settle : queue_settle_whole)(
                 fx->redis, &b.list, &(struct settle_batch){ &s, 1, wrong_us }, &fx->fail),
             fx);
        assert_false(s.fenced);
        must(redis_time_us(fx->redis, &now_us, &fx->fail), fx);
        must(redis_do(fx->redis, &score, &fx->fail, "ZSCORE", sets[i / 2 % 2], next, NULL), fx);
        double in_s = strtod(score->str, NULL) - (double)now_us / 1e6;
        assert_true(in_s > 25 && in_s < 31);
        command(fx, "DEL", sets[i / 2 % 2]);
        batch_free(&b);
    }
}

static const struct slot hourly = {
    .name = "orders.check",
    .interval_ms = 3600000,
    .job = { .type = "orders.check", .queue = "q", .max_retries = 5 },
};

static bool slot_is_busy(struct fixture *fx)
{
    return fixture_int(fx, "EXISTS", "dropship:slot:orders.check:busy", NULL) == 1;
}

/* Push the timetable's job and claim it. */
static void claim_slot_job(struct fixture *fx, struct batch *b)
{
    int64_t wait_ms;

    command(fx, "FLUSHDB");
    must(queue_slot(fx->redis, &hourly, &wait_ms, &fx->fail), fx);
    fixture_claim(fx, b, ME, "q", 1, 5);
    assert_int_equal(b->count, 1);
    assert_true(slot_is_busy(fx));
}

static void settling_a_timetable_job_for_good_frees_its_slot(void **state)
{
    struct fixture *fx = *state;
    static const struct {
        enum settle_kind kind;
        bool frees;
    } rows[] = { { SETTLE_DONE, true },
                 { SETTLE_DEAD, true },
                 { SETTLE_RETRY, false },
                 { SETTLE_SNOOZE, false },
                 { SETTLE_BACK, false } };
    static struct batch b;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        claim_slot_job(fx, &b);
        assert_false(fixture_settle(fx, &b, 0, rows[i].kind, "{}"));
        assert_int_equal(slot_is_busy(fx), !rows[i].frees);
        batch_free(&b);
    }
}

static void slot_is_freed_by_nobody_else(void **state)
{
    struct fixture *fx = *state;
    static struct batch b, by_hand;
    struct job_spec spec = { .type = "orders.check", .queue = "q", .max_retries = 5 };
    char jid[JOB_JID_BYTES];

    claim_slot_job(fx, &b);
    must(queue_enqueue(fx->redis, &spec, jid, &fx->fail), fx); /* a person's, of the same class */
    fixture_claim(fx, &by_hand, ME, "q", 2, 5);
    assert_false(fixture_settle(fx, &by_hand, 0, SETTLE_DONE, NULL));
    assert_true(slot_is_busy(fx));
    command(fx, "DEL", b.list.key); /* recovered meanwhile */
    assert_true(fixture_settle(fx, &b, 0, SETTLE_DONE, NULL));
    assert_true(slot_is_busy(fx));
    batch_free(&b);
    batch_free(&by_hand);
}

static int64_t script_calls(struct fixture *fx)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    const char *line;

    must(redis_do(fx->redis, &reply, &fx->fail, "INFO", "commandstats", NULL), fx);
    line = strstr(reply->str, "cmdstat_evalsha:calls=");
    return line == NULL ? 0 : strtoll(line + strlen("cmdstat_evalsha:calls="), NULL, 10);
}

/* In the order of the claim, of which the first job came by a BLMOVE. */
static void whole_batch_is_settled_by_one_call(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    struct settlement s[4];

    for (int round = 0; round < 2; round++) { /* the first loads the script */
        int64_t before;

        for (int i = 0; i < 4; i++) {
            fixture_enqueue(fx, "q", i, NULL);
        }
        queue_claim_list(ME, "q", 1, &b.list);
        command(fx, "BLMOVE", "queue:q", b.list.key, "RIGHT", "LEFT", "1");
        fixture_claim(fx, &b, ME, "q", 1, 4);
        assert_int_equal(b.count, 4);
        for (size_t i = 0; i < 4; i++) {
            s[i] = (struct settlement){ .kind = SETTLE_DONE,
                                        .payload = b.payloads[i],
                                        .payload_bytes = b.sizes[i],
                                        .no_lock = true,
                                        .fenced = true };
        }
        before = script_calls(fx);
        must(queue_settle_whole(fx->redis, &b.list, &(struct settle_batch){ s, 4, clock_now_us() },
                                &fx->fail),
             fx);
        assert_false(s[0].fenced);
        assert_int_equal(script_calls(fx), before + 1);
        assert_int_equal(fixture_int(fx, "EXISTS", b.list.key, NULL), 0);
        batch_free(&b);
    }
}

/* Recovered, run and settled elsewhere; then a BLMOVE of this worker, whose client had gone by then, brought another job. */
static void job_that_came_into_the_list_afterwards_is_nobodys_to_settle(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    struct settlement s = { .kind = SETTLE_DONE, .no_lock = true };

    claim_some(fx, &b, 1);
    command(fx, "DEL", b.list.key);
    fixture_enqueue(fx, "q", 1, NULL);
    command(fx, "BLMOVE", "queue:q", b.list.key, "RIGHT", "LEFT", "1");
    s.payload = b.payloads[0];
    s.payload_bytes = b.sizes[0];
    must(queue_settle_whole(fx->redis, &b.list, &(struct settle_batch){ &s, 1, clock_now_us() },
                            &fx->fail),
         fx);
    assert_true(s.fenced);
    assert_int_equal(fixture_int(fx, "LLEN", b.list.key, NULL), 1);
    batch_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(settling_a_timetable_job_for_good_frees_its_slot),
        queue_test(slot_is_freed_by_nobody_else),
        queue_test(done_batch_leaves_only_counters),
        queue_test(part_of_a_batch_can_be_settled_in_any_order),
        queue_test(each_outcome_has_its_place),
        queue_test(jobs_given_back_run_next_in_their_order),
        queue_test(recovered_job_cannot_be_settled_by_its_loser),
        queue_test(whole_batch_is_settled_by_one_call),
        queue_test(job_that_came_into_the_list_afterwards_is_nobodys_to_settle),
        queue_test(settling_twice_changes_nothing_the_second_time),
        queue_test(entries_of_one_instant_get_distinct_scores),
        queue_test(waiting_jobs_are_due_by_the_clock_of_redis),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
