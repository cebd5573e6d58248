/* The trend vectors T-A..T-D, the windows, and the rulings on resets, exposure and ties. */
#include "tests/unit/base/check.h"

#include <math.h>
#include <string.h>

#include "common/model/trend.h"

static struct fail f;
static const int64_t today = 20000;
static const struct trend_rate two = { 2, 1 };

/* ---- the four vectors, which are one category ---- */

static const struct trend_windows four[] = {
    { .n_r = 56, .t_r = 7, .n_b = 42, .t_b = 21, .x = 198 },
    { .n_r = 20, .t_r = 1, .n_b = 0, .t_b = 0, .x = 40 },
    { .n_r = 0, .t_r = 7, .n_b = 3, .t_b = 21, .x = 500 },
    { .n_r = 35, .t_r = 7, .n_b = 105, .t_b = 21, .x = 900 },
};

struct wanted {
    double v_b, v_r, ratio, a;
    int64_t score_e4;
    const char *label;
};
static void check_vector(size_t at, struct wanted wanted)
{
    struct trend_score scores[COUNT_OF(four)];

    check_ok(trend_score_category(four, COUNT_OF(four), &two, scores, &f), &f);
    assert_true(fabs(scores[at].v_b - wanted.v_b) < 5e-7);
    assert_true(fabs(scores[at].v_r - wanted.v_r) < 5e-7);
    assert_true(fabs(scores[at].ratio - wanted.ratio) < 5e-4);
    assert_true(fabs(scores[at].a - wanted.a) < 5e-7);
    assert_int_equal(scores[at].score_e4, wanted.score_e4);
    assert_string_equal(trend_label_name(scores[at].label), wanted.label);
}

static void T_A_a_product_that_quickens_is_rising(void **state)
{
    (void)state;
    check_vector(0, (struct wanted){ 2.0, 5.0, 2.5, 0.916291, 825000, "RISING" });
}

static void T_B_twenty_listings_in_a_single_day_are_new_and_do_not_lead(void **state)
{
    (void)state;
    check_vector(1, (struct wanted){ 2.0, 4.25, 2.125, 0.753772, 562500, "NEW" });
}

static void T_C_a_product_nobody_lists_any_more_is_falling(void **state)
{
    (void)state;
    check_vector(2, (struct wanted){ 0.607143, 0.303571, 0.5, -0.693147, 175000, "FALLING" });
}

static void T_D_a_product_at_its_usual_pace_is_stable(void **state)
{
    (void)state;
    check_vector(3, (struct wanted){ 4.25, 4.625, 1.088, 0.084557, 437500, "STABLE" });
}

/* ---- windows ---- */

/* Points of the days before today that `levels` lists, -1 = no snapshot; the last one is `last_ago` days ago. */
static struct trend_windows windows(const int64_t *levels, size_t count, int64_t last_ago)
{
    struct trend_point points[64];
    struct trend_windows w;
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        if (levels[i] >= 0) {
            points[n++] =
                (struct trend_point){ today - last_ago - (int64_t)(count - 1 - i), levels[i] };
        }
    }
    trend_windows_of(points, n, today, &w);
    return w;
}

static void check_windows(struct trend_windows w, int64_t n_b, int64_t t_b, int64_t n_r,
                          int64_t t_r)
{
    assert_int_equal(w.n_b, n_b);
    assert_int_equal(w.t_b, t_b);
    assert_int_equal(w.n_r, n_r);
    assert_int_equal(w.t_r, t_r);
}

static void the_windows_are_7_whole_days_and_the_21_before_them(void **state)
{
    int64_t levels[31];

    (void)state;
    /* 1 a day up to 8 days ago, then 10 a day, today 1000 more. */
    for (int i = 0; i < 31; i++) {
        int ago = 30 - i;
        levels[i] = ago >= 8 ? i : ago >= 1 ? 22 + (8 - ago) * 10 : 2000;
    }
    struct trend_windows w = windows(levels, 31, 0);
    check_windows(w, 21, 21, 70, 7);
    assert_int_equal(w.x, 2000);
    assert_false(w.reset);
}

static void days_that_are_missing_inside_a_window_are_passed_over(void **state)
{
    (void)state;
    /* 8, 5 and 1 days ago. */
    check_windows(windows((const int64_t[]){ 100, -1, -1, 130, -1, -1, -1, 170 }, 8, 1), 0, 0, 70,
                  7);
}

