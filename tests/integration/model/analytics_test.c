/* The figures over the real schema: vectors K-1 to K-5 and Z-1 to Z-4, and their rulings. */
#include "tests/integration/model/books_fixture.h"
#include "tests/unit/base/check.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/analytics.h"
#include "common/model/books_rebuild.h"

static struct fixture x;
static struct fail f;
static json_t *seen; /* the last answer */

#define DAY "2026-06-10"

static int empty(void **state)
{
    (void)state;
    books_fixture_clear(&x);
    return 0;
}

static int agree(void **state)
{
    (void)state;
    json_decref(seen);
    seen = NULL;
    books_fixture_agree(&x);
    return 0;
}

/* An order whose every cost is billed: contribution = gross - goods, no fee, no shipping. */
static void sale(const char *created, const char *currency, int64_t gross, int64_t goods)
{
    char sql[1200];
    int64_t id = fixture_number(&x, "select coalesce(max(id), 0) + 1 from shop_order");

    (void)snprintf(sql, sizeof sql,
                   "insert into shop_order (gid, name, state, created_at, shop_updated_at, "
                   "financial, currency, money_at, shipping_minor, tax_minor, duties_minor, "
                   "fee_minor, fee_source, supply_shipping_minor, supply_shipping_source, "
                   "supply_duty_minor, supply_duty_source) values ('g%" PRId64 "', '#%" PRId64
                   "', 'placed', '%s', now(), 'PAID', '%s', now(), 0, 0, 0, 0, 'gateway', 0, "
                   "'invoice', 0, 'invoice'); insert into order_line (order_id, line_gid, title, "
                   "quantity, to_ship, ordered, gross_minor, discount_minor, tax_minor, "
                   "cost_minor, cost_source) select max(id), 'l', 'Lamp', 1, 0, 1, %" PRId64
                   ", 0, 0, %" PRId64 ", 'invoice' from shop_order",
                   id, id, created, currency, gross, goods);
    fixture_sql(&x, sql);
}

static void metric(int64_t spend, int64_t clicks, int64_t purchases, int64_t revenue)
{
    char sql[400];

    (void)snprintf(sql, sizeof sql,
                   "insert into ad_metric (platform, campaign, ad_set, shop_date, currency, "
                   "spend_minor, clicks, purchases, revenue_minor) values ('facebook', 'c', 'a', "
                   "'" DAY "', 'USD', %" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64 ")",
                   spend, clicks, purchases, revenue);
    fixture_sql(&x, sql);
}

static void ask(enum analytics_view view, const char *from, const char *to, const char *currency)
{
    scoped(free_p) char *text = NULL;
    const struct analytics_ask range = {
        .from = from, .to = to, .currency = currency, .compare = true
    };

    check_ok(analytics_read(x.db, view, &range, &text, &f), &f);
    json_decref(seen);
    check_ok(json_parse(text, strlen(text), "the answer", &seen, &f), &f);
}

/* A member of a figure; NULL for null. */
static json_t *figure(const char *name, const char *member)
{
    json_t *one = json_object_get(json_object_get(seen, "figures"), name);

    assert_non_null(one);
    return json_at(one, member);
}

static int64_t value(const char *name)
{
    json_t *number = figure(name, "value");

    assert_true(json_is_integer(number));
    return json_integer_value(number);
}

static void is_unknown(const char *name)
{
    assert_null(figure(name, "value"));
    assert_non_null(figure(name, "why"));
}

/* ---- K ---- */

static void K_1_returns_of_a_period(void **state)
{
    (void)state;
    sale(DAY "T12:00:00Z", "USD", 100000, 58000);
    metric(30000, 900, 30, 100000);
    ask(ANALYTICS_SUMMARY, DAY, DAY, NULL);
    assert_int_equal(value("roas"), 33333);
    assert_int_equal(value("poas"), 14000);
    assert_int_equal(value("roi_ads"), 400000);
    assert_int_equal(value("total_profit"), 12000);
    assert_int_equal(value("roi_total"), 136364);
    assert_int_equal(value("ad_spend"), 30000);
    assert_int_equal(value("mer"), 33333);
    assert_int_equal(fixture_number(&x, "select books_ratio(100000, 42000, 100000)"), 238095);
}

