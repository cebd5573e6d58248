#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/json.h"
#include "tests/unit/providers/fake.h"
#include "worker/providers/shopify/shopify.h"

#define SHOP                                                                                       \
    "{\"data\":{\"shop\":{\"name\":\"Acme\",\"myshopifyDomain\":\"acme.myshopify.com\","           \
    "\"currencyCode\":\"USD\",\"ianaTimezone\":\"Europe/"                                          \
    "Berlin\",\"plan\":{\"publicDisplayName\":\"Grow\"}}}" COST "}"
#define COST                                                                                       \
    ",\"extensions\":{\"cost\":{\"requestedQueryCost\":7,\"throttleStatus\":{"                     \
    "\"maximumAvailable\":2000,\"currentlyAvailable\":1990,\"restoreRate\":100}}}"
#define THROTTLED                                                                                  \
    "{\"errors\":[{\"message\":\"Throttled\",\"extensions\":{\"code\":\"THROTTLED\"}}],"           \
    "\"extensions\":{\"cost\":{\"requestedQueryCost\":300,\"throttleStatus\":{"                    \
    "\"maximumAvailable\":2000,\"currentlyAvailable\":0,\"restoreRate\":100}}}}"
#define BAD_TOKEN                                                                                  \
    "{\"errors\":\"[API] Invalid API key or access token (unrecognized login or wrong "            \
    "password)\"}"
#define FULFILLED                                                                                  \
    "{\"data\":{\"fulfillmentCreate\":{\"fulfillment\":{\"id\":\"gid://shopify/Fulfillment/"       \
    "7\"},\"userErrors\":[]}}}"

static struct shopify *shop;

static int setup(void **state)
{
    struct fail f;

    return fake_setup(state) + shopify_open("https://acme.example/", NULL, &fake_gate, &shop, &f);
}

static int teardown(void **state)
{
    shopify_close(shop);
    return fake_teardown(state);
}

static int info(struct fail *f)
{
    struct shopify_shop ret;

    return shopify_shop_info(shop, &ret, f);
}

static int fulfill(char gid[static SHOPIFY_GID_BYTES], struct fail *f)
{
    const struct shopify_fulfill_line lines[] = { { "gid://shopify/FulfillmentOrderLineItem/811",
                                                    1 } };
    const struct shopify_tracking tracking = { "YunExpress", "YT26",
                                               "https://track.example/?n=YT26" };

    return shopify_fulfill(
        shop,
        &(struct shopify_shipment){ "gid://shopify/FulfillmentOrder/901", lines, 1, &tracking },
        gid, f);
}

static void a_call_goes_to_one_version_with_token_and_document(void **state)
{
    struct shopify_shop ret;
    struct fail f;
    (void)state;

    fake_answer(200, SHOP);
    assert_int_equal(shopify_shop_info(shop, &ret, &f), 0);
    assert_string_equal(ret.name, "Acme");
    assert_string_equal(ret.currency, "USD");
    assert_string_equal(ret.timezone, "Europe/Berlin");
    assert_string_equal(ret.plan, "Grow");
    assert_string_equal(fake.requests[0].url,
                        "https://acme.example/admin/api/2026-10/graphql.json");
    assert_string_equal(fake.requests[0].method, "POST");
    assert_non_null(strstr(fake.requests[0].headers, "X-Shopify-Access-Token: token-0\n"));
    assert_non_null(strstr(fake.requests[0].headers, "Content-Type: application/json\n"));
    assert_non_null(strstr(fake.requests[0].body, "query ShopInfo"));
    assert_non_null(strstr(fake.requests[0].body, "\"operationName\":\"ShopInfo\""));
    assert_non_null(strstr(fake.requests[0].body, "\"variables\":{}"));
}

static void the_gate_hears_cost_and_bucket(void **state)
{
    struct fail f;
    (void)state;

    fake_answer(200, SHOP);
    fake_answer(200, SHOP);
    assert_int_equal(info(&f), 0);
    assert_int_equal(info(&f), 0);
    assert_string_equal(fake.enters[0].operation, "ShopInfo");
    assert_true(fake.enters[0].cost == 2); /* guessed */
    assert_true(fake.enters[1].cost == 7); /* as told */
    assert_int_equal(fake.leave_count, 2);
    assert_int_equal(fake.bucket_count, 2);
    assert_true(fake.available == 1990 && fake.maximum == 2000 && fake.restore_per_s == 100);
}