static void a_gap_over_the_edge_of_the_windows_counts_in_neither(void **state)
{
    (void)state;
    /* 12, 10 | 6, 1 days ago */
    check_windows(
        windows((const int64_t[]){ 100, -1, 104, -1, -1, -1, 150, -1, -1, -1, -1, 160 }, 12, 1), 4,
        2, 10, 5);
}

static void nothing_is_extrapolated_beyond_the_first_and_last_snapshot(void **state)
{
    (void)state;
    check_windows(windows((const int64_t[]){ 40, 60 }, 2, 3), 0, 0, 20, 1);
    check_windows(windows((const int64_t[]){ 40 }, 1, 3), 0, 0, 0, 0);
    check_windows(windows((const int64_t[]){ 40, 60 }, 2, 0), 0, 0, 0, 0); /* today is not over */
    check_windows(windows(NULL, 0, 1), 0, 0, 0, 0);
    assert_int_equal(windows(NULL, 0, 1).x, -1);
}

static void snapshots_outside_the_windows_are_left_alone(void **state)
{
    struct trend_point points[] = { { today - 60, 1 },
                                    { today - 30, 10 },
                                    { today - 29, 20 },
                                    { today - 28, 25 },
                                    { today + 1, 99 } };
    struct trend_windows w;

    (void)state;
    trend_windows_of(points, COUNT_OF(points), today, &w);
    check_windows(w, 5, 1, 0, 0);
    assert_int_equal(w.x, 25);
}

static void a_small_fall_adds_nothing_and_takes_nothing(void **state)
{
    struct trend_windows w = windows((const int64_t[]){ 100, 120, 60, 80 }, 4, 1);

    (void)state;
    check_windows(w, 0, 0, 40, 3); /* 60 is just half */
    assert_false(w.reset);
}

static void a_fall_of_more_than_half_is_a_reset_and_the_way_back_adds_nothing(void **state)
{
    struct trend_windows w = windows((const int64_t[]){ 100, 120, 59, 121 }, 4, 1);

    (void)state;
    assert_true(w.reset);
    check_windows(w, 0, 0, 20 + 1, 3);
    check_windows(windows((const int64_t[]){ 120, 10, 60, 100, 130, 140 }, 6, 1), 0, 0, 20, 5);
    check_windows(windows((const int64_t[]){ 120, 10, 120, 60, 70 }, 5, 1), 0, 0, 10, 4);
    check_windows(windows((const int64_t[]){ 120, 50, 60, 20, 125 }, 5, 1), 0, 0, 5, 4);
    check_windows(windows((const int64_t[]){ 120, 0, 0, 0 }, 4, 1), 0, 0, 0, 3);
}

static void a_reset_is_remembered_over_the_edge_and_over_gaps(void **state)
{
    struct trend_windows w =
        windows((const int64_t[]){ 300, 100, 120, -1, -1, 140, 310, 320 }, 8, 3);

    (void)state;
    /* 10, 9, 8 | 5, 4, 3 days ago: the way back from 100 to 300 lies in the recent window and adds nothing. */
    assert_true(w.reset);
    check_windows(w, 0, 2, 20, 5);
}

static void absurd_levels_are_bounded(void **state)
{
    struct trend_windows w = windows((const int64_t[]){ 0, INT64_MAX, 5, INT64_MAX }, 4, 1);

    (void)state;
    assert_int_equal(w.x, 1000000000000);
    assert_int_equal(w.n_r, 1000000000000);
}

/* ---- the category's rate ---- */

static double rate(const struct trend_windows *w, size_t count)
{
    struct trend_rate mu;

    check_ok(trend_category_rate(w, count, &mu, &f), &f);
    return (double)mu.num / (double)mu.den;
}

static void few_products_have_the_median_of_those_with_a_baseline(void **state)
{
    const struct trend_windows w[] = { { .n_b = 42, .t_b = 21 },
                                       { .n_b = 7, .t_b = 7 },
                                       { .n_r = 900, .t_r = 7 },
                                       { .n_b = 100, .t_b = 1 },
                                       { .n_b = 9, .t_b = 3 } };

    (void)state;
    assert_true(rate(w, 1) == 2.0);
    assert_true(rate(w, 2) == 1.5);
    assert_true(rate(w, 4) == 2.0); /* 1, 2, 100; the third has none */
    assert_true(rate(w, 5) == 2.5);
    assert_true(rate(w, 0) == 0.0);
    assert_true(rate(&w[2], 1) == 0.0);
}

