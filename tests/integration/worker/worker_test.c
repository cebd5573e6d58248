/* A whole worker process with handlers of its own: every outcome, broken payloads, signals, health. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/http/http.h"
#include "common/queue/queue.h"
#include "tests/integration/worker/fixture.h"
#include "worker/core/job_types.h"
#include "worker/core/signals.h"
#include "worker/core/worker.h"

enum { SOON_MS = 15000 };

static struct fixture fixture;
static pid_t child;

/* ---- handlers ---- */

static int count(struct job_context *c, const char *counter, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    return redis_do(c->redis, &reply, f, "INCR", counter, NULL);
}

static int works(struct job_context *c, struct fail *f)
{
    return count(c, "test:ran", f);
}

static int fails_later(struct job_context *c, struct fail *f)
{
    (void)c;
    return fail_set(f, FAIL_LATER, "not yet");
}

static int is_limited(struct job_context *c, struct fail *f)
{
    (void)c;
    return fail_later(f, FAIL_LIMITED, 60000, "quota");
}

static int snoozes(struct job_context *c, struct fail *f)
{
    (void)f;
    return job_snooze(c, 100);
}

static int refuses(struct job_context *c, struct fail *f)
{
    (void)c;
    return fail_code(f, FAIL_INPUT, "NEVER", "will never work");
}

/* Runs until told to go on; says that it has begun. */
static int waits(struct job_context *c, struct fail *f)
{
    TRY(count(c, "test:began", f));
    for (;;) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;
        TRY(redis_do(c->redis, &reply, f, "EXISTS", "test:go", NULL));
        if (reply->integer == 1) {
            return count(c, "test:ran", f);
        }
        clock_sleep_ms(10);
    }
}

static int loses_its_database(struct job_context *c, struct fail *f)
{
    (void)c;
    return fail_code(f, FAIL_LATER, "57P01", "terminating connection due to administrator command");
}

static const struct job_type types[] = {
    { "works", "test", works, 10000, 3 },         { "fails.later", "test", fails_later, 10000, 3 },
    { "is.limited", "test", is_limited, 10000, 3 }, { "snoozes", "test", snoozes, 10000, 3 },
    { "refuses", "test", refuses, 10000, 3 },     { "waits", "test", waits, 10000, 3 },
    { "loses.database", "test", loses_its_database, 10000, 3 },
};
static const struct job_types table = { types, COUNT_OF(types) };

/* ---- the process under test ---- */

static void be_worker(void)
{
    const struct lane_spec lane = { .queue = "test", .threads = 2 };
    struct str mistakes;
    struct conf *conf = NULL;
    struct fail f = { 0 };

    str_init(&mistakes, 10000);
    log_start("worker-test", LOG_WARN);
    if (conf_load(&conf, &mistakes, &f) < 0) {
        _exit(9);
    }
    signals_block();
    http_global_start();
    int code = worker_run(&(struct worker_setup){ .conf = conf, .lanes = &lane, .lane_count = 1, .types = &table });
    conf_free(conf);
    _exit(code);
}

static void start_worker(void)
{
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        be_worker();
    }
}

static bool has_ended(void *ret_status)
{
    return waitpid(child, ret_status, WNOHANG) == child;
}

/* Exit code of the worker, -1 when it does not end in time. */
static int wait_worker(int64_t limit_ms)
{
    int status = 0;

    if (!fixture_wait(has_ended, &status, limit_ms)) {
        return -1;
    }
    child = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int stop_worker(void)
{
    kill(child, SIGTERM);
    return wait_worker(SOON_MS);
}

/* ---- jobs ---- */

static void enqueue(const char *type, const char *jid, int retries)
{
    char used[JOB_JID_BYTES];
    struct fail f = { 0 };
    const struct job_spec spec = { .type = type, .queue = "test", .args = "[1,\"x\"]", .jid = jid, .max_retries = retries };

    if (queue_enqueue(fixture.redis, &spec, used, &f) < 0) {
        fail_msg("enqueue: %s", f.text);
    }
}

static void push_raw(const char *payload)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };
    assert_int_equal(redis_do(fixture.redis, &reply, &f, "LPUSH", "queue:test", payload, NULL), 0);
}

struct goal {
    const char *command, *key;
    int64_t at_least;
};

static bool reached(void *ctx)
{
    const struct goal *g = ctx;
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    if (redis_do(fixture.redis, &reply, &f, g->command, g->key, NULL) < 0) {
        return false;
    }
    int64_t have = reply->type == REDIS_REPLY_INTEGER ? reply->integer
                   : reply->type == REDIS_REPLY_STRING ? strtoll(reply->str, NULL, 10) : 0;
    return have >= g->at_least;
}

static void wait_for(const char *command, const char *key, int64_t at_least)
{
    struct goal goal = { command, key, at_least };
    if (!fixture_wait(reached, &goal, SOON_MS)) {
        fail_msg("%s %s did not reach %" PRId64, command, key, at_least);
    }
}

static bool nothing_claimed(void *unused)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    (void)unused;
    return redis_do(fixture.redis, &reply, &f, "KEYS", "dropship:claimed:*#*", NULL) == 0 && reply->elements == 0;
}

static const char *done_in_history(void)
{
    return fixture_value(&fixture, "select count(*) from job_run where outcome = 'done'");
}

static void go(void)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };
    assert_int_equal(redis_do(fixture.redis, &reply, &f, "SET", "test:go", "1", NULL), 0);
}

/* ---- tests ---- */

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
    assert_string_equal(fixture_value(&fixture, "select outcome || attempt || error from job_run"), "retry1not yet");
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

