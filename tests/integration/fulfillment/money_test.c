/* The money of orders on its way into the books: with every reading, and for orders that no job follows any more. */
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
#include "tests/integration/fulfillment/flow.h"

#define PUT(field, text) ((void)str_fit((field), sizeof(field), (text)))

static int order;
static int64_t id;

static int clear(void **state)
{
    int result = flow_clear(state);

    rig_sql("truncate store_sessions, order_refund, daily_sales cascade; "
            "insert into shop_info (name, currency, timezone) values ('Shop', 'USD', 'UTC') "
            "on conflict do nothing; delete from duty_rule where dest = 'US'; "
            "insert into duty_rule (dest, origin, valid_from, currency, source) "
            "values ('US', 'CN', '2020-01-01', 'USD', 'test')");
    return result;
}

static void run(job_run_fn *handler)
{
    if (rig_run(handler, "[]") != 0) {
        fail_msg("%s", rig_fail.text);
    }
}

/* An order that has come to its end. */
static void deliver(void)
{
    order = fake_add_order();
    id = flow_check(order);
    flow_drive(id, "placed");
    fake_ship(fake_supply_last(), "TRACK1", -1);
    fake_supply_last()->status = CJ_DELIVERED;
    fake_supply_last()->parcels[0].delivered = true;
    flow_drive(id, "delivered");
    assert_string_equal(flow_of(id, "state"), "delivered");
}

static void give_back(void)
{
    fake->orders[order].returned[0] = 1;
    fake_touch(order);
    (void)flow_check(order);
}

/* The sums per day are those of the facts. */
static void expect_balanced(void)
{
    assert_int_equal(
        rig_int("select count(*) from (select shop_date, currency, sum(contribution) as c, "
                "sum(total_sales) as t, sum(orders) as o from order_day group by 1, 2) a "
                "full join (select shop_date, currency, sum(contribution) as c, sum(total_sales) "
                "as t, sum(orders) as o from daily_sales group by 1, 2) b using (shop_date, "
                "currency) where (a.c, a.t, a.o) is distinct from (b.c, b.t, b.o)"),
        0);
}

static void an_order_on_its_way_is_booked_by_its_own_readings(void **state)
{
    (void)state;
    deliver();
    assert_int_equal(rig_int("select gross_minor - discount_minor from order_line"), 4949);
    assert_int_equal(rig_int("select tax_minor from shop_order"), 396);
    /* 49.49 + 4.90 + 3.96 at 2.9 % and 30 */
    assert_int_equal(rig_int("select fee_minor from shop_order where fee_source = 'rate'"), 199);
    assert_int_equal(rig_int("select count(*) from shop_order where money_at is not null"), 1);
    assert_string_equal(rig_text("select cost_source from order_line"), "invoice");
    assert_int_equal(rig_int("select sum(total_sales) from daily_sales"), 4949 + 490 + 396);
    /* goods 8.50, shipping as the fake asks */
    assert_int_equal(rig_int("select sum(contribution) from daily_sales"),
                     4949 + 490 - 199 - 850 - fake->freight_minor);
    expect_balanced();
}

static void a_refund_of_a_finished_order_is_read_and_moves_nothing(void **state)
{
    (void)state;
    deliver();
    run(orders_money);
    give_back();
    assert_int_equal(rig_int("select count(*) from order_refund"), 0);
    run(orders_money);
    assert_int_equal(rig_int("select net_minor from order_refund_line"), 4949);
    assert_string_equal(flow_of(id, "state"), "delivered");
    assert_string_equal(flow_of(id, "next_job"), "");
    assert_string_equal(flow_of(id, "problem"), "");
    assert_int_equal(rig_int("select sum(total_sales) from daily_sales"), 490);
    int64_t events = rig_int("select count(*) from order_event");
    run(orders_money);
    assert_int_equal(rig_int("select count(*) from order_refund"), 1);
    assert_int_equal(rig_int("select count(*) from order_event"), events);
    expect_balanced();
}

static void a_refund_after_everything_was_sent_is_no_problem(void **state)
{
    (void)state;
    order = fake_add_order();
    id = flow_check(order);
    flow_drive(id, "placed");
    fake_ship(fake_supply_last(), "TRACK1", -1);
    flow_drive(id, "fulfilled");
    PUT(fake->orders[order].financial, "REFUNDED");
    give_back();
    assert_int_equal(flow_job("order.track", id), 0);
    assert_string_equal(flow_of(id, "problem"), "");
    assert_int_equal(rig_int("select count(*) from order_event where step = 'returned'"), 1);
    assert_int_equal(rig_int("select count(*) from order_refund"), 1);
    fake_touch(order);
    (void)flow_check(order);
    assert_int_equal(flow_job("order.track", id), 0);
    assert_int_equal(rig_int("select count(*) from order_event where step = 'returned'"), 1);
}

static void a_notice_of_the_shop_books_at_once(void **state)
{
    char gid[SHOPIFY_GID_BYTES], args[SHOPIFY_GID_BYTES + 8];
    (void)state;

    deliver();
    fake->orders[order].returned[0] = 1;
    fake_touch(order);
    fake_gid(order, gid);
    (void)snprintf(args, sizeof args, "[\"%s\"]", gid);
    assert_int_equal(rig_run(orders_check, args), 0);
    assert_int_equal(rig_int("select count(*) from order_refund"), 1);
    expect_balanced();
}

