/* After hand-off: tracking, parcels, fulfillment, edits and cancellations. */
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

#define PUT(field, text) ((void)str_fit((field), sizeof(field), (text)))

static int64_t id;
static int order;

static void expect_state(const char *state, const char *hold_code)
{
    if (strcmp(flow_of(id, "state"), state) != 0) {
        fail_msg("order is %s (%s): %s", flow_of(id, "state"), rig_fail.text,
                 rig_text("select string_agg(step || ' ' || coalesce(code, '') || ' ' || text, "
                          "E'\\n' order by id) from order_event"));
    }
    assert_string_equal(flow_of(id, "hold_code"), hold_code);
}

static void job(const char *type)
{
    if (strcmp(flow_of(id, "next_job"), type) != 0) {
        fail_msg("next job is %s, not %s", flow_of(id, "next_job"), type);
    }
    if (flow_job(type, id) != 0) {
        fail_msg("%s: %s", type, rig_fail.text);
    }
}

/* A placed order of `lines` lines: the first is SKU-1, the second SKU-2. */
static void place(size_t lines)
{
    fake->variants[1] = (struct fake_variant){
        .vid = "2509180000000000888", .sku = "SKU-2", .stock = 9, .price_minor = 500
    };
    rig_sql("insert into variant_mapping (shop_sku, vid, supplier_sku, snapshot_minor, "
            "confirmed_at, confirmed_by)"
            " values ('SKU-2', '2509180000000000888', 'SKU-2', 500, now(), 'test')");
    order = fake_add_order();
    fake->orders[order].line_count = lines;
    if (lines > 1) {
        PUT(fake->orders[order].lines[1].sku, "SKU-2");
        fake->orders[order].lines[1].quantity = fake->orders[order].lines[1].remaining = 3;
    }
    id = flow_check(order);
    job("order.release");
    expect_state("placed", "");
}

static void ship(const char *number, int line)
{
    fake_ship(fake_supply_last(), number, line);
    job("order.track");
}

static const struct fake_done *done(size_t i)
{
    return &fake->orders[order].done[i];
}

static void looks_grow_by_half_up_to_the_longest(void **state)
{
    static const int64_t waits[] = { 3600, 5400, 8100, 10800, 10800 };

    (void)state;
    place(1);
    for (size_t i = 0; i < COUNT_OF(waits); i++) {
        int64_t wait =
            rig_int("select extract(epoch from next_run_at - now())::bigint from shop_order");
        assert_in_range(wait, waits[i == 0 ? 0 : i - 1] - 5, waits[i == 0 ? 0 : i - 1] + 5);
        job("order.track");
    }
    expect_state("placed", "");
}

static void one_parcel_is_told_with_company_url_and_mail(void **state)
{
    (void)state;
    place(1);
    ship("YT 1/ü", -1);
    expect_state("shipped", "");
    job("order.fulfill");
    expect_state("fulfilled", "");
    assert_int_equal(fake->fulfills, 1);
    assert_string_equal(done(0)->number, "YT 1/ü");
    assert_string_equal(done(0)->company, "YunExpress");
    assert_string_equal(done(0)->url, "https://t.17track.net/en#nums=YT%201%2F%C3%BC");
    assert_int_equal(rig_int("select count(*) from parcel where notified_at is not null"), 1);
    assert_int_equal(rig_int("select count(fulfilled_at) from shop_order"), 1);
    assert_string_equal(flow_of(id, "next_job"), "order.track");
}

static void two_parcels_fulfil_their_own_lines(void **state)
{
    (void)state;
    place(2);
    ship("YT1", 1);
    job("order.fulfill");
    expect_state("shipped", "");
    assert_int_equal(done(0)->quantity[0], 0);
    assert_int_equal(done(0)->quantity[1], 3);
    ship("YT2", 0);
    job("order.fulfill");
    expect_state("fulfilled", "");
    assert_int_equal(fake->fulfills, 2);
    assert_int_equal(done(1)->quantity[0], 1);
    assert_string_equal(done(1)->number, "YT2");
}

