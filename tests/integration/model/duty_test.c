/* The dated duties: which row holds for a market and a day, and the vectors C-8 and C-9 by them. */
#include "tests/integration/model/fixture.h"
#include "tests/unit/base/check.h"

#include <pthread.h>
#include <string.h>

#include "common/model/duty.h"
#include "common/model/duty_rules.h"
#include "common/model/landed.h"
#include "common/model/price.h"

static struct fixture x;
static struct fail f;

static int forget_added(void **state)
{
    (void)state;
    fixture_sql(&x, "delete from duty_rule where source like 'test%'");
    return 0;
}

static struct duty_rule held(const char *dest, const char *day)
{
    struct duty_rule rule = { 0 };

    assert_int_equal(duty_rule_find(x.db, dest, "CN", day, &rule, &f), 0);
    return rule;
}

/* CM at 19.95 EUR with 21 % VAT of goods at 5.40 and shipping at 4.59, by the rule of a day. */
static int64_t contribution(const char *day, int64_t hs6_count)
{
    const struct sale_terms eu = { .tax_mode = TAX_INCLUSIVE,
                                   .tax_ppm = 210000,
                                   .fee_ppm = 29000,
                                   .fee_fixed = 30,
                                   .return_ppm = 60000,
                                   .return_cost = 250 };
    struct landed_parts parts = { .price = 540, .shipping = 459, .fx_fee_ppm = 15000 };
    struct duty_rule rule = held("NL", day);
    const struct duty_case d = { .fixed_in_shop = rule.fixed_minor,
                                 .ad_valorem_ppm = rule.ad_valorem_ppm,
                                 .max_in_shop = rule.max_value_minor,
                                 .customs_value = 540,
                                 .hs6_count = hs6_count };
    struct margin m = { 0 };
    int64_t landed = 0;

    assert_int_equal(duty_of(&d, &parts.duty, &f), 0);
    check_ok(landed_cost(&parts, &landed, &f), &f);
    check_ok(price_margin(&eu, 1995, landed, &m, &f), &f);
    return m.contribution;
}

static void C_7_the_rule_since_july_2026_leaves_133(void **state)
{
    (void)state;
    assert_int_equal(contribution("2026-07-01", 1), 133);
}

static void C_8_the_rule_before_leaves_433(void **state)
{
    (void)state;
    assert_int_equal(contribution("2026-06-30", 1), 433);
}

static void C_9_two_codes_in_the_parcel_lose_167(void **state)
{
    (void)state;
    assert_int_equal(contribution("2026-07-01", 2), -167);
}

static void both_days_of_a_rule_belong_to_it(void **state)
{
    struct duty_rule before = held("DE", "2026-06-30"), since = held("DE", "2026-07-01");

    (void)state;
    assert_int_equal(before.fixed_minor, 0);
    assert_int_equal(since.fixed_minor, 300);
    assert_int_equal(since.ad_valorem_ppm, 0);
    assert_int_equal(since.max_value_minor, 15000);
    assert_string_equal(since.currency, "EUR");
    assert_int_equal(held("DE", "2021-07-01").fixed_minor, 0);
}

static void outside_every_rule_nothing_is_known(void **state)
{
    struct duty_rule rule;

    (void)state;
    assert_int_equal(duty_rule_find(x.db, "DE", "CN", "2021-06-30", &rule, &f), 1);
    assert_int_equal(duty_rule_find(x.db, "DE", "VN", "2026-07-01", &rule, &f), 1);
    assert_int_equal(duty_rule_find(x.db, "GB", "CN", "2026-07-01", &rule, &f),
                     1); /* not in the EU */
    assert_int_equal(duty_rule_find(x.db, "JP", "CN", "2026-07-01", &rule, &f), 1); /* no market */
}

static void an_expired_rule_is_none(void **state)
{
    struct duty_rule rule;

    (void)state;
    fixture_sql(&x, "insert into duty_rule (dest, origin, valid_from, valid_to, ad_valorem_ppm, "
                    "currency, source) "
                    "values ('GB', 'CN', '2026-01-01', '2026-03-31', 25000, 'GBP', 'test')");
    assert_int_equal(held("GB", "2026-03-31").ad_valorem_ppm, 25000);
    assert_int_equal(held("GB", "2026-03-31").max_value_minor, -1);
    assert_int_equal(duty_rule_find(x.db, "GB", "CN", "2026-04-01", &rule, &f), 1);
}

static void a_market_of_its_own_comes_before_the_union(void **state)
{
    (void)state;
    fixture_sql(&x,
                "insert into duty_rule (dest, origin, valid_from, fixed_minor, currency, source) "
                "values ('IT', 'CN', '2026-01-01', 500, 'EUR', 'test')");
    assert_int_equal(held("IT", "2026-08-01").fixed_minor, 500);
    assert_int_equal(held("FR", "2026-08-01").fixed_minor, 300);
    assert_int_equal(held("IT", "2025-12-31").fixed_minor, 0); /* before its own: the union's */
}

static void of_two_that_hold_the_later_counts(void **state)
{
    (void)state;
    fixture_sql(&x,
                "insert into duty_rule (dest, origin, valid_from, fixed_minor, currency, source) "
                "values ('EU', 'CN', '2026-10-01', 400, 'EUR', 'test')");
    assert_int_equal(held("FR", "2026-09-30").fixed_minor, 300);
    assert_int_equal(held("FR", "2026-10-01").fixed_minor, 400);
}

