/* Lanes: many light jobs, slow ones among them, thread counts that change, jobs that end without a start. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/queue/cancel.h"
#include "common/queue/queue.h"
#include "common/queue/scale.h"
#include "tests/integration/worker/process.h"

enum { MANY = 5000 };

/* A counter; 0 when it is not there. */
static int64_t counted(const char *key)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    assert_int_equal(redis_do(fixture.redis, &reply, &f, "GET", key, NULL), 0);
    return reply->type == REDIS_REPLY_STRING ? strtoll(reply->str, NULL, 10) : 0;
}

static void enqueue_many(const char *type, size_t count)
{
    static struct job_spec specs[MANY];
    struct fail f = { 0 };

    assert_true(count <= MANY);
    for (size_t i = 0; i < count; i++) {
        specs[i] = (struct job_spec){
            .type = type, .queue = "test", .args = "[7,\"light\"]", .max_retries = 3
        };
    }
    assert_int_equal(queue_enqueue_bulk(fixture.redis, specs, count, &f), 0);
}

static void many_light_jobs_are_each_done_once(void **unused)
{
    (void)unused;
    setenv("DROPSHIP_WORKER_QUEUES", "test=32", 1);
    enqueue_many("light", MANY);
    enqueue_many("light", MANY);
    start_worker();
    unsetenv("DROPSHIP_WORKER_QUEUES");
    wait_for("GET", "stat:processed", 2 * MANY);
    assert_int_equal(stop_worker(), 0);
    assert_int_equal(counted("stat:processed"), 2 * MANY);
    assert_int_equal(counted("dropship:stat:fenced"), 0);
    assert_true(nothing_claimed(NULL));
}

/* A slow job is met in the middle of a chunk of light ones: they must not wait for it. */
static void slow_jobs_hold_nobody_up(void **unused)
{
    (void)unused;
    enqueue_many("light", MANY);
    start_worker();
    wait_for("GET", "stat:processed", MANY);
    int64_t began_ms = clock_mono_ms();
    enqueue_many("slow", 1);
    enqueue_many("light", 200);
    wait_for("GET", "stat:processed", MANY + 200);
    assert_true(clock_mono_ms() - began_ms < 290);
    wait_for("GET", "test:ran", 1);
    assert_int_equal(stop_worker(), 0);
    assert_int_equal(counted("stat:processed"), MANY + 201);
}

static void wait_for_threads(int threads)
{
    int64_t until_ms = clock_mono_ms() + SOON_MS;
    int64_t seen = 0;

    while (clock_mono_ms() < until_ms) {
        struct process_info *items = NULL;
        size_t count = 0;
        struct fail f = { 0 };
        assert_int_equal(queue_processes(fixture.redis, &items, &count, &f), 0);
        seen = count > 0 ? items[0].concurrency : 0;
        queue_processes_free(items, count);
        if (seen == threads) {
            return;
        }
        clock_sleep_ms(50);
    }
    fail_msg("%d threads were wanted, there are %d", threads, (int)seen);
}

static void thread_counts_follow_the_wish(void **unused)
{
    struct fail f = { 0 };

    (void)unused;
    start_worker();
    wait_for_threads(2);
    assert_int_equal(queue_scale_set(fixture.redis, NULL, "test", 5, &f), 0);
    wait_for_threads(5);
    enqueue_many("waits", 5);
    wait_for("GET", "test:began", 5); /* all at once */
    assert_int_equal(queue_scale_set(fixture.redis, NULL, "test", 1, &f), 0);
    wait_for_threads(1);
    go();
    wait_for("GET", "test:ran", 5); /* nobody was cut off */
    assert_int_equal(queue_scale_set(fixture.redis, NULL, "test", SCALE_NOT_SET, &f), 0);
    wait_for_threads(2);
    enqueue_many("works", 20);
    wait_for("GET", "test:ran", 25);
    assert_int_equal(stop_worker(), 0);
}

static void write_env(const char *path, const char *queues)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fprintf(file, "DROPSHIP_WORKER_QUEUES=%s\n", queues);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

