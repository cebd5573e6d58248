/* Rules as they come from outside, and the prices they give. */
#include "tests/unit/base/check.h"

#include <string.h>

#include "common/base/json.h"
#include "common/model/pricing_rule.h"

static struct fail f;

static const struct sale_terms us = { .tax_mode = TAX_EXCLUSIVE,
                                      .fee_ppm = 29000,
                                      .fee_fixed = 30,
                                      .return_ppm = 60000,
                                      .return_cost = 250,
                                      .salvage_ppm = 300000 };

static int read_rule(const char *kind, const char *text, struct pricing_rule *ret)
{
    scoped(json_clear_p) json_t *spec = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(spec);
    return pricing_rule_parse(kind, spec, ret, &f);
}

static int64_t price(const char *kind, const char *text, int64_t landed)
{
    struct pricing_rule rule;
    int64_t minor = 0;

    check_ok(read_rule(kind, text, &rule), &f);
    check_ok(pricing_rule_price(&rule, &us, landed, &minor, &f), &f);
    return minor;
}

static void a_multiplier_multiplies_and_rounds_up(void **state)
{
    (void)state;
    assert_int_equal(price("multiplier", "{\"factor_e3\": 2500}", 1355), 3388);
    assert_int_equal(price("multiplier", "{\"factor_e3\": 1001}", 101), 102); /* 101.101 */
    assert_int_equal(price("multiplier", "{\"factor_e3\": 2500, \"endings\": \"100:99\"}", 1355),
                     3399);
    assert_int_equal(price("multiplier", "{\"factor_e3\": 1000, \"endings\": \"\"}", 1355), 1355);
}

static void a_fixed_rule_adds(void **state)
{
    (void)state;
    assert_int_equal(price("fixed", "{\"add_minor\": 1500}", 1355), 2855);
    assert_int_equal(price("fixed", "{\"add_minor\": 0, \"endings\": \"100:95\"}", 1355), 1395);
}

static void a_tier_holds_up_to_its_cost_and_the_last_for_all_above(void **state)
{
    static const char *const tiers =
        "{\"tiers\": [{\"up_to_minor\": 1000, \"factor_e3\": 3000},"
        " {\"up_to_minor\": 2000, \"factor_e3\": 2500}, {\"factor_e3\": 2000}]}";

    (void)state;
    assert_int_equal(price("tiers", tiers, 0), 0);
    assert_int_equal(price("tiers", tiers, 1000), 3000);
    assert_int_equal(price("tiers", tiers, 1001), 2503);
    assert_int_equal(price("tiers", tiers, 2000), 5000);
    assert_int_equal(price("tiers", tiers, 2001), 4002);
    assert_int_equal(price("tiers", "{\"tiers\": [{\"factor_e3\": 2000}]}", 7), 14);
}

static void a_target_margin_gives_the_price_of_the_formula(void **state)
{
    struct pricing_rule rule;
    struct sale_terms t = us;
    int64_t minor = -7;

    (void)state;
    assert_int_equal(
        price("target_margin", "{\"target_ppm\": 300000, \"endings\": \"100:99\"}", 1355), 2299);
    check_ok(read_rule("target_margin", "{\"target_ppm\": 600000}", &rule), &f);
    t.return_ppm = 400000;
    assert_int_equal(pricing_rule_price(&rule, &t, 1355, &minor, &f), 1);
    assert_int_equal(minor, -7);
    rule.target_ppm = 0;
    rule.least_margin = 5000;
    check_ok(pricing_rule_price(&rule, &us, 1355, &minor, &f), &f);
    assert_true(minor > 6000);
}

