/* Which state of a product may follow which. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdbool.h>

#include "worker/discovery/states.h"

static void names_are_read_back(void **state)
{
    (void)state;
    for (int s = 0; s < PRODUCT_STATES; s++) {
        enum product_state product = (enum product_state)s;
        assert_int_equal(product_state_parse(product_state_name(product)), product);
        assert_true(product_may_become(product, product));
    }
    assert_int_equal(product_state_parse("sold"), PRODUCT_STATES);
}

static bool reaches(enum product_state from, enum product_state to)
{
    bool seen[PRODUCT_STATES] = { false };

    seen[from] = true;
    for (int round = 0; round < PRODUCT_STATES; round++) {
        for (int s = 0; s < PRODUCT_STATES; s++) {
            for (int n = 0; seen[s] && n < PRODUCT_STATES; n++) {
                seen[n] =
                    seen[n] || product_may_become((enum product_state)s, (enum product_state)n);
            }
        }
    }
    return seen[to];
}

static void a_found_product_can_reach_every_state(void **state)
{
    (void)state;
    for (int s = 0; s < PRODUCT_STATES; s++) {
        assert_true(reaches(PRODUCT_FOUND, (enum product_state)s));
    }
}

static void nothing_is_listed_without_being_judged_written_and_published(void **state)
{
    (void)state;
    for (int s = 0; s < PRODUCT_STATES; s++) {
        bool may = product_may_become((enum product_state)s, PRODUCT_LISTED);
        assert_int_equal(may,
                         s == PRODUCT_PUBLISHING || s == PRODUCT_ON_HOLD || s == PRODUCT_LISTED);
    }
    assert_false(product_may_become(PRODUCT_FOUND, PRODUCT_WRITING));
    assert_false(product_may_become(PRODUCT_CANDIDATE, PRODUCT_PUBLISHING));
    assert_false(product_may_become(PRODUCT_ASSESSED, PRODUCT_PUBLISHING));
    assert_false(product_may_become(PRODUCT_REJECTED, PRODUCT_WRITING));
    assert_false(product_may_become(PRODUCT_NEEDS_DATA, PRODUCT_WRITING));
}

static void what_is_in_the_shop_leaves_only_by_unlisting(void **state)
{
    (void)state;
    for (int s = 0; s < PRODUCT_STATES; s++) {
        enum product_state from = (enum product_state)s;
        if (!product_at_shop(from)) {
            continue;
        }
        assert_false(product_may_become(from, PRODUCT_REJECTED));
        assert_false(product_may_become(from, PRODUCT_CANDIDATE));
        assert_false(product_may_become(from, PRODUCT_NEEDS_REVIEW));
        assert_true(from == PRODUCT_UNLISTING || product_may_become(from, PRODUCT_UNLISTING));
    }
    assert_true(product_at_shop(PRODUCT_LISTED));
    assert_true(product_at_shop(PRODUCT_ON_HOLD));
    assert_false(product_at_shop(PRODUCT_UNLISTED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_back),
        cmocka_unit_test(a_found_product_can_reach_every_state),
        cmocka_unit_test(nothing_is_listed_without_being_judged_written_and_published),
        cmocka_unit_test(what_is_in_the_shop_leaves_only_by_unlisting),
    };
    return cmocka_run_group_tests_name("discovery.product_states", tests, NULL, NULL);
}
