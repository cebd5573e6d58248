/* Fetching for a judgement: what the supplier says about one product, only as far as the rules want it, for each question costs
 * points.  A call that fails or is throttled is -1 and leaves everything as it was; "empty" is an answer.
 * Threads: as the context. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/assess.h"
#include "worker/discovery/facts.h"
#include "worker/discovery/run.h"
#include "worker/discovery/terms.h"
#include "worker/discovery/text_check.h"
#include "worker/providers/cj/cj_products.h"

struct assess_fetched {
    struct product_run *r;     /* borrowed */
    struct assess_terms terms; /* with the product's own return rate and its quotes */
    struct cj_product product; /* zeroed when the supplier no longer has it */
    bool gone;
    json_t *detail; /* product.detail to store; NULL when gone */
    struct assess_variant *variants;
    int64_t stock_total; /* ASSESS_UNKNOWN = not told */
    struct text_fault fault;
    struct assess_inputs in; /* points into all of the above */
    int64_t points;
};
void assess_fetched_done(struct assess_fetched *g); /* accepts a zeroed one */

/* The product itself with its demand and the compliance filter; *g holds terms and r already, and must not move afterwards. */
must_check int gather_product(struct assess_fetched *g, struct fail *f);
/* Stock of all variants at the warehouse. */
must_check int gather_stock(struct assess_fetched *g, struct fail *f);
/* A quote per market for the representative variant; fresh ones are kept in freight_quote. */
must_check int gather_quotes(struct assess_fetched *g, struct fail *f);

/* product.detail from the supplier's word (see facts.h), with the images {"images":[url]} and "hs_code", "sku"; notes of a
 * person are taken over from `before` (may be NULL).  Weight and dimensions are facts only when all variants share them. */
must_check int gather_detail(const struct cj_product *p, const json_t *before, json_t **ret,
                             struct fail *f);
