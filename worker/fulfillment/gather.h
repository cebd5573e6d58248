/* The facts about one order: from the shop, from our own rows, from the supplier.  Asking is split in two, so that an order
 * that has to wait anyway costs no look-ups at the supplier.
 * Threads: as the context. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/id.h"
#include "worker/fulfillment/decide.h"
#include "worker/fulfillment/run.h"
#include "worker/fulfillment/supply.h"

struct gathered {
    struct order_facts facts;
    struct shopify_order shop; /* as read now */
    char hash[ID_SHA256_HEX_BYTES];
    struct line_facts *lines; /* what is to be shipped */
    size_t line_count;
    struct supply quote; /* lines, method, goods, freight, cap as they would be placed */
};
/* Release order, lines and quote; accepts a zeroed one. */
void gathered_done(struct gathered *g);

/* Read the order at the shop, keep it, and fill the facts that need no supplier. */
must_check int gather_shop(struct order_run *r, struct gathered *ret, struct fail *f);
/* Mapping, live stock and prices of all lines; then freight, balance and margin when every line is mapped. */
must_check int gather_supplier(struct order_run *r, struct gathered *g, struct fail *f);
