/* The cost vectors C-1..C-10 through the functions prices are made with, and what ads may cost. */
#include "tests/unit/base/check.h"

#include "common/base/money.h"
#include "common/model/landed.h"
#include "common/model/price.h"

static struct fail f;

/* Price without tax, sigma 30 %. */
static const struct sale_terms us = { .tax_mode = TAX_EXCLUSIVE,
                                      .fee_ppm = 29000,
                                      .fee_fixed = 30,
                                      .return_ppm = 60000,
                                      .return_cost = 250,
                                      .salvage_ppm = 300000 };
/* Price with 21 % VAT, nothing given back. */
static const struct sale_terms eu = { .tax_mode = TAX_INCLUSIVE,
                                      .tax_ppm = 210000,
                                      .fee_ppm = 29000,
                                      .fee_fixed = 30,
                                      .return_ppm = 60000,
                                      .return_cost = 250 };
static const struct endings nines = { .period = 100, .ends = { 99 }, .count = 1 };
static const struct endings ninety_fives = { .period = 100, .ends = { 95 }, .count = 1 };
static const struct endings none = { 0 };

static int64_t landed_us(void)
{
    const struct landed_parts parts = { .price = 850, .shipping = 420, .duty = 85 };
    int64_t landed = 0;

    check_ok(landed_cost(&parts, &landed, &f), &f);
    return landed;
}

static int64_t landed_eu(int64_t duty)
{
    const struct landed_parts parts = {
        .price = 540, .shipping = 459, .duty = duty, .fx_fee_ppm = 15000
    };
    int64_t landed = 0;

    check_ok(landed_cost(&parts, &landed, &f), &f);
    return landed;
}

static int64_t wanted(const struct sale_terms *t, int64_t landed, const struct endings *endings)
{
    const struct price_goal goal = { .landed = landed, .target_ppm = 300000, .endings = *endings };
    int64_t price = 0;

    check_ok(price_for_margin(t, &goal, &price, &f), &f);
    return price;
}

struct formula {
    int64_t net, price;
};
static struct formula by_formula(const struct sale_terms *t, int64_t landed)
{
    const struct price_goal goal = { .landed = landed, .target_ppm = 300000 };
    struct formula x = { 0 };

    check_ok(price_by_formula(t, &goal, &x.net, &x.price, &f), &f);
    return x;
}

static struct margin at(const struct sale_terms *t, int64_t price, int64_t landed)
{
    struct margin m = { 0 };

    check_ok(price_margin(t, price, landed, &m, &f), &f);
    return m;
}

/* ratio_e4: the margin in hundredths of a percent, as the vectors give it. */
static void check_margin(struct margin m, int64_t fee, int64_t reserve, int64_t contribution,
                         int64_t ratio_e4)
{
    assert_int_equal(m.fee, fee);
    assert_int_equal(m.reserve, reserve);
    assert_int_equal(m.contribution, contribution);
    assert_true(m.ratio_known);
    assert_int_equal((m.ratio_ppm + (m.ratio_ppm < 0 ? -50 : 50)) / 100, ratio_e4);
}

static void C_1_a_landed_cost_of_1355_needs_2252_and_asks_2299(void **state)
{
    (void)state;
    assert_int_equal(landed_us(), 1355);
    assert_int_equal(by_formula(&us, 1355).net, 2252);
    assert_int_equal(wanted(&us, 1355, &none), 2252);
    assert_int_equal(wanted(&us, 1355, &nines), 2299);
}

static void C_2_at_2299_a_sale_leaves_718(void **state)
{
    struct margin m = at(&us, 2299, 1355);
    struct ad_limits limits;
    int64_t basic = 0;

    (void)state;
    check_margin(m, 97, 129, 718, 3123);
    check_ok(margin_basic(2299, 850, 420, &basic, &f), &f);
    assert_int_equal((basic + 50) / 100, 4476);
    assert_int_equal(margin_basic(0, 850, 420, &basic, &f), 1);
    check_ok(ad_limits_of(&m, 2299, 300000, &limits, &f), &f);
    assert_true(limits.break_even_known && limits.target_known && limits.roas_known);
    assert_int_equal(limits.break_even_cpa, 718);
    assert_int_equal(limits.target_cpa, 502);
    assert_int_equal(limits.roas_e3, 3202);
}

