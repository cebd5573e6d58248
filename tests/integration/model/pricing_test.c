/* Terms of markets, the active pricing rule, and its preview over live products. */
#include "tests/integration/model/fixture.h"
#include "tests/unit/base/check.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/model/pricing_apply.h"
#include "common/model/pricing_rule.h"
#include "common/db/db.h"
#include "common/model/settings.h"
#include "sql/model.h"

static struct fixture x;
static struct fail f;

static int clear_all(void **state)
{
    (void)state;
    fixture_clear(&x);
    fixture_sql(&x, "truncate product, pricing_rule, proposal restart identity cascade");
    return 0;
}

static struct settings settings_now(void)
{
    struct settings now;

    check_ok(settings_read(x.db, &now, &f), &f);
    return now;
}

static void set(const char *name, const char *value)
{
    check_ok(settings_write(x.db, settings_find(name), value, "test", &f), &f);
}

/* As an earlier version stored it, which asked for no form. */
static void set_unasked(const char *name, const char *value)
{
    const char *params[] = { name, value, "test" };

    check_ok(db_exec(x.db, &sql_model_setting_put, params, &f), &f);
}

static struct pricing_rule active(void)
{
    struct settings now = settings_now();
    struct pricing_rule rule = { 0 };

    check_ok(pricing_rule_active(x.db, &now, &rule, &f), &f);
    return rule;
}

/* ---- terms ---- */

static void terms_come_from_the_market_and_the_settings(void **state)
{
    struct sale_terms t;
    struct settings now;

    (void)state;
    set("money.salvage_ppm", "300000");
    now = settings_now();
    check_ok(sale_terms_read(x.db, &now, "US", &t, &f), &f);
    assert_int_equal(t.tax_mode, TAX_EXCLUSIVE);
    assert_int_equal(t.tax_ppm, 0);
    assert_int_equal(t.fee_ppm, 29000);
    assert_int_equal(t.fee_fixed, 30);
    assert_int_equal(t.return_ppm, 60000);
    assert_int_equal(t.return_cost, 250);
    assert_int_equal(t.salvage_ppm, 300000);
    assert_int_equal(t.ship_charged, 0);
    check_ok(sale_terms_read(x.db, &now, "NL", &t, &f), &f);
    assert_int_equal(t.tax_mode, TAX_INCLUSIVE);
    assert_int_equal(t.tax_ppm, 210000);
}

static void a_market_nobody_entered_is_missing(void **state)
{
    struct settings now = settings_now();
    struct sale_terms t;

    (void)state;
    check_fails(sale_terms_read(x.db, &now, "JP", &t, &f), &f, FAIL_MISSING);
    assert_non_null(strstr(f.text, "JP"));
}

static void amounts_made_for_dollars_must_be_set_for_yen(void **state)
{
    static const char *const amounts[][2] = {
        { "money.payment_fee_fixed_minor", "40" }, { "money.return_cost_minor", "300" },
        { "money.margin_min_minor", "700" },       { "discovery.price_min_minor", "1200" },
        { "discovery.price_max_minor", "18000" },  { "orders.value_hard_minor", "75000" },
        { "orders.value_soft_minor", "30000" },
    };
    struct settings now = settings_now();

    (void)state;
    check_ok(money_settings_fit(&now, "USD", &f), &f);
    check_ok(money_settings_fit(&now, "EUR", &f), &f);
    for (size_t i = 0; i < COUNT_OF(amounts); i++) {
        check_fails(money_settings_fit(&now, "JPY", &f), &f, FAIL_INPUT);
        assert_string_equal(f.code, "SETTING_CURRENCY");
        set(amounts[i][0], amounts[i][1]);
        now = settings_now();
    }
    check_ok(money_settings_fit(&now, "JPY", &f), &f);
    check_ok(money_settings_fit(&now, "HUF", &f), &f);
}

/* ---- the active rule ---- */

