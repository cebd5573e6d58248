#include "tests/unit/base/instant.h"

#include <string.h>

#include "tests/unit/providers/fake.h"
#include "worker/providers/shopify/shopify.h"

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

static void orders_are_asked_for_by_a_quoted_time(void **state)
{
    struct shopify_order_page page;
    int64_t since = instant("2026-11-20T00:00:00.9Z");
    struct fail f;
    (void)state;

    fake_answer(
        200,
        "{\"data\":{\"orders\":{\"nodes\":[{\"id\":\"gid://shopify/Order/"
        "500\",\"name\":\"#1001\",\"createdAt\":\"2026-11-20T18:03:11Z\","
        "\"updatedAt\":\"2026-11-20T18:03:14Z\",\"cancelledAt\":null,\"test\":false,"
        "\"displayFinancialStatus\":\"PAID\","
        "\"currentTotalPriceSet\":{\"shopMoney\":{\"amount\":\"49.8\",\"currencyCode\":\"USD\"}}},"
        "{\"id\":\"gid://shopify/Order/"
        "501\",\"name\":\"#1002\",\"updatedAt\":\"yesterday\",\"cancelledAt\":\"2026-11-21T00:00:"
        "00Z\",\"test\":true,"
        "\"displayFinancialStatus\":null,\"currentTotalPriceSet\":{\"shopMoney\":{\"amount\":"
        "\"lots\",\"currencyCode\":\"USD\"}}}],"
        "\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"c1\"}}}}");
    assert_int_equal(
        shopify_orders_updated(shop, &(struct shopify_order_search){ since, 5000, "" }, &page, &f),
        0);
    assert_non_null(
        strstr(fake.requests[0].body, "\"query\":\"updated_at:>='2026-11-20T00:00:00Z'\""));
    assert_non_null(strstr(fake.requests[0].body, "\"first\":250,\"after\":null"));
    assert_int_equal(page.count, 2);
    assert_true(page.more);
    assert_string_equal(page.cursor, "c1");
    assert_string_equal(page.rows[0].gid, "gid://shopify/Order/500");
    assert_int_equal(page.rows[0].updated_us - page.rows[0].created_us, 3000000);
    assert_int_equal(page.rows[0].cancelled_us, 0);
    assert_true(page.rows[0].total_known);
    assert_int_equal(page.rows[0].total.minor, 4980);
    assert_true(page.rows[1].cancelled_us > 0 && page.rows[1].test);
    assert_false(page.rows[1].total_known);
    assert_int_equal(page.rows[1].updated_us, 0);
    shopify_order_page_done(&page);
}

static void a_page_that_is_too_dear_is_halved(void **state)
{
    struct shopify_order_page page;
    struct fail f;
    (void)state;

    fake_answer(
        200,
        "{\"errors\":[{\"message\":\"too "
        "dear\",\"extensions\":{\"code\":\"MAX_COST_EXCEEDED\",\"cost\":2000,\"maxCost\":1000}}]}");
    fake_answer(200, "{\"data\":{\"orders\":{\"nodes\":[],\"pageInfo\":{\"hasNextPage\":false,"
                     "\"endCursor\":null}}}}");
    assert_int_equal(
        shopify_orders_updated(shop, &(struct shopify_order_search){ 0, 100, "c9" }, &page, &f), 0);
    assert_non_null(strstr(fake.requests[1].body, "\"first\":50,\"after\":\"c9\""));
    assert_false(page.more);
    assert_string_equal(page.cursor, "");
    shopify_order_page_done(&page);
}

