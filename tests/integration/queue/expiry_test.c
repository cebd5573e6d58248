/* An expiry is an instant that stays what it is while its job moves about. */
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "tests/integration/queue/fixture.h"

#define ME "host:1:aaaaaaaaaaaa"

enum { EXPIRES_S = 3600 };

/* Expiry of the only job of the queue, which is claimed. */
static int64_t claim_expiry(struct fixture *fx, struct batch *b)
{
    scoped(job_free_p) struct job *job = NULL;

    fixture_claim(fx, b, ME, "q", 1, 1);
    assert_int_equal(b->count, 1);
    must(job_parse(b->payloads[0], b->sizes[0], &job, &fx->fail), fx);
    return job->expires_us;
}

/* Until the job that is due has moved: chance spreads due times a little. */
static void promote(struct fixture *fx)
{
    int64_t moved = 0, next_ms;
    int64_t until_ms = clock_mono_ms() + 5000;

    while (moved == 0 && clock_mono_ms() < until_ms) {
        must(queue_promote(fx->redis, 10, &moved, &next_ms, &fx->fail), fx);
    }
    assert_int_equal(moved, 1);
}

static void it_counts_from_the_moment_of_enqueue(void **state)
{
    const struct job_spec spec = { .type = "t", .queue = "q", .expires_in_s = EXPIRES_S };
    struct fixture *fx = *state;
    static struct batch b;
    char jid[JOB_JID_BYTES];
    int64_t before_us = clock_now_us();

    must(queue_enqueue(fx->redis, &spec, jid, &fx->fail), fx);
    assert_in_range(claim_expiry(fx, &b), before_us + EXPIRES_S * INT64_C(1000000),
                    clock_now_us() + EXPIRES_S * INT64_C(1000000));
    batch_free(&b);
}

static void it_stays_when_the_job_is_delayed_snoozed_and_retried(void **state)
{
    struct job_spec spec = { .type = "t", .queue = "q", .expires_in_s = EXPIRES_S };
    struct fixture *fx = *state;
    static struct batch b;
    scoped(free_p) char *entry = NULL;
    char jid[JOB_JID_BYTES];
    int64_t due_us = clock_now_us() + 86400 * INT64_C(1000000);
    int64_t want_us = due_us + EXPIRES_S * INT64_C(1000000);

    spec.run_at_us = due_us;
    must(queue_enqueue(fx->redis, &spec, jid, &fx->fail), fx);
    entry = fixture_first(fx, "schedule");
    command(fx, "ZADD", "schedule", "1", entry); /* its time has come */
    promote(fx);
    assert_int_equal(claim_expiry(fx, &b), want_us);
    assert_false(fixture_settle(fx, &b, 0, SETTLE_SNOOZE, b.payloads[0]));
    batch_free(&b);
    promote(fx);
    assert_int_equal(claim_expiry(fx, &b), want_us);
    assert_false(fixture_settle(fx, &b, 0, SETTLE_RETRY, b.payloads[0]));
    batch_free(&b);
    free(entry);
    entry = fixture_first(fx, "retry");
    command(fx, "ZADD", "retry", "1", entry);
    promote(fx);
    assert_int_equal(claim_expiry(fx, &b), want_us);
    batch_free(&b);
}

static void a_foreign_delayed_job_has_its_time_from_when_it_was_due(void **state)
{
    static const char payload[] = "{\"class\":\"t\",\"queue\":\"q\",\"args\":[],\"jid\":\"a\","
                                  "\"expires_in\":60,\"created_at\":1795223323.5}";
    struct fixture *fx = *state;
    static struct batch b;
    int64_t before_us = clock_now_us();

    command(fx, "ZADD", "schedule", "1", payload);
    promote(fx);
    assert_in_range(claim_expiry(fx, &b), before_us + 59 * INT64_C(1000000),
                    clock_now_us() + 61 * INT64_C(1000000));
    batch_free(&b);
}

static void a_job_without_one_never_expires(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    fixture_enqueue(fx, "q", 1, NULL);
    assert_int_equal(claim_expiry(fx, &b), 0);
    batch_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(it_counts_from_the_moment_of_enqueue),
        queue_test(it_stays_when_the_job_is_delayed_snoozed_and_retried),
        queue_test(a_foreign_delayed_job_has_its_time_from_when_it_was_due),
        queue_test(a_job_without_one_never_expires),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
