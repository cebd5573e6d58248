/* Deciding and placing: modes, STOP, edits and cancellations on the way. */
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

static void approve_mode_waits_for_a_person(void **state)
{
    (void)state;
    rig_set("flow.fulfillment", "approve");
    receive();
    release();
    expect_state("approval", "");
    assert_int_equal(fake->creates, 0);
    assert_string_equal(flow_of(id, "next_job"), "");
    release_by_person();
    release();
    expect_state("placed", "");
}

static void approval_of_an_order_that_was_edited_since_does_not_count(void **state)
{
    (void)state;
    rig_set("flow.fulfillment", "approve");
    receive();
    release();
    PUT(fake->orders[order].ship.line1, "9 Other St");
    release_by_person();
    release();
    expect_state("held", "EDITED");
    assert_string_equal(flow_of(id, "released_by"), "");
    release_by_person();
    release();
    expect_state("placed", "");
}

static void dry_run_says_once_what_it_would_do_and_does_nothing(void **state)
{
    (void)state;
    rig_set("flow.fulfillment", "dry_run");
    receive();
    release();
    release();
    expect_state("waiting", "");
    assert_int_equal(rig_int("select count(*) from order_event where step = 'would'"), 1);
    fake->variants[0].stock = 0;
    release();
    assert_int_equal(rig_int("select count(*) from order_event where step = 'would'"), 2);
    assert_string_equal(
        rig_text("select code from order_event where step = 'would' order by id desc"),
        "OUT_OF_STOCK");
    assert_int_equal(fake->creates, 0);
    assert_int_equal(rig_int("select count(*) from supplier_order"), 0);
}

static void off_and_stop_leave_the_order_and_say_so_once(void **state)
{
    (void)state;
    rig_set("flow.fulfillment", "off");
    receive();
    release();
    release();
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    expect_state("received", "");
    assert_int_equal(rig_int("select count(*) from order_event where code = 'FLOW_OFF'"), 1);
    rig_set("flow.fulfillment", "auto");
    rig_set("stop", "1");
    release();
    assert_string_equal(rig_text("select code from order_event order by id desc"), "STOP");
    assert_int_equal(fake->point.calls, 1); /* the list alone */
    rig_set("stop", "0");
    release();
    expect_state("placed", "");
}

static int for_orders, for_others;

static void count_purposes(const char *call)
{
    (void)call;
    *(fake->for_orders ? &for_orders : &for_others) += 1;
}

static void an_order_may_use_the_points_kept_for_orders(void **state)
{
    (void)state;
    receive();
    fake->point.before = count_purposes;
    release();
    fake->point.before = NULL;
    expect_state("placed", "");
    assert_true(for_orders > 0);
    assert_int_equal(for_others, 0);
}

static void stop_before_payment(const char *call)
{
    if (strcmp(call, "confirm") == 0) {
        rig_set("stop", "1");
    }
}

static void stop_between_create_and_payment_is_obeyed(void **state)
{
    (void)state;
    fake->point.before = stop_before_payment;
    receive();
    release();
    expect_state("placing", "");
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    assert_int_equal(fake->creates, 1);
    assert_int_equal(fake->pays, 0);
    fake->point.before = NULL;
    rig_set("stop", "0");
    release();
    expect_state("placed", "");
    assert_int_equal(fake->creates, 1);
    assert_int_equal(fake->pays, 1);
}

static void edit_after_quote(const char *call)
{
    if (strcmp(call, "balance") == 0) {
        PUT(fake->orders[order].ship.line1, "9 Other St");
    }
}

static void edit_between_decision_and_creation_is_held(void **state)
{
    (void)state;
    fake->point.before = edit_after_quote;
    receive();
    release();
    expect_state("held", "EDITED");
    assert_int_equal(fake->creates, 0);
    assert_string_equal(rig_text("select state from supplier_order"), "failed");
    fake->point.before = NULL;
    release_by_person();
    release();
    release();
    if (strcmp(flow_of(id, "state"), "held") == 0) { /* the approval was for the address before */
        release_by_person();
        release();
    }
    expect_state("placed", "");
    assert_string_equal(rig_text("select our_number from supplier_order where state = 'paid'"),
                        "DS-500-2");
    assert_int_equal(fake->creates, 1);
}