static void wilson(int64_t successes, int64_t trials, int64_t low_e2, int64_t high_e2)
{
    char sql[100];

    (void)snprintf(sql, sizeof sql, "select low_ppm from books_wilson(%" PRId64 ", %" PRId64 ")",
                   successes, trials);
    assert_int_equal((fixture_number(&x, sql) + 50) / 100, low_e2);
    (void)snprintf(sql, sizeof sql, "select high_ppm from books_wilson(%" PRId64 ", %" PRId64 ")",
                   successes, trials);
    assert_int_equal((fixture_number(&x, sql) + 50) / 100, high_e2);
}

static void K_2_wilson_of_3_in_120(void **state)
{
    (void)state;
    wilson(3, 120, 85, 709);
}

static void K_3_wilson_of_0_in_50(void **state)
{
    (void)state;
    wilson(0, 50, 0, 713);
}

static void K_4_wilson_of_30_in_1200(void **state)
{
    (void)state;
    wilson(30, 1200, 176, 355);
}

static void K_5_without_spend_there_are_no_returns_on_it(void **state)
{
    (void)state;
    sale(DAY "T12:00:00Z", "USD", 100000, 58000);
    metric(0, 0, 0, 0);
    ask(ANALYTICS_SUMMARY, DAY, DAY, NULL);
    assert_int_equal(value("ad_spend"), 0);
    is_unknown("roas");
    is_unknown("poas");
    is_unknown("roi_ads");
    is_unknown("mer");
    ask(ANALYTICS_ADS, DAY, DAY, NULL);
    assert_null(json_at(seen, "campaigns.0.cpa_minor"));
    assert_null(json_at(seen, "campaigns.0.roas_e4"));
}

static void without_an_ad_platform_spend_is_unknown_and_profit_says_so(void **state)
{
    (void)state;
    sale(DAY "T12:00:00Z", "USD", 100000, 58000);
    ask(ANALYTICS_SUMMARY, DAY, DAY, NULL);
    is_unknown("ad_spend");
    is_unknown("roi_ads");
    assert_int_equal(value("total_profit"), 42000);
    assert_non_null(figure("total_profit", "why"));
    ask(ANALYTICS_BY_DATE, DAY, DAY, NULL);
    assert_null(json_at(seen, "days.0.ad_spend"));
}

static void conversion_names_what_it_is_of_and_never_mixes(void **state)
{
    (void)state;
    ask(ANALYTICS_SUMMARY, DAY, DAY, NULL);
    is_unknown("conversion_rate");
    assert_null(figure("conversion_rate", "of"));

    metric(100, 120, 3, 0);
    ask(ANALYTICS_SUMMARY, DAY, DAY, NULL);
    assert_string_equal(json_string_value(figure("conversion_rate", "of")), "ad_clicks");
    assert_int_equal(value("conversion_rate"), 25000);
    assert_int_equal(json_integer_value(figure("conversion_rate", "interval.low_ppm")), 8538);

    fixture_sql(&x,
                "insert into store_sessions (shop_date, sessions, with_order, source) values ('" DAY
                "', 1200, 30, 'shopifyql')");
    ask(ANALYTICS_SUMMARY, DAY, DAY, NULL);
    assert_string_equal(json_string_value(figure("conversion_rate", "of")), "store_sessions");
    assert_int_equal(value("conversion_rate"), 25000);
    assert_null(figure("conversion_rate", "interval")); /* over 200 trials */
}

