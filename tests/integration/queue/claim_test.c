/* enqueue, claim, settle. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "tests/integration/queue/fixture.h"

#define ME "host:1:aaaaaaaaaaaa"

static void enqueued_job_waits_in_its_registered_queue(void **state)
{
    struct fixture *fx = *state;
    char jid[JOB_JID_BYTES];
    scoped(free_p) char *payload = NULL;

    fixture_enqueue(fx, "fulfillment", 7, jid);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:fulfillment", NULL), 1);
    assert_int_equal(fixture_int(fx, "SISMEMBER", "queues", "fulfillment"), 1);
    payload = fixture_lindex(fx, "queue:fulfillment", "0");
    assert_non_null(strstr(payload, jid));
    assert_int_equal(payload_number(payload, strlen(payload)), 7);
}

static void scheduled_job_goes_to_schedule_only(void **state)
{
    struct fixture *fx = *state;
    char jid[JOB_JID_BYTES];
    struct job_spec spec = {
        .type = "a.b", .queue = "q", .max_retries = -1, .run_at_us = clock_now_us() + 3600000000
    };
    scoped(free_p) char *payload = NULL;

    must(queue_enqueue(fx->redis, &spec, jid, &fx->fail), fx);
    assert_int_equal(fixture_int(fx, "EXISTS", "queue:q", "queues"), 0);
    payload = fixture_first(fx, "schedule");
    assert_non_null(payload);
    assert_null(strstr(payload, "enqueued_at"));
    assert_null(strstr(payload, "\"at\""));
}

static void bad_jobs_are_refused_and_nothing_is_written(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *large = malloc(JOB_MAX_BYTES + 16);
    char jid[JOB_JID_BYTES];

    assert_non_null(large);
    memset(large, 'x', JOB_MAX_BYTES + 10);
    memcpy(large, "[\"", 2);
    memcpy(large + JOB_MAX_BYTES + 8, "\"]", 3);
    const struct job_spec bad[] = {
        { .type = "a", .queue = "no spaces" },
        { .type = "<b>", .queue = "q" },
        { .type = "", .queue = "q" },
        { .type = "a", .queue = NULL },
        { .type = "a", .queue = "q/r" },
        { .type = "a", .queue = "q", .args = "{}" },
        { .type = "a", .queue = "q", .args = "[1" },
        { .type = "a", .queue = "q", .args = "[1]]" },
        { .type = "a", .queue = "q", .args = large },
        { .type = "a", .queue = "q", .jid = "with space" },
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(queue_enqueue(fx->redis, &bad[i], jid, &fx->fail), -1);
        assert_int_equal(fx->fail.kind, FAIL_INPUT);
    }
    assert_int_equal(fixture_int(fx, "DBSIZE", NULL, NULL), 0);
}

static void bulk_pushes_in_run_order_across_groups(void **state)
{
    enum { COUNT = 2500 };
    struct fixture *fx = *state;
    scoped(free_p) struct job_spec *specs = calloc(COUNT, sizeof *specs);
    scoped(free_p) char(*args)[16] = calloc(COUNT, sizeof *args);
    static struct batch b;

    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(args[i], sizeof args[i], "[%d]", i);
        specs[i] =
            (struct job_spec){ .type = "a", .queue = "q", .args = args[i], .max_retries = -1 };
    }
    must(queue_enqueue_bulk(fx->redis, specs, COUNT, &fx->fail), fx);
    for (int at = 0; at < COUNT; at += (int)b.count) {
        batch_free(&b);
        fixture_claim(fx, &b, ME, "q", (unsigned)at, 700);
        assert_true(b.count > 0);
        for (size_t i = 0; i < b.count; i++) {
            assert_int_equal(payload_number(b.payloads[i], b.sizes[i]), at + (int)i);
        }
    }
    batch_free(&b);
    specs[COUNT - 1].args = "nonsense";
    assert_int_equal(queue_enqueue_bulk(fx->redis, specs, COUNT, &fx->fail), -1);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 0);
}

/* What a script call pushes holds everybody else up. */
static void bulk_of_large_jobs_is_pushed_in_small_groups(void **state)
{
    enum { COUNT = 100, LARGE = 60000 };
    struct fixture *fx = *state;
    static struct job_spec specs[COUNT];
    static char args[COUNT][LARGE];
    scoped(redis_reply_clear_p) redisReply *stats = NULL;
    const char *pushes;

    for (size_t i = 0; i < COUNT; i++) {
        memset(args[i], ' ', LARGE - 1);
        args[i][snprintf(args[i], LARGE, "[%zu", i)] = ' ';
        args[i][LARGE - 2] = ']';
        specs[i] = (struct job_spec){ .type = "t", .queue = "q", .args = args[i] };
    }
    command(fx, "CONFIG", "RESETSTAT");
    must(queue_enqueue_bulk(fx->redis, specs, COUNT, &fx->fail), fx);
    for (size_t i = 0; i < COUNT; i++) {
        char place[16];

        (void)snprintf(place, sizeof place, "-%zu", i + 1);
        scoped(free_p) char *payload = fixture_lindex(fx, "queue:q", place);
        assert_int_equal(payload_number(payload, strlen(payload)), i);
    }
    must(redis_do(fx->redis, &stats, &fx->fail, "INFO", "commandstats", NULL), fx);
    pushes = strstr(stats->str, "cmdstat_lpush:calls=");
    assert_non_null(pushes);
    assert_in_range(strtoll(pushes + strlen("cmdstat_lpush:calls="), NULL, 10), 6, 7);
}

