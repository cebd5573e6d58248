/* looking and steering. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "tests/integration/queue/fixture.h"

#define ME "host:1:aaaaaaaaaaaa"

/* One job in each place; jids by state. */
static void fill(struct fixture *fx, char jids[JOB_STATES][JOB_JID_BYTES])
{
    static struct batch b;
    struct job_spec later = {
        .type = "a", .queue = "q", .max_retries = -1, .run_at_us = clock_now_us() + 3600000000
    };

    fixture_enqueue(fx, "q", 1, jids[JOB_RUNNING]);
    fixture_enqueue(fx, "q", 2, jids[JOB_RETRY]);
    fixture_enqueue(fx, "q", 3, jids[JOB_DEAD]);
    fixture_enqueue(fx, "q", 4, jids[JOB_WAITING]);
    must(queue_enqueue(fx->redis, &later, jids[JOB_SCHEDULED], &fx->fail), fx);
    must(queue_lease(fx->redis, ME, 60000, &fx->fail), fx);
    fixture_claim(fx, &b, ME, "q", 1, 3);
    for (size_t i = 1; i < 3; i++) {
        scoped(job_free_p) struct job *job = NULL;
        scoped(str_done) struct str next;
        int retry_count;

        str_init(&next, 4096);
        must(job_parse(b.payloads[i], b.sizes[i], &job, &fx->fail), fx);
        must(job_mark_failed(job,
                             &(struct job_failure){ "q", "TestError", "said no", clock_now_us() },
                             &next, &retry_count, &fx->fail),
             fx);
        assert_false(fixture_settle(fx, &b, i, i == 1 ? SETTLE_RETRY : SETTLE_DEAD, next.data));
    }
    batch_free(&b);
}

static void each_state_is_listed_and_found(void **state)
{
    struct fixture *fx = *state;
    char jids[JOB_STATES][JOB_JID_BYTES];

    fill(fx, jids);
    for (int s = 0; s < JOB_STATES; s++) {
        scoped(job_entries_free) struct job_entries page = { .items = NULL };
        scoped(job_entries_free) struct job_entries of_queue = { .items = NULL };
        scoped(job_entries_free) struct job_entries of_other = { .items = NULL };
        scoped(job_entries_free) struct job_entries found = { .items = NULL };

        must(queue_jobs(fx->redis, &(struct job_page){ (enum job_state)s, NULL, 0, 10 }, &page,
                        &fx->fail),
             fx);
        assert_int_equal(page.count, 1);
        assert_int_equal(page.total, 1);
        assert_string_equal(page.items[0].job->jid, jids[s]);
        must(queue_jobs(fx->redis, &(struct job_page){ (enum job_state)s, "q", 0, 10 }, &of_queue,
                        &fx->fail),
             fx);
        assert_int_equal(of_queue.total, 1);
        must(queue_jobs(fx->redis, &(struct job_page){ (enum job_state)s, "other", 0, 10 },
                        &of_other, &fx->fail),
             fx);
        assert_int_equal(of_other.total, 0);
        must(queue_find(fx->redis, jids[s], &found, &fx->fail), fx);
        assert_int_equal(found.items[0].state, s);
        if (s == JOB_RUNNING) {
            assert_string_equal(found.items[0].worker, ME);
        }
    }
}

static void pages_are_in_run_order(void **state)
{
    struct fixture *fx = *state;

    for (int i = 0; i < 10; i++) {
        fixture_enqueue(fx, i < 6 ? "a" : "b", i, NULL);
    }
    for (size_t at = 0; at < 10; at += 4) {
        scoped(job_entries_free) struct job_entries page = { .items = NULL };

        must(
            queue_jobs(fx->redis, &(struct job_page){ JOB_WAITING, NULL, at, 4 }, &page, &fx->fail),
            fx);
        assert_int_equal(page.total, 10);
        assert_int_equal(page.count, at == 8 ? 2 : 4);
        for (size_t i = 0; i < page.count; i++) {
            assert_int_equal(payload_number(page.items[i].payload, page.items[i].payload_bytes),
                             at + i);
        }
    }
}

static void broken_payload_is_listed_raw(void **state)
{
    struct fixture *fx = *state;
    scoped(job_entries_free) struct job_entries page = { .items = NULL };

    command(fx, "SADD", "queues", "q");
    command(fx, "LPUSH", "queue:q", "{broken");
    must(queue_jobs(fx->redis, &(struct job_page){ JOB_WAITING, "q", 0, 10 }, &page, &fx->fail),
         fx);
    assert_int_equal(page.count, 1);
    assert_null(page.items[0].job);
    assert_string_equal(page.items[0].payload, "{broken");
}

