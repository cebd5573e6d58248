/* The shop's side of the fake. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/str.h"
#include "tests/integration/listing/fake_priv.h"

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text) != NULL ? (text) : ""))

static int index_of(const char *gid)
{
    int i = -1;

    return sscanf(gid, "gid://shopify/Product/%d", &i) == 1 && i >= 0 && i < FAKE_PRODUCTS &&
                   fake->products[i].used
               ? i
               : -1;
}

static int by_handle(const char *handle)
{
    for (int i = 0; i < FAKE_PRODUCTS; i++) {
        if (fake->products[i].used && strcmp(fake->products[i].handle, handle) == 0) {
            return i;
        }
    }
    return -1;
}

static void fill(struct fake_listing *p, const struct shopify_new_product *from)
{
    int looks = p->used ? p->media_looks : fake->media_looks;

    *p = (struct fake_listing){ .used = true,
                                .published = p->published,
                                .media = (int)from->image_count,
                                .media_failed = fake->media_fail,
                                .media_looks = looks,
                                .variant_count = from->variant_count };
    FIT(p->handle, from->handle);
    FIT(p->status, "DRAFT");
    FIT(p->title, from->title);
    FIT(p->html, from->description_html);
    FIT(p->seo_title, from->seo_title);
    FIT(p->seo_description, from->seo_description);
    for (size_t i = 0; i < from->variant_count; i++) {
        FIT(p->variants[i].sku, from->variants[i].sku);
        p->variants[i].price = from->variants[i].price.minor;
        p->variants[i].cost = from->variants[i].cost.minor;
        for (size_t k = 0; k < from->option_count; k++) {
            FIT(p->variants[i].values[k], from->variants[i].values[k]);
        }
    }
}

int shopify_product_set(struct shopify *s, const struct shopify_new_product *product,
                        char ret_gid[static SHOPIFY_GID_BYTES], struct fail *f)
{
    int i = by_handle(product->handle);

    (void)s;
    TRY(fake_enter("set", f));
    if (fake->refuse_set != FAIL_NONE) {
        return fail_code(f, fake->refuse_set, "INVALID", "the shop refuses it");
    }
    for (int k = 0; i < 0 && k < FAKE_PRODUCTS; k++) {
        i = fake->products[k].used ? -1 : k;
    }
    fill(&fake->products[i], product);
    fake->sets++;
    (void)snprintf(ret_gid, SHOPIFY_GID_BYTES, "gid://shopify/Product/%d", i);
    return fake_leave(0, true, f);
}

void shopify_product_done(struct shopify_product *p)
{
    free(p->description_html);
    free(p->seo_title);
    free(p->seo_description);
    free(p->variants);
    *p = (struct shopify_product){ 0 };
}

static void show_media(struct fake_listing *p, struct shopify_product *ret)
{
    if (p->media_looks > 0) {
        p->media_looks--;
        ret->media_pending = p->media;
        return;
    }
    ret->media_failed = p->media_failed < p->media ? p->media_failed : p->media;
    ret->media_ready = p->media - ret->media_failed;
    FIT(ret->media_error, ret->media_failed > 0 ? "IMAGE_DOWNLOAD_FAILURE" : "");
}

static void show(int i, bool asked_publication, struct shopify_product *ret)
{
    struct fake_listing *p = &fake->products[i];

    *ret = (struct shopify_product){ .published = asked_publication && p->published,
                                     .description_html = strdup(p->html),
                                     .seo_title = strdup(p->seo_title),
                                     .seo_description = strdup(p->seo_description),
                                     .variants = calloc(FAKE_VARIANTS, sizeof *ret->variants),
                                     .variant_count = p->variant_count };
    (void)snprintf(ret->gid, sizeof ret->gid, "gid://shopify/Product/%d", i);
    FIT(ret->handle, p->handle);
    FIT(ret->status, p->status);
    FIT(ret->title, fake->spoil_title ? "Something else" : p->title);
    show_media(p, ret);
    for (size_t k = 0; k < p->variant_count; k++) {
        struct shopify_variant *v = &ret->variants[k];
        *v = (struct shopify_variant){ .price_known = true,
                                       .cost_known = p->variants[k].cost >= 0,
                                       .price = { p->variants[k].price, "USD" },
                                       .cost = { p->variants[k].cost, "USD" },
                                       .quantity = p->variants[k].quantity,
                                       .tracked = true };
        FIT(v->sku, p->variants[k].sku);
        (void)snprintf(v->gid, sizeof v->gid, "gid://shopify/ProductVariant/%d%zu", i, k);
        (void)snprintf(v->item_gid, sizeof v->item_gid, "gid://shopify/InventoryItem/%d%zu", i, k);
    }
}

static int read_product(const char *call, int i, const char *publication,
                        struct shopify_product *ret, struct fail *f)
{
    TRY(fake_enter(call, f));
    if (i < 0) {
        return fail_set(f, FAIL_MISSING, "no such product");
    }
    TRY(fake_leave(0, false, f));
    show(i, publication != NULL, ret);
    return 0;
}

int shopify_product_by_handle(struct shopify *s, const char *handle, const char *publication,
                              struct shopify_product *ret, struct fail *f)
{
    (void)s;
    return read_product("by_handle", by_handle(handle), publication, ret, f);
}

int shopify_product_by_gid(struct shopify *s, const char *gid, const char *publication,
                           struct shopify_product *ret, struct fail *f)
{
    (void)s;
    return read_product("by_gid", index_of(gid), publication, ret, f);
}

/* A write to one product; -1 when it is not there. */
static int enter_write(const char *call, const char *gid, struct fake_listing **ret, struct fail *f)
{
    int i = index_of(gid);

    TRY(fake_enter(call, f));
    if (i < 0) {
        return fail_set(f, FAIL_MISSING, "no such product");
    }
    *ret = &fake->products[i];
    return 0;
}