static int64_t open_acts(void)
{
    return rig_int("select count(*) from effect where state in ('intent', 'unknown')");
}

/* An order whose creation failed for now, edited before it is tried again. */
static void create_in_vain(enum fail_kind kind)
{
    fake->create_kind = kind;
    receive();
    assert_int_equal(flow_job("order.release", id), -1);
    expect_state("placing", "");
    assert_int_equal(open_acts(), 1);
    fake->create_kind = FAIL_NONE;
    PUT(fake->orders[order].ship.line1, "9 Other St");
    release();
    expect_state("held", "EDITED");
}

static void what_was_not_created_is_not_wanted_while_the_order_is_held(void **state)
{
    (void)state;
    create_in_vain(FAIL_LATER);
    assert_int_equal(open_acts(), 0);
    assert_string_equal(rig_text("select state || ', ' || error from effect"),
                        "failed, Given up when the order became 'held': the order is refused");
}

static void an_unknown_creation_is_settled_by_the_look_that_gives_it_up(void **state)
{
    (void)state;
    create_in_vain(FAIL_UNKNOWN);
    assert_int_equal(open_acts(), 0);
    assert_string_equal(rig_text("select state from effect"), "failed");
    assert_int_equal(fake->creates, 0);
}

static void die_after_creating(const char *call)
{
    if (strcmp(call, "create") == 0) {
        fake->point.at = fake->point.calls;
    }
}

static void a_creation_that_is_found_and_taken_back_has_happened(void **state)
{
    (void)state;
    receive();
    fake->point.fault = FAULT_KILLED_AFTER;
    fake->point.before = die_after_creating;
    assert_int_equal(flow_job("order.release", id), -2);
    fake->point.before = NULL;
    assert_int_equal(fake->creates, 1);
    assert_int_equal(open_acts(), 1);
    PUT(fake->orders[order].ship.line1, "9 Other St");
    release();
    expect_state("held", "EDITED");
    assert_int_equal(fake->deletes, 1);
    assert_int_equal(open_acts(), 0);
    assert_string_equal(rig_text("select state from effect where kind = 'cj.create'"), "done");
}

static void empty_the_wallet_at_payment(const char *call)
{
    if (strcmp(call, "pay") == 0) {
        fake->balance_minor = 0;
    }
}

static void a_refused_payment_is_not_wanted_while_the_wallet_is_empty(void **state)
{
    (void)state;
    fake->point.before = empty_the_wallet_at_payment;
    receive();
    release();
    expect_state("held", "WALLET");
    assert_int_equal(open_acts(), 0);
    assert_string_equal(rig_text("select state from effect where kind = 'cj.pay'"), "failed");
    fake->point.before = NULL;
    fake->balance_minor = 5000;
    release();
    expect_state("placed", "");
    assert_int_equal(fake->pays, 1);
    assert_int_equal(rig_int("select count(*) from effect where state <> 'done'"), 0);
}

static void die_before_paying(const char *call)
{
    if (strcmp(call, "pay") == 0) {
        fake->point.at = fake->point.calls;
    }
}

/* An order whose payment may be on its way. */
static void pay_into_the_dark(void)
{
    receive();
    fake->point.fault = FAULT_KILLED_BEFORE;
    fake->point.before = die_before_paying;
    assert_int_equal(flow_job("order.release", id), -2);
    fake->point.before = NULL;
    assert_int_equal(open_acts(), 1);
}

