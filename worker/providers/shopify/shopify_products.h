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
enum { SHOPIFY_VARIANTS_MAX = 2048, SHOPIFY_IMAGES_MAX = 250, SHOPIFY_OPTIONS_MAX = 3 };
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
    /* handle: a-z, 0-9 and single hyphens between them, at most 255 */
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
    int64_t quantity; /* available over all locations, an oversold one as 0; -1 not told */
    bool tracked;
};
struct shopify_product {
    char gid[SHOPIFY_GID_BYTES], handle[256], status[16]; /* ACTIVE DRAFT ARCHIVED UNLISTED */
    char title[1024];
    char *description_html, *seo_title, *seo_description; /* never NULL after a success */
    bool published;                                       /* on the publication asked about */
    struct shopify_variant *variants;                     /* all pages */
    size_t variant_count;
    int media_ready, media_pending, media_failed;
    char media_error[200]; /* code of the first failed one; "" = none */
};
void shopify_product_done(struct shopify_product *p); /* accepts a zeroed one */

/* productSet by handle, synchronous, status DRAFT: creates, or brings to this form, one product; safe to repeat.  It is read first:
 * stored variants of the same SKU keep their ids, and stored media that did not fail stand for the image of the same address, which
 * their name tells; where it does not yet (still being fetched, or uploaded by another), for the one of the same alternative
 * text, in their order when as many of that text are stored as wanted.  Any other image is uploaded.  FAIL_INPUT with Shopify's code when it is
 * refused, or without one before anything is sent (sizes, prices in another currency than the shop's); FAIL_UNKNOWN without a
 * clear answer: read by handle. */
must_check int shopify_product_set(struct shopify *s, const struct shopify_new_product *product,
                                   char ret_gid[static SHOPIFY_GID_BYTES], struct fail *f);
/* One product by handle or gid, whole.  publication_gid may be NULL (published is then false).  FAIL_MISSING. */
must_check int shopify_product_by_handle(struct shopify *s, const char *handle,
                                         const char *publication_gid, struct shopify_product *ret,
                                         struct fail *f);
/* The same by gid. */
must_check int shopify_product_by_gid(struct shopify *s, const char *gid,
                                      const char *publication_gid, struct shopify_product *ret,
                                      struct fail *f);
/* productUpdate: status "ACTIVE", "DRAFT", "ARCHIVED".  FAIL_MISSING when the product is gone. */
must_check int shopify_product_status(struct shopify *s, const char *gid, const char *status,
                                      struct fail *f);
/* productUpdate: title, handle, description, SEO, vendor, type and tags only; members that are NULL stay.  FAIL_MISSING when the
 * product is gone. */
must_check int shopify_product_texts(struct shopify *s, const char *gid,
                                     const struct shopify_new_product *texts, struct fail *f);
/* publishablePublish / publishableUnpublish; a repeat is no error.  FAIL_MISSING when the product or channel is gone. */
must_check int shopify_publish(struct shopify *s, const char *gid, const char *publication_gid,
                               struct fail *f);
/* Take it out of a channel; else as shopify_publish. */
must_check int shopify_unpublish(struct shopify *s, const char *gid, const char *publication_gid,
                                 struct fail *f);

struct shopify_price {
    char gid[SHOPIFY_GID_BYTES]; /* variant */
    struct money price, cost;    /* cost.minor < 0: stays */
};
/* productVariantsBulkUpdate: all or none (allowPartialUpdates false); nothing is sent for none, and at most
 * SHOPIFY_VARIANTS_MAX at once.  The prices must be in the shop's currency: the call does not carry one.  FAIL_MISSING when the
 * product or a variant is gone. */
must_check int shopify_prices_set(struct shopify *s, const char *product_gid,
                                  const struct shopify_price *prices, size_t count, struct fail *f);

struct shopify_quantity {
    char item_gid[SHOPIFY_GID_BYTES];
    int64_t quantity;
};
/* Quantities at one location; borrowed. */
struct shopify_stock {
    const char *location_gid;
    const struct shopify_quantity *quantities;
    size_t count;
};
/* inventorySetQuantities "available" at one location, overwriting, with @idempotent(key): repeat with the same key and the same
 * quantities.  At most 250; none is nothing to do.  FAIL_LATER while the first call with this key still runs, FAIL_BUG for a key that
 * was used with other quantities, FAIL_CONFLICT (code IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED) when the key is burnt: read back,
 * then take a new one.  FAIL_MISSING when an item or the location is gone. */
must_check int shopify_quantities_set(struct shopify *s, const struct shopify_stock *stock,
                                      const char *key, struct fail *f);

/* ---- set-up ---- */
struct shopify_named {
    char gid[SHOPIFY_GID_BYTES], name[200];
    bool
        good; /* location: active, for online orders, not another app's; publication: the online store */
};
/* Locations, those switched off too.  *ret is malloc'ed, never NULL on success. */
must_check int shopify_locations(struct shopify *s, struct shopify_named **ret, size_t *ret_count,
                                 struct fail *f);
/* Sales channels.  The online store is the one of that title; in a shop without one (its words may be translated) those that can
 * publish in future.  *ret is malloc'ed, never NULL on success. */
must_check int shopify_publications(struct shopify *s, struct shopify_named **ret,
                                    size_t *ret_count, struct fail *f);
struct shopify_hook {
    char gid[SHOPIFY_GID_BYTES], topic[64], url[512]; /* url is cut when longer */
};
/* Webhooks subscribed through the API (not those of the app's configuration file).  *ret is malloc'ed, never NULL on success. */
must_check int shopify_hooks(struct shopify *s, struct shopify_hook **ret, size_t *ret_count,
                             struct fail *f);
/* Subscribe url to a topic ("ORDERS_PAID"); one that exists already is no error. */
must_check int shopify_hook_create(struct shopify *s, const char *topic, const char *url,
                                   struct fail *f);
struct shopify_policy {
    char type[48];
    bool written; /* there is text in it */
};
/* Always these six, in this order: REFUND_POLICY, PRIVACY_POLICY, TERMS_OF_SERVICE, SHIPPING_POLICY, CONTACT_INFORMATION,
 * LEGAL_NOTICE; those the shop does not have are not written.  *ret is malloc'ed. */
must_check int shopify_policies(struct shopify *s, struct shopify_policy **ret, size_t *ret_count,
                                struct fail *f);
