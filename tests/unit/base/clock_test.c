#include "tests/unit/base/instant.h"

static void instants_are_read_in_every_accepted_form(void **state)
{
    (void)state;
    assert_int_equal(instant("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(instant("2026-11-20T18:03:11Z"), 1795197791000000);
    assert_int_equal(instant("2026-11-20t18:03:11.5z"), 1795197791500000);
    assert_int_equal(instant("2026-11-20T18:03:11.123456789Z"), 1795197791123456);
    assert_int_equal(instant("2026-11-21T02:03:11+08:00"), 1795197791000000);
    assert_int_equal(instant("2026-11-20T13:33:11-04:30"), 1795197791000000);
    assert_int_equal(instant("2026-11-20 18:03:11"), 1795197791000000);
    assert_int_equal(instant("2026-11-20 18:03:11.123456+00"), 1795197791123456);
    assert_int_equal(instant("1969-12-31T23:59:59.999999Z"), -1);
    assert_int_equal(instant("2024-02-29T00:00:00Z"), 1709164800000000);
    assert_int_equal(instant("2016-12-31T23:59:60Z"), 1483228800000000);
}

static void what_is_no_instant_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "now",
        "2026-11-20",
        "2026-11-20T18:03:11",
        "2026-11-20T18:03Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T18:60:00Z",
        "2026-11-20T18:00:61Z",
        "2026-11-20T18:03:11.Z",
        "2026-11-20T18:03:11ZZ",
        "2026-11-20T18:03:11+8",
        "2026-11-20T18:03:11+24:00",
        "2026-11-20T18:03:11+08:60",
        "2026-11-20T18:03:11+0800x",
        " 2026-11-20T18:03:11Z",
        "2026-11-20  18:03:11",
        "2026-1-20T18:03:11Z",
        "-026-11-20T18:03:11Z",
        "2026-11-20T18:03:11-",
    };
    int64_t us = 7;
    struct fail f;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        if (clock_parse(wrong[i], &us, &f) == 0) {
            fail_msg("'%s' was taken as an instant", wrong[i]);
        }
        assert_int_equal(f.kind, FAIL_INPUT);
    }
    assert_int_equal(us, 7);
}

static void formatting_gives_back_what_was_parsed(void **state)
{
    static const char *const texts[] = { "2026-11-20T18:03:11.000000Z",
                                         "1970-01-01T00:00:00.000001Z",
                                         "1969-12-31T23:59:59.999999Z",
                                         "2000-02-29T12:00:00.500000Z" };
    char text[CLOCK_TEXT_BYTES];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        clock_format(instant(texts[i]), text);
        assert_string_equal(text, texts[i]);
    }
    clock_format_day(instant("2026-11-20T23:59:59.999999Z"), text);
    assert_string_equal(text, "2026-11-20");
    clock_format_day(-1, text);
    assert_string_equal(text, "1969-12-31");
}

static void no_instant_overruns_the_text(void **state)
{
    char text[CLOCK_TEXT_BYTES];

    (void)state;
    clock_format(INT64_MAX, text);
    assert_string_equal(text, "294247-01-10T04:00:54.775807Z");
    clock_format(INT64_MIN, text);
    assert_string_equal(text, "-290308-12-21T19:59:05.224192Z");
}

static void the_monotonic_clock_sees_a_sleep(void **state)
{
    int64_t before = clock_mono_ms();

    (void)state;
    clock_sleep_ms(20);
    assert_true(clock_mono_ms() - before >= 20);
    clock_sleep_ms(-5); /* no wait at all */
    assert_true(clock_now_us() > 1700000000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_are_read_in_every_accepted_form),
        cmocka_unit_test(what_is_no_instant_is_refused),
        cmocka_unit_test(formatting_gives_back_what_was_parsed),
        cmocka_unit_test(no_instant_overruns_the_text),
        cmocka_unit_test(the_monotonic_clock_sees_a_sleep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
