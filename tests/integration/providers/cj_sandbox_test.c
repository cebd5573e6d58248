/* The CJ client against the running sandbox: what was really done is read from the sandbox's
 * ledger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "tests/integration/providers/cj_rig.h"

static int serial;

/* An order of our own, with a number nobody used. */
struct draft {
    char number[40];
    struct cj_address to;
    struct cj_item items[2];
    struct cj_new_order order;
};

static void draft(struct draft *d)
{
    scoped(json_clear_p) json_t *variants = sandbox_control(&sandbox, "/control/cj/variants", NULL);

    *d = (struct draft){ .to = { .country_code = "US",
                                 .country = "United States",
                                 .province = "New York",
                                 .city = "New York",
                                 .zip = "10001",
                                 .line1 = "1 Example St",
                                 .name = "Ann Example",
                                 .phone = "+12125550100" } };
    snprintf(d->number, sizeof d->number, "TEST-%d-1", ++serial);
    for (size_t i = 0; i < 2; i++) {
        const json_t *variant = json_array_get(variants, i * 5 + 1);
        assert_true(
            str_fit(d->items[i].vid, sizeof d->items[i].vid, json_text(variant, "vid", "")));
        d->items[i].quantity = 2 - (int64_t)i;
        snprintf(d->items[i].line_id, sizeof d->items[i].line_id, "line-%zu", i);
    }
    d->order = (struct cj_new_order){ d->number, &d->to, "CJPacket Ordinary", "CN", d->items, 2 };
}

/* Create and confirm; *o is released by the caller. */
static void create_confirmed(struct draft *d, struct cj_order *o)
{
    struct fail f = { 0 };

    draft(d);
    assert_int_equal(cj_order_create(cj, &d->order, o, &f), 0);
    assert_int_equal(cj_order_confirm(cj, o->order_id, &f), 0);
}

/* CJ sends the order's parcel off; the order says so. */
static void check_shipping(const char *order_id)
{
    struct cj_order read;
    char path[120];
    struct fail f = { 0 };

    snprintf(path, sizeof path, "/control/cj/orders/%s/advance", order_id);
    sandbox_do(&sandbox, path, "{\"status\":\"SHIPPED\"}");
    assert_int_equal(cj_order_get(cj, order_id, &read, &f), 0);
    assert_int_equal(read.status, CJ_SHIPPED);
    assert_int_equal(read.shipment_count, 1);
    assert_true(read.shipments[0].tracking_number[0] != '\0' &&
                read.shipments[0].tracking_url[0] != '\0');
    cj_order_done(&read);
}

static void an_order_is_created_confirmed_paid_and_shipped_once(void **state)
{
    struct draft d;
    struct cj_order created, read;
    struct fail f = { 0 };
    (void)state;

    draft(&d);
    assert_int_equal(cj_order_get(cj, d.number, &read, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_int_equal(cj_order_create(cj, &d.order, &created, &f), 0);
    assert_int_equal(created.status, CJ_CREATED);
    assert_string_equal(created.number, d.number);
    assert_int_equal(created.line_count, 2);
    assert_true(created.amount_known && created.amount.minor > 0);
    assert_false(created.paid || created.logistics_miss);
    assert_int_equal(cj_order_confirm(cj, created.order_id, &f), 0);
    assert_int_equal(cj_order_pay(cj, created.order_id, &f), 0);
    assert_int_equal(cj_order_get(cj, d.number, &read, &f), 0);
    assert_string_equal(read.order_id, created.order_id);
    assert_true(read.paid);
    assert_true(read.amount_known);
    assert_int_equal(read.amount.minor, created.amount.minor);
    assert_string_equal(read.lines[0].vid, d.items[0].vid);
    assert_int_equal(read.lines[0].quantity, 2);
    assert_int_equal(read.shipment_count, 0);
    cj_order_done(&read);

    check_shipping(created.order_id);
    cj_order_done(&created);
    assert_int_equal(sandbox_done(&sandbox, "createOrder", "orderNumber", d.number), 1);
    assert_int_equal(sandbox_done(&sandbox, "payBalance", "orderNumber", d.number), 1);
    assert_int_equal(seen.enters, seen.leaves);
}

static void a_split_order_shows_each_parcel_with_its_lines(void **state)
{
    struct draft d;
    struct cj_order o, read;
    char path[120];
    struct fail f = { 0 };
    int64_t pieces = 0;
    (void)state;

    create_confirmed(&d, &o);
    assert_int_equal(cj_order_pay(cj, o.order_id, &f), 0);
    snprintf(path, sizeof path, "/control/cj/orders/%s/split", o.order_id);
    sandbox_do(&sandbox, path, "{}");
    assert_int_equal(cj_order_get(cj, d.number, &read, &f), 0);
    assert_int_equal(read.shipment_count, 1); /* the second has not left yet */
    assert_true(read.shipments[0].line_count > 0);
    cj_order_done(&read);
    snprintf(path, sizeof path, "/control/cj/orders/%s/advance", o.order_id);
    sandbox_do(&sandbox, path, "{\"status\":\"SHIPPED\"}");
    assert_int_equal(cj_order_get(cj, d.number, &read, &f), 0);
    assert_int_equal(read.shipment_count, 2);
    assert_string_not_equal(read.shipments[0].tracking_number, read.shipments[1].tracking_number);
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < read.shipments[i].line_count; k++) {
            pieces += read.shipments[i].lines[k].quantity;
        }
    }
    assert_int_equal(pieces, 3);
    cj_order_done(&read);
    cj_order_done(&o);
}

