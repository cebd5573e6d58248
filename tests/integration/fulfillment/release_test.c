/* Deciding: what is held, what is waited for, and what people say to it. */
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

static void grace_is_waited_for(void **state)
{
    (void)state;
    rig_set("orders.grace_s", "7200");
    receive();
    release();
    expect_state("waiting", "");
    assert_int_equal(fake->creates, 0);
    assert_string_equal(rig_text("select code from order_event where step = 'waiting'"), "GRACE");
    assert_int_equal(
        rig_int("select extract(epoch from next_run_at - created_at)::bigint from shop_order"),
        7200);
}

static void a_job_before_its_time_does_nothing(void **state)
{
    (void)state;
    rig_set("orders.grace_s", "7200");
    receive();
    assert_int_equal(rig_run(order_release, "[1]"), 0);
    expect_state("received", "");
}

static void an_order_held_by_another_run_comes_back_in_three_seconds(void **state)
{
    struct fail f;

    (void)state;
    receive();
    assert_int_equal(db_try_lock(rig_other_db(), "order:1", &f), 0);
    release();
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    assert_int_equal(rig_snooze_s, 3);
    expect_state("received", "");
    db_unlock(rig_other_db(), "order:1");
    release();
    expect_state("placed", "");
}

static void unknown_sku_is_proposed_and_held(void **state)
{
    (void)state;
    rig_sql("delete from variant_mapping");
    receive();
    release();
    expect_state("held", "NO_MAPPING");
    assert_int_equal(rig_int("select count(*) from variant_mapping where confirmed_at is null and "
                             "vid = '2509180000000000777'"),
                     1);
    assert_non_null(strstr(flow_of(id, "hold_reasons"), "Candidates: SKU-1"));
    assert_string_equal(flow_of(id, "next_job"), "");
    release(); /* nothing named it: no change */
    expect_state("held", "NO_MAPPING");
}

static void exact_sku_is_confirmed_by_rule_when_a_person_allowed_it(void **state)
{
    (void)state;
    rig_sql("delete from variant_mapping");
    rig_set("mapping.confirm_exact_sku", "1");
    receive();
    release();
    expect_state("placed", "");
    assert_string_equal(rig_text("select confirmed_by from variant_mapping"), "rule:exact-sku");
    assert_int_equal(rig_int("select snapshot_minor from variant_mapping"), 850);
}

static void two_exact_matches_are_not_confirmed(void **state)
{
    (void)state;
    rig_sql("delete from variant_mapping");
    rig_set("mapping.confirm_exact_sku", "1");
    fake->variants[1] = (struct fake_variant){
        .vid = "2509180000000000888", .sku = "SKU-1", .stock = 5, .price_minor = 900
    };
    receive();
    release();
    expect_state("held", "NO_MAPPING");
    assert_int_equal(rig_int("select count(*) from variant_mapping where confirmed_at is null"), 2);
}

static void fallback_is_used_only_when_the_first_is_out_of_stock(void **state)
{
    (void)state;
    fake->variants[1] = (struct fake_variant){
        .vid = "2509180000000000888", .sku = "ALT-1", .stock = 5, .price_minor = 900
    };
    rig_sql("insert into variant_mapping (shop_sku, vid, supplier_sku, rank, snapshot_minor, "
            "confirmed_at, confirmed_by)"
            " values ('SKU-1', '2509180000000000888', 'ALT-1', 2, 900, now(), 'test')");
    receive();
    release();
    assert_string_equal(rig_text("select lines -> 0 ->> 'vid' from supplier_order"),
                        "2509180000000000777");
    fake->variants[0].stock = 0;
    receive();
    release();
    expect_state("placed", "");
    assert_string_equal(
        rig_text("select lines -> 0 ->> 'vid' from supplier_order order by id desc"),
        "2509180000000000888");
    fake->variants[1].stock = 0;
    receive();
    release();
    expect_state("held", "OUT_OF_STOCK");
}

static void healing_holds_are_looked_at_again_and_let_go(void **state)
{
    (void)state;
    fake->variants[0].stock = 0;
    receive();
    release();
    expect_state("held", "OUT_OF_STOCK");
    assert_string_equal(flow_of(id, "next_job"), "order.release");
    assert_int_equal(
        rig_int("select (next_run_at > now() + interval '200 seconds')::int from shop_order"), 1);
    release();
    assert_int_equal(rig_int("select count(*) from order_event where step = 'held'"),
                     1); /* said once */
    fake->variants[0].stock = 10;
    release();
    expect_state("placed", "");
}

