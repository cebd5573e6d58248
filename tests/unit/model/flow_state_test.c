/* The word for how a flow stands: the first reason that holds. */
#include "tests/unit/base/check.h"

#include <string.h>

#include "common/model/flow_state.h"

static const int64_t US = 1000000, NOW = INT64_C(1795000000000000);

/* A flow in order: on, served, nothing wrong. */
static struct flow_sight good(const char *name)
{
    return (struct flow_sight){ .kind = flow_kind_find(name),
                                .now_us = NOW,
                                .built = true,
                                .on = true,
                                .serving = 1,
                                .has_shop = true,
                                .has_supplier = true,
                                .points_most = 40000,
                                .next_us = NOW + 60 * US };
}

static void says(const struct flow_sight *sight, enum flow_word word, const char *part)
{
    struct flow_state state;

    flow_state_of(sight, &state);
    assert_string_equal(flow_words[state.word], flow_words[word]);
    assert_non_null(strstr(state.reason, part));
}

static void a_flow_in_order_is_idle_and_with_jobs_active(void **state)
{
    struct flow_sight s = good("fulfillment");
    (void)state;

    says(&s, FLOW_WORD_IDLE, "waits for its next run");
    s.running = 2;
    says(&s, FLOW_WORD_ACTIVE, "2 jobs running");
}

static void what_is_off_is_off_whatever_else_is_wrong(void **state)
{
    struct flow_sight s = good("discovery");
    (void)state;

    s.stop = s.redis_away = s.paused = true;
    s.serving = 0;
    s.on = false;
    says(&s, FLOW_WORD_OFF, "switched off");
    s.built = false;
    says(&s, FLOW_WORD_OFF, "not built yet");
}

static void stop_names_who_and_why(void **state)
{
    struct flow_sight s = good("discovery");
    (void)state;

    s.stop = true;
    s.running = 3;
    s.stop_by = "key:anna";
    s.stop_reason = "prices look wrong";
    says(&s, FLOW_WORD_PAUSED, "STOP is on, by key:anna: prices look wrong");
    s.stop_by = s.stop_reason = NULL;
    says(&s, FLOW_WORD_PAUSED, "STOP is on");
}

static void points_block_only_the_flows_that_spend_them(void **state)
{
    const struct limit_view cj = { .now_us = NOW, .points_used = 40000 };
    struct flow_sight s = good("discovery");
    (void)state;

    s.cj = &cj;
    says(&s, FLOW_WORD_BLOCKED, "(40000 of 40000)");
    s.kind = flow_kind_find("stock");
    says(&s, FLOW_WORD_BLOCKED, "points");
    s.kind = flow_kind_find("fulfillment");
    says(&s, FLOW_WORD_IDLE, "waits");
}

static void an_empty_wallet_blocks_orders_alone(void **state)
{
    struct flow_sight s = good("fulfillment");
    (void)state;

    s.wallet_empty = true;
    says(&s, FLOW_WORD_BLOCKED, "wallet");
    s.kind = flow_kind_find("discovery");
    says(&s, FLOW_WORD_IDLE, "waits");
}

static void trouble_outside_degrades(void **state)
{
    const struct limit_view failing = { .failures = 2 }, open = { .failures = 5, .open = true };
    struct flow_sight s = good("fulfillment");
    (void)state;

    s.shopify = &failing;
    says(&s, FLOW_WORD_DEGRADED, "the shop fails (2 in a row)");
    s.shopify = NULL;
    s.cj = &open;
    says(&s, FLOW_WORD_DEGRADED, "the supplier fails: calls are paused");
    s = good("fulfillment");
    s.next_us = NOW - 90 * US;
    says(&s, FLOW_WORD_DEGRADED, "90 s late");
    s.next_us = NOW - 30 * US;
    says(&s, FLOW_WORD_IDLE, "waits");
    s.died = 4;
    says(&s, FLOW_WORD_DEGRADED, "4 of its jobs died");
}

static void long_reasons_fit(void **state)
{
    char long_text[2000];
    struct flow_sight s = good("discovery");
    (void)state;

    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    s.stop = true;
    s.stop_by = s.stop_reason = long_text;
    says(&s, FLOW_WORD_PAUSED, "STOP is on, by xxx");
    s.stop = false;
    s.setup = long_text;
    says(&s, FLOW_WORD_DEGRADED, "the shop lacks something: xxx");
}

static void the_next_run_is_the_next_slot_or_the_one_nobody_took(void **state)
{
    const int64_t slot = NOW / (300 * US), begun = slot * 300 * US;
    (void)state;

    assert_int_equal(flow_next_us(NOW, 300, slot, 0), begun + 300 * US);
    assert_int_equal(flow_next_us(NOW, 300, slot + 1, 0), begun + 300 * US);
    assert_int_equal(flow_next_us(NOW, 300, slot - 1, 0), begun);
    assert_int_equal(flow_next_us(NOW, 300, -1, 0), begun);
    assert_int_equal(flow_next_us(NOW, 300, -1, NOW - US), NOW - US); /* just switched on */
    assert_int_equal(flow_next_us(NOW, 300, slot * 5, 0), begun);     /* of another interval */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flow_in_order_is_idle_and_with_jobs_active),
        cmocka_unit_test(what_is_off_is_off_whatever_else_is_wrong),
        cmocka_unit_test(stop_names_who_and_why),
        cmocka_unit_test(points_block_only_the_flows_that_spend_them),
        cmocka_unit_test(an_empty_wallet_blocks_orders_alone),
        cmocka_unit_test(trouble_outside_degrades),
        cmocka_unit_test(long_reasons_fit),
        cmocka_unit_test(the_next_run_is_the_next_slot_or_the_one_nobody_took),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
