/* What handlers use of their context, and the pure parts of the provider gates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/base/json.h"
#include "worker/core/gates.h"
#include "worker/core/job_context.h"

static int id_of(const char *args, size_t index, int64_t *ret)
{
    struct job_context c = { 0 };
    struct fail f = { 0 };
    scoped(json_clear_p) json_t *value = json_loads(args, 0, NULL);

    assert_non_null(value);
    c.args = value;
    int got = job_arg_id(&c, index, ret, &f);
    assert_true(got == 0 || f.kind == FAIL_INPUT);
    return got;
}

static void ids_are_positive_integers_or_their_text(void **unused)
{
    static const char *const bad[] = {
        "[0]",     "[-1]",   "[\"\"]", "[\"x\"]", "[\"0\"]",
        "[1.5]",   "[null]", "[[1]]",  "[]",      "[\"9223372036854775808\"]",
        "[\" 7\"]"
    };
    int64_t id = 0;

    (void)unused;
    assert_int_equal(id_of("[17]", 0, &id), 0);
    assert_int_equal(id, 17);
    assert_int_equal(id_of("[1,\"42\"]", 1, &id), 0);
    assert_int_equal(id, 42);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(id_of(bad[i], 0, &id), -1);
    }
    assert_int_equal(id, 42); /* untouched */
}

static void text_arguments_are_text_or_nothing(void **unused)
{
    scoped(json_clear_p) json_t *args = json_pack("[s,i]", "gid", 5);
    const struct job_context c = { .args = args };

    (void)unused;
    assert_string_equal(job_arg_text(&c, 0), "gid");
    assert_null(job_arg_text(&c, 1));
    assert_null(job_arg_text(&c, 2));
}

static void a_snooze_sets_outcome_and_time(void **unused)
{
    struct job_context c = { 0 };

    (void)unused;
    assert_int_equal(job_snooze(&c, 30), 0);
    assert_int_equal(c.outcome, JOB_SNOOZE);
    assert_int_equal(c.snooze_s, 30);
}

static void calls_are_a_tenth_slower_than_the_rate(void **unused)
{
    (void)unused;
    assert_int_equal(cj_spacing_ms(0), 1100);
    assert_int_equal(cj_spacing_ms(1), 1100);
    assert_int_equal(cj_spacing_ms(2), 550);
    assert_int_equal(cj_spacing_ms(4), 275);
    assert_int_equal(cj_spacing_ms(6), 184); /* ceil(1000 / 6) = 167 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_positive_integers_or_their_text),
        cmocka_unit_test(text_arguments_are_text_or_nothing),
        cmocka_unit_test(a_snooze_sets_outcome_and_time),
        cmocka_unit_test(calls_are_a_tenth_slower_than_the_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
