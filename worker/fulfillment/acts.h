/* The acts at the supplier, each through the effects ledger under a key made from our order number: created once, paid once,
 * deleted once, whatever happens to the answers.
 * Threads: as the context; the caller holds the order's lock. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/fulfillment/run.h"
#include "worker/fulfillment/supply.h"

/* Create the supplier order for the address of *shop.  *ret_seen: the order as the supplier showed it just now, zeroed when the
 * ledger already knew; the caller's (cj_order_done). */
must_check int act_create(struct order_run *r, const struct supply *s,
                          const struct shopify_order *shop, struct cj_order *ret_seen,
                          struct fail *f);
/* Pay it from the balance.  seen_paid: the supplier shows it as paid already, so look before acting: the ledger then tells what a
 * lost run had done.  FAIL_LIMITED "1604000": the balance is too low. */
must_check int act_pay(struct order_run *r, const struct supply *s, bool seen_paid, struct fail *f);
/* The supplier showed the order, or that there is none (seen NULL): acts that were left open have happened or not, as it shows.
 * FAIL_LATER while a payment may be on its way: unpaid is believed only a minute after one was last sent. */
must_check int act_told(struct db *db, const struct supply *s, const struct cj_order *seen,
                        struct fail *f);
/* Delete it, while the supplier still lets us. */
must_check int act_delete(struct order_run *r, const struct supply *s, struct fail *f);
