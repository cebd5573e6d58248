/* Prints what the clients send, one JSON object per line: {operation, cost, method, url,
 * body}.  The contract tests hold it against what the services have published.  Answers are
 * scripted just far enough that every call reaches its requests. */
#include <stdio.h>
#include <string.h>

#include "common/base/attr.h"
#include "common/base/json.h"
#include "tests/contract/shopify_requests.h"
#include "tests/unit/providers/fake.h"
#include "worker/providers/cj/cj.h"
#include "worker/providers/cj/cj_products.h"
#include "worker/providers/shopify/shopify.h"

#define DATA(text) "{\"data\":{" text "}}"
#define MORE       "\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"next\"}"
#define GID(type)  "gid://shopify/" type "/7"
#define OK(data)   "{\"code\":200,\"result\":true,\"data\":" data "}"

static const char order_page[] =
    DATA("\"order\":{\"id\":\"" GID("Order") "\",\"lineItems\":{\"nodes\":[]," MORE "}}");
static const char refunded_order[] = DATA("\"order\":{\"id\":\"" GID(
    "Order") "\",\"currencyCode\":\"USD\",\"taxesIncluded\":false,"
             "\"shippingLines\":{\"nodes\":[]},\"transactions\":[],\"lineItems\":{\"nodes\":[]},"
             "\"refunds\":[{\"id\":\"" GID(
                 "Refund") "\",\"createdAt\":\"2026-11-20T12:00:00Z\","
                           "\"totalRefundedSet\":{\"shopMoney\":{\"amount\":\"1.0\","
                           "\"currencyCode\":\"USD\"}},"
                           "\"refundShippingLines\":{\"nodes\":[]},\"orderAdjustments\":{\"nodes\":"
                           "[]},"
                           "\"refundLineItems\":{\"nodes\":[]," MORE "}}]}");
static const char fulfillment_page[] = DATA("\"order\":{\"id\":\"" GID(
    "Order") "\",\"fulfillments\":[],\"fulfillmentOrders\":{"
             "\"nodes\":[{\"id\":\"" GID("FulfillmentOrder") "\",\"lineItems\":{\"nodes\":[]," MORE
                                                             "}}]," MORE "}}");

/* What the calls return does not matter here: most are cut short by the end of the script. */
static void expect(int result)
{
    (void)result;
}

static void shopify_reads(struct shopify *s)
{
    struct shopify_shop shop;
    struct shopify_order_page page;
    struct shopify_order order = { .line_count = 0 };
    struct shopify_fulfillment_state state;
    struct shopify_day_sessions *days = NULL;
    size_t count = 0;
    char *scopes = NULL;
    struct fail f;

    expect(shopify_shop_info(s, &shop, &f));
    expect(shopify_scopes(s, &scopes, &f));
    expect(shopify_orders_updated(s, &(struct shopify_order_search){ 1795046400000000, 250, NULL },
                                  &page, &f));
    expect(
        shopify_orders_updated(s, &(struct shopify_order_search){ 0, 50, "opaque==" }, &page, &f));
    fake.answers[fake.request_count].status = 200;
    fake.answers[fake.request_count].body = order_page;
    expect(shopify_order_get(s, GID("Order"), &order, &f));
    fake.answers[fake.request_count].status = 200;
    fake.answers[fake.request_count].body = refunded_order;
    expect(shopify_order_get(s, GID("Order"), &order, &f));
    shopify_order_done(&order);
    expect(shopify_sessions(s, 8, &days, &count, &f));
    fake.answers[fake.request_count].status = 200;
    fake.answers[fake.request_count].body = fulfillment_page;
    expect(shopify_fulfillment_state(s, GID("Order"), &state, &f));
}

static void shopify_writes(struct shopify *s)
{
    static const char *const tags[] = { "held", "to check" };
    const struct shopify_fulfill_line lines[] = {
        { GID("FulfillmentOrderLineItem"), 1 }, { "gid://shopify/FulfillmentOrderLineItem/8", 2 }
    };
    const struct shopify_tracking named = { "YunExpress", "YT26", "https://track.example/?n=YT26" };
    const struct shopify_tracking nameless = { NULL, "CJ\xc3\xa9", "https://track.example/1" };
    char gid[SHOPIFY_GID_BYTES];
    struct fail f;

    expect(shopify_fulfill(
        s, &(struct shopify_shipment){ GID("FulfillmentOrder"), lines, 2, &named }, gid, &f));
    expect(shopify_fulfill(
        s, &(struct shopify_shipment){ GID("FulfillmentOrder"), lines, 1, &nameless }, gid, &f));
    expect(shopify_tracking_update(s, GID("Fulfillment"), &named, &f));
    expect(shopify_tracking_update(s, GID("Fulfillment"), &nameless, &f));
    expect(shopify_tags_add(s, GID("Order"), tags, 2, &f));
}

