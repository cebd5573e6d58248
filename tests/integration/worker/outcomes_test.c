/* Every way a job can end: each outcome, broken payloads, recovery by others, lost connections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/queue.h"
#include "common/queue/unique.h"
#include "tests/integration/worker/process.h"

static void jobs_run_and_leave_history(void **unused)
{
    (void)unused;
    for (int i = 0; i < 50; i++) {
        enqueue("works", NULL, 3);
    }
    start_worker();
    wait_for("GET", "test:ran", 50);
    assert_true(fixture_wait(nothing_claimed, NULL, SOON_MS));
    assert_int_equal(stop_worker(), 0);
    assert_string_equal(done_in_history(), "50");
    assert_int_equal(fixture_redis_int(&fixture, "ZCARD", "dead", NULL), 0);
    assert_int_equal(fixture_redis_int(&fixture, "ZCARD", "retry", NULL), 0);
    assert_int_equal(fixture_redis_int(&fixture, "SCARD", "processes", NULL), 0);
}

static void a_passing_failure_goes_to_retry_with_its_reason(void **unused)
{
    (void)unused;
    enqueue("fails.later", "aaaaaaaaaaaaaaaaaaaaaaaa", 3);
    start_worker();
    wait_for("ZCARD", "retry", 1);
    const char *stored = fixture_first(&fixture, "ZRANGE", "retry");
    assert_non_null(strstr(stored, "\"retry_count\":0"));
    assert_non_null(strstr(stored, "\"error_message\":\"not yet\""));
    assert_non_null(strstr(stored, fail_rule(FAIL_LATER)->error_class));
    assert_int_equal(stop_worker(), 0);
    assert_string_equal(fixture_value(&fixture, "select outcome || attempt || error from job_run"),
                        "retry1not yet");
}

static void a_unique_job_keeps_its_lock_until_its_retry(void **unused)
{
    const struct job_spec spec = {
        .type = "fails.later", .queue = "test", .max_retries = 3, .unique_for_s = 5
    };
    char jid[JOB_JID_BYTES], digest[JOB_LOCK_BYTES], lock[64];
    struct fail f;

    (void)unused;
    assert_int_equal(job_unique_digest(&spec, digest, &f), 0);
    (void)snprintf(lock, sizeof lock, KEY_UNIQUE "%s", digest);
    assert_int_equal(queue_enqueue(fixture.redis, &spec, jid, &f), 0);
    start_worker();
    wait_for("ZCARD", "retry", 1); /* in 15 s at least */
    assert_true(fixture_redis_int(&fixture, "TTL", lock, NULL) > 15);
    assert_int_equal(queue_enqueue(fixture.redis, &spec, jid, &f), 1);
    assert_int_equal(stop_worker(), 0);
}

static void what_will_never_work_is_dead_at_once(void **unused)
{
    (void)unused;
    enqueue("refuses", NULL, 3);
    enqueue("fails.later", NULL, 0); /* retry: false is dead, never nothing */
    start_worker();
    wait_for("ZCARD", "dead", 2);
    assert_int_equal(fixture_redis_int(&fixture, "ZCARD", "retry", NULL), 0);
    assert_int_equal(stop_worker(), 0);
}

static void a_snooze_costs_no_attempt_and_changes_no_byte(void **unused)
{
    (void)unused;
    enqueue("snoozes", NULL, 3);
    char before[1000];
    (void)str_fit(before, sizeof before, fixture_first(&fixture, "LRANGE", "queue:test"));
    start_worker();
    wait_for("ZCARD", "schedule", 1);
    assert_string_equal(fixture_first(&fixture, "ZRANGE", "schedule"), before);
    enqueue("is.limited", NULL, 3);
    wait_for("ZCARD", "schedule", 2);
    assert_int_equal(stop_worker(), 0);
    assert_int_equal(fixture_redis_int(&fixture, "ZCARD", "retry", NULL), 0);
}