static void empty_wallet_holds_before_anything_is_created(void **state)
{
    (void)state;
    fake->balance_minor = 1000;
    receive();
    release();
    expect_state("held", "WALLET");
    assert_int_equal(fake->creates, 0);
    fake->balance_minor = 5000;
    release();
    expect_state("placed", "");
}

static void price_rise_no_method_and_box_are_held(void **state)
{
    (void)state;
    fake->variants[0].price_minor = 1010;
    receive();
    release();
    expect_state("held", "PRICE_RISE");
    fake->variants[0].price_minor = -1;
    receive();
    release();
    expect_state("held", "PRICE_RISE");
    fake->variants[0].price_minor = 850;
    order = fake_add_order();
    PUT(fake->orders[order].ship.line1, "P.O. Box 12");
    id = flow_check(order);
    release();
    expect_state("held", "ADDR_PO_BOX");
}

static void a_box_goes_by_post_when_a_postal_method_is_offered(void **state)
{
    (void)state;
    PUT(fake->freight_name, "USPS+");
    order = fake_add_order();
    PUT(fake->orders[order].ship.line1, "P.O. Box 12");
    id = flow_check(order);
    release();
    expect_state("placed", "");
    assert_string_equal(rig_text("select logistic_name from supplier_order"), "USPS+");
}

static void malformed_order_is_held_and_touches_no_other(void **state)
{
    (void)state;
    order = fake_add_order();
    memset(&fake->orders[order].ship, 0, sizeof fake->orders[order].ship);
    fake->orders[order].lines[0].sku[0] = '\0';
    id = flow_check(order);
    release();
    expect_state("held", "ADDR_INCOMPLETE");
    assert_int_equal(rig_int("select jsonb_array_length(hold_reasons) from shop_order"),
                     3); /* address, phone, mapping */
    receive();
    release();
    expect_state("placed", "");
}

static void unpaid_order_is_held_and_released_by_its_payment(void **state)
{
    (void)state;
    order = fake_add_order();
    PUT(fake->orders[order].financial, "PENDING");
    id = flow_check(order);
    release();
    expect_state("held", "NOT_PAID");
    PUT(fake->orders[order].financial, "PAID");
    fake_touch(order);
    assert_int_equal(flow_check(order), id);
    release();
    expect_state("placed", "");
}

static void duplicate_is_held_and_the_first_is_not(void **state)
{
    (void)state;
    int first = fake_add_order(), second = fake_add_order();
    PUT(fake->orders[second].email, fake->orders[first].email);
    int64_t first_id = flow_check(first);
    id = flow_check(second);
    assert_int_equal(flow_job("order.release", first_id), 0);
    assert_string_equal(flow_of(first_id, "state"), "placed");
    release();
    expect_state("held", "DUPLICATE");
    release_by_person();
    release();
    expect_state("placed", "");
}

static void flagged_order_waits_its_time_and_a_person_shortens_it(void **state)
{
    (void)state;
    order = fake_add_order();
    PUT(fake->orders[order].risk, "MEDIUM");
    id = flow_check(order);
    release();
    expect_state("flagged", "");
    assert_int_equal(rig_int("select score from shop_order"), 30);
    assert_int_equal(fake->creates, 0);
    release_by_person();
    release();
    expect_state("placed", "");
}

static void a_person_cannot_release_what_cannot_be_sent(void **state)
{
    (void)state;
    rig_sql("delete from variant_mapping");
    fake->variants[0].vid[0] = '\0';
    receive();
    release();
    expect_state("held", "NO_MAPPING");
    release_by_person();
    release();
    expect_state("held", "NO_MAPPING");
}

static void held_by_a_person_stays_held(void **state)
{
    struct fail f;

    (void)state;
    receive();
    assert_int_equal(order_hold_by(rig_other_db(), id, "customer called", "ann", &f), 0);
    expect_state("held", "PERSON");
    fake_touch(order);
    (void)flow_check(order);
    release();
    expect_state("held", "PERSON");
    release_by_person();
    release();
    expect_state("placed", "");
}

static void partly_refunded_order_waits_for_a_person_and_goes_then(void **state)
{
    (void)state;
    order = fake_add_order();
    PUT(fake->orders[order].financial, "PARTIALLY_REFUNDED");
    id = flow_check(order);
    release();
    expect_state("held", "PARTLY_REFUNDED");
    release_by_person();
    release();
    expect_state("placed", "");
}

static int supplier_calls;
static void count_supplier_calls(const char *call)
{
    supplier_calls += strcmp(call, "order_get") != 0;
}

