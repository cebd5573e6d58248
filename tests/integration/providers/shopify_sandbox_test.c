/* The Shopify client against the running sandbox, which executes its documents over the
 * published schema. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "tests/integration/providers/shopify_rig.h"

static const struct shopify_tracking tracking = { "YunExpress", "YT2600001",
                                                  "https://track.example/?n=YT2600001" };

/* A new order as `body` says; its gid. */
static void place(const char *body, char gid[static SHOPIFY_GID_BYTES])
{
    scoped(json_clear_p) json_t *order = sandbox_control(&sandbox, "/control/orders", body);

    assert_true(str_fit(gid, SHOPIFY_GID_BYTES, json_text(order, "id", "")));
}

static void read_state(const char *gid, struct shopify_fulfillment_state *st)
{
    struct fail f = { 0 };

    assert_int_equal(shopify_fulfillment_state(shop, gid, st, &f), 0);
    assert_int_equal(st->order_count, 1);
}

/* Fulfil the first line of the first fulfillment order. */
static int fulfill_first(const struct shopify_fulfillment_state *st,
                         char gid[static SHOPIFY_GID_BYTES], struct fail *f)
{
    struct shopify_fulfill_line line = { .quantity = st->orders[0].lines[0].remaining };

    memcpy(line.fo_line_gid, st->orders[0].lines[0].gid, sizeof line.fo_line_gid);
    return shopify_fulfill(
        shop, &(struct shopify_shipment){ st->orders[0].gid, &line, 1, &tracking }, gid, f);
}

static void the_shop_tells_who_it_is_and_what_we_may(void **state)
{
    struct shopify_shop info;
    scoped(free_p) char *scopes = NULL;
    struct fail f = { 0 };
    (void)state;

    assert_int_equal(shopify_shop_info(shop, &info, &f), 0);
    assert_string_equal(info.currency, "USD");
    assert_true(info.name[0] != '\0' && info.timezone[0] != '\0' && info.domain[0] != '\0');
    assert_int_equal(shopify_scopes(shop, &scopes, &f), 0);
    assert_non_null(strstr(scopes, "write_orders"));
    assert_string_equal(shopify_served_version(shop), SHOPIFY_API_VERSION);
    assert_true(seen.available > 0);
    assert_int_equal(seen.enters, 2);
    assert_int_equal(seen.leaves, 2);
}

static void an_order_is_read_whole(void **state)
{
    char gid[SHOPIFY_GID_BYTES];
    struct shopify_order o;
    struct fail f = { 0 };
    (void)state;

    place("{\"country\":\"US\",\"risk\":\"MEDIUM\"}", gid);
    assert_int_equal(shopify_order_get(shop, gid, &o, &f), 0);
    assert_string_equal(o.head.gid, gid);
    assert_string_equal(o.head.financial, "PAID");
    assert_string_equal(o.fulfillment_status, "UNFULFILLED");
    assert_true(o.head.total_known && o.head.total.minor > 0);
    assert_true(o.head.created_us > 0 && o.head.updated_us > 0);
    assert_true(o.ship.present && o.bill.present);
    assert_true(o.ship.line1[0] != '\0' && o.ship.city[0] != '\0');
    assert_string_equal(o.ship.country_code, "US");
    assert_non_null(strchr(o.email, '@'));
    assert_string_equal(o.risk_level, "MEDIUM");
    assert_string_equal(o.risk_recommendation, "INVESTIGATE");
    assert_true(o.customer_orders >= 1);
    assert_true(o.line_count >= 1);
    assert_true(o.lines[0].sku[0] != '\0' && o.lines[0].variant_gid[0] != '\0');
    assert_true(o.lines[0].quantity >= 1 && o.lines[0].to_ship == o.lines[0].quantity);
    assert_true(o.lines[0].price_known && o.lines[0].requires_shipping);
    shopify_order_done(&o);
}

