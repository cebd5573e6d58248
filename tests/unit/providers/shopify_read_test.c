#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "tests/unit/providers/fake.h"
#include "worker/providers/shopify/shopify.h"

#define HEAD                                                                                       \
    "\"id\":\"gid://shopify/Order/"                                                                \
    "500\",\"name\":\"#1001\",\"createdAt\":\"2026-11-20T18:03:11Z\",\"displayFinancialStatus\":"  \
    "\"PAID\""
#define LINE(n)                                                                                    \
    "{\"id\":\"gid://shopify/LineItem/" #n "\",\"name\":\"Bowl\",\"sku\":\"CJ-" #n                 \
    "\",\"currentQuantity\":2,\"unfulfilledQuantity\":1,\"requiresShipping\":true,"                \
    "\"originalUnitPriceSet\":{\"shopMoney\":{\"amount\":\"24.9\",\"currencyCode\":\"USD\"}},"     \
    "\"variant\":{\"id\":\"gid://shopify/ProductVariant/41\"}}"
#define LAST    "\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":null}"
#define MORE(c) "\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"" c "\"}"
#define ADDRESS                                                                                    \
    "{\"name\":\"Ann Example\",\"address1\":\"1 Example St\",\"address2\":null,\"city\":\"New "    \
    "York\",\"province\":\"New "                                                                   \
    "York\",\"provinceCode\":\"NY\",\"zip\":\"10001\",\"country\":\"United "                       \
    "States\",\"countryCodeV2\":\"US\",\"phone\":\"+12125550100\"}"

static struct shopify *shop;

static int setup(void **state)
{
    struct fail f;

    return fake_setup(state) + shopify_open("https://acme.example", NULL, &fake_gate, &shop, &f);
}

static int teardown(void **state)
{
    shopify_close(shop);
    return fake_teardown(state);
}

static int get(const char *order, struct shopify_order *ret, struct fail *f)
{
    char body[16384];

    snprintf(body, sizeof body, "{\"data\":{\"order\":%s}}", order);
    fake_answer(200, body);
    return shopify_order_get(shop, "gid://shopify/Order/500", ret, f);
}

static void an_order_is_read_whole(void **state)
{
    struct shopify_order o;
    struct fail f;
    (void)state;

    assert_int_equal(
        get("{" HEAD ",\"email\":\"ann@mail.example\",\"phone\":null,\"displayFulfillmentStatus\":"
            "\"UNFULFILLED\","
            "\"customer\":{\"numberOfOrders\":\"12\"},\"shippingAddress\":" ADDRESS
            ",\"billingAddress\":null,"
            "\"currentTotalPriceSet\":{\"shopMoney\":{\"amount\":\"49.8\",\"currencyCode\":\"USD\"}"
            "},"
            "\"risk\":{\"recommendation\":\"ACCEPT\",\"assessments\":[{\"riskLevel\":\"LOW\"}]},"
            "\"lineItems\":{\"nodes\":[" LINE(1) "]," LAST "}}",
            &o, &f),
        0);
    assert_string_equal(o.head.name, "#1001");
    assert_int_equal(o.head.total.minor, 4980);
    assert_string_equal(o.email, "ann@mail.example");
    assert_string_equal(o.phone, "");
    assert_true(o.ship.present);
    assert_string_equal(o.ship.line1, "1 Example St");
    assert_string_equal(o.ship.line2, "");
    assert_string_equal(o.ship.province_code, "NY");
    assert_string_equal(o.ship.country_code, "US");
    assert_false(o.bill.present);
    assert_int_equal(o.customer_orders, 12);
    assert_string_equal(o.risk_level, "LOW");
    assert_string_equal(o.risk_recommendation, "ACCEPT");
    assert_string_equal(o.client_ip_country, "");
    assert_int_equal(o.line_count, 1);
    assert_string_equal(o.lines[0].sku, "CJ-1");
    assert_string_equal(o.lines[0].variant_gid, "gid://shopify/ProductVariant/41");
    assert_int_equal(o.lines[0].quantity, 2);
    assert_int_equal(o.lines[0].to_ship, 1);
    assert_int_equal(o.lines[0].unit_price.minor, 2490);
    shopify_order_done(&o);
    shopify_order_done(&o);
}

