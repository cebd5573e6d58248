#include "tests/integration/worker/process.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/queue/queue.h"
#include "worker/core/job_types.h"
#include "worker/core/signals.h"
#include "worker/core/worker.h"

struct fixture fixture;
pid_t child;

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

/* Touches nothing but its arguments' text: as light as a job can be. */
static int is_light(struct job_context *c, struct fail *f)
{
    return c->job->args_bytes > 0 ? 0 : fail_set(f, FAIL_BUG, "no arguments");
}

/* Long enough to hold up what stands behind it in its thread. */
static int is_slow(struct job_context *c, struct fail *f)
{
    clock_sleep_ms(300);
    return count(c, "test:ran", f);
}

static int loses_its_database(struct job_context *c, struct fail *f)
{
    (void)c;
    return fail_code(f, FAIL_LATER, "57P01", "terminating connection due to administrator command");
}

/* No answer in time breaks the session; the next one is there at once, so only the code tells. */
static int loses_its_redis(struct job_context *c, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    int64_t usual_ms = redis_timeout(c->redis);

    redis_set_timeout(c->redis, 100);
    int got = redis_do(c->redis, &reply, f, "BLPOP", "test:nothing", "5", NULL);
    redis_set_timeout(c->redis, usual_ms);
    return got;
}

static const struct job_type types[] = {
    { "works", "test", works, 10000, 3, 0 },
    { "fails.later", "test", fails_later, 10000, 3, 0 },
    { "is.limited", "test", is_limited, 10000, 3, 0 },
    { "snoozes", "test", snoozes, 10000, 3, 0 },
    { "refuses", "test", refuses, 10000, 3, 0 },
    { "waits", "test", waits, 10000, 3, 0 },
    { "dawdles", "test", waits, 100, 3, 0 },
    { "loses.database", "test", loses_its_database, 10000, 3, 0 },
    { "light", "test", is_light, 10000, 3, JOB_LIGHT },
    { "slow", "test", is_slow, 10000, 3, 0 },
    { "loses.redis", "test", loses_its_redis, 10000, 3, 0 },
};
static const struct job_types table = { types, COUNT_OF(types) };

/* ---- the process under test ---- */

static void be_worker(void)
{
    struct worker_args args = { .lanes = { { .queue = "test", .threads = 2 } },
                                .lane_count = 1,
                                .by_default = true };
    struct str mistakes;
    struct conf *conf = NULL;
    struct fail f = { 0 };

    const char *log = getenv("DROPSHIP_TEST_LOG");

    str_init(&mistakes, 10000);
    if (log != NULL && freopen(log, "a", stderr) == NULL) {
        _exit(9);
    }
    log_start("worker-test", LOG_WARN);
    if (conf_load(&conf, &mistakes, &f) < 0) {
        _exit(9);
    }
    if (worker_args_configure(&args, conf, &f) < 0) {
        _exit(2);
    }
    signals_block();
    int code = worker_run(&(struct worker_setup){ .conf = conf, .args = &args, .types = &table });
    conf_free(conf);
    _exit(code);
}

void start_worker(void)
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
int wait_worker(int64_t limit_ms)
{
    int status = 0;

    if (!fixture_wait(has_ended, &status, limit_ms)) {
        return -1;
    }
    child = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

int stop_worker(void)
{
    kill(child, SIGTERM);
    return wait_worker(SOON_MS);
}

/* ---- jobs ---- */

void enqueue(const char *type, const char *jid, int retries)
{
    char used[JOB_JID_BYTES];
    struct fail f = { 0 };
    const struct job_spec spec = {
        .type = type, .queue = "test", .args = "[1,\"x\"]", .jid = jid, .max_retries = retries
    };

    if (queue_enqueue(fixture.redis, &spec, used, &f) < 0) {
        fail_msg("enqueue: %s", f.text);
    }
}

void push_raw(const char *payload)
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
    int64_t have = reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
    if (reply->type == REDIS_REPLY_STRING) {
        assert_int_equal(str_to_int(reply->str, 0, INT64_MAX, g->key, &have, &f), 0);
    }
    return have >= g->at_least;
}

void wait_for(const char *command, const char *key, int64_t at_least)
{
    struct goal goal = { command, key, at_least };
    if (!fixture_wait(reached, &goal, SOON_MS)) {
        fail_msg("%s %s did not reach %" PRId64, command, key, at_least);
    }
}

bool nothing_claimed(void *unused)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    (void)unused;
    return redis_do(fixture.redis, &reply, &f, "KEYS", "dropship:claimed:*#*", NULL) == 0 &&
           reply->elements == 0;
}

const char *done_in_history(void)
{
    return fixture_value(&fixture, "select count(*) from job_run where outcome = 'done'");
}

void go(void)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };
    assert_int_equal(redis_do(fixture.redis, &reply, &f, "SET", "test:go", "1", NULL), 0);
}

int process_set_up(void **unused)
{
    (void)unused;
    fixture_open(&fixture);
    child = 0;
    return 0;
}

int process_tear_down(void **unused)
{
    (void)unused;
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    fixture_close(&fixture);
    return 0;
}
