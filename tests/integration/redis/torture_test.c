/* Each allocation and each I/O call of the connection fails once.  No crash, no leak (the sanitizer looks), the kind of
 * the failure tells the truth about what the server did, and the handle works afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/redis/redis.h"
#include "common/redis/redis_priv.h"
#include "tests/integration/redis/server.h"
#include "tests/support/fault/fault.h"

enum { TRIES_MS = 20000, CALLS_MAX = 3000 };

static const struct embedded add = { "add", "return redis.call('INCR', KEYS[1])",
                                     sizeof "return redis.call('INCR', KEYS[1])" - 1, NULL };
static const char *const incr_words[] = { "INCR", "n" };
static const struct redis_args incr = { .argv = incr_words, .argc = 2 };
static const struct redis_args call_add = { .argv = incr_words + 1, .argc = 1, .keys = 1 };

static struct server primary, sentinel;

/* One run with one fault. */
struct run {
    struct redis *redis;
    int64_t done, unknown, failures;
    const char *kind;
    long at;
};

/* What a step's outcome says about the counter. */
static void judge(struct run *run, int result, const struct fail *f)
{
    if (result == 0) {
        run->done++;
        return;
    }
    run->failures++;
    if (f->kind == FAIL_UNKNOWN) {
        run->unknown++;
    } else if (f->kind != FAIL_LATER) {
        fail_msg("%s at call %ld: kind %s: %s", run->kind, run->at, fail_rule(f->kind)->name,
                 f->text);
    }
    assert_true(f->text[0] != '\0');
}

static void one_command(struct run *run)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { .text = "" };

    judge(run, redis_command(run->redis, &incr, &reply, &f), &f);
}

static void one_script(struct run *run)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { .text = "" };

    judge(run, redis_eval(run->redis, &add, &call_add, &reply, &f), &f);
}

/* Of what could not be added to the pipe nothing may happen. */
static void one_pipe(struct run *run)
{
    scoped(redis_pipe_close_p) struct redis_pipe *p = NULL;
    struct fail f = { .text = "" };
    int added = 0, answered = 0, got;

    if (redis_pipe_open(run->redis, &p, &f) < 0) {
        assert_int_equal(f.kind, FAIL_LATER);
        return;
    }
    for (int i = 0; i < 20; i++) {
        int result =
            i % 2 == 0 ? redis_pipe_command(p, &incr, &f) : redis_pipe_eval(p, &add, &call_add, &f);

        added += result == 0;
        assert_true(result == 0 || f.kind == FAIL_LATER);
    }
    for (;;) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;

        got = redis_pipe_next(p, &reply, &f);
        if (got == 1) {
            break;
        }
        judge(run, got, &f);
        answered++;
    }
    assert_int_equal(answered, added);
}

static void all_steps(struct run *run, const char *url)
{
    struct fail f = { .text = "" };
    int64_t time_us;

    if (redis_open(url, &run->redis, &f) < 0) {
        assert_int_equal(f.kind, FAIL_LATER);
        assert_null(run->redis);
        return;
    }
    one_command(run);
    one_script(run);
    one_script(run);
    one_pipe(run);
    if (redis_time_us(run->redis, &time_us, &f) < 0) {
        assert_true(f.kind == FAIL_LATER || f.kind == FAIL_UNKNOWN);
    }
}

/* After the fault the handle goes on by itself; its backoff is tested elsewhere and not waited for. */
static void works_again(struct run *run)
{
    int64_t deadline_ms = clock_mono_ms() + TRIES_MS;

    for (;;) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;
        struct fail f = { .text = "" };

        run->redis->next_try_ms = 0;
        if (redis_do(run->redis, &reply, &f, "PING", NULL) == 0) {
            return;
        }
        if (clock_mono_ms() > deadline_ms) {
            fail_msg("%s at call %ld: the handle never worked again: %s", run->kind, run->at,
                     f.text);
        }
    }
}

static int64_t counter(const struct server *s)
{
    char text[64];

    server_ask(s, text, sizeof text, "GET", "n", NULL);
    return strtoll(text, NULL, 10);
}

/* Returns whether it came to the fault. */
static bool run_once(enum fault_kind kind, long at, const struct server *s, const char *url)
{
    struct run run = { .kind = fault_name(kind), .at = at };
    bool fired;
    int64_t count;

    server_do(s, "DEL", "n", NULL);
    server_do(s, "SCRIPT", "FLUSH", NULL);
    fault_arm(kind, at);
    all_steps(&run, url);
    fired = fault_disarm();
    if (run.redis != NULL) {
        works_again(&run);
        redis_close(run.redis);
    }
    count = counter(s);
    if (count < run.done || count > run.done + run.unknown) {
        fail_msg("%s at call %ld: %lld done and %lld unknown, but the server counted %lld",
                 run.kind, at, (long long)run.done, (long long)run.unknown, (long long)count);
    }
    if (!fired) {
        assert_int_equal(run.done, 23); /* the whole way was gone */
    }
    if ((kind == FAULT_SHORT) && run.failures > 0) {
        fail_msg("a short transfer at call %ld was not gone on with", at);
    }
    return fired;
}

static void torture(enum fault_kind kind, const struct server *s, const char *url)
{
    long at = 0, spared = 0;

    while (run_once(kind, at, s, url)) {
        spared += fault_was_spared();
        at++;
        assert_true(at < CALLS_MAX);
    }
    print_message("%s: %ld calls failed once%s", fault_name(kind), at - spared,
                  spared > 0 ? "" : "\n");
    if (spared > 0) {
        print_message(", %ld left out where hiredis would abort()\n", spared);
    }
    assert_true(at - spared > 3);
}

static void each_fault_at_each_call(void **state)
{
    char url[128];

    (void)state;
    (void)snprintf(url, sizeof url, "redis://anna:p@127.0.0.1:%d/0", primary.port);
    for (int kind = 0; kind < FAULT_KINDS; kind++) {
        torture((enum fault_kind)kind, &primary, url);
    }
}

static void each_fault_at_each_call_through_sentinels(void **state)
{
    char url[160];

    (void)state;
    (void)snprintf(url, sizeof url, "redis+sentinel://anna:p@127.0.0.1:%d,localhost:%d/primary/0",
                   sentinel.port, sentinel.port);
    for (int kind = 0; kind < FAULT_KINDS; kind++) {
        torture((enum fault_kind)kind, &primary, url);
    }
}

static int set_up(void **state)
{
    (void)state;
    server_start(&primary, "user anna on >p ~* +@all");
    server_start_sentinel(&sentinel, primary.port, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    server_stop(&sentinel);
    server_stop(&primary);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_at_each_call),
        cmocka_unit_test(each_fault_at_each_call_through_sentinels),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
