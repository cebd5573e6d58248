/* Orders that are older than the books and the totals: the migration books what is known of them and invents nothing. */
#include "tests/integration/model/fixture.h"
#include "tests/unit/base/check.h"

#include "common/db/migrate.h"
#include "common/model/books_rebuild.h"

static struct fixture x;
static struct fail f;

enum { LAST_BEFORE = 8 }; /* the migration before 0009_books */

static void build_until(int last)
{
    struct migration some[64] = { 0 };
    int applied = 0;

    for (int i = 0; migrations[i].text != NULL && migrations[i].number <= last && i < 63; i++) {
        some[i] = migrations[i];
    }
    check_ok(migrate_apply(x.db, some, &applied, &f), &f);
}

/* A database of the schema before, with a shop in New York and four orders, one of them placed and paid. */
static int old_shop(void **state)
{
    (void)state;
    fixture_open(&x);
    fixture_sql(&x, "drop schema public cascade; create schema public");
    build_until(LAST_BEFORE);
    fixture_sql(
        &x,
        "insert into shop_info (name, currency, timezone) values ('Shop', 'USD', "
        "'America/New_York');"
        "insert into variant_mapping (shop_sku, vid, supplier_sku, snapshot_minor, snapshot_at, "
        "confirmed_at) values ('LAMP', 'v', 's', 850, '2026-01-01', now()), "
        "('MAT', 'w', 't', 300, '2026-08-01', now());"
        "insert into shop_order (gid, name, state, created_at, shop_updated_at, financial, "
        "currency, total_minor, test, placed_at, address) values "
        "('1', '#1', 'placed', '2026-06-10T02:00:00Z', now(), 'PAID', 'USD', 4978, false, now(), "
        "'{\"country_code\": \"US\"}'), "
        "('2', '#2', 'received', '2026-06-10T12:00:00Z', now(), 'PARTIALLY_REFUNDED', 'USD', 100, "
        "false, null, null), "
        "('3', '#3', 'ignored', '2026-06-10T12:00:00Z', now(), 'PAID', 'USD', 100, true, null, "
        "null), "
        "('4', '#4', 'received', '2026-06-10T12:00:00Z', now(), 'PAID', null, null, false, null, "
        "null);"
        "insert into order_line (order_id, line_gid, title, sku, quantity, to_ship) values (1, "
        "'a', 'Lamp', 'LAMP', 2, 2), (1, 'b', 'Mat', 'MAT', 1, 1), (2, 'c', 'Lamp', 'LAMP', 1, 1);"
        "insert into supplier_order (order_id, our_number, state, lines, from_country, "
        "goods_minor, freight_minor, charged_minor, paid_at) values (1, 'n', 'paid', "
        "'[{\"vid\": \"v\", \"quantity\": 2, \"line_gid\": \"a\", \"price_minor\": 850}, "
        "{\"vid\": \"w\", \"quantity\": 1, \"line_gid\": \"b\", \"price_minor\": 300}]', 'CN', "
        "2000, 620, 2620, now())");
    build_until(9999);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    fixture_close(&x);
    return 0;
}

static void orders_are_booked_on_their_shop_day_and_marked_unknown(void **state)
{
    (void)state;
    assert_int_equal(
        fixture_number(&x, "select orders from daily_sales where shop_date = '2026-06-09'"), 1);
    assert_int_equal(fixture_number(&x, "select sum(orders) from daily_sales"), 2);
    assert_int_equal(fixture_number(&x, "select sum(unknown) from daily_sales"), 2);
    assert_int_equal(fixture_number(&x, "select sum(incomplete) from daily_sales"), 2);
}

static void only_an_unrefunded_total_counts_as_sales(void **state)
{
    (void)state;
    assert_int_equal(fixture_number(&x, "select sum(total_sales) from daily_sales"), 4978);
    assert_int_equal(
        fixture_number(&x, "select sum(gross + fees + contribution + shipping) from daily_sales"),
        0);
}

static void costs_come_from_what_was_paid_and_prices_known_at_the_time(void **state)
{
    (void)state;
    assert_int_equal(fixture_number(&x, "select cost_minor from order_line where line_gid = 'a' "
                                        "and cost_source = 'invoice'"),
                     1700);
    assert_int_equal(
        fixture_number(&x, "select supply_shipping_minor from shop_order where name = '#1'"), 620);
    assert_int_equal(
        fixture_number(&x, "select snapshot_minor from order_line where line_gid = 'c'"), 850);
    /* the price of the mat is younger than the order */
    assert_int_equal(
        fixture_number(
            &x, "select count(*) from order_line where line_gid = 'b' and snapshot_minor is null"),
        1);
}

static void sums_agree_with_the_facts_at_once_and_after_the_money_is_read(void **state)
{
    struct books_findings b;

    (void)state;
    check_ok(books_rebuild(x.db, false, &b, &f), &f);
    assert_true(books_agree(&b));
    fixture_sql(&x, "begin; update shop_order set money_at = now(), shipping_minor = 0, tax_minor "
                    "= 0, duties_minor = 0 where name = '#1'; update order_line set ordered = "
                    "quantity, gross_minor = 2489, discount_minor = 0, tax_minor = 0 where "
                    "order_id = 1; commit");
    assert_int_equal(fixture_number(&x, "select sum(unknown) from daily_sales"), 1);
    assert_int_equal(fixture_number(&x, "select sum(gross) from daily_sales"), 4978);
    assert_int_equal(fixture_number(&x, "select count(*) from daily_product"), 2);
    check_ok(books_rebuild(x.db, false, &b, &f), &f);
    assert_true(books_agree(&b));
}

static void totals_begin_with_what_is_there(void **state)
{
    (void)state;
    assert_int_equal(
        fixture_number(&x, "select n from total where what = 'order' and key = 'received'"), 2);
    assert_int_equal(fixture_number(&x, "select sum(n) from total where what = 'order'"), 4);
    assert_int_equal(fixture_number(&x, "select n from total where what = 'order.placed'"), 1);
    assert_int_equal(fixture_number(&x, "select n from total where what = 'order.paid'"), 1);
    assert_int_equal(fixture_number(&x, "select n from total where what = 'spent' and key = 'USD'"),
                     2620);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_begin_with_what_is_there),
        cmocka_unit_test(orders_are_booked_on_their_shop_day_and_marked_unknown),
        cmocka_unit_test(only_an_unrefunded_total_counts_as_sales),
        cmocka_unit_test(costs_come_from_what_was_paid_and_prices_known_at_the_time),
        cmocka_unit_test(sums_agree_with_the_facts_at_once_and_after_the_money_is_read),
    };

    return cmocka_run_group_tests(tests, old_shop, close_all);
}