static void queues_show_length_age_and_pause(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) struct queue_info *items = NULL;
    size_t count;
    static struct batch b;

    fixture_enqueue(fx, "b", 1, NULL);
    fixture_enqueue(fx, "b", 2, NULL);
    fixture_enqueue(fx, "a", 3, NULL);
    fixture_claim(fx, &b, ME, "b", 1, 1);
    batch_free(&b);
    must(queue_pause(fx->redis, "a", true, &fx->fail), fx);
    must(queue_list(fx->redis, &items, &count, &fx->fail), fx);
    assert_int_equal(count, 2);
    assert_string_equal(items[0].name, "a");
    assert_true(items[0].paused);
    assert_false(items[1].paused);
    assert_int_equal(items[1].waiting, 1);
    assert_int_equal(items[1].running, 1);
    assert_in_range(items[1].oldest_ms, 0, 60000);
}

static void stats_count_every_place(void **state)
{
    struct fixture *fx = *state;
    char jids[JOB_STATES][JOB_JID_BYTES];
    struct queue_stats s;

    fill(fx, jids);
    command(fx, "ZADD", "schedule", "1000", "{\"queue\":\"q\"}");
    must(queue_stats(fx->redis, &s, &fx->fail), fx);
    assert_int_equal(s.waiting, 1);
    assert_int_equal(s.running, 1);
    assert_int_equal(s.scheduled, 2);
    assert_int_equal(s.retry, 1);
    assert_int_equal(s.dead, 1);
    assert_int_equal(s.processed, 2);
    assert_int_equal(s.failed, 2);
    assert_true(s.overdue_ms > 1000000);
}

static void retry_moves_dead_and_scheduled_jobs_to_their_queue(void **state)
{
    struct fixture *fx = *state;
    char jids[JOB_STATES][JOB_JID_BYTES];
    scoped(free_p) char *moved = NULL;

    fill(fx, jids);
    must(queue_retry(fx->redis, jids[JOB_DEAD], &fx->fail), fx);
    moved = fixture_lindex(fx, "queue:q", "0");
    assert_non_null(strstr(moved, jids[JOB_DEAD]));
    assert_non_null(strstr(moved, "\"retry_count\":-1"));
    must(queue_retry(fx->redis, jids[JOB_SCHEDULED], &fx->fail), fx);
    must(queue_retry(fx->redis, jids[JOB_RETRY], &fx->fail), fx);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 4);
    assert_int_equal(queue_retry(fx->redis, jids[JOB_RUNNING], &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_CONFLICT);
    assert_int_equal(queue_retry(fx->redis, jids[JOB_WAITING], &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_CONFLICT);
    assert_int_equal(queue_retry(fx->redis, "000000000000000000000000", &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_MISSING);
}

static void retry_all_passes_over_what_cannot_move(void **state)
{
    struct fixture *fx = *state;
    int64_t moved;

    command(fx, "ZADD", "dead", "4000000000", "not json");
    for (int i = 0; i < 250; i++) {
        char payload[80], score[16];

        (void)snprintf(payload, sizeof payload, "{\"queue\":\"%s\",\"args\":[%d]}",
                       i % 5 == 0 ? "other" : "q", i);
        (void)snprintf(score, sizeof score, "%d", 1000 + i);
        command(fx, "ZADD", "dead", score, payload);
    }
    must(queue_retry_all(fx->redis, JOB_DEAD, "other", &moved, &fx->fail), fx);
    assert_int_equal(moved, 50);
    must(queue_retry_all(fx->redis, JOB_DEAD, NULL, &moved, &fx->fail), fx);
    assert_int_equal(moved, 200);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 1);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 200);
}

/* The sets know no queues: what is wanted may stand behind any number of others. */
/* "queue:q" is no list: the jobs are kept, with a time of death that no limit of `dead` finds old. */
static void retry_to_a_queue_that_is_no_list_loses_nothing(void **state)
{
    struct fixture *fx = *state;
    char jids[JOB_STATES][JOB_JID_BYTES];
    int64_t now_s = clock_now_us() / 1000000, moved = 0;

    fill(fx, jids);
    command(fx, "SET", "queue:q", "none");
    command(fx, "SREM", "queues", "q"); /* or nobody could look for a job */
    for (int s = JOB_SCHEDULED; s <= JOB_DEAD; s++) {
        assert_int_equal(queue_retry(fx->redis, jids[s], &fx->fail), -1);
        assert_int_equal(fx->fail.kind, FAIL_CONFLICT);
    }
    must(queue_retry_all(fx->redis, JOB_DEAD, NULL, &moved, &fx->fail), fx);
    assert_int_equal(moved, 0);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 3);
    for (int s = JOB_SCHEDULED; s <= JOB_DEAD; s++) {
        scoped(job_entries_free) struct job_entries found = { .items = NULL };

        must(queue_find(fx->redis, jids[s], &found, &fx->fail), fx);
        assert_in_range(found.items[0].at_us / 1000000, now_s - 5, now_s + 60);
    }
}

