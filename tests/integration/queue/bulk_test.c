/* Many jobs at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/str.h"
#include "common/queue/bulk.h"
#include "tests/integration/queue/fixture.h"

enum { MANY = 3000 };

/* MANY jobs in "queue:q", oldest at the tail: number i of class a, b or c, enqueued at 1000000 + i; i % 7 has failed before. */
static void fill_list(struct fixture *fx)
{
    command(fx, "SADD", "queues", "q");
    command(fx, "EVAL",
            "for i = 0, 2999 do redis.call('LPUSH', 'queue:q', string.format('{\"class\":\"%s\","
            "\"queue\":\"q\",\"args\":[%d],\"jid\":\"j%d\",\"error_class\":\"E%d\",\"enqueued_at\":"
            "%d.5}', "
            "({'a', 'b', 'c'})[i % 3 + 1], i, i, i % 7, 1000000 + i)) end",
            "0");
}

static void fill_set(struct fixture *fx, const char *set)
{
    command(fx, "EVAL",
            "for i = 0, 2999 do redis.call('ZADD', KEYS[1], 1000000 + math.floor(i / 3), "
            "string.format('{\"class\":\"%s\",\"queue\":\"%s\",\"args\":[%d],\"jid\":\"j%d\","
            "\"error_class\":\"E%d\",\"created_at\":%d,\"failed_at\":%d}', ({'a', 'b', 'c'})[i % 3 "
            "+ 1], "
            "i % 2 == 0 and 'q' or 'other', i, i, i % 7, 1000000 + i, 1000000 + i)) end",
            "1", set);
}

static void run(struct fixture *fx, struct bulk *b)
{
    for (int steps = 0; !b->finished; steps++) {
        assert_true(steps < 1000);
        must(queue_bulk_step(fx->redis, b, &fx->fail), fx);
    }
}

static int64_t ran(struct fixture *fx, enum bulk_act act, const struct job_filter *filter,
                   int64_t limit)
{
    struct bulk b = { .act = act, .filter = *filter, .limit = limit };

    run(fx, &b);
    return b.done;
}

/* The list holds just those of the MANY that are wanted, in their old order. */
static void check_list(struct fixture *fx, bool (*wanted)(int n))
{
    scoped(job_entries_free) struct job_entries page = { .items = NULL };
    size_t at = 0, offset = 0;

    must(queue_jobs(fx->redis, &(struct job_page){ JOB_WAITING, "q", 0, 1000 }, &page, &fx->fail),
         fx);
    for (int n = 0; n < MANY; n++) {
        if (!wanted(n)) {
            continue;
        }
        if (at == page.count) {
            offset += page.count;
            job_entries_free(&page);
            must(queue_jobs(fx->redis, &(struct job_page){ JOB_WAITING, "q", offset, 1000 }, &page,
                            &fx->fail),
                 fx);
            at = 0;
        }
        assert_true(at < page.count);
        assert_int_equal(payload_number(page.items[at].payload, page.items[at].payload_bytes), n);
        at++;
    }
    assert_int_equal(offset + at, page.total);
}

/* The old jobs of the list run in the order in which they were enqueued. */
static void check_order(struct fixture *fx)
{
    int before = -1;

    for (size_t offset = 0, count = 1; count > 0; offset += count) {
        scoped(job_entries_free) struct job_entries page = { .items = NULL };

        must(queue_jobs(fx->redis, &(struct job_page){ JOB_WAITING, "q", offset, 1000 }, &page,
                        &fx->fail),
             fx);
        count = page.count;
        for (size_t i = 0; i < count; i++) {
            int n = payload_number(page.items[i].payload, page.items[i].payload_bytes);

            assert_true(n > before || n == 9999);
            before = n == 9999 ? before : n;
        }
    }
    assert_true(before > 0);
}

static bool is_not_b(int n)
{
    return n % 3 != 1;
}

static bool is_old_or_new(int n)
{
    return n <= 1500 || n >= 1510;
}

static bool is_any(int n)
{
    (void)n;
    return true;
}

static bool is_none(int n)
{
    (void)n;
    return false;
}

static void counting_changes_nothing(void **state)
{
    struct fixture *fx = *state;

    fill_list(fx);
    assert_int_equal(ran(fx, BULK_COUNT, &(struct job_filter){ .type = "b" }, 0), MANY / 3);
    assert_int_equal(ran(fx, BULK_COUNT, &(struct job_filter){ .queue = "none" }, 0), 0);
    check_list(fx, is_any);
}

