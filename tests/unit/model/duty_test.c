/* Duty of a parcel: the sum, and the rulings on its value. */
#include "tests/unit/base/check.h"

#include "common/model/duty.h"

static struct fail f;

static int64_t duty(struct duty_case d)
{
    int64_t minor = -1;

    check_ok(duty_of(&d, &minor, &f), &f);
    return minor;
}

static void a_fixed_duty_counts_once_per_code_in_the_parcel(void **state)
{
    (void)state;
    assert_int_equal(
        duty((struct duty_case){
            .fixed_in_shop = 300, .max_in_shop = 15000, .customs_value = 540, .hs6_count = 1 }),
        300);
    assert_int_equal(
        duty((struct duty_case){
            .fixed_in_shop = 300, .max_in_shop = 15000, .customs_value = 540, .hs6_count = 2 }),
        600);
}

static void a_share_of_the_value_is_rounded_half_up(void **state)
{
    struct duty_case d = {
        .ad_valorem_ppm = 100000, .max_in_shop = -1, .customs_value = 850, .hs6_count = 1
    };

    (void)state;
    assert_int_equal(duty(d), 85);
    d.customs_value = 845;
    assert_int_equal(duty(d), 85);
    d.customs_value = 844;
    assert_int_equal(duty(d), 84);
    d.fixed_in_shop = 300;
    assert_int_equal(duty(d), 384);
}

static void a_method_that_pays_the_duty_leaves_none(void **state)
{
    (void)state;
    assert_int_equal(duty((struct duty_case){ .fixed_in_shop = 300,
                                              .max_in_shop = 15000,
                                              .customs_value = 20000,
                                              .hs6_count = 1,
                                              .duty_paid = true }),
                     0);
}

static void a_parcel_above_the_value_of_the_rule_needs_another(void **state)
{
    struct duty_case d = {
        .fixed_in_shop = 300, .max_in_shop = 15000, .customs_value = 15000, .hs6_count = 1
    };
    int64_t minor = -7;

    (void)state;
    assert_int_equal(duty(d), 300);
    d.customs_value = 15001;
    assert_int_equal(duty_of(&d, &minor, &f), 1);
    assert_int_equal(minor, -7);
    d.max_in_shop = -1;
    assert_int_equal(duty(d), 300);
    d.max_in_shop = 0; /* a rule for worthless parcels holds for no other */
    assert_int_equal(duty_of(&d, &minor, &f), 1);
}

static void a_duty_of_nonsense_is_refused(void **state)
{
    struct duty_case d = { .fixed_in_shop = 300, .max_in_shop = -1 };
    int64_t minor = 0;

    (void)state;
    check_fails(duty_of(&d, &minor, &f), &f, FAIL_INPUT); /* no code */
    d.hs6_count = INT64_MAX;
    check_fails(duty_of(&d, &minor, &f), &f, FAIL_INPUT);
    d = (struct duty_case){ .customs_value = -1, .max_in_shop = -1, .hs6_count = 1 };
    check_fails(duty_of(&d, &minor, &f), &f, FAIL_INPUT);
    d = (struct duty_case){ .fixed_in_shop = INT64_MAX,
                            .ad_valorem_ppm = 1000000,
                            .max_in_shop = -1,
                            .customs_value = 1,
                            .hs6_count = 1 };
    check_fails(duty_of(&d, &minor, &f), &f, FAIL_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fixed_duty_counts_once_per_code_in_the_parcel),
        cmocka_unit_test(a_share_of_the_value_is_rounded_half_up),
        cmocka_unit_test(a_method_that_pays_the_duty_leaves_none),
        cmocka_unit_test(a_parcel_above_the_value_of_the_rule_needs_another),
        cmocka_unit_test(a_duty_of_nonsense_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