static void no_sessions_with_a_source_is_no_rate(void **state)
{
    (void)state;
    fixture_sql(&x,
                "insert into store_sessions (shop_date, sessions, with_order, source) values ('" DAY
                "', 0, 0, 'shopifyql')");
    ask(ANALYTICS_SUMMARY, DAY, DAY, NULL);
    is_unknown("conversion_rate");
    ask(ANALYTICS_CONVERSION, DAY, DAY, NULL);
    assert_null(json_at(seen, "days.0.rate_ppm"));
    assert_int_equal(json_integer_value(json_at(seen, "days.0.trials")), 0);
}

static void more_purchases_than_clicks_have_a_rate_and_no_interval(void **state)
{
    (void)state;
    metric(100, 3, 5, 0);
    ask(ANALYTICS_SUMMARY, DAY, DAY, NULL);
    assert_int_equal(value("conversion_rate"), 1666667);
    assert_null(figure("conversion_rate", "interval"));
}

static void currencies_are_never_mixed(void **state)
{
    (void)state;
    sale(DAY "T12:00:00Z", "USD", 1000, 600);
    sale(DAY "T12:00:00Z", "JPY", 5000, 3000);
    ask(ANALYTICS_SUMMARY, DAY, DAY, NULL);
    assert_int_equal(value("total_sales"), 1000);
    assert_int_equal(json_array_size(json_object_get(seen, "currencies")), 2);
    ask(ANALYTICS_SUMMARY, DAY, DAY, "JPY");
    assert_int_equal(value("total_sales"), 5000);
    assert_int_equal(value("total_profit"), 2000);
}

static void the_period_before_has_the_same_length(void **state)
{
    (void)state;
    sale("2026-06-10T12:00:00Z", "USD", 3000, 0);
    sale("2026-06-08T12:00:00Z", "USD", 2000, 0);
    sale("2026-06-07T12:00:00Z", "USD", 777, 0); /* before both */
    ask(ANALYTICS_SUMMARY, "2026-06-10", "2026-06-11", NULL);
    assert_string_equal(json_text(seen, "previous.from", ""), "2026-06-08");
    assert_string_equal(json_text(seen, "previous.to", ""), "2026-06-09");
    assert_int_equal(json_integer_value(figure("total_sales", "previous")), 2000);
    assert_int_equal(json_integer_value(figure("total_sales", "change_ppm")), 500000);
}

static void orders_without_all_costs_are_left_out_of_profit_and_counted(void **state)
{
    (void)state;
    sale(DAY "T12:00:00Z", "USD", 1000, 600);
    sale(DAY "T13:00:00Z", "USD", 5000, 0);
    fixture_sql(
        &x, "update order_line set cost_minor = null, cost_source = null where gross_minor = 5000");
    ask(ANALYTICS_SUMMARY, DAY, DAY, NULL);
    assert_int_equal(value("total_profit"), 400);
    assert_int_equal(json_integer_value(figure("total_profit", "incomplete")), 1);
    assert_true(json_is_true(figure("total_profit", "estimated")));
    assert_int_equal(value("net_revenue"), 6000);
    assert_int_equal(value("margin"), 400000); /* of the 1000 whose costs are known */
    ask(ANALYTICS_WATERFALL, DAY, DAY, NULL);
    assert_int_equal(json_integer_value(json_at(seen, "steps.6.minor")), -5000);
    assert_int_equal(json_integer_value(json_at(seen, "steps.7.minor")), 400);
    fixture_sql(&x, "update order_line set cost_minor = null, cost_source = null");
    ask(ANALYTICS_SUMMARY, DAY, DAY, NULL);
    is_unknown("total_profit"); /* not 0 */
}

static void steps_of_the_waterfall_add_up(void **state)
{
    int64_t sum = 0;

    (void)state;
    sale(DAY "T12:00:00Z", "USD", 100000, 58000);
    fixture_sql(&x, "update shop_order set supply_shipping_minor = 700, supply_duty_minor = 90, "
                    "fee_minor = 2930");
    metric(3000, 9, 3, 0);
    ask(ANALYTICS_WATERFALL, DAY, DAY, NULL);
    for (size_t i = 0; i < 7; i++) {
        sum += json_integer_value(
            json_object_get(json_array_get(json_object_get(seen, "steps"), i), "minor"));
    }
    assert_int_equal(sum, 100000 - 58000 - 700 - 90 - 2930 - 3000);
    assert_int_equal(json_integer_value(json_at(seen, "steps.7.minor")), sum);
}

