/* How a run is settled, by what the handler returned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "worker/core/verdict.h"

enum { NOW_US = 1000000 };

static struct verdict after(enum fail_kind kind, int64_t retry_after_ms, int retry_count,
                            int max_retries)
{
    const struct fail f = { .kind = kind, .retry_after_ms = retry_after_ms };
    const struct run_end end = { .returned = -1,
                                 .fail = &f,
                                 .now_us = NOW_US,
                                 .retry_count = retry_count,
                                 .max_retries = max_retries };
    return verdict_of(&end);
}

static void success_is_done(void **unused)
{
    const struct run_end end = { .returned = 0, .outcome = JOB_DONE, .now_us = NOW_US };
    struct verdict v = verdict_of(&end);

    (void)unused;
    assert_int_equal(v.outcome, RUN_DONE);
    assert_false(v.failed);
    assert_null(v.error_class);
}

static void a_snooze_comes_back_when_the_handler_says(void **unused)
{
    struct run_end end = { .returned = 0, .outcome = JOB_SNOOZE, .snooze_s = 30, .now_us = NOW_US };

    (void)unused;
    assert_int_equal(verdict_of(&end).outcome, RUN_SNOOZE);
    assert_int_equal(verdict_of(&end).at_us, NOW_US + 30000000);
    end.snooze_s = 0; /* never at once: that would be a busy loop */
    assert_int_equal(verdict_of(&end).at_us, NOW_US + 1000000);
}

static void the_kind_decides_between_retry_and_dead(void **unused)
{
    (void)unused;
    for (int kind = FAIL_NONE + 1; kind < FAIL_KINDS; kind++) {
        if (kind == FAIL_LIMITED) {
            continue;
        }
        struct verdict v = after((enum fail_kind)kind, 0, -1, 5);
        assert_int_equal(v.outcome, fail_rule((enum fail_kind)kind)->retry ? RUN_RETRY : RUN_DEAD);
        assert_true(v.failed);
        assert_string_equal(v.error_class, fail_rule((enum fail_kind)kind)->error_class);
    }
}

static void bad_input_is_dead_and_passing_trouble_is_not(void **unused)
{
    (void)unused;
    assert_int_equal(after(FAIL_INPUT, 0, -1, 25).outcome, RUN_DEAD);
    assert_int_equal(after(FAIL_DENIED, 0, -1, 25).outcome, RUN_DEAD);
    assert_int_equal(after(FAIL_LATER, 0, -1, 25).outcome, RUN_RETRY);
    assert_int_equal(after(FAIL_UNKNOWN, 0, -1, 25).outcome, RUN_RETRY);
}

static void a_failure_without_kind_counts_as_a_bug(void **unused)
{
    (void)unused;
    assert_string_equal(after(FAIL_NONE, 0, -1, 25).error_class, fail_rule(FAIL_BUG)->error_class);
}

static void retries_are_exhausted_after_as_many_as_allowed(void **unused)
{
    (void)unused;
    assert_int_equal(after(FAIL_LATER, 0, -1, 2).outcome,
                     RUN_RETRY); /* stored with retry_count 0 */
    assert_int_equal(after(FAIL_LATER, 0, 0, 2).outcome, RUN_RETRY);
    assert_int_equal(after(FAIL_LATER, 0, 1, 2).outcome, RUN_DEAD);
    assert_int_equal(after(FAIL_LATER, 0, -1, 0).outcome, RUN_DEAD); /* retry: false */
}

static void the_wait_is_the_backoff_unless_advice_was_given(void **unused)
{
    (void)unused;
    assert_int_equal(after(FAIL_LATER, 0, -1, 5).at_us, NOW_US + 15000000); /* 0^4 + 15 */
    assert_int_equal(after(FAIL_LATER, 0, 1, 5).at_us, NOW_US + 31000000);  /* 2^4 + 15 */
    assert_int_equal(after(FAIL_LATER, 7000, 1, 5).at_us, NOW_US + 7000000);
}

static void a_quota_snoozes_without_an_attempt(void **unused)
{
    struct verdict v = after(FAIL_LIMITED, 60000, -1, 0);

    (void)unused;
    assert_int_equal(v.outcome, RUN_SNOOZE);
    assert_false(v.failed);
    assert_int_equal(v.at_us, NOW_US + 60000000);
    assert_int_equal(after(FAIL_LIMITED, 0, -1, 0).at_us, NOW_US + 30000000);
}

static void waits_of_many_jobs_are_spread(void **unused)
{
    const struct fail f = { .kind = FAIL_LIMITED, .retry_after_ms = 10000 };
    struct run_end end = { .returned = -1, .fail = &f, .now_us = NOW_US, .random = 999 };

    (void)unused;
    int64_t at_us = verdict_of(&end).at_us;
    assert_true(at_us > NOW_US + 11900000 && at_us < NOW_US + 12000000);
}

static void lost_infrastructure_snoozes_longer_each_time(void **unused)
{
    const struct fail f = { .kind = FAIL_LATER };
    struct run_end end = {
        .returned = -1, .fail = &f, .infrastructure = true, .now_us = NOW_US, .max_retries = 0
    };
    static const int64_t seconds[] = { 5, 10, 20, 40, 60, 60 };

    (void)unused;
    for (int i = 0; i < (int)COUNT_OF(seconds); i++) {
        end.infrastructure_streak = i;
        struct verdict v = verdict_of(&end);
        assert_int_equal(v.outcome, RUN_SNOOZE);
        assert_false(v.failed);
        assert_int_equal(v.at_us, NOW_US + seconds[i] * 1000000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(success_is_done),
        cmocka_unit_test(a_snooze_comes_back_when_the_handler_says),
        cmocka_unit_test(the_kind_decides_between_retry_and_dead),
        cmocka_unit_test(bad_input_is_dead_and_passing_trouble_is_not),
        cmocka_unit_test(a_failure_without_kind_counts_as_a_bug),
        cmocka_unit_test(retries_are_exhausted_after_as_many_as_allowed),
        cmocka_unit_test(the_wait_is_the_backoff_unless_advice_was_given),
        cmocka_unit_test(a_quota_snoozes_without_an_attempt),
        cmocka_unit_test(waits_of_many_jobs_are_spread),
        cmocka_unit_test(lost_infrastructure_snoozes_longer_each_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