static void late_change_of_a_tracking_number_updates_the_fulfillment(void **state)
{
    (void)state;
    place(1);
    ship("YT1", -1);
    job("order.fulfill");
    PUT(fake_supply_last()->parcels[0].number, "YT9");
    job("order.track");
    expect_state("fulfilled", "");
    job("order.fulfill");
    assert_int_equal(fake->fulfills, 1);
    assert_int_equal(fake->updates, 1);
    assert_string_equal(done(0)->number, "YT9");
    job("order.track");
    assert_string_equal(flow_of(id, "next_job"), "order.track"); /* told once */
    assert_int_equal(fake->updates, 1);
}

static void lost_answer_of_a_tracking_update_is_not_repeated(void **state)
{
    (void)state;
    place(1);
    ship("YT1", -1);
    job("order.fulfill");
    PUT(fake_supply_last()->parcels[0].number, "YT9");
    job("order.track");
    fake->point.fault = FAULT_ANSWER_LOST;
    fake->point.at = fake->point.calls + 2; /* state, then the update */
    job("order.fulfill");                   /* finds out at once that it was done */
    assert_true(fake->point.fired);
    assert_string_equal(flow_of(id, "next_job"), "order.track");
    assert_int_equal(fake->updates, 1);
    assert_int_equal(rig_int("select count(*) from effect where state <> 'done'"), 0);
}

static void delivery_of_everything_ends_the_order(void **state)
{
    (void)state;
    place(2);
    ship("YT1", 0);
    job("order.fulfill");
    fake_supply_last()->parcels[0].delivered = true;
    ship("YT2", 1);
    job("order.fulfill");
    job("order.track");
    expect_state("fulfilled", "");
    fake_supply_last()->parcels[1].delivered = true;
    fake_supply_last()->status = CJ_DELIVERED;
    job("order.track");
    expect_state("delivered", "");
    assert_string_equal(flow_of(id, "next_job"), "");
    assert_string_equal(rig_text("select state from supplier_order"), "delivered");
}

static void fulfilled_by_a_person_is_adopted_and_noted(void **state)
{
    (void)state;
    place(1);
    fake->orders[order].lines[0].remaining = 0;
    fake->orders[order].done[0] =
        (struct fake_done){ .used = true, .by_person = true, .number = "OTHER" };
    fake->orders[order].done_count = 1;
    ship("YT1", -1);
    job("order.fulfill");
    expect_state("fulfilled", "");
    assert_int_equal(fake->fulfills, 0);
    assert_int_equal(rig_int("select count(*) from order_event where code = 'ADOPTED'"), 1);
    assert_int_equal(
        rig_int("select count(*) from parcel where notified_at is null and sent_number = 'YT1'"),
        1);
}

static void held_fulfillment_order_holds_and_goes_on_when_it_is_let_go(void **state)
{
    (void)state;
    place(1);
    fake->orders[order].on_hold = true;
    ship("YT1", -1);
    job("order.fulfill");
    expect_state("held", "FO_ON_HOLD");
    assert_int_equal(fake->fulfills, 0);
    fake->orders[order].on_hold = false;
    fake_touch(order);
    (void)flow_check(order);
    flow_drive(id, "fulfilled");
    expect_state("fulfilled", "");
    assert_int_equal(fake->fulfills, 1);
    assert_int_equal(fake->pays, 1);
}

static void cancellation_after_payment_is_asked_for_and_not_claimed(void **state)
{
    (void)state;
    place(1);
    fake->orders[order].cancelled = true;
    fake_touch(order);
    (void)flow_check(order);
    job("order.track");
    expect_state("placed", "");
    assert_string_equal(rig_text("select state from supplier_order"), "cancel_asked");
    assert_non_null(strstr(flow_of(id, "problem"), "CJ support"));
    assert_int_equal(fake->deletes, 0);
    job("order.track");
    assert_int_equal(rig_int("select count(*) from order_event where step = 'problem'"), 1);
    fake_supply_last()->status = CJ_CANCELLED;
    job("order.track");
    expect_state("cancelled", "");
    assert_string_equal(rig_text("select state from supplier_order"), "cancelled");
}

