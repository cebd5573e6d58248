/* What holds for any category: scores by seed, against ranks counted the slow way. */
#include "tests/unit/base/check.h"

#include <inttypes.h>
#include <math.h>

#include "common/model/trend.h"
#include "tests/unit/model/dice.h"

enum { MOST = 40 };

static struct fail f;

/* Few different values, so that there are ties. */
static struct trend_windows some_windows(struct dice *d)
{
    struct trend_windows w = { .t_r = dice_roll(d, 0, TREND_RECENT_DAYS),
                               .t_b = dice_roll(d, 0, 3) * 7,
                               .x = dice_roll(d, 0, 12) * 10 };

    w.n_r = w.t_r > 0 ? dice_roll(d, 0, 6) * 3 : 0;
    w.n_b = w.t_b > 0 ? dice_roll(d, 0, 6) * 5 : 0;
    return w;
}

static size_t some_category(struct dice *d, struct trend_windows w[static MOST])
{
    size_t count = (size_t)dice_roll(d, 1, MOST);

    for (size_t i = 0; i < count; i++) {
        w[i] = some_windows(d);
    }
    return count;
}

static struct trend_rate rate_of(const struct trend_windows *w, size_t count)
{
    struct trend_rate mu;

    check_ok(trend_category_rate(w, count, &mu, &f), &f);
    return mu;
}

/* ---- the slow way: small numbers, multiplied out ---- */

struct fraction {
    trend_wide num, den;
};

static int slow_order(struct fraction a, struct fraction b)
{
    trend_wide left = a.num * b.den, right = b.num * a.den;

    return left < right ? -1 : left > right;
}

static struct fraction slow_recent(const struct trend_windows *w, struct trend_rate mu)
{
    trend_wide days_b = (trend_wide)(7 + w->t_b), days_r = (trend_wide)(7 + w->t_r);

    return (struct fraction){ 7 * (7 * mu.num + (trend_wide)w->n_b * mu.den) +
                                  (trend_wide)w->n_r * mu.den * days_b,
                              mu.den * days_b * days_r };
}

static struct fraction slow_ratio(const struct trend_windows *w, struct trend_rate mu)
{
    struct fraction recent = slow_recent(w, mu);
    trend_wide base = 7 * mu.num + (trend_wide)w->n_b * mu.den, days = (trend_wide)(7 + w->t_r);

    if (base == 0 && recent.num == 0) {
        return (struct fraction){ 1, 1 };
    }
    return (struct fraction){ recent.num, base * days };
}

static struct fraction slow_level(const struct trend_windows *w, struct trend_rate mu)
{
    (void)mu;
    return (struct fraction){ (trend_wide)w->x, 1 };
}

typedef struct fraction slow_key(const struct trend_windows *w, struct trend_rate mu);

static int64_t slow_rank(const struct trend_windows *w, size_t count, size_t at,
                         struct trend_rate mu, slow_key *key)
{
    int64_t twice = 0;

    for (size_t i = 0; i < count; i++) {
        int order = slow_order(key(&w[i], mu), key(&w[at], mu));

        twice += order < 0 ? 2 : order == 0 ? 1 : 0;
    }
    return twice;
}

static void scores_are_those_of_ranks_counted_one_by_one(void **state)
{
    struct dice d = { 11 };

    (void)state;
    for (int round = 0; round < 400; round++) {
        struct trend_windows w[MOST];
        struct trend_score s[MOST];
        size_t count = some_category(&d, w);
        struct trend_rate mu = rate_of(w, count);

        check_ok(trend_score_category(w, count, &mu, s, &f), &f);
        for (size_t i = 0; i < count; i++) {
            int64_t n = (int64_t)count;
            int64_t top = 45 * slow_rank(w, count, i, mu, slow_recent) +
                          35 * slow_rank(w, count, i, mu, slow_ratio) +
                          20 * (2 * n - slow_rank(w, count, i, mu, slow_level));

            assert_int_equal(s[i].score_e4, (top * 10000 + n) / (2 * n));
        }
    }
}

static void scores_lie_between_0_and_100_and_average_50(void **state)
{
    struct dice d = { 12 };

    (void)state;
    for (int round = 0; round < 1000; round++) {
        struct trend_windows w[MOST];
        struct trend_score s[MOST];
        size_t count = some_category(&d, w);
        struct trend_rate mu = rate_of(w, count);
        int64_t sum = 0;

        check_ok(trend_score_category(w, count, &mu, s, &f), &f);
        for (size_t i = 0; i < count; i++) {
            assert_in_range(s[i].score_e4, 0, 1000000);
            assert_true(s[i].v_b >= 0 && s[i].v_r >= 0 && s[i].ratio > 0);
            sum += s[i].score_e4;
        }
        sum -= 500000 * (int64_t)count;
        assert_true(sum <= (int64_t)count && -sum <= (int64_t)count); /* rounding alone */
    }
}

