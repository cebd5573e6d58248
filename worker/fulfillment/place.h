/* Placing an order at the supplier, step by step and resumable after each: read the shop once more, create, compare lines and
 * amount, confirm, check the balance, pay.  The order is in state placing and has a living supplier order.
 * Threads: as the context; the caller holds the order's lock. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/fulfillment/run.h"
#include "worker/fulfillment/supply.h"

/* Go on from wherever the rows say.  Ends in placed, or held with a reason, cancelled, or waiting (STOP). */
must_check int place_run(struct order_run *r, struct fail *f);

/* Make sure that nothing unpaid of *s stays at the supplier, and note it.  0: it is void now; 1: it turned out to be paid (the row
 * says so now). */
must_check int place_withdraw(struct order_run *r, struct supply *s, struct fail *f);

/* The supplier order is paid: the order is placed (also when that is only found out now) and followed from here. */
must_check int place_paid(struct order_run *r, struct supply *s, const struct cj_order *seen,
                          struct fail *f);
