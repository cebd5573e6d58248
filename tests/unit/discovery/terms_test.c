/* Rates, price bands and the share of the supplier's points. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "worker/discovery/budget.h"
#include "worker/discovery/terms.h"

static const int64_t HOUR_US = INT64_C(3600) * 1000000;
static const int64_t MIDNIGHT_US = INT64_C(1795219200) * 1000000;

static struct settings set;

static void rates(int64_t usd_e9, const char *list)
{
    memset(&set, 0, sizeof set);
    set.num[SETTING_USD_RATE_E9] = usd_e9;
    (void)str_fit(set.texts.RATES, sizeof set.texts.RATES, list);
}

static int64_t rate(const char *shop, const char *currency)
{
    struct fail f = { 0 };
    int64_t e9 = 0;
    int unknown = terms_rate(&set, shop, currency, &e9, &f);

    if (unknown < 0) {
        fail_msg("%s", f.text);
    }
    return unknown == 0 ? e9 : -1;
}

static void a_rate_is_what_somebody_has_told(void **state)
{
    (void)state;
    rates(900000000, " GBP:1150000000 , EUR:1080000000");
    assert_int_equal(rate("EUR", "USD"), 900000000);
    assert_int_equal(rate("USD", "EUR"), 1080000000);
    assert_int_equal(rate("USD", "GBP"), 1150000000);
    assert_int_equal(rate("EUR", "EUR"), 1000000000);
    assert_int_equal(rate("USD", "CHF"), -1);
}

static void one_for_one_is_no_rate_between_two_currencies(void **state)
{
    (void)state;
    rates(1000000000, "");
    assert_int_equal(rate("EUR", "USD"), -1);
    assert_int_equal(rate("USD", "USD"), 1000000000);
}

static void a_list_of_rates_that_is_malformed_is_refused(void **state)
{
    static const char *const lists[] = { "EUR",   "EURO:1", "EUR:", "EUR:1.08",
                                         "EUR:0", "EUR:-1", "eu:5" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct fail f = { 0 };
        int64_t e9 = 0;
        rates(1000000000, lists[i]);
        assert_int_equal(terms_rate(&set, "USD", "GBP", &e9, &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
        assert_non_null(strstr(f.text, "money.rates"));
    }
}

static void the_suppliers_band_follows_from_the_shops(void **state)
{
    struct assess_terms t = { .currency = "USD",
                              .usd_rate_e9 = 1000000000,
                              .limits = { .price_min = 900,
                                          .price_max = 12000,
                                          .cost_factor_max = 10,
                                          .target_ppm = 300000 } };
    int64_t min = 0, max = 0;

    (void)state;
    terms_cost_band(&t, &min, &max);
    assert_int_equal(min, 90);
    assert_int_equal(max, 8400);
    (void)str_fit(t.currency, sizeof t.currency, "EUR");
    t.usd_rate_e9 = 800000000;
    terms_cost_band(&t, &min, &max);
    assert_int_equal(min, 112); /* 1.125 dollars, rounded so that nothing is missed */
    assert_int_equal(max, 10500);
    t.usd_rate_e9 = ASSESS_UNKNOWN;
    terms_cost_band(&t, &min, &max);
    assert_int_equal(min, 0); /* open */
    assert_int_equal(max, 0);
}

static void points_are_set_free_over_the_day(void **state)
{
    (void)state;
    /* A fifth of 50,000, half of it: 5,000 a day, of which four hours' worth at once. */
    assert_int_equal(budget_free(50000, MIDNIGHT_US), 833);
    assert_int_equal(budget_free(50000, MIDNIGHT_US + 8 * HOUR_US), 2500);
    assert_int_equal(budget_free(50000, MIDNIGHT_US + 20 * HOUR_US), 5000);
    assert_int_equal(budget_free(50000, MIDNIGHT_US + 24 * HOUR_US - 1), 5000);
    assert_int_equal(budget_free(50000, MIDNIGHT_US + 24 * HOUR_US), 833);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rate_is_what_somebody_has_told),
        cmocka_unit_test(one_for_one_is_no_rate_between_two_currencies),
        cmocka_unit_test(a_list_of_rates_that_is_malformed_is_refused),
        cmocka_unit_test(the_suppliers_band_follows_from_the_shops),
        cmocka_unit_test(points_are_set_free_over_the_day),
    };
    return cmocka_run_group_tests_name("discovery.terms", tests, NULL, NULL);
}