static void claim_takes_the_oldest_first_and_keeps_them_in_the_list(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    for (int i = 0; i < 5; i++) {
        fixture_enqueue(fx, "q", i, NULL);
    }
    fixture_claim(fx, &b, ME, "q", 1, 3);
    assert_int_equal(b.count, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(payload_number(b.payloads[i], b.sizes[i]), i);
    }
    assert_int_equal(fixture_int(fx, "LLEN", "dropship:claimed:" ME ":q#1", NULL), 3);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 2);
    batch_free(&b);
}

static void claim_whose_reply_was_lost_is_returned_by_the_next_call(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    for (int i = 0; i < 4; i++) {
        fixture_enqueue(fx, "q", i, NULL);
    }
    fixture_claim(fx, &b, ME, "q", 1, 2);
    batch_free(&b); /* pretend that this never arrived */
    fixture_claim(fx, &b, ME, "q", 1, 3);
    assert_int_equal(b.count, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(payload_number(b.payloads[i], b.sizes[i]), i);
    }
    batch_free(&b);
}

static void more_than_asked_for_goes_back_to_run_next(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    for (int i = 0; i < 6; i++) {
        fixture_enqueue(fx, "q", i, NULL);
    }
    fixture_claim(fx, &b, ME, "q", 1, 5);
    batch_free(&b); /* pretend that this never arrived */
    fixture_claim(fx, &b, ME, "q", 1, 2);
    assert_int_equal(b.count, 2);
    assert_int_equal(payload_number(b.payloads[1], b.sizes[1]), 1);
    assert_int_equal(fixture_int(fx, "LLEN", b.list.key, NULL), 2);
    batch_free(&b);
    fixture_claim(fx, &b, ME, "q", 2, 10);
    assert_int_equal(b.count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(payload_number(b.payloads[i], b.sizes[i]), i + 2);
    }
    batch_free(&b);
}

/* End the wait of the session that blocks in BLMOVE, as soon as there is one. */
static void break_blocked(struct fixture *fx, bool kill)
{
    char id[32] = "";

    while (id[0] == '\0') {
        scoped(redis_reply_clear_p) redisReply *list = NULL;
        const char *line;

        must(redis_do(fx->redis, &list, &fx->fail, "CLIENT", "LIST", NULL), fx);
        line = strstr(list->str, "cmd=blmove");
        while (line != NULL && line > list->str && line[-1] != '\n') {
            line--;
        }
        if (line != NULL) {
            (void)snprintf(id, sizeof id, "%.*s", (int)strcspn(line + 3, " "), line + 3);
        }
        clock_sleep_ms(1);
    }
    if (kill) {
        command(fx, "CLIENT", "KILL", "ID", id);
    } else {
        command(fx, "CLIENT", "UNBLOCK", id, "ERROR"); /* as a failover does */
    }
}

static void *kill_blocked(void *arg)
{
    struct fixture fx = { .redis = fixture_connect() };

    break_blocked(&fx, true);
    redis_close(fx.redis);
    return arg;
}

static void *unblock_blocked(void *arg)
{
    struct fixture fx = { .redis = fixture_connect() };

    break_blocked(&fx, false);
    redis_close(fx.redis);
    return arg;
}

static void broken_wait_fails_by_kind_and_the_next_claim_works(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    for (int round = 0; round < 2; round++) {
        pthread_t thread;
        bool kill = round == 0;

        queue_claim_list(ME, "q", 1, &b.list);
        assert_int_equal(pthread_create(&thread, NULL, kill ? kill_blocked : unblock_blocked, NULL),
                         0);
        assert_int_equal(fixture_take(fx->redis, &b, 5, 20000, &fx->fail), -1);
        assert_int_equal(fx->fail.kind, kill ? FAIL_UNKNOWN : FAIL_LATER);
        assert_int_equal(pthread_join(thread, NULL), 0);
        fixture_enqueue(fx, "q", round, NULL);
        fixture_claim(fx, &b, ME, "q", 1, 5);
        assert_int_equal(b.count, 1);
        assert_false(fixture_settle(fx, &b, 0, SETTLE_DONE, NULL));
        batch_free(&b);
    }
}

static void released_list_returns_to_the_tail_in_order(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    int64_t released = 0;

    for (int i = 0; i < 4; i++) {
        fixture_enqueue(fx, "q", i, NULL);
    }
    fixture_claim(fx, &b, ME, "q", 1, 3);
    must(queue_claim_release(fx->redis, &b.list, &released, &fx->fail), fx);
    assert_int_equal(released, 3);
    assert_int_equal(fixture_int(fx, "EXISTS", b.list.key, NULL), 0);
    batch_free(&b);
    fixture_claim(fx, &b, ME, "q", 2, 10);
    assert_int_equal(b.count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(payload_number(b.payloads[i], b.sizes[i]), i);
    }
    batch_free(&b);
}