static void C_3_at_2252_a_sale_leaves_676(void **state)
{
    (void)state;
    check_margin(at(&us, 2252, 1355), 95, 126, 676, 3002);
}

static void C_4_at_2999_a_sale_leaves_1356(void **state)
{
    (void)state;
    check_margin(at(&us, 2999, 1355), 117, 171, 1356, 4522);
}

static void C_5_with_tax_duty_and_a_foreign_bill_2719_is_needed_and_2795_asked(void **state)
{
    (void)state;
    assert_int_equal(landed_eu(300), 1314);
    assert_int_equal(by_formula(&eu, 1314).net, 2247);
    assert_int_equal(by_formula(&eu, 1314).price, 2719);
    assert_int_equal(wanted(&eu, 1314, &none), 2720); /* at 2719 the rounded margin is 29.995 % */
    assert_int_equal(wanted(&eu, 1314, &ninety_fives), 2795);
}

static void C_6_at_2795_the_net_is_2310_and_a_sale_leaves_731(void **state)
{
    struct margin m;
    int64_t charged = 0;

    (void)state;
    check_ok(price_margin(&eu, 2795, landed_eu(300), &m, &f), &f);
    check_ok(price_charged(&eu, 2795, &charged, &f), &f);
    assert_int_equal(m.net, 2310);
    assert_int_equal(charged - m.net, 485);
    check_margin(m, 111, 154, 731, 3165);
}

static void C_7_at_1995_a_sale_leaves_133_too_little_for_a_listing(void **state)
{
    struct margin m;

    (void)state;
    check_ok(price_margin(&eu, 1995, landed_eu(300), &m, &f), &f);
    assert_int_equal(m.net, 1649);
    check_margin(m, 88, 114, 133, 807);
    assert_true(m.ratio_ppm < 300000 && m.contribution < 500);
}

static void C_8_without_the_duty_the_same_sale_leaves_433(void **state)
{
    (void)state;
    check_margin(at(&eu, 1995, landed_eu(0)), 88, 114, 433, 2626);
}

static void C_9_with_two_codes_in_the_parcel_it_loses_167(void **state)
{
    struct margin m = at(&eu, 1995, landed_eu(600));
    struct ad_limits limits;

    (void)state;
    check_margin(m, 88, 114, -167, -1013);
    check_ok(ad_limits_of(&m, 1995, 300000, &limits, &f), &f);
    assert_false(limits.break_even_known || limits.target_known || limits.roas_known);
}

static void C_10_sixty_percent_with_forty_percent_returns_is_infeasible(void **state)
{
    struct sale_terms t = us;
    struct price_goal goal = { .landed = 1355, .target_ppm = 600000, .endings = nines };
    int64_t price = -7;

    (void)state;
    t.return_ppm = 400000;
    assert_int_equal(price_for_margin(&t, &goal, &price, &f), 1);
    assert_int_equal(price_by_formula(&t, &goal, &price, &price, &f), 1);
    assert_int_equal(price, -7);
    goal.target_ppm = 571000; /* the denominator is 0 */
    assert_int_equal(price_for_margin(&t, &goal, &price, &f), 1);
    assert_int_equal(price, -7);
}

static void rounded_fee_and_reserve_lift_the_price_past_2299(void **state)
{
    (void)state;
    assert_int_equal(by_formula(&us, 1384).net, 2299);
    assert_true(at(&us, 2299, 1384).ratio_ppm < 300000);
    assert_int_equal(wanted(&us, 1384, &nines), 2399);
}

static void a_least_contribution_is_reached_too(void **state)
{
    struct price_goal goal = {
        .landed = 300, .target_ppm = 300000, .least_margin = 500, .endings = nines
    };
    int64_t price = 0;

    (void)state;
    check_ok(price_for_margin(&us, &goal, &price, &f), &f);
    assert_int_equal(price, 999);
    assert_true(at(&us, 999, 300).contribution >= 500);
    assert_true(at(&us, 899, 300).contribution < 500);
}