static void retry_all_finds_a_queue_behind_many_others(void **state)
{
    struct fixture *fx = *state;
    static const enum job_state states[] = { JOB_DEAD, JOB_RETRY };

    for (size_t i = 0; i < 2; i++) {
        const char *set = job_state_names[states[i]];
        int64_t moved = 0;

        command(fx, "FLUSHDB");
        command(fx, "EVAL",
                "for i = 1, 20300 do local q = (i <= 70 or i > 20230) and 'q' or 'other' "
                "redis.call('ZADD', KEYS[1], 1000 + math.floor(i / 7), "
                "'{\"queue\":\"' .. q .. '\",\"args\":[' .. i .. ']}') end",
                "1", set);
        must(queue_retry_all(fx->redis, states[i], "q", &moved, &fx->fail), fx);
        assert_int_equal(moved, 140);
        assert_int_equal(fixture_int(fx, "ZCARD", set, NULL), 20160);
        assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 140);
    }
}

static void retry_all_leaves_a_job_that_has_just_been_run_again(void **state)
{
    struct fixture *fx = *state;
    int64_t moved;

    /* As if it had been moved by this call, and had failed before the walk came by. */
    command(fx, "ZADD", "retry", "4000000000",
            "{\"queue\":\"q\",\"args\":[1],\"enqueued_at\":4000000000.5}", "4000000001",
            "{\"queue\":\"q\",\"args\":[2],\"enqueued_at\":1000000000.5}");
    must(queue_retry_all(fx->redis, JOB_RETRY, NULL, &moved, &fx->fail), fx);
    assert_int_equal(moved, 1);
    assert_int_equal(fixture_int(fx, "ZCARD", "retry", NULL), 1);
}

static void kill_and_delete_spare_running_jobs(void **state)
{
    struct fixture *fx = *state;
    char jids[JOB_STATES][JOB_JID_BYTES];

    fill(fx, jids);
    must(queue_kill(fx->redis, jids[JOB_WAITING], &fx->fail), fx);
    must(queue_kill(fx->redis, jids[JOB_RETRY], &fx->fail), fx);
    must(queue_kill(fx->redis, jids[JOB_SCHEDULED], &fx->fail), fx);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 4);
    assert_int_equal(queue_kill(fx->redis, jids[JOB_RUNNING], &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_CONFLICT);
    assert_int_equal(queue_kill(fx->redis, jids[JOB_DEAD], &fx->fail), -1);
    assert_int_equal(queue_delete(fx->redis, jids[JOB_RUNNING], &fx->fail), -1);
    must(queue_delete(fx->redis, jids[JOB_DEAD], &fx->fail), fx);
    assert_int_equal(fixture_int(fx, "ZCARD", "dead", NULL), 3);
    fixture_enqueue(fx, "q", 9, jids[JOB_WAITING]);
    must(queue_delete(fx->redis, jids[JOB_WAITING], &fx->fail), fx);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 0);
}

static void killed_or_deleted_timetable_job_frees_its_slot(void **state)
{
    struct fixture *fx = *state;
    const struct slot slot = { .name = "orders.check",
                               .interval_ms = 3600000,
                               .job = { .type = "orders.check", .queue = "q", .max_retries = 0 } };
    int64_t wait_ms;

    for (int kill = 0; kill < 2; kill++) {
        scoped(job_entries_free) struct job_entries page = { .items = NULL };
        const char *jid;

        command(fx, "FLUSHDB");
        must(queue_slot(fx->redis, &slot, &wait_ms, &fx->fail), fx);
        must(queue_jobs(fx->redis, &(struct job_page){ JOB_WAITING, "q", 0, 1 }, &page, &fx->fail),
             fx);
        jid = page.items[0].job->jid;
        must(kill == 1 ? queue_kill(fx->redis, jid, &fx->fail)
                       : queue_delete(fx->redis, jid, &fx->fail),
             fx);
        assert_int_equal(fixture_int(fx, "EXISTS", "dropship:slot:orders.check:busy", NULL), 0);
    }
}

