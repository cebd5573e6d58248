#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "tests/unit/providers/fake.h"
#include "worker/providers/shopify/shopify_priv.h"

#define P            "gid://shopify/Product/81"
#define CHANNEL      "gid://shopify/Publication/301"
#define DATA(text)   "{\"data\":{" text "}}"
#define REFUSAL(row) "\"userErrors\":[" row "]"
#define PAGE(field, nodes)                                                                         \
    DATA("\"" field "\":{\"nodes\":[" nodes "],\"pageInfo\":{\"hasNextPage\":false}}")

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

static json_t *variables(size_t n)
{
    json_t *body = NULL;
    json_t *found = NULL;
    struct fail f;

    assert_true(n < fake.request_count);
    assert_int_equal(
        json_parse(fake.requests[n].body, strlen(fake.requests[n].body), "body", &body, &f), 0);
    found = json_incref(json_object_get(body, "variables"));
    json_decref(body);
    return found;
}

/* One call with one answer (NULL = none), of which the kind and the code are known. */
struct expect {
    const char *body;
    enum fail_kind kind;
    const char *code; /* NULL = not looked at */
};

static void check(const struct expect *list, size_t count, int (*call)(struct fail *f))
{
    for (size_t i = 0; i < count; i++) {
        struct fail f = { 0 };
        int result = 0;

        if (list[i].body != NULL) {
            fake_answer(200, list[i].body);
        } else {
            fake_silence(FAIL_UNKNOWN);
        }
        result = call(&f);
        if (f.kind != list[i].kind) {
            print_error("%s -> %s: %s\n", list[i].body, fail_rule(f.kind)->name, f.text);
        }
        assert_int_equal(result, list[i].kind == FAIL_NONE ? 0 : -1);
        assert_int_equal(f.kind, list[i].kind);
        if (list[i].code != NULL) {
            assert_string_equal(f.code, list[i].code);
        }
    }
}

static int set_active(struct fail *f)
{
    return shopify_product_status(shop, P, "ACTIVE", f);
}

static void a_status_is_changed_or_refused(void **state)
{
    static const struct expect list[] = {
        { DATA("\"productUpdate\":{\"product\":{\"id\":\"" P "\"},\"userErrors\":[]}"), FAIL_NONE,
          NULL },
        { DATA("\"productUpdate\":{\"product\":null," REFUSAL(
              "{\"field\":[\"id\"],\"message\":\"Product does not exist\"}") "}"),
          FAIL_MISSING, "" },
        { DATA("\"productUpdate\":{\"product\":null," REFUSAL(
              "{\"field\":null,\"message\":\"Product can't be active\"}") "}"),
          FAIL_INPUT, NULL },
        { DATA("\"productUpdate\":{\"product\":null,\"userErrors\":[]}"), FAIL_UNKNOWN, NULL },
        { NULL, FAIL_UNKNOWN, NULL },
    };
    scoped(json_clear_p) json_t *given = NULL;
    (void)state;

    check(list, COUNT_OF(list), set_active);
    given = variables(0);
    assert_string_equal(json_text(given, "product.id", ""), P);
    assert_string_equal(json_text(given, "product.status", ""), "ACTIVE");
    assert_int_equal(json_object_size(json_at(given, "product")), 2);
}