/* ---- Z ---- */

static void falls_on(const char *instant, const char *day)
{
    char sql[200];

    sale(instant, "USD", 100, 0);
    (void)snprintf(sql, sizeof sql,
                   "select (shop_date = '%s')::integer from shop_order order by id desc limit 1",
                   day);
    assert_int_equal(fixture_number(&x, sql), 1);
    (void)snprintf(sql, sizeof sql,
                   "select coalesce(sum(orders), 0) from daily_sales where shop_date = '%s'", day);
    assert_true(fixture_number(&x, sql) >= 1);
}

static void Z_1_the_last_second_before_the_short_day(void **state)
{
    (void)state;
    falls_on("2026-03-08T04:59:59Z", "2026-03-07");
}

static void Z_2_the_last_second_of_the_day_of_23_hours(void **state)
{
    (void)state;
    falls_on("2026-03-09T03:59:59Z", "2026-03-08");
}

static void Z_3_midnight_after_the_short_day(void **state)
{
    (void)state;
    falls_on("2026-03-09T04:00:00Z", "2026-03-09");
}

static void Z_4_the_last_second_of_the_day_of_25_hours(void **state)
{
    (void)state;
    falls_on("2026-11-02T04:59:59Z", "2026-11-01");
}

static void a_range_over_clock_changes_has_each_day_once(void **state)
{
    (void)state;
    sale("2026-03-08T04:59:59Z", "USD", 1, 0);
    sale("2026-03-08T05:00:00Z", "USD", 20, 0);
    sale("2026-03-09T03:59:59Z", "USD", 300, 0);
    sale("2026-03-09T04:00:00Z", "USD", 4000, 0);
    ask(ANALYTICS_BY_DATE, "2026-03-07", "2026-03-09", NULL);
    json_t *days = json_object_get(seen, "days");
    assert_int_equal(json_array_size(days), 3);
    assert_int_equal(json_integer_value(json_at(seen, "days.0.gross_sales")), 1);
    assert_int_equal(json_integer_value(json_at(seen, "days.1.gross_sales")), 320);
    assert_int_equal(json_integer_value(json_at(seen, "days.2.gross_sales")), 4000);
}

static void without_days_the_last_30_are_told_today_included(void **state)
{
    (void)state;
    ask(ANALYTICS_BY_DATE, NULL, NULL, NULL);
    assert_int_equal(json_array_size(json_object_get(seen, "days")), 30);
    assert_int_equal(
        fixture_number(&x, "select (select to_day from books_range(null, null, null, false)) - "
                           "(now() at time zone 'America/New_York')::date"),
        0);
    assert_int_equal(fixture_number(&x, "select to_day - '2026-06-10'::date from books_range(null, "
                                        "'2026-06-10', null, false)"),
                     0);
    assert_int_equal(fixture_number(&x,
                                    "select '2026-06-10'::date - from_day from books_range(null, "
                                    "'2026-06-10', null, false)"),
                     29);
    assert_true(json_is_true(json_at(seen, "days.29.immature")));
    assert_true(json_is_true(json_at(seen, "days.27.immature")));
    assert_false(json_is_true(json_at(seen, "days.26.immature")));
}