static void many_leave_a_list_and_the_others_keep_their_order(void **state)
{
    struct fixture *fx = *state;

    fill_list(fx);
    assert_int_equal(ran(fx, BULK_DELETE, &(struct job_filter){ .type = "b" }, 0), MANY / 3);
    check_list(fx, is_not_b);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 0);
}

static void few_leave_a_list_without_turning_it(void **state)
{
    struct fixture *fx = *state;
    const struct job_filter filter = { .queue = "q",
                                       .after_us = 1001501000000,
                                       .before_us = 1001510000000 };

    fill_list(fx);
    assert_int_equal(ran(fx, BULK_KILL, &filter, 0), 9);
    check_list(fx, is_old_or_new);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 9);
}

static void whole_lists_are_killed(void **state)
{
    struct fixture *fx = *state;

    fill_list(fx);
    command(fx, "SADD", "queues", "r");
    command(fx, "LPUSH", "queue:r", "no job at all", "{\"args\":[1]}");
    assert_int_equal(ran(fx, BULK_KILL, &(struct job_filter){ .queue = NULL }, 0), MANY + 2);
    check_list(fx, is_none);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:r", NULL), 0);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), MANY + 2);
}

static void a_limit_holds_in_lists_and_sets(void **state)
{
    struct fixture *fx = *state;

    fill_list(fx);
    assert_int_equal(ran(fx, BULK_DELETE, &(struct job_filter){ .type = "a" }, 7), 7);
    assert_int_equal(ran(fx, BULK_DELETE, &(struct job_filter){ .type = "a" }, 700), 700);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), MANY - 707);
    fill_set(fx, "dead");
    assert_int_equal(ran(fx, BULK_RETRY, &(struct job_filter){ .state = JOB_DEAD }, 777), 777);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), MANY - 777);
    assert_int_equal(ran(fx, BULK_COUNT, &(struct job_filter){ .state = JOB_DEAD }, 5), 5);
}

/* Between the look at the tail and the turn: claims, jobs given back, new jobs. */
static void what_workers_do_meanwhile_harms_nothing(void **state)
{
    struct fixture *fx = *state;
    struct bulk b = { .act = BULK_DELETE, .filter = { .type = "b" } };
    int64_t claimed = 0, pushed = 0;

    fill_list(fx);
    for (int steps = 0; !b.finished; steps++) {
        assert_true(steps < 100);
        must(queue_bulk_step(fx->redis, &b, &fx->fail), fx);
        command(fx, "LMOVE", "queue:q", "taken", "RIGHT", "LEFT");
        claimed++;
        command(fx, "LPUSH", "queue:q", "{\"class\":\"new\",\"args\":[9999]}");
        pushed++;
        if (steps == 3) {
            command(fx, "LMOVE", "taken", "queue:q", "LEFT", "RIGHT");
            claimed--;
        }
    }
    assert_int_equal(fixture_int(fx, "LLEN", "taken", NULL), claimed);
    /* All of class b are gone but for those that were claimed before the walk came to them. */
    assert_int_equal(ran(fx, BULK_COUNT, &(struct job_filter){ .type = "b" }, 0), 0);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL) + b.done + claimed, MANY + pushed);
    /* Nobody passed anybody but for what was pushed or given back: the rest is still in order. */
    check_order(fx);
}

static void sets_are_filtered_by_all_that_a_filter_has(void **state)
{
    struct fixture *fx = *state;
    static const struct {
        const char *key;
        enum job_state state;
    } sets[] = { { "schedule", JOB_SCHEDULED }, { "retry", JOB_RETRY }, { "dead", JOB_DEAD } };

    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        struct job_filter f = { .state = sets[i].state };

        fill_set(fx, sets[i].key);
        command(fx, "ZADD", sets[i].key, "5", "no job");
        assert_int_equal(ran(fx, BULK_COUNT, &f, 0), MANY + 1);
        f.queue = "other";
        assert_int_equal(ran(fx, BULK_COUNT, &f, 0), MANY / 2);
        f.type = "a";
        assert_int_equal(ran(fx, BULK_COUNT, &f, 0), MANY / 6);
        f.error_class = "E3";
        assert_int_equal(ran(fx, BULK_COUNT, &f, 0), 72);
        f = (struct job_filter){ .state = sets[i].state, .before_us = 1000100000000 };
        assert_int_equal(ran(fx, BULK_COUNT, &f, 0),
                         sets[i].state == JOB_DEAD ? 301 : 100); /* by score; three share one */
        f = (struct job_filter){ .state = sets[i].state, .after_us = 1000899000000 };
        assert_int_equal(ran(fx, BULK_COUNT, &f, 0), sets[i].state == JOB_DEAD ? 300 : 2100);
    }
}

