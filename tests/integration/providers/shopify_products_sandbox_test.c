/* Listing products in the running sandbox, which keeps them as the shop documents it and judges
 * what it finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "tests/integration/providers/shopify_rig.h"

#define LOCATION "gid://shopify/Location/55"
#define ONLINE   "gid://shopify/Publication/301"

enum { READY_MS = 15000, MANY = 300, COLUMNS = 15 };

static char skus[2][64]; /* of two variants CJ has */

static const char *const names[] = { "Color" };
static const char *const blue[] = { "Blue" };
static const char *const green[] = { "Green" };
static const struct shopify_new_image images[] = { { "https://img.example/a.jpg", "Blue bowl" },
                                                   { "https://img.example/b.jpg", "Green bowl" } };

static struct shopify_new_variant pair[2];
static struct shopify_new_product bowl;

static void describe(void)
{
    scoped(json_clear_p) json_t *list = sandbox_control(&sandbox, "/control/cj/variants", NULL);

    for (size_t i = 0; i < 2; i++) {
        assert_true(
            str_fit(skus[i], sizeof skus[i], json_text(json_array_get(list, i), "sku", "")));
        pair[i] = (struct shopify_new_variant){ .sku = skus[i],
                                                .values = i == 0 ? blue : green,
                                                .price = { 2490, "USD" },
                                                .cost = { 635, "USD" },
                                                .weight_g = 240,
                                                .quantity = 12,
                                                .image = (int)i };
    }
    bowl = (struct shopify_new_product){ .title = "Dog Bowl",
                                         .description_html = "<p>Folds flat.</p>",
                                         .seo_title = "Dog bowl",
                                         .seo_description = "Folds flat",
                                         .vendor = "Acme",
                                         .option_names = names,
                                         .option_count = 1,
                                         .variants = pair,
                                         .variant_count = 2,
                                         .images = images,
                                         .image_count = 2,
                                         .location_gid = LOCATION };
}

static int start(void **state)
{
    if (shopify_rig_start(state) < 0) {
        return -1;
    }
    describe();
    return 0;
}

static int calm(void **state)
{
    (void)shopify_rig_calm(state);
    sandbox_do(&sandbox, "/control/settings", "{\"media-after\":0}");
    describe();
    return 0;
}

static int set(const char *handle, char gid[static SHOPIFY_GID_BYTES], struct fail *f)
{
    bowl.handle = handle;
    return shopify_product_set(shop, &bowl, gid, f);
}

static void make(const char *handle, char gid[static SHOPIFY_GID_BYTES])
{
    struct fail f = { 0 };
    int result = set(handle, gid, &f);

    if (result < 0) {
        print_error("%s\n", f.text);
    }
    assert_int_equal(result, 0);
}

static void look(const char *handle, struct shopify_product *p)
{
    struct fail f = { 0 };
    int result = shopify_product_by_handle(shop, handle, ONLINE, p, &f);

    if (result < 0) {
        print_error("%s\n", f.text);
    }
    assert_int_equal(result, 0);
}

/* How often the judge names this handle in one of its lists. */
static size_t judged(const char *list_name, const char *handle)
{
    scoped(json_clear_p) json_t *report =
        sandbox_control(&sandbox, "/control/judge/listings", NULL);
    scoped(free_p) char *text = json_dumps(json_at(report, list_name), JSON_COMPACT);
    char quoted[100];
    size_t count = 0;

    snprintf(quoted, sizeof quoted, "\"%s\"", handle);
    for (const char *at = text; (at = strstr(at, quoted)) != NULL; at++) {
        count++;
    }
    return count;
}

