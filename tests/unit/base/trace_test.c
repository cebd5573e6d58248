#include "common/base/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TRACE  "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00f067aa0ba902b7"
#define ZEROS  "00000000000000000000000000000000"

static void valid_traceparent_gives_its_trace_id(void **state)
{
    static const char *const good[] = {
        "00-" TRACE "-" PARENT "-01",           "00-" TRACE "-" PARENT "-00",
        "00-" TRACE "-" PARENT "-ff",           "01-" TRACE "-" PARENT "-01",
        "cc-" TRACE "-" PARENT "-01-what-ever", "01-" TRACE "-" PARENT "-01-",
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char trace[ID_TRACE_BYTES] = "";
        assert_true(trace_take(good[i], trace));
        assert_string_equal(trace, TRACE);
    }
}

static void invalid_traceparent_changes_nothing(void **state)
{
    static const char *const bad[] = {
        NULL,
        "",
        "00",
        "00-",
        "00-" TRACE,
        "00-" TRACE "-" PARENT,
        "00-" TRACE "-" PARENT "-",
        "00-" TRACE "-" PARENT "-1",
        "00-" TRACE "-" PARENT "-011",
        "00-" TRACE "-" PARENT "-0g",
        "00-" TRACE "-" PARENT "-01-", /* version 00 has four parts */
        "00-" TRACE "-" PARENT "-01 ",
        " 00-" TRACE "-" PARENT "-01",
        "01-" TRACE "-" PARENT "-01x",
        "ff-" TRACE "-" PARENT "-01",
        "FF-" TRACE "-" PARENT "-01",
        "0-" TRACE "-" PARENT "-01",
        "000-" TRACE "-" PARENT "-01",
        "00-" ZEROS "-" PARENT "-01",
        "00-" TRACE "-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01",
        "00-" TRACE "a-" PARENT "-01",
        "00_" TRACE "_" PARENT "_01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-" PARENT "-01",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char trace[ID_TRACE_BYTES] = "untouched";
        assert_false(trace_take(bad[i], trace));
        assert_string_equal(trace, "untouched");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_traceparent_gives_its_trace_id),
        cmocka_unit_test(invalid_traceparent_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
