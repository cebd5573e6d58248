/* The shop's location and sales channel for listings, found and stored in shop_place.
 * Threads: as the context. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/core/job_context.h"
#include "worker/providers/shopify/shopify_products.h"

enum { SETUP_LOCATION, SETUP_PUBLICATION, SETUP_PLACES };
struct setup_place {
    const char *name;            /* "location", "publication" */
    char gid[SHOPIFY_GID_BYTES]; /* "" = none that can be used */
    char title[200], why[200];   /* of the one chosen; why none was */
};
/* Ask the shop.  The stored choice stays while it is still good; else the first good one is taken and stored. */
must_check int setup_places_find(struct job_context *c, struct setup_place ret[static SETUP_PLACES],
                                 struct fail *f);
