/* The worker as a process: signals, draining, handing back, what readers and probes see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/queue/queue.h"
#include "tests/integration/worker/process.h"

static void term_waits_for_running_jobs(void **unused)
{
    (void)unused;
    enqueue("waits", NULL, 3);
    start_worker();
    wait_for("GET", "test:began", 1);
    kill(child, SIGTERM);
    assert_int_equal(wait_worker(300), -1); /* drains */
    enqueue("works", NULL, 3);              /* not before: the signal may still be on its way */
    go();
    assert_int_equal(wait_worker(SOON_MS), 0);
    assert_int_equal(fixture_redis_int(&fixture, "LLEN", "queue:test", NULL),
                     1); /* the newer one was not claimed */
    assert_true(nothing_claimed(NULL));
    assert_string_equal(done_in_history(), "1");
}

static void after_the_drain_running_jobs_go_back_to_run_next(void **unused)
{
    (void)unused;
    setenv("DROPSHIP_DRAIN_MS", "300", 1);
    enqueue("waits", "aaaaaaaaaaaaaaaaaaaaaaaa", 3);
    char before[1000];
    (void)str_fit(before, sizeof before, fixture_first(&fixture, "LRANGE", "queue:test"));
    start_worker();
    wait_for("GET", "test:began", 1);
    for (int i = 0; i < 3; i++) {
        enqueue("waits", NULL, 3);
    }
    wait_for("GET", "test:began", 2);
    assert_int_equal(stop_worker(), 0);
    unsetenv("DROPSHIP_DRAIN_MS");
    assert_int_equal(fixture_redis_int(&fixture, "LLEN", "queue:test", NULL), 4);
    assert_true(nothing_claimed(NULL));
    assert_int_equal(fixture_redis_int(&fixture, "ZCARD", "retry", NULL), 0);
    assert_string_equal(
        fixture_value(&fixture, "select count(*) from job_run where outcome = 'back'"), "2");
    go();
    start_worker(); /* unharmed: they run now, uncounted */
    wait_for("GET", "test:ran", 4);
    assert_int_equal(stop_worker(), 0);
    assert_string_equal(fixture_value(&fixture, "select max(attempt) from job_run"), "1");
}

static void a_second_term_hands_back_at_once(void **unused)
{
    (void)unused;
    enqueue("waits", NULL, 3);
    start_worker();
    wait_for("GET", "test:began", 1);
    int64_t began_ms = clock_mono_ms();
    kill(child, SIGTERM);
    assert_int_equal(wait_worker(300), -1);
    kill(child, SIGTERM);
    assert_int_equal(wait_worker(SOON_MS), 0);
    assert_true(clock_mono_ms() - began_ms < 12000); /* the drain would last 25 s */
    assert_int_equal(fixture_redis_int(&fixture, "LLEN", "queue:test", NULL), 1);
}

static void a_quiet_worker_claims_nothing_but_finishes(void **unused)
{
    (void)unused;
    enqueue("waits", NULL, 3);
    start_worker();
    wait_for("GET", "test:began", 1);
    kill(child, SIGTSTP);
    assert_int_equal(wait_worker(2500), -1); /* longer than a claim that is under way */
    enqueue("works", NULL, 3);
    go();
    wait_for("GET", "test:ran", 1);
    assert_int_equal(wait_worker(300), -1);
    assert_int_equal(fixture_redis_int(&fixture, "LLEN", "queue:test", NULL), 1);
    assert_int_equal(stop_worker(), 0);
}

static void readers_see_the_process_and_its_work(void **unused)
{
    struct process_info *items = NULL;
    size_t found = 0;
    struct fail f = { 0 };

    (void)unused;
    enqueue("waits", NULL, 3);
    start_worker();
    wait_for("GET", "test:began", 1);
    wait_for("SCARD", "processes", 1);
    assert_int_equal(queue_processes(fixture.redis, &items, &found, &f), 0);
    assert_int_equal(found, 1);
    assert_true(items[0].alive && items[0].ours && !items[0].quiet);
    assert_int_equal(items[0].concurrency, 2);
    assert_non_null(strstr(items[0].info_json, "\"threads\":{\"test\":2}"));
    assert_int_equal(queue_signal(fixture.redis, items[0].identity, "TERM", &f), 0);
    queue_processes_free(items, found);
    go();
    assert_int_equal(wait_worker(SOON_MS), 0); /* told through Redis */
}

