#include "tests/contract/shopify_requests.h"

#include "common/base/attr.h"
#include "tests/unit/providers/fake.h"
#include "worker/providers/shopify/shopify_products.h"

#define GID(type) "gid://shopify/" type "/7"
#define USD(minor)                                                                                 \
    {                                                                                              \
        (minor), "USD"                                                                             \
    }
#define FOUND(product)                                                                             \
    "{\"data\":{\"shop\":{\"currencyCode\":\"USD\"},\"productByIdentifier\":" product "}}"
#define MORE "\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"next\"}"

static const char no_product[] = FOUND("null");
static const char one_product[] = FOUND("{\"id\":\"" GID(
    "Product") "\",\"handle\":\"dog-bowl\",\"status\":\"DRAFT\","
               "\"media\":{\"nodes\":[{\"id\":\"" GID(
                   "MediaImage") "\",\"alt\":\"Blue bowl\",\"status\":"
                                 "\"READY\"}]},\"variants\":{\"nodes\":[{\"id\":\"" GID(
                                     "ProductVariant") "\",\"sku\":\"CJ1-BL\","
                                                       "\"price\":\"24.90\",\"inventoryItem\":{"
                                                       "\"id\":\"" GID("InventoryItem") "\"}}]}}");
static const char first_page[] = FOUND("{\"id\":\"" GID(
    "Product") "\",\"media\":{\"nodes\":[]},\"variants\":{\"nodes\":[]," MORE "}}");

static const char *const tags[] = { "dropship", "pets" };
static const char *const names[] = { "Color", "Size" };
static const char *const blue[] = { "Blue", "S" };
static const char *const green[] = { "Green", "S" };
static const struct shopify_new_image images[] = { { "https://img.example/blue.jpg", "Blue bowl" },
                                                   { "https://img.example/green.jpg", NULL } };
static const struct shopify_new_variant variants[] = {
    { "CJ1-BL", blue, USD(2490), USD(635), 240, 120, 0 },
    { "CJ1-GR", green, USD(2490), USD(-1), -1, 0, -1 },
};
static const struct shopify_new_variant sole[] = {
    { "CJ2", NULL, USD(500), USD(100), 10, 7, -1 },
};
static const struct shopify_new_product full = { "dog-bowl",
                                                 "Dog Bowl",
                                                 "<p>Folds flat.</p>",
                                                 "Dog bowl",
                                                 "Folds flat",
                                                 "Acme",
                                                 "Bowls",
                                                 tags,
                                                 2,
                                                 names,
                                                 2,
                                                 variants,
                                                 2,
                                                 images,
                                                 2,
                                                 GID("Location") };
static const struct shopify_new_product plain = {
    .handle = "mat", .title = "Mat", .variants = sole, .variant_count = 1
};

/* What the calls return does not matter here: most are cut short by the end of the script. */
static void expect(int result)
{
    (void)result;
}

static void answer_next(const char *body)
{
    fake.answers[fake.request_count].status = 200;
    fake.answers[fake.request_count].body = body;
}

static void sets(struct shopify *s)
{
    char gid[SHOPIFY_GID_BYTES];
    struct fail f;

    answer_next(no_product);
    expect(shopify_product_set(s, &full, gid, &f));
    answer_next(one_product);
    expect(shopify_product_set(s, &full, gid, &f));
    answer_next(no_product);
    expect(shopify_product_set(s, &plain, gid, &f));
}

static void reads(struct shopify *s)
{
    struct shopify_product product;
    struct fail f;

    expect(shopify_product_by_handle(s, "dog-bowl", NULL, &product, &f));
    answer_next(first_page);
    expect(shopify_product_by_gid(s, GID("Product"), GID("Publication"), &product, &f));
}

static void changes(struct shopify *s)
{
    static const struct shopify_new_product texts = { .title = "Bowl", .seo_title = "Bowl" };
    static const struct shopify_price prices[] = {
        { GID("ProductVariant"), USD(1999), USD(700) },
        { "gid://shopify/ProductVariant/8", USD(5), USD(-1) },
    };
    static const struct shopify_quantity quantities[] = { { GID("InventoryItem"), 118 },
                                                          { "gid://shopify/InventoryItem/8", 0 } };
    struct fail f;

    expect(shopify_product_status(s, GID("Product"), "ACTIVE", &f));
    expect(shopify_product_texts(s, GID("Product"), &texts, &f));
    expect(shopify_product_texts(s, GID("Product"), &full, &f));
    expect(shopify_publish(s, GID("Product"), GID("Publication"), &f));
    expect(shopify_unpublish(s, GID("Product"), GID("Publication"), &f));
    expect(shopify_prices_set(s, GID("Product"), prices, COUNT_OF(prices), &f));
    expect(shopify_quantities_set(
        s, &(struct shopify_stock){ GID("Location"), quantities, COUNT_OF(quantities) }, "7d0c0b0e",
        &f));
}

void shopify_product_requests(struct shopify *s)
{
    sets(s);
    reads(s);
    changes(s);
}

void shopify_setup_requests(struct shopify *s)
{
    struct shopify_named *named = NULL;
    struct shopify_hook *hooks = NULL;
    struct shopify_policy *policies = NULL;
    size_t count = 0;
    struct fail f;

    answer_next("{\"data\":{\"locations\":{\"nodes\":[]," MORE "}}}");
    expect(shopify_locations(s, &named, &count, &f));
    expect(shopify_publications(s, &named, &count, &f));
    expect(shopify_hooks(s, &hooks, &count, &f));
    expect(shopify_hook_create(s, "ORDERS_PAID", "https://hooks.example/shopify", &f));
    expect(shopify_policies(s, &policies, &count, &f));
}