static void without_a_day_today_counts(void **state)
{
    (void)state;
    fixture_sql(
        &x,
        "insert into duty_rule (dest, origin, valid_from, valid_to, fixed_minor, currency, source) "
        "select 'US', 'CN', day, day, 77, 'USD', 'test' from (select (now() at time zone "
        "'utc')::date as day) t");
    assert_int_equal(held("US", NULL).fixed_minor, 77);
}

static void a_day_that_is_none_is_refused(void **state)
{
    struct duty_rule rule;

    (void)state;
    check_fails(duty_rule_find(x.db, "DE", "CN", "2026-02-30", &rule, &f), &f, FAIL_INPUT);
    check_fails(duty_rule_find(x.db, "DE", "CN", "soon", &rule, &f), &f, FAIL_INPUT);
}

/* ---- as people enter them ---- */

static void a_duty_of_the_past_does_not_outlive_the_next(void **state)
{
    (void)state;
    struct duty_new rule = { .dest = "US",
                             .origin = "CN",
                             .from = "2026-03-01",
                             .currency = "USD",
                             .ad_valorem_ppm = 100000,
                             .max_value_minor = -1,
                             .source = "test" };

    assert_int_equal(duty_rule_set(x.db, &rule, "t", &f), 0);
    rule.from = "2026-01-01";
    assert_int_equal(duty_rule_set(x.db, &rule, "t", &f), 0);
    assert_int_equal(fixture_number(&x, "select count(*) from duty_rule where dest = 'US' and "
                                        "valid_from = '2026-01-01' and valid_to = '2026-02-28'"),
                     1);
    assert_int_equal(fixture_number(&x, "select count(*) from duty_rule where dest = 'US' and "
                                        "valid_to is null"),
                     1);
    rule.from = "2026-02-29";
    assert_int_equal(duty_rule_set(x.db, &rule, "t", &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
}

static void the_last_word_about_a_day_holds_in_whatever_currency(void **state)
{
    (void)state;
    struct duty_rule rule_held;
    struct duty_new rule = { .dest = "US",
                             .origin = "CN",
                             .from = "2026-03-01",
                             .currency = "USD",
                             .fixed_minor = 100,
                             .max_value_minor = -1,
                             .source = "test" };

    assert_int_equal(duty_rule_set(x.db, &rule, "t", &f), 0);
    rule.currency = "EUR";
    assert_int_equal(duty_rule_set(x.db, &rule, "t", &f), 0);
    rule.currency = "USD";
    rule.fixed_minor = 300;
    assert_int_equal(duty_rule_set(x.db, &rule, "t", &f), 0);
    assert_int_equal(duty_rule_find(x.db, "US", "CN", "2026-03-01", &rule_held, &f), 0);
    assert_string_equal(rule_held.currency, "USD");
    assert_int_equal(rule_held.fixed_minor, 300);
    assert_int_equal(fixture_number(&x, "select count(*) from duty_rule where dest = 'US'"), 1);
}

/* ---- two duties at once ---- */

static void *set_duty(void *from)
{
    struct duty_new rule = { .dest = "US",
                             .origin = "CN",
                             .from = from,
                             .currency = "USD",
                             .max_value_minor = -1,
                             .source = "test" };
    scoped(db_close_p) struct db *db = NULL;
    struct fail why;

    if (db_open(fixture_database_url(), "test", &db, &why) == 0) {
        (void)!duty_rule_set(db, &rule, "t", &why); /* the rows tell */
    }
    return NULL;
}

static void of_duties_set_at_once_each_ends_before_the_next(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        static char days[4][11] = { "2026-01-01", "2026-03-01", "2026-05-01", "2026-07-01" };
        pthread_t threads[4];

        fixture_sql(&x, "delete from duty_rule where dest = 'US'");
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, set_duty, days[i]), 0);
        }
        for (size_t i = 0; i < 4; i++) {
            pthread_join(threads[i], NULL);
        }
        assert_int_equal(fixture_number(&x,
                                        "select count(*) from (select valid_to, lead(valid_from) "
                                        "over (order by valid_from) - 1 as before_next from "
                                        "duty_rule where dest = 'US') d where valid_to is not "
                                        "distinct from before_next"),
                         4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(C_7_the_rule_since_july_2026_leaves_133),
        cmocka_unit_test(C_8_the_rule_before_leaves_433),
        cmocka_unit_test(C_9_two_codes_in_the_parcel_lose_167),
        cmocka_unit_test(both_days_of_a_rule_belong_to_it),
        cmocka_unit_test(outside_every_rule_nothing_is_known),
        cmocka_unit_test_teardown(an_expired_rule_is_none, forget_added),
        cmocka_unit_test_teardown(a_market_of_its_own_comes_before_the_union, forget_added),
        cmocka_unit_test_teardown(of_two_that_hold_the_later_counts, forget_added),
        cmocka_unit_test_teardown(without_a_day_today_counts, forget_added),
        cmocka_unit_test(a_day_that_is_none_is_refused),
        cmocka_unit_test_teardown(a_duty_of_the_past_does_not_outlive_the_next, forget_added),
        cmocka_unit_test_teardown(the_last_word_about_a_day_holds_in_whatever_currency,
                                  forget_added),
        cmocka_unit_test_teardown(of_duties_set_at_once_each_ends_before_the_next, forget_added),
    };

    fixture_open(&x);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_close(&x);
    return failed;
}