static void what_is_no_rule_is_refused_by_the_name_of_its_member(void **state)
{
    static const struct {
        const char *kind, *spec, *says;
    } rows[] = {
        { "markup", "{}", "markup" },
        { "multiplier", "[]", "object" },
        { "multiplier", "{}", "factor_e3" },
        { "multiplier", "{\"factor_e3\": 999}", "1000 to 100000" },
        { "multiplier", "{\"factor_e3\": 100001}", "1000 to 100000" },
        { "multiplier", "{\"factor_e3\": \"2500\"}", "factor_e3" },
        { "multiplier", "{\"factor_e3\": 2.5}", "factor_e3" },
        { "multiplier", "{\"factor_e3\": 2500, \"endings\": 99}", "endings" },
        { "multiplier", "{\"factor_e3\": 2500, \"endings\": \"100\"}", "PERIOD" },
        { "multiplier", "{\"factor_e3\": 2500, \"add_minor\": 3}", "add_minor" },
        { "fixed", "{\"add_minor\": -1}", "add_minor" },
        { "fixed", "{\"add_minor\": null}", "add_minor" },
        { "target_margin", "{\"target_ppm\": 900001}", "target_ppm" },
        { "tiers", "{\"tiers\": []}", "1 to 16" },
        { "tiers", "{\"tiers\": {}}", "1 to 16" },
        { "tiers", "{\"tiers\": [3]}", "object" },
        { "tiers", "{\"tiers\": [{\"factor_e3\": 2000, \"up_to_minor\": 5}]}", "last tier" },
        { "tiers", "{\"tiers\": [{\"factor_e3\": 2000}, {\"factor_e3\": 2000}]}", "up_to_minor" },
        { "tiers",
          "{\"tiers\": [{\"factor_e3\": 2000, \"up_to_minor\": 5},"
          " {\"factor_e3\": 2000, \"up_to_minor\": 5}, {\"factor_e3\": 2000}]}",
          "from 6" },
        { "tiers", "{\"tiers\": [{\"factor_e3\": 2000, \"below\": 5}, {\"factor_e3\": 2000}]}",
          "below" },
    };
    struct pricing_rule rule = { .id = 77 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check_fails(read_rule(rows[i].kind, rows[i].spec, &rule), &f, FAIL_INPUT);
        if (strstr(f.text, rows[i].says) == NULL) {
            fail_msg("'%s' does not say '%s'", f.text, rows[i].says);
        }
        assert_int_equal(rule.id, 77);
    }
}

static void sixteen_tiers_are_the_most(void **state)
{
    scoped(json_clear_p) json_t *spec = json_pack("{s:[]}", "tiers");
    json_t *tiers = json_object_get(spec, "tiers");
    struct pricing_rule rule;

    (void)state;
    for (int i = 1; i < PRICING_TIERS_MAX; i++) {
        json_array_append_new(tiers, json_pack("{s:i,s:i}", "up_to_minor", i, "factor_e3", 2000));
    }
    json_array_append_new(tiers, json_pack("{s:i}", "factor_e3", 2000));
    check_ok(pricing_rule_parse("tiers", spec, &rule, &f), &f);
    assert_int_equal(rule.tier_count, PRICING_TIERS_MAX);
    json_array_insert_new(tiers, 0, json_pack("{s:i,s:i}", "up_to_minor", 0, "factor_e3", 2000));
    check_fails(pricing_rule_parse("tiers", spec, &rule, &f), &f, FAIL_INPUT);
}

static void kinds_are_named_as_the_table_stores_them(void **state)
{
    (void)state;
    assert_string_equal(pricing_kind_name(PRICING_MULTIPLIER), "multiplier");
    assert_string_equal(pricing_kind_name(PRICING_FIXED), "fixed");
    assert_string_equal(pricing_kind_name(PRICING_TIERS), "tiers");
    assert_string_equal(pricing_kind_name(PRICING_TARGET), "target_margin");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_multiplier_multiplies_and_rounds_up),
        cmocka_unit_test(a_fixed_rule_adds),
        cmocka_unit_test(a_tier_holds_up_to_its_cost_and_the_last_for_all_above),
        cmocka_unit_test(a_target_margin_gives_the_price_of_the_formula),
        cmocka_unit_test(what_is_no_rule_is_refused_by_the_name_of_its_member),
        cmocka_unit_test(sixteen_tiers_are_the_most),
        cmocka_unit_test(kinds_are_named_as_the_table_stores_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
