/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "tests/unit/discovery/assess_fixture.h"

#include <string.h>

#include "common/base/str.h"

struct assess_fixture t;

struct assess_market united_states(void)
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

struct assess_market netherlands(void)
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

void in_euro(void)
{
    t.markets[0] = netherlands();
    (void)str_fit(t.in.currency, sizeof t.in.currency, "EUR");
    t.in.usd_rate_e9 = 900000000;
    t.in.fx_fee_ppm = 15000;
    t.pricing.endings = (struct endings){ .period = 100, .ends = { 95 }, .count = 1 };
    t.variants[0].cost_usd_minor = 600;
}

int fresh(void **state)
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

struct assessment judged(void)
{
    struct assessment a = { 0 };
    struct fail f = { 0 };

    if (assess_decide(&t.in, &a, &f) < 0) {
        fail_msg("%s", f.text);
    }
    return a;
}

void expect(enum assess_verdict verdict, const char *rule)
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
