/* The judgement about a product, with the project's own examples of cost and price. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "worker/discovery/assess.h"

enum { VARIANTS = 3, MARKETS = 2 };

static struct {
    struct assess_variant variants[VARIANTS];
    struct assess_market markets[MARKETS];
    struct pricing_rule pricing;
    struct assess_inputs in;
} t;

/* Example C-1: goods 8.50, freight 4.20, duty 10 %, fee 2.9 % + 30, returns 6 %, 30 % of them given back, margin 30 %, .99. */
static struct assess_market united_states(void)
{
    return (struct assess_market){
        .country = "US",
        .terms = { .tax_mode = TAX_EXCLUSIVE,
                   .fee_ppm = 29000,
                   .fee_fixed = 30,
                   .return_ppm = 60000,
                   .return_cost = 250,
                   .salvage_ppm = 300000 },
        .duty_known = true,
        .duty = { .ad_valorem_ppm = 100000, .max_value_minor = -1, .currency = "USD" },
        .duty_rate_known = true,
        .duty_max_minor = -1,
        .quote = { .asked = true,
                   .methods = 2,
                   .in_time = true,
                   .method = "CJPacket Ordinary",
                   .usd_minor = 420,
                   .days_min = 7,
                   .days_max = 12,
                   .quoted_us = 1795255200000000,
                   .vid = "V1" },
    };
}

/* Example C-5: goods 6.00, freight 5.10, duty 3.00 EUR, VAT 21 %. */
static struct assess_market netherlands(void)
{
    struct assess_market m = united_states();

    m = (struct assess_market){
        .country = "NL",
        .eu = true,
        .terms = { .tax_mode = TAX_INCLUSIVE,
                   .tax_ppm = 210000,
                   .fee_ppm = 29000,
                   .fee_fixed = 30,
                   .return_ppm = 60000,
                   .return_cost = 250 },
        .duty_known = true,
        .duty = { .fixed_minor = 300, .max_value_minor = 15000, .currency = "EUR" },
        .duty_rate_known = true,
        .duty_fixed_minor = 300,
        .duty_max_minor = 15000,
        .quote = m.quote
    };
    m.quote.usd_minor = 510;
    return m;
}

static void in_euro(void)
{
    t.markets[0] = netherlands();
    (void)str_fit(t.in.currency, sizeof t.in.currency, "EUR");
    t.in.usd_rate_e9 = 900000000;
    t.in.fx_fee_ppm = 15000;
    t.pricing.endings = (struct endings){ .period = 100, .ends = { 95 }, .count = 1 };
    t.variants[0].cost_usd_minor = 600;
}

static int fresh(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    t.variants[0] = (struct assess_variant){ .vid = "V1",
                                             .sku = "SKU-1",
                                             .name = "Brush Black",
                                             .cost_usd_minor = 850,
                                             .weight_g = 140,
                                             .stock = 230 };
    t.markets[0] = united_states();
    t.pricing = (struct pricing_rule){ .name = "settings",
                                       .kind = PRICING_TARGET,
                                       .target_ppm = 300000,
                                       .endings = { .period = 100, .ends = { 99 }, .count = 1 } };
    t.in = (struct assess_inputs){ .variants = t.variants,
                                   .variant_count = 1,
                                   .stock_asked = true,
                                   .markets = t.markets,
                                   .market_count = 1,
                                   .pricing = &t.pricing,
                                   .limits = { .target_ppm = 300000,
                                               .least_margin = 500,
                                               .price_min = 900,
                                               .price_max = 12000,
                                               .stock_min = 20,
                                               .promised_days = 15,
                                               .cost_factor_max = 10 },
                                   .demand = { .velocity_e2 = 350, .return_ppm = 60000 },
                                   .currency = "USD",
                                   .usd_rate_e9 = 1000000000,
                                   .origin = "CN",
                                   .hs_code = "9603909090",
                                   .on_sale = true,
                                   .compliance_rule = "",
                                   .compliance_text = "",
                                   .score_e4 = 825000,
                                   .label = "RISING",
                                   .now_us = 1795255200000000 };
    return 0;
}

static struct assessment judged(void)
{
    struct assessment a = { 0 };
    struct fail f = { 0 };

