/* Changing what is listed: status, texts, sales channel, prices, quantities. */
#include "worker/providers/shopify/shopify_priv.h"

#include <string.h>

#include "common/base/json.h"

enum { QUANTITIES_MAX = 250 };

/* Run a mutation and hear its refusal; *ret_root is the caller's. */
static int run_change(struct shopify *s, enum shopify_op op, json_t *take_variables,
                      json_t **ret_root, struct fail *f)
{
    TRY(shopify_run(s, op, take_variables, ret_root, f));
    return shopify_refusal(json_at(json_at(*ret_root, "data"), shopify_op_rule(op)->needs[0]), f);
}

static int change(struct shopify *s, json_t *take_input, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;

    TRY(run_change(s, SHOPIFY_OP_PRODUCT_CHANGE, json_pack("{s:o}", "product", take_input), &root,
                   f));
    if (json_at(root, "data.productUpdate.product.id") == NULL) {
        return fail_set(f, FAIL_UNKNOWN, "Shopify changed no product and gave no reason");
    }
    return 0;
}

int shopify_product_status(struct shopify *s, const char *gid, const char *status, struct fail *f)
{
    return change(s, json_pack("{s:s, s:s}", "id", gid, "status", status), f);
}

/* seo and tags join the input when something is said of them. */
static int add_texts(json_t *input, const struct shopify_new_product *texts)
{
    if ((texts->seo_title != NULL || texts->seo_description != NULL) &&
        json_object_set_new(input, "seo", shopify_seo_json(texts)) < 0) {
        return -1;
    }
    if (texts->tags == NULL) {
        return 0;
    }
    return json_object_set_new(input, "tags", shopify_texts_json(texts->tags, texts->tag_count));
}

int shopify_product_texts(struct shopify *s, const char *gid,
                          const struct shopify_new_product *texts, struct fail *f)
{
    const struct shopify_text members[] = { { "id", gid },
                                            { "title", texts->title },
                                            { "handle", texts->handle },
                                            { "descriptionHtml", texts->description_html },
                                            { "vendor", texts->vendor },
                                            { "productType", texts->product_type } };
    json_t *input = shopify_with_texts(json_object(), members, COUNT_OF(members));

    if (input != NULL && add_texts(input, texts) < 0) {
        json_decref(input);
        input = NULL; /* shopify_run says what that means */
    }
    return change(s, input, f);
}

/* Publish or unpublish; the answer must show what was wanted. */
static int set_published(struct shopify *s, enum shopify_op op, json_t *take_variables, bool want,
                         struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    const json_t *payload = NULL;
    const json_t *shown = NULL;

    TRY(run_change(s, op, take_variables, &root, f));
    payload = json_at(json_at(root, "data"), shopify_op_rule(op)->needs[0]);
    shown = json_at(payload, "publishable.publishedOnPublication");
    if (!json_is_boolean(shown) || json_is_true(shown) != want) {
        return fail_set(f, FAIL_UNKNOWN, "Shopify does not show the product %s the sales channel",
                        want ? "on" : "off");
    }
    return 0;
}

int shopify_publish(struct shopify *s, const char *gid, const char *publication_gid, struct fail *f)
{
    return set_published(s, SHOPIFY_OP_PRODUCT_PUBLISH,
                         json_pack("{s:s, s:s}", "id", gid, "publicationId", publication_gid), true,
                         f);
}

int shopify_unpublish(struct shopify *s, const char *gid, const char *publication_gid,
                      struct fail *f)
{
    return set_published(s, SHOPIFY_OP_PRODUCT_UNPUBLISH,
                         json_pack("{s:s, s:s}", "id", gid, "publicationId", publication_gid),
                         false, f);
}

static json_t *price_json(const struct shopify_price *price)
{
    char amount[MONEY_TEXT_BYTES];
    char cost[MONEY_TEXT_BYTES];

    money_format(&price->price, amount);
    if (price->cost.minor < 0) {
        return json_pack("{s:s, s:s}", "id", price->gid, "price", amount);
    }
    money_format(&price->cost, cost);
    return json_pack("{s:s, s:s, s:{s:s}}", "id", price->gid, "price", amount, "inventoryItem",
                     "cost", cost);
}

int shopify_prices_set(struct shopify *s, const char *product_gid,
                       const struct shopify_price *prices, size_t count, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    json_t *list = NULL;

    if (count == 0) {
        return 0;
    }
    if (count > SHOPIFY_VARIANTS_MAX) {
        return fail_set(f, FAIL_INPUT, "%zu prices at once; %d are possible", count,
                        SHOPIFY_VARIANTS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        if (prices[i].price.minor < 0) {
            return fail_set(f, FAIL_INPUT, "a price below zero for %s", prices[i].gid);
        }
    }
    list = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, price_json(&prices[i])); /* the count shows a failure */
    }
    TRY(run_change(s, SHOPIFY_OP_PRICES_SET,
                   json_pack("{s:s, s:o}", "productId", product_gid, "variants",
                             shopify_whole_json(list, count)),
                   &root, f));
    if (json_at(root, "data.productVariantsBulkUpdate.product.id") == NULL) {
        return fail_set(f, FAIL_UNKNOWN, "Shopify set no price and gave no reason");
    }
    return 0;
}

/* Every entry says changeFromQuantity, here null: overwrite.  Left out, it would be refused. */
static json_t *quantity_json(const char *location_gid, const struct shopify_quantity *quantity)
{
    return json_pack("{s:s, s:s, s:I, s:n}", "inventoryItemId", quantity->item_gid, "locationId",
                     location_gid, "quantity", (json_int_t)quantity->quantity,
                     "changeFromQuantity");
}

int shopify_quantities_set(struct shopify *s, const struct shopify_stock *stock, const char *key,
                           struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    json_t *list = NULL;

    if (stock->count == 0) {
        return 0;
    }
    if (stock->count > QUANTITIES_MAX || key[0] == '\0') {
        return fail_set(f, FAIL_BUG, "%zu quantities at once with key '%s'; 1 to %d with a key",
                        stock->count, key, (int)QUANTITIES_MAX);
    }
    list = json_array();
    for (size_t i = 0; i < stock->count; i++) {
        (void)json_array_append_new(list,
                                    quantity_json(stock->location_gid, &stock->quantities[i]));
    }
    /* no group and no refusal: they were what they are to be */
    return run_change(s, SHOPIFY_OP_QUANTITIES_SET,
                      json_pack("{s:s, s:{s:s, s:s, s:o}}", "key", key, "input", "name",
                                "available", "reason", "correction", "quantities",
                                shopify_whole_json(list, stock->count)),
                      &root, f);
}
