/* Profit per order: the vectors O-1 to O-5 and the rulings for orders, over the real schema.  Figures of days are what the sums
 * say after each fact. */
#include "tests/integration/model/books_fixture.h"
#include "tests/unit/base/instant.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/money.h"
#include "common/model/books.h"
#include "common/model/books_rebuild.h"

static struct fixture x;
static struct fail f;

#define DAY "2026-11-10"

/* Every test starts without facts, and ends with sums that agree with them. */
static int empty(void **state)
{
    (void)state;
    books_fixture_clear(&x);
    return 0;
}

static int agree(void **state)
{
    (void)state;
    books_fixture_agree(&x);
    return 0;
}

/* An order of one line of `units` lamps, made at noon of DAY. */
static int64_t new_order(const char *currency, int units)
{
    char sql[900];
    int64_t id = fixture_number(&x, "select coalesce(max(id), 0) + 1 from shop_order");

    (void)snprintf(sql, sizeof sql,
                   "insert into shop_order (gid, name, state, created_at, shop_updated_at, "
                   "financial, currency, total_minor, address) values ('order-%" PRId64
                   "', '#%" PRId64 "', 'received', '" DAY "T17:00:00Z', now(), 'PAID', '%s', 4978, "
                   "'{\"country_code\": \"US\"}'); "
                   "insert into order_line (order_id, line_gid, title, sku, quantity, to_ship) "
                   "select max(id), 'line', 'Lamp', 'LAMP', %d, %d from shop_order",
                   id, id, currency, units, units);
    fixture_sql(&x, sql);
    return fixture_number(&x, "select max(id) from shop_order");
}

static int store(int64_t id, const struct books_order *o)
{
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(x.db, &tx, &f));
    TRY(books_order_store(tx, id, o, &f));
    return db_commit(&tx, &f);
}

/* O-1: two at 22.99, 10 % off, 4.99 for shipping, tax of 8.25 % on the goods. */
static int64_t sell_O_1(void)
{
    int64_t id = new_order("USD", 2), discount = 0, tax = 0;

    check_ok(money_mul_div(2 * 2299, 100000, 1000000, MONEY_HALF_UP, &discount, &f), &f);
    check_ok(money_mul_div(2 * 2299 - discount, 82500, 1000000, MONEY_HALF_UP, &tax, &f), &f);
    const struct books_line line = { .gid = "line", .ordered = 2, .gross = 4598, .tax = tax };
    check_ok(store(id, &(struct books_order){ .lines = &line,
                                              .line_count = 1,
                                              .discount = discount,
                                              .shipping = 499,
                                              .tax = tax }),
             &f);
    return id;
}

/* The supplier billed 17.00 for the goods and 6.20 for shipping, customs 1.70. */
static void bill(int64_t id)
{
    char sql[700];

    (void)snprintf(sql, sizeof sql,
                   "insert into supplier_order (order_id, our_number, state, lines, from_country, "
                   "goods_minor, freight_minor, quoted_minor) values (%" PRId64 ", 'n%" PRId64
                   "', 'intent', '[{\"vid\": \"v\", \"quantity\": 2, \"line_gid\": \"line\", "
                   "\"price_minor\": 850}]', 'CN', 1700, 620, 2320); "
                   "update supplier_order set state = 'paid', paid_at = now(), charged_minor = "
                   "2320 where order_id = %" PRId64,
                   id, id, id);
    fixture_sql(&x, sql);
    check_ok(books_duty_store(x.db, id, 170, &f), &f);
}

static void spend(const char *ad_set, int64_t product, int64_t minor)
{
    check_ok(books_metric_store(x.db,
                                &(struct books_metric){ .platform = "facebook",
                                                        .campaign = "c",
                                                        .ad_set = ad_set,
                                                        .product_id = product,
                                                        .day = DAY,
                                                        .currency = "USD",
                                                        .spend = minor },
                                &f),
             &f);
}

static void came_from(int64_t id, const char *ad_set)
{
    const struct books_origin o = {
        .platform = "facebook", .campaign = "c", .ad_set = ad_set, .by_click = true
    };
    check_ok(books_origin_store(x.db, id, &o, &f), &f);
}

