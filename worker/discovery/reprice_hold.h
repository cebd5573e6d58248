/* Products on hold: in the shop, nothing in stock.  Threads: as the context; the caller holds the product's lock. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/run.h"

struct hold {
    const char *code; /* "UNPROFITABLE", "PRICE_STEP", "GONE", "PERSON" */
    const char *text;
    json_t *detail;       /* numbers, borrowed; NULL = none */
    const char *proposal; /* kind of the proposal that goes with it; NULL = none */
    bool ads;             /* its ads shall pause too */
    int64_t accepted; /* the accepted proposal that asked for it, carried out with it; 0 = none */
};
/* One transaction writes what shall be: the product on hold with job product.hold, the proposal, the event ads.pause_wanted that
 * an ads job takes up.  Then the shop's quantities become 0; when that fails or the process dies, product.hold does it. */
must_check int reprice_hold(struct product_run *r, const struct hold *hold, struct fail *f);
/* Open a proposal about the product, or renew the open one of its kind. */
must_check int reprice_propose(struct product_run *r, struct db *tx, const char *kind,
                               const struct hold *what, struct fail *f);
/* Back on sale; the job of this run, if any, stays in the row until the caller has sent the stock. */
must_check int reprice_restore(struct product_run *r, const char *text, struct fail *f);
/* There is nothing more to do for the product now: no next job; state and hold stay as they are. */
must_check int listing_rest(struct product_run *r, struct fail *f);