static void an_older_reading_does_not_undo_a_later_one(void **state)
{
    char gid[SHOPIFY_GID_BYTES], args[SHOPIFY_GID_BYTES + 8];
    (void)state;

    deliver();
    rig_sql("update shop_order set money_seen_at = now() + interval '1 day'");
    fake->orders[order].returned[0] = 1;
    fake_gid(order, gid);
    (void)snprintf(args, sizeof args, "[\"%s\"]", gid);
    assert_int_equal(rig_run(orders_check, args), 0);
    assert_int_equal(rig_int("select count(*) from order_refund"), 0);
}

static void orders_older_than_the_books_are_read(void **state)
{
    (void)state;
    deliver();
    rig_sql("update order_line set ordered = null, gross_minor = null, discount_minor = null, "
            "tax_minor = null; update shop_order set money_at = null, money_seen_at = null, "
            "tax_minor = null, fee_minor = null, fee_source = null, shipping_minor = null");
    run(orders_money);
    assert_int_equal(rig_int("select count(*) from shop_order where money_at is not null and "
                             "money_seen_at is not null"),
                     1);
    assert_int_equal(rig_int("select sum(total_sales) from daily_sales"), 4949 + 490 + 396);
    expect_balanced();
}

static void money_that_is_not_told_stops_no_parcel(void **state)
{
    (void)state;
    order = fake_add_order();
    fake->orders[order].money_unknown = true;
    id = flow_check(order);
    flow_drive(id, "placed");
    assert_string_equal(flow_of(id, "state"), "placed");
    assert_string_equal(flow_of(id, "money_problem"), "the fake does not tell");
    assert_string_equal(flow_of(id, "money_at"), "");
    fake->orders[order].money_unknown = false;
    fake_touch(order);
    (void)flow_check(order);
    assert_int_equal(flow_job("order.track", id), 0);
    assert_string_equal(flow_of(id, "money_problem"), "");
    assert_string_not_equal(flow_of(id, "money_at"), "");
}

/* Line gids that are not the order's: the books refuse them, the order goes on. */
static void what_the_books_refuse_stops_no_parcel(void **state)
{
    (void)state;
    rig_sql("create function refuse() returns trigger language plpgsql as $$ begin "
            "raise exception 'not in these books' using errcode = 'check_violation'; end $$; "
            "create trigger refuse before update of gross_minor on order_line for each row "
            "execute function refuse()");
    order = fake_add_order();
    id = flow_check(order);
    flow_drive(id, "placed");
    rig_sql("drop trigger refuse on order_line; drop function refuse()");
    assert_string_equal(flow_of(id, "state"), "placed");
    assert_non_null(strstr(flow_of(id, "money_problem"), "not in these books"));
}

static void an_order_the_shop_does_not_show_keeps_no_other_back(void **state)
{
    (void)state;
    deliver();
    rig_sql("update shop_order set money_seen_at = null");
    rig_sql("insert into shop_order (gid, name, state, created_at, shop_updated_at, financial) "
            "values ('gid://shopify/Order/1', '#1', 'delivered', now(), now(), 'PAID')");
    run(orders_money);
    assert_int_equal(rig_int("select count(*) from shop_order where money_seen_at is null"), 0);
    assert_int_equal(rig_int("select count(*) from shop_order where money_problem is not null"), 1);
    assert_int_equal(rig_int("select count(*) from shop_order where money_at is not null"), 1);
}

static void an_order_the_shop_stumbles_over_keeps_no_other_back(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        order = fake_add_order();
        fake->orders[order].cancelled = true;
        (void)flow_check(order);
    }
    fake->point.fault = FAULT_REFUSED_LATER;
    fake->point.at = fake->point.calls + 1;
    run(orders_money);
    assert_int_equal(rig_int("select count(*) from shop_order where money_at is not null"), 1);
    run(orders_money);
    assert_int_equal(rig_int("select count(*) from shop_order where money_at is not null"), 2);
}

static void a_test_order_is_in_no_figure(void **state)
{
    (void)state;
    order = fake_add_order();
    fake->orders[order].test = true;
    (void)flow_check(order);
    run(orders_money);
    assert_int_equal(rig_int("select count(*) from shop_order where money_at is not null"), 0);
    assert_int_equal(rig_int("select count(*) from order_day"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_order_on_its_way_is_booked_by_its_own_readings, clear),
        cmocka_unit_test_setup(a_refund_of_a_finished_order_is_read_and_moves_nothing, clear),
        cmocka_unit_test_setup(a_refund_after_everything_was_sent_is_no_problem, clear),
        cmocka_unit_test_setup(a_notice_of_the_shop_books_at_once, clear),
        cmocka_unit_test_setup(an_older_reading_does_not_undo_a_later_one, clear),
        cmocka_unit_test_setup(orders_older_than_the_books_are_read, clear),
        cmocka_unit_test_setup(money_that_is_not_told_stops_no_parcel, clear),
        cmocka_unit_test_setup(what_the_books_refuse_stops_no_parcel, clear),
        cmocka_unit_test_setup(an_order_the_shop_does_not_show_keeps_no_other_back, clear),
        cmocka_unit_test_setup(an_order_the_shop_stumbles_over_keeps_no_other_back, clear),
        cmocka_unit_test_setup(a_test_order_is_in_no_figure, clear),
    };
    return cmocka_run_group_tests(tests, flow_setup, rig_close);
}
