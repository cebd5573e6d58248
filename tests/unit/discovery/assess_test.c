/* The judgement about a product: its sums, by the project's own examples of cost and price, and what is kept of them. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "common/base/json.h"
#include "tests/support/fault/fault.h"
#include "tests/unit/discovery/assess_fixture.h"

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
    assert_non_null(strstr(a.text, "22.99 USD and leaves 7.18 USD (31.23 %) in US"));
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
    t.variants[0].weight_g = ASSESS_UNKNOWN;
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

static void a_lack_of_memory_is_told_and_nothing_is_lost(void **state)
{
    bool fired = true;
    long failed = 0;

    (void)state;
    in_euro();
    t.markets[1] = united_states();
    t.in.market_count = 2;
    for (long at = 0; fired; at++) {
        scoped(assessment_done) struct assessment a = { 0 };
        scoped(json_clear_p) json_t *json = NULL;
        struct fail f = { 0 };
        fault_arm(FAULT_ALLOC, at);
        int result = assess_decide(&t.in, &a, &f);
        result = result < 0 ? -1 : assess_json(&t.in, &a, &json, &f);
        fired = fault_disarm();
        assert_true((result < 0) == fired);
        if (result < 0) {
            assert_int_equal(f.kind, FAIL_LATER);
            failed++;
        }
    }
    assert_true(failed > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(example_c_1_passes_with_its_numbers, fresh),
        cmocka_unit_test_setup(example_c_5_is_reckoned_in_euro, fresh),
        cmocka_unit_test_setup(the_dearest_market_sets_the_price, fresh),
        cmocka_unit_test_setup(vat_that_is_borne_is_a_cost, fresh),
        cmocka_unit_test_setup(the_worst_variant_stands_for_the_product, fresh),
        cmocka_unit_test_setup(the_kept_sum_adds_up_for_every_variant_and_market, fresh),
        cmocka_unit_test_setup(what_is_not_known_is_null_and_never_0, fresh),
        cmocka_unit_test_setup(a_lack_of_memory_is_told_and_nothing_is_lost, fresh),
    };
    return cmocka_run_group_tests_name("discovery.assess", tests, NULL, NULL);
}