static void thirty_products_have_the_mean(void **state)
{
    struct trend_windows w[31];

    (void)state;
    for (int i = 0; i < 31; i++) {
        w[i] = (struct trend_windows){ .n_b = i == 0 ? 3000 : 0, .t_b = i == 30 ? 0 : 10 };
    }
    assert_true(rate(w, 29) == 0.0);
    assert_true(rate(w, 30) == 10.0);
    assert_true(rate(w, 31) == 10.0); /* the last has no baseline */
}

/* ---- scores ---- */

static void a_dead_category_is_stable_and_keeps_its_order_by_level(void **state)
{
    const struct trend_windows w[] = { { .t_r = 7, .t_b = 21, .x = 10 },
                                       { .t_r = 7, .t_b = 21, .x = 20 },
                                       { .t_r = 1, .t_b = 5, .x = 20 } };
    const struct trend_rate none = { 0, 1 };
    struct trend_score s[3];

    (void)state;
    check_ok(trend_score_category(w, 3, &none, s, &f), &f);
    assert_true(s[0].ratio == 1.0 && s[0].a == 0.0 && s[0].v_r == 0.0);
    assert_int_equal(s[0].label, TREND_STABLE);
    assert_int_equal(s[2].label, TREND_NEW);
    assert_int_equal(s[0].score_e4, 566667); /* 22.5 + 17.5 + 20 x 5/6 */
    assert_int_equal(s[1].score_e4, 466667);
    assert_int_equal(s[2].score_e4, 466667);
}

static void the_first_rise_of_a_dead_category_leads_it(void **state)
{
    const struct trend_windows w[] = { { .t_r = 7, .t_b = 21, .x = 10 },
                                       { .n_r = 1, .t_r = 7, .t_b = 21, .x = 10 } };
    const struct trend_rate none = { 0, 1 };
    struct trend_score s[2];

    (void)state;
    check_ok(trend_score_category(w, 2, &none, s, &f), &f);
    assert_true(isinf(s[1].ratio) && isinf(s[1].a));
    assert_int_equal(s[1].label, TREND_RISING);
    assert_int_equal(s[1].score_e4, 700000);
    assert_int_equal(s[0].score_e4, 300000);
}

/* With mu = 1/3 all three rates are 1/3: (7/3 + 1)/10, (7/3 + 2)/13, (7/3 + 7)/28. */
static void ties_are_found_on_exact_fractions(void **state)
{
    const struct trend_windows w[] = { { .n_b = 1, .t_b = 3, .x = 5 },
                                       { .n_b = 2, .t_b = 6, .x = 5 },
                                       { .n_b = 7, .t_b = 21, .x = 5 } };
    const struct trend_rate third = { 7, 21 };
    struct trend_score s[3];

    (void)state;
    check_ok(trend_score_category(w, 3, &third, s, &f), &f);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(s[i].score_e4, 500000);
    }
}

static void fractions_that_differ_in_the_last_place_are_no_tie(void **state)
{
    /* Recent rates of 10^12 over 7 and some: they differ by 1 in 10^21, which no double can tell; v_b is mu/4 and mu/3. */
    const struct trend_windows w[] = { { .n_r = 1000000000000, .t_b = 21, .x = 5 },
                                       { .n_r = 1000000000000, .t_b = 14, .x = 5 } };
    const struct trend_rate tiny = { 1, 1000000007 };
    struct trend_score s[2];

    (void)state;
    check_ok(trend_score_category(w, 2, &tiny, s, &f), &f);
    assert_true(s[0].v_r >= s[1].v_r && s[0].v_r <= s[1].v_r); /* the doubles are the same */
    assert_int_equal(s[0].score_e4, 475000);
    assert_int_equal(s[1].score_e4, 525000);
}

