#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "tests/unit/providers/fake.h"
#include "tests/unit/providers/shopify_products_answers.h"
#include "worker/providers/shopify/shopify_priv.h"

static struct shopify *shop;

static const char *const names[] = { "Color" };
static const char *const blue[] = { "Blue" };
static const char *const green[] = { "Green" };
static const char *const tags[] = { "pets" };
static const struct shopify_new_image images[] = {
    { "https://img.example/a.jpg", "Blue" },
    { "https://img.example/b.jpg", "Blue" },
    { "https://img.example/c.jpg", NULL },
};
static const struct shopify_new_variant variants[] = {
    { "CJ-BL", blue, USD(2490), USD(635), 240, 120, 0 },
    { "CJ-GR", green, USD(2490), USD(-1), -1, 0, -1 },
};

static struct shopify_new_product bowl(void)
{
    return (struct shopify_new_product){ .handle = "dog-bowl",
                                         .title = "Dog Bowl",
                                         .description_html = "<p>Folds.</p>",
                                         .seo_title = "Dog bowl",
                                         .tags = tags,
                                         .tag_count = 1,
                                         .option_names = names,
                                         .option_count = 1,
                                         .variants = variants,
                                         .variant_count = 2,
                                         .images = images,
                                         .image_count = 3,
                                         .location_gid = "gid://shopify/Location/55" };
}

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

/* The variable at path of the n-th request; *ret_body keeps it alive. */
static const json_t *sent(size_t n, const char *path, json_t **ret_body)
{
    struct fail f;

    assert_true(n < fake.request_count);
    assert_int_equal(
        json_parse(fake.requests[n].body, strlen(fake.requests[n].body), "body", ret_body, &f), 0);
    return json_at(json_at(*ret_body, "variables"), path);
}

static void check_text(size_t n, const char *path, const char *want)
{
    scoped(json_clear_p) json_t *body = NULL;
    const json_t *value = sent(n, path, &body);

    if (!json_is_string(value) || strcmp(json_string_value(value), want) != 0) {
        print_error("%s: %s\n", path, fake.requests[n].body);
    }
    assert_non_null(value);
    assert_string_equal(json_string_value(value), want);
}

static void check_absent(size_t n, const char *path)
{
    scoped(json_clear_p) json_t *body = NULL;

    assert_null(sent(n, path, &body));
}

static void a_new_product_is_looked_for_then_made_a_draft(void **state)
{
    struct shopify_new_product product = bowl();
    char gid[SHOPIFY_GID_BYTES];
    scoped(json_clear_p) json_t *body = NULL;
    struct fail f;
    (void)state;

    fake_answer(200, NOTHING);
    fake_answer(200, SET_OK);
    assert_int_equal(shopify_product_set(shop, &product, gid, &f), 0);
    assert_string_equal(gid, P);
    check_text(0, "identifier.handle", "dog-bowl");
    check_text(1, "identifier.handle", "dog-bowl");
    check_text(1, "input.status", "DRAFT");
    check_text(1, "input.productOptions.0.values.1.name", "Green");
    check_text(1, "input.variants.0.price", "24.90");
    check_text(1, "input.variants.0.inventoryItem.cost", "6.35");
    check_text(1, "input.variants.0.inventoryItem.measurement.weight.unit", "GRAMS");
    check_text(1, "input.variants.0.file.originalSource", "https://img.example/a.jpg");
    check_text(1, "input.variants.1.inventoryPolicy", "DENY");
    check_absent(1, "input.variants.1.inventoryItem.cost");
    check_absent(1, "input.variants.1.inventoryItem.measurement");
    check_absent(1, "input.variants.1.file");
    check_absent(1, "input.variants.0.id");
    check_absent(1, "input.seo.description");
    check_absent(1, "input.vendor");
    assert_int_equal(
        json_int(sent(1, "input.variants.0.inventoryQuantities.0", &body), "quantity", -1), 120);
    assert_true(fake.enters[1].cost > 10 + 3 * 1.9 + 2 * 0.2);
}

