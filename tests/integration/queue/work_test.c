/* queue_work: a whole worker in one call, on a real Redis. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/queue/cancel.h"
#include "common/queue/unique.h"
#include "tests/integration/queue/work_rig.h"

/* Seconds from now until the first member is due. */
static double due_in_s(struct fixture *fx, const char *set)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_do(fx->redis, &reply, &fx->fail, "ZRANGE", set, "0", "0", "WITHSCORES", NULL), fx);
    assert_int_equal(reply->elements, 2);
    return strtod(reply->element[1]->str, NULL) - (double)clock_now_us() / 1e6;
}

/* ---- outcomes ---- */

static void jobs_are_done_and_counted(void **state)
{
    enum { JOBS = 500 };
    struct fixture *fx = *state;
    struct queue_work s = rig_setup_for(rig_test_url(), 3);
    struct worker w;

    for (int n = 0; n < JOBS; n++) {
        rig_enqueue(fx, "t", n, plain);
    }
    rig_begin(&w, &s);
    until(atomic_load(&rig.total) == JOBS);
    rig_end(&w);
    for (int n = 0; n < JOBS; n++) {
        assert_int_equal(atomic_load(&rig.runs[n]), 1);
    }
    assert_int_equal(fixture_int(fx, "GET", "stat:processed", NULL), JOBS);
    assert_int_equal(fixture_int(fx, "EXISTS", "stat:failed", "queue:q"), 0);
    assert_int_equal(atomic_load(&rig.events[WORK_DONE]), JOBS);
    assert_int_equal(atomic_load(&rig.events[WORK_TROUBLE]), 0);
    rig_nothing_is_left(fx);
}

/* One job of the type, and what becomes of it in `set`, whose text is the test's to free. */
static char *run_one(struct fixture *fx, const char *type, struct job_spec spec, const char *set)
{
    struct queue_work s = rig_setup_for(rig_test_url(), 1);
    struct worker w;

    rig_enqueue(fx, type, 1, spec);
    rig_begin(&w, &s);
    until(rig_count(fx, set) == 1);
    rig_end(&w);
    assert_int_equal(atomic_load(&rig.total), 1);
    assert_int_equal(fixture_int(fx, "GET", "stat:failed", NULL), 1);
    rig_nothing_is_left(fx);
    return fixture_first(fx, set);
}

static void passing_failure_is_tried_again_as_sidekiq_does(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *job = run_one(fx, "later", plain, "retry");

    assert_non_null(strstr(job, "\"retry_count\":0"));
    assert_non_null(strstr(job, "\"error_class\":\"TemporaryError\""));
    assert_non_null(strstr(job, "\"error_message\":\"not now\""));
    assert_true(due_in_s(fx, "retry") > 12 && due_in_s(fx, "retry") < 26);
    assert_int_equal(atomic_load(&rig.events[WORK_RETRY]), 1);
}

static void advice_sets_the_time_of_the_next_attempt(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *job = run_one(fx, "advised", plain, "retry");

    assert_non_null(strstr(job, "\"error_class\":\"RateLimited\""));
    assert_true(due_in_s(fx, "retry") > 95 && due_in_s(fx, "retry") < 121);
}

static void lasting_failure_goes_to_dead(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *job = run_one(fx, "input", plain, "dead");

    assert_non_null(strstr(job, "\"error_class\":\"InputError\""));
    assert_int_equal(atomic_load(&rig.events[WORK_DEAD]), 1);
    assert_int_equal(rig_count(fx, "retry"), 0);
}

static void last_attempt_goes_to_dead(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *job = run_one(fx, "later", (struct job_spec){ .max_retries = 0 }, "dead");

    assert_non_null(strstr(job, "\"retry_count\":0"));
}

static void handler_that_gives_no_reason_is_a_bug_and_tried_again(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *job = run_one(fx, "silent", plain, "retry");

    assert_non_null(strstr(job, "\"error_class\":\"InternalError\""));
}

static void attempts_of_a_job_that_does_not_say_come_from_the_setup(void **state)
{
    struct fixture *fx = *state;
    struct queue_work s = rig_setup_for(rig_test_url(), 1);
    struct worker w;

    s.tries = 2;
    command(fx, "LPUSH", "queue:q",
            "{\"class\":\"later\",\"args\":[1],\"jid\":\"a\",\"retry_count\":0}");
    command(fx, "LPUSH", "queue:q",
            "{\"class\":\"later\",\"args\":[2],\"jid\":\"b\",\"retry_count\":1}");
    rig_begin(&w, &s);
    until(rig_count(fx, "dead") == 1 && rig_count(fx, "retry") == 1);
    rig_end(&w);
    scoped(free_p) char *dead = fixture_first(fx, "dead");
    assert_non_null(strstr(dead, "\"jid\":\"b\""));
}

