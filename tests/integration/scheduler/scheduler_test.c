#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/queue/pressure.h"
#include "common/queue/queue_priv.h"
#include "tests/integration/model/fixture.h"
#include "tests/integration/scheduler/process.h"

enum { DEADLINE_MS = 25000, END_MS = 2500, SCHEDULERS = 2, HEALTH_PORT = 29417 };

static struct fixture x;
static struct process running[SCHEDULERS];

static int clear(void **state)
{
    (void)state;
    fixture_clear(&x);
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < SCHEDULERS; i++) {
        process_kill(&running[i]);
    }
    return 0;
}

static int64_t redis_number(const char *command, const char *key)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f;
    assert_int_equal(redis_do(x.redis, &reply, &f, command, key, NULL), 0);
    return reply->integer;
}

/* Wait until the list has `count` members; the test fails at the deadline. */
static void until_length(const char *key, int64_t count)
{
    int64_t until_ms = clock_mono_ms() + DEADLINE_MS;
    while (redis_number("LLEN", key) < count) {
        if (clock_mono_ms() > until_ms) {
            fail_msg("%s never had %d members", key, (int)count);
        }
        clock_sleep_ms(5);
    }
}

static void until_all_sent(void)
{
    int64_t until_ms = clock_mono_ms() + DEADLINE_MS;
    while (fixture_number(&x, "select count(*) from outbox where sent_at is null") > 0) {
        assert_true(clock_mono_ms() < until_ms);
        clock_sleep_ms(10);
    }
}

static void redis_text(const char *first, const char *second, const char *third, const char *fourth)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f;
    assert_int_equal(redis_do(x.redis, &reply, &f, first, second, third, fourth, NULL), 0);
}

/* Take what the timetable pushed as a worker would: each slot is settled, so that the next one may be pushed.  Counts jobs of
 * a type and fails when an id comes twice. */
static size_t take_slots(const char *type, json_t *seen)
{
    scoped(json_clear_p) json_t *jobs = fixture_list(&x, "queue:fulfillment");
    size_t index, count = 0;
    json_t *job;

    json_array_foreach(jobs, index, job)
    {
        const char *jid = json_text(job, "jid", ""), *class = json_text(job, "class", "");
        struct fail f;
        assert_int_equal(queue_slot_done(x.redis, class, jid, &f), 0);
        json_object_set_new(seen, jid, json_string(class));
        count += strcmp(class, type) == 0;
    }
    assert_int_equal(json_object_size(seen), json_array_size(jobs));
    return count;
}

static void two_schedulers_push_each_slot_once(void **state)
{
    (void)state;
    scoped(json_clear_p) json_t *seen = json_object();
    int64_t from_ms = clock_mono_ms();
    size_t pushed = 0;

    fixture_sql(&x, "insert into setting (name, value, updated_by) values ('flow.fulfillment', "
                    "'auto', 't'), ('orders.check_s', '5', 't')");
    running[0] = process_start(NULL, NULL);
    running[1] = process_start(NULL, NULL);
    while ((pushed = take_slots("orders.check", seen)) < 3) {
        assert_true(clock_mono_ms() - from_ms < DEADLINE_MS);
        clock_sleep_ms(20);
    }
    int64_t span_s = (clock_mono_ms() - from_ms) / 1000;
    assert_true((int64_t)pushed <= span_s / 5 + 2);
    assert_int_equal(redis_number("EXISTS", "dropship:slot:housekeeping"), 1);
}

/* Keeping house, and reading what the books need, belong to no flow. */
static void a_flow_that_is_off_gets_no_slots_but_housekeeping_runs(void **state)
{
    static const char *const always[] = { "orders.money", "analytics.sessions", "housekeeping" };

    (void)state;
    fixture_sql(
        &x,
        "insert into setting (name, value, updated_by) values ('flow.fulfillment', 'off', 't')");
    running[0] = process_start(NULL, NULL);
    until_length("queue:fulfillment", COUNT_OF(always));
    clock_sleep_ms(100); /* a slot too many would follow at once */
    scoped(json_clear_p) json_t *jobs = fixture_list(&x, "queue:fulfillment");
    assert_int_equal(json_array_size(jobs), COUNT_OF(always));
    for (size_t i = 0; i < COUNT_OF(always); i++) { /* the newest stands first */
        const json_t *job = json_array_get(jobs, COUNT_OF(always) - 1 - i);
        assert_string_equal(json_text(job, "class", ""), always[i]);
    }
}

static void two_schedulers_relay_each_event_once(void **state)
{
    (void)state;
    running[0] = process_start(NULL, NULL);
    running[1] = process_start(NULL, NULL);
    fixture_sql(&x, "insert into outbox (event, job_type, queue, args) select 'e', 'noop', 'lots', "
                    "'[]' from generate_series(1, 1200)");
    until_length("queue:lots", 1200);
    until_all_sent();
    assert_int_equal(redis_number("LLEN", "queue:lots"), 1200);
}