static void a_page_that_leads_nowhere_is_a_bug(void **state)
{
    const struct shopify_order_search search = { 0, 100, "c9" };
    struct shopify_order_page page;
    struct fail f;
    (void)state;

    fake_answer(200, "{\"data\":{\"orders\":{\"nodes\":[],\"pageInfo\":{\"hasNextPage\":true,"
                     "\"endCursor\":\"c9\"}}}}");
    fake_answer(200, "{\"data\":{\"orders\":{\"nodes\":[],\"pageInfo\":{\"hasNextPage\":true,"
                     "\"endCursor\":null}}}}");
    assert_int_equal(shopify_orders_updated(shop, &search, &page, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_int_equal(shopify_orders_updated(shop, &search, &page, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
}

static void a_grant_gives_a_token_and_its_life(void **state)
{
    char token[SHOPIFY_TOKEN_BYTES];
    int64_t life = 0;
    struct fail f;
    (void)state;

    fake.token_refuses = FAIL_DENIED;
    fake_answer(200,
                "{\"access_token\":\"shpat_9f\",\"scope\":\"write_orders\",\"expires_in\":86399}");
    assert_int_equal(
        shopify_grant(shop, &(struct shopify_client){ "id&1", "s=2" }, token, &life, &f), 0);
    assert_string_equal(token, "shpat_9f");
    assert_int_equal(life, 86399);
    assert_string_equal(fake.requests[0].url, "https://acme.example/admin/oauth/access_token");
    assert_string_equal(fake.requests[0].body,
                        "grant_type=client_credentials&client_id=id%261&client_secret=s%3D2");
    assert_non_null(strstr(fake.requests[0].headers, "application/x-www-form-urlencoded"));
    assert_int_equal(fake.leave_count, 1);
}

static void a_refused_grant_says_why(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum fail_kind kind;
        const char *code;
    } list[] = {
        { 400, "{\"error\":\"shop_not_permitted\",\"error_description\":\"another organization\"}",
          FAIL_DENIED, "shop_not_permitted" },
        { 401, "<html>", FAIL_DENIED, "" },
        { 500, "", FAIL_UNKNOWN, "" },
        { 429, "", FAIL_UNKNOWN, "" },
        { 200, "<html>", FAIL_UNKNOWN, "" },
        { 200, "{}", FAIL_BUG, "" },
        { 0, "", FAIL_UNKNOWN, "" },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        char token[SHOPIFY_TOKEN_BYTES] = "old";
        int64_t life = 0;
        struct fail f;

        if (list[i].status == 0) {
            fake_silence(FAIL_UNKNOWN);
        } else {
            fake_answer(list[i].status, list[i].body);
        }
        assert_int_equal(
            shopify_grant(shop, &(struct shopify_client){ "id", "secret" }, token, &life, &f), -1);
        assert_int_equal(f.kind, list[i].kind);
        assert_string_equal(f.code, list[i].code);
        assert_string_equal(token, "old");
    }
}

static void scopes_and_tags(void **state)
{
    static const char *const tags[] = { "a", "b c" };
    scoped(free_p) char *scopes = NULL;
    struct fail f;
    (void)state;

    fake_answer(200, "{\"data\":{\"currentAppInstallation\":{\"accessScopes\":[{\"handle\":\"read_"
                     "orders\"},{\"handle\":\"write_products\"}]}}}");
    assert_int_equal(shopify_scopes(shop, &scopes, &f), 0);
    assert_string_equal(scopes, "read_orders,write_products");
    fake_answer(200, "{\"data\":{\"tagsAdd\":{\"node\":{\"id\":\"g\"},\"userErrors\":[]}}}");
    fake_answer(200, "{\"data\":{\"tagsAdd\":{\"node\":null,\"userErrors\":[]}}}");
    assert_int_equal(shopify_tags_add(shop, "g", tags, 2, &f), 0);
    assert_non_null(strstr(fake.requests[1].body, "\"tags\":[\"a\",\"b c\"]"));
    assert_int_equal(shopify_tags_add(shop, "g", tags, 2, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
}

static void text_that_is_not_utf8_is_never_sent(void **state)
{
    static const char *const tags[] = { "\xff" };
    struct fail f;
    (void)state;

    assert_int_equal(shopify_tags_add(shop, "g", tags, 1, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_int_equal(fake.request_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(orders_are_asked_for_by_a_quoted_time),
        TEST(a_page_that_is_too_dear_is_halved),
        TEST(a_page_that_leads_nowhere_is_a_bug),
        TEST(a_grant_gives_a_token_and_its_life),
        TEST(a_refused_grant_says_why),
        TEST(scopes_and_tags),
        TEST(text_that_is_not_utf8_is_never_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