int shopify_product_status(struct shopify *s, const char *gid, const char *status, struct fail *f)
{
    struct fake_listing *p = NULL;

    (void)s;
    TRY(enter_write("status", gid, &p, f));
    FIT(p->status, status);
    fake->statuses++;
    return fake_leave(0, true, f);
}

int shopify_product_texts(struct shopify *s, const char *gid,
                          const struct shopify_new_product *texts, struct fail *f)
{
    struct fake_listing *p = NULL;

    (void)s;
    TRY(enter_write("texts", gid, &p, f));
    FIT(p->title, texts->title);
    FIT(p->html, texts->description_html);
    FIT(p->seo_title, texts->seo_title);
    FIT(p->seo_description, texts->seo_description);
    fake->texts++;
    return fake_leave(0, true, f);
}

int shopify_publish(struct shopify *s, const char *gid, const char *publication, struct fail *f)
{
    struct fake_listing *p = NULL;

    (void)s;
    (void)publication;
    TRY(enter_write("publish", gid, &p, f));
    p->published = true;
    fake->publishes++;
    return fake_leave(0, true, f);
}

int shopify_unpublish(struct shopify *s, const char *gid, const char *publication, struct fail *f)
{
    struct fake_listing *p = NULL;

    (void)s;
    (void)publication;
    TRY(enter_write("unpublish", gid, &p, f));
    p->published = false;
    fake->unpublishes++;
    return fake_leave(0, true, f);
}

int shopify_prices_set(struct shopify *s, const char *product_gid,
                       const struct shopify_price *prices, size_t count, struct fail *f)
{
    struct fake_listing *p = NULL;
    int i = 0;
    int k = 0;

    (void)s;
    TRY(enter_write("prices", product_gid, &p, f));
    for (size_t n = 0; n < count; n++) {
        if (sscanf(prices[n].gid, "gid://shopify/ProductVariant/%1d%d", &i, &k) == 2) {
            p->variants[k].price = prices[n].price.minor;
            p->variants[k].cost =
                prices[n].cost.minor >= 0 ? prices[n].cost.minor : p->variants[k].cost;
        }
    }
    fake->prices++;
    return fake_leave(0, true, f);
}

int shopify_quantities_set(struct shopify *s, const struct shopify_stock *stock, const char *key,
                           struct fail *f)
{
    int i = 0;
    int k = 0;

    (void)s;
    if (stock->count == 0 || key[0] == '\0') {
        return fail_set(f, FAIL_BUG, "no quantities or no key");
    }
    TRY(fake_enter("quantities", f));
    if (strcmp(fake->burnt_key, "?") == 0) {
        FIT(fake->burnt_key, key);
    }
    if (strcmp(fake->burnt_key, key) == 0) {
        return fail_code(f, FAIL_CONFLICT, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "burnt");
    }
    for (size_t n = 0; n < stock->count; n++) {
        if (sscanf(stock->quantities[n].item_gid, "gid://shopify/InventoryItem/%1d%d", &i, &k) ==
            2) {
            fake->products[i].variants[k].quantity = stock->quantities[n].quantity;
        }
    }
    fake->quantities++;
    return fake_leave(0, true, f);
}
