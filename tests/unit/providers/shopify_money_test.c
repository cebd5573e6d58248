/* The money of an order as the shop tells it: sums of lines, fees and refunds, always without tax. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "tests/unit/providers/fake.h"
#include "worker/providers/shopify/shopify.h"

#define GID(type, n)    "\"gid://shopify/" type "/" #n "\""
#define IN(code, text)  "{\"shopMoney\":{\"amount\":\"" text "\",\"currencyCode\":\"" code "\"}}"
#define BAG(text)       IN("USD", text)
#define LAST            "\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":null}"
#define TAX(text)       "\"taxLines\":[{\"priceSet\":" BAG(text) "}]"
#define NODES(list)     "{\"nodes\":[" list "]," LAST "}"
#define SHIPPING(price) NODES("{\"discountedPriceSet\":" BAG(price) ",\"taxLines\":[]}")
#define PAYMENT(gateway, fees)                                                                     \
    "{\"kind\":\"SALE\",\"status\":\"SUCCESS\",\"gateway\":\"" gateway "\",\"fees\":[" fees "]}"
#define FEE(code, text) "{\"amount\":{\"amount\":\"" text "\",\"currencyCode\":\"" code "\"}}"
/* A line of `of` units of which `now` are left. */
#define LINE(n, of, now, price, discount, tax, duties)                                             \
    "{\"id\":" GID("LineItem", n) ",\"quantity\":" #of ",\"currentQuantity\":" #now                \
                                  ",\"unfulfilledQuantity\":0,\"isGiftCard\":false,"               \
                                  "\"originalUnitPriceSet\":" BAG(                                 \
                                      price) ",\"discountAllocations\":[{"                         \
                                             "\"allocatedAmountSet\":" BAG(discount) "}]," TAX(    \
                                                 tax) ",\"dut"                                     \
                                                      "ies\":"                                     \
                                                      "[" duties "]}"
#define BACK(n, units, net, tax)                                                                   \
    "{\"quantity\":" #units ",\"subtotalSet\":" BAG(net) ",\"totalTaxSet\":" BAG(                  \
        tax) ",\"lineItem\":{\"id\":" GID("LineItem", n) "}}"
#define REFUND(n, paid, lines, more)                                                               \
    "{\"id\":" GID("Refund", n) ",\"createdAt\":\"2026-11-20T12:00:00Z\","                         \
                                "\"totalRefundedSet\":" BAG(paid) ",\"refundLineItems\":" lines    \
                                                                  "," more "}"
#define NO_MORE                                                                                    \
    "\"duties\":[],\"refundShippingLines\":" NODES("") ",\"orderAdjustments\":" NODES("")

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

struct answer {
    const char *currency, *included, *lines, *shipping, *payments, *refunds;
};

static void answer(const struct answer *a)
{
    static char body[16384]; /* the script keeps no copy */
    int size = snprintf(
        body, sizeof body,
        "{\"data\":{\"order\":{\"id\":" GID(
            "Order",
            500) ",\"name\":\"#1001\",\"createdAt\":\"2026-11-20T10:00:00Z\",\"currencyCode\":\"%"
                 "s\","
                 "\"taxesIncluded\":%s,\"lineItems\":" NODES(
                     "%s") ",\"shippingLines\":%s,\"transactions\":[%s],\"refunds\":[%s]}}}",
        a->currency != NULL ? a->currency : "USD", a->included != NULL ? a->included : "false",
        a->lines, a->shipping != NULL ? a->shipping : SHIPPING("4.99"),
        a->payments != NULL ? a->payments : "", a->refunds != NULL ? a->refunds : "");

    assert_true(size > 0 && (size_t)size < sizeof body);
    fake_answer(200, body);
}

static void read_order(const struct answer *a, struct shopify_order *ret)
{
    struct fail f;

    answer(a);
    assert_int_equal(shopify_order_get(shop, "gid://shopify/Order/500", ret, &f), 0);
}

static void a_sale_is_read_in_its_parts(void **state)
{
    const struct answer a = { .lines = LINE(1, 2, 2, "22.99", "4.6", "3.41", ""),
                              .payments = PAYMENT("shopify_payments", FEE("USD", "1.74")) };
    struct shopify_order o;
    (void)state;

    read_order(&a, &o);
    assert_true(o.money.known);
    assert_int_equal(o.lines[0].money.ordered, 2);
    assert_int_equal(o.lines[0].money.gross_minor, 4598);
    assert_int_equal(o.lines[0].money.discount_minor, 460);
    assert_int_equal(o.lines[0].money.tax_minor, 341);
    assert_int_equal(o.money.ship_net_minor, 499);
    assert_true(o.money.fee_known);
    assert_int_equal(o.money.fee_minor, 174);
    assert_int_equal(o.money.refund_count, 0);
    shopify_order_done(&o);
}

