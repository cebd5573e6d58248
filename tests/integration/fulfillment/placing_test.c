/* Placing what is released: creating, confirming and paying at the supplier, and what it answers. */
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
#include "common/model/orders.h"
#include "tests/integration/fulfillment/flow.h"
#include "tests/integration/fulfillment/release_steps.h"

#define PUT(field, text) ((void)str_fit((field), sizeof(field), (text)))

static void clean_order_is_placed_once_with_the_numbers_of_the_quote(void **state)
{
    (void)state;
    receive();
    release();
    expect_state("placed", "");
    assert_int_equal(fake->pays, 1);
    assert_string_equal(rig_text("select our_number from supplier_order"), "DS-500-1");
    assert_int_equal(rig_int("select quoted_minor from supplier_order"), 1321);
    assert_int_equal(rig_int("select charged_minor from supplier_order"), 1321);
    assert_int_equal(rig_int("select cap_minor from supplier_order"), 1347);
    assert_string_equal(rig_text("select state from supplier_order"), "paid");
    assert_string_equal(flow_of(id, "next_job"), "order.track");
    assert_string_equal(flow_of(id, "mode"), "auto");
    assert_int_equal(rig_int("select count(*) from outbox where event = 'order.placed' and "
                             "job_type = 'order.track'"),
                     1);
}

static void empty_the_wallet_before_payment(const char *call)
{
    if (strcmp(call, "confirm") == 0) {
        fake->balance_minor = 0;
    }
}

static void wallet_emptied_while_placing_keeps_the_created_order(void **state)
{
    (void)state;
    fake->point.before = empty_the_wallet_before_payment;
    receive();
    release();
    expect_state("held", "WALLET");
    assert_int_equal(fake->creates, 1);
    fake->point.before = NULL;
    fake->balance_minor = 5000;
    release();
    expect_state("placed", "");
    assert_int_equal(fake->creates, 1);
    assert_int_equal(fake->pays, 1);
}

static void other_goods_at_the_supplier_are_not_paid(void **state)
{
    (void)state;
    fake->other_lines = true;
    receive();
    release();
    expect_state("held", "LINES_DIFFER");
    assert_int_equal(fake->pays, 0);
    fake_touch(order);
    (void)flow_check(order);
    release();
    expect_state("held", "LINES_DIFFER"); /* only a person lifts it */
}

static void amount_over_the_cap_or_unknown_is_not_paid(void **state)
{
    (void)state;
    fake->surcharge_minor = 27; /* cap 1347, 1348 asked */
    receive();
    release();
    expect_state("held", "AMOUNT_OVER_CAP");
    fake->surcharge_minor = INT64_MIN;
    receive();
    release();
    expect_state("held", "AMOUNT_UNKNOWN");
    fake->surcharge_minor = 26;
    receive();
    release();
    expect_state("placed", "");
    assert_int_equal(fake->pays, 1);
}

static void order_that_can_never_be_paid_is_deleted_and_placed_anew_on_release(void **state)
{
    (void)state;
    fake->miss = true;
    receive();
    release();
    expect_state("held", "LOGISTICS_MISS");
    assert_int_equal(fake->deletes, 1);
    fake->miss = false;
    release_by_person();
    release();
    expect_state("placed", "");
    assert_string_equal(rig_text("select our_number from supplier_order where state = 'paid'"),
                        "DS-500-2");
    assert_int_equal(fake->pays, 1);
}

static void intercepted_order_waits_for_a_person_and_goes_on(void **state)
{
    (void)state;
    PUT(fake->intercept, "address looks odd");
    receive();
    release();
    expect_state("held", "INTERCEPTED");
    fake->intercept[0] = '\0';
    release_by_person();
    release();
    expect_state("placed", "");
    assert_int_equal(fake->creates, 1);
}

static void refused_creation_holds_with_the_suppliers_words(void **state)
{
    (void)state;
    fake->create_kind = FAIL_INPUT;
    receive();
    release();
    expect_state("held", "SUPPLIER_REFUSED");
    assert_non_null(strstr(flow_of(id, "hold_reasons"), "the order is refused"));
    fake->create_kind = FAIL_NONE;
    release_by_person();
    release();
    expect_state("placed", "");
}

static void refused_account_is_waited_for_and_holds_nothing(void **state)
{
    (void)state;
    fake->create_kind = FAIL_DENIED;
    receive();
    release();
    expect_state("placing", "");
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    fake->create_kind = FAIL_NONE;
    release();
    expect_state("placed", "");
}

static void passing_trouble_is_never_a_hold(void **state)
{
    (void)state;
    fake->create_kind = FAIL_LATER;
    receive();
    assert_int_equal(flow_job("order.release", id), -1);
    assert_int_equal(rig_fail.kind, FAIL_LATER);
    expect_state("placing", "");
    fake->create_kind = FAIL_NONE;
    release();
    expect_state("placed", "");
    assert_int_equal(fake->creates, 1);
}

/* The next call fails when it is the payment. */
static void refuse_payment(const char *call)
{
    fake->point.at = strcmp(call, "pay") == 0 ? fake->point.calls : 0;
}

static void payment_on_its_way_keeps_the_order_from_being_given_up(void **state)
{
    (void)state;
    receive();
    fake->point.fault = FAULT_REFUSED_LATER; /* the request was sent, but has not arrived yet */
    fake->point.before = refuse_payment;
    (void)flow_job("order.release", id);
    fake->point.before = NULL;
    expect_state("placing", "");
    assert_int_equal(fake->pays, 0);
    PUT(fake->orders[order].ship.line1, "9 Other St");
    fake_touch(order);
    char args[64];
    (void)snprintf(args, sizeof args, "[%lld, \"now\"]", (long long)id);
    assert_int_equal(rig_run(order_release, args), -1);
    assert_int_equal(rig_fail.kind, FAIL_LATER);
    expect_state("placing", "");
    fake_supply_last()->paid = true; /* it arrives */
    fake_supply_last()->status = CJ_UNSHIPPED;
    release();
    expect_state("placed", "");
    assert_int_equal(rig_int("select count(*) from supplier_order"), 1);
}

static void order_fulfilled_by_a_person_leaves_nothing_unpaid_behind(void **state)
{
    (void)state;
    receive();
    fake->surcharge_minor = 5000;
    release();
    expect_state("held", "AMOUNT_OVER_CAP");
    fake_supply_last()->status = CJ_CREATED;
    fake->orders[order].lines[0].remaining = 0;
    release_by_person();
    release();
    expect_state("ignored", "");
    assert_int_equal(fake->deletes, 1);
    assert_int_equal(fake->pays, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, flow_clear)
    const struct CMUnitTest tests[] = {
        T(clean_order_is_placed_once_with_the_numbers_of_the_quote),
        T(wallet_emptied_while_placing_keeps_the_created_order),
        T(other_goods_at_the_supplier_are_not_paid),
        T(amount_over_the_cap_or_unknown_is_not_paid),
        T(order_that_can_never_be_paid_is_deleted_and_placed_anew_on_release),
        T(intercepted_order_waits_for_a_person_and_goes_on),
        T(refused_creation_holds_with_the_suppliers_words),
        T(refused_account_is_waited_for_and_holds_nothing),
        T(passing_trouble_is_never_a_hold),
        T(payment_on_its_way_keeps_the_order_from_being_given_up),
        T(order_fulfilled_by_a_person_leaves_nothing_unpaid_behind),
    };
    return cmocka_run_group_tests(tests, flow_setup, rig_close);
}
