/* The set-up check: what it finds, what it mends, what it leaves. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "tests/integration/listing/stage.h"

static void check(void)
{
    if (rig_run(store_setup, "[]") < 0) {
        fail_msg("store.setup: %s", rig_fail.text);
    }
}

static const char *level(const char *name)
{
    char sql[160];

    (void)snprintf(sql, sizeof sql, "select level from setup_finding where name = '%s'", name);
    return rig_text(sql);
}

static void a_shop_in_order_has_nothing_to_mend(void **state)
{
    (void)state;
    check();
    assert_int_equal(rig_int("select count(*) from setup_finding where level <> 'ok'"), 0);
    assert_true(rig_int("select count(*) from setup_finding") > 12);
    assert_string_equal(rig_text("select gid from shop_place where name = 'location'"),
                        "gid://shopify/Location/1");
    assert_string_equal(rig_text("select gid from shop_place where name = 'publication'"),
                        "gid://shopify/Publication/1");
}

static void what_is_missing_is_named_with_how_to_mend_it(void **state)
{
    (void)state;
    (void)str_fit(fake->scopes, sizeof fake->scopes, "write_products,read_orders");
    fake->no_location = fake->no_policies = true;
    check();
    assert_string_equal(level("scope.write_products"), "ok");
    assert_string_equal(level("scope.write_inventory"), "fail");
    assert_string_equal(level("scope.read_orders"), "ok");
    assert_string_equal(level("scope.write_orders"), "warn");
    assert_string_equal(level("location"), "fail");
    assert_string_equal(level("policy.REFUND_POLICY"), "warn");
    assert_int_equal(rig_int("select count(*) from setup_finding where level <> 'ok' and (mend is "
                             "null or length(mend) < 20)"),
                     0);
    fake->no_location = false;
    check();
    assert_string_equal(level("location"), "ok");
    assert_string_equal(rig_text("select mend from setup_finding where name = 'location'"), "");
}

static void a_currency_without_its_rate_is_a_fault(void **state)
{
    (void)state;
    (void)str_fit(fake->currency, sizeof fake->currency, "EUR");
    check();
    assert_string_equal(level("currency"), "fail");
    rig_set("money.usd_rate_e9", "920000000");
    check();
    assert_string_equal(level("currency"), "ok");
}

static void webhooks_are_subscribed_once_when_there_is_an_address(void **state)
{
    (void)state;
    check();
    assert_int_equal(fake->hooks_made, 0);
    assert_string_equal(level("webhooks"), "ok");
    rig_set("store.callback_url", "https://ops.example.com/");
    rig_set("stop", "1");
    check();
    assert_int_equal(fake->hooks_made, 0);
    assert_string_equal(level("webhook.ORDERS_PAID"), "warn");
    rig_set("stop", "0");
    check();
    check();
    assert_int_equal(fake->hooks_made, 6);
    assert_string_equal(fake->hooks[0].url, "https://ops.example.com/webhooks/shopify");
    assert_string_equal(level("webhook.ORDERS_PAID"), "ok");
    assert_string_equal(level("webhooks"), ""); /* a finding of before is gone */
    rig_set("store.callback_url", "http://ops.example.com");
    check();
    assert_string_equal(level("webhooks"), "warn");
}

static void the_supplier_is_told_where_to_tell_of_orders(void **state)
{
    (void)state;
    check();
    assert_string_equal(level("webhook.cj"), "");
    rig_set("store.callback_url", "https://ops.example.com/");
    rig_set("stop", "1");
    check();
    assert_int_equal(fake->cj_hooks_made, 0);
    assert_string_equal(level("webhook.cj"), "warn");
    rig_set("stop", "0");
    check();
    check();
    assert_int_equal(fake->cj_hooks_made, 1);
    assert_string_equal(fake->cj_hook, "https://ops.example.com/webhooks/cj");
    assert_string_equal(level("webhook.cj"), "ok");
}

static void passing_trouble_leaves_the_findings_of_before(void **state)
{
    (void)state;
    check();
    for (int at = 1; at <= 7; at++) {
        fake->point.calls = 0;
        fake->point.fault = FAULT_REFUSED_LATER;
        fake->point.at = at;
        fake->no_policies = true;
        assert_int_equal(rig_run(store_setup, "[]"), -1);
        assert_string_equal(level("policy.REFUND_POLICY"), "ok");
    }
}

int main(void)
{
#define with_stage(name) cmocka_unit_test_setup(name, stage_clear)
    const struct CMUnitTest tests[] = {
        with_stage(a_shop_in_order_has_nothing_to_mend),
        with_stage(what_is_missing_is_named_with_how_to_mend_it),
        with_stage(a_currency_without_its_rate_is_a_fault),
        with_stage(webhooks_are_subscribed_once_when_there_is_an_address),
        with_stage(the_supplier_is_told_where_to_tell_of_orders),
        with_stage(passing_trouble_leaves_the_findings_of_before),
    };

    return cmocka_run_group_tests(tests, stage_setup, rig_close);
}
