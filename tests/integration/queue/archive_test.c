/* The limits of `dead` and who keeps them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "common/queue/archive.h"
#include "tests/integration/queue/fixture.h"

static void recover(struct fixture *fx)
{
    struct recovery recovery = { .lease_ms = 0 };

    must(queue_recover(fx->redis, 1795000000000000, &recovery, &fx->fail), fx);
}

/* Entries `first` to `last`, the larger ones younger. */
static void add(struct fixture *fx, const char *prefix, int first, int last, int64_t score)
{
    for (; first <= last; first += 50000) {
        char from[16], to[16], at[24];

        (void)snprintf(from, sizeof from, "%d", first);
        (void)snprintf(to, sizeof to, "%d", first + 49999 < last ? first + 49999 : last);
        (void)snprintf(at, sizeof at, "%lld", (long long)score);
        command(fx, "EVAL",
                "for i = ARGV[2], ARGV[3] do redis.call('ZADD', 'dead', ARGV[4] + i, ARGV[1] .. "
                "string.format('%d', i)) end",
                "0", prefix, from, to, at);
    }
}

/* 100,000 recent entries and more of long ago. */
static void fill(struct fixture *fx, int old)
{
    add(fx, "", 1, 100000, clock_now_us() / 1000000);
    add(fx, "old", 1, old, 1000);
}

static void recovery_trims_where_nobody_archives(void **state)
{
    struct fixture *fx = *state;
    struct archive_counts counts;

    fill(fx, 2500);
    recover(fx);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 100000);
    must(queue_archive_counts(fx->redis, &counts, &fx->fail), fx);
    assert_int_equal(counts.trimmed, 2500);
    assert_int_equal(counts.archived, 0);
}

static void recovery_leaves_to_the_archive_what_is_beyond(void **state)
{
    struct fixture *fx = *state;
    const struct dead_limits limits = { 100000, 3600 };
    scoped(job_entries_free) struct job_entries over = { .items = NULL };
    struct archive_counts counts;
    int64_t dropped;

    fill(fx, 600);
    must(queue_dead_over(fx->redis, &limits, &over, &fx->fail), fx);
    assert_int_equal(over.count, ARCHIVE_PAGE);
    assert_int_equal(over.total, 600);
    assert_string_equal(over.items[0].payload, "old1");
    assert_int_equal(over.items[0].at_us, 1001000000);
    recover(fx);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 100600);
    command(fx, "ZREM", "dead", "old3"); /* somebody was quicker */
    must(queue_dead_drop(fx->redis, &over, &dropped, &fx->fail), fx);
    assert_int_equal(dropped, ARCHIVE_PAGE - 1);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 100100);
    must(queue_archive_counts(fx->redis, &counts, &fx->fail), fx);
    assert_int_equal(counts.archived, ARCHIVE_PAGE - 1);
    assert_int_equal(counts.trimmed, 0);
}

static void large_entries_are_read_in_small_pages(void **state)
{
    struct fixture *fx = *state;
    const struct dead_limits limits = { 1, 3600 };
    int64_t left = 60;

    command(fx, "EVAL",
            "for i = 1, 60 do redis.call('ZADD', 'dead', i, i .. string.rep('x', 60000)) end", "0");
    while (left > 0) {
        scoped(job_entries_free) struct job_entries over = { .items = NULL };
        int64_t dropped = 0;

        must(queue_dead_over(fx->redis, &limits, &over, &fx->fail), fx);
        assert_int_equal(over.total, left);
        assert_in_range(over.count, 1, 10);
        must(queue_dead_drop(fx->redis, &over, &dropped, &fx->fail), fx);
        left -= dropped;
    }
}

static void an_archive_that_stays_away_does_not_fill_redis(void **state)
{
    struct fixture *fx = *state;

    fill(fx, 900010);
    command(fx, "SET", "dropship:archive", "1");
    recover(fx);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 1000000);
}

static void what_is_no_job_is_not_run_again(void **state)
{
    struct fixture *fx = *state;
    static const char *const bad[] = { "no job", "{\"queue\":\"two words\"}", "{\"jid\":\"x\"}" };

    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(queue_run_again(fx->redis, bad[i], strlen(bad[i]), &fx->fail), -1);
        assert_int_equal(fx->fail.kind, FAIL_INPUT);
    }
    assert_int_equal(fixture_int(fx, "EXISTS", "queues", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(recovery_trims_where_nobody_archives),
        queue_test(recovery_leaves_to_the_archive_what_is_beyond),
        queue_test(large_entries_are_read_in_small_pages),
        queue_test(an_archive_that_stays_away_does_not_fill_redis),
        queue_test(what_is_no_job_is_not_run_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