static void what_is_stored_is_named_and_never_made_twice(void **state)
{
    struct shopify_new_product product = bowl();
    char gid[SHOPIFY_GID_BYTES];
    struct fail f;
    (void)state;

    fake_answer(200,
                FOUND("USD", PRODUCT(MEDIA(1, "\"Blue\"", "FAILED") "," MEDIA(
                                         2, "\"Blue\"", "PROCESSING") "," MEDIA(3, "null", "READY"),
                                     VARIANT(42, "\"CJ-GR\"", "\"1.00\"", "3", "null"), LAST)));
    fake_answer(200, SET_OK);
    assert_int_equal(shopify_product_set(shop, &product, gid, &f), 0);
    check_text(1, "input.files.0.originalSource",
               "https://img.example/a.jpg"); /* the first failed */
    check_text(1, "input.files.1.id", "gid://shopify/MediaImage/2");
    check_absent(1, "input.files.1.originalSource");
    check_text(1, "input.files.2.id", "gid://shopify/MediaImage/3");
    check_text(1, "input.variants.0.file.originalSource", "https://img.example/a.jpg");
    check_absent(1, "input.variants.0.id");
    check_text(1, "input.variants.1.id", "gid://shopify/ProductVariant/42");
}

static void a_product_without_options_has_the_sole_one(void **state)
{
    struct shopify_new_product product = bowl();
    char gid[SHOPIFY_GID_BYTES];
    struct fail f;
    (void)state;

    product.option_count = 0;
    product.variant_count = 1;
    product.location_gid = NULL;
    fake_answer(200, NOTHING);
    fake_answer(200, SET_OK);
    assert_int_equal(shopify_product_set(shop, &product, gid, &f), 0);
    check_text(1, "input.productOptions.0.name", "Title");
    check_text(1, "input.variants.0.optionValues.0.name", "Default Title");
    check_absent(1, "input.variants.0.inventoryQuantities");
}

