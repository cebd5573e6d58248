/* productSet: one product created, or brought to the form that is wanted.  Lists that are given
 * replace what is stored, so what is to stay must be named: variants by their ids, or they would
 * be made anew and carts lose them; media by theirs, or each repeat would upload the images again. */
#include "worker/providers/shopify/shopify_priv.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"

enum { QUANTITY_MAX = 1000000000, NAME_MAX_BYTES = 1020 /* 255 characters */ };

/* A product without options has this one. */
static const char *const sole_name[] = { "Title" };
static const char *const sole_value[] = { "Default Title" };

/* The options as sent: those of the product, or the sole one. */
struct options {
    const char *const *names;
    size_t count;
    bool sole;
};

static struct options options_of(const struct shopify_new_product *product)
{
    if (product->option_count == 0) {
        return (struct options){ sole_name, 1, true };
    }
    return (struct options){ product->option_names, product->option_count, false };
}

static const char *value_of(const struct options *options,
                            const struct shopify_new_variant *variant, size_t option)
{
    return options->sole ? sole_value[0] : variant->values[option];
}

static bool has_value(const json_t *values, const char *name)
{
    size_t i;
    json_t *value;

    json_array_foreach(values, i, value)
    {
        if (strcmp(json_text(value, "name", ""), name) == 0) {
            return true;
        }
    }
    return false;
}