static void an_event_wakes_the_relay_at_once(void **state)
{
    (void)state;
    running[0] = process_start(NULL, NULL);
    fixture_sql(
        &x, "insert into outbox (event, job_type, queue, args) values ('e', 'noop', 'one', '[]')");
    until_length("queue:one", 1);
    for (int64_t n = 2; n <= 4; n++) { /* the relay waits now: far below its sweep of 5 s */
        int64_t from_ms = clock_mono_ms();
        fixture_sql(
            &x,
            "insert into outbox (event, job_type, queue, args) values ('e', 'noop', 'one', '[]')");
        until_length("queue:one", n);
        assert_true(clock_mono_ms() - from_ms < 2000);
    }
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void due_jobs_are_promoted_in_time(void **state)
{
    (void)state;
    enum { JOBS = 5 };
    int64_t due_us[JOBS], late_ms[JOBS];
    struct fail f;

    running[0] = process_start(NULL, NULL);
    until_length("queue:fulfillment", 1); /* it runs */
    int64_t now_us = clock_now_us();
    for (int64_t i = 0; i < JOBS; i++) {
        char jid[JOB_JID_BYTES];
        due_us[i] = now_us + 700000 + i * 330000;
        const struct job_spec spec = {
            .type = "noop", .queue = "due", .max_retries = -1, .run_at_us = due_us[i]
        };
        assert_int_equal(queue_enqueue(x.redis, &spec, jid, &f), 0);
    }
    for (int64_t i = 0; i < JOBS; i++) {
        until_length("queue:due", i + 1);
        late_ms[i] = (clock_now_us() - due_us[i]) / 1000;
        assert_true(late_ms[i] >= -5); /* never early; the jitter of scores and clocks aside */
    }
    qsort(late_ms, JOBS, sizeof late_ms[0], compare);
    assert_true(late_ms[JOBS / 2] <= 250);
}

static void jobs_of_a_vanished_worker_come_back_and_those_of_a_living_one_stay(void **state)
{
    (void)state;
    struct claim_list dead, living;
    struct fail f;
    char payload[200];

    queue_claim_list("host:1:aaaaaaaaaaaa", "default", 0, &dead);
    queue_claim_list("host:2:bbbbbbbbbbbb", "default", 0, &living);
    snprintf(
        payload, sizeof payload,
        "{\"class\":\"noop\",\"args\":[],\"jid\":\"%024d\",\"queue\":\"default\",\"retry\":true}",
        1);
    assert_int_equal(queue_lease(x.redis, "host:2:bbbbbbbbbbbb", 60000, &f), 0);
    redis_text("LPUSH", dead.key, payload, NULL);
    redis_text("LPUSH", living.key, payload, NULL);
    running[0] = process_start(NULL, NULL);
    until_length("queue:default", 1);
    assert_int_equal(redis_number("LLEN", dead.key), 0);
    assert_int_equal(redis_number("LLEN", living.key), 1);
    int64_t until_ms = clock_mono_ms() + DEADLINE_MS;
    while (redis_number("HLEN", "dropship:canary") < 2) { /* planted, back */
        assert_true(clock_mono_ms() < until_ms);
        clock_sleep_ms(20);
    }
    assert_int_equal(redis_number("EXISTS", "queue:dropship.canary"), 0);
}

static void the_limits_of_enqueue_are_written_and_an_old_alarm_ends(void **state)
{
    int64_t until_ms = clock_mono_ms() + DEADLINE_MS;

    (void)state;
    redis_text("SET", KEY_QUEUE_MAX, "7", NULL);
    redis_text("SET", KEY_MEMORY_FULL, "once it was", NULL);
    running[0] = process_start(NULL, NULL);
    while (redis_number("EXISTS", KEY_MEMORY_FULL) == 1 || /* the test's Redis has room */
           redis_number("STRLEN", KEY_QUEUE_MAX) != (int64_t)strlen("10000000")) {
        assert_true(clock_mono_ms() < until_ms);
        clock_sleep_ms(20);
    }
}

static void term_ends_it_at_once_and_cleanly(void **state)
{
    (void)state;
    int64_t ms = 0;
    running[0] = process_start(NULL, NULL);
    until_length("queue:fulfillment", 1);
    assert_int_equal(process_end(&running[0], &ms), 0);
    assert_true(ms < END_MS);
}

/* Status line of GET /healthz, "" when nobody answers. */
static void healthz(char text[static 64])
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(HEALTH_PORT) };
    static const char request[] = "GET /healthz HTTP/1.1\r\n\r\n";
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ssize_t got = 0;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0) {
        got = recv(fd, text, 63, MSG_WAITALL);
    }
    text[got > 0 ? got : 0] = '\0';
    close(fd);
}

static void until_health(const char *status)
{
    int64_t until_ms = clock_mono_ms() + DEADLINE_MS;
    char text[64] = "";
    while (strstr(text, status) == NULL) {
        if (clock_mono_ms() > until_ms) {
            fail_msg("/healthz never said %s", status);
        }
        clock_sleep_ms(50);
        healthz(text);
    }
}

