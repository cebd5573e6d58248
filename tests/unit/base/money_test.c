#include "tests/unit/base/check.h"

#include <string.h>

#include "common/base/money.h"

static struct money amount(int64_t minor, const char *currency)
{
    struct money m = { .minor = minor };

    memcpy(m.currency, currency, 4);
    return m;
}

static void check_split(int64_t total, const int64_t *weights, const int64_t *wanted, size_t count)
{
    int64_t shares[8];
    struct fail f;

    check_ok(money_split(total, weights, count, shares, &f), &f);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(shares[i], wanted[i]);
    }
}

static void M_1_a_split_gives_the_odd_unit_to_the_lowest_index(void **state)
{
    (void)state;
    check_split(1000, (int64_t[]){ 1, 1, 1 }, (int64_t[]){ 334, 333, 333 }, 3);
}

static void M_2_a_split_follows_its_weights(void **state)
{
    (void)state;
    check_split(1000, (int64_t[]){ 2299, 4598, 2299 }, (int64_t[]){ 250, 500, 250 }, 3);
}

static void M_3_a_split_of_five_by_seven_leaves_two_with_nothing(void **state)
{
    (void)state;
    check_split(5, (int64_t[]){ 3, 3, 3, 3, 3, 3, 3 }, (int64_t[]){ 1, 1, 1, 1, 1, 0, 0 }, 7);
}

static void M_4_a_weight_of_zero_gets_nothing(void **state)
{
    (void)state;
    check_split(100, (int64_t[]){ 0, 0, 7 }, (int64_t[]){ 0, 0, 100 }, 3);
}

static void M_5_dollars_become_whole_yen_rounded_once(void **state)
{
    struct money usd = amount(1234, "USD");
    struct money yen;
    struct fail f;

    (void)state;
    check_ok(money_convert(&usd, "JPY", 151370000000, MONEY_HALF_UP, &yen, &f), &f);
    assert_int_equal(yen.minor, 1868);
    assert_string_equal(yen.currency, "JPY");
    check_ok(money_convert(&usd, "JPY", 151370000000, MONEY_FLOOR, &yen, &f), &f);
    assert_int_equal(yen.minor, 1867);
}

static int64_t wire(enum money_api api, int64_t minor, const char *currency)
{
    struct money m = amount(minor, currency);
    int64_t units = -1;
    struct fail f;

    check_ok(money_to_wire(api, &m, &units, &f), &f);
    return units;
}

static void M_6_meta_takes_yen_as_they_are(void **state)
{
    (void)state;
    assert_int_equal(wire(MONEY_API_META, 5000, "JPY"), 5000);
}

static void M_7_meta_takes_whole_forints(void **state)
{
    (void)state;
    assert_int_equal(wire(MONEY_API_META, 500000, "HUF"), 5000);
}

static void M_8_half_a_cent_is_no_amount(void **state)
{
    struct money m;
    struct fail f;

    (void)state;
    check_fails(money_parse("10.005", "USD", &m, &f), &f, FAIL_INPUT);
}

static void a_negative_total_is_split_like_its_absolute_value(void **state)
{
    (void)state;
    check_split(-1000, (int64_t[]){ 1, 1, 1 }, (int64_t[]){ -334, -333, -333 }, 3);
}

static void a_split_survives_the_largest_amounts_and_weights(void **state)
{
    (void)state;
    check_split(INT64_MAX, (int64_t[]){ INT64_MAX, INT64_MAX },
                (int64_t[]){ INT64_MAX / 2 + 1, INT64_MAX / 2 }, 2);
    check_split(INT64_MIN, (int64_t[]){ INT64_MAX }, (int64_t[]){ INT64_MIN }, 1);
    check_split(0, (int64_t[]){ 1, 2 }, (int64_t[]){ 0, 0 }, 2);
}

static void the_largest_remainder_wins_before_the_lowest_index(void **state)
{
    (void)state;
    /* 10 * 1/6 = 1.67, 10 * 2/6 = 3.33, 10 * 3/6 = 5 */
    check_split(10, (int64_t[]){ 2, 1, 3 }, (int64_t[]){ 3, 2, 5 }, 3);
}