static void acts_move_what_they_say(void **state)
{
    struct fixture *fx = *state;
    const struct job_filter scheduled = { .state = JOB_SCHEDULED, .queue = "q" };
    const struct job_filter retry = { .state = JOB_RETRY, .type = "a" };
    const struct job_filter dead = { .state = JOB_DEAD };

    fill_set(fx, "schedule");
    assert_int_equal(ran(fx, BULK_RETRY, &scheduled, 0), MANY / 2);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), MANY / 2);
    assert_int_equal(fixture_int(fx, "ZCARD", "schedule", NULL), MANY / 2);
    fill_set(fx, "retry");
    assert_int_equal(ran(fx, BULK_KILL, &retry, 0), MANY / 3);
    assert_int_equal(fixture_int(fx, "ZCARD", "retry", NULL), MANY - MANY / 3);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), MANY / 3);
    assert_int_equal(ran(fx, BULK_DELETE, &dead, 0), MANY / 3);
    assert_int_equal(fixture_int(fx, "EXISTS", "dead", NULL), 0);
}

static void what_cannot_be_done_is_refused(void **state)
{
    struct fixture *fx = *state;
    static const struct {
        enum bulk_act act;
        enum job_state state;
    } wrong[] = { { BULK_RETRY, JOB_WAITING },
                  { BULK_KILL, JOB_DEAD },
                  { BULK_DELETE, JOB_RUNNING },
                  { BULK_COUNT, JOB_RUNNING } };

    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct bulk b = { .act = wrong[i].act, .filter = { .state = wrong[i].state } };

        assert_int_equal(queue_bulk_step(fx->redis, &b, &fx->fail), -1);
        assert_int_equal(fx->fail.kind, FAIL_INPUT);
    }
}

/* Each step by another caller that knows nothing but the cursor. */
static void a_bulk_goes_on_where_its_cursor_says(void **state)
{
    struct fixture *fx = *state;

    for (int set = 0; set < 2; set++) {
        const struct job_filter filter = { .state = set == 1 ? JOB_DEAD : JOB_WAITING,
                                           .type = "b" };
        char cursor[BULK_CURSOR_BYTES] = "";
        bool finished = false;
        int64_t done = 0;

        command(fx, "FLUSHDB");
        fill_list(fx);
        fill_set(fx, "dead");
        for (int steps = 0; !finished; steps++) {
            struct bulk b = { .act = BULK_DELETE, .filter = filter };

            assert_true(steps < 100);
            if (cursor[0] != '\0') {
                must(queue_bulk_resume(&b, cursor, &fx->fail), fx);
            }
            must(queue_bulk_step(fx->redis, &b, &fx->fail), fx);
            queue_bulk_cursor(&b, cursor);
            finished = b.finished;
            done += b.done;
        }
        assert_int_equal(done, MANY / 3);
        check_list(fx, set == 1 ? is_any : is_not_b);
    }
}

/* Steps until the end, each in a struct of its own; how many were moved. */
static int64_t by_cursors(struct fixture *fx, const struct bulk *wanted)
{
    char cursor[BULK_CURSOR_BYTES] = "";
    int64_t done = 0;

    for (int steps = 0; steps < 100; steps++) {
        struct bulk b = *wanted;

        if (cursor[0] != '\0') {
            must(queue_bulk_resume(&b, cursor, &fx->fail), fx);
        }
        must(queue_bulk_step(fx->redis, &b, &fx->fail), fx);
        queue_bulk_cursor(&b, cursor);
        done += b.done;
        if (b.finished) {
            return done;
        }
    }
    fail_msg("no end");
    return -1;
}

static void the_limit_holds_over_all_cursors(void **state)
{
    struct fixture *fx = *state;

    for (int set = 0; set < 2; set++) {
        const struct bulk wanted = { .act = BULK_DELETE,
                                     .filter = { .state = set == 1 ? JOB_DEAD : JOB_WAITING,
                                                 .type = "b" },
                                     .limit = MANY / 4 };

        command(fx, "FLUSHDB");
        fill_list(fx);
        fill_set(fx, "dead");
        assert_int_equal(by_cursors(fx, &wanted), MANY / 4);
    }
}

