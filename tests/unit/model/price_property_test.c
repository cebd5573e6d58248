/* What holds for any price: thousands of cases by seed. */
#include "tests/unit/base/check.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/money.h"
#include "common/model/price.h"
#include "common/model/pricing_rule.h"
#include "tests/unit/model/dice.h"

enum { CASES = 4000 };

static struct fail f;

static struct sale_terms some_terms(struct dice *d)
{
    return (struct sale_terms){ .tax_mode = (enum tax_mode)dice_roll(d, TAX_EXCLUSIVE, TAX_NONE),
                                .tax_ppm = dice_roll(d, 0, 270000),
                                .fee_ppm = dice_roll(d, 0, 60000),
                                .fee_fixed = dice_roll(d, 0, 60),
                                .return_ppm = dice_roll(d, 0, 250000),
                                .return_cost = dice_roll(d, 0, 800),
                                .salvage_ppm = dice_roll(d, 0, 1) * dice_roll(d, 0, 1000000),
                                .ship_charged = dice_roll(d, 0, 3) / 3 * dice_roll(d, 0, 900) };
}

static struct endings some_endings(struct dice *d)
{
    static const char *const known[] = {
        "",         "100:99", "100:95",   "100:49,99", "10:9", "1000:490,990",
        "1000:500", "1:0",    "100:0,50", "5000:4990", "7:3",  "100:5,25,45,65,85"
    };
    struct endings e = { 0 };

    check_ok(endings_parse(known[dice_roll(d, 0, (int64_t)COUNT_OF(known) - 1)], &e, &f), &f);
    return e;
}

static struct margin margin_at(const struct sale_terms *t, int64_t price, int64_t landed)
{
    struct margin m;

    check_ok(price_margin(t, price, landed, &m, &f), &f);
    return m;
}

static void the_margin_holds_after_the_ending_whatever_the_terms(void **state)
{
    struct dice d = { 1 };
    int found = 0;

    (void)state;
    for (int i = 0; i < CASES; i++) {
        const struct sale_terms t = some_terms(&d);
        const struct price_goal goal = { .landed = dice_roll(&d, 0, 20000),
                                         .target_ppm = dice_roll(&d, 0, 700000),
                                         .least_margin = dice_roll(&d, 0, 2000),
                                         .endings = some_endings(&d) };
        int64_t price = -1;
        int outcome = price_for_margin(&t, &goal, &price, &f);

        check_ok(outcome, &f);
        if (outcome == 1) {
            continue;
        }
        struct margin m = margin_at(&t, price, goal.landed);
        int64_t revenue = m.net + t.ship_charged;
        if (m.contribution < goal.least_margin ||
            m.contribution * 1000000 < goal.target_ppm * revenue) {
            fail_msg("case %d: price %" PRId64 " leaves %" PRId64 " of %" PRId64, i, price,
                     m.contribution, revenue);
        }
        assert_true(m.ratio_ppm >= goal.target_ppm);
        found++;
    }
    assert_true(found > CASES * 9 / 10);
}

static void no_price_is_infeasible_that_the_formula_knows(void **state)
{
    struct dice d = { 2 };

    (void)state;
    for (int i = 0; i < CASES; i++) {
        const struct sale_terms t = some_terms(&d);
        const struct price_goal goal = { .landed = dice_roll(&d, 0, 20000),
                                         .target_ppm = dice_roll(&d, 0, 950000) };
        int64_t net = 0, formula = 0, price = 0;
        int by_formula = price_by_formula(&t, &goal, &net, &formula, &f);

        check_ok(by_formula, &f);
        assert_int_equal(price_for_margin(&t, &goal, &price, &f), by_formula);
        assert_true(by_formula == 1 || price >= formula);
    }
}

