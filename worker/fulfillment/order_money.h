/* What the shop tells of an order's money, put into the books (common/model/books.h) in the transaction that keeps the order.
 * Threads: uses the caller's db. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "worker/fulfillment/order.h"
#include "worker/providers/shopify/shopify.h"

/* Note that this state of order `id` is being kept; `why` = its money stays unknown for this reason, NULL = it is told.
 * 0 go on; 1 a later state was read before, or it is a test order, which is in no figure: keep nothing of its money. */
must_check int order_money_seen(struct db *tx, int64_t id, const struct shopify_order *shop,
                                const char *why, struct fail *f);
/* Keep sums of lines, shipping, taxes, fee and refunds of order `id`, whose lines are stored already and whose money is known.
 * FAIL_INPUT, FAIL_MISSING and FAIL_BUG: the books do not take what the shop told; the transaction must be given up. */
must_check int order_money_store(struct db *tx, int64_t id, const struct shopify_order *shop,
                                 struct fail *f);

/* Goods of an order that was sent whole came back: everyday for a shop, nothing to be settled with the supplier. */
bool order_came_back(const struct order *o, const struct shopify_order *shop);
/* Note that of order `id`, and that this fingerprint of it has been told. */
must_check int order_note_return(struct db *db, int64_t id, const char *hash, struct fail *f);
