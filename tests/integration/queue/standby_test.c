/* Due jobs when no scheduler answers. */
#include <stdio.h>
#include <stdlib.h>

#include "common/queue/standby.h"
#include "tests/integration/queue/fixture.h"

enum { OVERDUE_MS = 5000 };

/* A job in the set, due since_ms ago by Redis' clock. */
static void add_due(struct fixture *fx, const char *set, int n, int64_t since_ms)
{
    char score[32], payload[64];
    int64_t now_us;

    must(redis_time_us(fx->redis, &now_us, &fx->fail), fx);
    (void)snprintf(score, sizeof score, "%.6f", (double)(now_us - since_ms * 1000) / 1e6);
    (void)snprintf(payload, sizeof payload, "{\"queue\":\"q\",\"args\":[%d]}", n);
    command(fx, "ZADD", set, score, payload);
}

static int64_t stand_in(struct fixture *fx)
{
    int64_t moved = -1;

    must(queue_promote_standby(fx->redis, OVERDUE_MS, 1000, &moved, &fx->fail), fx);
    return moved;
}

static void what_is_due_for_a_moment_is_left_to_the_scheduler(void **state)
{
    struct fixture *fx = *state;

    assert_int_equal(stand_in(fx), 0);
    add_due(fx, "schedule", 1, OVERDUE_MS - 2000);
    add_due(fx, "retry", 2, 0);
    add_due(fx, "retry", 3, -60000);
    assert_int_equal(stand_in(fx), 0);
    assert_int_equal(fixture_int(fx, "EXISTS", "queue:q", NULL), 0);
    assert_int_equal(fixture_int(fx, "ZCARD", "retry", NULL), 2);
}

static void what_is_due_for_long_takes_all_that_is_due_along(void **state)
{
    static const char *const sets[] = { "schedule", "retry" };

    for (size_t i = 0; i < 2; i++) {
        struct fixture *fx = *state;

        command(fx, "FLUSHDB");
        add_due(fx, sets[i], 1, OVERDUE_MS + 1);
        add_due(fx, sets[1 - i], 2, 10);
        add_due(fx, sets[i], 3, -60000);
        assert_int_equal(stand_in(fx), 2);
        assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 2);
        assert_int_equal(fixture_int(fx, "ZCARD", sets[i], NULL), 1);
        assert_int_equal(stand_in(fx), 0);
    }
}

static void entry_without_a_time_does_not_hold_the_rest_up(void **state)
{
    struct fixture *fx = *state;

    command(fx, "ZADD", "schedule", "-inf", "{\"queue\":\"q\",\"args\":[1]}");
    add_due(fx, "schedule", 2, 1);
    assert_int_equal(stand_in(fx), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(what_is_due_for_a_moment_is_left_to_the_scheduler),
        queue_test(what_is_due_for_long_takes_all_that_is_due_along),
        queue_test(entry_without_a_time_does_not_hold_the_rest_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
