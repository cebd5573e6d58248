/* The judgement about a product: what is missing, what forbids it, what is asked for. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "common/base/json.h"
#include "tests/unit/discovery/assess_fixture.h"

/* ---- what is missing ---- */

static void no_price(void)
{
    t.variants[0].cost_usd_minor = ASSESS_UNKNOWN;
}
static void one_cent(void)
{
    t.variants[0].cost_usd_minor = 1;
}
static void no_weight(void)
{
    t.variants[0].weight_g = ASSESS_UNKNOWN;
}
static void zero_weight(void)
{
    t.variants[0].weight_g = 0;
}
static void ambiguous_key(void)
{
    t.variants[0].key_ambiguous = true;
}
static void same_sku(void)
{
    t.variants[1] = t.variants[0];
    t.in.variant_count = 2;
}
static void no_sku(void)
{
    t.variants[0].sku = "";
}
static void no_variants(void)
{
    t.in.variant_count = 0;
}
static void no_code(void)
{
    t.in.hs_code = "";
}
static void short_code(void)
{
    t.in.hs_code = "9603";
}
static void no_duty(void)
{
    t.markets[0].duty_known = false;
}
static void no_duty_rate(void)
{
    t.markets[0].duty_rate_known = false;
}
static void no_rate(void)
{
    t.in.usd_rate_e9 = ASSESS_UNKNOWN;
}
static void no_stock_told(void)
{
    t.variants[0].stock = ASSESS_UNKNOWN;
}
static void above_duty_rule(void)
{
    t.markets[0].duty_max_minor = 849;
}