static void an_order_nobody_placed_is_missing(void **state)
{
    struct shopify_order o;
    struct shopify_fulfillment_state st;
    struct fail f = { 0 };
    (void)state;

    assert_int_equal(shopify_order_get(shop, "gid://shopify/Order/1", &o, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_int_equal(shopify_fulfillment_state(shop, "gid://shopify/Order/1", &st, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
}

static void without_level_two_the_address_is_withheld(void **state)
{
    char gid[SHOPIFY_GID_BYTES];
    struct shopify_order o;
    struct fail f = { 0 };
    (void)state;

    place("{\"country\":\"US\"}", gid);
    sandbox_do(&sandbox, "/control/settings", "{\"level2\":false}");
    assert_int_equal(shopify_order_get(shop, gid, &o, &f), 0);
    sandbox_do(&sandbox, "/control/settings", "{\"level2\":true}");
    assert_false(o.ship.present);
    assert_string_equal(o.ship.country_code, "US");
    assert_string_equal(o.email, "");
    shopify_order_done(&o);
}

static void scopes_that_are_missing_are_told_apart(void **state)
{
    char gid[SHOPIFY_GID_BYTES];
    struct shopify_order o;
    struct shopify_order_page page;
    struct fail f = { 0 };
    (void)state;

    place("{}", gid);
    sandbox_do(&sandbox, "/control/settings", "{\"scopes\":[\"read_orders\",\"read_products\"]}");
    assert_int_equal(shopify_order_get(shop, gid, &o, &f), 0); /* without the customer */
    assert_int_equal(o.customer_orders, -1);
    assert_true(o.line_count >= 1 && o.lines[0].variant_gid[0] != '\0');
    shopify_order_done(&o);
    sandbox_do(&sandbox, "/control/settings", "{\"scopes\":[\"read_products\"]}");
    assert_int_equal(shopify_order_get(shop, gid, &o, &f), -1);
    assert_int_equal(f.kind, FAIL_DENIED);
    assert_non_null(strstr(f.text, "read_orders"));
    assert_int_equal(
        shopify_orders_updated(shop, &(struct shopify_order_search){ .page_size = 10 }, &page, &f),
        -1);
    assert_int_equal(f.kind, FAIL_DENIED);
    sandbox_do(
        &sandbox, "/control/settings",
        "{\"scopes\":[\"write_orders\",\"write_products\",\"read_customers\",\"read_locations\","
        "\"write_merchant_managed_fulfillment_orders\"],\"order-access\":false}");
    assert_int_equal(shopify_order_get(shop, gid, &o, &f), -1);
    assert_int_equal(f.kind, FAIL_DENIED);
    sandbox_do(&sandbox, "/control/settings", "{\"order-access\":true}");
    assert_int_equal(shopify_order_get(shop, gid, &o, &f), 0);
    shopify_order_done(&o);
}

static void all_pages_of_changed_orders_are_read_in_order(void **state)
{
    scoped(json_clear_p) json_t *all = NULL;
    char gid[SHOPIFY_GID_BYTES];
    struct shopify_order_page page = { .more = true };
    int64_t last_us = 0;
    size_t count = 0;
    struct fail f = { 0 };
    (void)state;

    for (int i = 0; i < 23; i++) {
        place("{}", gid);
    }
    while (page.more) {
        char cursor[sizeof page.cursor];
        memcpy(cursor, page.cursor, sizeof cursor);
        shopify_order_page_done(&page);
        assert_int_equal(
            shopify_orders_updated(shop, &(struct shopify_order_search){ 0, 5, cursor }, &page, &f),
            0);
        for (size_t i = 0; i < page.count; i++) {
            assert_true(page.rows[i].updated_us >= last_us);
            last_us = page.rows[i].updated_us;
        }
        count += page.count;
        assert_true(page.count > 0 && count < 1000);
    }
    shopify_order_page_done(&page);
    all = sandbox_control(&sandbox, "/control/orders", NULL);
    assert_int_equal(count, json_array_size(all));
    assert_int_equal(
        shopify_orders_updated(
            shop, &(struct shopify_order_search){ last_us + 3600000000, 5, NULL }, &page, &f),
        0);
    assert_int_equal(page.count, 0);
    shopify_order_page_done(&page);
}

static void an_order_is_fulfilled_in_part_and_then_whole(void **state)
{
    scoped(json_clear_p) json_t *variants = sandbox_control(&sandbox, "/control/cj/variants", NULL);
    char gid[SHOPIFY_GID_BYTES], first[SHOPIFY_GID_BYTES], second[SHOPIFY_GID_BYTES];
    char body[200];
    struct shopify_fulfillment_state st;
    struct shopify_fulfill_line rest = { .quantity = 3 };
    struct fail f = { 0 };
    (void)state;

    snprintf(body, sizeof body,
             "{\"lines\":[{\"sku\":\"%s\",\"quantity\":1},{\"sku\":\"%s\",\"quantity\":3}]}",
             json_text(variants, "0.sku", ""), json_text(variants, "4.sku", ""));
    place(body, gid);
    read_state(gid, &st);
    assert_true(st.orders[0].can_fulfill);
    assert_int_equal(st.orders[0].line_count, 2);
    assert_int_equal(st.done_count, 0);
    assert_string_equal(st.financial, "PAID");
    assert_int_equal(fulfill_first(&st, first, &f), 0);
    memcpy(rest.fo_line_gid, st.orders[0].lines[1].gid, sizeof rest.fo_line_gid);
    const struct shopify_shipment sent = { st.orders[0].gid, &rest, 1, &tracking };
    assert_int_equal(fulfill_first(&st, second, &f), -1); /* its quantity is gone */
    assert_int_equal(f.kind, FAIL_CONFLICT);
    assert_int_equal(shopify_fulfill(shop, &sent, second, &f), 0);
    assert_string_not_equal(first, second);
    assert_int_equal(shopify_fulfill(shop, &sent, second, &f), -1); /* closed */
    assert_int_equal(f.kind, FAIL_CONFLICT);
    shopify_fulfillment_state_done(&st);
    read_state(gid, &st);
    assert_false(st.orders[0].can_fulfill);
    assert_int_equal(st.done_count, 2);
    assert_string_equal(st.done[0].numbers[0], "YT2600001");
    assert_int_equal(sandbox_done(&sandbox, "fulfillmentCreate", "orderId", gid), 2);
    shopify_fulfillment_state_done(&st);
}

static void a_lost_answer_to_a_fulfillment_is_unknown_and_it_is_found(void **state)
{
    char gid[SHOPIFY_GID_BYTES], done[SHOPIFY_GID_BYTES];
    struct shopify_fulfillment_state st;
    struct fail f = { 0 };
    (void)state;

    place("{}", gid);
    read_state(gid, &st);
    sandbox_fault(&sandbox, "shopify", "fulfillmentCreate", "\"kind\":\"drop\",\"count\":1");
    assert_int_equal(fulfill_first(&st, done, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    shopify_fulfillment_state_done(&st);
    read_state(gid, &st);
    assert_int_equal(st.done_count, 1);
    assert_string_equal(st.done[0].numbers[0], tracking.number);
    assert_int_equal(sandbox_done(&sandbox, "fulfillmentCreate", "orderId", gid), 1);
    shopify_fulfillment_state_done(&st);
}

static void a_changed_tracking_number_replaces_the_old_one(void **state)
{
    const struct shopify_tracking later = { NULL, "LP00200", "https://track.example/LP00200" };
    char gid[SHOPIFY_GID_BYTES], done[SHOPIFY_GID_BYTES];
    struct shopify_fulfillment_state st;
    struct fail f = { 0 };
    (void)state;

    place("{}", gid);
    read_state(gid, &st);
    assert_int_equal(fulfill_first(&st, done, &f), 0);
    shopify_fulfillment_state_done(&st);
    assert_int_equal(shopify_tracking_update(shop, done, &later, &f), 0);
    read_state(gid, &st);
    assert_string_equal(st.done[0].numbers[0], "LP00200");
    assert_string_equal(st.done[0].numbers[1], "");
    shopify_fulfillment_state_done(&st);
    assert_int_equal(shopify_tracking_update(shop, "gid://shopify/Fulfillment/1", &later, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
}

static void tags_can_be_added_twice(void **state)
{
    static const char *const tags[] = { "held", "checked by hand" };
    char gid[SHOPIFY_GID_BYTES];
    struct fail f = { 0 };
    (void)state;

    place("{}", gid);
    assert_int_equal(shopify_tags_add(shop, gid, tags, 2, &f), 0);
    assert_int_equal(shopify_tags_add(shop, gid, tags, 2, &f), 0);
}

static void an_empty_bucket_is_waited_for_by_queries_and_mutations(void **state)
{
    char gid[SHOPIFY_GID_BYTES], done[SHOPIFY_GID_BYTES];
    struct shopify_fulfillment_state st;
    struct fail f = { 0 };
    (void)state;

    place("{}", gid);
    sandbox_fault(&sandbox, "shopify", "FulfillmentState", "\"kind\":\"throttle\",\"count\":1");
    sandbox_fault(&sandbox, "shopify", "FulfillmentCreate", "\"kind\":\"throttle\",\"count\":1");
    read_state(gid, &st);
    assert_int_equal(fulfill_first(&st, done, &f), 0);
    assert_true(seen.throttled_ms >= 2000);
    assert_int_equal(seen.unhealthy, 0);
    assert_int_equal(sandbox_done(&sandbox, "fulfillmentCreate", "orderId", gid), 1);
    shopify_fulfillment_state_done(&st);
}

static void garbage_5xx_and_hanging_have_their_kinds(void **state)
{
    char gid[SHOPIFY_GID_BYTES], done[SHOPIFY_GID_BYTES];
    struct shopify_fulfillment_state st;
    struct shopify_shop info;
    struct fail f = { 0 };
    (void)state;

    place("{}", gid);
    sandbox_fault(&sandbox, "shopify", "FulfillmentState", "\"kind\":\"garbage\",\"count\":1");
    read_state(gid, &st);
    sandbox_fault(&sandbox, "shopify", "FulfillmentCreate", "\"kind\":\"garbage\",\"count\":1");
    assert_int_equal(fulfill_first(&st, done, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    sandbox_fault(&sandbox, "shopify", "FulfillmentCreate",
                  "\"kind\":\"status\",\"status\":502,\"count\":1");
    assert_int_equal(fulfill_first(&st, done, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    sandbox_fault(&sandbox, "shopify", "FulfillmentCreate",
                  "\"kind\":\"hang\",\"ms\":60000,\"after\":true,\"count\":1");
    shop->deadline_ms = 300;
    assert_int_equal(fulfill_first(&st, done, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    shop->deadline_ms = 0;
    assert_int_equal(sandbox_done(&sandbox, "fulfillmentCreate", "orderId", gid), 1);
    sandbox_fault(&sandbox, "shopify", "ShopInfo", "\"kind\":\"status\",\"status\":503");
    assert_int_equal(shopify_shop_info(shop, &info, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    shopify_fulfillment_state_done(&st);
}

static void a_token_that_is_refused_is_granted_anew(void **state)
{
    struct shopify_shop info;
    struct fail f = { 0 };
    (void)state;

    memcpy(seen.token, "shpat_stale", sizeof "shpat_stale");
    assert_int_equal(shopify_shop_info(shop, &info, &f), 0);
    assert_int_equal(seen.renewed, 1);
    assert_string_not_equal(seen.token, "shpat_stale");
}

static void a_wrong_secret_is_denied(void **state)
{
    char token[SHOPIFY_TOKEN_BYTES];
    int64_t life_s = 0;
    struct fail f = { 0 };
    (void)state;

    assert_int_equal(shopify_grant(shop, &(struct shopify_client){ "sandbox-client", "wrong" },
                                   token, &life_s, &f),
                     -1);
    assert_int_equal(f.kind, FAIL_DENIED);
    assert_true(f.code[0] != '\0');
}

#define TEST(name) cmocka_unit_test_setup(name, shopify_rig_calm)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_shop_tells_who_it_is_and_what_we_may),
        TEST(an_order_is_read_whole),
        TEST(an_order_nobody_placed_is_missing),
        TEST(without_level_two_the_address_is_withheld),
        TEST(all_pages_of_changed_orders_are_read_in_order),
        TEST(an_order_is_fulfilled_in_part_and_then_whole),
        TEST(a_lost_answer_to_a_fulfillment_is_unknown_and_it_is_found),
        TEST(a_changed_tracking_number_replaces_the_old_one),
        TEST(tags_can_be_added_twice),
        TEST(an_empty_bucket_is_waited_for_by_queries_and_mutations),
        TEST(garbage_5xx_and_hanging_have_their_kinds),
        TEST(a_token_that_is_refused_is_granted_anew),
        TEST(a_wrong_secret_is_denied),
        TEST(scopes_that_are_missing_are_told_apart),
    };
    return cmocka_run_group_tests(tests, shopify_rig_start, shopify_rig_stop);
}