static void what_is_no_job_goes_to_dead_and_can_be_shown(void **state)
{
    static const char *const payloads[] = {
        "no JSON",           "[1,2]", "7", "{\"args\":[]}", "{\"class\":\"t\",\"args\":{}}",
        "{\"class\":\"t\"}", ""
    };
    struct fixture *fx = *state;
    struct queue_work s = rig_setup_for(rig_test_url(), 1);
    struct worker w;
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    size_t plain_bytes = 0;

    for (size_t i = 0; i < COUNT_OF(payloads); i++) {
        command(fx, "LPUSH", "queue:q", payloads[i]);
    }
    rig_begin(&w, &s);
    until(rig_count(fx, "dead") == (int64_t)COUNT_OF(payloads));
    rig_end(&w);
    assert_int_equal(atomic_load(&rig.total), 0);
    must(redis_do(fx->redis, &reply, &fx->fail, "ZRANGE", "dead", "0", "-1", NULL), fx);
    for (size_t i = 0; i < reply->elements; i++) {
        plain_bytes += reply->element[i]->str[0] != '{' ? reply->element[i]->len : 0;
    }
    assert_int_equal(plain_bytes, strlen("no JSON")); /* all others are objects now, or empty */
    assert_int_equal(fixture_int(fx, "GET", "stat:failed", NULL), (int64_t)COUNT_OF(payloads));
    rig_nothing_is_left(fx);
}

static void late_and_cancelled_jobs_end_unrun(void **state)
{
    struct fixture *fx = *state;
    struct queue_work s = rig_setup_for(rig_test_url(), 1);
    struct worker w;

    command(fx, "LPUSH", "queue:q",
            "{\"class\":\"t\",\"args\":[1],\"jid\":\"late\",\"dropship_expires_at\":1.5}");
    rig_enqueue(fx, "t", 2, (struct job_spec){ .jid = "0123456789abcdef01234567" });
    must(queue_cancel(fx->redis, "0123456789abcdef01234567", &fx->fail), fx);
    rig_enqueue(fx, "t", 3, plain);
    rig_begin(&w, &s);
    until(atomic_load(&rig.total) == 1);
    rig_end(&w);
    assert_int_equal(atomic_load(&rig.runs[3]), 1);
    assert_int_equal(atomic_load(&rig.events[WORK_EXPIRED]), 1);
    assert_int_equal(atomic_load(&rig.events[WORK_CANCELLED]), 1);
    assert_int_equal(fixture_int(fx, "EXISTS", KEY_CANCELLED, "queue:q"), 0);
    rig_nothing_is_left(fx);
}

static void due_jobs_are_moved_and_unique_locks_released(void **state)
{
    struct fixture *fx = *state;
    struct queue_work s = rig_setup_for(rig_test_url(), 1);
    struct worker w;

    rig_enqueue(fx, "t", 1, (struct job_spec){ .run_at_us = clock_now_us() + 300000 });
    rig_enqueue(fx, "t", 2, (struct job_spec){ .unique_for_s = 60, .unique_key = "k" });
    rig_begin(&w, &s);
    until(atomic_load(&rig.total) == 2);
    rig_end(&w);
    rig_enqueue(fx, "t", 2, (struct job_spec){ .unique_for_s = 60, .unique_key = "k" });
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1);
}

