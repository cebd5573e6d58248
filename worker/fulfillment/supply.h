/* The row of a supplier order: what was sent under which number, and how it moves on.  At most one of an order is alive (not
 * failed, not cancelled); a void one is followed by another under the next number.
 * Threads: uses the caller's db. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/id.h"
#include "common/db/db.h"
#include "worker/fulfillment/order.h"
#include "worker/fulfillment/states.h"
#include "worker/providers/cj/cj.h"

enum { SUPPLY_NUMBER_BYTES = 56 };

struct supply {
    int64_t id;
    char number[SUPPLY_NUMBER_BYTES]; /* ours; never changes */
    char cj_id[CJ_ID_BYTES];          /* "" until the supplier has it */
    char method[64], from[8];
    char detail_hash[ID_SHA256_HEX_BYTES];
    enum supply_state state;
    json_t *lines; /* [{vid, quantity, line_gid, price_minor}]; owned */
    int64_t goods_minor, freight_minor, cap_minor; /* USD; goods and freight only for a new one */
    int64_t quoted_minor;
    int64_t looks;
    int64_t shipped_s,
        missing_s; /* since it was first seen shipped, or was not found; -1 = it was not */
};
/* Release the lines; accepts a zeroed one. */
void supply_done(struct supply *s);

/* The newest one of an order.  0; 1 when there is none. */
must_check int supply_load(struct db *db, int64_t order_id, struct supply *ret, struct fail *f);
/* Insert from lines, method, from, goods, freight, cap and hash of *s; the number is made from the order's id at the shop. */
must_check int supply_insert(struct db *tx, const struct order *o, const struct supply *s,
                             struct fail *f);
/* New quote (goods, freight, cap of *quote) for one that is not paid yet. */
must_check int supply_requote(struct db *tx, const struct supply *s, const struct supply *quote,
                              struct fail *f);
/* To state `to`, keeping what *seen says (id, amount, status); seen may be NULL.  The same rules as order_move. */
must_check int supply_move(struct db *tx, struct supply *s, enum supply_state to,
                           const struct cj_order *seen, struct fail *f);
/* Items to send and to quote, one per line; *ret is malloc'ed. */
must_check int supply_items(const json_t *lines, struct cj_item **ret, size_t *ret_count,
                            struct fail *f);
/* Whether the supplier's lines are ours, variant by variant. */
bool supply_lines_match(const json_t *lines, const struct cj_order *order);
/* The order's lines as a sentence has them, "2509...777 x 2, ..."; cut where they do not fit. */
void supply_lines_text(const struct cj_order *order, char *out, size_t out_bytes);