static void a_lost_database_burns_no_attempt(void **unused)
{
    (void)unused;
    enqueue("loses.database", NULL, 0);
    start_worker();
    wait_for("ZCARD", "schedule", 1);
    assert_null(strstr(fixture_first(&fixture, "ZRANGE", "schedule"), "retry_count"));
    enqueue("works", NULL, 3); /* and the lane goes on by itself */
    wait_for("GET", "test:ran", 1);
    assert_int_equal(stop_worker(), 0);
    assert_int_equal(fixture_redis_int(&fixture, "ZCARD", "dead", NULL), 0);
}

static void a_lost_redis_session_burns_no_attempt(void **unused)
{
    (void)unused;
    enqueue("loses.redis", NULL, 0);
    start_worker();
    wait_for("ZCARD", "schedule", 1);
    assert_null(strstr(fixture_first(&fixture, "ZRANGE", "schedule"), "retry_count"));
    assert_int_equal(stop_worker(), 0);
    assert_int_equal(fixture_redis_int(&fixture, "ZCARD", "dead", NULL), 0);
}

static void push_large(void)
{
    char *payload = malloc(1200000);

    assert_non_null(payload);
    int head = snprintf(
        payload, 1000,
        "{\"class\":\"works\",\"jid\":\"big\",\"queue\":\"test\",\"retry\":true,\"args\":[\"");
    memset(payload + head, 'x', 1100000);
    memcpy(payload + head + 1100000, "\"]}", 4);
    push_raw(payload);
    free(payload);
}

static const char *const broken[] = {
    "this is not JSON",
    "[1,2,3]",
    "{\"class\":\"works\",\"args\":{\"a\":1},\"jid\":\"b1\",\"queue\":\"test\"}",
    "{\"class\":\"works\",\"args\":\"text\",\"jid\":\"b2\"}",
    "{\"class\":\"works\",\"jid\":\"b3\"}",
    "{\"class\":\"no.such.job\",\"args\":[],\"jid\":\"b4\"}",
    "{\"args\":[],\"jid\":\"b5\"}",
    "{\"class\":17,\"args\":[],\"jid\":\"b6\"}",
    "",
};
static const char *const odd[] = {
    "{\"class\":\"works\",\"args\":[]}",
    "{\"class\":\"works\",\"args\":[],\"jid\":12}",
    "{\"class\":\"works\",\"args\":[],\"jid\":\"c1\",\"created_at\":1795223323025,\"enqueued_"
    "at\":1795223323}",
    "{\"class\":\"works\",\"args\":[],\"jid\":\"c2\",\"created_at\":\"yesterday\",\"retry\":"
    "\"true\"}",
    "{\"class\":\"works\",\"args\":[9223372036854775807,1e-7,null],\"jid\":\"c3\",\"retry_"
    "count\":-1,\"queue\":null}",
};

static void broken_jobs_are_dead_or_run_and_stop_nothing(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        push_raw(broken[i]);
    }
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        push_raw(odd[i]);
    }
    push_large();
    start_worker();
    wait_for("GET", "test:ran", COUNT_OF(odd) + 1);
    wait_for("ZCARD", "dead", COUNT_OF(broken));
    assert_true(fixture_wait(nothing_claimed, NULL, SOON_MS));
    assert_int_equal(fixture_redis_int(&fixture, "LLEN", "queue:test", NULL), 0);
    assert_int_equal(fixture_redis_int(&fixture, "ZCARD", "dead", NULL), COUNT_OF(broken));
    enqueue("works", NULL, 3);
    wait_for("GET", "test:ran", COUNT_OF(odd) + 2);
    assert_int_equal(stop_worker(), 0);
}