static void a_gate_that_refuses_stops_the_call(void **state)
{
    struct fail f;
    (void)state;

    fake.gate_refuses = FAIL_LIMITED;
    assert_int_equal(info(&f), -1);
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_int_equal(fake.request_count, 0);
}

static void throttling_is_waited_for_and_teaches_the_cost(void **state)
{
    struct fail f;
    (void)state;

    fake_answer(200, THROTTLED);
    fake_answer(200, SHOP);
    assert_int_equal(info(&f), 0);
    assert_in_range(fake.throttled_ms[0], 3000, 3750);
    assert_int_equal(fake.slept_ms, fake.throttled_ms[0]);
    assert_true(fake.enters[1].cost == 300);
    /* the turn is asked for after the pause, not reserved before it */
    assert_int_equal(fake.enters[1].at_ms - fake.enters[0].at_ms, fake.throttled_ms[0]);
    assert_true(fake.healthy[0]);
}

static void a_throttled_mutation_is_repeated_since_it_did_not_run(void **state)
{
    char gid[SHOPIFY_GID_BYTES];
    struct fail f;
    (void)state;

    fake_answer(200, THROTTLED);
    fake_answer_later(429, "", 2000);
    fake_answer(200, FULFILLED);
    assert_int_equal(fulfill(gid, &f), 0);
    assert_string_equal(gid, "gid://shopify/Fulfillment/7");
    assert_in_range(fake.throttled_ms[1], 2000, 2500);
    assert_string_equal(fake.requests[0].body, fake.requests[2].body);
}