static void *enqueue_after_block(void *arg)
{
    struct fixture fx = { .redis = fixture_connect() };
    const char *queue = arg;
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    /* The event to wait for: somebody is blocked. */
    for (int i = 0; i < 2000; i++) {
        redis_reply_clear_p(&reply);
        reply = NULL;
        must(redis_do(fx.redis, &reply, &fx.fail, "INFO", "clients", NULL), &fx);
        if (strstr(reply->str, "blocked_clients:0") == NULL) {
            break;
        }
        clock_sleep_ms(2);
    }
    fixture_enqueue(&fx, queue, 42, NULL);
    redis_close(fx.redis);
    return NULL;
}

static void blocked_claim_wakes_when_a_job_arrives(void **state)
{
    struct fixture *fx = *state;
    char queue[] = "q";
    static struct batch b;
    pthread_t thread;
    int64_t began = clock_mono_ms();

    assert_int_equal(pthread_create(&thread, NULL, enqueue_after_block, queue), 0);
    queue_claim_list(ME, "q", 1, &b.list);
    must(fixture_take(fx->redis, &b, 5, 20000, &fx->fail), fx);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(b.count, 1);
    assert_int_equal(payload_number(b.payloads[0], b.sizes[0]), 42);
    assert_true(clock_mono_ms() - began < 15000);
    batch_free(&b);
}

static void empty_queue_gives_none_after_the_block(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    int64_t began = clock_mono_ms();

    queue_claim_list(ME, "q", 1, &b.list);
    must(fixture_take(fx->redis, &b, 5, 150, &fx->fail), fx);
    assert_int_equal(b.count, 0);
    assert_true(clock_mono_ms() - began >= 140);
}

static void paused_queue_gives_none_and_takes_back(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    fixture_enqueue(fx, "q", 1, NULL);
    fixture_enqueue(fx, "q", 2, NULL);
    must(queue_pause(fx->redis, "q", true, &fx->fail), fx);
    fixture_claim(fx, &b, ME, "q", 1, 5);
    assert_int_equal(b.count, 0);
    /* As if BLMOVE had moved one just before the pause. */
    command(fx, "LMOVE", "queue:q", b.list.key, "RIGHT", "LEFT");
    fixture_claim(fx, &b, ME, "q", 1, 5);
    assert_int_equal(b.count, 0);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 2);
    must(queue_pause(fx->redis, "q", false, &fx->fail), fx);
    fixture_claim(fx, &b, ME, "q", 1, 5);
    assert_int_equal(b.count, 2);
    assert_int_equal(payload_number(b.payloads[0], b.sizes[0]), 1);
    batch_free(&b);
}

/* So many jobs of this size wait; how many does a claim of up to 400 bring? */
static size_t claimed_of_size(struct fixture *fx, int count, size_t size_bytes)
{
    static char payload[64 * 1024];
    static struct batch b;

    assert_true(size_bytes < sizeof payload);
    memset(payload, 'x', size_bytes);
    payload[size_bytes] = '\0';
    command(fx, "FLUSHDB");
    for (int i = 0; i < count; i++) {
        command(fx, "LPUSH", "queue:q", payload);
    }
    fixture_claim(fx, &b, "host:1:aaaaaaaaaaaa", "q", 1, 400);
    size_t got = b.count;
    batch_free(&b);
    return got;
}

static void large_jobs_are_claimed_few_at_a_time(void **state)
{
    struct fixture *fx = *state;

    assert_int_equal(claimed_of_size(fx, 400, 200), 400);
    assert_int_equal(claimed_of_size(fx, 400, 8192), 32);
    assert_int_equal(claimed_of_size(fx, 40, 60000), 16);
    assert_int_equal(claimed_of_size(fx, 7, 60000), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(large_jobs_are_claimed_few_at_a_time),
        queue_test(enqueued_job_waits_in_its_registered_queue),
        queue_test(scheduled_job_goes_to_schedule_only),
        queue_test(bad_jobs_are_refused_and_nothing_is_written),
        queue_test(bulk_pushes_in_run_order_across_groups),
        queue_test(bulk_of_large_jobs_is_pushed_in_small_groups),
        queue_test(claim_takes_the_oldest_first_and_keeps_them_in_the_list),
        queue_test(claim_whose_reply_was_lost_is_returned_by_the_next_call),
        queue_test(more_than_asked_for_goes_back_to_run_next),
        queue_test(broken_wait_fails_by_kind_and_the_next_claim_works),
        queue_test(released_list_returns_to_the_tail_in_order),
        queue_test(blocked_claim_wakes_when_a_job_arrives),
        queue_test(empty_queue_gives_none_after_the_block),
        queue_test(paused_queue_gives_none_and_takes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
