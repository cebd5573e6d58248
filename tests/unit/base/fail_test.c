#include "tests/unit/base/check.h"

#include <string.h>

static void setting_a_failure_clears_what_was_there(void **state)
{
    struct fail f;

    (void)state;
    assert_int_equal(fail_later(&f, FAIL_LIMITED, 1500, "wait"), -1);
    assert_int_equal(f.retry_after_ms, 1500);
    assert_int_equal(fail_code(&f, FAIL_CONFLICT, "TWICE", "seen %d times", 2), -1);
    assert_int_equal(f.retry_after_ms, 0);
    assert_string_equal(f.code, "TWICE");
    assert_string_equal(f.text, "seen 2 times");
    assert_int_equal(fail_set(&f, FAIL_BUG, "%s", "x"), -1);
    assert_string_equal(f.code, "");
}

static void context_comes_in_front_and_changes_nothing_else(void **state)
{
    struct fail f;

    (void)state;
    (void)fail_code(&f, FAIL_INPUT, "C", "bad");
    assert_int_equal(fail_wrap(&f, "order %d", 7), -1);
    assert_string_equal(f.text, "order 7: bad");
    assert_string_equal(f.code, "C");
    assert_int_equal(f.kind, FAIL_INPUT);
}

static void long_texts_are_cut_between_characters(void **state)
{
    struct fail f;
    char text[1000];

    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text + sizeof f.text - 2, "\xc3\xa9", 2); /* only its first byte would fit */
    text[sizeof text - 1] = '\0';
    (void)fail_set(&f, FAIL_INPUT, "%s", text);
    assert_int_equal(strlen(f.text), sizeof f.text - 2);
    (void)fail_wrap(&f, "%s", text);
    assert_true(strlen(f.text) < sizeof f.text);
}

static void a_text_may_be_made_of_itself(void **state)
{
    struct fail f;

    (void)state;
    (void)fail_code(&f, FAIL_INPUT, "CODE", "inner");
    (void)fail_code(&f, FAIL_DENIED, f.code, "outer (%s)", f.text);
    assert_string_equal(f.text, "outer (inner)");
    assert_string_equal(f.code, "CODE");
}

static void every_kind_has_a_whole_rule(void **state)
{
    (void)state;
    for (int kind = FAIL_NONE + 1; kind < FAIL_KINDS; kind++) {
        const struct fail_rule *rule = fail_rule((enum fail_kind)kind);

        assert_true(rule->name != NULL && rule->name[0] != '\0');
        assert_true(rule->error_class != NULL && rule->error_class[0] != '\0');
        assert_in_range(rule->http_status, 400, 599);
    }
    assert_true(fail_rule(FAIL_LATER)->retry);
    assert_true(fail_rule(FAIL_LIMITED)->retry);
    assert_true(fail_rule(FAIL_UNKNOWN)->retry);
    assert_false(fail_rule(FAIL_INPUT)->retry);
    assert_false(fail_rule(FAIL_DENIED)->retry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_a_failure_clears_what_was_there),
        cmocka_unit_test(context_comes_in_front_and_changes_nothing_else),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(a_text_may_be_made_of_itself),
        cmocka_unit_test(every_kind_has_a_whole_rule),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