static void endless_throttling_ends_with_advice(void **state)
{
    struct fail f;
    (void)state;

    for (int i = 0; i < 5; i++) {
        fake_answer(200, THROTTLED);
    }
    assert_int_equal(info(&f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_in_range(f.retry_after_ms, 3000, 3750);
    assert_int_equal(fake.request_count, 5);
}

static void a_long_retry_after_is_not_slept_through(void **state)
{
    struct fail f;
    (void)state;

    fake_answer_later(429, "", 90000);
    assert_int_equal(info(&f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_true(f.retry_after_ms >= 90000);
    assert_int_equal(fake.slept_ms, 0);
}

static void a_refused_token_is_renewed_once(void **state)
{
    char gid[SHOPIFY_GID_BYTES];
    struct fail f;
    (void)state;

    fake_answer(401, BAD_TOKEN);
    fake_answer(200, FULFILLED);
    assert_int_equal(fulfill(gid, &f), 0);
    assert_int_equal(fake.renew_count, 1);
    assert_non_null(strstr(fake.requests[1].headers, "token-1"));
    fake_answer(401, BAD_TOKEN);
    fake_answer(401, BAD_TOKEN);
    assert_int_equal(info(&f), -1);
    assert_int_equal(f.kind, FAIL_DENIED);
    assert_int_equal(fake.renew_count, 2);
}

static void a_query_is_repeated_in_passing_trouble(void **state)
{
    struct fail f;
    (void)state;

    fake_answer(502, "<html>");
    fake_silence(FAIL_UNKNOWN);
    fake_answer(200, SHOP);
    assert_int_equal(info(&f), 0);
    assert_false(fake.healthy[0] || fake.healthy[1]);
    assert_true(fake.healthy[2]);
}

static void a_query_gives_up_after_three_attempts(void **state)
{
    struct fail f;
    (void)state;

    fake_silence(FAIL_LATER);
    fake_silence(FAIL_UNKNOWN);
    fake_answer(200, "<html>");
    assert_int_equal(info(&f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
}

static void an_unclear_mutation_is_unknown_and_not_repeated(void **state)
{
    static const struct {
        int status;
        const char *body;
    } answers[] = {
        { 0, "" },
        { 500, "" },
        { 200, "<html>" },
        { 200, "{\"data\":{\"fulf" },
        { 200, "{\"data\":null}" },
        { 200, "{\"data\":{\"fulfillmentCreate\":null}}" },
        { 200, "{\"data\":{\"fulfillmentCreate\":{\"fulfillment\":null,\"userErrors\":[]}}}" },
        { 200, "{\"errors\":[{\"message\":\"m\",\"extensions\":{\"code\":\"INTERNAL_SERVER_ERROR\"}"
               "}]}" }
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        char gid[SHOPIFY_GID_BYTES];
        struct fail f;

        if (answers[i].status == 0) {
            fake_silence(FAIL_UNKNOWN);
        } else {
            fake_answer(answers[i].status, answers[i].body);
        }
        assert_int_equal(fulfill(gid, &f), -1);
        assert_int_equal(f.kind, FAIL_UNKNOWN);
        assert_int_equal(fake.request_count, i + 1);
    }
}

static void a_closed_fulfillment_order_is_a_conflict(void **state)
{
    char gid[SHOPIFY_GID_BYTES];
    struct fail f;
    (void)state;

    fake_answer(200,
                "{\"data\":{\"fulfillmentCreate\":{\"fulfillment\":null,\"userErrors\":[{\"field\":"
                "[\"fulfillment\"],"
                "\"message\":\"Fulfillment order 901 has an unfulfillable status= closed.\"}]}}}");
    assert_int_equal(fulfill(gid, &f), -1);
    assert_int_equal(f.kind, FAIL_CONFLICT);
}

static void a_fulfillment_tells_the_customer_and_never_means_everything(void **state)
{
    scoped(json_clear_p) json_t *body = NULL;
    const struct shopify_tracking tracking = { NULL, "YT26", "https://track.example" };
    const struct shopify_tracking nowhere = { "YunExpress", "YT26", "" };
    const struct shopify_fulfill_line line = { "gid://shopify/FulfillmentOrderLineItem/811", 1 };
    char gid[SHOPIFY_GID_BYTES];
    struct fail f;
    (void)state;

    fake_answer(200, FULFILLED);
    assert_int_equal(
        shopify_fulfill(
            shop,
            &(struct shopify_shipment){ "gid://shopify/FulfillmentOrder/901", &line, 1, &tracking },
            gid, &f),
        0);
    assert_int_equal(
        json_parse(fake.requests[0].body, strlen(fake.requests[0].body), "body", &body, &f), 0);
    assert_true(json_truth(body, "variables.fulfillment.notifyCustomer", false));
    assert_null(json_at(body, "variables.fulfillment.trackingInfo.company"));
    assert_string_equal(json_text(body, "variables.fulfillment.trackingInfo.url", ""),
                        "https://track.example");
    assert_int_equal(
        shopify_fulfill(shop, &(struct shopify_shipment){ "g", &line, 0, &tracking }, gid, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_int_equal(
        shopify_fulfill(shop, &(struct shopify_shipment){ "g", &line, 1, &nowhere }, gid, &f), -1);
    assert_int_equal(shopify_tracking_update(shop, "g", &nowhere, &f), -1);
    assert_int_equal(fake.request_count, 1);
}

static void the_serving_version_is_remembered(void **state)
{
    struct fail f;
    (void)state;

    fake_answer(200, SHOP);
    fake.answers[0].version = "2027-01";
    assert_string_equal(shopify_served_version(shop), "");
    assert_int_equal(info(&f), 0);
    assert_string_equal(shopify_served_version(shop), "2027-01");
}

static void nobody_sleeps_beyond_the_end_of_the_job(void **state)
{
    scoped(http_close_p) struct http *http = NULL;
    struct shopify *client = NULL;
    struct shopify_shop info;
    struct fail f;
    (void)state;

    assert_int_equal(http_open(&http, &f), 0);
    assert_int_equal(shopify_open("https://acme.example", http, &fake_gate, &client, &f), 0);
    http_set_deadline(http, fake.now_ms + 5000);
    fake_answer_later(429, "{}", 8000);
    assert_int_equal(shopify_shop_info(client, &info, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_int_equal(fake.slept_ms, 0);
    shopify_close(client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nobody_sleeps_beyond_the_end_of_the_job),
        TEST(a_call_goes_to_one_version_with_token_and_document),
        TEST(the_gate_hears_cost_and_bucket),
        TEST(a_gate_that_refuses_stops_the_call),
        TEST(throttling_is_waited_for_and_teaches_the_cost),
        TEST(a_throttled_mutation_is_repeated_since_it_did_not_run),
        TEST(endless_throttling_ends_with_advice),
        TEST(a_long_retry_after_is_not_slept_through),
        TEST(a_refused_token_is_renewed_once),
        TEST(a_query_is_repeated_in_passing_trouble),
        TEST(a_query_gives_up_after_three_attempts),
        TEST(an_unclear_mutation_is_unknown_and_not_repeated),
        TEST(a_closed_fulfillment_order_is_a_conflict),
        TEST(a_fulfillment_tells_the_customer_and_never_means_everything),
        TEST(the_serving_version_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
