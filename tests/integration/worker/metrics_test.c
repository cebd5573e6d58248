/* Counting and flushing at once, and flushing when Redis is away or its answer was lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "tests/integration/worker/fixture.h"
#include "worker/core/metrics_priv.h"

#define ME "host:1:aaaaaaaaaaaa"
enum { THREADS = 4, BATCHES = 500, BATCH = 20 };

static struct fixture fixture;

static int run_nothing(struct job_context *job, struct fail *f)
{
    (void)job;
    (void)f;
    return 0;
}

static const struct job_type items[] = { { .name = "first", .run = run_nothing },
                                         { .name = "second", .run = run_nothing } };
static const struct job_types types = { items, COUNT_OF(items) };

static int set_up(void **unused)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    (void)unused;
    fixture_open(&fixture);
    return redis_do(fixture.redis, &reply, &f, "FLUSHDB", NULL);
}

static int tear_down(void **unused)
{
    (void)unused;
    fixture_close(&fixture);
    return 0;
}

static struct metrics *new_metrics(void)
{
    struct metrics *m = NULL;
    struct fail f = { 0 };

    assert_int_equal(metrics_new(&types, &m, &f), 0);
    return m;
}

static void count(struct metrics_shard *s, int jobs)
{
    metrics_begin(s);
    for (int i = 0; i < jobs; i++) {
        metrics_count(
            s, &(struct metrics_run){
                   .type = &items[i % 2], .outcome = RUN_DONE, .wait_us = 150, .run_us = 7 });
    }
    metrics_end(s);
}

static int flush_to(struct metrics *m, struct redis *r)
{
    static const int64_t totals[METRICS_TOTALS] = { [METRICS_CLAIMED] = 77 };
    struct fail f = { 0 };

    return metrics_flush(m, r, ME, totals, &f);
}

static int64_t counted(const char *key, const char *field)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };
    int64_t value = 0;

    assert_int_equal(redis_do(fixture.redis, &reply, &f, "HGET", key, field, NULL), 0);
    if (reply->type == REDIS_REPLY_STRING) {
        assert_int_equal(str_to_int(reply->str, 0, INT64_MAX, "counter", &value, &f), 0);
    }
    return value;
}

static int64_t done_jobs(const char *queue, const char *type)
{
    scoped(str_done) struct str field;

    str_init(&field, 100);
    str_addf(&field, "%s|%s|done", queue, type);
    return counted("dropship:metrics:jobs", field.data);
}

static void *count_often(void *metrics)
{
    struct metrics_shard *s = metrics_shard(metrics, "q");

    for (int i = 0; i < BATCHES; i++) {
        count(s, BATCH);
    }
    return NULL;
}

static void nothing_is_lost_or_doubled_while_it_is_counted(void **unused)
{
    struct metrics *m = new_metrics();
    pthread_t threads[THREADS];

    (void)unused;
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, count_often, m), 0);
    }
    for (int i = 0; i < 50; i++) {
        assert_int_equal(flush_to(m, fixture.redis), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(flush_to(m, fixture.redis), 0);
    int64_t each = (int64_t)THREADS * BATCHES * BATCH / 2;
    assert_int_equal(done_jobs("q", "first"), each);
    assert_int_equal(done_jobs("q", "second"), each);
    assert_int_equal(counted("dropship:metrics:wait", "q|first|1"), each);
    assert_int_equal(counted("dropship:metrics:run", "q|second|sum"), each * 7);
    assert_int_equal(counted("dropship:metrics:pool", "claimed|"), 77);
    metrics_free(m);
}

static void what_redis_did_not_take_is_sent_later(void **unused)
{
    struct metrics *m = new_metrics();
    struct metrics_shard *s = metrics_shard(m, "q");
    scoped(redis_close_p) struct redis *away = NULL;
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(redis_open("redis://127.0.0.1:1/0", &away, &f), 0);
    count(s, 4);
    assert_int_equal(flush_to(m, away), -1);
    count(s, 6); /* not part of the report that is repeated */
    assert_int_equal(flush_to(m, away), -1);
    assert_int_equal(flush_to(m, fixture.redis), 0);
    assert_int_equal(done_jobs("q", "first"), 2);
    assert_int_equal(flush_to(m, fixture.redis), 0);
    assert_int_equal(done_jobs("q", "first"), 5);
    metrics_free(m);
}

static void report_whose_answer_was_lost_is_not_added_twice(void **unused)
{
    struct metrics *m = new_metrics();
    struct metrics_shard *s = metrics_shard(m, "q");

    (void)unused;
    count(s, 4);
    assert_int_equal(flush_to(m, fixture.redis), 0);
    m->pending = true; /* as if the answer had not come */
    memset(s->sent, 0, metrics_cells(m) * sizeof *s->sent);
    memset(m->sent_totals, 0, sizeof m->sent_totals);
    assert_int_equal(flush_to(m, fixture.redis), 0);
    assert_int_equal(done_jobs("q", "first"), 2);
    count(s, 2);
    assert_int_equal(flush_to(m, fixture.redis), 0);
    assert_int_equal(done_jobs("q", "first"), 3);
    assert_int_equal(counted("dropship:metrics:pool", "claimed|"), 77);
    metrics_free(m);
}

static void shard_made_between_report_and_answer_is_whole(void **unused)
{
    struct metrics *m = new_metrics();
    scoped(redis_close_p) struct redis *away = NULL;
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(redis_open("redis://127.0.0.1:1/0", &away, &f), 0);
    count(metrics_shard(m, "q"), 2);
    assert_int_equal(flush_to(m, away), -1);
    count(metrics_shard(m, "late"), 8);
    assert_int_equal(flush_to(m, fixture.redis), 0);
    assert_int_equal(flush_to(m, fixture.redis), 0);
    assert_int_equal(done_jobs("q", "first"), 1);
    assert_int_equal(done_jobs("late", "first"), 4);
    metrics_free(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_lost_or_doubled_while_it_is_counted),
        TEST(what_redis_did_not_take_is_sent_later),
        TEST(report_whose_answer_was_lost_is_not_added_twice),
        TEST(shard_made_between_report_and_answer_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