static void a_split_refuses_negative_and_all_zero_weights(void **state)
{
    int64_t shares[2];
    struct fail f;

    (void)state;
    check_fails(money_split(5, (int64_t[]){ 3, -1 }, 2, shares, &f), &f, FAIL_INPUT);
    check_fails(money_split(5, (int64_t[]){ 0, 0 }, 2, shares, &f), &f, FAIL_INPUT);
    check_fails(money_split(5, NULL, 0, shares, &f), &f, FAIL_INPUT);
}

static void only_plain_decimals_are_amounts(void **state)
{
    static const char *const wrong[] = { "",     "-",    "+1",     " 1",    "1 ",   ".5",
                                         "5.",   "1,5",  "1e3",    "0x10",  "--1",  "1.2.3",
                                         "1-",   "nan",  "12.345", "1.234", "\n1",  "1\n",
                                         "1.-5", "1.5 ", "١",      "$5",    "-.50", "1.050000001" };
    struct money m;
    struct fail f;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        if (money_parse(wrong[i], "USD", &m, &f) == 0) {
            fail_msg("'%s' was taken as an amount", wrong[i]);
        }
        assert_int_equal(f.kind, FAIL_INPUT);
    }
}

static int64_t parsed(const char *text, const char *currency)
{
    struct money m = { 0 };
    struct fail f;

    check_ok(money_parse(text, currency, &m, &f), &f);
    assert_string_equal(m.currency, currency);
    return m.minor;
}

static void amounts_are_parsed_at_the_exponent_of_their_currency(void **state)
{
    (void)state;
    assert_int_equal(parsed("12.34", "USD"), 1234);
    assert_int_equal(parsed("12", "USD"), 1200);
    assert_int_equal(parsed("12.3", "USD"), 1230);
    assert_int_equal(parsed("-0.05", "USD"), -5);
    assert_int_equal(parsed("007.50", "USD"), 750);
    assert_int_equal(parsed("12.3400000", "USD"), 1234);
    assert_int_equal(parsed("5000.00", "JPY"), 5000);
    assert_int_equal(parsed("1.234", "KWD"), 1234);
    assert_int_equal(parsed("1.2345", "CLF"), 12345);
}

static void amounts_at_the_edge_of_64_bits_are_exact(void **state)
{
    struct money m;
    struct fail f;

    (void)state;
    assert_true(parsed("92233720368547758.07", "USD") == INT64_MAX);
    assert_true(parsed("-92233720368547758.08", "USD") == INT64_MIN);
    check_fails(money_parse("92233720368547758.08", "USD", &m, &f), &f, FAIL_INPUT);
    check_fails(money_parse("-92233720368547758.09", "USD", &m, &f), &f, FAIL_INPUT);
    check_fails(money_parse("99999999999999999999", "JPY", &m, &f), &f, FAIL_INPUT);
}

static void a_currency_is_three_capital_letters(void **state)
{
    struct money m;
    struct fail f;

    (void)state;
    check_fails(money_parse("1", "usd", &m, &f), &f, FAIL_INPUT);
    check_fails(money_parse("1", "US", &m, &f), &f, FAIL_INPUT);
    check_fails(money_parse("1", "USDT", &m, &f), &f, FAIL_INPUT);
    check_fails(money_parse("1", "", &m, &f), &f, FAIL_INPUT);
}