static void tax_in_the_price_is_taken_out(void **state)
{
    /* 2 x 12.10 - 2.42, of which 21 %: 21.78 with 3.78 of tax is 18.00; before the discount 20.00. */
    const struct answer a = { .included = "true",
                              .lines = LINE(1, 2, 1, "12.10", "2.42", "3.78", ""),
                              .shipping =
                                  NODES("{\"discountedPriceSet\":" BAG("6.05") "," TAX("1.05") "}"),
                              .refunds =
                                  REFUND(7, "10.89", NODES(BACK(1, 1, "10.89", "1.89")), NO_MORE) };
    struct shopify_order o;
    (void)state;

    read_order(&a, &o);
    assert_int_equal(o.lines[0].money.gross_minor, 2000);
    assert_int_equal(o.lines[0].money.discount_minor, 200);
    assert_int_equal(o.lines[0].money.tax_minor, 378);
    assert_int_equal(o.money.ship_net_minor, 500);
    assert_int_equal(o.money.ship_tax_minor, 105);
    assert_int_equal(o.money.refunds[0].lines[0].net_minor, 900);
    assert_int_equal(o.money.refunds[0].lines[0].tax_minor, 189);
    shopify_order_done(&o);
}

static void refunded_units_were_sold_and_removed_ones_were_not(void **state)
{
    /* Of five one was refunded and one taken out by an edit: four were sold, with their part of discount and tax. */
    const struct answer a = { .lines = LINE(1, 5, 3, "10.00", "5.01", "4.50", ""),
                              .refunds =
                                  REFUND(7, "9.90", NODES(BACK(1, 1, "9.00", "0.90")), NO_MORE) };
    struct shopify_order o;
    (void)state;

    read_order(&a, &o);
    assert_int_equal(o.lines[0].money.ordered, 4);
    assert_int_equal(o.lines[0].money.gross_minor, 4000);
    assert_int_equal(o.lines[0].money.discount_minor, 401);
    assert_int_equal(o.lines[0].money.tax_minor, 360);
    assert_int_equal(o.money.refund_count, 1);
    assert_int_equal(o.money.refunds[0].paid_minor, 990);
    assert_int_equal(o.money.refunds[0].lines[0].quantity, 1);
    shopify_order_done(&o);
}

static void a_refund_has_shipping_duties_and_what_was_kept_or_given_on_top(void **state)
{
    const struct answer a = {
        .lines = LINE(1, 1, 0, "10", "0", "0", "{\"price\":" BAG("1.5") "," TAX("0.3") "}"),
        .refunds = REFUND(
            7, "12.34", NODES(BACK(1, 1, "10", "0")),
            "\"duties\":[{\"amountSet\":" BAG("1.5") "}],\"refundShippingLines\":" NODES(
                "{\"subtot"
                "alAmountS"
                "et\""
                ":" BAG("2") ",\"taxAmountSet\":" BAG(
                    "0.2") "}") ",\"orderAdjustments\":" NODES("{\"amountSet\":" BAG("3.5") ",\"tax"
                                                                                            "Amount"
                                                                                            "Set\""
                                                                                            ":" BAG("0.25") "},{\"amountSet\":" BAG(
                                                                                                "-0"
                                                                                                "."
                                                                                                "5") ",\"taxAmountSet\":" BAG("0") "}"))
    };
    struct shopify_order o;
    (void)state;

    read_order(&a, &o);
    assert_int_equal(o.lines[0].money.duty_minor, 150);
    assert_int_equal(o.lines[0].money.tax_minor, 30);
    assert_int_equal(o.money.refunds[0].duty_minor, 150);
    assert_int_equal(o.money.refunds[0].ship_net_minor, 200);
    assert_int_equal(o.money.refunds[0].ship_tax_minor, 20);
    assert_int_equal(o.money.refunds[0].adjust_net_minor, -300); /* kept back */
    assert_int_equal(o.money.refunds[0].adjust_tax_minor, -25);
    shopify_order_done(&o);
}

static void a_long_refund_is_read_to_its_end(void **state)
{
    const struct answer a = {
        .lines = LINE(1, 3, 1, "10", "0", "0", ""),
        .refunds = REFUND(7, "20",
                          "{\"nodes\":[" BACK(1, 1, "10", "0") "],\"pageInfo\":{\"hasNextPage\":"
                                                               "true,\"endCursor\":\"c1\"}}",
                          NO_MORE)
    };
    struct shopify_order o;
    struct fail f;
    (void)state;

    answer(&a);
    fake_answer(200, "{\"data\":{\"refund\":{\"id\":" GID(
                         "Refund", 7) ",\"refundLineItems\":" NODES(BACK(1, 1, "10", "0")) "}}}");
    assert_int_equal(shopify_order_get(shop, "gid://shopify/Order/500", &o, &f), 0);
    assert_int_equal(o.money.refunds[0].line_count, 2);
    assert_int_equal(o.lines[0].money.ordered, 3);
    assert_non_null(strstr(fake.requests[1].body, "\"after\":\"c1\""));
    shopify_order_done(&o);
}

