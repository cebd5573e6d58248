/* The capacity check W-1 and what gives way when the day's points do not suffice. */
#include "tests/unit/base/check.h"

#include "common/model/watch_plan.h"

static struct fail f;

static struct watch_load usual(int64_t hot, int64_t warm, int64_t cold)
{
    return (struct watch_load){ .count = { hot, warm, cold },
                                .wanted_s = { 3600, 6 * 3600, 24 * 3600 },
                                .points_per_look = 10,
                                .allowance = 50000,
                                .orders_ppm = 200000,
                                .discovery_ppm = 200000 };
}

static struct watch_plan planned(struct watch_load load)
{
    struct watch_plan plan = { 0 };

    check_ok(watch_plan_make(&load, &plan, &f), &f);
    return plan;
}

static void check_intervals(const struct watch_plan *plan, int64_t hot, int64_t warm, int64_t cold)
{
    assert_int_equal(plan->interval_s[WATCH_HOT], hot);
    assert_int_equal(plan->interval_s[WATCH_WARM], warm);
    assert_int_equal(plan->interval_s[WATCH_COLD], cold);
}

static void W_1_sixty_hot_two_hundred_warm_seven_hundred_cold_take_29400_of_30000(void **state)
{
    struct watch_plan plan = planned(usual(60, 200, 700));

    (void)state;
    assert_int_equal(plan.points, 29400);
    assert_int_equal(plan.capacity, 30000);
    check_intervals(&plan, 3600, 21600, 86400);
    assert_true(plan.fits);
    assert_false(plan.stretched);
    assert_false(plan.discovery_stops);
}

static void exactly_the_capacity_fits_and_one_product_more_stretches_warm(void **state)
{
    struct watch_plan full = planned(usual(60, 200, 760));
    struct watch_plan over = planned(usual(60, 200, 761));

    (void)state;
    assert_int_equal(full.points, 30000);
    assert_false(full.stretched);
    assert_true(over.stretched);
    assert_true(over.fits);
    assert_true(over.points <= 30000);
    check_intervals(&over, 3600, 21628, 86400); /* 2000 x 86400 / 7990, rounded up */
}

static void warm_gives_way_first_and_only_as_far_as_needed(void **state)
{
    struct watch_plan plan = planned(usual(60, 300, 700));

    (void)state;
    check_intervals(&plan, 3600, 30140, 86400); /* 3000 x 86400 / 8600, rounded up */
    assert_int_equal(plan.points, 30000);
    assert_false(plan.discovery_stops);
}

static void cold_gives_way_when_warm_stands_at_24_hours(void **state)
{
    struct watch_plan plan = planned(usual(60, 300, 2000));

    (void)state;
    check_intervals(&plan, 3600, 86400, 137143); /* 20000 x 86400 / 12600 */
    assert_true(plan.points <= plan.capacity);
    assert_true(plan.fits);
}

static void hot_gives_way_last_up_to_3_hours(void **state)
{
    struct watch_plan plan = planned(usual(120, 300, 4000));

    (void)state;
    /* 3000 + 5715 (40000 x 86400 / 604800, rounded up) leave 21285 for 120 hot products. */
    check_intervals(&plan, 4872, 86400, 604800);
    assert_true(plan.points <= 30000);
    assert_false(plan.discovery_stops);
}

static void then_discovery_stops_and_its_reserve_is_used(void **state)
{
    struct watch_plan plan = planned(usual(400, 300, 700));

    (void)state;
    check_intervals(&plan, 10800, 86400, 604800);
    assert_int_equal(plan.points, 32000 + 3000 + 1000);
    assert_true(plan.discovery_stops);
    assert_int_equal(plan.capacity, 40000);
    assert_true(plan.fits);
}

static void what_even_that_cannot_pay_is_said(void **state)
{
    struct watch_plan plan = planned(usual(600, 0, 0));

    (void)state;
    check_intervals(&plan, 10800, 21600 * 4, 86400 * 7);
    assert_int_equal(plan.points, 48000);
    assert_true(plan.discovery_stops);
    assert_false(plan.fits);
}

static void an_interval_wanted_beyond_its_limit_stays(void **state)
{
    struct watch_load load = usual(400, 300, 700);

    (void)state;
    load.wanted_s[WATCH_HOT] = 40000;
    load.wanted_s[WATCH_WARM] = 100000;
    struct watch_plan plan = planned(load);
    check_intervals(&plan, 40000, 100000, 86400);
    assert_false(plan.stretched);
}