static void labels_change_beyond_a_fifth(void **state)
{
    /* mu = 1 and a baseline of 1 a day: ratio = (7 + n_r) / (7 + T_r). */
    const struct trend_windows w[] = { { .n_b = 21, .t_b = 21, .n_r = 1, .t_r = 3 },
                                       { .n_b = 21, .t_b = 21, .n_r = 5, .t_r = 3 },
                                       { .n_b = 21, .t_b = 21, .n_r = 6, .t_r = 3 },
                                       { .n_b = 21, .t_b = 21, .n_r = 0, .t_r = 3 } };
    const struct trend_rate one = { 1, 1 };
    struct trend_score s[4];

    (void)state;
    check_ok(trend_score_category(w, 4, &one, s, &f), &f);
    assert_true(s[0].ratio == 0.8);
    assert_int_equal(s[0].label, TREND_STABLE);
    assert_true(s[1].ratio == 1.2);
    assert_int_equal(s[1].label, TREND_STABLE);
    assert_int_equal(s[2].label, TREND_RISING);
    assert_int_equal(s[3].label, TREND_FALLING);
}

static void a_product_is_new_below_seven_days_of_both_windows(void **state)
{
    const struct trend_windows w[] = { { .t_b = 4, .t_r = 2 }, { .t_b = 4, .t_r = 3 } };
    struct trend_score s[2];

    (void)state;
    check_ok(trend_score_category(w, 2, &two, s, &f), &f);
    assert_int_equal(s[0].label, TREND_NEW);
    assert_true(s[1].label != TREND_NEW);
}

static void a_category_of_one_scores_fifty_and_of_none_nothing(void **state)
{
    struct trend_score s[1];

    (void)state;
    check_ok(trend_score_category(four, 1, &two, s, &f), &f);
    assert_int_equal(s[0].score_e4, 500000);
    check_ok(trend_score_category(four, 0, &two, s, &f), &f);
}

static void opportunity_is_score_times_contribution(void **state)
{
    int64_t e4 = 0;

    (void)state;
    check_ok(trend_opportunity(825000, 718, &e4, &f), &f);
    assert_int_equal(e4, 5923500); /* 592.35 */
    check_ok(trend_opportunity(825000, -200, &e4, &f), &f);
    assert_int_equal(e4, -1650000);
    check_ok(trend_opportunity(0, 718, &e4, &f), &f);
    assert_int_equal(e4, 0);
    check_ok(trend_opportunity(1, 50, &e4, &f), &f); /* 0.5 */
    assert_int_equal(e4, 1);
    check_fails(trend_opportunity(-1, 718, &e4, &f), &f, FAIL_INPUT);
    check_fails(trend_opportunity(1000001, 718, &e4, &f), &f, FAIL_INPUT);
    check_fails(trend_opportunity(1000000, INT64_MAX, &e4, &f), &f, FAIL_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(T_A_a_product_that_quickens_is_rising),
        cmocka_unit_test(T_B_twenty_listings_in_a_single_day_are_new_and_do_not_lead),
        cmocka_unit_test(T_C_a_product_nobody_lists_any_more_is_falling),
        cmocka_unit_test(T_D_a_product_at_its_usual_pace_is_stable),
        cmocka_unit_test(the_windows_are_7_whole_days_and_the_21_before_them),
        cmocka_unit_test(days_that_are_missing_inside_a_window_are_passed_over),
        cmocka_unit_test(a_gap_over_the_edge_of_the_windows_counts_in_neither),
        cmocka_unit_test(nothing_is_extrapolated_beyond_the_first_and_last_snapshot),
        cmocka_unit_test(snapshots_outside_the_windows_are_left_alone),
        cmocka_unit_test(a_small_fall_adds_nothing_and_takes_nothing),
        cmocka_unit_test(a_fall_of_more_than_half_is_a_reset_and_the_way_back_adds_nothing),
        cmocka_unit_test(a_reset_is_remembered_over_the_edge_and_over_gaps),
        cmocka_unit_test(absurd_levels_are_bounded),
        cmocka_unit_test(few_products_have_the_median_of_those_with_a_baseline),
        cmocka_unit_test(thirty_products_have_the_mean),
        cmocka_unit_test(a_dead_category_is_stable_and_keeps_its_order_by_level),
        cmocka_unit_test(the_first_rise_of_a_dead_category_leads_it),
        cmocka_unit_test(ties_are_found_on_exact_fractions),
        cmocka_unit_test(fractions_that_differ_in_the_last_place_are_no_tie),
        cmocka_unit_test(labels_change_beyond_a_fifth),
        cmocka_unit_test(a_product_is_new_below_seven_days_of_both_windows),
        cmocka_unit_test(a_category_of_one_scores_fifty_and_of_none_nothing),
        cmocka_unit_test(opportunity_is_score_times_contribution),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