static void cj_orders(struct cj *cj)
{
    static const struct cj_address to = { .country_code = "UK",
                                          .country = "United Kingdom",
                                          .city = "Leeds",
                                          .zip = "LS1 1AA",
                                          .line1 = "1 Example St",
                                          .line2 = "Flat 2",
                                          .name = "Ann Example",
                                          .phone = "+441130000000",
                                          .email = "ann@mail.example",
                                          .tax_id = "12345" };
    static const struct cj_item items[] = { { "2509180000000000777", 2, GID("LineItem") },
                                            { "8", 1, "" } };
    struct cj_order order;
    struct cj_order_page page;
    struct money amount;
    struct fail f;

    expect(cj_order_create(
        cj, &(struct cj_new_order){ "SHOP1-1-1", &to, "CJPacket Ordinary", "CN", items, 2 }, &order,
        &f));
    expect(cj_order_get(cj, "SHOP1-1-1", &order, &f));
    expect(cj_order_confirm(cj, "2511200000000000042", &f));
    expect(cj_order_pay(cj, "2511200000000000042", &f));
    expect(cj_order_delete(cj, "2511200000000000042", &f));
    expect(cj_order_list(cj, "UNPAID", 2, &page, &f));
    expect(cj_balance(cj, &amount, &f));
}

static void cj_lookups(struct cj *cj)
{
    static const struct cj_item item = { "2509180000000000777", 2, "" };
    static struct cj_tokens tokens;
    struct cj_variant variant;
    struct cj_variant *variants = NULL;
    struct cj_freight *methods = NULL;
    size_t count = 0;
    int64_t number = 0;
    struct fail f;

    expect(cj_login(cj, "CJ1@api@key", &tokens, &f));
    expect(cj_refresh(cj, "refresh", &tokens, &f));
    expect(cj_qps_limit(cj, &number, &f));
    expect(cj_variants_by_sku(cj, "CJGD20000101AZ", &variants, &count, &f));
    expect(cj_variant_by_vid(cj, "2509180000000000777", &variant, &f));
    expect(cj_stock(cj, "2509180000000000777", "US", &number, &f));
    expect(cj_freight_quote(cj, &(struct cj_consignment){ { "CN", "US", "10001" }, &item, 1 },
                            &methods, &count, &f));
}

static void cj_catalogue(struct cj *cj)
{
    static const struct cj_search search = { "dog brush", "5E65-AB", "UK", 150,
                                             2999,        2,         100,  CJ_SORT_LISTED };
    struct cj_found_page page = { .rows = NULL };
    struct cj_product product = { .pid = "" };
    struct cj_stock_list stock;
    struct cj_category *categories = NULL;
    size_t count = 0;
    struct fail f;

    expect(cj_search(cj, &search, &page, &f));
    expect(cj_product_get(cj, "2509180000000000001", &product, &f));
    expect(cj_stock_of_product(cj, "2509180000000000001", "CN", &stock, &f));
    expect(cj_categories(cj, &categories, &count, &f));
}

static int print_requests(void)
{
    for (size_t i = 0; i < fake.request_count; i++) {
        scoped(json_clear_p) json_t *line =
            json_pack("{s:s, s:f, s:s, s:s, s:s}", "operation", fake.enters[i].operation, "cost",
                      fake.enters[i].cost, "method", fake.requests[i].method, "url",
                      fake.requests[i].url, "body", fake.requests[i].body);
        if (line == NULL || json_dumpf(line, stdout, JSON_COMPACT) < 0 || puts("") < 0) {
            return -1;
        }
    }
    return 0;
}

/* All further requests get no answer, of a kind that is not asked again. */
static void silence_all(void)
{
    fake_setup(NULL);
    for (int i = 0; i < FAKE_MAX; i++) {
        fake_silence(FAIL_INPUT);
    }
}

int main(void)
{
    struct shopify *s = NULL;
    struct cj *cj = NULL;
    struct fail f;
    int result = 0;

    silence_all();
    if (shopify_open("https://shop.example", NULL, &fake_gate, &s, &f) < 0 ||
        cj_open("https://cj.example", NULL, &fake_gate, &cj, &f) < 0) {
        return 1;
    }
    shopify_reads(s);
    shopify_writes(s);
    result |= print_requests();
    fake_teardown(NULL);
    silence_all();
    shopify_product_requests(s);
    shopify_setup_requests(s);
    result |= print_requests();
    fake_teardown(NULL);
    silence_all();
    cj_orders(cj);
    cj_lookups(cj);
    cj_catalogue(cj);
    result |= print_requests();
    fake_teardown(NULL);
    shopify_close(s);
    cj_close(cj);
    return result == 0 ? 0 : 1;
}