static void a_job_that_others_recovered_is_fenced(void **unused)
{
    scoped(redis_reply_clear_p) redisReply *processes = NULL;
    scoped(redis_reply_clear_p) redisReply *gone = NULL;
    struct recovery recovery = { 0 };
    char lease[256];
    struct fail f = { 0 };

    (void)unused;
    enqueue("waits", NULL, 3);
    start_worker();
    wait_for("GET", "test:began", 1);
    wait_for("SCARD", "processes", 1);
    assert_int_equal(redis_do(fixture.redis, &processes, &f, "SMEMBERS", "processes", NULL), 0);
    (void)snprintf(lease, sizeof lease, "dropship:lease:%s", processes->element[0]->str);
    for (int i = 0; i < 100 && recovery.recovered == 0; i++) { /* the worker renews it in between */
        redis_reply_clear_p(&gone);
        gone = NULL;
        assert_int_equal(redis_do(fixture.redis, &gone, &f, "DEL", lease, NULL), 0);
        assert_int_equal(queue_recover(fixture.redis, clock_now_us(), &recovery, &f), 0);
    }
    assert_int_equal(recovery.recovered, 1);
    wait_for("GET", "test:began", 2); /* it runs again, here */
    go();
    wait_for("GET", "test:ran", 2);
    assert_true(fixture_wait(nothing_claimed, NULL, SOON_MS));
    assert_int_equal(stop_worker(), 0);
    assert_string_equal(
        fixture_value(&fixture, "select string_agg(outcome, ' ' order by outcome) from job_run"),
        "done fenced");
    assert_int_equal(fixture_redis_int(&fixture, "LLEN", "queue:test", NULL), 0);
}

static void lost_connections_lose_no_job(void **unused)
{
    enum { JOBS = 400 };
    int64_t end_ms = clock_mono_ms() + SOON_MS;
    int64_t left = JOBS;
    char total[32];

    (void)unused;
    for (int i = 0; i < JOBS; i++) {
        enqueue("works", NULL, 25);
    }
    start_worker();
    while (left > 0 && clock_mono_ms() < end_ms) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;
        struct fail f = { 0 };
        assert_int_equal(
            redis_do(fixture.redis, &reply, &f, "CLIENT", "KILL", "TYPE", "normal", NULL), 0);
        left = fixture_redis_int(&fixture, "LLEN", "queue:test", NULL);
        clock_sleep_ms(7);
    }
    assert_int_equal(left, 0);
    assert_true(fixture_wait(nothing_claimed, NULL, SOON_MS));
    assert_int_equal(stop_worker(), 0);
    (void)snprintf(total, sizeof total, "%" PRId64,
                   JOBS - fixture_redis_int(&fixture, "ZCARD", "retry", NULL) -
                       fixture_redis_int(&fixture, "ZCARD", "schedule", NULL) -
                       fixture_redis_int(&fixture, "LLEN", "queue:test", NULL));
    assert_string_equal(
        fixture_value(&fixture, "select count(distinct jid) from job_run where outcome = 'done'"),
        total);
    assert_int_equal(fixture_redis_int(&fixture, "ZCARD", "dead", NULL), 0);
}

static void a_timetable_job_makes_way_for_the_next(void **unused)
{
    const struct slot slot = { .name = "works",
                               .interval_ms = 100,
                               .job = { .type = "works", .queue = "test", .max_retries = 3 } };
    int64_t wait_ms = 0;
    int got = 1;
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(queue_slot(fixture.redis, &slot, &wait_ms, &f), 0);
    clock_sleep_ms(wait_ms + 1);
    assert_int_equal(queue_slot(fixture.redis, &slot, &wait_ms, &f),
                     1); /* the last one still waits */
    start_worker();
    wait_for("GET", "test:ran", 1);
    for (int64_t end_ms = clock_mono_ms() + SOON_MS; got == 1 && clock_mono_ms() < end_ms;) {
        clock_sleep_ms(wait_ms + 1);
        got = queue_slot(fixture.redis, &slot, &wait_ms, &f);
    }
    assert_int_equal(got, 0);
    wait_for("GET", "test:ran", 2);
    assert_int_equal(stop_worker(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, process_set_up, process_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(jobs_run_and_leave_history),
        TEST(a_passing_failure_goes_to_retry_with_its_reason),
        TEST(a_unique_job_keeps_its_lock_until_its_retry),
        TEST(what_will_never_work_is_dead_at_once),
        TEST(a_snooze_costs_no_attempt_and_changes_no_byte),
        TEST(a_lost_database_burns_no_attempt),
        TEST(a_lost_redis_session_burns_no_attempt),
        TEST(broken_jobs_are_dead_or_run_and_stop_nothing),
        TEST(a_job_that_others_recovered_is_fenced),
        TEST(lost_connections_lose_no_job),
        TEST(a_timetable_job_makes_way_for_the_next),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
