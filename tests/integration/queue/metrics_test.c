/* metrics: the pool's counters, and what Sidekiq's Metrics page reads. */
#include "common/queue/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/queue/fixture.h"

#define ME    "host:1:aaaaaaaaaaaa"
#define OTHER "host:2:bbbbbbbbbbbb"

/* 2026-02-04 08:07:09 UTC: the padding of month, day, hour and minute all show. */
enum { AT_S = 1770192429 };

static void send_done(struct fixture *fx, const char *identity, int64_t serial, uint64_t jobs)
{
    scoped(metrics_report_free_p) struct metrics_report *report =
        metrics_report_new((int64_t)AT_S * 1000000);
    struct metrics_histogram times = { .buckets = { [0] = jobs, [5] = 1 },
                                       .sum_us = jobs * 50 + 4000 };

    assert_non_null(report);
    metrics_report_jobs(report, "q", "job.a", "done", jobs);
    metrics_report_jobs(report, "q", "job.a", "dead", 0);
    metrics_report_times(report, METRICS_WAIT, "q", "job.a", &times);
    metrics_report_pool(report, "claimed", "", jobs);
    must(queue_metrics_add(fx->redis, identity, serial, report, &fx->fail), fx);
}

static int64_t done_jobs(struct fixture *fx)
{
    scoped(free_p) struct metrics_count *rows = NULL;
    size_t count = 0;
    int64_t value = 0;

    must(queue_metrics_counts(fx->redis, METRICS_JOBS, &rows, &count, &fx->fail), fx);
    assert_true(count <= 1);
    if (count == 1) {
        assert_string_equal(rows[0].queue, "q");
        assert_string_equal(rows[0].type, "job.a");
        assert_string_equal(rows[0].what, "done");
        value = rows[0].value;
    }
    return value;
}

static void deltas_of_two_processes_add_up(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) struct metrics_times *times = NULL;
    scoped(free_p) struct metrics_count *pool = NULL;
    size_t count = 0;

    send_done(fx, ME, 1, 10);
    send_done(fx, OTHER, 1, 5);
    send_done(fx, ME, 2, 1);
    assert_int_equal(done_jobs(fx), 16);
    must(queue_metrics_times(fx->redis, METRICS_WAIT, &times, &count, &fx->fail), fx);
    assert_int_equal(count, 1);
    assert_int_equal(times[0].histogram.buckets[0], 16);
    assert_int_equal(times[0].histogram.buckets[5], 3);
    assert_int_equal(times[0].histogram.sum_us, 16 * 50 + 3 * 4000);
    must(queue_metrics_counts(fx->redis, METRICS_POOL, &pool, &count, &fx->fail), fx);
    assert_int_equal(count, 1);
    assert_string_equal(pool[0].what, "claimed");
    assert_string_equal(pool[0].queue, "");
    assert_int_equal(pool[0].value, 16);
}

static void report_sent_twice_is_added_once(void **state)
{
    struct fixture *fx = *state;

    send_done(fx, ME, 1, 10);
    send_done(fx, ME, 1, 10);
    assert_int_equal(done_jobs(fx), 10);
    assert_in_range(fixture_int(fx, "TTL", "dropship:metrics:serial:" ME, NULL), 3500, 3600);
}

static void emptied_redis_starts_again_from_zero(void **state)
{
    struct fixture *fx = *state;

    send_done(fx, ME, 1, 10);
    command(fx, "FLUSHDB");
    assert_int_equal(done_jobs(fx), 0);
    send_done(fx, ME, 2, 3);
    assert_int_equal(done_jobs(fx), 3);
}

static void counters_go_on_when_memory_is_full(void **state)
{
    struct fixture *fx = *state;

    command(fx, "CONFIG", "SET", "maxmemory", "1");
    send_done(fx, ME, 1, 10);
    command(fx, "CONFIG", "SET", "maxmemory", "0");
    assert_int_equal(done_jobs(fx), 10);
}

/* Bytes first to last of the histogram. */
static void must_hold(struct fixture *fx, const char *first, const char *last, const char *bytes,
                      size_t size_bytes)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_do(fx->redis, &reply, &fx->fail, "GETRANGE", "h|job.a-4-8:7", first, last, NULL),
         fx);
    assert_int_equal(reply->len, size_bytes);
    assert_memory_equal(reply->str, bytes, size_bytes);
}

