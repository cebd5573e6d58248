/* The cost vectors C-1..C-9 as far as orders need them: L, F, R, CM, m of given prices. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "common/model/landed.h"

static struct fail f;

static int64_t landed_us(void)
{
    int64_t l = 0;
    assert_int_equal(
        landed_cost(&(struct landed_parts){ .price = 850, .shipping = 420, .duty = 85 }, &l, &f),
        0);
    return l;
}

static int64_t landed_eu(int64_t duty)
{
    int64_t l = 0;
    const struct landed_parts p = {
        .price = 540, .shipping = 459, .duty = duty, .fx_fee_ppm = 15000
    };
    assert_int_equal(landed_cost(&p, &l, &f), 0);
    return l;
}

static struct margin us(int64_t price)
{
    struct margin m;
    const struct margin_parts p = { .net = price,
                                    .charged = price,
                                    .landed = landed_us(),
                                    .fee_ppm = 29000,
                                    .fee_fixed = 30,
                                    .return_ppm = 60000,
                                    .return_cost = 250,
                                    .salvage_ppm = 300000 };
    assert_int_equal(margin_of(&p, &m, &f), 0);
    return m;
}

static struct margin eu(int64_t price, int64_t duty)
{
    struct margin m;
    struct margin_parts p = { .charged = price,
                              .landed = landed_eu(duty),
                              .fee_ppm = 29000,
                              .fee_fixed = 30,
                              .return_ppm = 60000,
                              .return_cost = 250 };
    assert_int_equal(net_of_tax(price, 210000, &p.net, &f), 0);
    assert_int_equal(margin_of(&p, &m, &f), 0);
    return m;
}

static void check(struct margin m, int64_t fee, int64_t reserve, int64_t contribution,
                  int64_t ratio)
{
    assert_int_equal(m.fee, fee);
    assert_int_equal(m.reserve, reserve);
    assert_int_equal(m.contribution, contribution);
    assert_true(m.ratio_known);
    assert_int_equal((m.ratio_ppm + (m.ratio_ppm < 0 ? -50 : 50)) / 100, ratio);
}

static void c_1_and_c_5_landed_cost(void **state)
{
    (void)state;
    assert_int_equal(landed_us(), 1355);
    assert_int_equal(landed_eu(300), 1314);
}

static void c_2_to_c_4_margins_without_tax(void **state)
{
    (void)state;
    check(us(2299), 97, 129, 718, 3123);
    check(us(2252), 95, 126, 676, 3002);
    check(us(2999), 117, 171, 1356, 4522);
}

static void c_6_to_c_9_margins_with_tax_and_duty(void **state)
{
    (void)state;
    check(eu(2795, 300), 111, 154, 731, 3165);
    check(eu(1995, 300), 88, 114, 133, 807);
    check(eu(1995, 0), 88, 114, 433, 2626);
    check(eu(1995, 600), 88, 114, -167, -1013);
}

static void ratio_without_revenue_is_unknown(void **state)
{
    (void)state;
    struct margin m;
    assert_int_equal(margin_of(&(struct margin_parts){ .landed = 100 }, &m, &f), 0);
    assert_false(m.ratio_known);
    assert_int_equal(m.contribution, -100);
}

static void reserve_is_never_negative(void **state)
{
    (void)state;
    struct margin m;
    const struct margin_parts p = {
        .net = 10, .landed = 1000, .return_ppm = 60000, .salvage_ppm = 300000
    };
    assert_int_equal(margin_of(&p, &m, &f), 0);
    assert_int_equal(m.reserve, 0);
}

static void price_limit_rounds_up(void **state)
{
    (void)state;
    int64_t limit = 0;
    assert_int_equal(price_limit(850, 150000, &limit, &f), 0);
    assert_int_equal(limit, 978);
    assert_int_equal(price_limit(100, 0, &limit, &f), 0);
    assert_int_equal(limit, 100);
    assert_int_equal(price_limit(101, 150000, &limit, &f), 0); /* 116.15 */
    assert_int_equal(limit, 117);
    assert_int_equal(price_limit(INT64_MAX, 150000, &limit, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
}

static void a_margin_is_rounded_to_the_nearest_millionth(void **state)
{
    (void)state;
    struct margin m;
    assert_int_equal(margin_of(&(struct margin_parts){ .net = 3, .landed = 2 }, &m, &f), 0);
    assert_int_equal(m.ratio_ppm, 333333);
    assert_int_equal(margin_of(&(struct margin_parts){ .net = 3, .landed = 1 }, &m, &f), 0);
    assert_int_equal(m.ratio_ppm, 666667);
    assert_int_equal(margin_of(&(struct margin_parts){ .net = -3, .landed = 1 }, &m, &f), 0);
    assert_false(m.ratio_known); /* no revenue, and less */
}

static void check_refused(int outcome)
{
    assert_int_equal(outcome, -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    f = (struct fail){ 0 };
}

static void amounts_and_rates_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    int64_t minor = 0;
    struct margin m;
    static const int64_t least = -2000000000001, most = 2000000000001;

    check_refused(landed_cost(&(struct landed_parts){ .price = least }, &minor, &f));
    check_refused(landed_cost(&(struct landed_parts){ .broker = most }, &minor, &f));
    check_refused(landed_cost(&(struct landed_parts){ .fx_fee_ppm = -1 }, &minor, &f));
    check_refused(margin_of(&(struct margin_parts){ .charged = most }, &m, &f));
    check_refused(margin_of(&(struct margin_parts){ .salvage_ppm = 1000001 }, &m, &f));
    check_refused(net_of_tax(100, -1, &minor, &f));
    check_refused(net_of_tax(100, INT64_MAX, &minor, &f));
    check_refused(net_of_tax(most, 0, &minor, &f));
    check_refused(price_limit(100, -1, &minor, &f));
    check_refused(price_limit(100, INT64_MAX, &minor, &f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c_1_and_c_5_landed_cost),
        cmocka_unit_test(c_2_to_c_4_margins_without_tax),
        cmocka_unit_test(c_6_to_c_9_margins_with_tax_and_duty),
        cmocka_unit_test(ratio_without_revenue_is_unknown),
        cmocka_unit_test(reserve_is_never_negative),
        cmocka_unit_test(price_limit_rounds_up),
        cmocka_unit_test(a_margin_is_rounded_to_the_nearest_millionth),
        cmocka_unit_test(amounts_and_rates_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
