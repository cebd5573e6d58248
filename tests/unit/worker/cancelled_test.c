/* What a run has to do with Redis beside its settlement: whether it is to end, and the lock of a unique job. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/queue/cancel.h"
#include "common/queue/unique.h"
#include "tests/support/redis_server.h"
#include "worker/core/job_context.h"

static struct redis_server server;
static struct redis *redis;
static struct fail failure;
static const struct job job = { .jid = "j1" };

static int start(void **state)
{
    (void)state;
    redis_server_start(&server);
    return redis_open(server.url, &redis, &failure);
}

static int stop(void **state)
{
    (void)state;
    redis_close(redis);
    redis_server_stop(&server);
    return 0;
}

static int empty(void **state)
{
    scoped(redis_reply_clear_p) redisReply *flushed = NULL;
    scoped(redis_reply_clear_p) redisReply *reset = NULL;

    (void)state;
    assert_int_equal(redis_do(redis, &flushed, &failure, "FLUSHALL", NULL), 0);
    return redis_do(redis, &reset, &failure, "CONFIG", "RESETSTAT", NULL);
}

/* How often Redis was asked. */
static int64_t questions(void)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    const char *found;

    assert_int_equal(redis_do(redis, &reply, &failure, "INFO", "commandstats", NULL), 0);
    found = strstr(reply->str, "cmdstat_hexists:calls=");
    return found == NULL ? 0 : strtoll(strchr(found, '=') + 1, NULL, 10);
}

static void the_first_question_is_answered_at_once(void **state)
{
    struct job_context c = { .redis = redis, .job = &job };
    struct job_context other = c;

    (void)state;
    assert_false(job_cancelled(&c));
    assert_int_equal(queue_cancel(redis, "j1", &failure), 0);
    assert_true(job_cancelled(&other));
}

static void redis_is_asked_once_a_second_and_no_more_after_yes(void **state)
{
    struct job_context c = { .redis = redis, .job = &job };
    int64_t until_ms = clock_mono_ms() + 20000, began_ms = clock_mono_ms();
    int64_t asked = 0;

    (void)state;
    assert_false(job_cancelled(&c));
    assert_int_equal(queue_cancel(redis, "j1", &failure), 0);
    while (!job_cancelled(&c) && clock_mono_ms() < until_ms) { /* a handler's loop */
        asked++;
    }
    assert_true(job_cancelled(&c));
    assert_true(clock_mono_ms() - began_ms >= 1000);
    assert_true(asked > 100);
    assert_int_equal(questions(), 2);
}

static void without_redis_the_last_answer_holds(void **state)
{
    scoped(redis_close_p) struct redis *away = NULL;
    struct job_context c = { .job = &job };

    (void)state;
    assert_int_equal(redis_open("unix:///nonexistent/socket", &away, &failure), 0);
    c.redis = away;
    assert_false(job_cancelled(&c));
    c.cancelled = true;
    assert_true(job_cancelled(&c));
}

static void a_job_without_an_id_cannot_be_cancelled(void **state)
{
    const struct job nameless = { .jid = "" };
    struct job_context c = { .redis = redis, .job = &nameless };

    (void)state;
    assert_false(job_cancelled(&c));
    assert_int_equal(questions(), 0);
}

static int64_t ttl_of_lock(void)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    assert_int_equal(redis_do(redis, &reply, &failure, "TTL",
                              KEY_UNIQUE "0123456789abcdef0123456789abcdef01234567", NULL),
                     0);
    return reply->integer;
}

static void the_lock_of_a_unique_job_lasts_as_long_as_it_is_needed(void **state)
{
    const struct job unique = { .jid = "j1",
                                .unique = "0123456789abcdef0123456789abcdef01234567",
                                .unique_for_s = 30 };
    struct job_context c = { .redis = redis, .job = &unique };
    struct job_context plain = { .redis = redis, .job = &job };
    struct job_context none = { .redis = redis }, away = { .job = &unique };

    (void)state;
    job_hold_lock(&plain, 0);
    job_hold_lock(&none, 0);
    job_hold_lock(&away, 0);
    assert_int_equal(ttl_of_lock(), -2);
    job_hold_lock(&c, 0); /* it had run out */
    assert_in_range(ttl_of_lock(), 29, 30);
    job_hold_lock(&c, clock_now_us() + 100000000);
    assert_in_range(ttl_of_lock(), 128, 131);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_first_question_is_answered_at_once, empty),
        cmocka_unit_test_setup(redis_is_asked_once_a_second_and_no_more_after_yes, empty),
        cmocka_unit_test_setup(without_redis_the_last_answer_holds, empty),
        cmocka_unit_test_setup(the_lock_of_a_unique_job_lasts_as_long_as_it_is_needed, empty),
        cmocka_unit_test_setup(a_job_without_an_id_cannot_be_cancelled, empty),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