static void sidekiq_finds_its_keys(void **state)
{
    struct fixture *fx = *state;
    scoped(metrics_report_free_p) struct metrics_report *report =
        metrics_report_new((int64_t)AT_S * 1000000);
    struct metrics_histogram well = { .sum_us = 70000 };

    for (int i = 0; i <= METRICS_FINE; i++) { /* all that Sidekiq sees as its first bucket */
        well.buckets[i] = 1;
    }
    well.buckets[METRICS_FINE + 1] = 2;
    well.buckets[METRICS_BUCKETS - 1] = 70000; /* saturates */
    metrics_report_class(report, "job.a", 100, 3, &well);
    metrics_report_class(report, "job.b", 2, 2, &(struct metrics_histogram){ .sum_us = 0 });
    must(queue_metrics_add(fx->redis, ME, 1, report, &fx->fail), fx);

    static const char *const minutes[] = { "j|260204|8:07", "j|260204|8:0" };
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fixture_int(fx, "HGET", minutes[i], "job.a|p"), 100);
        assert_int_equal(fixture_int(fx, "HGET", minutes[i], "job.a|f"), 3);
        assert_int_equal(fixture_int(fx, "HGET", minutes[i], "job.a|ms"), 70);
        assert_int_equal(fixture_int(fx, "HGET", minutes[i], "job.b|f"), 2);
        assert_int_equal(fixture_int(fx, "HLEN", minutes[i], NULL), 5);
    }
    assert_in_range(fixture_int(fx, "TTL", minutes[0], NULL), 28700, 28800);
    assert_in_range(fixture_int(fx, "TTL", minutes[1], NULL), 259100, 259200);
    assert_in_range(fixture_int(fx, "TTL", "h|job.a-4-8:7", NULL), 28700, 28800);
    assert_int_equal(fixture_int(fx, "EXISTS", "h|job.b-4-8:7", NULL), 0);

    must_hold(fx, "0", "3", "\0\x8\0\x2", 4); /* 26 counters of two bytes, the highest first */
    must_hold(fx, "50", "51", "\xff\xff", 2);
    assert_int_equal(fixture_int(fx, "STRLEN", "h|job.a-4-8:7", NULL), 52);
}

static void fields_of_strangers_are_skipped(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) struct metrics_times *times = NULL;
    size_t count = 0;

    command(fx, "HSET", "dropship:metrics:jobs", "q|job.a|done", "4", "junk", "1", "a|b", "1",
            "a|b|c|d", "1", "", "1");
    assert_int_equal(done_jobs(fx), 4);
    command(fx, "HSET", "dropship:metrics:run", "q|t|33", "9", "q|t|-1", "9", "q|t|x", "9", "q|t|0",
            "-5", "q|t|1", "6");
    must(queue_metrics_times(fx->redis, METRICS_RUN, &times, &count, &fx->fail), fx);
    assert_int_equal(count, 1);
    assert_int_equal(times[0].histogram.buckets[0], 0);
    assert_int_equal(times[0].histogram.buckets[1], 6);
    assert_int_equal(times[0].histogram.buckets[METRICS_BUCKETS - 1], 0);
}

static void rows_are_sorted_by_queue_and_type(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) struct metrics_times *times = NULL;
    scoped(free_p) struct metrics_count *rows = NULL;
    size_t count = 0;

    command(fx, "HSET", "dropship:metrics:run", "b|t|0", "1", "a|u|0", "2", "b|t|1", "3", "a|t|0",
            "4", "a|u|sum", "5");
    must(queue_metrics_times(fx->redis, METRICS_RUN, &times, &count, &fx->fail), fx);
    assert_int_equal(count, 3);
    assert_string_equal(times[1].type, "u");
    assert_int_equal(times[1].histogram.sum_us, 5);
    assert_int_equal(times[2].histogram.buckets[1], 3);
    command(fx, "HSET", "dropship:metrics:enqueued", "z", "1", "y", "2");
    must(queue_metrics_enqueued(fx->redis, &rows, &count, &fx->fail), fx);
    assert_int_equal(count, 2);
    assert_string_equal(rows[0].queue, "y");
    assert_int_equal(rows[0].value, 2);
}

static void safety_tells_of_the_canary(void **state)
{
    struct fixture *fx = *state;
    struct metrics_safety safety;
    int64_t now_us;
    char planted[32];

    must(queue_metrics_safety(fx->redis, &safety, &fx->fail), fx);
    assert_int_equal(safety.canary_age_us, -1);
    assert_int_equal(safety.canary_away_us, -1);
    command(fx, "SET", "dropship:stat:condemned", "4");
    must(redis_time_us(fx->redis, &now_us, &fx->fail), fx);
    (void)snprintf(planted, sizeof planted, "%" PRId64, now_us / 1000 - 60000);
    command(fx, "HSET", "dropship:canary", "planted", planted);
    must(queue_metrics_safety(fx->redis, &safety, &fx->fail), fx);
    assert_int_equal(safety.condemned, 4);
    assert_in_range(safety.canary_age_us, 60000000, 61000000);
    assert_int_equal(safety.canary_away_us, safety.canary_age_us); /* still out */
    command(fx, "HSET", "dropship:canary", "back", "7000");
    must(queue_metrics_safety(fx->redis, &safety, &fx->fail), fx);
    assert_int_equal(safety.canary_away_us, 7000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(deltas_of_two_processes_add_up),
        queue_test(report_sent_twice_is_added_once),
        queue_test(emptied_redis_starts_again_from_zero),
        queue_test(counters_go_on_when_memory_is_full),
        queue_test(sidekiq_finds_its_keys),
        queue_test(fields_of_strangers_are_skipped),
        queue_test(rows_are_sorted_by_queue_and_type),
        queue_test(safety_tells_of_the_canary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
