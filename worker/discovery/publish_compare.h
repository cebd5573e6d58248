/* Is what the shop shows what was meant?  Threads: pure functions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/publish_plan.h"
#include "worker/providers/shopify/shopify_products.h"

enum { PUBLISH_DIFFERENCE_BYTES = 300 };
/* Compare texts and every variant (SKU, price, cost where it may be read, stock kept, quantity when asked).  Descriptions are
 * compared as their reader sees them, for the shop may lay out the markup anew.
 * Returns the number of differences, or -1; the first one as a sentence in *ret_first ("" = none). */
must_check int publish_compare(const struct publish_plan *plan, const struct shopify_product *seen,
                               bool with_quantities,
                               char ret_first[static PUBLISH_DIFFERENCE_BYTES], struct fail *f);
/* The variant of this SKU, if there is exactly one; NULL otherwise. */
const struct shopify_variant *publish_variant(const struct shopify_product *seen, const char *sku);
/* The same words in two pieces of HTML, white space aside. */
must_check int publish_same_html(const char *a, const char *b, bool *ret, struct fail *f);
