/* What repricing may do: the rules of the formulas, section "Price endings and repricing", and their rulings. */
#include "tests/unit/base/check.h"

#include <string.h>

#include "common/model/price.h"

/* A product at 22.99 whose landed cost rose from 13.55 to 14.50: m 27.1 %, 24.99 wanted. */
static struct reprice_case risen(void)
{
    return (struct reprice_case){
        .price = 2299,
        .landed_before = 1355,
        .landed_now = 1450,
        .wanted = 2499,
        .at_price = { .contribution = 625, .ratio_known = true, .ratio_ppm = 271857 },
        .floor_ppm = 300000,
        .landed_step_ppm = 30000,
        .price_step_ppm = 200000,
        .age_s = -1,
        .currency = "USD"
    };
}

static void check(struct reprice_case c, enum reprice_verdict wanted, const char *words)
{
    char why[300];

    assert_int_equal(reprice_decide(&c, why, sizeof why), wanted);
    if (strstr(why, words) == NULL) {
        fail_msg("'%s' does not say '%s'", why, words);
    }
}

static void a_risen_cost_sets_the_wanted_price_and_says_the_numbers(void **state)
{
    (void)state;
    check(
        risen(), REPRICE_SET,
        "landed cost 14.50 USD (was 13.55 USD); at 22.99 USD a sale leaves 6.25 USD, margin 27.1 % "
        "(floor 30.0 %): the price becomes 24.99 USD");
}

static void a_change_of_cost_below_3_percent_is_no_reason(void **state)
{
    struct reprice_case c = risen();

    (void)state;
    c.at_price.ratio_ppm = 300000;
    c.landed_before = 10000;
    c.landed_now = 10299;
    check(c, REPRICE_KEEP, "no reason");
    c.landed_now = 10300;
    check(c, REPRICE_SET, "24.99");
    c.landed_now = 9701;
    check(c, REPRICE_KEEP, "no reason");
    c.landed_now = 9700;
    check(c, REPRICE_SET, "24.99");
}

static void a_margin_below_the_floor_is_a_reason_by_itself(void **state)
{
    struct reprice_case c = risen();

    (void)state;
    c.landed_before = c.landed_now;
    c.at_price.ratio_ppm = 299999;
    check(c, REPRICE_SET, "margin 29.9 %");
    c.at_price.ratio_known = false;
    check(c, REPRICE_SET, "margin unknown");
}

static void a_cost_never_priced_before_counts_as_changed(void **state)
{
    struct reprice_case c = risen();

    (void)state;
    c.at_price.ratio_ppm = 400000;
    c.landed_before = 0;
    check(c, REPRICE_SET, "was unknown");
}

static void the_same_price_again_is_no_change(void **state)
{
    struct reprice_case c = risen();

    (void)state;
    c.wanted = c.price;
    check(c, REPRICE_KEEP, "the same price");
    c.age_s = 60;
    check(c, REPRICE_KEEP, "the same price");
}

static void a_price_changes_once_in_24_hours(void **state)
{
    struct reprice_case c = risen();

    (void)state;
    c.age_s = 86399;
    check(c, REPRICE_WAIT, "changed 23 h ago");
    c.age_s = 86400;
    check(c, REPRICE_SET, "24.99");
    c.age_s = 0;
    check(c, REPRICE_WAIT, "changed 0 h ago");
    c.age_s = -2; /* clocks differ */
    check(c, REPRICE_WAIT, "changed 0 h ago");
}

static void twenty_percent_is_the_largest_step_without_a_person(void **state)
{
    struct reprice_case c = risen();

    (void)state;
    c.price = 2000;
    c.wanted = 2400;
    check(c, REPRICE_SET, "24.00");
    c.wanted = 2401;
    check(c, REPRICE_PROPOSE, "24.01 USD would be needed, more than 20.0 % away");
    c.wanted = 1600;
    check(c, REPRICE_SET, "16.00");
    c.wanted = 1599;
    check(c, REPRICE_PROPOSE, "15.99");
    c.age_s = 60; /* a proposal changes nothing, so it waits for nothing */
    check(c, REPRICE_PROPOSE, "15.99");
}

static void a_sale_that_leaves_nothing_stops_at_once(void **state)
{
    struct reprice_case c = risen();

    (void)state;
    c.at_price = (struct margin){ .contribution = 0, .ratio_known = true };
    c.age_s = 60;
    check(c, REPRICE_STOP, "each sale loses money; 24.99 USD would pay");
    c.wanted = 0;
    check(c, REPRICE_STOP, "no price reaches");
    c.landed_before = c.landed_now;
    c.wanted = c.price;
    check(c, REPRICE_STOP, "loses money");
}

static void a_margin_no_price_reaches_is_put_to_a_person(void **state)
{
    struct reprice_case c = risen();

    (void)state;
    c.wanted = 0;
    check(c, REPRICE_PROPOSE, "no price reaches");
    c.at_price.ratio_ppm = 310000;
    check(c, REPRICE_KEEP, "no reason");
}

static void sentences_fit_their_field(void **state)
{
    struct reprice_case c = risen();
    char why[20];

    (void)state;
    assert_int_equal(reprice_decide(&c, why, sizeof why), REPRICE_SET);
    assert_int_equal(strlen(why), sizeof why - 1);
    memcpy(c.currency, "JPY", 4);
    check(c, REPRICE_SET, "the price becomes 2499 JPY");
    c.currency[0] = '\0';
    c.at_price.ratio_ppm = -12345;
    check(c, REPRICE_SET, "margin -1.2 % (floor 30.0 %): the price becomes 24.99");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_risen_cost_sets_the_wanted_price_and_says_the_numbers),
        cmocka_unit_test(a_change_of_cost_below_3_percent_is_no_reason),
        cmocka_unit_test(a_margin_below_the_floor_is_a_reason_by_itself),
        cmocka_unit_test(a_cost_never_priced_before_counts_as_changed),
        cmocka_unit_test(the_same_price_again_is_no_change),
        cmocka_unit_test(a_price_changes_once_in_24_hours),
        cmocka_unit_test(twenty_percent_is_the_largest_step_without_a_person),
        cmocka_unit_test(a_sale_that_leaves_nothing_stops_at_once),
        cmocka_unit_test(a_margin_no_price_reaches_is_put_to_a_person),
        cmocka_unit_test(sentences_fit_their_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
