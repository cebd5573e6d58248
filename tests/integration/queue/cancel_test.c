/* Requests to end a job: where they are written, who sees them. */
#include <stdlib.h>
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

/* Settle all jobs of the queue in one batch, of which the first is snoozed and the others are done. */
static void settle_all(struct fixture *fx, bool whole)
{
    static struct batch b;
    static struct settlement settled[QUEUE_BATCH_MAX];

    fixture_claim(fx, &b, "host:1:aaaaaaaaaaaa", "q", 1, QUEUE_BATCH_MAX);
    for (size_t i = 0; i < b.count; i++) {
        settled[i] = (struct settlement){ .kind = i == 0 ? SETTLE_SNOOZE : SETTLE_DONE,
                                          .payload = b.payloads[i],
                                          .payload_bytes = b.sizes[i],
                                          .next = i == 0 ? "{}" : NULL,
                                          .next_bytes = i == 0 ? 2 : 0,
                                          .in_us = 60000000 };
    }
    must((whole ? queue_settle_whole : queue_settle)(
             fx->redis, &b.list, &(struct settle_batch){ settled, b.count, clock_now_us() },
             &fx->fail),
         fx);
    batch_free(&b);
}

static void the_set_is_empty_again_when_all_have_ended(void **state)
{
    struct fixture *fx = *state;

    for (int whole = 0; whole < 2; whole++) {
        char jids[3][JOB_JID_BYTES];

        for (int i = 0; i < 3; i++) {
            fixture_enqueue(fx, "q", i, jids[i]);
            must(queue_cancel(fx->redis, jids[i], &fx->fail), fx);
            must(queue_cancel(fx->redis, jids[i], &fx->fail), fx);
        }
        settle_all(fx, whole == 1);
        assert_int_equal(fixture_int(fx, "ZCARD", KEY_CANCELLED, NULL), 1);
        assert_int_not_equal(fixture_int(fx, "ZSCORE", KEY_CANCELLED, jids[0]), -1);
        assert_true(is_cancelled(fx, jids[1])); /* for who asks later */
        command(fx, "DEL", KEY_CANCELLED);
    }
}

/* How often ZREM came from a client. */
static int64_t removals(struct fixture *fx)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    const char *line;

    must(redis_do(fx->redis, &reply, &fx->fail, "INFO", "commandstats", NULL), fx);
    line = strstr(reply->str, "cmdstat_zrem:calls=");
    return line == NULL ? 0 : strtoll(line + strlen("cmdstat_zrem:calls="), NULL, 10);
}

/* An id that nobody has stays for a month, and each settled batch looks for its jobs in the set. */
static void an_id_that_never_ends_costs_a_batch_one_command(void **state)
{
    struct fixture *fx = *state;

    must(queue_cancel(fx->redis, "nobody", &fx->fail), fx);
    for (int whole = 0; whole < 2; whole++) {
        int64_t before = removals(fx);

        for (int i = 0; i < 100; i++) {
            fixture_enqueue(fx, "q", i, NULL);
        }
        settle_all(fx, whole == 1);
        assert_int_equal(removals(fx), before + 1);
    }
    assert_int_equal(fixture_int(fx, "ZCARD", KEY_CANCELLED, NULL), 1);
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
        queue_test(an_id_that_never_ends_costs_a_batch_one_command),
        queue_test(impossible_ids_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