static int64_t sum(const char *column)
{
    char sql[100];

    (void)snprintf(sql, sizeof sql, "select coalesce(sum(%s), 0) from daily_sales", column);
    return fixture_number(&x, sql);
}

static int64_t profit(void)
{
    return sum("contribution") -
           fixture_number(&x, "select coalesce(sum(spend), 0) from daily_ads");
}

static void give_back_one(int64_t id)
{
    int64_t net = 0, tax = 0;

    check_ok(books_of_units(4138, &(struct books_units){ 2, 0, 1 }, &net, &f), &f);
    check_ok(books_of_units(341, &(struct books_units){ 2, 0, 1 }, &tax, &f), &f);
    const struct books_refund_line line = { .gid = "line", .quantity = 1, .net = net, .tax = tax };
    scoped(db_rollback_p) struct db *tx = NULL;
    check_ok(db_begin(x.db, &tx, &f), &f);
    check_ok(books_refund_store(tx, id,
                                &(struct books_refund){ .gid = "refund",
                                                        .at_us = instant("2026-11-15T12:00:00Z"),
                                                        .lines = &line,
                                                        .line_count = 1 },
                                &f),
             &f);
    check_ok(db_commit(&tx, &f), &f);
}

/* ---- vectors ---- */

static void O_1_a_discounted_order_with_shipping_and_tax(void **state)
{
    (void)state;
    (void)sell_O_1();
    assert_int_equal(sum("gross"), 4598);
    assert_int_equal(sum("discounts"), 460);
    assert_int_equal(sum("gross - discounts"), 4138);
    assert_int_equal(sum("taxes"), 341);
    assert_int_equal(sum("total_sales"), 4978);
    assert_int_equal(sum("fees"), 174);
    assert_int_equal(sum("gross - discounts - returned + shipping"), 4637);
    assert_int_equal(sum("incomplete"), 1); /* nobody knows the cost yet */
    assert_int_equal(sum("contribution"), 0);
}

static void O_2_costs_and_ads_leave_1161(void **state)
{
    (void)state;
    int64_t id = sell_O_1();
    bill(id);
    came_from(id, "a");
    spend("a", 0, 812);
    assert_int_equal(profit(), 1161);
    assert_int_equal(sum("incomplete"), 0);
    assert_int_equal(fixture_number(&x, "select minor from order_ads"), 812);
}

static void O_3_one_unit_refunded_is_booked_on_its_own_day(void **state)
{
    (void)state;
    int64_t id = sell_O_1();
    bill(id);
    spend("a", 0, 812);
    give_back_one(id);
    assert_int_equal(profit(), -908);
    assert_int_equal(
        fixture_number(&x, "select returned from daily_sales where shop_date = '2026-11-15'"),
        2069);
    assert_int_equal(
        fixture_number(&x, "select refunds from daily_sales where shop_date = '2026-11-15'"),
        2069 + 171);
    assert_int_equal(
        fixture_number(&x, "select contribution from daily_sales where shop_date = '" DAY "'"),
        1973);
    assert_int_equal(sum("fees"), 174); /* the fee does not come back */
}

static void O_4_a_supplier_credit_is_booked_on_its_own_day(void **state)
{
    (void)state;
    int64_t id = sell_O_1();
    bill(id);
    spend("a", 0, 812);
    give_back_one(id);
    const struct books_credit credit = { .key = "cj.dispute:1",
                                         .at_us = instant("2026-11-16T12:00:00Z"),
                                         .minor = 425 };
    check_ok(books_credit_store(x.db, id, &credit, &f), &f);
    check_ok(books_credit_store(x.db, id, &credit, &f), &f); /* told twice */
    assert_int_equal(profit(), -483);
    assert_int_equal(
        fixture_number(&x, "select goods from daily_sales where shop_date = '2026-11-16'"), -425);
}

