/* Shopify's products for listing and the stock watch: set, media, publish, read back, prices, quantities, and what the set-up
 * check asks.  Kinds, repeats and gate as in shopify.h.
 * Threads: as the struct shopify. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/providers/shopify/shopify.h"

/* ---- what is set; all pointers borrowed ---- */
struct shopify_new_variant {
    const char *sku;
    const char *const *values; /* one per option name, in their order */
    struct money price;
    struct money cost; /* minor < 0: not told */
    int64_t weight_g;  /* -1 not told */
    int64_t quantity;  /* at the location */
    int image;         /* index into images, -1 = none */
};
struct shopify_new_image {
    const char *url, *alt;
};
struct shopify_new_product {
    const char *handle, *title, *description_html, *seo_title, *seo_description, *vendor,
        *product_type;
    const char *const *tags;
    size_t tag_count;
    const char *const *option_names; /* at most 3; none: one variant */
    size_t option_count;
    const struct shopify_new_variant *variants;
    size_t variant_count;
    const struct shopify_new_image *images;
    size_t image_count;
    const char *location_gid;
};

/* ---- what is read ---- */
struct shopify_variant {
    char gid[SHOPIFY_GID_BYTES], item_gid[SHOPIFY_GID_BYTES], sku[256];
    bool price_known, cost_known;
    struct money price, cost;
    int64_t quantity; /* available over all locations; -1 not told */
    bool tracked;
};
struct shopify_product {
    char gid[SHOPIFY_GID_BYTES], handle[256], status[16]; /* ACTIVE DRAFT ARCHIVED UNLISTED */
    char title[256];
    char *description_html, *seo_title, *seo_description; /* never NULL after a success */
    bool published;                                       /* on the publication asked about */
    struct shopify_variant *variants;                     /* all pages */
    size_t variant_count;
    int media_ready, media_pending, media_failed;
    char media_error[200]; /* code of the first failed one; "" = none */
};
void shopify_product_done(struct shopify_product *p); /* accepts a zeroed one */

/* productSet by handle, synchronous, status DRAFT: creates, or brings to this form, one product; safe to repeat.  FAIL_INPUT
 * with Shopify's code when it is refused, FAIL_UNKNOWN without a clear answer: read by handle. */
must_check int shopify_product_set(struct shopify *s, const struct shopify_new_product *product,
                                   char ret_gid[static SHOPIFY_GID_BYTES], struct fail *f);
/* One product by handle or gid, whole.  publication_gid may be NULL (published is then false).  FAIL_MISSING. */
must_check int shopify_product_by_handle(struct shopify *s, const char *handle,
                                         const char *publication_gid, struct shopify_product *ret,
                                         struct fail *f);
must_check int shopify_product_by_gid(struct shopify *s, const char *gid,
                                      const char *publication_gid, struct shopify_product *ret,
                                      struct fail *f);
/* productUpdate: status "ACTIVE", "DRAFT", "ARCHIVED". */
must_check int shopify_product_status(struct shopify *s, const char *gid, const char *status,
                                      struct fail *f);
/* productUpdate: texts and tags only; members that are NULL stay. */
must_check int shopify_product_texts(struct shopify *s, const char *gid,
                                     const struct shopify_new_product *texts, struct fail *f);
/* publishablePublish / publishableUnpublish; a repeat is no error. */
must_check int shopify_publish(struct shopify *s, const char *gid, const char *publication_gid,
                               struct fail *f);
must_check int shopify_unpublish(struct shopify *s, const char *gid, const char *publication_gid,
                                 struct fail *f);

struct shopify_price {
    char gid[SHOPIFY_GID_BYTES]; /* variant */
    struct money price, cost;    /* cost.minor < 0: stays */
};
/* productVariantsBulkUpdate: all or none (allowPartialUpdates false). */
must_check int shopify_prices_set(struct shopify *s, const char *product_gid,
                                  const struct shopify_price *prices, size_t count, struct fail *f);

struct shopify_quantity {
    char item_gid[SHOPIFY_GID_BYTES];
    int64_t quantity;
};
/* inventorySetQuantities "available" at one location, overwriting, with @idempotent(key): repeat with the same key and the same
 * quantities.  At most 250. */
must_check int shopify_quantities_set(struct shopify *s, const char *location_gid,
                                      const struct shopify_quantity *quantities, size_t count,
                                      const char *key, struct fail *f);

/* ---- set-up ---- */
struct shopify_named {
    char gid[SHOPIFY_GID_BYTES], name[200];
    bool good; /* location: active and ships; publication: the online store */
};
/* *ret is malloc'ed. */
must_check int shopify_locations(struct shopify *s, struct shopify_named **ret, size_t *ret_count,
                                 struct fail *f);
must_check int shopify_publications(struct shopify *s, struct shopify_named **ret,
                                    size_t *ret_count, struct fail *f);
struct shopify_hook {
    char gid[SHOPIFY_GID_BYTES], topic[64], url[512];
};
must_check int shopify_hooks(struct shopify *s, struct shopify_hook **ret, size_t *ret_count,
                             struct fail *f);
must_check int shopify_hook_create(struct shopify *s, const char *topic, const char *url,
                                   struct fail *f);
struct shopify_policy {
    char type
        [48]; /* REFUND_POLICY, PRIVACY_POLICY, TERMS_OF_SERVICE, SHIPPING_POLICY, CONTACT_INFORMATION, LEGAL_NOTICE */
    bool written;
};
must_check int shopify_policies(struct shopify *s, struct shopify_policy **ret, size_t *ret_count,
                                struct fail *f);