static void a_product_that_cannot_be_is_never_sent(void **state)
{
    static const char *const empty[] = { "" };
    struct shopify_new_variant odd[2] = { variants[0], variants[1] };
    struct shopify_new_product list[10];
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        list[i] = bowl();
    }
    list[0].handle = "";
    list[1].title = NULL;
    list[2].variant_count = 0;
    list[3].variant_count = SHOPIFY_VARIANTS_MAX + 1;
    list[4].option_count = 4;
    list[5].image_count = 251;
    list[6].option_count = 0;
    odd[1].price.minor = -1;
    list[7].variants = odd;
    struct shopify_new_variant other[2] = { variants[0], variants[1] };
    other[1].image = 3;
    list[8].variants = other;
    struct shopify_new_variant valueless[2] = { variants[0], variants[1] };
    valueless[0].values = empty;
    list[9].variants = valueless;
    for (size_t i = 0; i < COUNT_OF(list); i++) {
        char gid[SHOPIFY_GID_BYTES] = "old";
        struct fail f = { 0 };
        assert_int_equal(shopify_product_set(shop, &list[i], gid, &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
        assert_string_equal(gid, "old");
    }
    assert_int_equal(fake.request_count, 0);
}

static void a_handle_the_shop_would_change_is_never_sent(void **state)
{
    static const char *const list[] = { "Dog-Bowl",  "dog_bowl", "-dog",          "dog-",
                                        "dog--bowl", "dog bowl", "chien-\xc3\xa9" };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        struct shopify_new_product product = bowl();
        char gid[SHOPIFY_GID_BYTES];
        struct fail f = { 0 };

        product.handle = list[i];
        assert_int_equal(shopify_product_set(shop, &product, gid, &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
    }
    assert_int_equal(fake.request_count, 0);
}

static void prices_of_another_currency_are_never_sent(void **state)
{
    struct shopify_new_variant mixed[2] = { variants[0], variants[1] };
    struct shopify_new_product product = bowl();
    char gid[SHOPIFY_GID_BYTES];
    struct fail f = { 0 };
    (void)state;

    mixed[0].cost = (struct money){ 500, "CNY" };
    product.variants = mixed;
    assert_int_equal(shopify_product_set(shop, &product, gid, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_int_equal(fake.request_count, 0);
    product = bowl();
    fake_answer(200, FOUND("EUR", "null"));
    assert_int_equal(shopify_product_set(shop, &product, gid, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_non_null(strstr(f.text, "EUR"));
    assert_int_equal(fake.request_count, 1);
}

/* What the second answer of productSet comes to. */
static void setting_fails_as_the_answer_says(void **state)
{
    static const struct {
        const char *body; /* NULL = no answer */
        enum fail_kind kind;
        const char *code;
    } list[] = {
        { REFUSED("productSet", "HANDLE_NOT_UNIQUE"), FAIL_INPUT, "HANDLE_NOT_UNIQUE" },
        { REFUSED("productSet", "INVALID_VARIANT"), FAIL_INPUT, "INVALID_VARIANT" },
        { REFUSED("productSet", "PRODUCT_DOES_NOT_EXIST"), FAIL_MISSING, NULL },
        { "{\"data\":{\"productSet\":{\"product\":null,\"userErrors\":[]}}}", FAIL_UNKNOWN, "" },
        { "{\"data\":{\"productSet\":null},\"errors\":[{\"message\":\"m\",\"path\":[\"productSet\"]"
          ","
          "\"extensions\":{\"code\":\"ACCESS_DENIED\"}}]}",
          FAIL_DENIED, NULL },
        { "{\"errors\":[{\"message\":\"m\",\"extensions\":{\"code\":\"INTERNAL_SERVER_ERROR\"}}]}",
          FAIL_UNKNOWN, NULL },
        { "{\"errors\":[{\"message\":\"m\",\"extensions\":{\"code\":\"INVALID_VARIABLE\"}}]}",
          FAIL_INPUT, "INVALID_VARIABLE" },
        { "<html>", FAIL_UNKNOWN, NULL },
        { NULL, FAIL_UNKNOWN, NULL },
    };
    struct shopify_new_product product = bowl();
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        char gid[SHOPIFY_GID_BYTES] = "old";
        struct fail f = { 0 };

        fake_answer(200, NOTHING);
        if (list[i].body != NULL) {
            fake_answer(200, list[i].body);
        } else {
            fake_silence(FAIL_UNKNOWN);
        }
        assert_int_equal(shopify_product_set(shop, &product, gid, &f), -1);
        if (f.kind != list[i].kind) {
            print_error("%s -> %s\n", list[i].body, f.text);
        }
        assert_int_equal(f.kind, list[i].kind);
        if (list[i].code != NULL) {
            assert_string_equal(f.code, list[i].code);
        }
        assert_string_equal(gid, "old");
    }
}

static void a_throttled_set_is_sent_again(void **state)
{
    struct shopify_new_product product = bowl();
    char gid[SHOPIFY_GID_BYTES];
    struct fail f;
    (void)state;

    fake_answer(200, NOTHING);
    fake_answer(200, "{\"errors\":[{\"message\":\"m\",\"extensions\":{\"code\":\"THROTTLED\"}}],"
                     "\"extensions\":{\"cost\":{\"requestedQueryCost\":17,\"actualQueryCost\":null,"
                     "\"throttleStatus\":{\"maximumAvailable\":2000,\"currentlyAvailable\":0,"
                     "\"restoreRate\":100}}}}");
    fake_answer(200, SET_OK);
    assert_int_equal(shopify_product_set(shop, &product, gid, &f), 0);
    assert_string_equal(fake.requests[1].body, fake.requests[2].body);
    assert_true(fake.slept_ms >= 1000);
    assert_true(fake.enters[2].cost > 16.9 && fake.enters[2].cost < 17.1); /* as the shop said */
}

static void a_product_is_read_with_all_its_variants(void **state)
{
    struct shopify_product p;
    struct fail f;
    (void)state;

    fake_answer(
        200,
        FOUND(
            "USD",
            PRODUCT(MEDIA(1, "null", "READY") "," MEDIA(2, "null", "UPLOADED") "," MEDIA(
                        3, "null", "PROCESSING") "," MEDIA(4, "null", "FAILED"),
                    VARIANT(41, "\"CJ-BL\"", "\"24.90\"", "-3",
                            "{\"amount\":\"6.5\",\"currencyCode\":\"USD\"}") "," VARIANT(42, "null",
                                                                                         "\"x\"",
                                                                                         "null",
                                                                                         "null"),
                    MORE("c1"))));
    fake_answer(200, "{\"data\":{\"shop\":{\"currencyCode\":\"USD\"},\"product\":{\"id\":\"" P
                     "\",\"variants\":{\"nodes\":[" VARIANT(43, "\"CJ-GR\"", "\"5\"", "7",
                                                            "null") "]," LAST "}}}}");
    assert_int_equal(
        shopify_product_by_handle(shop, "dog-bowl", "gid://shopify/Publication/1", &p, &f), 0);
    check_text(1, "after", "c1");
    assert_string_equal(p.gid, P);
    assert_string_equal(p.status, "ACTIVE");
    assert_string_equal(p.title, "Dog Bowl");
    assert_string_equal(p.seo_title, "");
    assert_string_equal(p.seo_description, "Folds");
    assert_true(p.published);
    assert_int_equal(p.media_ready, 1);
    assert_int_equal(p.media_pending, 2);
    assert_int_equal(p.media_failed, 1);
    assert_string_equal(p.media_error, "IMAGE_DOWNLOAD_FAILURE");
    assert_int_equal(p.variant_count, 3);
    assert_true(p.variants[0].price_known && p.variants[0].cost_known && p.variants[0].tracked);
    assert_int_equal(p.variants[0].price.minor, 2490);
    assert_int_equal(p.variants[0].cost.minor, 650);
    assert_int_equal(p.variants[0].quantity, 0); /* oversold */
    assert_false(p.variants[1].price_known);
    assert_false(p.variants[1].cost_known);
    assert_int_equal(p.variants[1].quantity, -1); /* not told */
    assert_string_equal(p.variants[1].sku, "");
    assert_string_equal(p.variants[2].item_gid, "gid://shopify/InventoryItem/43");
    shopify_product_done(&p);
    shopify_product_done(&p); /* accepts a zeroed one */
}

static void the_exponent_of_the_currency_counts(void **state)
{
    struct shopify_price price = { "gid://shopify/ProductVariant/41",
                                   { 2490, "JPY" },
                                   { 600, "JPY" } };
    struct shopify_product p;
    struct fail f;
    (void)state;

    fake_answer(200,
                FOUND("JPY", PRODUCT("",
                                     VARIANT(41, "\"a\"", "\"2490\"", "1",
                                             "{\"amount\":\"600.0\",\"currencyCode\":\"JPY\"}"),
                                     LAST)));
    assert_int_equal(shopify_product_by_gid(shop, P, NULL, &p, &f), 0);
    assert_int_equal(p.variants[0].price.minor, 2490);
    assert_int_equal(p.variants[0].cost.minor, 600);
    shopify_product_done(&p);
    check_text(0, "identifier.id", P);
    fake_answer(200, "{\"data\":{\"productVariantsBulkUpdate\":{\"product\":{\"id\":\"" P
                     "\"},\"userErrors\":[]}}}");
    assert_int_equal(shopify_prices_set(shop, P, &price, 1, &f), 0);
    check_text(1, "variants.0.price", "2490");
    check_text(1, "variants.0.inventoryItem.cost", "600");
}

static void reading_fails_as_the_answer_says(void **state)
{
    static const struct {
        const char *body;
        enum fail_kind kind;
    } list[] = {
        { NOTHING, FAIL_MISSING },
        { FOUND("USD", "{\"id\":\"\",\"media\":{\"nodes\":[]},\"variants\":{\"nodes\":[]}}"),
          FAIL_BUG },
        { FOUND("USD", "{\"id\":\"" P "\"}"), FAIL_BUG },
        { FOUND("USDOLLAR", "null"), FAIL_INPUT },
        { "{\"data\":null,\"errors\":[{\"message\":\"m\",\"extensions\":{\"code\":\"ACCESS_"
          "DENIED\"}"
          "}]}",
          FAIL_DENIED },
        { FOUND("USD", PRODUCT("", "{\"id\":\"v\"}", LAST)), FAIL_BUG },
        { FOUND("USD", PRODUCT("", "", "\"pageInfo\":{\"hasNextPage\":true}")), FAIL_BUG },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        struct shopify_product p = { 0 };
        struct fail f = { 0 };

        fake_answer(200, list[i].body);
        assert_int_equal(shopify_product_by_handle(shop, "x", NULL, &p, &f), -1);
        if (f.kind != list[i].kind) {
            print_error("%s -> %s\n", list[i].body, f.text);
        }
        assert_int_equal(f.kind, list[i].kind);
        assert_null(p.variants);
    }
}

static void a_product_that_goes_between_two_pages_is_missing(void **state)
{
    struct shopify_product p;
    struct fail f;
    (void)state;

    fake_answer(200, FOUND("USD", PRODUCT("", "", MORE("c1"))));
    fake_answer(200, "{\"data\":{\"shop\":{\"currencyCode\":\"USD\"},\"product\":null}}");
    assert_int_equal(shopify_product_by_gid(shop, P, NULL, &p, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
}

static void a_cost_that_may_not_be_seen_is_unknown(void **state)
{
    struct shopify_product p;
    struct fail f;
    (void)state;

    fake_answer(200,
                "{\"data\":{\"shop\":{\"currencyCode\":\"USD\"},\"productByIdentifier\":" PRODUCT(
                    "", VARIANT(41, "\"a\"", "\"1.00\"", "1", "null"),
                    LAST) "},\"errors\":[{"
                          "\"message\":\"m\",\"path\":[\"productByIdentifier\",\"unitCost\"],"
                          "\"extensions\":{\"code\":\"ACCESS_DENIED\"}}]}");
    assert_int_equal(shopify_product_by_gid(shop, P, NULL, &p, &f), 0);
    assert_false(p.variants[0].cost_known);
    assert_true(p.variants[0].price_known);
    shopify_product_done(&p);
}

/* Put `with` in place of the value that `left` others precede; false when there are fewer. */
static bool spoil(json_t *node, int *left, json_t *with)
{
    const char *key = NULL;
    json_t *value = NULL;
    size_t i = 0;

    json_object_foreach(node, key, value)
    {
        if ((*left)-- == 0) {
            return json_object_set(node, key, with) == 0;
        }
        if (spoil(value, left, with)) {
            return true;
        }
    }
    json_array_foreach(node, i, value)
    {
        if ((*left)-- == 0) {
            return json_array_set(node, i, with) == 0;
        }
        if (spoil(value, left, with)) {
            return true;
        }
    }
    return false;
}

/* Read the answer whose n-th value is `with`; false when there is no n-th. */
static bool read_spoiled(const char *answer, int n, json_t *with)
{
    scoped(json_clear_p) json_t *root = json_loads(answer, 0, NULL);
    scoped(free_p) char *body = NULL;
    struct shopify_product p = { 0 };
    struct fail f = { 0 };

    if (!spoil(root, &n, with)) {
        return false;
    }
    body = json_dumps(root, JSON_COMPACT);
    for (int i = 0; i < 3; i++) { /* a query is asked again when its answer makes no sense */
        fake_answer(200, body);
    }
    if (shopify_product_by_handle(shop, "x", NULL, &p, &f) < 0) {
        assert_true(f.kind != FAIL_NONE && f.kind != FAIL_UNKNOWN);
        assert_null(p.variants);
    } else {
        assert_non_null(p.description_html);
        assert_true(p.gid[0] != '\0');
    }
    shopify_product_done(&p);
    (void)fake_teardown(NULL);
    (void)fake_setup(NULL);
    return true;
}

static void an_answer_with_any_part_spoiled_is_read_or_refused(void **state)
{
    static const char answer[] =
        FOUND("USD", PRODUCT(MEDIA(1, "\"a\"", "FAILED"),
                             VARIANT(41, "\"CJ-BL\"", "\"24.90\"", "3",
                                     "{\"amount\":\"6.5\",\"currencyCode\":\"USD\"}"),
                             LAST));
    static const char *const spoils[] = {
        "null", "7", "\"\"", "\"x\"", "[]", "{}", "[{}]", "true"
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(spoils); i++) {
        scoped(json_clear_p) json_t *with = json_loads(spoils[i], JSON_DECODE_ANY, NULL);
        int n = 0;

        while (read_spoiled(answer, n, with)) {
            n++;
        }
        assert_true(n > 30);
    }
}

/* jansson's allocations, of which the one at fail_at fails. */
static long fail_at, allocations;

static void *counted_malloc(size_t size)
{
    return allocations++ == fail_at ? NULL : malloc(size);
}

static void short_memory_makes_no_half_of_a_product(void **state)
{
    struct shopify_new_product product = bowl();
    struct shopify_reading stored = { .found = true };
    scoped(json_clear_p) json_t *whole = shopify_product_input(&product, &stored);
    bool failed = true;
    (void)state;

    assert_non_null(whole);
    for (fail_at = 0; failed; fail_at++) {
        json_t *input = NULL;

        allocations = 0;
        json_set_alloc_funcs(counted_malloc, free);
        input = shopify_product_input(&product, &stored);
        failed = allocations > fail_at;
        json_set_alloc_funcs(malloc, free);
        assert_true(failed ? input == NULL : json_equal(input, whole));
        json_decref(input);
    }
    assert_true(fail_at > 50);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_product_is_looked_for_then_made_a_draft),
        TEST(what_is_stored_is_named_and_never_made_twice),
        TEST(a_product_without_options_has_the_sole_one),
        TEST(a_product_that_cannot_be_is_never_sent),
        TEST(a_handle_the_shop_would_change_is_never_sent),
        TEST(prices_of_another_currency_are_never_sent),
        TEST(setting_fails_as_the_answer_says),
        TEST(a_throttled_set_is_sent_again),
        TEST(a_product_is_read_with_all_its_variants),
        TEST(the_exponent_of_the_currency_counts),
        TEST(reading_fails_as_the_answer_says),
        TEST(a_product_that_goes_between_two_pages_is_missing),
        TEST(a_cost_that_may_not_be_seen_is_unknown),
        TEST(an_answer_with_any_part_spoiled_is_read_or_refused),
        TEST(short_memory_makes_no_half_of_a_product),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