static void fees_are_known_only_when_all_payments_tell_them(void **state)
{
    static const struct {
        const char *payments;
        bool known;
        int64_t fee;
    } list[] = {
        { "", false, 0 },
        { PAYMENT("bogus", ""), false, 0 },
        { PAYMENT("shopify_payments", FEE("USD", "0.59") "," FEE("USD", "0.3")), true, 89 },
        { PAYMENT("shopify_payments", FEE("USD", "0.59")) "," PAYMENT("paypal", ""), false, 59 },
        { PAYMENT("shopify_payments", FEE("EUR", "0.59")), false, 0 },
        { PAYMENT("gift_card", ""), true, 0 },
        { PAYMENT("gift_card", "") "," PAYMENT("shopify_payments", FEE("USD", "0.4")), true, 40 },
        { "{\"kind\":\"SALE\",\"status\":\"FAILURE\",\"gateway\":\"x\",\"fees\":[]}", false, 0 },
        { "{\"kind\":\"AUTHORIZATION\",\"status\":\"SUCCESS\",\"gateway\":\"x\",\"fees\":[]}",
          false, 0 },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        const struct answer a = { .lines = "", .payments = list[i].payments };
        struct shopify_order o;

        read_order(&a, &o);
        assert_true(o.money.known);
        assert_int_equal(o.money.fee_known, list[i].known);
        assert_int_equal(o.money.fee_minor, list[i].fee);
        shopify_order_done(&o);
    }
}

static void amounts_have_the_places_of_their_currency(void **state)
{
    const struct answer a = {
        .currency = "JPY",
        .lines = "{\"id\":" GID(
            "LineItem", 1) ",\"quantity\":3,\"currentQuantity\":3,\"unfulfilledQuantity\":0,"
                           "\"originalUnitPriceSet\":" IN(
                               "JPY", "1980.0") ",\"discountAllocations\":[],\"taxLines\":"
                                                "[{\"priceSet\":" IN("JPY",
                                                                     "594") "}],\"duties\":[]}",
        .shipping = NODES("{\"discountedPriceSet\":" IN("JPY", "500") ",\"taxLines\":[]}")
    };
    struct shopify_order o;
    (void)state;

    read_order(&a, &o);
    assert_true(o.money.known);
    assert_int_equal(o.lines[0].money.gross_minor, 5940);
    assert_int_equal(o.lines[0].money.tax_minor, 594);
    assert_int_equal(o.money.ship_net_minor, 500);
    shopify_order_done(&o);
}

static void money_that_cannot_be_read_is_unknown_and_stops_no_order(void **state)
{
    static const struct answer list[] = {
        { .currency = "EUR", .lines = LINE(1, 1, 1, "10", "0", "0", "") },
        { .currency = "EUR", .shipping = NODES(""), .lines = LINE(1, 1, 1, "10", "0", "0", "") },
        { .lines = LINE(1, 1, 1, "10.005", "0", "0", "") },
        { .lines = LINE(1, 1, 1, "1e3", "0", "0", "") },
        { .lines = LINE(1, 1, 1, "99999999999999999999", "0", "0", "") },
        { .lines = LINE(1, 1000001, 1, "10", "0", "0", "") },
        { .lines = LINE(1, 900000, 900000, "9999999999.99", "0", "0", "") },
        { .included = "null", .lines = LINE(1, 1, 1, "10", "0", "0", "") },
        { .lines = LINE(1, 1, 1, "10", "0", "0", ""),
          .refunds = "{\"id\":" GID("Refund", 7) ",\"createdAt\":null}" },
        { .lines = LINE(1, 1, 0, "10", "0", "0", ""),
          .refunds = REFUND(7, "10", NODES(BACK(1, -1, "10", "0")), NO_MORE) },
        { .lines = LINE(1, 1, 1, "10", "0", "0", ""),
          .shipping = "{\"nodes\":[],\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"x\"}}" },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        struct shopify_order o;

        read_order(&list[i], &o);
        assert_false(o.money.known);
        assert_true(strlen(o.money.why) > 0);
        assert_int_equal(o.money.refund_count, 0);
        assert_int_equal(o.line_count, 1);
        shopify_order_done(&o);
    }
}