static void more_new_listings_never_lower_a_score_and_a_higher_level_never_raises_it(void **state)
{
    struct dice d = { 13 };

    (void)state;
    for (int round = 0; round < 1000; round++) {
        struct trend_windows w[MOST];
        struct trend_score before[MOST], after[MOST];
        size_t count = some_category(&d, w), at = (size_t)dice_roll(&d, 0, (int64_t)count - 1);
        struct trend_rate mu = rate_of(w, count);

        check_ok(trend_score_category(w, count, &mu, before, &f), &f);
        w[at].n_r += dice_roll(&d, 1, 20);
        check_ok(trend_score_category(w, count, &mu, after, &f), &f);
        assert_true(after[at].score_e4 >= before[at].score_e4);
        assert_true(after[at].ratio > before[at].ratio || isinf(before[at].ratio));
        w[at].x += dice_roll(&d, 1, 200);
        check_ok(trend_score_category(w, count, &mu, before, &f), &f);
        assert_true(before[at].score_e4 <= after[at].score_e4);
    }
}

static void the_order_of_products_does_not_matter(void **state)
{
    struct dice d = { 14 };

    (void)state;
    for (int round = 0; round < 300; round++) {
        struct trend_windows w[MOST], turned[MOST];
        struct trend_score s[MOST], t[MOST];
        size_t count = some_category(&d, w);
        struct trend_rate mu = rate_of(w, count), same;

        for (size_t i = 0; i < count; i++) {
            turned[i] = w[count - 1 - i];
        }
        same = rate_of(turned, count);
        assert_true(mu.num == same.num && mu.den == same.den);
        check_ok(trend_score_category(w, count, &mu, s, &f), &f);
        check_ok(trend_score_category(turned, count, &same, t, &f), &f);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(s[i].score_e4, t[count - 1 - i].score_e4);
            assert_int_equal(s[i].label, t[count - 1 - i].label);
        }
    }
}

/* ---- windows ---- */

static void windows_count_what_rose_and_only_the_days_they_have(void **state)
{
    struct dice d = { 15 };

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct trend_point points[40];
        struct trend_windows w;
        size_t count = 0;
        int64_t level = dice_roll(&d, 0, 1000), rise = 0;

        for (int64_t day = 1000 - 35; day <= 1000; day++) {
            int64_t step =
                dice_roll(&d, 0, 3) == 0 ? -dice_roll(&d, 0, level) : dice_roll(&d, 0, 50);

            level += step;
            rise += step > 0 ? step : 0;
            if (dice_roll(&d, 0, 3) > 0) {
                points[count++] = (struct trend_point){ day, level };
            }
        }
        trend_windows_of(points, count, 1000, &w);
        assert_in_range(w.t_r, 0, TREND_RECENT_DAYS);
        assert_in_range(w.t_b, 0, TREND_BASE_DAYS);
        assert_true(w.n_r >= 0 && w.n_b >= 0 && w.n_r + w.n_b <= rise);
        assert_true(w.t_r > 0 || w.n_r == 0);
        assert_true(w.t_b > 0 || w.n_b == 0);
    }
}

static void a_day_missing_inside_a_rising_window_changes_nothing(void **state)
{
    struct dice d = { 16 };

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct trend_point points[30];
        struct trend_windows whole, less;
        int64_t level = 100, gone = dice_roll(&d, 1, 28);
        size_t left = 0;

        for (int i = 0; i < 30; i++) {
            level += dice_roll(&d, 0, 9);
            points[i] = (struct trend_point){ 1000 - 29 + i, level };
        }
        trend_windows_of(points, 30, 1000, &whole);
        for (int i = 0; i < 30; i++) {
            if (i != gone || i == 21 || i == 28) { /* the edges: 8 days ago, yesterday */
                points[left++] = points[i];
            }
        }
        trend_windows_of(points, left, 1000, &less);
        assert_int_equal(less.n_r, whole.n_r);
        assert_int_equal(less.n_b, whole.n_b);
        assert_int_equal(less.t_r, 7);
        assert_int_equal(less.t_b, 21);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_those_of_ranks_counted_one_by_one),
        cmocka_unit_test(scores_lie_between_0_and_100_and_average_50),
        cmocka_unit_test(more_new_listings_never_lower_a_score_and_a_higher_level_never_raises_it),
        cmocka_unit_test(the_order_of_products_does_not_matter),
        cmocka_unit_test(windows_count_what_rose_and_only_the_days_they_have),
        cmocka_unit_test(a_day_missing_inside_a_rising_window_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
