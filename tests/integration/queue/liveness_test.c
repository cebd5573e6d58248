/* heartbeat, processes, signals; Redis without memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "tests/integration/queue/fixture.h"

#define ME "host:1:aaaaaaaaaaaa"

static const char info[] =
    "{\"hostname\":\"host\",\"started_at\":1795223335.837412,\"pid\":1,\"tag\":\"dropship\","
    "\"concurrency\":3,\"queues\":[\"q\"],\"labels\":[],\"identity\":\"" ME "\"}";
static const struct heartbeat_work work[] = {
    { "t1", "q", "{\"jid\":\"a\",\"args\":[\"\\u2028 \\\"x\\\"\"]}", 1795223335999999 },
    { "t2", "q", "{\"jid\":\"b\"}", 1795223336000000 },
};

static void beat(struct fixture *fx, char signal[static 16])
{
    const struct heartbeat b = { .identity = ME,
                                 .info_json = info,
                                 .busy = 2,
                                 .concurrency = 3,
                                 .rss_kib = 30800,
                                 .rtt_us = 151,
                                 .work = work,
                                 .work_count = 2 };

    must(queue_beat(fx->redis, &b, signal, &fx->fail), fx);
}

static void beat_writes_both_work_hashes_and_the_process(void **state)
{
    struct fixture *fx = *state;
    char signal[16] = "x";

    beat(fx, signal);
    assert_string_equal(signal, "");
    assert_int_equal(fixture_int(fx, "SISMEMBER", "processes", ME), 1);
    assert_int_equal(fixture_int(fx, "HLEN", ME ":work", NULL), 2);
    assert_int_equal(fixture_int(fx, "HLEN", ME ":workers", NULL), 2);
    assert_in_range(fixture_int(fx, "TTL", ME, NULL), 55, 60);
    assert_in_range(fixture_int(fx, "TTL", ME ":work", NULL), 55, 60);
    assert_int_equal(fixture_int(fx, "HGET", ME, "rss"), 30800);
    {
        scoped(redis_reply_clear_p) redisReply *entry = NULL;

        must(redis_do(fx->redis, &entry, &fx->fail, "HGET", ME ":work", "t1", NULL), fx);
        assert_string_equal(
            entry->str,
            "{\"queue\":\"q\",\"payload\":\"{\\\"jid\\\":\\\"a\\\",\\\"args\\\":[\\\"\\\\u2028 "
            "\\\\\\\"x\\\\\\\"\\\"]}\",\"run_at\":1795223335}");
    }
}

static void odd_payloads_are_shown_by_a_stand_in(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *huge = malloc(1000001);
    const struct heartbeat_work odd[] = { { "t1", "q", "{broken", 1000000 },
                                          { "t2", "q", huge, 1000000 } };
    const struct heartbeat b = { .identity = ME, .info_json = info, .work = odd, .work_count = 2 };
    char signal[16];

    assert_non_null(huge);
    memset(huge, '1', 1000000);
    huge[1000000] = '\0';
    must(queue_beat(fx->redis, &b, signal, &fx->fail), fx);
    for (size_t i = 0; i < 2; i++) {
        scoped(redis_reply_clear_p) redisReply *entry = NULL;

        must(redis_do(fx->redis, &entry, &fx->fail, "HGET", ME ":workers", odd[i].thread_id, NULL),
             fx);
        assert_non_null(strstr(entry->str, i == 0 ? "(unreadable)" : "(too large to show)"));
        assert_in_range(entry->len, 50, 200);
    }
}

static void finished_work_disappears_with_the_next_beat(void **state)
{
    struct fixture *fx = *state;
    const struct heartbeat idle = { .identity = ME, .info_json = info, .quiet = true };
    char signal[16];

    beat(fx, signal);
    must(queue_beat(fx->redis, &idle, signal, &fx->fail), fx);
    assert_int_equal(fixture_int(fx, "EXISTS", ME ":work", ME ":workers"), 0);
}

static void one_known_signal_is_taken_per_beat(void **state)
{
    struct fixture *fx = *state;
    char signal[16];

    must(queue_signal(fx->redis, ME, "TSTP", &fx->fail), fx);
    must(queue_signal(fx->redis, ME, "TERM", &fx->fail), fx);
    command(fx, "LPUSH", ME "-signals", "KILL");
    assert_int_equal(queue_signal(fx->redis, ME, "KILL", &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_INPUT);
    beat(fx, signal);
    assert_string_equal(signal, "TSTP");
    beat(fx, signal);
    assert_string_equal(signal, "TERM");
    beat(fx, signal);
    assert_string_equal(signal, "");
    assert_int_equal(fixture_int(fx, "EXISTS", ME "-signals", NULL), 0);
}

static void processes_tell_ours_alive_and_foreign_apart(void **state)
{
    struct fixture *fx = *state;
    struct process_info *items = NULL;
    size_t count = 0;
    char signal[16];

    beat(fx, signal);
    must(queue_lease(fx->redis, ME, 60000, &fx->fail), fx);
    command(fx, "SADD", "processes", "gone:1:a", "ruby:1:b");
    command(fx, "HSET", "ruby:1:b", "info", "{\"tag\":\"shop\"}", "busy", "1", "beat",
            "1795223340.5", "quiet", "true");
    must(queue_processes(fx->redis, &items, &count, &fx->fail), fx);
    assert_int_equal(count, 2);
    assert_string_equal(items[0].identity, ME);
    assert_true(items[0].ours && items[0].alive && !items[0].quiet);
    assert_int_equal(items[0].busy, 2);
    assert_in_range(items[0].beat_us, clock_now_us() - 60000000, clock_now_us() + 60000000);
    assert_false(items[1].ours || items[1].alive);
    assert_true(items[1].quiet);
    assert_int_equal(items[1].beat_us, 1795223340500000);
    assert_int_equal(fixture_int(fx, "SCARD", "processes", NULL), 2);
    queue_processes_free(items, count);
}

static void unregister_leaves_nothing_that_reads_as_alive(void **state)
{
    struct fixture *fx = *state;
    char signal[16];

    must(queue_lease(fx->redis, ME, 60000, &fx->fail), fx);
    beat(fx, signal);
    must(queue_unregister(fx->redis, ME, &fx->fail), fx);
    assert_int_equal(fixture_int(fx, "EXISTS", "processes", ME ":work"), 0);
    assert_int_equal(fixture_int(fx, "EXISTS", ME ":workers", "dropship:lease:" ME), 0);
}

/* ---- maxmemory ---- */

