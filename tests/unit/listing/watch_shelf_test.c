#include "tests/unit/base/check.h"

#include "common/base/attr.h"
#include "worker/discovery/publish_plan.h"
#include "worker/discovery/watch_shelf.h"

static const struct shelf_rules rules = { .safety = 5, .restore_above = 10 };

/* One look; the variant takes what follows. */
static enum shelf_what look(struct product_variant *v, int64_t told)
{
    struct shelf_next next;

    watch_shelf(v, told, &rules, &next);
    v->stock = next.stock;
    v->low = next.low;
    v->checks_back = next.checks_back;
    v->checks_empty = next.checks_empty;
    return next.what;
}

static void below_the_safety_stock_it_runs_out_at_once(void **state)
{
    struct product_variant v = { .stock = 100 };

    (void)state;
    assert_int_equal(look(&v, 5), SHELF_SAME);
    assert_int_equal(look(&v, 4), SHELF_RAN_OUT);
    assert_true(v.low);
    assert_int_equal(look(&v, 4), SHELF_SAME);
}

static void it_comes_back_after_plenty_in_two_looks_in_a_row(void **state)
{
    struct product_variant v = { .stock = 2, .low = true };

    (void)state;
    assert_int_equal(look(&v, 11), SHELF_SAME);
    assert_int_equal(look(&v, 10), SHELF_SAME); /* not above */
    assert_int_equal(look(&v, 11), SHELF_SAME);
    assert_true(v.low);
    assert_int_equal(look(&v, 12), SHELF_CAME_BACK);
    assert_false(v.low);
    assert_int_equal(v.checks_back, 0);
}

static void empty_after_a_stock_is_doubted_once(void **state)
{
    struct product_variant v = { .stock = 100 };

    (void)state;
    assert_int_equal(look(&v, 0), SHELF_DOUBT);
    assert_int_equal(v.stock, 100);
    assert_false(v.low);
    assert_int_equal(look(&v, -1), SHELF_RAN_OUT);
    assert_int_equal(v.stock, 0);
    assert_true(v.low);
}

static void a_doubt_breaks_the_row_of_good_looks(void **state)
{
    struct product_variant v = { .stock = 50, .low = true };

    (void)state;
    assert_int_equal(look(&v, 50), SHELF_SAME);
    assert_int_equal(v.checks_back, 1);
    assert_int_equal(look(&v, 0), SHELF_DOUBT);
    assert_int_equal(look(&v, 50), SHELF_SAME);
    assert_true(v.low);
}

static void empty_from_the_start_needs_no_second_word(void **state)
{
    struct product_variant none = { .stock = 0 };
    struct product_variant unknown = { .stock = PRODUCT_UNKNOWN };

    (void)state;
    assert_int_equal(look(&none, 0), SHELF_RAN_OUT);
    assert_int_equal(look(&unknown, -1), SHELF_RAN_OUT);
    assert_int_equal(unknown.stock, 0);
}

static void without_a_safety_stock_zero_is_still_nothing(void **state)
{
    struct product_variant v = { .stock = 0 };
    struct shelf_next next;

    (void)state;
    watch_shelf(&v, 0, &(struct shelf_rules){ 0, 0 }, &next);
    assert_true(next.low);
    watch_shelf(&v, 1, &(struct shelf_rules){ 0, 0 }, &next);
    assert_false(next.low);
}

static void what_is_wanted_depends_on_the_products_state(void **state)
{
    struct product_run r = { .p.state = PRODUCT_LISTED };
    struct product_variant v = { .stock = 100 };

    (void)state;
    r.set.num[SETTING_SAFETY_STOCK] = 5;
    assert_int_equal(watch_wanted(&r, &v), 95);
    v.low = true;
    assert_int_equal(watch_wanted(&r, &v), 0);
    v.low = false;
    v.gone = true;
    assert_int_equal(watch_wanted(&r, &v), 0);
    v.gone = false;
    r.p.state = PRODUCT_ON_HOLD;
    assert_int_equal(watch_wanted(&r, &v), 0);
}

static void quantities_have_a_floor_and_a_ceiling(void **state)
{
    (void)state;
    assert_int_equal(publish_quantity(3, 5), 0);
    assert_int_equal(publish_quantity(PRODUCT_UNKNOWN, 5), 0);
    assert_int_equal(publish_quantity(5, 5), 0);
    assert_int_equal(publish_quantity(6, 5), 1);
    assert_int_equal(publish_quantity(INT64_MAX, 5), PUBLISH_QUANTITY_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(below_the_safety_stock_it_runs_out_at_once),
        cmocka_unit_test(it_comes_back_after_plenty_in_two_looks_in_a_row),
        cmocka_unit_test(empty_after_a_stock_is_doubted_once),
        cmocka_unit_test(a_doubt_breaks_the_row_of_good_looks),
        cmocka_unit_test(empty_from_the_start_needs_no_second_word),
        cmocka_unit_test(without_a_safety_stock_zero_is_still_nothing),
        cmocka_unit_test(what_is_wanted_depends_on_the_products_state),
        cmocka_unit_test(quantities_have_a_floor_and_a_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