static void only_the_texts_that_are_given_are_sent(void **state)
{
    static const char *const tags[] = { "a", "b" };
    struct shopify_new_product some = { .title = "Bowl", .seo_description = "Folds" };
    struct shopify_new_product more = { .handle = "bowl", .tags = tags, .tag_count = 2 };
    scoped(json_clear_p) json_t *first = NULL;
    scoped(json_clear_p) json_t *second = NULL;
    struct fail f;
    (void)state;

    for (int i = 0; i < 2; i++) {
        fake_answer(200,
                    DATA("\"productUpdate\":{\"product\":{\"id\":\"" P "\"},\"userErrors\":[]}"));
    }
    assert_int_equal(shopify_product_texts(shop, P, &some, &f), 0);
    assert_int_equal(shopify_product_texts(shop, P, &more, &f), 0);
    first = variables(0);
    assert_int_equal(json_object_size(json_at(first, "product")), 3);
    assert_string_equal(json_text(first, "product.seo.description", ""), "Folds");
    assert_int_equal(json_object_size(json_at(first, "product.seo")), 1);
    second = variables(1);
    assert_int_equal(json_object_size(json_at(second, "product")), 3);
    assert_string_equal(json_text(second, "product.tags.1", ""), "b");
    some.title = "\xff";
    assert_int_equal(shopify_product_texts(shop, P, &some, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_int_equal(fake.request_count, 2);
}

static int publish(struct fail *f)
{
    return shopify_publish(shop, P, CHANNEL, f);
}

static int unpublish(struct fail *f)
{
    return shopify_unpublish(shop, P, CHANNEL, f);
}

#define PUBLISHED(field, shown, errors)                                                            \
    DATA("\"" field "\":{\"publishable\":" shown ",\"userErrors\":[" errors "]}")
#define SHOWN(value) "{\"publishedOnPublication\":" value "}"

static void publishing_must_be_seen_to_have_happened(void **state)
{
    static const struct expect on[] = {
        { PUBLISHED("publishablePublish", SHOWN("true"), ""), FAIL_NONE, NULL },
        { PUBLISHED("publishablePublish", SHOWN("false"), ""), FAIL_UNKNOWN, NULL },
        { PUBLISHED("publishablePublish", "null", ""), FAIL_UNKNOWN, NULL },
        { PUBLISHED("publishablePublish", "null", "{\"message\":\"Resource does not exist\"}"),
          FAIL_MISSING, NULL },
        { "{\"data\":{\"publishablePublish\":null},\"errors\":[{\"message\":\"m\",\"path\":["
          "\"publishablePublish\"],\"extensions\":{\"code\":\"ACCESS_DENIED\"}}]}",
          FAIL_DENIED, NULL },
        { NULL, FAIL_UNKNOWN, NULL },
    };
    static const struct expect off[] = {
        { PUBLISHED("publishableUnpublish", SHOWN("false"), ""), FAIL_NONE, NULL },
        { PUBLISHED("publishableUnpublish", SHOWN("true"), ""), FAIL_UNKNOWN, NULL },
    };
    scoped(json_clear_p) json_t *given = NULL;
    (void)state;

    check(on, COUNT_OF(on), publish);
    check(off, COUNT_OF(off), unpublish);
    given = variables(0);
    assert_string_equal(json_text(given, "id", ""), P);
    assert_string_equal(json_text(given, "publicationId", ""), CHANNEL);
}

static int set_price(struct fail *f)
{
    struct shopify_price price = { "gid://shopify/ProductVariant/41",
                                   { 1999, "USD" },
                                   { 0, "USD" } };

    return shopify_prices_set(shop, P, &price, 1, f);
}

#define PRICED(product, errors)                                                                    \
    DATA("\"productVariantsBulkUpdate\":{\"product\":" product ",\"userErrors\":[" errors "]}")

static void prices_are_set_or_refused(void **state)
{
    static const struct expect list[] = {
        { PRICED("{\"id\":\"" P "\"}", ""), FAIL_NONE, NULL },
        { PRICED("null", "{\"code\":\"PRODUCT_VARIANT_DOES_NOT_EXIST\",\"message\":\"m\"}"),
          FAIL_MISSING, "PRODUCT_VARIANT_DOES_NOT_EXIST" },
        { PRICED("{\"id\":\"" P "\"}", "{\"code\":\"GREATER_THAN_OR_EQUAL_TO\",\"message\":\"m\"}"),
          FAIL_INPUT, "GREATER_THAN_OR_EQUAL_TO" },
        { PRICED("null", ""), FAIL_UNKNOWN, NULL },
        { NULL, FAIL_UNKNOWN, NULL },
    };
    scoped(json_clear_p) json_t *given = NULL;
    struct shopify_price wrong = { "v", { -1, "USD" }, { -1, "USD" } };
    struct fail f = { 0 };
    (void)state;

    check(list, COUNT_OF(list), set_price);
    given = variables(0);
    assert_string_equal(json_text(given, "variants.0.price", ""), "19.99");
    assert_string_equal(json_text(given, "variants.0.inventoryItem.cost", ""), "0.00");
    assert_int_equal(shopify_prices_set(shop, P, NULL, 0, &f), 0);
    assert_int_equal(shopify_prices_set(shop, P, &wrong, 1, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_int_equal(shopify_prices_set(shop, P, &wrong, SHOPIFY_VARIANTS_MAX + 1, &f), -1);
    assert_int_equal(fake.request_count, COUNT_OF(list));
}

static int set_quantity(struct fail *f)
{
    struct shopify_quantity quantity = { "gid://shopify/InventoryItem/44", 7 };

    return shopify_quantities_set(
        shop, &(struct shopify_stock){ "gid://shopify/Location/55", &quantity, 1 }, "key-1", f);
}

#define STOCKED(code)                                                                              \
    DATA("\"inventorySetQuantities\":{\"inventoryAdjustmentGroup\":null,\"userErrors\":[{"         \
         "\"code\":\"" code "\",\"field\":null,\"message\":\"m\"}]}")

static void quantities_are_set_once_by_their_key(void **state)
{
    static const struct expect list[] = {
        { DATA("\"inventorySetQuantities\":{\"inventoryAdjustmentGroup\":null,\"userErrors\":[]}"),
          FAIL_NONE, NULL },
        { STOCKED("IDEMPOTENCY_CONCURRENT_REQUEST"), FAIL_LATER, "IDEMPOTENCY_CONCURRENT_REQUEST" },
        { STOCKED("IDEMPOTENCY_KEY_PARAMETER_MISMATCH"), FAIL_BUG, NULL },
        { STOCKED("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"), FAIL_CONFLICT,
          "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED" },
        { STOCKED("CHANGE_FROM_QUANTITY_STALE"), FAIL_CONFLICT, NULL },
        { STOCKED("INVALID_INVENTORY_ITEM"), FAIL_MISSING, NULL },
        { STOCKED("INVALID_LOCATION"), FAIL_MISSING, NULL },
        { STOCKED("INVALID_QUANTITY_TOO_HIGH"), FAIL_INPUT, "INVALID_QUANTITY_TOO_HIGH" },
        { "{\"errors\":[{\"message\":\"m\",\"path\":[\"inventorySetQuantities\"],\"extensions\":{"
          "\"code\":\"BAD_REQUEST\"}}]}",
          FAIL_INPUT, "BAD_REQUEST" },
        { NULL, FAIL_UNKNOWN, NULL },
    };
    scoped(json_clear_p) json_t *given = NULL;
    const json_t *row = NULL;
    (void)state;

    check(list, COUNT_OF(list), set_quantity);
    given = variables(0);
    row = json_array_get(json_at(given, "input.quantities"), 0);
    assert_string_equal(json_text(given, "key", ""), "key-1");
    assert_string_equal(json_text(given, "input.name", ""), "available");
    assert_int_equal(json_int(row, "quantity", -1), 7);
    assert_true(json_is_null(json_object_get(row, "changeFromQuantity")));
}

static void quantities_without_key_or_too_many_are_never_sent(void **state)
{
    static struct shopify_quantity many[251];
    struct fail f = { 0 };
    (void)state;

    assert_int_equal(shopify_quantities_set(shop, &(struct shopify_stock){ "l", many, 0 }, "k", &f),
                     0);
    assert_int_equal(
        shopify_quantities_set(shop, &(struct shopify_stock){ "l", many, 251 }, "k", &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_int_equal(shopify_quantities_set(shop, &(struct shopify_stock){ "l", many, 1 }, "", &f),
                     -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_int_equal(fake.request_count, 0);
}

#define LOCATION(n, active, online, service)                                                       \
    "{\"id\":\"gid://shopify/Location/" n "\",\"name\":\"Shed\",\"isActive\":" active              \
    ",\"fulfillsOnlineOrders\":" online ",\"isFulfillmentService\":" service "}"

static void a_good_location_is_active_and_ours(void **state)
{
    scoped(free_p) struct shopify_named *list = NULL;
    size_t count = 0;
    struct fail f;
    (void)state;

    fake_answer(
        200, DATA("\"locations\":{\"nodes\":[" LOCATION("1", "true", "true", "false") "," LOCATION(
                 "2", "false", "true", "false") "],\"pageInfo\":{"
                                                "\"hasNextPage\":true,\"endCursor\":\"c1\"}}"));
    fake_answer(200, PAGE("locations", LOCATION("3", "true", "false", "false") "," LOCATION(
                                           "4", "true", "true", "true")));
    assert_int_equal(shopify_locations(shop, &list, &count, &f), 0);
    assert_int_equal(count, 4);
    assert_string_equal(list[0].name, "Shed");
    assert_string_equal(list[3].gid, "gid://shopify/Location/4");
    assert_true(list[0].good);
    assert_false(list[1].good || list[2].good || list[3].good);
}

#define CHANNEL_OF(n, title, future)                                                               \
    "{\"id\":\"gid://shopify/Publication/" n "\",\"supportsFuturePublishing\":" future             \
    ",\"catalog\":" title "}"

static void the_online_store_is_known_by_its_title_else_by_what_it_can_do(void **state)
{
    static const struct {
        const char *body;
        bool good[2];
    } list[] = {
        { PAGE("publications", CHANNEL_OF("1", "{\"title\":\"Shop\"}", "true") "," CHANNEL_OF(
                                   "2", "{\"title\":\"Online Store\"}", "true")),
          { false, true } },
        { PAGE("publications", CHANNEL_OF("1", "{\"title\":\"Boutique en ligne\"}",
                                          "true") "," CHANNEL_OF("2", "null", "false")),
          { true, false } },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        scoped(free_p) struct shopify_named *found = NULL;
        size_t count = 0;
        struct fail f;

        fake_answer(200, list[i].body);
        assert_int_equal(shopify_publications(shop, &found, &count, &f), 0);
        assert_int_equal(count, 2);
        assert_int_equal(found[0].good, list[i].good[0]);
        assert_int_equal(found[1].good, list[i].good[1]);
    }
}

static int list_channels(struct fail *f)
{
    scoped(free_p) struct shopify_named *found = NULL;
    size_t count = 0;

    return shopify_publications(shop, &found, &count, f);
}

static void a_list_that_cannot_be_read_is_no_empty_list(void **state)
{
    static const struct expect list[] = {
        { "{\"data\":null,\"errors\":[{\"message\":\"m\",\"path\":[\"publications\"],"
          "\"extensions\":"
          "{\"code\":\"ACCESS_DENIED\",\"requiredAccess\":\"`read_publications`\"}}]}",
          FAIL_DENIED, NULL },
        { DATA("\"publications\":null"), FAIL_BUG, NULL },
        { PAGE("publications", "{\"id\":null}"), FAIL_BUG, NULL },
        { DATA("\"publications\":{\"nodes\":[],\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":"
               "null}}"),
          FAIL_BUG, NULL },
        { PAGE("publications", ""), FAIL_NONE, NULL },
    };
    (void)state;

    check(list, COUNT_OF(list), list_channels);
}

static int subscribe(struct fail *f)
{
    return shopify_hook_create(shop, "ORDERS_PAID", "https://hooks.example/s", f);
}

#define SUBSCRIBED(hook, errors)                                                                   \
    DATA("\"webhookSubscriptionCreate\":{\"webhookSubscription\":" hook ",\"userErrors\":[" errors \
         "]}")

static void a_webhook_is_subscribed_once(void **state)
{
    static const struct expect list[] = {
        { SUBSCRIBED("{\"id\":\"gid://shopify/WebhookSubscription/1\"}", ""), FAIL_NONE, NULL },
        { SUBSCRIBED("null", "{\"message\":\"Address for this topic has already been taken\"}"),
          FAIL_NONE, NULL },
        { SUBSCRIBED("null", "{\"message\":\"Address is invalid\"}"), FAIL_INPUT, NULL },
        { SUBSCRIBED("null", ""), FAIL_UNKNOWN, NULL },
    };
    scoped(json_clear_p) json_t *given = NULL;
    scoped(free_p) struct shopify_hook *hooks = NULL;
    size_t count = 0;
    struct fail f = { 0 };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        fake_answer(200, list[i].body);
        assert_int_equal(subscribe(&f), list[i].kind == FAIL_NONE ? 0 : -1);
    }
    given = variables(0);
    assert_string_equal(json_text(given, "topic", ""), "ORDERS_PAID");
    assert_string_equal(json_text(given, "subscription.uri", ""), "https://hooks.example/s");
    fake_answer(200, PAGE("webhookSubscriptions",
                          "{\"id\":\"gid://shopify/WebhookSubscription/"
                          "1\",\"topic\":\"ORDERS_PAID\",\"uri\":\"https://hooks.example/s\"}"));
    assert_int_equal(shopify_hooks(shop, &hooks, &count, &f), 0);
    assert_int_equal(count, 1);
    assert_string_equal(hooks[0].topic, "ORDERS_PAID");
    assert_string_equal(hooks[0].url, "https://hooks.example/s");
}

static void a_policy_of_blanks_is_not_written(void **state)
{
    scoped(free_p) struct shopify_policy *list = NULL;
    size_t count = 0;
    struct fail f;
    (void)state;

    fake_answer(200, DATA("\"shop\":{\"shopPolicies\":["
                          "{\"type\":\"REFUND_POLICY\",\"body\":\"<p>30 days.</p>\"},"
                          "{\"type\":\"PRIVACY_POLICY\",\"body\":\"<p> </p>\\n\"},"
                          "{\"type\":\"SUBSCRIPTION_POLICY\",\"body\":\"x\"},"
                          "{\"type\":\"LEGAL_NOTICE\",\"body\":\"Acme\"}]}"));
    assert_int_equal(shopify_policies(shop, &list, &count, &f), 0);
    assert_int_equal(count, 6);
    assert_string_equal(list[0].type, "REFUND_POLICY");
    assert_string_equal(list[5].type, "LEGAL_NOTICE");
    assert_true(list[0].written && list[5].written);
    assert_false(list[1].written || list[2].written || list[3].written || list[4].written);
}

static void pages_without_an_end_are_given_up(void **state)
{
    static char pages[51][200];
    struct shopify_named *list = NULL;
    size_t count = 0;
    struct fail f;
    (void)state;

    for (int i = 0; i < 51; i++) {
        (void)snprintf(pages[i], sizeof pages[i],
                       "{\"data\":{\"locations\":{\"nodes\":[],\"pageInfo\":{\"hasNextPage\":true,"
                       "\"endCursor\":\"c%d\"}}}}",
                       i);
        fake_answer(200, pages[i]);
    }
    assert_int_equal(shopify_locations(shop, &list, &count, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_null(list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pages_without_an_end_are_given_up),
        TEST(a_status_is_changed_or_refused),
        TEST(only_the_texts_that_are_given_are_sent),
        TEST(publishing_must_be_seen_to_have_happened),
        TEST(prices_are_set_or_refused),
        TEST(quantities_are_set_once_by_their_key),
        TEST(quantities_without_key_or_too_many_are_never_sent),
        TEST(a_good_location_is_active_and_ours),
        TEST(the_online_store_is_known_by_its_title_else_by_what_it_can_do),
        TEST(a_list_that_cannot_be_read_is_no_empty_list),
        TEST(a_webhook_is_subscribed_once),
        TEST(a_policy_of_blanks_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
