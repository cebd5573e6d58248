/* How much of a variant is offered, by what the supplier says of its stock; and bringing the shop to it.
 *
 * Below the safety stock nothing is offered; it comes back when the supplier has more than restore_above in two looks in a row.
 * "Empty" (0, or nothing said) after a stock is taken for a read error until it is said twice.
 * Threads: watch_shelf is pure; watch_push as the context, the caller holds the product's lock. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/run.h"

struct shelf_rules {
    int64_t safety, restore_above;
};
enum shelf_what {
    SHELF_SAME,
    SHELF_DOUBT, /* empty, for the first time */
    SHELF_RAN_OUT,
    SHELF_CAME_BACK
};
struct shelf_next {
    int64_t stock; /* to be believed; PRODUCT_UNKNOWN = none was ever told */
    bool low;
    int64_t checks_back, checks_empty;
    enum shelf_what what;
};
/* told: the supplier's stock; -1 = it said nothing about this variant. */
void watch_shelf(const struct product_variant *v, int64_t told, const struct shelf_rules *rules,
                 struct shelf_next *ret);

/* What shall be at the shop: 0 while the product is on hold, the variant gone or low. */
int64_t watch_wanted(const struct product_run *r, const struct product_variant *v);
/* Send every quantity that is not as wanted through the ledger, then keep it in the rows; *v shows it.  only_empty: none but
 * those that become 0. */
must_check int watch_push(struct product_run *r, struct product_variants *v, bool only_empty,
                          struct fail *f);