static void a_lost_answer_to_create_is_unknown_and_the_order_is_found(void **state)
{
    struct draft d;
    struct cj_order o = { 0 }, read;
    struct fail f = { 0 };
    (void)state;

    draft(&d);
    sandbox_fault(&sandbox, "cj", "createOrderV2", "\"kind\":\"drop\",\"count\":1");
    assert_int_equal(cj_order_create(cj, &d.order, &o, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    assert_int_equal(seen.unhealthy, 1);
    assert_int_equal(cj_order_get(cj, d.number, &read, &f), 0);
    assert_int_equal(read.status, CJ_CREATED);
    assert_int_equal(read.line_count, 2);
    assert_int_equal(cj_order_create(cj, &d.order, &o, &f), -1);
    assert_int_equal(f.kind, FAIL_CONFLICT);
    assert_string_equal(f.code, "1603003");
    assert_int_equal(sandbox_done(&sandbox, "createOrder", "orderNumber", d.number), 1);
    cj_order_done(&read);
}

static void a_lost_answer_to_pay_is_unknown_and_the_payment_is_found(void **state)
{
    struct draft d;
    struct cj_order o, read;
    struct fail f = { 0 };
    (void)state;

    create_confirmed(&d, &o);
    sandbox_fault(&sandbox, "cj", "payBalance", "\"kind\":\"drop\",\"count\":1");
    assert_int_equal(cj_order_pay(cj, o.order_id, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    assert_int_equal(cj_order_get(cj, d.number, &read, &f), 0);
    assert_true(read.paid);
    cj_order_done(&read);
    assert_int_equal(cj_order_pay(cj, o.order_id, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    assert_string_equal(f.code, "1603101");
    assert_int_equal(sandbox_done(&sandbox, "payBalance", "orderNumber", d.number), 1);
    cj_order_done(&o);
}

static void garbage_and_5xx_have_their_kinds(void **state)
{
    struct draft d;
    struct cj_order o;
    struct money m;
    struct fail f = { 0 };
    (void)state;

    create_confirmed(&d, &o);
    sandbox_fault(&sandbox, "cj", "payBalance", "\"kind\":\"garbage\",\"count\":1");
    assert_int_equal(cj_order_pay(cj, o.order_id, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    sandbox_fault(&sandbox, "cj", "payBalance", "\"kind\":\"status\",\"status\":503,\"count\":1");
    assert_int_equal(cj_order_pay(cj, o.order_id, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    sandbox_fault(&sandbox, "cj", "getBalance", "\"kind\":\"garbage\",\"count\":1");
    assert_int_equal(cj_balance(cj, &m, &f), 0); /* asked again */
    assert_int_equal(seen.unhealthy, 3);
    assert_int_equal(sandbox_done(&sandbox, "payBalance", "orderNumber", d.number), 0);
    cj_order_done(&o);
}

static void a_hanging_answer_ends_at_the_deadline(void **state)
{
    struct draft d;
    struct cj_order o;
    struct fail f = { 0 };
    (void)state;

    create_confirmed(&d, &o);
    sandbox_fault(&sandbox, "cj", "payBalance",
                  "\"kind\":\"hang\",\"ms\":60000,\"after\":true,\"count\":1");
    cj->deadline_ms = 300;
    assert_int_equal(cj_order_pay(cj, o.order_id, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    cj->deadline_ms = 0;
    assert_int_equal(sandbox_done(&sandbox, "payBalance", "orderNumber", d.number), 1);
    cj_order_done(&o);
}

static void throttling_is_sat_out_and_told(void **state)
{
    struct money m;
    struct fail f = { 0 };
    (void)state;

    sandbox_fault(&sandbox, "cj", "getBalance", "\"kind\":\"throttle\",\"count\":1");
    assert_int_equal(cj_balance(cj, &m, &f), 0);
    assert_true(seen.throttled_ms >= 2000);
    assert_int_equal(seen.unhealthy, 0);
    assert_int_equal(seen.enters, 2);
}

static void a_token_that_runs_out_early_is_refreshed(void **state)
{
    struct money m;
    struct fail f = { 0 };
    (void)state;

    sandbox_do(&sandbox, "/control/cj/token/expire", "{}");
    assert_int_equal(cj_balance(cj, &m, &f), 0);
    assert_int_equal(seen.renewed, 1);
}

static void points_that_are_used_up_are_told_apart(void **state)
{
    struct draft d;
    int64_t n = 0;
    struct fail f = { 0 };
    (void)state;

    draft(&d);
    sandbox_do(&sandbox, "/control/settings", "{\"cj-points\":1}");
    for (int i = 0; i < 2; i++) { /* once with HTTP 200, once with 429 */
        assert_int_equal(cj_stock(cj, d.items[0].vid, "CN", &n, &f), -1);
        assert_int_equal(f.kind, FAIL_LIMITED);
        assert_string_equal(f.code, "16900500");
        assert_true(seen.points_gone_ms > 0);
    }
    sandbox_do(&sandbox, "/control/settings", "{\"cj-points\":0}");
    assert_int_equal(cj_stock(cj, d.items[0].vid, "CN", &n, &f), 0);
}

static void an_empty_wallet_is_a_limit(void **state)
{
    struct draft d;
    struct cj_order o;
    struct money m;
    struct fail f = { 0 };
    (void)state;

    create_confirmed(&d, &o);
    sandbox_do(&sandbox, "/control/cj/wallet", "{\"amount\":0.01}");
    assert_int_equal(cj_balance(cj, &m, &f), 0);
    assert_int_equal(m.minor, 1);
    assert_int_equal(cj_order_pay(cj, o.order_id, &f), -1);
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_string_equal(f.code, "1604000");
    sandbox_do(&sandbox, "/control/cj/wallet", "{\"amount\":100000}");
    assert_int_equal(cj_order_pay(cj, o.order_id, &f), 0);
    cj_order_done(&o);
}

static void only_an_unpaid_order_can_be_deleted(void **state)
{
    struct draft d;
    struct cj_order o, paid;
    struct fail f = { 0 };
    (void)state;

    draft(&d);
    assert_int_equal(cj_order_create(cj, &d.order, &o, &f), 0);
    assert_int_equal(cj_order_delete(cj, o.order_id, &f), 0);
    cj_order_done(&o);
    create_confirmed(&d, &paid);
    assert_int_equal(cj_order_delete(cj, paid.order_id, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    assert_string_equal(f.code, "1603002");
    cj_order_done(&paid);
}

static void every_variant_of_the_catalogue_can_be_read(void **state)
{
    scoped(json_clear_p) json_t *variants = sandbox_control(&sandbox, "/control/cj/variants", NULL);
    size_t i;
    json_t *row;
    (void)state;

    json_array_foreach(variants, i, row)
    {
        scoped(free_p) struct cj_variant *list = NULL;
        struct cj_variant one;
        size_t count = 0;
        int64_t n = 0;
        struct fail f = { 0 };

        assert_int_equal(cj_variants_by_sku(cj, json_text(row, "sku", ""), &list, &count, &f), 0);
        assert_int_equal(count, 1);
        assert_string_equal(list[0].vid, json_text(row, "vid", ""));
        assert_int_equal(cj_variant_by_vid(cj, list[0].vid, &one, &f), 0);
        assert_true(one.price_known && one.weight_g > 0);
        assert_int_equal(one.price.minor,
                         (int64_t)(json_number_value(json_at(row, "price")) * 100 + 0.5));
        assert_int_equal(cj_stock(cj, one.vid, "CN", &n, &f), 0);
        assert_true(n <= json_int(row, "stock.CN", -1) && n >= 0);
    }
    assert_true(i >= 100);
}

static void expect_no_variant(const char *vid, const char *code)
{
    struct cj_variant one;
    int64_t n = 0;
    struct fail f = { 0 };

    assert_int_equal(cj_variant_by_vid(cj, vid, &one, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_string_equal(f.code, code);
    assert_int_equal(cj_stock(cj, vid, "CN", &n, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
}

static void a_variant_that_left_the_shelf_or_never_was_is_missing(void **state)
{
    struct draft d;
    char path[120];
    (void)state;

    draft(&d);
    snprintf(path, sizeof path, "/control/cj/variants/%s", d.items[0].vid);
    sandbox_do(&sandbox, path, "{\"offShelf\":true}");
    expect_no_variant(d.items[0].vid, "1602003");
    sandbox_do(&sandbox, path, "{\"offShelf\":false}");
    expect_no_variant("V-TYPO", "1602000");
}

static void a_quote_names_methods_prices_and_days(void **state)
{
    struct draft d;
    struct cj_freight *list = NULL;
    size_t count = 0;
    struct fail f = { 0 };
    (void)state;

    draft(&d);
    assert_int_equal(
        cj_freight_quote(cj, &(struct cj_consignment){ { "CN", "US", "10001" }, d.items, 2 }, &list,
                         &count, &f),
        0);
    assert_true(count >= 2);
    for (size_t i = 0; i < count; i++) {
        assert_true(list[i].name[0] != '\0' && list[i].price.minor > 0);
        assert_true(list[i].days_min > 0 && list[i].days_max >= list[i].days_min);
    }
    free(list);
    list = NULL;
    assert_int_equal(cj_freight_quote(cj,
                                      &(struct cj_consignment){ { "CN", "KP", NULL }, d.items, 2 },
                                      &list, &count, &f),
                     0);
    assert_int_equal(count, 0);
    free(list);
}

static void orders_are_listed_by_status_and_page(void **state)
{
    struct draft d;
    struct cj_order o;
    bool found = false;
    bool more = true;
    struct fail f = { 0 };
    (void)state;

    create_confirmed(&d, &o);
    for (int number = 1; more; number++) {
        scoped(cj_order_page_done) struct cj_order_page page = { 0 };

        assert_true(number < 100);
        assert_int_equal(cj_order_list(cj, "UNPAID", number, &page, &f), 0);
        for (size_t i = 0; i < page.count; i++) {
            const struct cj_order_row *row = &page.rows[i];
            assert_int_equal(row->status, CJ_UNPAID);
            found |= strcmp(row->number, d.number) == 0 && strcmp(row->order_id, o.order_id) == 0;
        }
        more = page.more;
    }
    assert_true(found);
    cj_order_done(&o);
}

static void webhooks_go_where_they_were_set_to_and_nowhere_else(void **state)
{
    const char *url = "https://ops.example.com/webhooks/cj";
    struct cj_hooks hooks = { .orders = true };
    struct fail f = { 0 };
    (void)state;

    assert_int_equal(cj_hooks_read(cj, url, &hooks, &f), 0);
    assert_false(hooks.orders || hooks.logistics);
    assert_int_equal(cj_hooks_set(cj, url, &f), 0);
    assert_int_equal(cj_hooks_read(cj, url, &hooks, &f), 0);
    assert_true(hooks.orders && hooks.logistics);
    assert_int_equal(cj_hooks_read(cj, "https://ops.example.com/other", &hooks, &f), 0);
    assert_false(hooks.orders || hooks.logistics);
    assert_int_equal(cj_hooks_set(cj, "http://ops.example.com/webhooks/cj", &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
}

static void a_supplier_that_is_gone_was_surely_not_asked(void **state)
{
    struct cj *gone = NULL;
    struct fail f = { 0 };
    (void)state;

    assert_int_equal(cj_open("http://127.0.0.1:1/cj", sandbox.http, &gate, &gone, &f), 0);
    assert_int_equal(cj_order_pay(gone, "42", &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    cj_close(gone);
}

#define TEST(name) cmocka_unit_test_setup(name, cj_rig_calm)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_order_is_created_confirmed_paid_and_shipped_once),
        TEST(a_split_order_shows_each_parcel_with_its_lines),
        TEST(a_lost_answer_to_create_is_unknown_and_the_order_is_found),
        TEST(a_lost_answer_to_pay_is_unknown_and_the_payment_is_found),
        TEST(garbage_and_5xx_have_their_kinds),
        TEST(a_hanging_answer_ends_at_the_deadline),
        TEST(throttling_is_sat_out_and_told),
        TEST(a_token_that_runs_out_early_is_refreshed),
        TEST(points_that_are_used_up_are_told_apart),
        TEST(an_empty_wallet_is_a_limit),
        TEST(only_an_unpaid_order_can_be_deleted),
        TEST(every_variant_of_the_catalogue_can_be_read),
        TEST(a_variant_that_left_the_shelf_or_never_was_is_missing),
        TEST(a_quote_names_methods_prices_and_days),
        TEST(orders_are_listed_by_status_and_page),
        TEST(webhooks_go_where_they_were_set_to_and_nowhere_else),
        TEST(a_supplier_that_is_gone_was_surely_not_asked),
    };
    return cmocka_run_group_tests(tests, cj_rig_start, cj_rig_stop);
}
