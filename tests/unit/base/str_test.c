#include "tests/unit/base/check.h"

#include <string.h>

#include "common/base/str.h"
#include "tests/unit/base/faults.h"

static void a_new_string_is_empty_and_terminated(void **state)
{
    struct str s;
    struct fail f;
    char *stolen = NULL;

    (void)state;
    str_init(&s, 10);
    assert_string_equal(s.data, "");
    check_ok(str_ok(&s, &f), &f);
    stolen = str_steal(&s);
    assert_string_equal(stolen, "");
    free(stolen);
    str_done(&s);
    str_done(NULL);
}

static void appends_keep_the_string_terminated(void **state)
{
    scoped(str_done) struct str s;

    (void)state;
    str_init(&s, 1000);
    str_add(&s, "one");
    str_add_char(&s, ' ');
    str_add_bytes(&s, "two!", 3);
    str_addf(&s, " %d %s", 3, "four");
    assert_string_equal(s.data, "one two 3 four");
    assert_int_equal(s.len, strlen("one two 3 four"));
    str_clear(&s);
    assert_string_equal(s.data, "");
    str_addf(&s, "%s", "");
    assert_int_equal(s.len, 0);
}

static void a_string_grows_to_its_limit_and_not_beyond(void **state)
{
    scoped(str_done) struct str s;
    struct fail f;

    (void)state;
    str_init(&s, 300);
    for (int i = 0; i < 300; i++) {
        str_add_char(&s, 'x');
    }
    check_ok(str_ok(&s, &f), &f);
    assert_int_equal(s.len, 300);
    str_add_char(&s, 'y');
    check_fails(str_ok(&s, &f), &f, FAIL_INPUT);
    assert_null(str_steal(&s));
}

static void a_failure_sticks_until_the_string_is_cleared(void **state)
{
    scoped(str_done) struct str s;
    struct fail f;

    (void)state;
    str_init(&s, 4);
    str_addf(&s, "%s", "12345");
    str_add(&s, "1"); /* would fit */
    check_fails(str_ok(&s, &f), &f, FAIL_INPUT);
    assert_int_equal(s.len, 0);
    str_clear(&s);
    str_add(&s, "1234");
    check_ok(str_ok(&s, &f), &f);
    assert_string_equal(s.data, "1234");
}

static void a_stolen_buffer_leaves_an_empty_string(void **state)
{
    struct str s;
    char *stolen = NULL;

    (void)state;
    str_init(&s, 100);
    str_add(&s, "mine");
    stolen = str_steal(&s);
    assert_string_equal(stolen, "mine");
    assert_string_equal(s.data, "");
    str_add(&s, "again");
    assert_string_equal(s.data, "again");
    free(stolen);
    str_done(&s);
}

static void a_fixed_field_is_cut_between_characters(void **state)
{
    char field[6];

    (void)state;
    assert_true(str_fit(field, sizeof field, "12345"));
    assert_string_equal(field, "12345");
    assert_false(str_fit(field, sizeof field, "123456"));
    assert_string_equal(field, "12345");
    assert_false(str_fit(field, sizeof field, "1234\xc3\xa9")); /* two bytes, one fits */
    assert_string_equal(field, "1234");
    assert_false(str_fit(field, sizeof field, "123\xe2\x82\xac")); /* three bytes, two fit */
    assert_string_equal(field, "123");
    assert_false(str_fit(field, sizeof field, "\xf0\x9f\x98\x80\xf0\x9f\x98\x80"));
    assert_string_equal(field, "\xf0\x9f\x98\x80");
    assert_true(str_fit(field, sizeof field, "12\xe2\x82\xac"));
    assert_false(str_fit(field, 1, "x"));
    assert_string_equal(field, "");
}

static void urls_carry_only_unreserved_characters(void **state)
{
    scoped(str_done) struct str s;

    (void)state;
    str_init(&s, 1000);
    str_add_url(&s, "aZ09-._~ &=?/#%+\"\xc3\xa9\n:@");
    assert_string_equal(s.data, "aZ09-._~%20%26%3D%3F%2F%23%25%2B%22%C3%A9%0A%3A%40");
}