static void O_5_spend_goes_to_the_orders_of_an_ad_set_and_the_rest_stays(void **state)
{
    (void)state;
    int64_t first = sell_O_1(), second = sell_O_1();
    came_from(first, "a");
    came_from(second, "a");
    spend("a", 0, 600);
    spend("b", 77, 400); /* a product nobody bought */
    assert_int_equal(fixture_number(&x, "select count(*) from order_ads where minor = 300"), 2);
    assert_int_equal(fixture_number(&x, "select spend from daily_ads"), 1000);
    assert_int_equal(fixture_number(&x, "select allocated from daily_ads"), 600);
    assert_int_equal(fixture_number(&x, "select unallocated from daily_ads"), 400);
}

/* ---- rulings ---- */

static void spend_left_of_a_product_goes_to_its_other_orders_by_net_price(void **state)
{
    (void)state;
    fixture_sql(&x, "insert into sold_item (key, product_id, title) values ('s:LAMP', 77, 'Lamp')");
    int64_t own = sell_O_1();
    (void)sell_O_1();
    int64_t small = new_order("USD", 1);
    const struct books_line line = { .gid = "line", .ordered = 1, .gross = 2069 };
    check_ok(store(small, &(struct books_order){ .lines = &line, .line_count = 1 }), &f);
    came_from(own, "a");
    spend("a", 77, 100);
    spend("b", 77, 400); /* pooled per product, with the next */
    spend("c", 77, 100);
    /* 500 by 4138 and 2069: 333.33 and 166.67 */
    assert_int_equal(fixture_number(&x, "select max(minor) from order_ads"), 333);
    assert_int_equal(
        fixture_number(&x, "select minor from order_ads order by order_id desc limit 1"), 167);
    assert_int_equal(fixture_number(&x, "select minor from order_ads order by order_id limit 1"),
                     100);
    assert_int_equal(fixture_number(&x, "select unallocated from daily_ads"), 0);
}

static void spend_stays_unallocated_when_every_order_of_the_product_is_attributed(void **state)
{
    (void)state;
    fixture_sql(&x, "insert into sold_item (key, product_id, title) values ('s:LAMP', 77, 'Lamp')");
    came_from(sell_O_1(), "a");
    spend("a", 77, 100);
    spend("b", 77, 400);
    assert_int_equal(fixture_number(&x, "select allocated from daily_ads"), 100);
    assert_int_equal(fixture_number(&x, "select unallocated from daily_ads"), 400);
}

static void an_order_cancelled_before_hand_off_is_none_but_its_fee_stays(void **state)
{
    (void)state;
    int64_t id = sell_O_1();
    (void)id;
    fixture_sql(&x, "update shop_order set shop_cancelled_at = now()");
    assert_int_equal(sum("orders"), 0);
    assert_int_equal(sum("total_sales"), 0);
    assert_int_equal(sum("fees"), 174);
    assert_int_equal(sum("contribution"), -174);
    give_back_one(id); /* what the shop then gives back is no refund of a sale */
    assert_int_equal(sum("total_sales"), 0);
    assert_int_equal(sum("contribution"), -174);
}

static void an_order_cancelled_after_hand_off_stays_a_sale(void **state)
{
    (void)state;
    bill(sell_O_1());
    fixture_sql(&x, "update shop_order set placed_at = now(), state = 'placed'");
    fixture_sql(&x, "update shop_order set shop_cancelled_at = now()");
    assert_int_equal(sum("orders"), 1);
    assert_int_equal(sum("contribution"), 1973);
}

static void test_orders_are_excluded(void **state)
{
    (void)state;
    bill(sell_O_1());
    fixture_sql(&x, "update shop_order set test = true");
    assert_int_equal(fixture_number(&x, "select count(*) from order_day"), 0);
    assert_int_equal(sum("orders") + sum("total_sales") + sum("contribution") + sum("fees"), 0);
}

static void gift_cards_are_no_revenue_but_bear_a_fee(void **state)
{
    (void)state;
    int64_t id = new_order("USD", 1);
    const struct books_line line = {
        .gid = "line", .ordered = 1, .gross = 5000, .gift_card = true
    };
    check_ok(store(id, &(struct books_order){ .lines = &line, .line_count = 1 }), &f);
    assert_int_equal(sum("orders"), 1);
    assert_int_equal(sum("gross"), 0);
    assert_int_equal(sum("total_sales"), 0);
    assert_int_equal(sum("fees"), 175);
    assert_int_equal(sum("contribution"), -175);
}