static void push_large(void)
{
    char *payload = malloc(1200000);

    assert_non_null(payload);
    int head = snprintf(payload, 1000, "{\"class\":\"works\",\"jid\":\"big\",\"queue\":\"test\",\"retry\":true,\"args\":[\"");
    memset(payload + head, 'x', 1100000);
    memcpy(payload + head + 1100000, "\"]}", 4);
    push_raw(payload);
    free(payload);
}

static void broken_jobs_are_dead_or_run_and_stop_nothing(void **unused)
{
    static const char *const dead[] = {
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
    static const char *const run[] = {
        "{\"class\":\"works\",\"args\":[]}",
        "{\"class\":\"works\",\"args\":[],\"jid\":12}",
        "{\"class\":\"works\",\"args\":[],\"jid\":\"c1\",\"created_at\":1795223323025,\"enqueued_at\":1795223323}",
        "{\"class\":\"works\",\"args\":[],\"jid\":\"c2\",\"created_at\":\"yesterday\",\"retry\":\"true\"}",
        "{\"class\":\"works\",\"args\":[9223372036854775807,1e-7,null],\"jid\":\"c3\",\"retry_count\":-1,\"queue\":null}",
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(dead); i++) {
        push_raw(dead[i]);
    }
    for (size_t i = 0; i < COUNT_OF(run); i++) {
        push_raw(run[i]);
    }
    push_large();
    start_worker();
    wait_for("GET", "test:ran", COUNT_OF(run) + 1);
    wait_for("ZCARD", "dead", COUNT_OF(dead));
    assert_true(fixture_wait(nothing_claimed, NULL, SOON_MS));
    assert_int_equal(fixture_redis_int(&fixture, "LLEN", "queue:test", NULL), 0);
    assert_int_equal(fixture_redis_int(&fixture, "ZCARD", "dead", NULL), COUNT_OF(dead));
    enqueue("works", NULL, 3);
    wait_for("GET", "test:ran", COUNT_OF(run) + 2);
    assert_int_equal(stop_worker(), 0);
}

static void term_waits_for_running_jobs(void **unused)
{
    (void)unused;
    enqueue("waits", NULL, 3);
    start_worker();
    wait_for("GET", "test:began", 1);
    kill(child, SIGTERM);
    enqueue("works", NULL, 3);
    assert_int_equal(wait_worker(300), -1); /* drains */
    go();
    assert_int_equal(wait_worker(SOON_MS), 0);
    assert_int_equal(fixture_redis_int(&fixture, "LLEN", "queue:test", NULL), 1); /* the newer one was not claimed */
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
    assert_string_equal(fixture_value(&fixture, "select count(*) from job_run where outcome = 'back'"), "2");
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
    assert_int_equal(queue_signal(fixture.redis, items[0].identity, "TERM", &f), 0);
    queue_processes_free(items, found);
    go();
    assert_int_equal(wait_worker(SOON_MS), 0); /* told through Redis */
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
    assert_string_equal(fixture_value(&fixture, "select string_agg(outcome, ' ' order by outcome) from job_run"), "done fenced");
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
        assert_int_equal(redis_do(fixture.redis, &reply, &f, "CLIENT", "KILL", "TYPE", "normal", NULL), 0);
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
    assert_string_equal(fixture_value(&fixture, "select count(distinct jid) from job_run where outcome = 'done'"), total);
    assert_int_equal(fixture_redis_int(&fixture, "ZCARD", "dead", NULL), 0);
}

static void a_timetable_job_makes_way_for_the_next(void **unused)
{
    const struct slot slot = { .name = "works", .interval_ms = 100, .job = { .type = "works", .queue = "test", .max_retries = 3 } };
    int64_t wait_ms = 0;
    int got = 1;
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(queue_slot(fixture.redis, &slot, &wait_ms, &f), 0);
    clock_sleep_ms(wait_ms + 1);
    assert_int_equal(queue_slot(fixture.redis, &slot, &wait_ms, &f), 1); /* the last one still waits */
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

/* Status of GET path, body into text. */
static int ask(int port, const char *path, char *text, size_t text_bytes)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
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
    return length > 12 ? (int)strtol(text + 9, NULL, 10) : 0;
}

static bool is_healthy(void *ctx)
{
    char text[20000];
    return ask(*(int *)ctx, "/healthz", text, sizeof text) == 200;
}

static void health_and_metrics_are_told(void **unused)
{
    char text[20000];
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
    assert_non_null(strstr(text, "dropship_worker_jobs_total{outcome=\"done\"} 1"));
    assert_int_equal(ask(port, "/else", text, sizeof text), 404);
    assert_int_equal(stop_worker(), 0);
}

static int set_up(void **unused)
{
    (void)unused;
    fixture_open(&fixture);
    child = 0;
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    fixture_close(&fixture);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(jobs_run_and_leave_history),
        TEST(a_passing_failure_goes_to_retry_with_its_reason),
        TEST(what_will_never_work_is_dead_at_once),
        TEST(a_snooze_costs_no_attempt_and_changes_no_byte),
        TEST(a_lost_database_burns_no_attempt),
        TEST(broken_jobs_are_dead_or_run_and_stop_nothing),
        TEST(term_waits_for_running_jobs),
        TEST(after_the_drain_running_jobs_go_back_to_run_next),
        TEST(a_second_term_hands_back_at_once),
        TEST(a_quiet_worker_claims_nothing_but_finishes),
        TEST(readers_see_the_process_and_its_work),
        TEST(a_job_that_others_recovered_is_fenced),
        TEST(lost_connections_lose_no_job),
        TEST(a_timetable_job_makes_way_for_the_next),
        TEST(health_and_metrics_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
