/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "common/base/attr.h"
#include "worker/fulfillment/states.h"

static enum order_state o(const char *name)
{
    return order_state_parse(name);
}

static enum supply_state s(const char *name)
{
    return supply_state_parse(name);
}

static void names_are_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < ORDER_STATES; i++) {
        assert_int_equal(o(order_state_name((enum order_state)i)), i);
    }
    for (int i = 0; i < SUPPLY_STATES; i++) {
        assert_int_equal(s(supply_state_name((enum supply_state)i)), i);
    }
    assert_int_equal(o("lost"), ORDER_STATES);
    assert_int_equal(s("lost"), SUPPLY_STATES);
}

static void an_order_goes_its_way_and_not_back(void **state)
{
    (void)state;
    static const char *const way[] = { "received", "placing",   "placed",
                                       "shipped",  "fulfilled", "delivered" };
    for (size_t i = 0; i + 1 < COUNT_OF(way); i++) {
        assert_true(order_may_become(o(way[i]), o(way[i + 1])));
        assert_false(order_may_become(o(way[i + 1]), o(way[i])));
        assert_true(order_may_become(o(way[i]), o(way[i])));
    }
}

static void a_placed_order_is_never_decided_again(void **state)
{
    (void)state;
    static const char *const after[] = { "placed", "shipped", "fulfilled", "delivered" };
    static const char *const before[] = { "received", "waiting", "flagged",
                                          "approval", "placing", "ignored" };
    for (size_t i = 0; i < COUNT_OF(after); i++) {
        for (size_t k = 0; k < COUNT_OF(before); k++) {
            assert_false(order_may_become(o(after[i]), o(before[k])));
        }
    }
}

static void ends_are_ends(void **state)
{
    (void)state;
    static const char *const ends[] = { "delivered", "cancelled", "ignored" };
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        for (int to = 0; to < ORDER_STATES; to++) {
            assert_int_equal(order_may_become(o(ends[i]), (enum order_state)to),
                             to == (int)o(ends[i]));
        }
        assert_false(order_before_handoff(o(ends[i])));
        assert_false(order_after_handoff(o(ends[i])));
    }
}

static void phases_divide_the_states(void **state)
{
    (void)state;
    assert_true(order_before_handoff(ORDER_RECEIVED) && order_before_handoff(ORDER_HELD) &&
                order_before_handoff(ORDER_APPROVAL));
    assert_false(order_before_handoff(ORDER_PLACING) || order_after_handoff(ORDER_PLACING));
    assert_true(order_after_handoff(ORDER_PLACED) && order_after_handoff(ORDER_FULFILLED));
}

static void money_spent_is_not_void(void **state)
{
    (void)state;
    for (int i = 0; i < SUPPLY_STATES; i++) {
        assert_false(supply_is_paid((enum supply_state)i) && supply_is_void((enum supply_state)i));
        /* A void supplier order never comes back to life: another takes its place under another number. */
        for (int to = 0; supply_is_void((enum supply_state)i) && to < SUPPLY_STATES; to++) {
            assert_int_equal(supply_may_become((enum supply_state)i, (enum supply_state)to),
                             to == i);
        }
    }
    assert_true(supply_is_paid(SUPPLY_CANCEL_ASKED));
    assert_false(supply_is_void(SUPPLY_CANCEL_ASKED));
    assert_false(supply_may_become(SUPPLY_PAID, SUPPLY_FAILED));
}

static void asking_to_cancel_may_end_either_way(void **state)
{
    (void)state;
    assert_true(supply_may_become(SUPPLY_PAID, SUPPLY_CANCEL_ASKED));
    assert_true(supply_may_become(SUPPLY_CANCEL_ASKED, SUPPLY_CANCELLED));
    assert_true(supply_may_become(SUPPLY_CANCEL_ASKED, SUPPLY_SHIPPED));
    assert_false(supply_may_become(SUPPLY_CANCEL_ASKED, SUPPLY_PAID));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_back),
        cmocka_unit_test(an_order_goes_its_way_and_not_back),
        cmocka_unit_test(a_placed_order_is_never_decided_again),
        cmocka_unit_test(ends_are_ends),
        cmocka_unit_test(phases_divide_the_states),
        cmocka_unit_test(money_spent_is_not_void),
        cmocka_unit_test(asking_to_cancel_may_end_either_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