static void a_broken_cursor_is_refused(void **state)
{
    struct fixture *fx = *state;
    static const char *const broken[] = { "",
                                          "s",
                                          "s,1,2,3,4",
                                          "s,1,2,3,4,5,6",
                                          "w,1,q,0,0,0,0,0,0,0",
                                          "s,0,1,1,0,0",
                                          "s,1,2 3,1,0,0",
                                          "s,1,2,3,-1,0",
                                          "s,1,2,3,1,-1",
                                          "s,1,2,3,9223372036854775807,0",
                                          "s,1,2,3,1,9223372036854775807",
                                          "s,1,,3,1,0",
                                          "s,1,2,3,99999999999999999999,0" };

    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        struct bulk b = { .act = BULK_COUNT, .filter = { .state = JOB_DEAD } };

        assert_int_equal(queue_bulk_resume(&b, broken[i], &fx->fail), -1);
        assert_int_equal(fx->fail.kind, FAIL_INPUT);
    }
}

/* Locks are a timetable's busy markers and those of unique jobs. */
/* 60 KB a job: what Redis moves in one step stays what it moves of small ones. */
static void large_jobs_come_in_small_pages(void **state)
{
    static const int64_t first_most = 50, later_most = 6;
    struct fixture *fx = *state;
    struct bulk bulks[] = { { .act = BULK_KILL, .filter = { .state = JOB_WAITING } },
                            { .act = BULK_DELETE, .filter = { .state = JOB_DEAD } } };

    command(fx, "SADD", "queues", "q");
    command(fx, "EVAL",
            "for i = 1, 150 do redis.call('LPUSH', 'queue:q', string.format('{\"class\":\"a\","
            "\"queue\":\"q\",\"args\":[%d,\"%s\"],\"jid\":\"j%d\"}', i, "
            "string.rep('x', 60000), i)) end",
            "0");
    for (size_t i = 0; i < COUNT_OF(bulks); i++) {
        struct bulk *b = &bulks[i];

        while (!b->finished) {
            int64_t before = b->looked;

            must(queue_bulk_step(fx->redis, b, &fx->fail), fx);
            assert_in_range(b->looked - before, 0, before == 0 ? first_most : later_most);
        }
        assert_int_equal(b->done, 150);
    }
}

static void locks_of_ended_jobs_are_released(void **state)
{
    struct fixture *fx = *state;
    static const char payload[] = "{\"class\":\"tick\",\"queue\":\"q\",\"args\":[],\"jid\":\"me\"}";

    for (int kind = 0; kind < 4; kind++) {
        const struct job_filter filter = { .state = kind < 2 ? JOB_WAITING : JOB_RETRY,
                                           .type = "tick" };

        command(fx, "FLUSHDB");
        fill_list(fx);
        command(fx, "SET", "dropship:slot:tick:busy", "me");
        command(fx, "SET", "dropship:slot:tock:busy", "me");
        if (kind < 2) {
            command(fx, "RPUSH", "queue:q", payload);
        } else {
            command(fx, "ZADD", "retry", "7", payload);
        }
        if (kind % 2 == 1) { /* as one of many */
            command(fx, "EVAL",
                    "for i = 1, 50 do redis.call('LPUSH', 'queue:q', "
                    "'{\"class\":\"tick\",\"args\":[' .. i .. ']}') end",
                    "0");
        }
        assert_int_equal(ran(fx, kind == 0 ? BULK_DELETE : BULK_KILL, &filter, 0),
                         kind == 1 ? 51 : 1);
        assert_int_equal(fixture_int(fx, "EXISTS", "dropship:slot:tick:busy", NULL), 0);
        assert_int_equal(fixture_int(fx, "EXISTS", "dropship:slot:tock:busy", NULL), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(counting_changes_nothing),
        queue_test(many_leave_a_list_and_the_others_keep_their_order),
        queue_test(few_leave_a_list_without_turning_it),
        queue_test(whole_lists_are_killed),
        queue_test(a_limit_holds_in_lists_and_sets),
        queue_test(what_workers_do_meanwhile_harms_nothing),
        queue_test(sets_are_filtered_by_all_that_a_filter_has),
        queue_test(acts_move_what_they_say),
        queue_test(what_cannot_be_done_is_refused),
        queue_test(a_bulk_goes_on_where_its_cursor_says),
        queue_test(the_limit_holds_over_all_cursors),
        queue_test(a_broken_cursor_is_refused),
        queue_test(large_jobs_come_in_small_pages),
        queue_test(locks_of_ended_jobs_are_released),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
