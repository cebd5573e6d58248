/* due jobs and timetable slots. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/queue_priv.h"
#include "tests/integration/queue/fixture.h"

static void promote(struct fixture *fx, size_t max, int64_t want_moved, int64_t *ret_next_ms)
{
    int64_t moved = -1;

    must(queue_promote(fx->redis, max, &moved, ret_next_ms, &fx->fail), fx);
    assert_int_equal(moved, want_moved);
}

static void due_jobs_move_and_keep_their_bytes(void **state)
{
    struct fixture *fx = *state;
    static const char payload[] =
        "{\"args\":[9223372036854775808,1e-7,\"\xE2\x80\xA8\\u003c\"],\"queue\":\"q\",\"class\":"
        "\"a\","
        "\"jid\":\"0123456789abcdef01234567\",\"enqueued_at\":1,\"x\":{}}";
    scoped(free_p) char *moved = NULL;
    int64_t next_ms;

    command(fx, "ZADD", "retry", "1000", payload);
    promote(fx, 10, 1, &next_ms);
    assert_int_equal(next_ms, 1000);
    moved = fixture_lindex(fx, "queue:q", "0");
    assert_non_null(moved);
    assert_memory_equal(
        moved, payload,
        strlen("{\"args\":[9223372036854775808,1e-7,\"\xE2\x80\xA8\\u003c\"],\"queue\":\"q\""));
    assert_null(strstr(moved, "\"enqueued_at\":1,"));
    assert_int_equal(fixture_int(fx, "SISMEMBER", "queues", "q"), 1);
    assert_int_equal(fixture_int(fx, "ZCARD", "retry", NULL), 0);
}

static void earliest_due_runs_first_and_future_waits(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    int64_t next_ms;

    command(fx, "ZADD", "schedule", "30", "{\"queue\":\"q\",\"args\":[2]}", "20",
            "{\"queue\":\"q\",\"args\":[1]}", "4000000000", "{\"queue\":\"q\",\"args\":[3]}");
    promote(fx, 10, 2, &next_ms);
    assert_int_equal(next_ms, 1000);
    fixture_claim(fx, &b, "h:1:a", "q", 1, 9);
    assert_int_equal(b.count, 2);
    assert_int_equal(payload_number(b.payloads[0], b.sizes[0]), 1);
    assert_int_equal(payload_number(b.payloads[1], b.sizes[1]), 2);
    batch_free(&b);
}

static void next_due_time_is_told(void **state)
{
    struct fixture *fx = *state;
    struct job_spec spec = { .type = "a", .queue = "q", .max_retries = -1 };
    char jid[JOB_JID_BYTES];
    int64_t next_ms, now_us;

    must(redis_time_us(fx->redis, &now_us, &fx->fail), fx);
    spec.run_at_us = now_us + 400000;
    must(queue_enqueue(fx->redis, &spec, jid, &fx->fail), fx);
    promote(fx, 10, 0, &next_ms);
    assert_in_range(next_ms, 1, 500);
}

static void broken_due_entries_go_to_dead_unchanged(void **state)
{
    struct fixture *fx = *state;
    int64_t next_ms;
    static const char *const broken[] = { "not json", "{\"args\":[]}", "{\"queue\":\"no/good\"}",
                                          "[1]", "{\"queue\":5}" };

    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        command(fx, "ZADD", "schedule", "5", broken[i]);
    }
    command(fx, "ZADD", "schedule", "6", "{\"queue\":\"q\",\"args\":[1]}");
    promote(fx, 50, 1, &next_ms);
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;

        must(redis_do(fx->redis, &reply, &fx->fail, "ZSCORE", "dead", broken[i], NULL), fx);
        assert_int_equal(reply->type, REDIS_REPLY_STRING);
    }
    assert_int_equal(fixture_int(fx, "ZCARD", "schedule", NULL), 0);
}

static void large_backlog_moves_in_bounded_calls(void **state)
{
    struct fixture *fx = *state;
    int64_t moved, next_ms = 0, all = 0;
    int calls = 0;

    for (int i = 0; i < 700; i++) {
        char payload[64];

        (void)snprintf(payload, sizeof payload, "{\"queue\":\"q\",\"args\":[%d]}", i);
        command(fx, "ZADD", i % 2 == 0 ? "retry" : "schedule", "7", payload);
    }
    do {
        must(queue_promote(fx->redis, 300, &moved, &next_ms, &fx->fail), fx);
        assert_true(moved <= 300);
        all += moved;
        calls++;
        assert_true(all == 700 || next_ms == 0);
    } while (next_ms == 0);
    assert_int_equal(all, 700);
    assert_int_equal(calls, 3);
}

/* Entries [n] for queues q0 ... q(queues - 1) in turn, due in the order of their numbers. */
static void schedule_many(struct fixture *fx, int count, int queues)
{
    for (int i = 0; i < count; i++) {
        char payload[64], score[16];

        (void)snprintf(score, sizeof score, "%d", 1000 + i);
        (void)snprintf(payload, sizeof payload, "{\"queue\":\"q%d\",\"args\":[%d]}", i % queues, i);
        command(fx, "ZADD", "schedule", score, payload);
    }
}