static void hup_reads_the_thread_counts_again(void **unused)
{
    char path[] = "/tmp/dropship-lane-XXXXXX";

    (void)unused;
    close(mkstemp(path));
    write_env(path, "test=3");
    setenv("DROPSHIP_ENV_FILE", path, 1);
    start_worker();
    unsetenv("DROPSHIP_ENV_FILE");
    wait_for_threads(3);
    write_env(path, "test=6,other=2");
    kill(child, SIGHUP);
    wait_for_threads(6);
    write_env(path, "test=x");
    kill(child, SIGHUP); /* logged, and nothing else */
    enqueue_many("works", 1);
    wait_for("GET", "test:ran", 1);
    wait_for_threads(6);
    assert_int_equal(stop_worker(), 0);
    unlink(path);
}

static void due_jobs_run_without_a_scheduler(void **unused)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(
        redis_do(fixture.redis, &reply, &f, "ZADD", "schedule", "1700000000",
                 "{\"class\":\"works\",\"args\":[],\"jid\":\"due\",\"queue\":\"test\"}", NULL),
        0);
    start_worker();
    wait_for("GET", "test:ran", 1);
    assert_int_equal(stop_worker(), 0);
}

static bool log_tells(void *event)
{
    static char text[100000];
    FILE *log = fopen(getenv("DROPSHIP_TEST_LOG"), "r");

    assert_non_null(log);
    size_t size = fread(text, 1, sizeof text - 1, log);
    fclose(log);
    text[size] = '\0';
    return strstr(text, event) != NULL;
}

static void overdue_runs_are_told(void **unused)
{
    char path[] = "/tmp/dropship-lane-XXXXXX";

    (void)unused;
    close(mkstemp(path));
    setenv("DROPSHIP_TEST_LOG", path, 1);
    enqueue("dawdles", NULL, 3);
    start_worker();
    assert_true(fixture_wait(log_tells, (char[]){ "job.overdue" }, SOON_MS));
    go();
    wait_for("GET", "test:ran", 1);
    assert_int_equal(stop_worker(), 0);
    unsetenv("DROPSHIP_TEST_LOG");
    unlink(path);
}

static void late_jobs_end_without_a_start(void **unused)
{
    (void)unused;
    push_raw("{\"class\":\"works\",\"args\":[],\"jid\":\"late\",\"created_at\":1700000000.5,"
             "\"expires_in\":60}");
    enqueue("works", NULL, 3);
    start_worker();
    wait_for("GET", "test:ran", 1);
    wait_for("GET", "stat:processed", 2);
    assert_int_equal(stop_worker(), 0);
    assert_int_equal(counted("test:ran"), 1);
    assert_string_equal(fixture_value(&fixture, "select outcome from job_run where jid = 'late'"),
                        "expired");
}

static void cancelled_jobs_end_without_a_start(void **unused)
{
    struct fail f = { 0 };

    (void)unused;
    enqueue("works", "aaaaaaaaaaaaaaaaaaaaaaaa", 3);
    enqueue("works", "bbbbbbbbbbbbbbbbbbbbbbbb", 3);
    enqueue("works", "cccccccccccccccccccccccc", 3);
    assert_int_equal(queue_cancel(fixture.redis, "bbbbbbbbbbbbbbbbbbbbbbbb", &f), 0);
    start_worker();
    wait_for("GET", "stat:processed", 3);
    assert_int_equal(stop_worker(), 0);
    assert_int_equal(counted("test:ran"), 2);
    assert_string_equal(
        fixture_value(&fixture, "select outcome from job_run where outcome <> 'done'"),
        "cancelled");
    assert_int_equal(fixture_redis_int(&fixture, "EXISTS", KEY_CANCELLED, NULL),
                     0); /* nobody needs to ask any more */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, process_set_up, process_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(many_light_jobs_are_each_done_once), TEST(slow_jobs_hold_nobody_up),
        TEST(thread_counts_follow_the_wish),      TEST(hup_reads_the_thread_counts_again),
        TEST(due_jobs_run_without_a_scheduler),   TEST(overdue_runs_are_told),
        TEST(late_jobs_end_without_a_start),      TEST(cancelled_jobs_end_without_a_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