static void a_product_lives_from_draft_to_sale_and_back(void **state)
{
    char gid[SHOPIFY_GID_BYTES];
    struct shopify_product p;
    struct fail f = { 0 };
    (void)state;

    make("life", gid);
    look("life", &p);
    assert_string_equal(p.gid, gid);
    assert_string_equal(p.status, "DRAFT");
    assert_string_equal(p.seo_description, "Folds flat");
    assert_false(p.published);
    assert_int_equal(p.variant_count, 2);
    assert_string_equal(p.variants[0].sku, skus[0]);
    assert_true(p.variants[0].tracked && p.variants[0].price_known && p.variants[0].cost_known);
    assert_int_equal(p.variants[0].price.minor, 2490);
    assert_int_equal(p.variants[1].cost.minor, 635);
    assert_int_equal(p.variants[1].quantity, 12);
    shopify_product_done(&p);
    assert_int_equal(judged("drafts", "life"), 1);
    assert_int_equal(shopify_publish(shop, gid, ONLINE, &f), 0);
    assert_int_equal(shopify_publish(shop, gid, ONLINE, &f), 0);
    assert_int_equal(judged("halfListed", "life"), 1);
    assert_int_equal(shopify_product_status(shop, gid, "ACTIVE", &f), 0);
    assert_int_equal(judged("halfListed", "life"), 0);
    assert_int_equal(shopify_product_by_gid(shop, gid, ONLINE, &p, &f), 0);
    assert_string_equal(p.status, "ACTIVE");
    assert_true(p.published);
    shopify_product_done(&p);
    assert_int_equal(shopify_unpublish(shop, gid, ONLINE, &f), 0);
    assert_int_equal(shopify_unpublish(shop, gid, ONLINE, &f), 0);
    assert_int_equal(shopify_product_status(shop, gid, "ARCHIVED", &f), 0);
    look("life", &p);
    assert_false(p.published);
    shopify_product_done(&p);
}

static void a_repeat_keeps_every_id_and_doubles_no_image(void **state)
{
    char first[SHOPIFY_GID_BYTES], again[SHOPIFY_GID_BYTES];
    struct shopify_product a, b;
    (void)state;

    make("repeat", first);
    look("repeat", &a);
    pair[0].price.minor = 1999;
    make("repeat", again);
    look("repeat", &b);
    assert_string_equal(first, again);
    assert_int_equal(b.variant_count, a.variant_count);
    for (size_t i = 0; i < a.variant_count; i++) {
        assert_string_equal(a.variants[i].gid, b.variants[i].gid);
        assert_string_equal(a.variants[i].item_gid, b.variants[i].item_gid);
    }
    assert_int_equal(b.variants[0].price.minor, 1999);
    assert_int_equal(b.media_ready, 2);
    assert_int_equal(judged("twins", "repeat"), 0);
    assert_int_equal(judged("doubledImages", "repeat"), 0);
    shopify_product_done(&a);
    shopify_product_done(&b);
}