static void parcel_of_a_cancelled_order_is_not_announced(void **state)
{
    (void)state;
    place(1);
    ship("YT1", -1);
    fake->orders[order].cancelled = true; /* no list has told us yet */
    fake_touch(order);
    job("order.fulfill");
    assert_int_equal(fake->fulfills, 0);
    job("order.track");
    assert_string_equal(rig_text("select state from supplier_order"), "cancel_asked");
    fake_supply_last()->parcels[0].delivered = true;
    fake_supply_last()->status = CJ_DELIVERED;
    job("order.track");
    expect_state("held", "SHOP_CANCELLED");
    assert_int_equal(fake->fulfills, 0);
}

static void edit_after_hand_off_is_shown_once(void **state)
{
    (void)state;
    place(1);
    PUT(fake->orders[order].ship.line1, "9 Other St");
    fake_touch(order);
    (void)flow_check(order);
    assert_string_equal(flow_of(id, "next_job"), "order.track");
    job("order.track");
    expect_state("placed", "");
    assert_non_null(strstr(flow_of(id, "problem"), "changed at the shop"));
    fake_touch(order);
    (void)flow_check(order);
    job("order.track");
    assert_int_equal(rig_int("select count(*) from order_event where code = 'EDITED'"), 1);
}

static void supplier_cancelling_holds_with_a_problem_and_a_release_places_anew(void **state)
{
    struct fail f;

    (void)state;
    place(1);
    fake_supply_last()->status = CJ_CANCELLED;
    job("order.track");
    expect_state("held", "SUPPLIER_CANCELLED");
    assert_string_not_equal(flow_of(id, "problem"), "");
    fake_touch(order);
    (void)flow_check(order);
    assert_string_equal(flow_of(id, "next_job"), ""); /* a change does not order again by itself */
    assert_int_equal(order_release_by(rig_other_db(), id, "ann", &f), 0);
    job("order.release");
    expect_state("placed", "");
    assert_int_equal(fake->pays, 2);
    assert_string_equal(rig_text("select our_number from supplier_order where state = 'paid'"),
                        "DS-500-2");
}

static void lost_paid_order_is_held(void **state)
{
    (void)state;
    place(1);
    struct fake_supply *s = fake_supply_last();
    s->deleted = true;
    job("order.track");
    expect_state("placed", ""); /* one "not found" is not believed */
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    job("order.track");
    expect_state("placed", "");
    s->deleted = false;
    job("order.track");
    assert_string_equal(rig_text("select missing_at from supplier_order"), "");
    s->deleted = true;
    job("order.track");
    rig_sql("update supplier_order set missing_at = missing_at - interval '5 minutes'");
    job("order.track");
    expect_state("held", "SUPPLIER_MISSING");
}

static void shipped_since(const char *ago)
{
    char sql[100];

    (void)snprintf(sql, sizeof sql, "update supplier_order set shipped_at = now() - interval '%s'",
                   ago);
    rig_sql(sql);
}

static void shipped_without_a_number_is_told_once_and_held_in_the_end(void **state)
{
    (void)state;
    place(1);
    fake_supply_last()->status = CJ_SHIPPED;
    job("order.track");
    shipped_since("47 hours");
    job("order.track");
    assert_string_equal(flow_of(id, "problem"), "");
    shipped_since("49 hours");
    job("order.track");
    job("order.track");
    expect_state("placed", "");
    assert_non_null(strstr(flow_of(id, "problem"), "no tracking number"));
    assert_int_equal(rig_int("select count(*) from order_event where code = 'NO_TRACKING'"), 1);
    shipped_since("31 days");
    job("order.track");
    expect_state("held", "NO_TRACKING");
    assert_string_equal(flow_of(id, "next_job"), "");
}