/* What the supplier shows is believed when the payment cannot come any more, not before. */
static void expect_given_up_in_time(const char *code)
{
    rig_sql(
        "update supplier_order set pay_tried_at = now() + interval '5 minutes'"); /* that pass now */
    assert_int_equal(flow_job("order.release", id), -1);
    expect_state("placing", "");
    assert_string_equal(rig_text("select state from supplier_order"), "unpaid");
    assert_int_equal(open_acts(), 1);
    release();
    expect_state("held", code);
    assert_int_equal(open_acts(), 0);
    assert_string_equal(rig_text("select state from effect where kind = 'cj.pay'"), "failed");
}

static void an_order_lost_with_a_payment_on_its_way_is_waited_for(void **state)
{
    (void)state;
    pay_into_the_dark();
    fake_supply_last()->deleted = true;
    expect_given_up_in_time("SUPPLIER_MISSING");
}

static void an_edited_order_lost_with_a_payment_on_its_way_is_waited_for(void **state)
{
    (void)state;
    pay_into_the_dark();
    fake_supply_last()->deleted = true;
    PUT(fake->orders[order].ship.line1, "9 Other St");
    expect_given_up_in_time("EDITED");
}

static void a_cancellation_at_the_supplier_waits_for_a_payment_on_its_way(void **state)
{
    (void)state;
    pay_into_the_dark();
    fake_supply_last()->status = CJ_CANCELLED;
    expect_given_up_in_time("SUPPLIER_CANCELLED");
}

static void cancel_after_quote(const char *call)
{
    if (strcmp(call, "balance") == 0) {
        fake->orders[order].cancelled = true;
    }
}

static void cancellation_before_creation_ends_the_order(void **state)
{
    (void)state;
    fake->point.before = cancel_after_quote;
    receive();
    release();
    expect_state("cancelled", "");
    assert_int_equal(fake->creates, 0);
}

static void cancel_by_list(const char *call)
{
    if (strcmp(call, "confirm") == 0) {
        rig_sql("update shop_order set shop_cancelled_at = now()");
        fake->orders[order].cancelled = true;
    }
}

static void cancellation_before_payment_never_pays(void **state)
{
    (void)state;
    fake->point.before = cancel_by_list;
    receive();
    release();
    expect_state("cancelled", "");
    assert_int_equal(fake->creates, 1);
    assert_int_equal(fake->pays, 0);
}

static void cancelled_test_and_fulfilled_orders_are_not_placed(void **state)
{
    (void)state;
    order = fake_add_order();
    fake->orders[order].lines[0].remaining = 0;
    id = flow_check(order);
    release();
    expect_state("ignored", "");
    receive();
    fake->orders[order].cancelled = true;
    release();
    expect_state("cancelled", "");
    assert_int_equal(fake->creates, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, flow_clear)
    const struct CMUnitTest tests[] = {
        T(approve_mode_waits_for_a_person),
        T(an_order_may_use_the_points_kept_for_orders),
        T(approval_of_an_order_that_was_edited_since_does_not_count),
        T(dry_run_says_once_what_it_would_do_and_does_nothing),
        T(off_and_stop_leave_the_order_and_say_so_once),
        T(stop_between_create_and_payment_is_obeyed),
        T(edit_between_decision_and_creation_is_held),
        T(what_was_not_created_is_not_wanted_while_the_order_is_held),
        T(an_unknown_creation_is_settled_by_the_look_that_gives_it_up),
        T(a_creation_that_is_found_and_taken_back_has_happened),
        T(a_refused_payment_is_not_wanted_while_the_wallet_is_empty),
        T(an_order_lost_with_a_payment_on_its_way_is_waited_for),
        T(an_edited_order_lost_with_a_payment_on_its_way_is_waited_for),
        T(a_cancellation_at_the_supplier_waits_for_a_payment_on_its_way),
        T(cancellation_before_creation_ends_the_order),
        T(cancellation_before_payment_never_pays),
        T(cancelled_test_and_fulfilled_orders_are_not_placed),
    };
    return cmocka_run_group_tests(tests, flow_setup, rig_close);
}