static void sessions_are_read_by_day_from_numbers_that_are_text(void **state)
{
    struct shopify_day_sessions *days = NULL;
    size_t count = 0;
    struct fail f;
    (void)state;

    fake_answer(200,
                "{\"data\":{\"shopifyqlQuery\":{\"tableData\":{\"rows\":[{\"day\":\"2026-11-19\","
                "\"sessions\":\"412\",\"sessions_that_completed_checkout\":\"9\"},{\"day\":"
                "\"2026-11-20T00:00:00\",\"sessions\":\"0\",\"sessions_that_completed_checkout\":"
                "\"0\"}]},\"parseErrors\":[]}}}");
    assert_int_equal(shopify_sessions(shop, 8, &days, &count, &f), 0);
    assert_int_equal(count, 2);
    assert_string_equal(days[0].day, "2026-11-19");
    assert_int_equal(days[0].sessions, 412);
    assert_int_equal(days[0].with_order, 9);
    assert_string_equal(days[1].day, "2026-11-20");
    assert_non_null(strstr(fake.requests[0].body, "SINCE -8d UNTIL today"));
    free(days);
}

static void sessions_that_are_not_told_are_no_zeros(void **state)
{
    static const struct {
        const char *answer;
        enum fail_kind kind;
    } list[] = {
        { "{\"data\":{\"shopifyqlQuery\":{\"tableData\":null,\"parseErrors\":[\"Line 1 Column "
          "5\"]}}}",
          FAIL_INPUT },
        { "{\"data\":{\"shopifyqlQuery\":{\"tableData\":{\"rows\":[{\"day\":\"2026-11-20\","
          "\"sessions\":"
          "null,\"sessions_that_completed_checkout\":\"0\"}]},\"parseErrors\":[]}}}",
          FAIL_BUG },
        { "{\"data\":{\"shopifyqlQuery\":{\"tableData\":{\"rows\":[{\"day\":\"today\",\"sessions\":"
          "\"1\","
          "\"sessions_that_completed_checkout\":\"0\"}]},\"parseErrors\":[]}}}",
          FAIL_BUG },
        { "{\"data\":{\"shopifyqlQuery\":{\"tableData\":null,\"parseErrors\":[]}}}", FAIL_BUG },
        { "{\"data\":{\"shopifyqlQuery\":null},\"errors\":[{\"message\":\"Access denied for "
          "shopifyqlQuery field.\",\"path\":[\"shopifyqlQuery\"],\"extensions\":{\"code\":"
          "\"ACCESS_DENIED\",\"requiredAccess\":\"`read_reports` access scope.\"}}]}",
          FAIL_DENIED },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        struct shopify_day_sessions *days = NULL;
        size_t count = 0;
        struct fail f;

        fake_answer(200, list[i].answer);
        assert_int_equal(shopify_sessions(shop, 8, &days, &count, &f), -1);
        assert_int_equal(f.kind, list[i].kind);
        assert_null(days);
    }
}

/* Statistics have a budget of their own: it is waited for, and orders go on meanwhile. */
static void a_spent_budget_of_statistics_lets_other_calls_through(void **state)
{
    struct shopify_day_sessions *days = NULL;
    size_t count = 0;
    struct fail f;
    (void)state;

    fake_answer(200,
                "{\"errors\":[{\"message\":\"Throttled\",\"extensions\":{\"code\":\"THROTTLED\","
                "\"cost\":{\"requestedQueryCost\":400,\"maximumAvailable\":1000,"
                "\"currentlyAvailable\":12,\"windowResetAt\":\"2999-01-01T00:00:00Z\"}}}]}");
    assert_int_equal(shopify_sessions(shop, 8, &days, &count, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_true(f.retry_after_ms > 60000);
    assert_int_equal(fake.throttled_ms[0], 0);
    assert_int_equal(fake.request_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sale_is_read_in_its_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(tax_in_the_price_is_taken_out, setup, teardown),
        cmocka_unit_test_setup_teardown(refunded_units_were_sold_and_removed_ones_were_not, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            a_refund_has_shipping_duties_and_what_was_kept_or_given_on_top, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_refund_is_read_to_its_end, setup, teardown),
        cmocka_unit_test_setup_teardown(fees_are_known_only_when_all_payments_tell_them, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(amounts_have_the_places_of_their_currency, setup, teardown),
        cmocka_unit_test_setup_teardown(money_that_cannot_be_read_is_unknown_and_stops_no_order,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(sessions_are_read_by_day_from_numbers_that_are_text, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(sessions_that_are_not_told_are_no_zeros, setup, teardown),
        cmocka_unit_test_setup_teardown(a_spent_budget_of_statistics_lets_other_calls_through,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
