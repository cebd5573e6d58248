/* What a product shall be at the shop: handle, texts, options, variants, pictures; made from rows alone, so that a run that comes
 * back makes the same one.  Threads: pure functions. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/settings.h"
#include "worker/discovery/images.h"
#include "worker/discovery/product.h"
#include "worker/discovery/template_text.h"
#include "worker/providers/shopify/shopify_products.h"

enum {
    PUBLISH_HANDLE_TITLE = 80, /* bytes of a handle that come from the title */
    PUBLISH_ALT_BYTES = 520,
    PUBLISH_DIGEST_BYTES = 17,
    PUBLISH_QUANTITY_MAX = 9999
};

/* "foldable-dog-bowl-1a2b3c4d": the title in lower-case ASCII, and a suffix from the supplier's id alone. */
void publish_handle(const char *title, const char *pid, char ret[static PRODUCT_HANDLE_BYTES]);
/* What is offered of a stock: without the safety stock, never negative, at most PUBLISH_QUANTITY_MAX. */
int64_t publish_quantity(int64_t stock, int64_t safety);

struct publish_inputs {
    const struct product *product; /* handle set */
    const struct product_variants *variants;
    const struct made_text *text;
    const struct settings *set;
    const char *location_gid; /* NULL = none is needed */
};

struct publish_plan {
    struct shopify_new_product product; /* points into the rest, and into the inputs */
    struct shopify_new_variant *variants;
    const struct product_variant **rows; /* where each variant came from */
    const char **values;                 /* option values, variant by variant */
    char **made;                         /* values that were put together */
    const char *option_names[SHOPIFY_OPTIONS_MAX];
    struct images images;
    char alts[IMAGES_MAX][PUBLISH_ALT_BYTES];
    struct shopify_new_image pictures[IMAGES_MAX];
    json_t *intent;                    /* all of it but quantities */
    char digest[PUBLISH_DIGEST_BYTES]; /* of intent */
};
void publish_plan_done(struct publish_plan *p); /* accepts a zeroed one */
/* *ret is the caller's (publish_plan_done) and must stay where it is.  Variants that are offered, priced, not gone and in stock
 * beyond the safety stock go in; FAIL_INPUT with code "NO_VARIANTS" when there is none.  Variants that do not agree on their
 * options, or of which two have the same, get one option "Style". */
must_check int publish_plan_make(const struct publish_inputs *in, struct publish_plan *ret,
                                 struct fail *f);
/* Leave out the pictures that are not good; variants that had one of them show none. */
void publish_plan_pictures(struct publish_plan *p, const bool good[static IMAGES_MAX]);
