/* Do the books, and the totals of GET /api/v1/status and /metrics, say what the facts demand?  Everything that follows from the facts is computed from scratch and compared, piece
 * by piece, each piece in one statement: facts and sums change in one transaction, so a statement never sees them apart, and
 * the workers go on meanwhile.
 * Threads: uses the caller's db. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

struct books_findings {
    int64_t orders;        /* looked at */
    int64_t orders_differ; /* whose rows are others than their facts demand */
    int64_t days;          /* looked at */
    int64_t days_differ;   /* whose sums (daily_sales) are not those of their orders */
    int64_t products_differ,
        ads_differ;        /* the same for daily_product, and for order_ads with daily_ads */
    int64_t totals_differ; /* kept totals (0022_totals.sql) that counting does not give */
};

/* Compare, and with `mend` put right what differs: orders a few at a time, then each day alone for a moment, then the
 * totals at once.  *ret says what
 * was found before mending.  FAIL_LATER as any statement; what was mended until then stays. */
must_check int books_rebuild(struct db *db, bool mend, struct books_findings *ret, struct fail *f);

/* Nothing differed. */
static inline bool books_agree(const struct books_findings *b)
{
    return b->orders_differ == 0 && b->days_differ == 0 && b->products_differ == 0 &&
           b->ads_differ == 0 && b->totals_differ == 0;
}