/* The values of one option, each once, in the order of the variants. */
static json_t *values_json(const struct shopify_new_product *product, const struct options *options,
                           size_t option)
{
    json_t *list = json_array();

    for (size_t i = 0; i < product->variant_count; i++) {
        const char *name = value_of(options, &product->variants[i], option);
        if (!has_value(list, name) &&
            json_array_append_new(list, json_pack("{s:s}", "name", name)) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *options_json(const struct shopify_new_product *product)
{
    struct options options = options_of(product);
    json_t *list = json_array();

    for (size_t i = 0; i < options.count; i++) {
        (void)json_array_append_new(list, json_pack("{s:s, s:i, s:o}", "name", options.names[i],
                                                    "position", (int)i + 1, "values",
                                                    values_json(product, &options, i)));
    }
    return shopify_whole_json(list, options.count);
}

static json_t *item_json(const struct shopify_new_variant *variant)
{
    json_t *item = json_pack("{s:b, s:b}", "tracked", 1, "requiresShipping", 1);
    char cost[MONEY_TEXT_BYTES];
    int bad = item == NULL;

    if (!bad && variant->cost.minor >= 0) {
        money_format(&variant->cost, cost);
        bad = json_object_set_new(item, "cost", json_string(cost)) < 0;
    }
    if (!bad && variant->weight_g >= 0) {
        bad = json_object_set_new(item, "measurement",
                                  json_pack("{s:{s:f, s:s}}", "weight", "value",
                                            (double)variant->weight_g, "unit", "GRAMS")) < 0;
    }
    if (bad) {
        json_decref(item);
        return NULL;
    }
    return item;
}

static json_t *option_values_json(const struct shopify_new_product *product,
                                  const struct shopify_new_variant *variant)
{
    struct options options = options_of(product);
    json_t *list = json_array();

    for (size_t i = 0; i < options.count; i++) {
        (void)json_array_append_new(list, json_pack("{s:s, s:s}", "optionName", options.names[i],
                                                    "name", value_of(&options, variant, i)));
    }
    return shopify_whole_json(list, options.count);
}

static const char *stored_variant(const struct shopify_product *stored, const char *sku)
{
    for (size_t i = 0; i < stored->variant_count; i++) {
        if (strcmp(stored->variants[i].sku, sku) == 0) {
            return stored->variants[i].gid;
        }
    }
    return NULL;
}

/* What not every variant has: its id, its image, its stock. */
static int add_variant_parts(json_t *to, const struct shopify_new_product *product,
                             const struct shopify_new_variant *variant, const char *id,
                             const json_t *files)
{
    if (id != NULL && json_object_set_new(to, "id", json_string(id)) < 0) {
        return -1;
    }
    if (variant->image >= 0 &&
        json_object_set(to, "file", json_array_get(files, (size_t)variant->image)) < 0) {
        return -1;
    }
    if (product->location_gid == NULL) {
        return 0;
    }
    return json_object_set_new(to, "inventoryQuantities",
                               json_pack("[{s:s, s:s, s:I}]", "locationId", product->location_gid,
                                         "name", "available", "quantity",
                                         (json_int_t)variant->quantity));
}

static json_t *variant_json(const struct shopify_new_product *product,
                            const struct shopify_new_variant *variant, const char *id,
                            const json_t *files)
{
    char price[MONEY_TEXT_BYTES];
    json_t *made = NULL;

    money_format(&variant->price, price);
    made = json_pack("{s:o, s:s, s:s, s:s, s:o}", "optionValues",
                     option_values_json(product, variant), "sku", variant->sku, "price", price,
                     "inventoryPolicy", "DENY", "inventoryItem", item_json(variant));
    if (made != NULL && add_variant_parts(made, product, variant, id, files) < 0) {
        json_decref(made);
        return NULL;
    }
    return made;
}

static json_t *variants_json(const struct shopify_new_product *product,
                             const struct shopify_product *stored, const json_t *files)
{
    json_t *list = json_array();

    for (size_t i = 0; i < product->variant_count; i++) {
        const struct shopify_new_variant *variant = &product->variants[i];
        (void)json_array_append_new(
            list, variant_json(product, variant, stored_variant(stored, variant->sku), files));
    }
    return shopify_whole_json(list, product->variant_count);
}

json_t *shopify_product_input(const struct shopify_new_product *product,
                              const struct shopify_reading *stored)
{
    const struct shopify_text texts[] = {
        { "handle", product->handle }, { "title", product->title },
        { "status", "DRAFT" },         { "descriptionHtml", product->description_html },
        { "vendor", product->vendor }, { "productType", product->product_type }
    };
    json_t *files =
        shopify_files_json(product, json_at(stored->root, "data.productByIdentifier.media.nodes"));
    json_t *variants = files != NULL ? variants_json(product, &stored->product, files) : NULL;

    if (variants == NULL) {
        json_decref(files);
        return NULL;
    }
    return shopify_with_texts(
        json_pack("{s:o, s:o, s:o, s:o, s:o}", "seo", shopify_seo_json(product), "tags",
                  shopify_texts_json(product->tags, product->tag_count), "productOptions",
                  options_json(product), "files", files, "variants", variants),
        texts, COUNT_OF(texts));
}

/* As the shop would keep it: another would be cleaned, and then not be found under what we call it. */
static bool clean_handle(const char *handle)
{
    static const char signs[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t length = handle != NULL ? strlen(handle) : 0;

    return length > 0 && length <= 255 && strspn(handle, signs) == length && handle[0] != '-' &&
           handle[length - 1] != '-' && strstr(handle, "--") == NULL;
}

static int check_variant(const struct shopify_new_product *product,
                         const struct shopify_new_variant *variant, struct fail *f)
{
    if (variant->sku == NULL || variant->sku[0] == '\0' || variant->price.minor < 0) {
        return fail_set(f, FAIL_INPUT, "a variant of %s without SKU or price", product->handle);
    }
    if (strcmp(variant->price.currency, product->variants[0].price.currency) != 0 ||
        (variant->cost.minor >= 0 &&
         strcmp(variant->cost.currency, variant->price.currency) != 0)) {
        return fail_set(f, FAIL_INPUT, "%s: price and cost in several currencies", variant->sku);
    }
    if (variant->quantity < 0 || variant->quantity > QUANTITY_MAX ||
        variant->image >= (int)product->image_count) {
        return fail_set(f, FAIL_INPUT, "%s: its quantity or its image cannot be", variant->sku);
    }
    for (size_t i = 0; i < product->option_count; i++) {
        if (variant->values[i] == NULL || variant->values[i][0] == '\0') {
            return fail_set(f, FAIL_INPUT, "%s: no value for %s", variant->sku,
                            product->option_names[i]);
        }
    }
    return 0;
}

int shopify_check_product(const struct shopify_new_product *product, struct fail *f)
{
    bool titled = product->title != NULL && product->title[0] != '\0' &&
                  strlen(product->title) <= NAME_MAX_BYTES;

    if (!titled || !clean_handle(product->handle)) {
        return fail_set(f, FAIL_INPUT, "a product without a usable handle (%s) or title",
                        product->handle != NULL ? product->handle : "none");
    }
    if (product->variant_count == 0 || product->variant_count > SHOPIFY_VARIANTS_MAX ||
        product->option_count > SHOPIFY_OPTIONS_MAX || product->image_count > SHOPIFY_IMAGES_MAX ||
        (product->option_count == 0 && product->variant_count > 1)) {
        return fail_set(f, FAIL_INPUT, "%s: %zu variants by %zu options with %zu images cannot be",
                        product->handle, product->variant_count, product->option_count,
                        product->image_count);
    }
    for (size_t i = 0; i < product->image_count; i++) {
        if (product->images[i].url == NULL || product->images[i].url[0] == '\0') {
            return fail_set(f, FAIL_INPUT, "%s: an image without an address", product->handle);
        }
    }
    for (size_t i = 0; i < product->variant_count; i++) {
        TRY(check_variant(product, &product->variants[i], f));
    }
    return 0;
}

static int read_gid(const json_t *root, char ret_gid[static SHOPIFY_GID_BYTES], struct fail *f)
{
    const char *gid = json_text(root, "data.productSet.product.id", "");

    if (gid[0] == '\0' || !str_fit(ret_gid, SHOPIFY_GID_BYTES, gid)) {
        return fail_set(f, FAIL_UNKNOWN, "Shopify named no product and gave no reason");
    }
    return 0;
}

int shopify_product_set(struct shopify *s, const struct shopify_new_product *product,
                        char ret_gid[static SHOPIFY_GID_BYTES], struct fail *f)
{
    scoped(shopify_reading_done) struct shopify_reading stored = { 0 };
    scoped(json_clear_p) json_t *root = NULL;

    TRY(shopify_check_product(product, f));
    TRY(shopify_read_product(s, json_pack("{s:s}", "handle", product->handle), NULL, &stored, f));
    if (strcmp(stored.currency, product->variants[0].price.currency) != 0) {
        return fail_set(f, FAIL_INPUT, "%s has prices in %s, the shop sells in %s", product->handle,
                        product->variants[0].price.currency, stored.currency);
    }
    TRY(shopify_run(s, SHOPIFY_OP_PRODUCT_SET,
                    json_pack("{s:{s:s}, s:o}", "identifier", "handle", product->handle, "input",
                              shopify_product_input(product, &stored)),
                    &root, f));
    TRY(shopify_refusal(json_at(root, "data.productSet"), f));
    return read_gid(root, ret_gid, f);
}