static void turnover_raises_the_allowance_and_so_the_pace(void **state)
{
    struct watch_load load = usual(60, 300, 700);

    (void)state;
    load.allowance = 60000;
    assert_false(planned(load).stretched);
    load.allowance = 0;
    assert_false(planned(load).fits);
    load.count[WATCH_HOT] = load.count[WATCH_WARM] = load.count[WATCH_COLD] = 0;
    assert_true(planned(load).fits);
}

static void loads_that_make_no_sense_are_refused(void **state)
{
    struct watch_plan plan;
    struct watch_load load = usual(1, 1, 1);

    (void)state;
    load.wanted_s[WATCH_COLD] = 0;
    check_fails(watch_plan_make(&load, &plan, &f), &f, FAIL_INPUT);
    load = usual(-1, 0, 0);
    check_fails(watch_plan_make(&load, &plan, &f), &f, FAIL_INPUT);
    load = usual(1, 1, 1);
    load.discovery_ppm = 900000;
    check_fails(watch_plan_make(&load, &plan, &f), &f, FAIL_INPUT);
    load = usual(1, 1, 1);
    load.points_per_look = 0;
    check_fails(watch_plan_make(&load, &plan, &f), &f, FAIL_INPUT);
    load = usual(1000000000, 1, 1);
    load.points_per_look = 1000000000;
    load.wanted_s[WATCH_HOT] = 1;
    check_fails(watch_plan_make(&load, &plan, &f), &f, FAIL_INPUT);
}

/* Any mix of up to 3000 products of each tier: the plan never passes its capacity unless it says so, WARM gives way before
 * COLD, COLD before HOT. */
static void tiers_give_way_in_their_order_for_any_mix(void **state)
{
    uint64_t seed = 20260701;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t count[WATCH_TIERS];

        for (int tier = 0; tier < WATCH_TIERS; tier++) {
            seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
            count[tier] = (int64_t)((seed >> 33) % 3000);
        }
        struct watch_plan plan = planned(usual(count[0], count[1], count[2]));
        assert_true(plan.fits == (plan.points <= plan.capacity));
        assert_true(plan.interval_s[WATCH_COLD] == 86400 || plan.interval_s[WATCH_WARM] == 86400);
        assert_true(plan.interval_s[WATCH_HOT] == 3600 || plan.interval_s[WATCH_COLD] == 604800);
        assert_true(!plan.discovery_stops || plan.interval_s[WATCH_HOT] == 10800);
        assert_true(plan.fits || plan.discovery_stops);
    }
}

static void a_product_is_hot_when_it_sells_is_advertised_or_runs_short(void **state)
{
    struct watch_facts quiet = { .stock = 20, .quiet_days = 30, .stock_hot_below = 20 };
    struct watch_facts p = quiet;

    (void)state;
    assert_string_equal(watch_tier_name(watch_tier_of(&p)), "COLD");
    p.quiet_days = 29;
    assert_string_equal(watch_tier_name(watch_tier_of(&p)), "WARM");
    p.quiet_days = -1;
    assert_int_equal(watch_tier_of(&p), WATCH_WARM);
    p = quiet;
    p.stock = 19;
    assert_string_equal(watch_tier_name(watch_tier_of(&p)), "HOT");
    p.stock = -1;
    assert_int_equal(watch_tier_of(&p), WATCH_HOT);
    p = quiet;
    p.sold_7d = 1;
    assert_int_equal(watch_tier_of(&p), WATCH_HOT);
    p = quiet;
    p.advertised = true;
    assert_int_equal(watch_tier_of(&p), WATCH_HOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(W_1_sixty_hot_two_hundred_warm_seven_hundred_cold_take_29400_of_30000),
        cmocka_unit_test(exactly_the_capacity_fits_and_one_product_more_stretches_warm),
        cmocka_unit_test(warm_gives_way_first_and_only_as_far_as_needed),
        cmocka_unit_test(cold_gives_way_when_warm_stands_at_24_hours),
        cmocka_unit_test(hot_gives_way_last_up_to_3_hours),
        cmocka_unit_test(then_discovery_stops_and_its_reserve_is_used),
        cmocka_unit_test(what_even_that_cannot_pay_is_said),
        cmocka_unit_test(an_interval_wanted_beyond_its_limit_stays),
        cmocka_unit_test(turnover_raises_the_allowance_and_so_the_pace),
        cmocka_unit_test(loads_that_make_no_sense_are_refused),
        cmocka_unit_test(tiers_give_way_in_their_order_for_any_mix),
        cmocka_unit_test(a_product_is_hot_when_it_sells_is_advertised_or_runs_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