static void without_a_rule_the_settings_are_the_rule(void **state)
{
    struct pricing_rule rule = active();

    (void)state;
    assert_int_equal(rule.id, 0);
    assert_int_equal(rule.kind, PRICING_TARGET);
    assert_int_equal(rule.target_ppm, 300000);
    assert_int_equal(rule.least_margin, 500);
    assert_int_equal(rule.endings.period, 100);
    assert_int_equal(rule.endings.ends[0], 99);
    set("money.endings", "");
    set("money.target_margin_ppm", "350000");
    rule = active();
    assert_int_equal(rule.endings.period, 0);
    assert_int_equal(rule.target_ppm, 350000);
}

static void endings_in_the_settings_that_are_none_are_named(void **state)
{
    struct settings now;
    struct pricing_rule rule;

    (void)state;
    set_unasked("money.endings", "ninety-nine");
    now = settings_now();
    check_fails(pricing_rule_active(x.db, &now, &rule, &f), &f, FAIL_INPUT);
    assert_non_null(strstr(f.text, "money.endings"));
}

static void the_active_rule_is_read_and_others_are_not(void **state)
{
    struct pricing_rule rule;

    (void)state;
    fixture_sql(&x, "insert into pricing_rule (name, kind, spec, active, created_by) values "
                    "('sleeping', 'fixed', '{\"add_minor\": 100}', false, 'test'), "
                    "('times three', 'multiplier', '{\"factor_e3\": 3000, \"endings\": "
                    "\"100:95\"}', true, 'test')");
    rule = active();
    assert_int_equal(rule.id, 2);
    assert_string_equal(rule.name, "times three");
    assert_int_equal(rule.kind, PRICING_MULTIPLIER);
    assert_int_equal(rule.factor_e3, 3000);
    assert_int_equal(rule.endings.ends[0], 95);
    assert_int_equal(rule.least_margin, 500);
}

static void a_stored_rule_that_cannot_be_read_is_named(void **state)
{
    struct settings now = settings_now();
    struct pricing_rule rule;

    (void)state;
    fixture_sql(&x, "insert into pricing_rule (name, kind, spec, active, created_by) values "
                    "('broken', 'multiplier', '{\"factor_e3\": 3}', true, 'test')");
    check_fails(pricing_rule_active(x.db, &now, &rule, &f), &f, FAIL_INPUT);
    assert_non_null(strstr(f.text, "broken"));
    assert_non_null(strstr(f.text, "factor_e3"));
}

/* ---- preview ---- */

static void live(const char *pid, const char *product_state, const char *landed, const char *price)
{
    char sql[400];

    (void)snprintf(
        sql, sizeof sql,
        "insert into product (pid, name, state, landed_minor, price_minor, shop_currency) values "
        "('%s', 'name of %s', '%s', %s, %s, 'USD')",
        pid, pid, product_state, landed, price);
    fixture_sql(&x, sql);
}

static struct pricing_rule rule_of(const char *kind, const char *text)
{
    scoped(json_clear_p) json_t *spec = json_loads(text, 0, NULL);
    struct pricing_rule rule = { 0 };

    check_ok(pricing_rule_parse(kind, spec, &rule, &f), &f);
    return rule;
}

static json_t *preview(const struct pricing_rule *rule, int64_t after, int64_t limit)
{
    scoped(free_p) char *text = NULL;
    json_t *page = NULL;

    check_ok(pricing_preview(x.db, rule, after, limit, &text, &f), &f);
    page = json_loads(text, 0, NULL);
    assert_non_null(page);
    return page;
}

static void check_product(const json_t *page, int at, const char *verdict, const char *says)
{
    char path[60];

    (void)snprintf(path, sizeof path, "products.%d.verdict", at);
    assert_string_equal(json_text(page, path, ""), verdict);
    (void)snprintf(path, sizeof path, "products.%d.text", at);
    if (strstr(json_text(page, path, ""), says) == NULL) {
        fail_msg("'%s' does not say '%s'", json_text(page, path, ""), says);
    }
}