static void a_gateways_fee_comes_before_the_rate_and_stays(void **state)
{
    const struct books_line line = { .gid = "line", .ordered = 2, .gross = 4598 };
    const struct books_order told = {
        .lines = &line, .line_count = 1, .fee_known = true, .fee = 163
    };
    const struct books_order untold = { .lines = &line, .line_count = 1 };

    (void)state;
    int64_t id = new_order("USD", 2);
    check_ok(store(id, &told), &f);
    check_ok(store(id, &untold), &f);
    assert_int_equal(sum("fees"), 163);
}

static void costs_follow_invoice_then_quote_then_snapshot(void **state)
{
    (void)state;
    fixture_sql(&x, "insert into variant_mapping (shop_sku, vid, supplier_sku, snapshot_minor, "
                    "confirmed_at) values "
                    "('LAMP', 'v', 's', 800, now())");
    int64_t id = sell_O_1();
    assert_int_equal(
        fixture_number(&x, "select cost_minor from order_line where cost_source = 'snapshot'"),
        1600);
    bill(id);
    assert_int_equal(
        fixture_number(&x, "select cost_minor from order_line where cost_source = 'invoice'"),
        1700);
    fixture_sql(&x, "update supplier_order set paid_at = null, charged_minor = null");
    assert_int_equal(
        fixture_number(&x, "select cost_minor from order_line where cost_source = 'quote'"), 1700);
    assert_int_equal(sum("estimated"), 1);
    fixture_sql(&x, "update supplier_order set state = 'failed'");
    assert_int_equal(
        fixture_number(&x, "select cost_minor from order_line where cost_source = 'snapshot'"),
        1600);
    assert_int_equal(sum("incomplete"), 1); /* no shipping any more */
}

static void an_invoice_in_dollars_is_converted_once_and_split(void **state)
{
    (void)state;
    fixture_sql(&x, "update shop_info set currency = 'EUR'; insert into setting (name, value, "
                    "updated_by) values "
                    "('money.usd_rate_e9', '900000001', 'test')");
    int64_t id = new_order("EUR", 2);
    bill(id);
    /* 2320 x 0.900000001 = 2088.00; split 1700 : 620 */
    assert_int_equal(fixture_number(&x, "select cost_minor from order_line"), 1530);
    assert_int_equal(fixture_number(&x, "select supply_shipping_minor from shop_order"), 558);
    fixture_sql(&x, "update setting set value = '500000000' where name = 'money.usd_rate_e9'");
    fixture_sql(&x,
                "update supplier_order set charged_minor = 2321"); /* the rate of its day stays */
    assert_int_equal(
        fixture_number(&x, "select cost_minor + supply_shipping_minor from order_line, shop_order"),
        2089);
}

static void without_a_rate_a_cost_is_unknown(void **state)
{
    (void)state;
    fixture_sql(&x, "update shop_info set currency = 'JPY'");
    int64_t id = new_order("JPY", 2);
    const struct books_line line = { .gid = "line", .ordered = 2, .gross = 6000 };
    check_ok(store(id, &(struct books_order){ .lines = &line, .line_count = 1, .shipping = 500 }),
             &f);
    bill(id);
    assert_int_equal(sum("total_sales"), 6500);
    assert_int_equal(sum("goods"), 0);
    assert_int_equal(sum("incomplete"), 1);
    assert_int_equal(sum("contribution"), 0);
    /* nor is the fee: its fixed part of 30 is made for dollars */
    assert_int_equal(
        fixture_number(&x, "select count(*) from shop_order where fee_minor is not null"), 0);
}