    if (assess_decide(&t.in, &a, &f) < 0) {
        fail_msg("%s", f.text);
    }
    return a;
}

static void expect(enum assess_verdict verdict, const char *rule)
{
    scoped(assessment_done) struct assessment a = judged();

    assert_string_equal(a.rule, rule);
    assert_int_equal(a.verdict, verdict);
    if (verdict == ASSESS_REJECTED || verdict == ASSESS_NEEDS_DATA) {
        assert_true(strlen(a.text) > 20);
        assert_true(a.check_count > 0);
        assert_false(a.checks[a.check_count - 1].passed);
        assert_int_equal(a.opportunity_e4, ASSESS_UNKNOWN);
    }
}

/* ---- the sums ---- */

static void example_c_1_passes_with_its_numbers(void **state)
{
    (void)state;
    scoped(assessment_done) struct assessment a = judged();
    assert_int_equal(a.verdict, ASSESS_PASS);
    assert_string_equal(a.rule, "PASSED");
    const struct assess_sum *s = &a.variants[0].sums[0];
    assert_int_equal(s->landed, 1355);
    assert_int_equal(s->duty, 85);
    assert_int_equal(s->price, 2299);
    assert_int_equal(s->margin.fee, 97);
    assert_int_equal(s->margin.reserve, 129);
    assert_int_equal(s->margin.contribution, 718);
    assert_int_equal(s->margin.ratio_ppm, 312310);
    assert_int_equal(s->basic_ppm, 447586);
    assert_true(a.variants[0].offered);
    /* 0.825 x 718 */
    assert_int_equal(a.opportunity_e4, 5923500);
}

static void example_c_5_is_reckoned_in_euro(void **state)
{
    (void)state;
    in_euro();
    scoped(assessment_done) struct assessment a = judged();
    const struct assess_sum *s = &a.variants[0].sums[0];
    assert_int_equal(a.verdict, ASSESS_PASS);
    assert_int_equal(s->goods, 540);
    assert_int_equal(s->shipping, 459);
    assert_int_equal(s->fx, 15);
    assert_int_equal(s->duty, 300);
    assert_int_equal(s->landed, 1314);
    assert_int_equal(s->price, 2795);
    assert_int_equal(s->net, 2310);
    assert_int_equal(s->margin.contribution, 731);
    assert_int_equal(s->margin.ratio_ppm, 316450);
}

static void the_dearest_market_sets_the_price(void **state)
{
    (void)state;
    in_euro();
    t.markets[1] = united_states();
    t.markets[1].quote.usd_minor = 120;
    t.in.market_count = 2;
    scoped(assessment_done) struct assessment a = judged();
    const struct assessed_variant *v = &a.variants[0];
    assert_int_equal(a.verdict, ASSESS_PASS);
    assert_true(v->sums[1].wanted < v->sums[0].wanted);
    assert_int_equal(v->price, v->sums[0].wanted);
    assert_int_equal(v->sums[1].price, v->price);
    assert_int_equal(v->price_market, 0);
    assert_int_equal(a.worst_market, 0);
    assert_true(v->sums[1].margin.ratio_ppm > v->sums[0].margin.ratio_ppm);
}

static void vat_that_is_borne_is_a_cost(void **state)
{
    (void)state;
    t.markets[0].import_tax_ppm = 200000;
    scoped(assessment_done) struct assessment a = judged();
    assert_int_equal(a.variants[0].sums[0].import_tax, 271); /* 20 % of 850 + 420 + 85 */
    assert_int_equal(a.variants[0].sums[0].landed, 1355 + 271);
}

static void the_worst_variant_stands_for_the_product(void **state)
{
    (void)state;
    t.variants[1] = t.variants[0];
    t.variants[1].vid = "V2";
    t.variants[1].sku = "SKU-2";
    t.variants[1].cost_usd_minor = 990;
    t.in.variant_count = 2;
    scoped(assessment_done) struct assessment a = judged();
    assert_int_equal(a.verdict, ASSESS_PASS);
    size_t other = 1 - a.worst_variant;
    assert_true(a.variants[a.worst_variant].sums[0].margin.ratio_ppm <=
                a.variants[other].sums[0].margin.ratio_ppm);
}

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