static void what_is_withheld_is_absent_and_not_empty_goods(void **state)
{
    struct shopify_order o;
    struct fail f;
    (void)state;

    assert_int_equal(
        get("{" HEAD ",\"email\":null,\"customer\":null,\"shippingAddress\":{\"name\":null,"
            "\"address1\":null,\"province\":\"New York\","
            "\"country\":\"United States\",\"countryCodeV2\":\"US\"},\"billingAddress\":null,"
            "\"risk\":{\"recommendation\":\"NONE\",\"assessments\":[]},\"lineItems\":{\"nodes\":[{"
            "\"id\":\"gid://shopify/LineItem/1\","
            "\"name\":\"Custom\",\"sku\":null,\"currentQuantity\":1,\"unfulfilledQuantity\":1,"
            "\"requiresShipping\":false,\"variant\":null}]," LAST "}}",
            &o, &f),
        0);
    assert_false(o.ship.present);
    assert_string_equal(o.ship.country_code, "US");
    assert_int_equal(o.customer_orders, -1);
    assert_false(o.head.total_known);
    assert_string_equal(o.risk_level, "NONE");
    assert_string_equal(o.lines[0].sku, "");
    assert_string_equal(o.lines[0].variant_gid, "");
    assert_false(o.lines[0].requires_shipping);
    assert_false(o.lines[0].price_known);
    shopify_order_done(&o);
}

static void the_weightiest_judgement_counts(void **state)
{
    static const struct {
        const char *assessments, *worst;
    } list[] = {
        { "{\"riskLevel\":\"LOW\"},{\"riskLevel\":\"HIGH\"},{\"riskLevel\":\"PENDING\"}", "HIGH" },
        { "{\"riskLevel\":\"MEDIUM\"},{\"riskLevel\":\"PENDING\"}", "PENDING" },
        { "{\"riskLevel\":\"LOW\"},{\"riskLevel\":\"MEDIUM\"}", "MEDIUM" },
        { "{\"riskLevel\":\"NONE\"},{\"riskLevel\":\"LOW\"}", "LOW" },
        { "{\"riskLevel\":\"PENDING\"},{\"riskLevel\":\"ODD\"}", "ODD" },
        { "", "NONE" },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        struct shopify_order o;
        struct fail f;
        char order[1000];

        snprintf(order, sizeof order,
                 "{" HEAD ",\"risk\":{\"recommendation\":\"NONE\",\"assessments\":[%s]},"
                 "\"lineItems\":{\"nodes\":[]," LAST "}}",
                 list[i].assessments);
        assert_int_equal(get(order, &o, &f), 0);
        assert_string_equal(o.risk_level, list[i].worst);
        shopify_order_done(&o);
    }
}

static void all_pages_of_lines_are_read(void **state)
{
    struct shopify_order o;
    struct fail f;
    (void)state;

    fake_answer(200, "{\"data\":{\"order\":{" HEAD
                     ",\"lineItems\":{\"nodes\":[" LINE(1) "," LINE(2) "]," MORE("c1") "}}}}");
    fake_answer(200, "{\"data\":{\"order\":{\"id\":\"g\",\"lineItems\":{\"nodes\":[" LINE(
                         3) "]," MORE("c2") "}}}}");
    fake_answer(200, "{\"data\":{\"order\":{\"id\":\"g\",\"lineItems\":{\"nodes\":[" LINE(
                         4) "]," LAST "}}}}");
    assert_int_equal(shopify_order_get(shop, "gid://shopify/Order/500", &o, &f), 0);
    assert_int_equal(o.line_count, 4);
    assert_string_equal(o.lines[3].gid, "gid://shopify/LineItem/4");
    assert_non_null(strstr(fake.requests[1].body, "\"after\":\"c1\""));
    assert_non_null(strstr(fake.requests[2].body, "\"after\":\"c2\""));
    shopify_order_done(&o);
}