static void a_dearer_product_never_gets_a_lower_price(void **state)
{
    struct dice d = { 3 };

    (void)state;
    for (int i = 0; i < 300; i++) {
        const struct sale_terms t = some_terms(&d);
        struct price_goal goal = { .landed = dice_roll(&d, 500, 20000),
                                   .target_ppm = dice_roll(&d, 0, 500000),
                                   .least_margin = 500 };
        int64_t before = 0, price = 0;

        for (int step = 0; step < 20; step++, goal.landed++) {
            assert_int_equal(price_for_margin(&t, &goal, &price, &f), 0);
            assert_true(price >= before);
            before = price;
        }
    }
}

static void what_is_left_falls_with_the_cost_and_rises_with_the_price(void **state)
{
    struct dice d = { 4 };

    (void)state;
    for (int i = 0; i < CASES; i++) {
        const struct sale_terms t = some_terms(&d);
        int64_t price = dice_roll(&d, 100, 30000), landed = dice_roll(&d, 0, 20000);
        int64_t left = margin_at(&t, price, landed).contribution;

        assert_true(margin_at(&t, price, landed + 1).contribution <= left);
        assert_true(margin_at(&t, price + 100, landed).contribution > left);
    }
}

static void an_ending_is_the_nearest_above_and_never_below(void **state)
{
    struct dice d = { 5 };

    (void)state;
    for (int i = 0; i < CASES; i++) {
        const struct endings e = some_endings(&d);
        int64_t price = dice_roll(&d, 0, 20000), charmed = 0;

        check_ok(charm_up(price, &e, &charmed, &f), &f);
        for (int64_t at = price; e.period > 0 && at <= charmed; at++) {
            bool is_ending = false;

            for (size_t k = 0; k < e.count; k++) {
                is_ending = is_ending || at % e.period == e.ends[k];
            }
            assert_true(is_ending == (at == charmed));
        }
        assert_true(charmed >= price && (e.period > 0 || charmed == price));
    }
}

static void a_gentle_ending_adds_15_percent_or_one_small_step_at_most(void **state)
{
    struct dice d = { 6 };

    (void)state;
    for (int i = 0; i < CASES; i++) {
        const struct endings e = some_endings(&d);
        int64_t price = dice_roll(&d, 0, 20000), charmed = 0, again = 0;
        int64_t step = e.period > 100 ? e.period / 20 : 5;

        check_ok(charm_gently(price, &e, &charmed, &f), &f);
        assert_true(charmed >= price);
        assert_true((charmed - price) * 100 <= price * 15 || charmed - price < step);
        check_ok(charm_gently(charmed, &e, &again, &f), &f);
        assert_true(again >= charmed);
    }
}

static void prices_a_unit_apart_keep_their_order_with_endings(void **state)
{
    static const char *const texts[] = { "100:99", "100:95", "100:49,99", "100:0,50" };

    (void)state;
    for (size_t k = 0; k < COUNT_OF(texts); k++) {
        struct endings e;
        int64_t before = 0, charmed = 0;

        check_ok(endings_parse(texts[k], &e, &f), &f);
        for (int64_t price = 100; price < 5000; price++, before = charmed) {
            check_ok(charm_gently(price, &e, &charmed, &f), &f);
            assert_true(charmed >= before);
        }
    }
}

static void splits_add_up_and_no_share_is_a_unit_off(void **state)
{
    struct dice d = { 7 };

    (void)state;
    for (int i = 0; i < CASES; i++) {
        int64_t weights[12], shares[12], sum = 0, whole = 0;
        int64_t total = dice_roll(&d, -100000, 100000);
        size_t count = (size_t)dice_roll(&d, 1, 12);

        for (size_t k = 0; k < count; k++) {
            weights[k] = dice_roll(&d, 0, 4) * dice_roll(&d, 0, 5000);
            whole += weights[k];
        }
        if (whole == 0) {
            check_fails(money_split(total, weights, count, shares, &f), &f, FAIL_INPUT);
            continue;
        }
        check_ok(money_split(total, weights, count, shares, &f), &f);
        for (size_t k = 0; k < count; k++) {
            int64_t off = shares[k] * whole - total * weights[k];

            assert_true(off < whole && -off < whole);
            assert_true(weights[k] > 0 || shares[k] == 0);
            sum += shares[k];
        }
        assert_int_equal(sum, total);
    }
}