static void limit_memory(struct fixture *fx, const char *bytes)
{
    command(fx, "CONFIG", "SET", "maxmemory", bytes);
}

static int full_teardown(void **state)
{
    limit_memory(*state, "0");
    return fixture_teardown(state);
}

static void full_redis_drains_but_takes_nothing_new(void **state)
{
    struct fixture *fx = *state;
    const struct slot slot = { .name = "s",
                               .interval_ms = 3600000,
                               .job = { .type = "s", .queue = "q" } };
    struct job_spec spec = { .type = "a", .queue = "q" };
    struct recovery recovery = { .lists = 0 };
    static struct batch b;
    char jid[JOB_JID_BYTES], signal[16];
    int64_t moved, next_ms;

    for (int i = 0; i < 4; i++) {
        fixture_enqueue(fx, "q", i, NULL);
    }
    command(fx, "ZADD", "schedule", "5", "{\"queue\":\"q\",\"args\":[4]}");
    limit_memory(fx, "1");
    assert_int_equal(queue_enqueue(fx->redis, &spec, jid, &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_LATER);
    assert_string_equal(fx->fail.code, "OOM");
    assert_int_equal(queue_slot(fx->redis, &slot, &next_ms, &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_LATER);
    must(queue_lease(fx->redis, ME, 60000, &fx->fail), fx);
    beat(fx, signal);
    fixture_claim(fx, &b, ME, "q", 1, 4);
    assert_int_equal(b.count, 4);
    assert_false(fixture_settle(fx, &b, 0, SETTLE_DONE, NULL));
    assert_false(fixture_settle(fx, &b, 1, SETTLE_RETRY, "{\"r\":1}"));
    assert_false(fixture_settle(fx, &b, 2, SETTLE_DEAD, "{\"d\":1}"));
    must(queue_unregister(fx->redis, ME, &fx->fail), fx);
    must(queue_recover(fx->redis, clock_now_us(), &recovery, &fx->fail), fx);
    must(queue_promote(fx->redis, 10, &moved, &next_ms, &fx->fail), fx);
    batch_free(&b);
    for (unsigned serial = 2; serial <= 3;
         serial++) { /* the recovered one alone, the promoted one */
        fixture_claim(fx, &b, ME, "q", serial, 4);
        assert_int_equal(b.count, 1);
        batch_free(&b);
    }
    limit_memory(fx, "0");
    must(queue_enqueue(fx->redis, &spec, jid, &fx->fail), fx);
    assert_int_equal(queue_slot(fx->redis, &slot, &next_ms, &fx->fail),
                     0); /* the slot had stayed open */
}

static void waiting_claim_survives_a_full_redis(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;

    limit_memory(fx, "1");
    queue_claim_list(ME, "q", 1, &b.list);
    must(fixture_take(fx->redis, &b, 5, 300, &fx->fail), fx);
    assert_int_equal(b.count, 0);
}

#define full_test(f) cmocka_unit_test_setup_teardown(f, fixture_setup, full_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(beat_writes_both_work_hashes_and_the_process),
        queue_test(odd_payloads_are_shown_by_a_stand_in),
        queue_test(finished_work_disappears_with_the_next_beat),
        queue_test(one_known_signal_is_taken_per_beat),
        queue_test(processes_tell_ours_alive_and_foreign_apart),
        queue_test(unregister_leaves_nothing_that_reads_as_alive),
        full_test(full_redis_drains_but_takes_nothing_new),
        full_test(waiting_claim_survives_a_full_redis),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