static void a_page_of_lines_that_is_lost_loses_the_order_and_not_the_lines(void **state)
{
    struct shopify_order o = { 0 };
    struct fail f;
    (void)state;

    fake_answer(200, "{\"data\":{\"order\":{" HEAD
                     ",\"lineItems\":{\"nodes\":[" LINE(1) "]," MORE("c1") "}}}}");
    fake_answer(200, "{\"data\":{\"order\":null}}");
    assert_int_equal(shopify_order_get(shop, "gid://shopify/Order/500", &o, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_null(o.lines);
}

static void pages_that_go_in_circles_are_a_bug(void **state)
{
    struct shopify_order o;
    struct fail f;
    (void)state;

    fake_answer(200, "{\"data\":{\"order\":{" HEAD
                     ",\"lineItems\":{\"nodes\":[" LINE(1) "]," MORE("c1") "}}}}");
    fake_answer(200, "{\"data\":{\"order\":{\"id\":\"g\",\"lineItems\":{\"nodes\":[" LINE(
                         2) "]," MORE("c1") "}}}}");
    assert_int_equal(shopify_order_get(shop, "gid://shopify/Order/500", &o, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
}

static void an_order_that_is_not_there_is_missing(void **state)
{
    struct shopify_order o;
    struct shopify_fulfillment_state st;
    struct fail f;
    (void)state;

    assert_int_equal(get("null", &o, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    fake_answer(200, "{\"data\":{\"order\":null}}");
    assert_int_equal(shopify_fulfillment_state(shop, "g", &st, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
}

static void nothing_of_an_address_is_cut_silently(void **state)
{
    struct shopify_order o = { 0 };
    struct fail f;
    char order[8000];
    char name[2000];
    (void)state;

    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(order, sizeof order,
             "{" HEAD ",\"shippingAddress\":{\"address1\":\"%s\"},\"lineItems\":{\"nodes\":[]," LAST
             "}}",
             name);
    assert_int_equal(get(order, &o, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_non_null(strstr(f.text, "shippingAddress"));
    assert_non_null(strstr(f.text, "address1"));
}

#define FO(n, status, actions, lines)                                                              \
    "{\"id\":\"gid://shopify/FulfillmentOrder/" #n "\",\"status\":\"" status                       \
    "\",\"supportedActions\":[" actions "],\"assignedLocation\":{\"location\":{\"id\":\"gid://"    \
    "shopify/Location/55\"}},\"lineItems\":" lines "}"
#define FO_LINE(n)                                                                                 \
    "{\"id\":\"gid://shopify/FulfillmentOrderLineItem/" #n                                         \
    "\",\"remainingQuantity\":2,\"lineItem\":{\"id\":\"gid://shopify/LineItem/1\"}}"
#define CAN "{\"action\":\"HOLD\"},{\"action\":\"CREATE_FULFILLMENT\"}"

/* Two pages of fulfillment orders, and two of the lines of the first. */
static void script_state(void)
{
    fake_answer(200, "{\"data\":{\"order\":{\"id\":\"g\",\"cancelledAt\":\"2026-11-21T00:00:00Z\","
                     "\"displayFinancialStatus\":\"REFUNDED\",\"fulfillmentOrders\":{\"nodes\":"
                     "[" FO(1, "OPEN", CAN, "{\"nodes\":[" FO_LINE(11) "]," MORE("l1") "}") "," FO(
                         2, "CLOSED", "",
                         "{\"nodes\":[]," LAST
                         "}") "]," MORE("f1") "},"
                                              "\"fulfillments\":[{\"id\":\"gid://shopify/"
                                              "Fulfillment/"
                                              "7\",\"status\":\"SUCCESS\",\"trackingInfo\":[{"
                                              "\"number\":\"YT1\"},{\"number\":null}]}]}}}");
    fake_answer(200,
                "{\"data\":{\"fulfillmentOrder\":{\"id\":\"g\",\"lineItems\":{\"nodes\":[" FO_LINE(
                    12) "]," LAST "}}}}");
    fake_answer(200,
                "{\"data\":{\"order\":{\"id\":\"g\",\"fulfillmentOrders\":{\"nodes\":[" FO(
                    3, "ON_HOLD", "{\"action\":\"RELEASE_HOLD\"}",
                    "{\"nodes\":[" FO_LINE(31) "]," LAST "}") "]," LAST "},\"fulfillments\":[]}}}");
}

static void the_state_tells_what_can_be_and_what_was_fulfilled(void **state)
{
    struct shopify_fulfillment_state st;
    struct fail f;
    (void)state;

    script_state();
    assert_int_equal(shopify_fulfillment_state(shop, "gid://shopify/Order/500", &st, &f), 0);
    assert_non_null(strstr(fake.requests[1].body, "gid://shopify/FulfillmentOrder/1"));
    assert_non_null(strstr(fake.requests[2].body, "\"after\":\"f1\""));
    assert_true(st.cancelled_us > 0);
    assert_string_equal(st.financial, "REFUNDED");
    assert_int_equal(st.order_count, 3);
    assert_true(st.orders[0].can_fulfill);
    assert_false(st.orders[1].can_fulfill || st.orders[2].can_fulfill);
    assert_int_equal(st.orders[0].line_count, 2);
    assert_string_equal(st.orders[0].lines[1].gid, "gid://shopify/FulfillmentOrderLineItem/12");
    assert_int_equal(st.orders[0].lines[1].remaining, 2);
    assert_string_equal(st.orders[0].location_gid, "gid://shopify/Location/55");
    assert_string_equal(st.orders[2].status, "ON_HOLD");
    assert_int_equal(st.orders[2].line_count, 1);
    assert_int_equal(st.done_count, 1);
    assert_string_equal(st.done[0].numbers[0], "YT1");
    assert_string_equal(st.done[0].numbers[1], "");
    shopify_fulfillment_state_done(&st);
    shopify_fulfillment_state_done(&st);
}

static void add_many(struct str *body, size_t count, const char *item)
{
    for (size_t i = 0; i < count; i++) {
        str_addf(body, "%s%s", i > 0 ? "," : "", item);
    }
}

static void what_cannot_be_seen_whole_is_refused(void **state)
{
    struct shopify_fulfillment_state st;
    struct str many, tracked;
    struct fail f;
    (void)state;

    str_init(&many, 1 << 20);
    str_add(&many, "{\"data\":{\"order\":{\"id\":\"g\",\"fulfillmentOrders\":{\"nodes\":[]," LAST
                   "},\"fulfillments\":[");
    add_many(&many, 250,
             "{\"id\":\"gid://shopify/Fulfillment/7\",\"status\":\"SUCCESS\",\"trackingInfo\":[]}");
    str_add(&many, "]}}}");
    str_init(&tracked, 1 << 20);
    str_add(&tracked,
            "{\"data\":{\"order\":{\"id\":\"g\",\"fulfillmentOrders\":{\"nodes\":[" FO(
                1, "OPEN", CAN,
                "{\"nodes\":[" FO_LINE(
                    1) "]," LAST "}") "]," LAST
                                      "},\"fulfillments\":[{\"id\":\"gid://shopify/Fulfillment/"
                                      "7\",\"status\":\"SUCCESS\",\"trackingInfo\":[");
    add_many(&tracked, 6, "{\"number\":\"YT1\"}");
    str_add(&tracked, "]}]}}}");
    fake_answer(200, many.data);
    fake_answer(200, tracked.data);
    assert_int_equal(shopify_fulfillment_state(shop, "g", &st, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_non_null(strstr(f.text, "250"));
    assert_int_equal(shopify_fulfillment_state(shop, "g", &st, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_non_null(strstr(f.text, "more than 5"));
    str_done(&many);
    str_done(&tracked);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_order_is_read_whole),
        TEST(what_is_withheld_is_absent_and_not_empty_goods),
        TEST(the_weightiest_judgement_counts),
        TEST(all_pages_of_lines_are_read),
        TEST(a_page_of_lines_that_is_lost_loses_the_order_and_not_the_lines),
        TEST(pages_that_go_in_circles_are_a_bug),
        TEST(an_order_that_is_not_there_is_missing),
        TEST(nothing_of_an_address_is_cut_silently),
        TEST(the_state_tells_what_can_be_and_what_was_fulfilled),
        TEST(what_cannot_be_seen_whole_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
