/* A product as the shop holds it. */
#include "worker/providers/shopify/shopify_priv.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"

/* Stands where no publication is asked about: the document wants something of the form. */
#define NO_PUBLICATION "gid://shopify/Publication/0"

void shopify_product_done(struct shopify_product *p)
{
    free(p->description_html);
    free(p->seo_title);
    free(p->seo_description);
    free(p->variants);
    *p = (struct shopify_product){ 0 };
}

void shopify_reading_done(struct shopify_reading *r)
{
    shopify_product_done(&r->product);
    json_decref(r->root);
    *r = (struct shopify_reading){ 0 };
}

static int read_variant(const json_t *node, const char *currency, struct shopify_variant *ret,
                        struct fail *f)
{
    const json_t *item = json_at(node, "inventoryItem");
    const char *cost_currency = json_text(item, "unitCost.currencyCode", "");
    int64_t quantity = json_int(node, "inventoryQuantity", -1);
    bool told = json_is_integer(json_at(node, "inventoryQuantity"));
    struct fail unread;

    TRY(shopify_read_gid(node, "id", ret->gid, f));
    TRY(shopify_read_gid(item, "id", ret->item_gid, f));
    TRY(shopify_read_text(node, "sku", ret->sku, sizeof ret->sku, f));
    ret->price_known = json_money(node, "price", currency, &ret->price, &unread) == 0;
    ret->cost_known = strlen(cost_currency) == 3 &&
                      json_money(item, "unitCost.amount", cost_currency, &ret->cost, &unread) == 0;
    ret->quantity = told && quantity < 0 ? 0 : quantity;
    ret->tracked = json_truth(item, "tracked", false);
    return 0;
}

static int add_variants(const json_t *product, const char *currency, struct shopify_product *ret,
                        struct fail *f)
{
    json_t *nodes = NULL;
    struct shopify_variant *variants = NULL;
    size_t i;
    json_t *node;

    TRY(shopify_read_nodes(product, "variants", &nodes, f));
    if (ret->variant_count + json_array_size(nodes) > SHOPIFY_VARIANTS_MAX) {
        return fail_set(f, FAIL_BUG, "Shopify: %s has more than %d variants", ret->gid,
                        SHOPIFY_VARIANTS_MAX);
    }
    variants = reallocarray(ret->variants, ret->variant_count + json_array_size(nodes) + 1,
                            sizeof *variants);
    if (variants == NULL) {
        return fail_memory(f);
    }
    ret->variants = variants;
    json_array_foreach(nodes, i, node)
    {
        variants[ret->variant_count] = (struct shopify_variant){ 0 };
        TRY(read_variant(node, currency, &variants[ret->variant_count], f));
        ret->variant_count++;
    }
    return 0;
}

static int read_media(const json_t *product, struct shopify_product *ret, struct fail *f)
{
    json_t *nodes = NULL;
    size_t i;
    json_t *node;

    TRY(shopify_read_nodes(product, "media", &nodes, f));
    json_array_foreach(nodes, i, node)
    {
        const char *status = json_text(node, "status", "");
        bool failed = strcmp(status, "FAILED") == 0;

        ret->media_ready += strcmp(status, "READY") == 0;
        ret->media_failed += failed;
        ret->media_pending += !failed && strcmp(status, "READY") != 0;
        if (failed && ret->media_error[0] == '\0') {
            const json_t *error = json_array_get(json_at(node, "mediaErrors"), 0);
            (void)str_fit(ret->media_error, sizeof ret->media_error,
                          json_text(error, "code", "UNKNOWN")); /* for people */
        }
    }
    return 0;
}

