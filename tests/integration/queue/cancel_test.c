/* Requests to end a job: where they are written, who sees them. */
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/cancel.h"
#include "tests/integration/queue/fixture.h"

static bool is_cancelled(struct fixture *fx, const char *jid)
{
    bool cancelled = false;

    must(queue_cancelled(fx->redis, jid, &cancelled, &fx->fail), fx);
    return cancelled;
}

static void a_request_is_written_as_sidekiq_reads_it(void **state)
{
    struct fixture *fx = *state;
    int64_t before_s = clock_now_us() / 1000000;

    assert_false(is_cancelled(fx, "j1"));
    must(queue_cancel(fx->redis, "j1", &fx->fail), fx);
    assert_true(is_cancelled(fx, "j1"));
    assert_in_range(fixture_int(fx, "HGET", "it-j1", "cancelled"), before_s - 1, before_s + 60);
    assert_in_range(fixture_int(fx, "TTL", "it-j1", NULL), CANCEL_TTL_S - 60, CANCEL_TTL_S);
    assert_in_range(fixture_int(fx, "TTL", KEY_CANCELLED, NULL), CANCEL_TTL_S - 60, CANCEL_TTL_S);
}

static void a_request_of_sidekiqs_client_is_seen(void **state)
{
    struct fixture *fx = *state;

    command(fx, "HSETNX", "it-j1", "cancelled", "1795223323");
    assert_true(is_cancelled(fx, "j1"));
    command(fx, "HSET", "it-j2", "ex", "1"); /* an iterable job that goes on */
    assert_false(is_cancelled(fx, "j2"));
}

static void a_batch_is_asked_for_at_once(void **state)
{
    static const char *const jids[] = { "j0", "j1", "j2", "", "j4" };
    struct fixture *fx = *state;
    bool cancelled[COUNT_OF(jids)];

    assert_int_equal(fixture_int(fx, "EXISTS", KEY_CANCELLED, NULL), 0);
    must(queue_cancelled_each(fx->redis, jids, COUNT_OF(jids), cancelled, &fx->fail), fx);
    for (size_t i = 0; i < COUNT_OF(jids); i++) {
        assert_false(cancelled[i]);
    }
    must(queue_cancel(fx->redis, "j1", &fx->fail), fx);
    must(queue_cancel(fx->redis, "j4", &fx->fail), fx);
    assert_int_equal(fixture_int(fx, "EXISTS", KEY_CANCELLED, NULL), 1);
    must(queue_cancelled_each(fx->redis, jids, COUNT_OF(jids), cancelled, &fx->fail), fx);
    for (size_t i = 0; i < COUNT_OF(jids); i++) {
        assert_int_equal(cancelled[i], i == 1 || i == 4);
    }
    must(queue_cancelled_each(fx->redis, jids, 0, cancelled, &fx->fail), fx);
}

static void the_set_is_empty_again_when_all_have_ended(void **state)
{
    struct fixture *fx = *state;

    must(queue_cancel(fx->redis, "j1", &fx->fail), fx);
    must(queue_cancel(fx->redis, "j1", &fx->fail), fx);
    must(queue_cancel_forget(fx->redis, "j1", &fx->fail), fx);
    must(queue_cancel_forget(fx->redis, "never", &fx->fail), fx);
    assert_int_equal(fixture_int(fx, "EXISTS", KEY_CANCELLED, NULL), 0);
    assert_true(is_cancelled(fx, "j1")); /* for who asks later */
}

static void impossible_ids_are_refused(void **state)
{
    struct fixture *fx = *state;
    char jid[JOB_JID_BYTES + 1];

    memset(jid, 'j', sizeof jid);
    jid[JOB_JID_BYTES] = '\0';
    assert_int_equal(queue_cancel(fx->redis, jid, &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_INPUT);
    assert_int_equal(queue_cancel(fx->redis, "", &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_INPUT);
    assert_int_equal(fixture_int(fx, "EXISTS", KEY_CANCELLED, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(a_request_is_written_as_sidekiq_reads_it),
        queue_test(a_request_of_sidekiqs_client_is_seen),
        queue_test(a_batch_is_asked_for_at_once),
        queue_test(the_set_is_empty_again_when_all_have_ended),
        queue_test(impossible_ids_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