static void the_fee_is_paid_on_expected_tax_and_on_shipping(void **state)
{
    struct sale_terms t = us;
    int64_t charged = 0;

    (void)state;
    t.tax_ppm = 82500;
    t.ship_charged = 499;
    check_ok(price_charged(&t, 4138, &charged, &f), &f);
    assert_int_equal(charged, 4978); /* tax on the goods alone */
    assert_int_equal(at(&t, 4138, 0).fee, 174);
    t = eu;
    t.ship_charged = 499;
    check_ok(price_charged(&t, 2795, &charged, &f), &f);
    assert_int_equal(charged, 2795 + 604);
    t.tax_mode = TAX_NONE;
    check_ok(price_charged(&t, 2795, &charged, &f), &f);
    assert_int_equal(charged, 2795 + 499);
}

static void shipping_the_buyer_pays_lowers_the_price_needed(void **state)
{
    struct sale_terms t = us;

    (void)state;
    t.ship_charged = 500;
    assert_int_equal(by_formula(&t, 1355).net, 1752);
    assert_int_equal(wanted(&t, 1355, &none), 1752);
    t.ship_charged = 5000;
    assert_int_equal(wanted(&t, 1355, &none), 0);
}

static void a_market_without_tax_charges_the_price_alone(void **state)
{
    struct sale_terms t = eu;
    struct margin m;

    (void)state;
    t.tax_mode = TAX_NONE;
    check_ok(price_margin(&t, 1995, 1000, &m, &f), &f);
    assert_int_equal(m.net, 1995);
    assert_int_equal(by_formula(&t, 1314).price, by_formula(&t, 1314).net);
    assert_true(at(&t, wanted(&t, 1314, &none), 1314).ratio_ppm >= 300000);
}

static void a_target_cost_below_one_unit_is_unknown(void **state)
{
    const struct margin m = { .contribution = 1 };
    struct ad_limits limits;

    (void)state;
    check_ok(ad_limits_of(&m, 100, 300000, &limits, &f), &f);
    assert_true(limits.break_even_known);
    assert_false(limits.target_known);
    check_fails(ad_limits_of(&m, 100, 1000001, &limits, &f), &f, FAIL_INPUT);
}

static void few_orders_hardly_move_the_return_rate_of_the_category(void **state)
{
    int64_t ppm = 0;

    (void)state;
    check_ok(return_rate(60000, 0, 0, &ppm, &f), &f);
    assert_int_equal(ppm, 60000);
    check_ok(return_rate(60000, 1, 3, &ppm, &f), &f); /* 3.4 / 43 = 0.0790697... */
    assert_int_equal(ppm, 79070);
    check_ok(return_rate(60000, 600, 1000, &ppm, &f), &f);
    assert_int_equal(ppm, 579231);
    check_fails(return_rate(60000, 2, 1, &ppm, &f), &f, FAIL_INPUT);
    check_fails(return_rate(-1, 0, 1, &ppm, &f), &f, FAIL_INPUT);
}

static void a_supplier_price_is_converted_upwards_an_invoice_half_up(void **state)
{
    const struct money usd = { .minor = 1001, .currency = "USD" };
    struct money eur;

    (void)state;
    check_ok(money_convert(&usd, "EUR", 900000000, MONEY_CEIL, &eur, &f), &f); /* 9.009 */
    assert_int_equal(eur.minor, 901);
    check_ok(money_convert(&usd, "EUR", 900400000, MONEY_HALF_UP, &eur, &f), &f); /* 9.013004 */
    assert_int_equal(eur.minor, 901);
    check_ok(money_convert(&usd, "EUR", 900400000, MONEY_CEIL, &eur, &f), &f);
    assert_int_equal(eur.minor, 902);
}

static void terms_and_amounts_that_make_no_sense_are_refused(void **state)
{
    struct sale_terms t = us;
    struct price_goal goal = { .landed = -1 };
    struct margin m;
    int64_t price = 0;

    (void)state;
    check_fails(price_margin(&t, -1, 100, &m, &f), &f, FAIL_INPUT);
    check_fails(price_margin(&t, INT64_MAX, 100, &m, &f), &f, FAIL_INPUT);
    check_fails(price_margin(&t, 100, INT64_MAX, &m, &f), &f, FAIL_INPUT);
    check_fails(price_for_margin(&t, &goal, &price, &f), &f, FAIL_INPUT);
    goal = (struct price_goal){ .landed = 100, .target_ppm = 1000001 };
    check_fails(price_for_margin(&t, &goal, &price, &f), &f, FAIL_INPUT);
    t.salvage_ppm = -1;
    check_fails(price_margin(&t, 100, 100, &m, &f), &f, FAIL_INPUT);
    t = us;
    t.tax_ppm = 1000001;
    check_fails(price_margin(&t, 100, 100, &m, &f), &f, FAIL_INPUT);
}

