/* Thread counts that change at run time. */
#include <stdlib.h>
#include <string.h>

#include "common/queue/scale.h"
#include "tests/integration/queue/fixture.h"

#define ME    "host:1:aaaaaaaaaaaa"
#define OTHER "host:2:bbbbbbbbbbbb"

static void get(struct fixture *fx, const char *identity, int *ret_a, int *ret_b)
{
    struct scale_lane lanes[] = { { "a", 7 }, { "b", 7 } };

    must(queue_scale_get(fx->redis, identity, lanes, 2, &fx->fail), fx);
    *ret_a = lanes[0].threads;
    *ret_b = lanes[1].threads;
}

static void wish_for_one_process_goes_before_that_for_all(void **state)
{
    struct fixture *fx = *state;
    int a, b;

    must(queue_lease(fx->redis, ME, 60000, &fx->fail), fx);
    get(fx, ME, &a, &b);
    assert_int_equal(a, SCALE_NOT_SET);
    assert_int_equal(b, SCALE_NOT_SET);
    must(queue_scale_set(fx->redis, NULL, "a", 32, &fx->fail), fx);
    must(queue_scale_set(fx->redis, ME, "a", 4, &fx->fail), fx);
    get(fx, ME, &a, &b);
    assert_int_equal(a, 4);
    assert_int_equal(b, SCALE_NOT_SET);
    get(fx, OTHER, &a, &b);
    assert_int_equal(a, 32);
    must(queue_scale_set(fx->redis, ME, "a", SCALE_NOT_SET, &fx->fail), fx);
    get(fx, ME, &a, &b);
    assert_int_equal(a, 32);
    must(queue_scale_set(fx->redis, NULL, "a", SCALE_NOT_SET, &fx->fail), fx);
    assert_int_equal(fixture_int(fx, "EXISTS", "dropship:threads", NULL), 0);
}

static void unusable_wishes_are_refused(void **state)
{
    struct fixture *fx = *state;
    static const int numbers[] = { 0, -2, SCALE_THREADS_MAX + 1 };

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(queue_scale_set(fx->redis, NULL, "a", numbers[i], &fx->fail), -1);
        assert_int_equal(fx->fail.kind, FAIL_INPUT);
    }
    assert_int_equal(queue_scale_set(fx->redis, NULL, "a b", 2, &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_INPUT);
    assert_int_equal(queue_scale_set(fx->redis, "two words", "a", 2, &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_INPUT);
    assert_int_equal(queue_scale_set(fx->redis, OTHER, "a", 2, &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_MISSING);
    assert_int_equal(fixture_int(fx, "EXISTS", "dropship:threads", NULL), 0);
}

static void wishes_of_others_hands_do_no_harm(void **state)
{
    struct fixture *fx = *state;
    int a, b;

    command(fx, "HSET", "dropship:threads", "a", "many", ME " b", "9999", "b", "3", "c d e f",
            "-1");
    get(fx, ME, &a, &b);
    assert_int_equal(a, SCALE_NOT_SET);
    assert_int_equal(b, 3);
}

static void wishes_are_listed_and_forgotten_with_their_process(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) struct scale_wish *wishes = NULL;
    scoped(free_p) struct scale_wish *later = NULL;
    size_t count;

    must(queue_lease(fx->redis, ME, 60000, &fx->fail), fx);
    must(queue_lease(fx->redis, OTHER, 60000, &fx->fail), fx);
    must(queue_scale_set(fx->redis, ME, "b", 2, &fx->fail), fx);
    must(queue_scale_set(fx->redis, NULL, "b", 1, &fx->fail), fx);
    must(queue_scale_set(fx->redis, OTHER, "a", 1024, &fx->fail), fx);
    must(queue_scale_list(fx->redis, &wishes, &count, &fx->fail), fx);
    assert_int_equal(count, 3);
    assert_string_equal(wishes[0].queue, "a");
    assert_string_equal(wishes[0].identity, OTHER);
    assert_int_equal(wishes[0].threads, 1024);
    assert_string_equal(wishes[1].identity, "");
    assert_string_equal(wishes[2].identity, ME);
    command(fx, "DEL", "dropship:lease:" OTHER);
    must(queue_scale_set(fx->redis, NULL, "c", 5, &fx->fail), fx);
    must(queue_scale_list(fx->redis, &later, &count, &fx->fail), fx);
    assert_int_equal(count, 3);
    assert_string_equal(later[0].queue, "b");
    assert_string_equal(later[2].queue, "c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(wish_for_one_process_goes_before_that_for_all),
        queue_test(unusable_wishes_are_refused),
        queue_test(wishes_of_others_hands_do_no_harm),
        queue_test(wishes_are_listed_and_forgotten_with_their_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
