/* Which pieces of a parcel go into which fulfillment order of the shop.  Threads: pure functions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/fulfillment/parcel.h"
#include "worker/providers/shopify/shopify.h"

/* One call to the shop: lines of one fulfillment order. */
struct shipping_part {
    const char *fo_gid; /* of the state it was planned from */
    struct shopify_fulfill_line *lines;
    size_t line_count;
};
struct shipping_plan {
    struct shipping_part *parts;
    size_t count;
    int64_t planned; /* pieces that can be sent */
    int64_t on_hold; /* pieces that lie in a held fulfillment order */
    int64_t blocked; /* pieces in a fulfillment order that takes none for another reason */
    int64_t gone;    /* pieces the shop has nowhere any more: fulfilled or removed by a person */
};
/* Release the parts; accepts a zeroed one. */
void shipping_plan_done(struct shipping_plan *p);

/* Plan a parcel; what is planned is taken off the remaining quantities in *state. */
must_check int shipping_plan_make(const struct parcel *parcel,
                                  struct shopify_fulfillment_state *state,
                                  struct shipping_plan *ret, struct fail *f);
/* Fulfillments, not cancelled ones, that carry this tracking number; *ret_last is the newest of them or NULL. */
size_t shipping_with_number(const struct shopify_fulfillment_state *state, const char *number,
                            const struct shopify_fulfillment **ret_last);
/* Whether nothing of these shop lines is left to be fulfilled. */
bool shipping_complete(const struct shopify_fulfillment_state *state,
                       const struct parcels *parcels);