static void yen_and_dinars_keep_their_units(void **state)
{
    (void)state;
    fixture_sql(&x, "insert into setting (name, value, updated_by) values ('money.usd_rate_e9', "
                    "'307000000', 'test'), "
                    "('money.payment_fee_fixed_minor', '100', 'test')");
    int64_t id = new_order("KWD", 2);
    const struct books_line line = { .gid = "line", .ordered = 2, .gross = 15000 };
    check_ok(store(id, &(struct books_order){ .lines = &line, .line_count = 1 }), &f);
    bill(id);
    /* 23.20 USD x 0.307 = 7.1224 KWD = 7122 fils; by 1700 : 620 */
    assert_int_equal(fixture_number(&x, "select cost_minor from order_line"), 5219);
    assert_int_equal(fixture_number(&x, "select supply_shipping_minor from shop_order"), 1903);
    assert_int_equal(sum("fees"), 535);
    fixture_sql(&x, "update setting set value = '151370000000' where name = 'money.usd_rate_e9'");
    id = new_order("JPY", 2);
    bill(id);
    /* 23.20 USD x 151.37 = 3511.784 JPY */
    assert_int_equal(
        fixture_number(
            &x, "select cost_minor + supply_shipping_minor from order_line l join shop_order o on "
                "o.id = l.order_id where o.currency = 'JPY'"),
        3512);
    assert_int_equal(fixture_number(&x, "select count(distinct currency) from daily_sales"), 2);
}

static void an_order_read_before_the_books_is_counted_and_nothing_invented(void **state)
{
    (void)state;
    (void)new_order("USD", 2);
    assert_int_equal(sum("orders"), 1);
    assert_int_equal(sum("unknown"), 1);
    assert_int_equal(sum("total_sales"), 4978); /* what the shop said it charged */
    assert_int_equal(sum("gross") + sum("fees") + sum("contribution"), 0);
    fixture_sql(&x, "update shop_order set financial = 'PARTIALLY_REFUNDED'");
    assert_int_equal(sum("total_sales"), 0); /* the total is no longer what was sold */
}

static void parts_of_a_refund_never_exceed_what_was_charged(void **state)
{
    int64_t part = 0, all = 0;

    (void)state;
    for (int64_t unit = 0; unit < 7; unit++) {
        check_ok(books_of_units(341, &(struct books_units){ 7, unit, 1 }, &part, &f), &f);
        assert_true(part == 48 || part == 49);
        all += part;
    }
    assert_int_equal(all, 341);
    check_fails(books_of_units(341, &(struct books_units){ 7, 6, 2 }, &part, &f), &f, FAIL_INPUT);
}

static void prices_with_tax_are_taken_apart_to_the_unit(void **state)
{
    struct books_untaxed price;

    (void)state;
    /* 2 x 27.95 with 21 % VAT, 10 % off: 55.90 - 5.59 = 50.31, of it 8.73 VAT */
    check_ok(books_without_tax(5590, 559, 873, &price, &f), &f);
    assert_int_equal(price.gross - price.discount, 5031 - 873);
    assert_int_equal(price.gross, 4620);
    check_fails(books_without_tax(100, 0, 101, &price, &f), &f, FAIL_INPUT);
}

static void a_discount_the_shop_left_open_is_split_by_net_price(void **state)
{
    const struct books_line lines[] = { { .gid = "line", .ordered = 1, .gross = 2299 },
                                        { .gid = "line-2", .ordered = 1, .gross = 4598 },
                                        { .gid = "line-3", .ordered = 1, .gross = 2299 } };

    (void)state;
    int64_t id = new_order("USD", 1);
    fixture_sql(
        &x,
        "insert into order_line (order_id, line_gid, title, quantity, to_ship) "
        "select id, 'line-' || n, 'Line ' || n, 1, 1 from shop_order, generate_series(2, 3) as n");
    check_ok(store(id, &(struct books_order){ .lines = lines, .line_count = 3, .discount = 1001 }),
             &f);
    assert_int_equal(
        fixture_number(&x, "select discount_minor from order_line where line_gid = 'line'"), 250);
    assert_int_equal(
        fixture_number(&x, "select discount_minor from order_line where line_gid = 'line-2'"), 501);
    assert_int_equal(
        fixture_number(&x, "select discount_minor from order_line where line_gid = 'line-3'"), 250);
    assert_int_equal(sum("discounts"), 1001);
}

