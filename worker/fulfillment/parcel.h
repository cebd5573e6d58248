/* Parcels: what the supplier ships for an order, and what the shop has been told about it.  Threads: uses the caller's db. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "worker/fulfillment/supply.h"
#include "worker/providers/shopify/shopify.h"

struct parcel {
    int64_t id;
    char cj_order_id[CJ_ID_BYTES], number[72], url[512], carrier[64];
    char fulfillment_gid[SHOPIFY_GID_BYTES]; /* "" until the shop has it */
    char sent_number[72];                    /* what the shop was told, "" = nothing */
    json_t *lines;                           /* [{line_gid, quantity}] of the shop's lines; owned */
};
struct parcels {
    struct parcel *items;
    size_t count;
    json_t *all_lines; /* of the supplier order; owned, NULL without parcels */
};
/* Release parcels and lines; accepts a zeroed one. */
void parcels_done(struct parcels *p);

/* Insert or refresh the parcel of one shipment.  *ret_fresh: new, or its tracking number changed. */
must_check int parcel_store(struct db *tx, const struct supply *s,
                            const struct cj_shipment *shipment, bool *ret_fresh, struct fail *f);
/* All parcels of a shop order, oldest first, their lines spread over the shop's lines. */
must_check int parcels_load(struct db *db, int64_t order_id, struct parcels *ret, struct fail *f);
/* The shop has it: fulfillment and the number it was told. */
must_check int parcel_sent(struct db *tx, const struct parcel *p, const char *fulfillment_gid,
                           bool by_us, struct fail *f);
/* Still to be sent, or sent with another number. */
bool parcel_unsent(const struct parcel *p);

/* Name of a carrier as the shop's list has it, letter for letter, or the supplier's own name when it is not on the list. */
const char *carrier_company(const char *carrier);
/* Where to follow a parcel: its own link, or a page that knows most carriers. */
void parcel_url(const char *number, const char *link, char *out, size_t out_bytes);