/* The price of goods at 70 without any fee. */
static int64_t plain_price(int64_t landed, int64_t target_ppm, int64_t least)
{
    const struct sale_terms t = { .tax_mode = TAX_EXCLUSIVE };
    const struct price_goal goal = { landed, target_ppm, least, none };
    int64_t price = 0;

    check_ok(price_for_margin(&t, &goal, &price, &f), &f);
    return price;
}

static void a_goal_that_is_met_exactly_is_met(void **state)
{
    const struct sale_terms t = { .tax_mode = TAX_EXCLUSIVE };

    (void)state;
    assert_int_equal(by_formula(&t, 70).net, 100);
    assert_int_equal(plain_price(70, 300000, 0), 100);
    assert_int_equal(plain_price(70, 0, 30), 100);
    assert_int_equal(plain_price(70, 300000, 500000), 500070); /* far above the margin's price */
    assert_int_equal(plain_price(0, 0, 0), 1); /* what costs nothing is not given away */
}

static void tax_is_rounded_up_in_a_price_and_half_up_in_a_charge(void **state)
{
    struct sale_terms t = { .tax_mode = TAX_INCLUSIVE, .tax_ppm = 210000, .ship_charged = 101 };
    const struct price_goal goal = { .landed = 101 };
    int64_t charged = 0, net = 0, price = 0;

    (void)state;
    check_ok(price_charged(&t, 1000, &charged, &f), &f);
    assert_int_equal(charged, 1000 + 101 + 21); /* 21.21 */
    t.ship_charged = 0;
    check_ok(price_by_formula(&t, &goal, &net, &price, &f), &f);
    assert_int_equal(net, 101);
    assert_int_equal(price, 123); /* 122.21 */
    t = eu;
    t.tax_mode = TAX_NONE; /* whatever tax the row still names */
    struct sale_terms untaxed = t;
    untaxed.tax_ppm = 0;
    assert_int_equal(by_formula(&t, 100000).net, by_formula(&untaxed, 100000).net);
    check_ok(margin_basic(3, 1, 0, &net, &f), &f);
    assert_int_equal(net, 666667);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(C_1_a_landed_cost_of_1355_needs_2252_and_asks_2299),
        cmocka_unit_test(C_2_at_2299_a_sale_leaves_718),
        cmocka_unit_test(C_3_at_2252_a_sale_leaves_676),
        cmocka_unit_test(C_4_at_2999_a_sale_leaves_1356),
        cmocka_unit_test(C_5_with_tax_duty_and_a_foreign_bill_2719_is_needed_and_2795_asked),
        cmocka_unit_test(C_6_at_2795_the_net_is_2310_and_a_sale_leaves_731),
        cmocka_unit_test(C_7_at_1995_a_sale_leaves_133_too_little_for_a_listing),
        cmocka_unit_test(C_8_without_the_duty_the_same_sale_leaves_433),
        cmocka_unit_test(C_9_with_two_codes_in_the_parcel_it_loses_167),
        cmocka_unit_test(C_10_sixty_percent_with_forty_percent_returns_is_infeasible),
        cmocka_unit_test(rounded_fee_and_reserve_lift_the_price_past_2299),
        cmocka_unit_test(a_least_contribution_is_reached_too),
        cmocka_unit_test(the_fee_is_paid_on_expected_tax_and_on_shipping),
        cmocka_unit_test(shipping_the_buyer_pays_lowers_the_price_needed),
        cmocka_unit_test(a_market_without_tax_charges_the_price_alone),
        cmocka_unit_test(a_target_cost_below_one_unit_is_unknown),
        cmocka_unit_test(few_orders_hardly_move_the_return_rate_of_the_category),
        cmocka_unit_test(a_supplier_price_is_converted_upwards_an_invoice_half_up),
        cmocka_unit_test(terms_and_amounts_that_make_no_sense_are_refused),
        cmocka_unit_test(a_goal_that_is_met_exactly_is_met),
        cmocka_unit_test(tax_is_rounded_up_in_a_price_and_half_up_in_a_charge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
