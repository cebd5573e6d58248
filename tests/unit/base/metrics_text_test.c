#include "common/base/metrics_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define expect(out, text)                                                                          \
    do {                                                                                           \
        assert_string_equal((out).data, text);                                                     \
        str_clear(&(out));                                                                         \
    } while (0)

static void family_has_help_and_type(void **state)
{
    scoped(str_done) struct str out;

    (void)state;
    str_init(&out, 1000);
    metrics_text_family(&out, &(struct metrics_family){ "a_total", METRICS_COUNTER, "All of a." });
    expect(out, "# HELP a_total All of a.\n# TYPE a_total counter\n");
}

static void values_of_labels_are_escaped(void **state)
{
    scoped(str_done) struct str out;

    (void)state;
    str_init(&out, 1000);
    metrics_text_int(&out, "a", LABELS({ "queue", "x\\y\"z\nw" }, { "type", "é{},=" }), -7);
    expect(out, "a{queue=\"x\\\\y\\\"z\\nw\",type=\"é{},=\"} -7\n");
    metrics_text_int(&out, "a", NO_LABELS, INT64_MAX);
    expect(out, "a 9223372036854775807\n");
}

static void seconds_are_exact(void **state)
{
    scoped(str_done) struct str out;

    (void)state;
    str_init(&out, 1000);
    metrics_text_seconds(&out, "a", NO_LABELS, 0);
    expect(out, "a 0\n");
    metrics_text_seconds(&out, "a", NO_LABELS, 100);
    expect(out, "a 0.0001\n");
    metrics_text_seconds(&out, "a", NO_LABELS, 20000000);
    expect(out, "a 20\n");
    metrics_text_seconds(&out, "a", NO_LABELS, 1700000);
    expect(out, "a 1.7\n");
    metrics_text_seconds(&out, "a", NO_LABELS, -1500000);
    expect(out, "a -1.5\n");
    metrics_text_seconds(&out, "a", NO_LABELS, -1);
    expect(out, "a -0.000001\n");
}

static void buckets_are_cumulative(void **state)
{
    static const int64_t bounds[] = { 100, 1500000 };
    static const uint64_t buckets[] = { 2, 0, 3 };
    scoped(str_done) struct str out;

    (void)state;
    str_init(&out, 1000);
    metrics_text_histogram(&out, "a_seconds", LABELS({ "q", "x" }),
                           &(struct metrics_text_histogram){ bounds, buckets, 3, 9000001 });
    expect(out, "a_seconds_bucket{q=\"x\",le=\"0.0001\"} 2\n"
                "a_seconds_bucket{q=\"x\",le=\"1.5\"} 2\n"
                "a_seconds_bucket{q=\"x\",le=\"+Inf\"} 5\n"
                "a_seconds_sum{q=\"x\"} 9.000001\n"
                "a_seconds_count{q=\"x\"} 5\n");
    metrics_text_histogram(&out, "a", NO_LABELS,
                           &(struct metrics_text_histogram){ bounds, buckets, 1, 0 });
    expect(out, "a_bucket{le=\"+Inf\"} 2\na_sum 0\na_count 2\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(family_has_help_and_type),
        cmocka_unit_test(values_of_labels_are_escaped),
        cmocka_unit_test(seconds_are_exact),
        cmocka_unit_test(buckets_are_cumulative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