static void an_unknown_zone_is_said_and_its_orders_are_booked_once_it_is_known(void **state)
{
    scoped(free_p) char *text = NULL;

    (void)state;
    fixture_sql(&x, "delete from shop_info");
    sale("2026-06-10T02:00:00Z", "USD", 100, 0);
    assert_int_equal(
        analytics_read(x.db, ANALYTICS_SUMMARY, &(struct analytics_ask){ 0 }, &text, &f), -1);
    assert_int_equal(f.kind, FAIL_CONFLICT);
    assert_string_equal(f.code, "ZONE");
    fixture_sql(
        &x,
        "insert into shop_info (name, currency, timezone) values ('Shop', 'USD', 'Mars/Olympus')");
    assert_int_equal(
        analytics_read(x.db, ANALYTICS_SUMMARY, &(struct analytics_ask){ 0 }, &text, &f), -1);
    assert_string_equal(f.code, "ZONE");
    assert_int_equal(fixture_number(&x, "select count(*) from order_day"), 0);
    fixture_sql(&x, "update shop_info set timezone = 'America/New_York'");
    assert_int_equal(
        fixture_number(&x, "select orders from daily_sales where shop_date = '2026-06-09'"), 1);
}

static void many_orders_without_a_day_get_one_by_and_by_or_by_a_rebuild(void **state)
{
    struct books_findings b;

    (void)state;
    fixture_sql(&x, "delete from shop_info; insert into shop_order (gid, name, state, created_at, "
                    "shop_updated_at, financial, currency) select 'g' || n, '#' || n, 'received', "
                    "'2026-06-10T12:00:00Z', now(), 'PAID', 'USD' from generate_series(1, 2100) as "
                    "n; insert into shop_info (name, currency, timezone) values ('Shop', 'USD', "
                    "'America/New_York')");
    assert_int_equal(fixture_number(&x, "select sum(orders) from daily_sales"), 2000);
    check_ok(books_rebuild(x.db, true, &b, &f), &f);
    assert_int_equal(fixture_number(&x, "select sum(orders) from daily_sales"), 2100);
}

static void wrong_ranges_are_refused(void **state)
{
    static const struct analytics_ask wrong[] = {
        { .from = "2026-02-29" },
        { .from = "2026-2-1" },
        { .from = "yesterday!" },
        { .to = "2026-13-01" },
        { .from = "2026-06-11", .to = "2026-06-10" },
        { .from = "2000-01-01", .to = "2026-06-10" },
    };
    scoped(free_p) char *text = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        check_fails(analytics_read(x.db, ANALYTICS_BY_DATE, &wrong[i], &text, &f), &f, FAIL_INPUT);
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

#define ASKED(test) cmocka_unit_test_setup_teardown(test, empty, agree)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASKED(K_1_returns_of_a_period),
        ASKED(K_2_wilson_of_3_in_120),
        ASKED(K_3_wilson_of_0_in_50),
        ASKED(K_4_wilson_of_30_in_1200),
        ASKED(K_5_without_spend_there_are_no_returns_on_it),
        ASKED(without_an_ad_platform_spend_is_unknown_and_profit_says_so),
        ASKED(conversion_names_what_it_is_of_and_never_mixes),
        ASKED(no_sessions_with_a_source_is_no_rate),
        ASKED(more_purchases_than_clicks_have_a_rate_and_no_interval),
        ASKED(currencies_are_never_mixed),
        ASKED(the_period_before_has_the_same_length),
        ASKED(orders_without_all_costs_are_left_out_of_profit_and_counted),
        ASKED(steps_of_the_waterfall_add_up),
        ASKED(Z_1_the_last_second_before_the_short_day),
        ASKED(Z_2_the_last_second_of_the_day_of_23_hours),
        ASKED(Z_3_midnight_after_the_short_day),
        ASKED(Z_4_the_last_second_of_the_day_of_25_hours),
        ASKED(a_range_over_clock_changes_has_each_day_once),
        ASKED(without_days_the_last_30_are_told_today_included),
        ASKED(an_unknown_zone_is_said_and_its_orders_are_booked_once_it_is_known),
        ASKED(many_orders_without_a_day_get_one_by_and_by_or_by_a_rebuild),
        ASKED(wrong_ranges_are_refused),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