static void a_lost_answer_leaves_one_product_to_be_found(void **state)
{
    char gid[SHOPIFY_GID_BYTES] = "", again[SHOPIFY_GID_BYTES];
    struct shopify_product p;
    struct fail f = { 0 };
    (void)state;

    sandbox_fault(&sandbox, "shopify", "productSet", "\"kind\":\"drop\",\"count\":1");
    assert_int_equal(set("lost", gid, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    look("lost", &p);
    make("lost", again);
    assert_string_equal(p.gid, again);
    shopify_product_done(&p);
    assert_int_equal(judged("drafts", "lost"), 1);
    assert_int_equal(judged("doubledImages", "lost"), 0);
}

/* Until no image is under way any more. */
static void wait_for_media(const char *handle, struct shopify_product *p)
{
    int64_t end_ms = clock_mono_ms() + READY_MS;

    look(handle, p);
    while (p->media_pending > 0) {
        assert_true(clock_mono_ms() < end_ms);
        clock_sleep_ms(50);
        shopify_product_done(p);
        look(handle, p);
    }
}

static void images_become_ready_or_fail_and_a_failed_one_is_given_again(void **state)
{
    static const struct shopify_new_image odd[] = { { "https://img.example/a.jpg", "Blue bowl" },
                                                    { "https://img.example/b.svg", "Green bowl" } };
    char gid[SHOPIFY_GID_BYTES];
    struct shopify_product p;
    (void)state;

    sandbox_do(&sandbox, "/control/settings", "{\"media-after\":1}");
    bowl.images = odd;
    make("images", gid);
    look("images", &p);
    assert_int_equal(p.media_pending, 2);
    shopify_product_done(&p);
    wait_for_media("images", &p);
    assert_int_equal(p.media_ready, 1);
    assert_int_equal(p.media_failed, 1);
    assert_string_equal(p.media_error, "UNSUPPORTED_IMAGE_FILE_TYPE");
    shopify_product_done(&p);
    bowl.images = images;
    make("images", gid);
    wait_for_media("images", &p);
    assert_int_equal(p.media_ready, 2);
    assert_int_equal(p.media_failed, 0);
    shopify_product_done(&p);
}

static int64_t detached(void)
{
    scoped(json_clear_p) json_t *report =
        sandbox_control(&sandbox, "/control/judge/listings", NULL);

    return json_int(report, "detachedMedia", -1);
}

static void images_that_change_places_and_texts_are_not_uploaded_again(void **state)
{
    static const struct shopify_new_image moved[] = { { "https://img.example/b.jpg", "Blue bowl" },
                                                      { "https://img.example/a.jpg", "In use" } };
    char gid[SHOPIFY_GID_BYTES];
    int64_t before = 0;
    (void)state;

    make("moved", gid);
    before = detached();
    bowl.images = moved;
    make("moved", gid);
    assert_int_equal(detached(), before);
    assert_int_equal(judged("doubledImages", "moved"), 0);
}

static void a_product_of_many_variants_is_read_by_pages(void **state)
{
    static const char *const two_names[] = { "Row", "Column" };
    static char texts[MANY][2][16];
    static const char *values[MANY][2];
    static char many_skus[MANY][24];
    static struct shopify_new_variant many[MANY];
    char gid[SHOPIFY_GID_BYTES];
    struct shopify_product p;
    (void)state;

    for (int i = 0; i < MANY; i++) {
        snprintf(texts[i][0], sizeof texts[i][0], "r%d", i / COLUMNS);
        snprintf(texts[i][1], sizeof texts[i][1], "c%d", i % COLUMNS);
        snprintf(many_skus[i], sizeof many_skus[i], "MANY-%d", i);
        values[i][0] = texts[i][0];
        values[i][1] = texts[i][1];
        many[i] = pair[0];
        many[i].sku = many_skus[i];
        many[i].values = values[i];
        many[i].price.minor = 100 + i;
        many[i].image = -1;
    }
    bowl.option_names = two_names;
    bowl.option_count = 2;
    bowl.variants = many;
    bowl.variant_count = MANY;
    for (int round = 0; round < 2; round++) { /* the second names all their ids */
        make("many", gid);
        look("many", &p);
        assert_int_equal(p.variant_count, MANY);
        for (int i = 0; i < MANY; i++) {
            assert_string_equal(p.variants[i].sku, many_skus[i]);
            assert_int_equal(p.variants[i].price.minor, 100 + i);
        }
        shopify_product_done(&p);
    }
}

static void a_refused_product_says_why(void **state)
{
    char gid[SHOPIFY_GID_BYTES];
    struct fail f = { 0 };
    (void)state;

    pair[1].values = blue;
    assert_int_equal(set("refused", gid, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_string_equal(f.code, "INVALID_VARIANT");
    pair[1].values = green;
    bowl.location_gid = "gid://shopify/Location/9";
    assert_int_equal(set("refused", gid, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_string_equal(f.code, "INVALID_INPUT");
    assert_int_equal(judged("bySku", "refused"), 0);
}

static void prices_and_texts_change_alone(void **state)
{
    static const char *const tags[] = { "pets", "bowls" };
    const struct shopify_new_product texts = { .title = "Bowl", .tags = tags, .tag_count = 2 };
    struct shopify_price prices[2] = { { .price = { 1500, "USD" }, .cost = { 700, "USD" } },
                                       { .price = { 1600, "USD" }, .cost = { -1, "USD" } } };
    char gid[SHOPIFY_GID_BYTES];
    struct shopify_product p;
    struct fail f = { 0 };
    (void)state;

    make("texts", gid);
    look("texts", &p);
    memcpy(prices[0].gid, p.variants[0].gid, sizeof prices[0].gid);
    memcpy(prices[1].gid, p.variants[1].gid, sizeof prices[1].gid);
    shopify_product_done(&p);
    assert_int_equal(shopify_prices_set(shop, gid, prices, 2, &f), 0);
    assert_int_equal(shopify_product_texts(shop, gid, &texts, &f), 0);
    look("texts", &p);
    assert_string_equal(p.title, "Bowl");
    assert_string_equal(p.description_html, "<p>Folds flat.</p>");
    assert_int_equal(p.variants[0].price.minor, 1500);
    assert_int_equal(p.variants[0].cost.minor, 700);
    assert_int_equal(p.variants[1].price.minor, 1600);
    assert_int_equal(p.variants[1].cost.minor, 635);
    shopify_product_done(&p);
    memcpy(prices[1].gid, "gid://shopify/ProductVariant/1", 31);
    assert_int_equal(shopify_prices_set(shop, gid, prices, 2, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_int_equal(shopify_product_texts(shop, "gid://shopify/Product/1", &texts, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
}

static void quantities_are_set_once_for_a_key(void **state)
{
    struct shopify_quantity quantities[2] = { { .quantity = 7 }, { .quantity = 0 } };
    const struct shopify_stock stock = { LOCATION, quantities, 2 };
    char gid[SHOPIFY_GID_BYTES];
    struct shopify_product p;
    struct fail f = { 0 };
    (void)state;

    make("stock", gid);
    look("stock", &p);
    memcpy(quantities[0].item_gid, p.variants[0].item_gid, sizeof quantities[0].item_gid);
    memcpy(quantities[1].item_gid, p.variants[1].item_gid, sizeof quantities[1].item_gid);
    shopify_product_done(&p);
    sandbox_fault(&sandbox, "shopify", "inventorySetQuantities", "\"kind\":\"drop\",\"count\":1");
    assert_int_equal(shopify_quantities_set(shop, &stock, "k1", &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    sandbox_do(&sandbox, "/control/products/stock", "{\"quantity\":40}");
    assert_int_equal(shopify_quantities_set(shop, &stock, "k1", &f), 0);
    look("stock", &p);
    assert_int_equal(p.variants[0].quantity, 40); /* the repeat did nothing */
    shopify_product_done(&p);
    assert_int_equal(shopify_quantities_set(shop, &stock, "k2", &f), 0);
    look("stock", &p);
    assert_int_equal(p.variants[0].quantity, 7);
    assert_int_equal(p.variants[1].quantity, 0);
    shopify_product_done(&p);
    quantities[0].quantity = 8;
    assert_int_equal(shopify_quantities_set(shop, &stock, "k2", &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    memcpy(quantities[0].item_gid, "gid://shopify/InventoryItem/1", 30);
    assert_int_equal(shopify_quantities_set(shop, &stock, "k3", &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
}

static void throttled_and_hanging_calls_have_their_kinds(void **state)
{
    char gid[SHOPIFY_GID_BYTES];
    struct shopify_product p;
    struct fail f = { 0 };
    (void)state;

    sandbox_fault(&sandbox, "shopify", "productSet", "\"kind\":\"throttle\",\"count\":1");
    make("slow", gid);
    assert_true(seen.throttled_ms >= 1000);
    sandbox_fault(&sandbox, "shopify", "ProductChange",
                  "\"kind\":\"hang\",\"ms\":60000,\"after\":true,\"count\":1");
    shop->deadline_ms = 300;
    assert_int_equal(shopify_product_status(shop, gid, "ACTIVE", &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    shop->deadline_ms = 0;
    sandbox_fault(&sandbox, "shopify", "ProductRead", "\"kind\":\"garbage\",\"count\":1");
    look("slow", &p); /* asked again */
    assert_string_equal(p.status, "ACTIVE");
    shopify_product_done(&p);
    sandbox_fault(&sandbox, "shopify", "ProductPublish",
                  "\"kind\":\"status\",\"status\":502,\"after\":true,\"count\":1");
    assert_int_equal(shopify_publish(shop, gid, ONLINE, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    look("slow", &p);
    assert_true(p.published);
    shopify_product_done(&p);
}

static void a_product_of_the_first_day_can_be_read(void **state)
{
    struct shopify_product p;
    struct fail f = { 0 };
    (void)state;

    look("pen-holder-tray", &p);
    assert_string_equal(p.status, "ACTIVE");
    assert_true(p.published && p.media_ready == 1);
    assert_int_equal(p.variant_count, 3);
    assert_false(p.variants[0].cost_known || p.variants[0].tracked);
    shopify_product_done(&p);
    assert_int_equal(shopify_product_by_handle(shop, "nothing", NULL, &p, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_int_equal(shopify_product_by_gid(shop, "gid://shopify/Product/1", NULL, &p, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
}

/* The one row of a list that is good, or "" when there are none or several. */
static const char *the_good_one(const struct shopify_named *list, size_t count)
{
    const char *found = "";
    size_t good = 0;

    for (size_t i = 0; i < count; i++) {
        found = list[i].good ? list[i].gid : found;
        good += list[i].good;
    }
    return good == 1 ? found : "";
}

static void check_places(const char *location, const char *channel)
{
    scoped(free_p) struct shopify_named *locations = NULL;
    scoped(free_p) struct shopify_named *channels = NULL;
    size_t count = 0;
    struct fail f;

    assert_int_equal(shopify_locations(shop, &locations, &count, &f), 0);
    assert_string_equal(the_good_one(locations, count), location);
    assert_int_equal(shopify_publications(shop, &channels, &count, &f), 0);
    assert_string_equal(the_good_one(channels, count), channel);
}

static void what_is_set_up_is_found_and_what_is_not_is_missed(void **state)
{
    (void)state;

    check_places(LOCATION, ONLINE);
    sandbox_do(&sandbox, "/control/shop",
               "{\"location\":\"inactive\",\"onlineStoreTitle\":\"Boutique en ligne\"}");
    check_places("", ONLINE); /* known by what it can do */
    sandbox_do(&sandbox, "/control/shop", "{\"location\":\"none\",\"onlineStore\":false}");
    check_places("", "");
    sandbox_do(&sandbox, "/control/shop",
               "{\"location\":\"active\",\"onlineStore\":true,\"onlineStoreTitle\":\"Online "
               "Store\"}");
    check_places(LOCATION, ONLINE);
}

static void policies_are_written_or_not(void **state)
{
    scoped(free_p) struct shopify_policy *good = NULL;
    scoped(free_p) struct shopify_policy *bad = NULL;
    size_t count = 0;
    struct fail f;
    (void)state;

    assert_int_equal(shopify_policies(shop, &good, &count, &f), 0);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < count; i++) {
        assert_true(good[i].written);
    }
    sandbox_do(&sandbox, "/control/shop",
               "{\"policies\":{\"REFUND_POLICY\":null,\"PRIVACY_POLICY\":\"<p></p>\"}}");
    assert_int_equal(shopify_policies(shop, &bad, &count, &f), 0);
    assert_false(bad[0].written || bad[1].written);
    assert_true(bad[2].written);
}

static void a_webhook_is_subscribed_once(void **state)
{
    scoped(free_p) struct shopify_hook *hooks = NULL;
    size_t count = 0;
    struct fail f;
    (void)state;

    assert_int_equal(shopify_hook_create(shop, "ORDERS_PAID", "https://hooks.example/s", &f), 0);
    assert_int_equal(shopify_hook_create(shop, "ORDERS_PAID", "https://hooks.example/s", &f), 0);
    assert_int_equal(shopify_hooks(shop, &hooks, &count, &f), 0);
    assert_int_equal(count, 1);
    assert_string_equal(hooks[0].topic, "ORDERS_PAID");
    assert_string_equal(hooks[0].url, "https://hooks.example/s");
}

/* Runs last: the scopes do not come back. */
static void a_missing_scope_denies(void **state)
{
    char gid[SHOPIFY_GID_BYTES];
    struct shopify_policy *policies = NULL;
    struct shopify_product p;
    size_t count = 0;
    struct fail f = { 0 };
    (void)state;

    make("scopes", gid);
    sandbox_do(&sandbox, "/control/shop",
               "{\"withoutScopes\":[\"read_legal_policies\",\"write_publications\"]}");
    assert_int_equal(shopify_policies(shop, &policies, &count, &f), -1);
    assert_int_equal(f.kind, FAIL_DENIED);
    assert_int_equal(shopify_publish(shop, gid, ONLINE, &f), -1);
    assert_int_equal(f.kind, FAIL_DENIED);
    look("scopes", &p); /* reading needs no more than read_products */
    assert_false(p.published);
    shopify_product_done(&p);
    sandbox_do(&sandbox, "/control/shop", "{\"withoutScopes\":[\"write_products\"]}");
    assert_int_equal(set("scopes", gid, &f), -1);
    assert_int_equal(f.kind, FAIL_DENIED);
}

#define TEST(name) cmocka_unit_test_setup(name, calm)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_product_lives_from_draft_to_sale_and_back),
        TEST(a_repeat_keeps_every_id_and_doubles_no_image),
        TEST(a_lost_answer_leaves_one_product_to_be_found),
        TEST(images_become_ready_or_fail_and_a_failed_one_is_given_again),
        TEST(images_that_change_places_and_texts_are_not_uploaded_again),
        TEST(a_product_of_many_variants_is_read_by_pages),
        TEST(a_refused_product_says_why),
        TEST(prices_and_texts_change_alone),
        TEST(quantities_are_set_once_for_a_key),
        TEST(throttled_and_hanging_calls_have_their_kinds),
        TEST(a_product_of_the_first_day_can_be_read),
        TEST(what_is_set_up_is_found_and_what_is_not_is_missed),
        TEST(policies_are_written_or_not),
        TEST(a_webhook_is_subscribed_once),
        TEST(a_missing_scope_denies),
    };
    return cmocka_run_group_tests(tests, start, shopify_rig_stop);
}
