#include "worker/core/metrics_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int run_nothing(struct job_context *job, struct fail *f)
{
    (void)job;
    (void)f;
    return 0;
}

static const struct job_type items[] = {
    { "first", "default", run_nothing, 1000, 3, 0 },
    { "second", "default", run_nothing, 1000, 3, 0 },
};
static const struct job_types types = { items, COUNT_OF(items) };

static struct metrics *new_metrics(void)
{
    struct metrics *m = NULL;
    struct fail f = { 0 };

    assert_int_equal(metrics_new(&types, &m, &f), 0);
    return m;
}

static uint64_t jobs_in(const struct metrics_histogram *h)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < METRICS_BUCKETS; i++) {
        sum += h->buckets[i];
    }
    return sum;
}

static void bucket_is_the_first_whose_bound_is_not_exceeded(void **state)
{
    (void)state;
    for (int i = 0; i < METRICS_BUCKETS - 1; i++) {
        assert_int_equal(metrics_bucket(metrics_bounds_us[i]), i);
        assert_int_equal(metrics_bucket(metrics_bounds_us[i] + 1), i + 1);
        assert_true(i == 0 || metrics_bounds_us[i] > metrics_bounds_us[i - 1]);
    }
    assert_int_equal(metrics_bucket(0), 0);
    assert_int_equal(metrics_bucket(-5), 0);
    assert_int_equal(metrics_bucket(INT64_MAX), METRICS_BUCKETS - 1);
}

static void jobs_are_counted_by_type_and_outcome(void **state)
{
    struct metrics *m = new_metrics();
    struct metrics_shard *s = metrics_shard(m, "default");

    (void)state;
    metrics_begin(s);
    metrics_count(s, &(struct metrics_run){ &items[1], RUN_DONE, false, 300, 50 });
    metrics_count(s, &(struct metrics_run){ &items[1], RUN_RETRY, true, 400, 70 });
    metrics_count(s, &(struct metrics_run){ &items[0], RUN_BACK, false, -1, -1 });
    metrics_end(s);
    assert_string_equal(s->queue, "default");
    assert_int_equal(s->cells[1].outcomes[RUN_DONE], 1);
    assert_int_equal(s->cells[1].outcomes[RUN_RETRY], 1);
    assert_int_equal(s->cells[1].failed, 1);
    assert_int_equal(s->cells[1].wait.sum_us, 700);
    assert_int_equal(s->cells[1].done.sum_us, 50);
    assert_int_equal(s->cells[1].other.sum_us, 70);
    assert_int_equal(s->cells[0].outcomes[RUN_BACK], 1);
    assert_int_equal(jobs_in(&s->cells[0].wait), 0);
    assert_int_equal(jobs_in(&s->cells[0].other), 0);
    metrics_free(m);
}

static void foreign_types_share_one_cell(void **state)
{
    static const struct job_type elsewhere = { "foreign", "default", run_nothing, 1000, 3, 0 };
    struct metrics *m = new_metrics();
    struct metrics_shard *s = metrics_shard(m, "default");

    (void)state;
    metrics_begin(s);
    metrics_count(s, &(struct metrics_run){ NULL, RUN_DEAD, true, 1, 1 });
    metrics_count(s, &(struct metrics_run){ &elsewhere, RUN_DEAD, true, 1, 1 });
    metrics_end(s);
    assert_int_equal(s->cells[types.count].outcomes[RUN_DEAD], 2);
    metrics_free(m);
}

static void without_a_shard_nothing_is_counted(void **state)
{
    (void)state;
    assert_null(metrics_shard(NULL, "default"));
    metrics_begin(NULL);
    metrics_count(NULL, &(struct metrics_run){ .outcome = RUN_DONE });
    metrics_end(NULL);
    metrics_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bucket_is_the_first_whose_bound_is_not_exceeded),
        cmocka_unit_test(jobs_are_counted_by_type_and_outcome),
        cmocka_unit_test(foreign_types_share_one_cell),
        cmocka_unit_test(without_a_shard_nothing_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
