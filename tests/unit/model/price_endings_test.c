/* The ending vectors P-1..P-8, and how endings are written and held to 15 %. */
#include "tests/unit/base/check.h"

#include "common/model/price.h"

static struct fail f;

static struct endings parsed(const char *text)
{
    struct endings e = { 0 };

    check_ok(endings_parse(text, &e, &f), &f);
    return e;
}

static int64_t up(int64_t price, const char *endings)
{
    struct endings e = parsed(endings);
    int64_t result = 0;

    check_ok(charm_up(price, &e, &result, &f), &f);
    return result;
}

static int64_t gently(int64_t price, const char *endings)
{
    struct endings e = parsed(endings);
    int64_t result = 0;

    check_ok(charm_gently(price, &e, &result, &f), &f);
    return result;
}

static void P_1_2252_becomes_2299(void **state)
{
    (void)state;
    assert_int_equal(up(2252, "100:99"), 2299);
}

static void P_2_2299_stays(void **state)
{
    (void)state;
    assert_int_equal(up(2299, "100:99"), 2299);
}

static void P_3_2300_goes_on_to_2399(void **state)
{
    (void)state;
    assert_int_equal(up(2300, "100:99"), 2399);
}

static void P_4_50_becomes_99(void **state)
{
    (void)state;
    assert_int_equal(up(50, "100:99"), 99);
}

static void P_5_2249_is_an_ending_of_the_finer_set(void **state)
{
    (void)state;
    assert_int_equal(up(2249, "100:49,99"), 2249);
}

static void P_6_1832_yen_become_1980(void **state)
{
    (void)state;
    assert_int_equal(up(1832, "1000:480,980"), 1980);
}

static void P_7_981_yen_go_on_to_1480(void **state)
{
    (void)state;
    assert_int_equal(up(981, "1000:480,980"), 1480);
}

static void P_8_12345_become_12500(void **state)
{
    (void)state;
    assert_int_equal(up(12345, "1000:500,990"), 12500);
}

static void without_endings_a_price_stays(void **state)
{
    (void)state;
    assert_int_equal(up(2252, ""), 2252);
    assert_int_equal(gently(2252, ""), 2252);
    assert_int_equal(gently(0, ""), 0);
}

static void an_ending_may_add_15_percent_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(gently(2252, "100:99"), 2299);
    assert_int_equal(gently(260, "100:99"), 299); /* 39 is just 15 % of 260 */
    assert_int_equal(gently(259, "100:99"), 260); /* 299 adds 15.4 %, and so does the finer set */
    assert_int_equal(gently(230, "100:99"), 249); /* the finer set adds 8.3 % */
    assert_int_equal(gently(101, "100:99"), 105);
    assert_int_equal(gently(105, "100:99"), 105);
}

static void a_longer_period_has_its_own_finer_steps(void **state)
{
    (void)state;
    assert_int_equal(gently(1832, "1000:480,980"), 1980);
    assert_int_equal(gently(2340, "1000:980"), 2499); /* 2980 adds 27 %, {499,999} adds 6.8 % */
    assert_int_equal(gently(2020, "1000:980"), 2050); /* the next 1000/20 */
    assert_int_equal(gently(1001, "1000:980"), 1050);
}

static void a_short_period_is_fine_as_it_is(void **state)
{
    (void)state;
    assert_int_equal(gently(2252, "10:9"), 2259);
    assert_int_equal(gently(1, "10:9"), 5);
    assert_int_equal(gently(7, "1:0"), 7);
    assert_int_equal(gently(2, "2:1"), 2);
}

static void endings_are_kept_in_rising_order(void **state)
{
    struct endings e = parsed("1000:990,490,0");

    (void)state;
    assert_int_equal(e.period, 1000);
    assert_int_equal(e.count, 3);
    assert_int_equal(e.ends[0], 0);
    assert_int_equal(e.ends[1], 490);
    assert_int_equal(e.ends[2], 990);
}

static void endings_that_are_none_are_refused(void **state)
{
    static const char *const wrong[] = {
        "99",
        "100",
        "100:",
        ":99",
        "100:100",
        "100:99,",
        "100:,99",
        "0:0",
        "100:-1",
        "100:99,99",
        "100 :99",
        "100: 99",
        "100:9.9",
        "x",
        "100:99;49",
        "1000000001:1",
        "100:0,1,2,3,4,5,6,7,8",
        "99999999999999999999:1",
        "100:00000000000000099",
        ",",
        ":",
        "100:99:49",
    };
    struct endings e = { .period = 77 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        if (endings_parse(wrong[i], &e, &f) == 0) {
            fail_msg("'%s' was taken as endings", wrong[i]);
        }
        assert_int_equal(f.kind, FAIL_INPUT);
        assert_int_equal(e.period, 77);
    }
}

static void prices_that_are_none_are_refused(void **state)
{
    struct endings e = parsed("100:99");
    int64_t price = 0;

    (void)state;
    check_fails(charm_up(-1, &e, &price, &f), &f, FAIL_INPUT);
    check_fails(charm_up(INT64_MAX, &e, &price, &f), &f, FAIL_INPUT);
    check_fails(charm_gently(-1, &e, &price, &f), &f, FAIL_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P_1_2252_becomes_2299),
        cmocka_unit_test(P_2_2299_stays),
        cmocka_unit_test(P_3_2300_goes_on_to_2399),
        cmocka_unit_test(P_4_50_becomes_99),
        cmocka_unit_test(P_5_2249_is_an_ending_of_the_finer_set),
        cmocka_unit_test(P_6_1832_yen_become_1980),
        cmocka_unit_test(P_7_981_yen_go_on_to_1480),
        cmocka_unit_test(P_8_12345_become_12500),
        cmocka_unit_test(without_endings_a_price_stays),
        cmocka_unit_test(an_ending_may_add_15_percent_and_no_more),
        cmocka_unit_test(a_longer_period_has_its_own_finer_steps),
        cmocka_unit_test(a_short_period_is_fine_as_it_is),
        cmocka_unit_test(endings_are_kept_in_rising_order),
        cmocka_unit_test(endings_that_are_none_are_refused),
        cmocka_unit_test(prices_that_are_none_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