/* Status of GET path, body into text. */
static int ask(int port, const char *path, char *text, size_t text_bytes)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    size_t length = 0;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
        close(fd);
        return 0;
    }
    (void)dprintf(fd, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
    ssize_t got = 0;
    while ((got = read(fd, text + length, text_bytes - 1 - length)) > 0) {
        length += (size_t)got;
    }
    text[length] = '\0';
    close(fd);
    int status = 0;
    return sscanf(text, "HTTP/1.1 %3d ", &status) == 1 ? status : 0;
}

static bool is_healthy(void *ctx)
{
    char text[20000];
    return ask(*(int *)ctx, "/healthz", text, sizeof text) == 200;
}

static void health_and_metrics_are_told(void **unused)
{
    static char text[100000];
    int port = 20000 + (int)(getpid() % 10000);
    char listen_at[64];

    (void)unused;
    (void)snprintf(listen_at, sizeof listen_at, "127.0.0.1:%d", port);
    setenv("DROPSHIP_HEALTH_LISTEN", listen_at, 1);
    enqueue("works", NULL, 3);
    start_worker();
    unsetenv("DROPSHIP_HEALTH_LISTEN");
    assert_true(fixture_wait(is_healthy, &port, SOON_MS));
    wait_for("GET", "test:ran", 1);
    assert_true(fixture_wait(nothing_claimed, NULL, SOON_MS));
    assert_int_equal(ask(port, "/healthz", text, sizeof text), 200);
    assert_non_null(strstr(text, "\"queue\":\"test\""));
    assert_non_null(strstr(text, "\"consuming\":true"));
    assert_int_equal(ask(port, "/metrics", text, sizeof text), 200);
    assert_non_null(strstr(text, "dropship_worker_claimed_total 1\n"));
    assert_non_null(strstr(text, "dropship_worker_jobs_total{queue=\"test\",type=\"works\","
                                 "outcome=\"done\"} 1\n"));
    assert_non_null(strstr(text, "dropship_worker_job_run_seconds_count{queue=\"test\","
                                 "type=\"works\"} 1\n"));
    assert_non_null(strstr(text, "dropship_worker_lane_threads{queue=\"test\"} 2\n"));
    assert_non_null(strstr(text, "# TYPE dropship_worker_job_run_seconds histogram\n"));
    assert_int_equal(ask(port, "/else", text, sizeof text), 404);
    assert_int_equal(stop_worker(), 0);
}

/* A counter of the pool's metrics. */
static int64_t counted(const char *key, const char *field)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };
    int64_t value = 0;

    assert_int_equal(redis_do(fixture.redis, &reply, &f, "HGET", key, field, NULL), 0);
    if (reply->type == REDIS_REPLY_STRING) {
        assert_int_equal(str_to_int(reply->str, 0, INT64_MAX, "counter", &value, &f), 0);
    }
    return value;
}

static void totals_of_the_pool_outlive_the_process(void **unused)
{
    (void)unused;
    for (int round = 1; round <= 2; round++) {
        enqueue("works", NULL, 3);
        enqueue("works", NULL, 3);
        enqueue("fails.later", NULL, 3);
        push_raw("{\"class\":\"Foreign::Job\",\"jid\":\"f\",\"args\":[],\"retry\":0}");
        start_worker();
        wait_for("GET", "test:ran", 2 * round);
        wait_for("ZCARD", "retry", round);
        wait_for("ZCARD", "dead", 1); /* the same bytes are one entry */
        assert_true(fixture_wait(nothing_claimed, NULL, SOON_MS));
        assert_int_equal(stop_worker(), 0);
        assert_int_equal(counted("dropship:metrics:jobs", "test|works|done"), 2 * round);
        assert_int_equal(counted("dropship:metrics:jobs", "test|fails.later|retry"), round);
        assert_int_equal(counted("dropship:metrics:jobs", "test|fails.later|failed"), round);
        assert_int_equal(counted("dropship:metrics:jobs", "test|unknown|dead"), round);
        assert_int_equal(counted("dropship:metrics:pool", "claimed|"), 4 * round);
        assert_true(counted("dropship:metrics:run", "test|works|sum") > 0);
        assert_true(counted("dropship:metrics:wait", "test|works|sum") > 0);
    }
    assert_int_equal(counted("dropship:metrics:jobs", "test|Foreign::Job|dead"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, process_set_up, process_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(term_waits_for_running_jobs),
        TEST(after_the_drain_running_jobs_go_back_to_run_next),
        TEST(a_second_term_hands_back_at_once),
        TEST(a_quiet_worker_claims_nothing_but_finishes),
        TEST(readers_see_the_process_and_its_work),
        TEST(health_and_metrics_are_told),
        TEST(totals_of_the_pool_outlive_the_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