static void order_within_each_queue_survives_large_pages(void **state)
{
    struct fixture *fx = *state;
    enum { COUNT = 1500, QUEUES = 3 };
    static struct batch b;
    int64_t next_ms;

    schedule_many(fx, COUNT, QUEUES);
    promote(fx, 4 * COUNT, COUNT, &next_ms);
    assert_int_equal(next_ms, 1000); /* known at the end of the call that moved the last */
    for (int q = 0; q < QUEUES; q++) {
        char name[32];

        (void)snprintf(name, sizeof name, "q%d", q);
        fixture_claim(fx, &b, "h:1:a", name, (unsigned)q, 1000);
        assert_int_equal(b.count, COUNT / QUEUES);
        for (size_t i = 0; i < b.count; i++) {
            assert_int_equal(payload_number(b.payloads[i], b.sizes[i]), (int)i * QUEUES + q);
        }
        batch_free(&b);
    }
    assert_int_equal(fixture_int(fx, "SCARD", "queues", NULL), QUEUES);
}

static void queue_that_is_no_list_costs_nobody_his_job(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *dead = NULL;
    int64_t next_ms;

    command(fx, "SET", "queue:q1", "something else");
    schedule_many(fx, 3, 3);
    promote(fx, 50, 2, &next_ms);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q0", NULL), 1);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q2", NULL), 1);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 1);
    dead = fixture_first(fx, "dead");
    assert_string_equal(dead, "{\"queue\":\"q1\",\"args\":[1]}");
    assert_int_equal(fixture_int(fx, "ZCARD", "schedule", NULL), 0);
}

static void nothing_is_moved_or_lost_when_the_set_of_queues_is_broken(void **state)
{
    struct fixture *fx = *state;
    int64_t moved, next_ms;

    command(fx, "SET", "queues", "something else");
    schedule_many(fx, 2, 2);
    assert_int_equal(queue_promote(fx->redis, 10, &moved, &next_ms, &fx->fail), -1);
    assert_int_equal(fixture_int(fx, "ZCARD", "schedule", NULL), 2);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q0", NULL), 0);
}

static void broken_entries_of_one_page_die_at_different_times(void **state)
{
    struct fixture *fx = *state;
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    int64_t next_ms;

    for (int i = 0; i < 200; i++) {
        char text[32];

        (void)snprintf(text, sizeof text, "broken %d", i);
        command(fx, "ZADD", "retry", "5", text);
    }
    promote(fx, 1000, 0, &next_ms);
    must(redis_do(fx->redis, &reply, &fx->fail, "ZRANGE", "dead", "0", "-1", "WITHSCORES", NULL),
         fx);
    assert_int_equal(reply->elements, 400);
    for (size_t i = 3; i < reply->elements; i += 2) {
        assert_string_not_equal(reply->element[i]->str, reply->element[i - 2]->str);
    }
}

