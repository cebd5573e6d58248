/* Pricing a live product anew.  Threads: as the context; the caller holds the product's lock. */
#pragma once

#include <stdbool.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/reprice_sum.h"
#include "worker/discovery/run.h"

/* Decide by the rules and do what follows: nothing, new prices, a hold with a proposal, a stop with its ads.
 * asked: a person or a new pricing rule asks, so the settings stock.on_price_change and stock.on_unprofitable (do, propose, notify)
 * do not stand in the way; otherwise they say how far it goes.  *v is loaded and kept up to date. */
must_check int reprice_by_rules(struct product_run *r, struct product_variants *v, bool asked,
                                struct fail *f);
/* A person's price for the product (its leading variant); the others follow in proportion to what they cost.  A price at which a
 * variant would earn nothing is refused with a sentence. */
must_check int reprice_by_person(struct product_run *r, struct product_variants *v, int64_t price,
                                 struct fail *f);
/* Set these prices (one per line; 0 = as it is), read back, and keep them; why goes into the event.  A product that was on hold for
 * its price is for sale again. */
must_check int reprice_set(struct product_run *r, const struct reprice_sums *s,
                           const int64_t *prices, const char *why, struct fail *f);
/* A change of price whose answer was lost, and that nobody wants any more: the shop is brought back to the prices in the rows. */
must_check int reprice_settle(struct product_run *r, const struct reprice_sums *s, struct fail *f);