static void delivered_without_a_number_is_held_until_a_person_fulfils_it(void **state)
{
    struct fail f;

    (void)state;
    place(1);
    fake_supply_last()->status = CJ_DELIVERED;
    job("order.track");
    expect_state("placed", "");
    shipped_since("49 hours");
    job("order.track");
    expect_state("held", "NO_TRACKING");
    fake->orders[order].lines[0].remaining = 0;
    assert_int_equal(order_release_by(rig_other_db(), id, "ann", &f), 0);
    flow_drive(id, NULL);
    expect_state("delivered", "");
    assert_int_equal(fake->pays, 1);
    assert_int_equal(fake->fulfills, 0);
}

static void part_without_a_number_never_passes_for_delivered(void **state)
{
    (void)state;
    place(2);
    ship("YT1", 0);
    job("order.fulfill");
    fake_supply_last()->parcels[0].delivered = true;
    fake_supply_last()->status = CJ_DELIVERED;
    job("order.track");
    expect_state("shipped", "");
    shipped_since("8 days");
    job("order.track");
    expect_state("held", "NO_TRACKING");
}

static void fulfilled_orders_are_looked_at_ever_more_rarely(void **state)
{
    (void)state;
    place(1);
    ship("YT1", -1);
    job("order.fulfill");
    rig_sql("update shop_order set fulfilled_at = now() - interval '16 days'");
    job("order.track");
    assert_in_range(
        rig_int("select extract(epoch from next_run_at - now())::bigint from shop_order"),
        86400 - 60, 86400 + 60);
    rig_sql("update shop_order set fulfilled_at = now() - interval '200 days'");
    job("order.track");
    job("order.track");
    assert_in_range(
        rig_int("select extract(epoch from next_run_at - now())::bigint from shop_order"),
        7 * 86400 - 60, 7 * 86400 + 60);
    assert_int_equal(rig_int("select count(*) from order_event where code = 'NOT_DELIVERED'"), 1);
}

static void refund_after_hand_off_is_shown_once(void **state)
{
    (void)state;
    place(1);
    PUT(fake->orders[order].financial, "REFUNDED"); /* the money alone: lines are as they were */
    for (int i = 0; i < 2; i++) {
        fake_touch(order);
        (void)flow_check(order);
        job("order.track");
    }
    expect_state("placed", "");
    assert_non_null(strstr(flow_of(id, "problem"), "Refunded"));
    assert_int_equal(rig_int("select count(*) from order_event where code = 'REFUNDED'"), 1);
}

static void stop_keeps_parcels_back(void **state)
{
    (void)state;
    place(1);
    ship("YT1", -1);
    rig_set("stop", "1");
    job("order.fulfill");
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    assert_int_equal(fake->fulfills, 0);
    rig_set("stop", "0");
    job("order.fulfill");
    assert_int_equal(fake->fulfills, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, flow_clear)
    const struct CMUnitTest tests[] = {
        T(looks_grow_by_half_up_to_the_longest),
        T(one_parcel_is_told_with_company_url_and_mail),
        T(two_parcels_fulfil_their_own_lines),
        T(late_change_of_a_tracking_number_updates_the_fulfillment),
        T(lost_answer_of_a_tracking_update_is_not_repeated),
        T(delivery_of_everything_ends_the_order),
        T(fulfilled_by_a_person_is_adopted_and_noted),
        T(held_fulfillment_order_holds_and_goes_on_when_it_is_let_go),
        T(cancellation_after_payment_is_asked_for_and_not_claimed),
        T(parcel_of_a_cancelled_order_is_not_announced),
        T(edit_after_hand_off_is_shown_once),
        T(supplier_cancelling_holds_with_a_problem_and_a_release_places_anew),
        T(lost_paid_order_is_held),
        T(shipped_without_a_number_is_told_once_and_held_in_the_end),
        T(delivered_without_a_number_is_held_until_a_person_fulfils_it),
        T(part_without_a_number_never_passes_for_delivered),
        T(fulfilled_orders_are_looked_at_ever_more_rarely),
        T(refund_after_hand_off_is_shown_once),
        T(stop_keeps_parcels_back),
    };
    return cmocka_run_group_tests(tests, flow_setup, rig_close);
}