static void *promote_all(void *arg)
{
    struct fixture fx = { .redis = fixture_connect() };
    int64_t moved, next_ms = 0;

    while (next_ms == 0) {
        must(queue_promote(fx.redis, 700, &moved, &next_ms, &fx.fail), &fx);
        *(int64_t *)arg += moved;
    }
    redis_close(fx.redis);
    return NULL;
}

/* Each number stands in the queues exactly once. */
static void assert_each_once(struct fixture *fx, int count, int queues)
{
    scoped(free_p) char *seen = calloc((size_t)count, 1);

    for (int q = 0; q < queues; q++) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;
        char key[32];

        (void)snprintf(key, sizeof key, "queue:q%d", q);
        must(redis_do(fx->redis, &reply, &fx->fail, "LRANGE", key, "0", "-1", NULL), fx);
        for (size_t i = 0; i < reply->elements; i++) {
            int n = payload_number(reply->element[i]->str, reply->element[i]->len);

            assert_in_range(n, 0, count - 1);
            assert_int_equal(seen[n]++, 0);
        }
    }
    assert_null(memchr(seen, 0, (size_t)count));
}

static void four_promoters_move_each_job_once(void **state)
{
    struct fixture *fx = *state;
    enum { COUNT = 6000, QUEUES = 2, PROMOTERS = 4 };
    int64_t moved[PROMOTERS] = { 0 }, all = 0;
    pthread_t threads[PROMOTERS];

    schedule_many(fx, COUNT, QUEUES);
    for (int i = 0; i < PROMOTERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, promote_all, &moved[i]), 0);
    }
    for (int i = 0; i < PROMOTERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        all += moved[i];
    }
    assert_int_equal(all, COUNT);
    assert_each_once(fx, COUNT, QUEUES);
    assert_int_equal(fixture_int(fx, "ZCARD", "schedule", NULL), 0);
}

/* ---- timetable ---- */

static const struct slot hourly = {
    .name = "orders.check",
    .interval_ms = 3600000,
    .job = { .type = "orders.check", .queue = "fulfillment", .max_retries = 0 },
};

static void *claim_slot(void *arg)
{
    struct fixture fx = { .redis = fixture_connect() };
    int64_t wait_ms;

    if (queue_slot(fx.redis, &hourly, &wait_ms, &fx.fail) == 0) {
        atomic_fetch_add((atomic_int *)arg, 1);
    }
    redis_close(fx.redis);
    return NULL;
}

static void slot_fires_once_for_twenty_threads(void **state)
{
    struct fixture *fx = *state;
    pthread_t threads[20];
    atomic_int fired = 0;

    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, claim_slot, &fired), 0);
    }
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(atomic_load(&fired), 1);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:fulfillment", NULL), 1);
}

static void slot_is_skipped_while_the_last_one_waits_or_runs(void **state)
{
    struct fixture *fx = *state;
    struct slot quick = hourly;
    int64_t wait_ms = -1;
    static struct batch b;
    scoped(job_free_p) struct job *job = NULL;

    quick.interval_ms = 50;
    must(queue_slot(fx->redis, &quick, &wait_ms, &fx->fail), fx);
    assert_in_range(wait_ms, 0, 50);
    clock_sleep_ms(wait_ms + 5); /* the slot's end is the event */
    assert_int_equal(queue_slot(fx->redis, &quick, &wait_ms, &fx->fail), 1);
    assert_in_range(fixture_int(fx, "TTL", "dropship:slot:orders.check:busy", NULL), 590, 600);
    fixture_claim(fx, &b, "h:1:a", "fulfillment", 1, 5);
    assert_int_equal(b.count, 1);
    must(job_parse(b.payloads[0], b.sizes[0], &job, &fx->fail), fx);
    must(queue_slot_done(fx->redis, quick.name, "someone else", &fx->fail), fx);
    assert_int_equal(fixture_int(fx, "EXISTS", "dropship:slot:orders.check:busy", NULL), 1);
    must(queue_slot_done(fx->redis, quick.name, job->jid, &fx->fail), fx);
    clock_sleep_ms(wait_ms + 5);
    must(queue_slot(fx->redis, &quick, &wait_ms, &fx->fail), fx);
    batch_free(&b);
}

