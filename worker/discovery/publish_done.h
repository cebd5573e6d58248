/* Writing down that a product is live.  Threads: as the context. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/publish_plan.h"
#include "worker/discovery/run.h"

struct publish_live {
    const struct publish_plan *plan;
    const struct shopify_product *seen; /* as read back */
    int64_t text_version;
};
/* One transaction: variants linked to the shop's, their mappings confirmed by rule with the price of today, the product listed,
 * its watch begun, event product.listed. */
must_check int publish_done(struct product_run *r, const struct publish_live *live, struct fail *f);
