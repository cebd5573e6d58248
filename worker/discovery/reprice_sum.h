/* What the variants at the shop cost by now, what they should be sold for, and what they earn at their present price: by the very
 * sums a product is judged with before it is listed.  Threads: as the context. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/price.h"
#include "worker/discovery/run.h"
#include "worker/discovery/terms.h"

struct reprice_line { /* a variant at the shop; amounts in the shop's currency */
    const struct product_variant *v;
    int64_t landed_in[ASSESS_MARKETS_MAX];
    int64_t landed; /* in the market where it costs most */
    int64_t
        wanted; /* price by the rules; 0 = none reaches the goal, or theirs misses the margin floor */
    int64_t cost;       /* supplier price alone, rounded up */
    struct margin thin; /* at its present price, in the market where it earns least */
    enum reprice_verdict verdict;
    char why[200];
};
struct reprice_sums {
    struct assess_terms terms;
    struct reprice_line *lines;
    size_t count;
    size_t lead;               /* line whose price is the product's */
    char gap[TERMS_GAP_BYTES]; /* why nothing could be summed; "" = it was */
};
void reprice_sums_done(struct reprice_sums *s); /* accepts a zeroed one */
/* Sum and decide line by line.  *ret is the caller's (reprice_sums_done) and borrows *variants.  1 = it cannot be summed now:
 * ret->gap says what is missing. */
must_check int reprice_sum(struct product_run *r, const struct product_variants *variants,
                           struct reprice_sums *ret, struct fail *f);
/* The thinnest margin of a line at another price. */
must_check int reprice_margin(const struct reprice_sums *s, const struct reprice_line *line,
                              int64_t price, struct margin *ret, struct fail *f);
/* What the whole product needs: the gravest verdict of its lines.  *ret_line is the first line of it. */
enum reprice_verdict reprice_gravest(const struct reprice_sums *s, size_t *ret_line);