static void marker_of_a_lost_job_ends_soon_after_the_next_slot(void **state)
{
    struct fixture *fx = *state;
    static const struct {
        int64_t interval_ms, ttl_s;
    } rows[] = { { 5000, 600 }, { 600000, 1200 }, { 3600000, 4500 }, { 86400000, 87300 } };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct slot slot = hourly;
        int64_t wait_ms;

        command(fx, "FLUSHDB");
        slot.interval_ms = rows[i].interval_ms;
        must(queue_slot(fx->redis, &slot, &wait_ms, &fx->fail), fx);
        assert_in_range(fixture_int(fx, "TTL", "dropship:slot:orders.check:busy", NULL),
                        rows[i].ttl_s - 10, rows[i].ttl_s);
    }
}

static void slot_id_is_the_same_for_everybody_and_changes_with_the_slot(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *first = NULL;
    scoped(free_p) char *second = NULL;
    int64_t wait_ms;

    must(queue_slot(fx->redis, &hourly, &wait_ms, &fx->fail), fx);
    first = fixture_lindex(fx, "queue:fulfillment", "0");
    command(fx, "DEL", "dropship:slot:orders.check",
            "dropship:slot:orders.check:busy"); /* as after FLUSHALL */
    must(queue_slot(fx->redis, &hourly, &wait_ms, &fx->fail), fx);
    second = fixture_lindex(fx, "queue:fulfillment", "0");
    assert_memory_equal(strstr(first, "\"jid\""), strstr(second, "\"jid\""),
                        strlen("\"jid\":\"0123456789abcdef01234567\""));
}

static void slot_written_by_a_wrong_clock_does_not_block(void **state)
{
    struct fixture *fx = *state;
    int64_t wait_ms;

    command(fx, "SET", "dropship:slot:orders.check", "99999999");
    must(queue_slot(fx->redis, &hourly, &wait_ms, &fx->fail), fx);
    assert_int_equal(queue_slot(fx->redis, &hourly, &wait_ms, &fx->fail), 1);
}

static void missed_slots_fire_once(void **state)
{
    struct fixture *fx = *state;
    int64_t wait_ms;

    command(fx, "SET", "dropship:slot:orders.check", "5");
    must(queue_slot(fx->redis, &hourly, &wait_ms, &fx->fail), fx);
    assert_int_equal(queue_slot(fx->redis, &hourly, &wait_ms, &fx->fail), 1);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:fulfillment", NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(due_jobs_move_and_keep_their_bytes),
        queue_test(earliest_due_runs_first_and_future_waits),
        queue_test(next_due_time_is_told),
        queue_test(broken_due_entries_go_to_dead_unchanged),
        queue_test(large_backlog_moves_in_bounded_calls),
        queue_test(order_within_each_queue_survives_large_pages),
        queue_test(queue_that_is_no_list_costs_nobody_his_job),
        queue_test(nothing_is_moved_or_lost_when_the_set_of_queues_is_broken),
        queue_test(broken_entries_of_one_page_die_at_different_times),
        queue_test(four_promoters_move_each_job_once),
        queue_test(slot_fires_once_for_twenty_threads),
        queue_test(slot_is_skipped_while_the_last_one_waits_or_runs),
        queue_test(marker_of_a_lost_job_ends_soon_after_the_next_slot),
        queue_test(slot_id_is_the_same_for_everybody_and_changes_with_the_slot),
        queue_test(slot_written_by_a_wrong_clock_does_not_block),
        queue_test(missed_slots_fire_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