static int read_facts(const json_t *product, struct shopify_product *ret, struct fail *f)
{
    TRY(shopify_read_gid(product, "id", ret->gid, f));
    TRY(shopify_read_text(product, "handle", ret->handle, sizeof ret->handle, f));
    TRY(shopify_read_text(product, "status", ret->status, sizeof ret->status, f));
    TRY(shopify_read_text(product, "title", ret->title, sizeof ret->title, f));
    TRY(str_copy(json_text(product, "descriptionHtml", ""), &ret->description_html, f));
    TRY(str_copy(json_text(product, "seo.title", ""), &ret->seo_title, f));
    TRY(str_copy(json_text(product, "seo.description", ""), &ret->seo_description, f));
    ret->published = json_truth(product, "publishedOnPublication", false);
    return read_media(product, ret, f);
}

/* The variants of the first answer and of all pages behind it. */
static int read_all_variants(struct shopify *s, const json_t *first, struct shopify_reading *ret,
                             struct fail *f)
{
    struct shopify_product *p = &ret->product;
    char cursor[SHOPIFY_CURSOR_BYTES] = "";
    int more = 0;

    TRY(add_variants(first, ret->currency, p, f));
    more = shopify_read_page(first, "variants", NULL, cursor, f);
    while (more == 1) {
        scoped(json_clear_p) json_t *page = NULL;
        char asked[sizeof cursor];

        memcpy(asked, cursor, sizeof asked);
        TRY(shopify_run(s, SHOPIFY_OP_PRODUCT_VARIANTS,
                        json_pack("{s:s, s:s}", "id", p->gid, "after", asked), &page, f));
        if (json_at(page, "data.product") == NULL) {
            return fail_set(f, FAIL_MISSING, "Shopify: %s went while it was read", p->gid);
        }
        TRY(add_variants(json_at(page, "data.product"), ret->currency, p, f));
        more = shopify_read_page(json_at(page, "data.product"), "variants", asked, cursor, f);
    }
    return more;
}

int shopify_read_product(struct shopify *s, json_t *take_identifier, const char *publication_gid,
                         struct shopify_reading *ret, struct fail *f)
{
    scoped(shopify_reading_done) struct shopify_reading reading = { 0 };
    const json_t *product = NULL;

    TRY(shopify_run(s, SHOPIFY_OP_PRODUCT_READ,
                    json_pack("{s:o, s:s, s:b}", "identifier", take_identifier, "publicationId",
                              publication_gid != NULL ? publication_gid : NO_PUBLICATION,
                              "onPublication", publication_gid != NULL),
                    &reading.root, f));
    TRY(shopify_read_text(reading.root, "data.shop.currencyCode", reading.currency,
                          sizeof reading.currency, f));
    product = json_at(reading.root, "data.productByIdentifier");
    if (product != NULL) {
        reading.found = true;
        TRY(read_facts(product, &reading.product, f));
        TRY(read_all_variants(s, product, &reading, f));
    }
    *ret = reading;
    reading = (struct shopify_reading){ 0 };
    return 0;
}

static int find_product(struct shopify *s, const struct shopify_text *by,
                        const char *publication_gid, struct shopify_product *ret, struct fail *f)
{
    scoped(shopify_reading_done) struct shopify_reading reading = { 0 };

    TRY(shopify_read_product(s, json_pack("{s:s}", by->key, by->text), publication_gid, &reading,
                             f));
    if (!reading.found) {
        return fail_set(f, FAIL_MISSING, "Shopify: there is no product with %s %s", by->key,
                        by->text);
    }
    *ret = reading.product;
    reading.product = (struct shopify_product){ 0 };
    return 0;
}

int shopify_product_by_handle(struct shopify *s, const char *handle, const char *publication_gid,
                              struct shopify_product *ret, struct fail *f)
{
    return find_product(s, &(struct shopify_text){ "handle", handle }, publication_gid, ret, f);
}

int shopify_product_by_gid(struct shopify *s, const char *gid, const char *publication_gid,
                           struct shopify_product *ret, struct fail *f)
{
    return find_product(s, &(struct shopify_text){ "id", gid }, publication_gid, ret, f);
}