static void facts_that_cannot_be_are_refused_and_nothing_is_kept(void **state)
{
    const struct books_line line = { .gid = "line", .ordered = 1, .gross = 100, .discount = 101 };
    const struct books_line stranger = { .gid = "nobody", .ordered = 1, .gross = 100 };

    (void)state;
    int64_t id = new_order("USD", 1);
    assert_int_equal(store(id, &(struct books_order){ .lines = &line, .line_count = 1 }), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_int_equal(store(id, &(struct books_order){ .lines = &stranger, .line_count = 1 }), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_int_equal(store(id + 1, &(struct books_order){ .line_count = 0 }), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    check_fails(books_credit_store(x.db, id + 1, &(struct books_credit){ "k", 1, 1 }, &f), &f,
                FAIL_MISSING);
    assert_int_equal(
        fixture_number(&x, "select count(*) from shop_order where money_at is not null"), 0);
}

static void the_same_facts_twice_change_nothing(void **state)
{
    (void)state;
    int64_t id = sell_O_1();
    bill(id);
    give_back_one(id);
    give_back_one(id);
    check_ok(books_duty_store(x.db, id, 170, &f), &f);
    assert_int_equal(fixture_number(&x, "select count(*) from daily_sales"), 2);
    assert_int_equal(profit(), -908 + 812);
}

static void splitting_in_the_database_is_splitting_in_C(void **state)
{
    uint64_t seed = 20261121;
    char sql[900], list[600];

    (void)state;
    for (int round = 0; round < 200; round++) {
        int64_t weights[9], shares[9], total = 0;
        size_t count = 1 + (size_t)(round % 9), at = 0;

        for (size_t i = 0; i < count; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            weights[i] = (int64_t)((seed >> 33) % (round % 3 == 0 ? 4 : 1000000007));
        }
        weights[0] += 1;
        total = (int64_t)(seed >> (round % 2 == 0 ? 50 : 20)) * (round % 5 == 0 ? -1 : 1);
        check_ok(money_split(total, weights, count, shares, &f), &f);
        for (size_t i = 0; i < count; i++) {
            at += (size_t)snprintf(list + at, sizeof list - at, "%s%" PRId64, i > 0 ? "," : "",
                                   weights[i]);
        }
        for (size_t i = 0; i < count; i++) {
            (void)snprintf(sql, sizeof sql, "(books_split(%" PRId64 ", array[%s]::bigint[]))[%zu]",
                           total, list, i + 1);
            assert_int_equal(fixture_number(&x, sql), shares[i]);
        }
    }
}

static int open_all(void **state)
{
    (void)state;
    fixture_open(&x);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    fixture_close(&x);
    return 0;
}

#define BOOKED(test) cmocka_unit_test_setup_teardown(test, empty, agree)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOOKED(O_1_a_discounted_order_with_shipping_and_tax),
        BOOKED(O_2_costs_and_ads_leave_1161),
        BOOKED(O_3_one_unit_refunded_is_booked_on_its_own_day),
        BOOKED(O_4_a_supplier_credit_is_booked_on_its_own_day),
        BOOKED(O_5_spend_goes_to_the_orders_of_an_ad_set_and_the_rest_stays),
        BOOKED(spend_left_of_a_product_goes_to_its_other_orders_by_net_price),
        BOOKED(spend_stays_unallocated_when_every_order_of_the_product_is_attributed),
        BOOKED(an_order_cancelled_before_hand_off_is_none_but_its_fee_stays),
        BOOKED(an_order_cancelled_after_hand_off_stays_a_sale),
        BOOKED(test_orders_are_excluded),
        BOOKED(gift_cards_are_no_revenue_but_bear_a_fee),
        BOOKED(a_gateways_fee_comes_before_the_rate_and_stays),
        BOOKED(costs_follow_invoice_then_quote_then_snapshot),
        BOOKED(an_invoice_in_dollars_is_converted_once_and_split),
        BOOKED(without_a_rate_a_cost_is_unknown),
        BOOKED(yen_and_dinars_keep_their_units),
        BOOKED(an_order_read_before_the_books_is_counted_and_nothing_invented),
        BOOKED(parts_of_a_refund_never_exceed_what_was_charged),
        BOOKED(prices_with_tax_are_taken_apart_to_the_unit),
        BOOKED(a_discount_the_shop_left_open_is_split_by_net_price),
        BOOKED(facts_that_cannot_be_are_refused_and_nothing_is_kept),
        BOOKED(the_same_facts_twice_change_nothing),
        BOOKED(splitting_in_the_database_is_splitting_in_C),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