static void unusable_setups_are_refused(void **state)
{
    struct fail f = { 0 };
    struct queue_work bad[7];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        bad[i] = rig_setup_for(rig_test_url(), 1);
    }
    bad[0].redis_url = "http://x";
    bad[1].run = NULL;
    bad[2].queues[0].name = NULL;
    bad[3].queues[0].name = "no queue";
    bad[4].queues[0].threads = WORK_THREADS_MAX + 1;
    bad[5].lease_ms = 10;
    bad[6].tries = -1;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        f.kind = FAIL_NONE;
        assert_int_equal(queue_work(&bad[i], &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
    }
    bad[0].redis_url = "redis://127.0.0.1:1/0";
    assert_int_equal(queue_work(&bad[0], &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
}

/* ---- stop, quiet, long jobs ---- */

static void stop_lets_the_running_job_end_and_hands_back_the_others_in_order(void **state)
{
    struct fixture *fx = *state;
    struct queue_work s = rig_setup_for(rig_test_url(), 1);
    struct worker w;

    for (int n = 0; n < 300; n++) {
        rig_enqueue(fx, n == 250 ? "gate" : "t", n, plain);
    }
    rig_begin(&w, &s);
    until(atomic_load(&rig.waiting) == 1);
    atomic_store(&rig.stopping, true);
    atomic_store(&rig.gate, true);
    rig_end(&w);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 49);
    assert_int_equal(fixture_int(fx, "GET", "stat:processed", NULL), 251);
    scoped(free_p) char *first = fixture_lindex(fx, "queue:q", "-1");
    scoped(free_p) char *last = fixture_lindex(fx, "queue:q", "0");
    assert_non_null(strstr(first, "[251]"));
    assert_non_null(strstr(last, "[299]"));
    rig_nothing_is_left(fx);
}

static void a_long_job_holds_up_no_other(void **state)
{
    struct fixture *fx = *state;
    struct queue_work s = rig_setup_for(rig_test_url(), 2);
    struct worker w;

    for (int n = 0; n < 400; n++) {
        rig_enqueue(fx, n == 250 ? "gate" : "t", n, plain);
    }
    rig_begin(&w, &s);
    until(fixture_int(fx, "GET", "stat:processed", NULL) == 399); /* those of its batch, too */
    assert_int_equal(atomic_load(&rig.waiting), 1);
    atomic_store(&rig.gate, true);
    until(fixture_int(fx, "GET", "stat:processed", NULL) == 400);
    rig_end(&w);
    for (int n = 0; n < 400; n++) {
        assert_int_equal(atomic_load(&rig.runs[n]), 1);
    }
    assert_int_equal(fixture_int(fx, "EXISTS", "dropship:stat:fenced", NULL), 0);
    rig_nothing_is_left(fx);
}

static bool is_quiet(struct fixture *fx, const char *identity)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_do(fx->redis, &reply, &fx->fail, "HGET", identity, "quiet", NULL), fx);
    return reply->str != NULL && strcmp(reply->str, "true") == 0;
}

static void it_is_shown_and_obeys_through_redis(void **state)
{
    struct fixture *fx = *state;
    struct queue_work s = rig_setup_for(rig_test_url(), 2);
    struct process_info *all = NULL;
    struct worker w;
    size_t n = 0;

    rig_enqueue(fx, "gate", 1, plain);
    rig_begin(&w, &s);
    until(fixture_int(fx, "SCARD", "processes", NULL) == 1);
    must(queue_processes(fx->redis, &all, &n, &fx->fail), fx);
    assert_int_equal(n, 1);
    assert_true(all[0].alive && all[0].ours && !all[0].quiet);
    assert_int_equal(all[0].concurrency, 2);
    must(queue_signal(fx->redis, all[0].identity, "TSTP", &fx->fail), fx);
    until(is_quiet(fx, all[0].identity));
    atomic_store(&rig.gate, true);
    until(atomic_load(&rig.events[WORK_DONE]) == 1);
    rig_enqueue(fx, "t", 2, plain);
    must(queue_signal(fx->redis, all[0].identity, "TERM", &fx->fail), fx);
    assert_int_equal(pthread_join(w.thread, NULL), 0); /* nobody set `stop` */
    assert_int_equal(w.result, 0);
    assert_int_equal(atomic_load(&rig.total), 1);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1);
    queue_processes_free(all, n);
    rig_nothing_is_left(fx);
}

#define work_test(f) cmocka_unit_test_setup_teardown(f, rig_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        work_test(jobs_are_done_and_counted),
        work_test(passing_failure_is_tried_again_as_sidekiq_does),
        work_test(advice_sets_the_time_of_the_next_attempt),
        work_test(lasting_failure_goes_to_dead),
        work_test(last_attempt_goes_to_dead),
        work_test(handler_that_gives_no_reason_is_a_bug_and_tried_again),
        work_test(attempts_of_a_job_that_does_not_say_come_from_the_setup),
        work_test(what_is_no_job_goes_to_dead_and_can_be_shown),
        work_test(late_and_cancelled_jobs_end_unrun),
        work_test(due_jobs_are_moved_and_unique_locks_released),
        work_test(unusable_setups_are_refused),
        work_test(stop_lets_the_running_job_end_and_hands_back_the_others_in_order),
        work_test(a_long_job_holds_up_no_other),
        work_test(it_is_shown_and_obeys_through_redis),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