static void formatting_gives_back_what_was_parsed(void **state)
{
    static const struct {
        const char *text, *currency;
    } rows[] = { { "12.34", "USD" },  { "-0.05", "USD" },
                 { "0.00", "EUR" },   { "5000", "JPY" },
                 { "-7", "JPY" },     { "1.001", "KWD" },
                 { "0.0001", "CLF" }, { "-92233720368547758.08", "USD" } };
    char text[MONEY_TEXT_BYTES];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct money m = amount(parsed(rows[i].text, rows[i].currency), rows[i].currency);

        money_format(&m, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void rounding_modes_differ_only_in_what_they_do_with_the_rest(void **state)
{
    static const struct {
        int64_t a, num, den;
        int64_t half_up, ceil, floor;
    } rows[] = {
        { 7, 1, 2, 4, 4, 3 },     { -7, 1, 2, -4, -3, -4 },
        { 1, 1, 3, 0, 1, 0 },     { -1, 1, 3, 0, 0, -1 },
        { 2, 1, 3, 1, 1, 0 },     { 6, 1, 3, 2, 2, 2 },
        { 5, -1, 2, -3, -2, -3 }, { 1999, 29000, 1000000, 58, 58, 57 },
    };
    struct fail f;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t got = 0;

        check_ok(money_mul_div(rows[i].a, rows[i].num, rows[i].den, MONEY_HALF_UP, &got, &f), &f);
        assert_int_equal(got, rows[i].half_up);
        check_ok(money_mul_div(rows[i].a, rows[i].num, rows[i].den, MONEY_CEIL, &got, &f), &f);
        assert_int_equal(got, rows[i].ceil);
        check_ok(money_mul_div(rows[i].a, rows[i].num, rows[i].den, MONEY_FLOOR, &got, &f), &f);
        assert_int_equal(got, rows[i].floor);
    }
}

static void products_may_pass_64_bits_but_results_may_not(void **state)
{
    int64_t got = 0;
    struct fail f;

    (void)state;
    check_ok(money_mul_div(INT64_MAX, INT64_MAX, INT64_MAX, MONEY_HALF_UP, &got, &f), &f);
    assert_true(got == INT64_MAX);
    check_ok(money_mul_div(INT64_MIN, 1, 1, MONEY_FLOOR, &got, &f), &f);
    assert_true(got == INT64_MIN);
    check_fails(money_mul_div(INT64_MIN, -1, 1, MONEY_FLOOR, &got, &f), &f, FAIL_INPUT);
    check_fails(money_mul_div(INT64_MAX, 2, 1, MONEY_FLOOR, &got, &f), &f, FAIL_INPUT);
    check_fails(money_mul_div(1, 1, 0, MONEY_FLOOR, &got, &f), &f, FAIL_INPUT);
    check_fails(money_mul_div(1, 1, -5, MONEY_FLOOR, &got, &f), &f, FAIL_INPUT);
}

static void sums_need_one_currency_and_64_bits(void **state)
{
    struct money a = amount(INT64_MAX, "USD");
    struct money b = amount(1, "USD");
    struct money c = amount(1, "EUR");
    struct money sum = amount(77, "XXX");
    struct fail f;

    (void)state;
    check_fails(money_add(&a, &b, &sum, &f), &f, FAIL_INPUT);
    check_fails(money_add(&b, &c, &sum, &f), &f, FAIL_BUG);
    assert_int_equal(sum.minor, 77);
    a.minor = -3;
    check_ok(money_add(&a, &b, &sum, &f), &f);
    assert_int_equal(sum.minor, -2);
}

static void a_unit_that_nobody_wrote_down_is_an_error_not_a_hundred(void **state)
{
    int64_t scale = 0;
    struct fail f;

    (void)state;
    check_fails(money_wire_scale(MONEY_API_META, "ZWG", &scale, &f), &f, FAIL_INPUT);
    check_fails(money_wire_scale(MONEY_API_SHOPIFY, "QQQ", &scale, &f), &f, FAIL_INPUT);
    check_fails(money_wire_scale(MONEY_API_CJ, "EUR", &scale, &f), &f, FAIL_INPUT);
    check_fails(money_wire_scale(MONEY_API_STRIPE, "", &scale, &f), &f, FAIL_INPUT);
}

static void units_on_the_wire_belong_to_the_service(void **state)
{
    (void)state;
    assert_int_equal(wire(MONEY_API_META, 1234, "USD"), 1234);
    assert_int_equal(wire(MONEY_API_META, 5000, "BHD"), 500); /* 5.000 dinars, at 100 */
    assert_int_equal(wire(MONEY_API_STRIPE, 500, "ISK"), 50000);
    assert_int_equal(wire(MONEY_API_STRIPE, 500, "UGX"), 50000);
    assert_int_equal(wire(MONEY_API_STRIPE, 500, "JPY"), 500);
    assert_int_equal(wire(MONEY_API_SHOPIFY, 1234, "KWD"), 1234);
}

static void an_amount_that_does_not_fit_the_wire_is_refused(void **state)
{
    struct money half = amount(500050, "HUF");
    struct money much = amount(INT64_MAX, "ISK");
    int64_t units = 0;
    struct fail f;

    (void)state;
    check_fails(money_to_wire(MONEY_API_META, &half, &units, &f), &f, FAIL_INPUT);
    check_fails(money_to_wire(MONEY_API_STRIPE, &much, &units, &f), &f, FAIL_INPUT);
}

static void conversion_honours_both_exponents_and_needs_a_rate(void **state)
{
    struct money yen = amount(1868, "JPY");
    struct money got;
    struct fail f;

    (void)state;
    check_ok(money_convert(&yen, "KWD", 2000000, MONEY_HALF_UP, &got, &f), &f); /* 0.002 */
    assert_int_equal(got.minor, 3736);
    check_ok(money_convert(&yen, "USD", 6606000, MONEY_CEIL, &got, &f), &f); /* 12.3400... */
    assert_int_equal(got.minor, 1235);
    check_fails(money_convert(&yen, "USD", 0, MONEY_CEIL, &got, &f), &f, FAIL_INPUT);
    check_fails(money_convert(&yen, "usd", 1, MONEY_CEIL, &got, &f), &f, FAIL_INPUT);
}

static void exponents_are_those_of_iso_4217(void **state)
{
    (void)state;
    assert_int_equal(money_exponent("JPY"), 0);
    assert_int_equal(money_exponent("USD"), 2);
    assert_int_equal(money_exponent("KWD"), 3);
    assert_int_equal(money_exponent("UYW"), 4);
    assert_int_equal(money_exponent("HUF"), 2);
    assert_int_equal(money_exponent("XPF"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(M_1_a_split_gives_the_odd_unit_to_the_lowest_index),
        cmocka_unit_test(M_2_a_split_follows_its_weights),
        cmocka_unit_test(M_3_a_split_of_five_by_seven_leaves_two_with_nothing),
        cmocka_unit_test(M_4_a_weight_of_zero_gets_nothing),
        cmocka_unit_test(M_5_dollars_become_whole_yen_rounded_once),
        cmocka_unit_test(M_6_meta_takes_yen_as_they_are),
        cmocka_unit_test(M_7_meta_takes_whole_forints),
        cmocka_unit_test(M_8_half_a_cent_is_no_amount),
        cmocka_unit_test(a_negative_total_is_split_like_its_absolute_value),
        cmocka_unit_test(a_split_survives_the_largest_amounts_and_weights),
        cmocka_unit_test(the_largest_remainder_wins_before_the_lowest_index),
        cmocka_unit_test(a_split_refuses_negative_and_all_zero_weights),
        cmocka_unit_test(only_plain_decimals_are_amounts),
        cmocka_unit_test(amounts_are_parsed_at_the_exponent_of_their_currency),
        cmocka_unit_test(amounts_at_the_edge_of_64_bits_are_exact),
        cmocka_unit_test(a_currency_is_three_capital_letters),
        cmocka_unit_test(formatting_gives_back_what_was_parsed),
        cmocka_unit_test(rounding_modes_differ_only_in_what_they_do_with_the_rest),
        cmocka_unit_test(products_may_pass_64_bits_but_results_may_not),
        cmocka_unit_test(sums_need_one_currency_and_64_bits),
        cmocka_unit_test(a_unit_that_nobody_wrote_down_is_an_error_not_a_hundred),
        cmocka_unit_test(units_on_the_wire_belong_to_the_service),
        cmocka_unit_test(an_amount_that_does_not_fit_the_wire_is_refused),
        cmocka_unit_test(conversion_honours_both_exponents_and_needs_a_rate),
        cmocka_unit_test(exponents_are_those_of_iso_4217),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