static void a_preview_shows_old_and_new_price_and_margin_and_changes_nothing(void **state)
{
    struct pricing_rule rule =
        rule_of("target_margin", "{\"target_ppm\": 300000, \"endings\": \"100:99\"}");

    (void)state;
    set("money.salvage_ppm", "300000");
    live("a", "listed", "1384", "2299");
    live("b", "on_hold", "1355", "2299");
    live("c", "unlisted", "1355", "2299");
    live("d", "listed", "null", "2299");
    live("e", "listed", "1355", "null");
    scoped(json_clear_p) json_t *page = preview(&rule, 0, 100);
    assert_int_equal(json_array_size(json_at(page, "products")), 4);
    check_product(page, 0, "set", "22.99 to 23.99 USD, margin 29.9 % to");
    assert_int_equal(json_int(page, "products.0.id", 0), 1);
    assert_string_equal(json_text(page, "products.0.name", ""), "name of a");
    assert_int_equal(json_int(page, "products.0.old.minor", 0), 2299);
    assert_int_equal(json_int(page, "products.0.new.minor", 0), 2399);
    assert_string_equal(json_text(page, "products.0.new.currency", ""), "USD");
    assert_int_equal(json_int(page, "products.0.margin_old_ppm", 0), 299696);
    assert_true(json_int(page, "products.0.margin_new_ppm", 0) > 300000);
    check_product(page, 1, "same", "22.99 to 22.99 USD");
    check_product(page, 2, "unknown", "not known");
    assert_null(json_at(page, "products.2.new"));
    assert_null(json_at(page, "products.2.margin_old_ppm"));
    check_product(page, 3, "set", "unknown to 22.99 USD");
    assert_null(json_at(page, "products.3.old"));
    assert_int_equal(json_int(page, "changed", -1), 2);
    assert_int_equal(json_int(page, "infeasible", -1), 0);
    assert_null(json_at(page, "next"));
    assert_string_equal(json_text(page, "rule.kind", ""), "target_margin");
    assert_int_equal(fixture_number(&x, "select count(*) from product where price_minor = 2299"),
                     4);
}

static void a_rule_that_misses_the_gate_says_so(void **state)
{
    struct pricing_rule rule = rule_of("multiplier", "{\"factor_e3\": 1300}");

    (void)state;
    live("a", "listed", "1355", "2299");
    scoped(json_clear_p) json_t *page = preview(&rule, 0, 100);
    check_product(page, 0, "below_gate", "the listing gate asks for 30.0 % and 5.00 a sale");
    assert_int_equal(json_int(page, "products.0.new.minor", 0), 1762);
    assert_int_equal(json_int(page, "changed", -1), 0); /* it keeps its price */
}

static void an_infeasible_margin_has_no_new_price(void **state)
{
    struct pricing_rule rule = rule_of("target_margin", "{\"target_ppm\": 900000}");

    (void)state;
    set("money.return_rate_ppm", "100000");
    live("a", "listed", "1355", "2299");
    scoped(json_clear_p) json_t *page = preview(&rule, 0, 100);
    check_product(page, 0, "infeasible", "no price reaches");
    assert_null(json_at(page, "products.0.new"));
    assert_int_equal(json_int(page, "infeasible", -1), 1);
    assert_int_equal(json_int(page, "changed", -1), 0);
}

static void the_dearest_market_makes_the_price_and_the_worst_the_margin(void **state)
{
    struct pricing_rule rule =
        rule_of("target_margin", "{\"target_ppm\": 300000, \"endings\": \"100:99\"}");

    (void)state;
    set("discovery.markets", "US, NL");
    live("a", "listed", "1314", "2299");
    scoped(json_clear_p) json_t *page = preview(&rule, 0, 100);
    assert_int_equal(json_int(page, "products.0.new.minor", 0), 2799); /* with 21 % VAT in it */
    check_product(page, 0, "set", "27.99 USD");
    assert_true(json_int(page, "products.0.margin_new_ppm", 0) >= 300000);
    assert_true(json_int(page, "products.0.margin_old_ppm", 0) < 200000);
}