static void secrets_are_equal_only_byte_by_byte(void **state)
{
    (void)state;
    assert_true(str_same_secret("abc", 3, "abc", 3));
    assert_false(str_same_secret("abc", 3, "abd", 3));
    assert_false(str_same_secret("abc", 3, "abcd", 4));
    assert_true(str_same_secret("", 0, "", 0));
}

static void integers_are_strict(void **state)
{
    static const char *const wrong[] = { "",
                                         " 1",
                                         "1 ",
                                         "+1",
                                         "1.0",
                                         "0x1",
                                         "1e1",
                                         "-",
                                         "--1",
                                         "abc",
                                         "1a",
                                         "\t1",
                                         "9223372036854775808" };
    int64_t value = 42;
    struct fail f;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        check_fails(str_to_int(wrong[i], INT64_MIN, INT64_MAX, "n", &value, &f), &f, FAIL_INPUT);
    }
    check_fails(str_to_int("-1", 0, 10, "n", &value, &f), &f, FAIL_INPUT);
    check_fails(str_to_int("11", 0, 10, "n", &value, &f), &f, FAIL_INPUT);
    assert_non_null(strstr(f.text, "n:"));
    assert_int_equal(value, 42);
    check_ok(str_to_int("-9223372036854775808", INT64_MIN, 0, "n", &value, &f), &f);
    assert_true(value == INT64_MIN);
    check_ok(str_to_int("007", 0, 10, "n", &value, &f), &f);
    assert_int_equal(value, 7);
}

static void reals_are_strict_and_finite(void **state)
{
    static const char *const wrong[] = { "",   "nan",   "inf", "0x1p3", "1.",  ".5", " 1",
                                         "1e", "1e999", "1,5", "+1",    "1e+", "--2" };
    double value = 42;
    struct fail f;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        check_fails(str_to_double(wrong[i], -1e308, 1e308, "x", &value, &f), &f, FAIL_INPUT);
    }
    check_fails(str_to_double("-0.5", 0, 1, "x", &value, &f), &f, FAIL_INPUT);
    check_fails(str_to_double("1.5", 0, 1, "x", &value, &f), &f, FAIL_INPUT);
    assert_true(value == 42);
    check_ok(str_to_double("-2.5e-1", -1, 1, "x", &value, &f), &f);
    assert_true(value == -0.25);
}

static void build_something(void)
{
    scoped(str_done) struct str s;
    scoped(free_p) char *copy = NULL;
    scoped(free_p) char *stolen = NULL;
    struct fail f;

    str_init(&s, 10000);
    for (int i = 0; i < 100; i++) {
        str_addf(&s, "%d,", i);
    }
    if (str_ok(&s, &f) < 0) {
        assert_int_equal(f.kind, FAIL_LATER);
        return;
    }
    if (str_copy(s.data, &copy, &f) < 0) {
        assert_int_equal(f.kind, FAIL_LATER);
        assert_null(copy);
        return;
    }
    assert_int_equal(strlen(copy), 290);
    stolen = str_steal(&s);
    assert_non_null(stolen);
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    torture(build_something);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_string_is_empty_and_terminated),
        cmocka_unit_test(appends_keep_the_string_terminated),
        cmocka_unit_test(a_string_grows_to_its_limit_and_not_beyond),
        cmocka_unit_test(a_failure_sticks_until_the_string_is_cleared),
        cmocka_unit_test(a_stolen_buffer_leaves_an_empty_string),
        cmocka_unit_test(a_fixed_field_is_cut_between_characters),
        cmocka_unit_test(urls_carry_only_unreserved_characters),
        cmocka_unit_test(secrets_are_equal_only_byte_by_byte),
        cmocka_unit_test(integers_are_strict),
        cmocka_unit_test(reals_are_strict_and_finite),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