static void with_both_servers_there_it_is_well_soon(void **state)
{
    (void)state;
    char listen[32];
    int64_t from_ms = clock_mono_ms();

    snprintf(listen, sizeof listen, "127.0.0.1:%d", HEALTH_PORT);
    running[0] = process_start(NULL, listen);
    until_health(" 200 ");
    assert_true(clock_mono_ms() - from_ms < 4000); /* not only after the relay's first idle wait */
}

static void without_postgres_due_jobs_are_promoted_and_nothing_unknown_is_pushed(void **state)
{
    (void)state;
    struct fail f;
    char jid[JOB_JID_BYTES], listen[32];
    const struct job_spec spec = {
        .type = "noop", .queue = "due", .max_retries = -1, .run_at_us = clock_now_us() + 300000
    };
    int64_t ms = 0;

    snprintf(listen, sizeof listen, "127.0.0.1:%d", HEALTH_PORT);
    assert_int_equal(queue_enqueue(x.redis, &spec, jid, &f), 0);
    running[0] = process_start("postgresql://nobody@127.0.0.1:1/none", listen);
    until_length("queue:due", 1);
    until_health(" 503 ");
    assert_int_equal(redis_number("EXISTS", "queue:fulfillment"), 0);
    assert_int_equal(process_end(&running[0], &ms), 0);
    assert_true(ms < END_MS);
}

static void cut_connections_are_made_again_and_work_goes_on(void **state)
{
    (void)state;
    struct fail f;
    char jid[JOB_JID_BYTES];

    running[0] = process_start(NULL, NULL);
    fixture_sql(
        &x, "insert into outbox (event, job_type, queue, args) values ('e', 'noop', 'one', '[]')");
    until_length("queue:one", 1);
    for (int64_t n = 2; n <= 3; n++) {
        until_all_sent(); /* a cut between push and mark would rightly repeat the job */
        redis_text("CLIENT", "KILL", "TYPE", "normal");
        assert_true(
            fixture_number(
                &x,
                "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                "where application_name = 'dropship-scheduler' and datname = current_database()") >
            0);
        fixture_sql(
            &x,
            "insert into outbox (event, job_type, queue, args) values ('e', 'noop', 'one', '[]')");
        const struct job_spec spec = {
            .type = "noop", .queue = "due", .max_retries = -1, .run_at_us = clock_now_us() + 200000
        };
        assert_int_equal(queue_enqueue(x.redis, &spec, jid, &f), 0);
        until_length("queue:one", n);
        until_length("queue:due", n - 1);
    }
    assert_int_equal(redis_number("LLEN", "queue:one"), 3);
}

static void all_well_is_told(void **state)
{
    (void)state;
    char listen[32];
    snprintf(listen, sizeof listen, "127.0.0.1:%d", HEALTH_PORT);
    running[0] = process_start(NULL, listen);
    until_health(" 200 ");
}

static void a_redis_that_may_evict_is_refused(void **state)
{
    (void)state;
    struct fail f;
    char jid[JOB_JID_BYTES], listen[32];
    const struct job_spec spec = {
        .type = "noop", .queue = "due", .max_retries = -1, .run_at_us = clock_now_us() + 100000
    };

    snprintf(listen, sizeof listen, "127.0.0.1:%d", HEALTH_PORT);
    assert_int_equal(queue_enqueue(x.redis, &spec, jid, &f), 0);
    redis_text("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    running[0] = process_start(NULL, listen);
    until_health(" 503 ");
    clock_sleep_ms(
        300); /* the job is due by now; a scheduler that ignored the policy would have moved it */
    int64_t moved = redis_number("LLEN", "queue:due");
    redis_text("CONFIG", "SET", "maxmemory-policy", "noeviction");
    assert_int_equal(moved, 0);
    until_length("queue:due", 1);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, clear, end_all)
    const struct CMUnitTest tests[] = {
        ROW(two_schedulers_push_each_slot_once),
        ROW(a_flow_that_is_off_gets_no_slots_but_housekeeping_runs),
        ROW(two_schedulers_relay_each_event_once),
        ROW(an_event_wakes_the_relay_at_once),
        ROW(due_jobs_are_promoted_in_time),
        ROW(jobs_of_a_vanished_worker_come_back_and_those_of_a_living_one_stay),
        ROW(the_limits_of_enqueue_are_written_and_an_old_alarm_ends),
        ROW(term_ends_it_at_once_and_cleanly),
        ROW(without_postgres_due_jobs_are_promoted_and_nothing_unknown_is_pushed),
        ROW(cut_connections_are_made_again_and_work_goes_on),
        ROW(with_both_servers_there_it_is_well_soon),
        ROW(all_well_is_told),
        ROW(a_redis_that_may_evict_is_refused),
    };
    fixture_open(&x);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_close(&x);
    return failed;
}