/* ---- what is kept ---- */

static int64_t of(const json_t *row, const char *member)
{
    json_t *value = json_object_get(row, member);

    if (!json_is_integer(value)) {
        fail_msg("%s is no number", member);
    }
    return json_integer_value(value);
}

static void check_sum(const json_t *row)
{
    assert_int_equal(of(row, "goods_minor") + of(row, "shipping_minor") + of(row, "duty_minor") +
                         of(row, "import_tax_minor") + of(row, "broker_minor") +
                         of(row, "fx_minor"),
                     of(row, "landed_minor"));
    assert_int_equal(of(row, "net_minor") - of(row, "landed_minor") - of(row, "fee_minor") -
                         of(row, "reserve_minor"),
                     of(row, "margin_minor"));
    assert_true(of(row, "wanted_minor") <= of(row, "price_minor"));
}

static void the_kept_sum_adds_up_for_every_variant_and_market(void **state)
{
    scoped(json_clear_p) json_t *json = NULL;
    struct fail f;

    (void)state;
    in_euro();
    t.markets[1] = united_states();
    t.in.market_count = 2;
    t.variants[1] = t.variants[0];
    t.variants[1].sku = "SKU-2";
    t.variants[1].cost_usd_minor = 777;
    t.in.variant_count = 2;
    scoped(assessment_done) struct assessment a = judged();
    assert_int_equal(assess_json(&t.in, &a, &json, &f), 0);
    assert_string_equal(json_text(json, "verdict", ""), "pass");
    json_t *variants = json_at(json, "variants");
    assert_int_equal(json_array_size(variants), 2);
    for (size_t i = 0; i < 2; i++) {
        json_t *markets = json_object_get(json_array_get(variants, i), "markets");
        assert_int_equal(json_array_size(markets), 2);
        check_sum(json_array_get(markets, 0));
        check_sum(json_array_get(markets, 1));
    }
    assert_string_equal(json_text(json, "markets.0.duty.hs6", ""), "960390");
    assert_string_equal(json_text(json, "markets.0.quote.method", ""), "CJPacket Ordinary");
    assert_string_equal(json_text(json, "worst.country", ""), "NL");
    assert_int_equal(json_array_size(json_at(json, "gate")), a.check_count);
}

static void what_is_not_known_is_null_and_never_0(void **state)
{
    scoped(json_clear_p) json_t *json = NULL;
    struct fail f;

    (void)state;
    no_weight();
    t.in.score_e4 = ASSESS_UNKNOWN;
    t.in.demand.velocity_e2 = ASSESS_UNKNOWN;
    scoped(assessment_done) struct assessment a = judged();
    assert_int_equal(assess_json(&t.in, &a, &json, &f), 0);
    static const char *const nulls[] = { "variants.0.weight_g",
                                         "variants.0.cost_minor",
                                         "variants.0.price_minor",
                                         "score_e4",
                                         "opportunity_e4",
                                         "demand.listings_per_day_e2",
                                         "worst" };
    for (size_t i = 0; i < COUNT_OF(nulls); i++) {
        assert_null(json_at(json, nulls[i]));
    }
    assert_true(json_is_null(json_object_get(json, "score_e4")));
    assert_string_equal(json_text(json, "rule", ""), "WEIGHT");
    assert_true(strlen(json_text(json, "todo", "")) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(example_c_1_passes_with_its_numbers, fresh),
        cmocka_unit_test_setup(example_c_5_is_reckoned_in_euro, fresh),
        cmocka_unit_test_setup(the_dearest_market_sets_the_price, fresh),
        cmocka_unit_test_setup(vat_that_is_borne_is_a_cost, fresh),
        cmocka_unit_test_setup(the_worst_variant_stands_for_the_product, fresh),
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
        cmocka_unit_test_setup(the_kept_sum_adds_up_for_every_variant_and_market, fresh),
        cmocka_unit_test_setup(what_is_not_known_is_null_and_never_0, fresh),
    };
    return cmocka_run_group_tests_name("discovery.assess", tests, NULL, NULL);
}
