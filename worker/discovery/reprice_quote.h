/* What sending a live product costs by now.  Threads: as the context; the caller holds the product's lock. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/assess.h"
#include "worker/discovery/run.h"

/* A quote of a live product is asked for anew after a week: it costs points, and rates move slowly. */
enum { REPRICE_QUOTE_DAYS = 7 };

/* The quote of market m->country into m->quote: the newest kept one, else that of the product's decision.
 * 0; 1 = none is known, the market is not sold to; 2 = nothing is shipped there any more. */
must_check int reprice_quote(struct product_run *r, const char *origin, struct assess_market *m,
                             struct fail *f);
/* Ask the supplier for those that are older than REPRICE_QUOTE_DAYS; what fails stays as it is. */
must_check int reprice_quotes_renew(struct product_run *r, struct fail *f);