static void markets_that_are_none_are_refused(void **state)
{
    struct pricing_rule rule = rule_of("multiplier", "{\"factor_e3\": 2500}");
    char *text = NULL;

    (void)state;
    set_unasked("discovery.markets", "US,USA");
    check_fails(pricing_preview(x.db, &rule, 0, 10, &text, &f), &f, FAIL_INPUT);
    set_unasked("discovery.markets", ", ");
    check_fails(pricing_preview(x.db, &rule, 0, 10, &text, &f), &f, FAIL_INPUT);
    set("discovery.markets", "US,JP");
    check_fails(pricing_preview(x.db, &rule, 0, 10, &text, &f), &f, FAIL_INPUT);
    assert_non_null(strstr(f.text, "discovery.markets: 'JP' is no market"));
    set("discovery.markets", "US");
    check_fails(pricing_preview(x.db, &rule, 0, 0, &text, &f), &f, FAIL_INPUT);
    check_fails(pricing_preview(x.db, &rule, 0, 501, &text, &f), &f, FAIL_INPUT);
}

static void pages_follow_one_another_without_gap(void **state)
{
    struct pricing_rule rule = rule_of("multiplier", "{\"factor_e3\": 2500}");
    int64_t after = 0, seen = 0, pages = 0;

    (void)state;
    fixture_sql(
        &x, "insert into product (pid, name, state, landed_minor, price_minor, shop_currency) "
            "select 'p' || n, 'thing', 'listed', 1000, 2000, 'USD' from generate_series(1, 25) n");
    do {
        scoped(json_clear_p) json_t *page = preview(&rule, after, 10);

        seen += (int64_t)json_array_size(json_at(page, "products"));
        after = json_int(page, "next", 0);
        pages++;
    } while (after > 0 && pages < 9);
    assert_int_equal(seen, 25);
    assert_int_equal(pages, 3);
}

/* ---- bringing a rule to the products ---- */

static void a_rule_that_counts_no_more_is_brought_to_nobody(void **state)
{
    struct pricing_rule rule = rule_of("multiplier", "{\"factor_e3\": 2500}");
    int64_t products = -1;

    (void)state;
    live("a", "listed", "1355", "2299");
    fixture_sql(&x, "insert into pricing_rule (name, kind, spec, active, created_by) values "
                    "('first', 'multiplier', '{\"factor_e3\": 2500}', false, 'test'), "
                    "('second', 'fixed', '{\"add_minor\": 1500}', true, 'test')");
    rule.id = 1;
    check_fails(pricing_apply(x.db, &rule, "test", &products, &f), &f, FAIL_CONFLICT);
    rule.id = 0; /* as the settings */
    check_fails(pricing_apply(x.db, &rule, "test", &products, &f), &f, FAIL_CONFLICT);
    assert_int_equal(products, 0);
    assert_int_equal(fixture_number(&x, "select (select count(*) from outbox) + "
                                        "(select count(*) from product where next_job is not "
                                        "null)"),
                     0);
    rule.id = 2;
    check_ok(pricing_apply(x.db, &rule, "test", &products, &f), &f);
    assert_int_equal(products, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(terms_come_from_the_market_and_the_settings, clear_all),
        cmocka_unit_test_setup(a_market_nobody_entered_is_missing, clear_all),
        cmocka_unit_test_setup(amounts_made_for_dollars_must_be_set_for_yen, clear_all),
        cmocka_unit_test_setup(without_a_rule_the_settings_are_the_rule, clear_all),
        cmocka_unit_test_setup(endings_in_the_settings_that_are_none_are_named, clear_all),
        cmocka_unit_test_setup(the_active_rule_is_read_and_others_are_not, clear_all),
        cmocka_unit_test_setup(a_stored_rule_that_cannot_be_read_is_named, clear_all),
        cmocka_unit_test_setup(a_preview_shows_old_and_new_price_and_margin_and_changes_nothing,
                               clear_all),
        cmocka_unit_test_setup(a_rule_that_misses_the_gate_says_so, clear_all),
        cmocka_unit_test_setup(an_infeasible_margin_has_no_new_price, clear_all),
        cmocka_unit_test_setup(the_dearest_market_makes_the_price_and_the_worst_the_margin,
                               clear_all),
        cmocka_unit_test_setup(markets_that_are_none_are_refused, clear_all),
        cmocka_unit_test_setup(pages_follow_one_another_without_gap, clear_all),
        cmocka_unit_test_setup(a_rule_that_counts_no_more_is_brought_to_nobody, clear_all),
    };

    fixture_open(&x);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_close(&x);
    return failed;
}