static void unpaid_order_costs_no_look_ups_at_the_supplier(void **state)
{
    (void)state;
    order = fake_add_order();
    PUT(fake->orders[order].financial, "PENDING");
    id = flow_check(order);
    supplier_calls = 0;
    fake->point.before = count_supplier_calls;
    release();
    expect_state("held", "NOT_PAID");
    PUT(fake->orders[order].financial, "PAID");
    PUT(fake->orders[order].risk, "PENDING");
    release();
    fake->point.before = NULL;
    expect_state("waiting", "");
    assert_int_equal(supplier_calls, 0);
}

static void fallback_takes_the_place_of_a_variant_off_the_shelf(void **state)
{
    (void)state;
    rig_sql("insert into variant_mapping (shop_sku, vid, supplier_sku, rank, snapshot_minor, "
            "confirmed_at, confirmed_by) values ('SKU-1', '2509180000000000999', 'SKU-1B', 2, 900, "
            "now(), 'test')");
    fake->variants[0] = (struct fake_variant){
        .vid = "2509180000000000999", .sku = "SKU-1B", .stock = 9, .price_minor = 900
    };
    receive();
    release();
    expect_state("placed", "");
    assert_string_equal(fake_supply_last()->lines[0].vid, "2509180000000000999");
}

static void a_mapping_to_what_the_supplier_does_not_have_is_named(void **state)
{
    (void)state;
    rig_sql("update variant_mapping set vid = 'V-TYPO'");
    receive();
    release();
    expect_state("held", "NO_MAPPING");
    assert_non_null(strstr(flow_of(id, "hold_reasons"),
                           "(SKU SKU-1) is mapped to V-TYPO, which the "
                           "supplier does not have"));
    assert_int_equal(fake->creates, 0);
    rig_sql("update variant_mapping set vid = '2509180000000000777'");
    release_by_person();
    release();
    expect_state("placed", "");
}

static void fallback_is_the_main_one_once_the_first_is_forgotten(void **state)
{
    (void)state;
    rig_sql("insert into variant_mapping (shop_sku, vid, supplier_sku, rank, snapshot_minor, "
            "confirmed_at, confirmed_by) values ('SKU-1', '2509180000000000999', 'SKU-1B', 2, 900, "
            "now(), 'test')");
    rig_sql("delete from variant_mapping where shop_sku = 'SKU-1' and rank = 1");
    fake->variants[1] = (struct fake_variant){
        .vid = "2509180000000000999", .sku = "SKU-1B", .stock = 9, .price_minor = 900
    };
    receive();
    release();
    expect_state("placed", "");
    assert_string_equal(fake_supply_last()->lines[0].vid, "2509180000000000999");
}

static void try_that_was_never_paid_is_no_double(void **state)
{
    (void)state;
    int first = fake_add_order();
    PUT(fake->orders[first].financial, "VOIDED");
    order = fake_add_order();
    PUT(fake->orders[order].email, fake->orders[first].email);
    fake->orders[order].created_us = fake->orders[first].created_us + 60000000;
    id = flow_check(first);
    release();
    expect_state("held", "NOT_PAID");
    id = flow_check(order);
    release();
    expect_state("placed", "");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, flow_clear)
    const struct CMUnitTest tests[] = {
        T(grace_is_waited_for),
        T(a_job_before_its_time_does_nothing),
        T(an_order_held_by_another_run_comes_back_in_three_seconds),
        T(unknown_sku_is_proposed_and_held),
        T(exact_sku_is_confirmed_by_rule_when_a_person_allowed_it),
        T(two_exact_matches_are_not_confirmed),
        T(fallback_is_used_only_when_the_first_is_out_of_stock),
        T(healing_holds_are_looked_at_again_and_let_go),
        T(empty_wallet_holds_before_anything_is_created),
        T(price_rise_no_method_and_box_are_held),
        T(a_box_goes_by_post_when_a_postal_method_is_offered),
        T(malformed_order_is_held_and_touches_no_other),
        T(unpaid_order_is_held_and_released_by_its_payment),
        T(duplicate_is_held_and_the_first_is_not),
        T(flagged_order_waits_its_time_and_a_person_shortens_it),
        T(a_person_cannot_release_what_cannot_be_sent),
        T(held_by_a_person_stays_held),
        T(partly_refunded_order_waits_for_a_person_and_goes_then),
        T(unpaid_order_costs_no_look_ups_at_the_supplier),
        T(fallback_takes_the_place_of_a_variant_off_the_shelf),
        T(a_mapping_to_what_the_supplier_does_not_have_is_named),
        T(fallback_is_the_main_one_once_the_first_is_forgotten),
        T(try_that_was_never_paid_is_no_double),
    };
    return cmocka_run_group_tests(tests, flow_setup, rig_close);
}