static void what_is_missing_is_named_with_what_to_do(void **state)
{
    static const struct {
        void (*break_it)(void);
        const char *rule;
    } cases[] = {
        { no_price, "PRICE_UNREADABLE" },
        { one_cent, "COST_MISREAD" },
        { no_weight, "WEIGHT" },
        { zero_weight, "WEIGHT" },
        { ambiguous_key, "VARIANT_KEY" },
        { same_sku, "SKU" },
        { no_sku, "SKU" },
        { no_variants, "NO_VARIANTS" },
        { no_code, "HS_CODE" },
        { short_code, "HS_CODE" },
        { no_duty, "DUTY_RULE" },
        { no_duty_rate, "RATE" },
        { no_rate, "RATE" },
        { no_stock_told, "STOCK_UNKNOWN" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        (void)fresh(state);
        cases[i].break_it();
        expect(ASSESS_NEEDS_DATA, cases[i].rule);
        scoped(assessment_done) struct assessment a = judged();
        assert_true(strlen(a.todo) > 10);
    }
}

static void goods_above_the_duty_rule_need_another_rule(void **state)
{
    (void)state;
    above_duty_rule();
    scoped(assessment_done) struct assessment a = judged();
    assert_int_equal(a.verdict, ASSESS_NEEDS_DATA);
    assert_string_equal(a.rule, "DUTY_RULE");
    assert_true(strlen(a.todo) > 10);
    t.markets[0].duty_max_minor = 850;
    scoped(assessment_done) struct assessment b = judged();
    assert_int_equal(b.verdict, ASSESS_PASS);
}

/* ---- what forbids ---- */

static void off_sale(void)
{
    t.in.on_sale = false;
}
static void branded(void)
{
    t.in.compliance = ASSESS_BLOCKED;
    t.in.compliance_rule = "BRAND";
    t.in.compliance_text = "'Nike' in the name is a brand.";
}
static void low_stock(void)
{
    t.variants[0].stock = 19;
}
static void no_method(void)
{
    t.markets[0].quote = (struct assess_quote){ .asked = true };
}
static void slow(void)
{
    t.markets[0].quote.days_max = 16;
    t.markets[0].quote.in_time = false;
}
static void too_cheap(void)
{
    t.in.limits.price_min = 2300;
}
static void too_dear(void)
{
    t.in.limits.price_max = 2298;
}
static void misread_cost(void)
{
    t.variants[0].cost_usd_minor = 90;
}
static void thin_rule(void)
{
    t.pricing.kind = PRICING_MULTIPLIER;
    t.pricing.factor_e3 = 1300;
}
static void thick_rule(void)
{
    t.pricing.target_ppm = 950000;
}
static void high_contribution(void)
{
    t.in.limits.least_margin = 719;
}
static void unwanted(void)
{
    t.in.limits.velocity_min_e2 = 351;
}
static void unknown_demand(void)
{
    t.in.limits.velocity_min_e2 = 1;
    t.in.demand.velocity_e2 = ASSESS_UNKNOWN;
}

static void every_rejection_has_rule_numbers_and_sentence(void **state)
{
    static const struct {
        void (*break_it)(void);
        const char *rule;
        int64_t value, limit;
    } cases[] = {
        { off_sale, "OFF_SALE", ASSESS_UNKNOWN, ASSESS_UNKNOWN },
        { branded, "BRAND", ASSESS_UNKNOWN, ASSESS_UNKNOWN },
        { low_stock, "STOCK", 19, 20 },
        { no_method, "NO_QUOTE", ASSESS_UNKNOWN, 15 },
        { slow, "TRANSIT", 16, 15 },
        { too_cheap, "PRICE_LOW", 2299, 2300 },
        { too_dear, "PRICE_HIGH", 2299, 2298 },
        { misread_cost, "PRICE_PER_COST", 1110, 1000 },
        { thin_rule, "MARGIN", 146192, 300000 },
        { thick_rule, "INFEASIBLE", ASSESS_UNKNOWN, ASSESS_UNKNOWN },
        { high_contribution, "CONTRIBUTION", 718, 719 },
        { unwanted, "DEMAND", 350, 351 },
        { unknown_demand, "DEMAND", ASSESS_UNKNOWN, 1 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        (void)fresh(state);
        cases[i].break_it();
        expect(ASSESS_REJECTED, cases[i].rule);
        scoped(assessment_done) struct assessment a = judged();
        const struct assess_check *last = &a.checks[a.check_count - 1];
        assert_int_equal(last->value, cases[i].value);
        assert_int_equal(last->limit, cases[i].limit);
        assert_true(strlen(last->text) > 10);
    }
}

static void own_orders_stand_before_listings(void **state)
{
    (void)state;
    unknown_demand();
    t.in.demand.orders = 3;
    scoped(assessment_done) struct assessment a = judged();
    assert_int_equal(a.verdict, ASSESS_PASS);
}

static void a_restricted_product_passes_and_says_so(void **state)
{
    (void)state;
    t.in.compliance = ASSESS_RESTRICTED;
    t.in.compliance_rule = "RESTRICTED";
    t.in.compliance_text = "Cosmetics need a person.";
    scoped(assessment_done) struct assessment a = judged();
    scoped(json_clear_p) json_t *json = NULL;
    struct fail f;
    assert_int_equal(a.verdict, ASSESS_PASS);
    assert_int_equal(assess_json(&t.in, &a, &json, &f), 0);
    assert_string_equal(json_text(json, "restricted.rule", ""), "RESTRICTED");
}

static void a_variant_without_stock_is_left_out_and_the_others_sell(void **state)
{
    (void)state;
    t.variants[1] = t.variants[0];
    t.variants[1].vid = "V2";
    t.variants[1].sku = "SKU-2";
    t.variants[1].stock = 3;
    t.variants[2] = t.variants[1];
    t.variants[2].vid = "V3";
    t.variants[2].sku = "SKU-3";
    t.variants[2].stock = ASSESS_UNKNOWN;
    t.in.variant_count = 3;
    scoped(assessment_done) struct assessment a = judged();
    assert_int_equal(a.verdict, ASSESS_PASS);
    assert_true(a.variants[0].offered);
    assert_false(a.variants[1].offered);
    assert_string_equal(a.variants[1].rule, "STOCK");
    assert_string_equal(a.variants[2].rule, "STOCK_UNKNOWN");
    assert_null(a.variants[1].sums);
}

static void a_variant_that_fails_the_gate_is_left_out(void **state)
{
    (void)state;
    t.variants[1] = t.variants[0];
    t.variants[1].vid = "V2";
    t.variants[1].sku = "SKU-2";
    t.variants[1].cost_usd_minor = 20000;
    t.in.variant_count = 2;
    scoped(assessment_done) struct assessment a = judged();
    assert_int_equal(a.verdict, ASSESS_PASS);
    assert_string_equal(a.variants[1].rule, "PRICE_HIGH");
    assert_false(a.variants[1].offered);
    assert_int_equal(a.worst_variant, 0);
}

/* ---- what is asked for ---- */

static void nothing_is_asked_for_what_is_forbidden(void **state)
{
    (void)state;
    t.in.stock_asked = false;
    t.markets[0].quote = (struct assess_quote){ 0 };
    branded();
    expect(ASSESS_REJECTED, "BRAND");
    (void)fresh(state);
    t.in.stock_asked = false;
    no_code();
    expect(ASSESS_NEEDS_DATA, "HS_CODE");
}

static void stock_is_asked_for_first_then_quotes(void **state)
{
    (void)state;
    t.in.stock_asked = false;
    t.markets[0].quote = (struct assess_quote){ 0 };
    expect(ASSESS_MORE_STOCK, "");
    t.in.stock_asked = true;
    expect(ASSESS_MORE_QUOTES, "");
    low_stock();
    expect(ASSESS_REJECTED, "STOCK");
}

static void the_cheapest_method_in_time_is_chosen(void **state)
{
    const struct assess_method methods[] = {
        { "untold", 100, -1, -1 },
        { "slow", 200, 20, 30 },
        { "post", 420, 7, 12 },
        { "express", 1900, 3, 5 },
    };
    struct assess_quote q;

    (void)state;
    assess_choose_method(methods, COUNT_OF(methods), 15, &q);
    assert_string_equal(q.method, "post");
    assert_true(q.in_time);
    assess_choose_method(methods, COUNT_OF(methods), 4, &q);
    assert_string_equal(q.method, "express"); /* the fastest, to say how long it takes */
    assert_false(q.in_time);
    assess_choose_method(methods, 1, 15, &q);
    assert_false(q.in_time);
    assess_choose_method(NULL, 0, 15, &q);
    assert_true(q.asked);
    assert_int_equal(q.methods, 0);
}

static void the_heaviest_in_stock_is_quoted(void **state)
{
    const struct assess_variant variants[] = {
        { .vid = "light", .weight_g = 100, .cost_usd_minor = 900, .stock = 50 },
        { .vid = "heavy", .weight_g = 200, .cost_usd_minor = 100, .stock = 50 },
        { .vid = "dear", .weight_g = 200, .cost_usd_minor = 300, .stock = 50 },
        { .vid = "none", .weight_g = 900, .cost_usd_minor = 300, .stock = 0 },
    };

    (void)state;
    assert_int_equal(assess_representative(variants, COUNT_OF(variants), 20), 2);
    assert_int_equal(assess_representative(variants, COUNT_OF(variants), 1000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_missing_is_named_with_what_to_do, fresh),
        cmocka_unit_test_setup(goods_above_the_duty_rule_need_another_rule, fresh),
        cmocka_unit_test_setup(every_rejection_has_rule_numbers_and_sentence, fresh),
        cmocka_unit_test_setup(own_orders_stand_before_listings, fresh),
        cmocka_unit_test_setup(a_restricted_product_passes_and_says_so, fresh),
        cmocka_unit_test_setup(a_variant_without_stock_is_left_out_and_the_others_sell, fresh),
        cmocka_unit_test_setup(a_variant_that_fails_the_gate_is_left_out, fresh),
        cmocka_unit_test_setup(nothing_is_asked_for_what_is_forbidden, fresh),
        cmocka_unit_test_setup(stock_is_asked_for_first_then_quotes, fresh),
        cmocka_unit_test_setup(the_cheapest_method_in_time_is_chosen, fresh),
        cmocka_unit_test_setup(the_heaviest_in_stock_is_quoted, fresh),
    };
    return cmocka_run_group_tests_name("discovery.assess_gate", tests, NULL, NULL);
}