static void find_tells_an_id_from_a_mention_of_it(void **state)
{
    struct fixture *fx = *state;
    scoped(job_entries_free) struct job_entries found = { .items = NULL };

    command(fx, "ZADD", "dead", "5", "{\"jid\":\"aaaa\",\"queue\":\"q\",\"args\":[\"bbbb\"]}", "6",
            "{\"jid\":\"bbbb\",\"queue\":\"q\",\"args\":[]}");
    must(queue_find(fx->redis, "bbbb", &found, &fx->fail), fx);
    assert_string_equal(found.items[0].job->jid, "bbbb");
    assert_int_equal(found.items[0].at_us, 6000000);
    assert_int_equal(queue_find(fx->redis, "*", &found, &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_MISSING);
}

/* 10000 jobs, ten of each second, in a long list; jid from the second and the number. */
static void fill_long_list(struct fixture *fx)
{
    command(fx, "SADD", "queues", "q");
    command(
        fx, "EVAL",
        "for i = 0, 9999 do local t = 1795000000 + math.floor(i / 10) redis.call('LPUSH', KEYS[1], "
        "string.format('{\"queue\":\"q\",\"args\":[%d],\"jid\":\"%08x%016x\",\"enqueued_at\":%d.5}'"
        ", "
        "i, t, i, t)) end",
        "1", "queue:q");
}

static void find_looks_into_the_whole_of_a_long_list(void **state)
{
    struct fixture *fx = *state;
    static const int places[] = { 0, 1, 4999, 5000, 9998, 9999 };

    fill_long_list(fx);
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        scoped(job_entries_free) struct job_entries found = { .items = NULL };
        char jid[JOB_JID_BYTES];

        (void)snprintf(jid, sizeof jid, "%08x%016x", 1795000000 + places[i] / 10, places[i]);
        must(queue_find(fx->redis, jid, &found, &fx->fail), fx);
        assert_int_equal(found.items[0].state, JOB_WAITING);
        assert_int_equal(payload_number(found.items[0].payload, found.items[0].payload_bytes),
                         places[i]);
    }
}

/* What was promoted, given back or made by others does not stand where its id says. */
static void find_does_not_rely_on_the_time_in_an_id(void **state)
{
    struct fixture *fx = *state;
    static const char *const jids[] = { "6afd86c0aaaaaaaaaaaaaaaa", "foreign-id",
                                        "ffffffffffffffffffffffff" };

    fill_long_list(fx);
    command(fx, "LPUSH", "queue:q",
            "{\"jid\":\"6afd86c0aaaaaaaaaaaaaaaa\",\"enqueued_at\":1795009999}");
    command(fx, "RPUSH", "queue:q", "{\"jid\":\"foreign-id\"}");
    command(fx, "LSET", "queue:q", "5000", "{\"jid\":\"ffffffffffffffffffffffff\"}");
    for (size_t i = 0; i < COUNT_OF(jids); i++) {
        scoped(job_entries_free) struct job_entries found = { .items = NULL };

        must(queue_find(fx->redis, jids[i], &found, &fx->fail), fx);
        assert_string_equal(found.items[0].job->jid, jids[i]);
    }
    assert_int_equal(queue_find(fx->redis, "6afd86c0bbbbbbbbbbbbbbbb", NULL, &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_MISSING);
}

static void find_looks_into_the_whole_of_large_sets(void **state)
{
    struct fixture *fx = *state;
    static const enum job_state states[] = { JOB_SCHEDULED, JOB_RETRY, JOB_DEAD };
    static const char *const keys[] = { "schedule", "retry", "dead" };

    for (size_t i = 0; i < COUNT_OF(states); i++) {
        for (int n = 0; n < 9001; n += 4500) {
            scoped(job_entries_free) struct job_entries found = { .items = NULL };
            char jid[JOB_JID_BYTES];

            command(fx, "FLUSHDB");
            command(fx, "EVAL",
                    "for i = 0, 9000 do redis.call('ZADD', KEYS[1], i + 0.25, "
                    "string.format('{\"queue\":\"q\",\"jid\":\"job-%d-x\"}', i)) end",
                    "1", keys[i]);
            (void)snprintf(jid, sizeof jid, "job-%d-x", n);
            must(queue_find(fx->redis, jid, &found, &fx->fail), fx);
            assert_int_equal(found.items[0].state, states[i]);
            assert_int_equal(found.items[0].at_us, n * 1000000LL + 250000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(each_state_is_listed_and_found),
        queue_test(pages_are_in_run_order),
        queue_test(broken_payload_is_listed_raw),
        queue_test(queues_show_length_age_and_pause),
        queue_test(stats_count_every_place),
        queue_test(retry_moves_dead_and_scheduled_jobs_to_their_queue),
        queue_test(retry_all_passes_over_what_cannot_move),
        queue_test(retry_to_a_queue_that_is_no_list_loses_nothing),
        queue_test(retry_all_finds_a_queue_behind_many_others),
        queue_test(retry_all_leaves_a_job_that_has_just_been_run_again),
        queue_test(kill_and_delete_spare_running_jobs),
        queue_test(killed_or_deleted_timetable_job_frees_its_slot),
        queue_test(find_tells_an_id_from_a_mention_of_it),
        queue_test(find_looks_into_the_whole_of_a_long_list),
        queue_test(find_does_not_rely_on_the_time_in_an_id),
        queue_test(find_looks_into_the_whole_of_large_sets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