static void a_price_is_set_only_within_the_step_and_a_day_after_the_last(void **state)
{
    struct dice d = { 8 };
    int seen[REPRICE_STOP + 1] = { 0 };
    char why[300];

    (void)state;
    for (int i = 0; i < CASES * 5; i++) {
        const struct reprice_case c = {
            .price = dice_roll(&d, 500, 3000),
            .landed_before = dice_roll(&d, 300, 1500),
            .landed_now = dice_roll(&d, 300, 1500),
            .wanted = dice_roll(&d, 0, 9) == 0 ? 0 : dice_roll(&d, 500, 3000),
            .at_price = { .contribution = dice_roll(&d, -200, 1000),
                          .ratio_known = true,
                          .ratio_ppm = dice_roll(&d, 100000, 600000) },
            .floor_ppm = 300000,
            .landed_step_ppm = 30000,
            .price_step_ppm = 200000,
            .age_s = dice_roll(&d, 0, 4) == 0 ? -1 : dice_roll(&d, -1, 3) * 50000,
        };
        enum reprice_verdict v = reprice_decide(&c, why, sizeof why);
        int64_t step = c.wanted > c.price ? c.wanted - c.price : c.price - c.wanted;

        assert_true((v == REPRICE_STOP) == (c.at_price.contribution <= 0));
        assert_true(v != REPRICE_SET || (step > 0 && step * 5 <= c.price));
        assert_true(v != REPRICE_SET || c.age_s == -1 || c.age_s >= 86400);
        assert_true(v != REPRICE_PROPOSE || c.wanted == 0 || step * 5 > c.price);
        assert_true(v != REPRICE_WAIT || (c.age_s != -1 && c.age_s < 86400));
        assert_true(why[0] != '\0' && strlen(why) < sizeof why);
        seen[v]++;
    }
    for (int v = 0; v <= REPRICE_STOP; v++) {
        assert_true(seen[v] > 50);
    }
}

static void tiers_join_without_gap(void **state)
{
    struct pricing_rule rule = { .kind = PRICING_TIERS,
                                 .tiers = { { 1000, 3000 }, { 2000, 2500 }, { INT64_MAX, 2000 } },
                                 .tier_count = 3 };
    const struct sale_terms t = { .tax_mode = TAX_NONE };
    struct dice d = { 9 };

    (void)state;
    for (int i = 0; i < CASES; i++) {
        int64_t landed = dice_roll(&d, 0, 4000), price = 0;
        int64_t factor = landed <= 1000 ? 3000 : landed <= 2000 ? 2500 : 2000;

        assert_int_equal(pricing_rule_price(&rule, &t, landed, &price, &f), 0);
        assert_int_equal(price, (landed * factor + 999) / 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_margin_holds_after_the_ending_whatever_the_terms),
        cmocka_unit_test(no_price_is_infeasible_that_the_formula_knows),
        cmocka_unit_test(a_dearer_product_never_gets_a_lower_price),
        cmocka_unit_test(what_is_left_falls_with_the_cost_and_rises_with_the_price),
        cmocka_unit_test(an_ending_is_the_nearest_above_and_never_below),
        cmocka_unit_test(a_gentle_ending_adds_15_percent_or_one_small_step_at_most),
        cmocka_unit_test(prices_a_unit_apart_keep_their_order_with_endings),
        cmocka_unit_test(splits_add_up_and_no_share_is_a_unit_off),
        cmocka_unit_test(a_price_is_set_only_within_the_step_and_a_day_after_the_last),
        cmocka_unit_test(tiers_join_without_gap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
