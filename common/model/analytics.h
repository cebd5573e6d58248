/* The figures: what the sums of the books (books.h) say about a range of shop days.  All money is in minor units of one
 * currency; what cannot be computed is null with a reason, what rests on estimates says so.  Costs the same for a thousand
 * orders as for ten million: only sums per day are read.
 * Threads: uses the caller's db; a read replica does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

enum analytics_view {
    ANALYTICS_SUMMARY,
    ANALYTICS_BY_DATE,
    ANALYTICS_WATERFALL,
    ANALYTICS_TOP_PRODUCTS,
    ANALYTICS_ADS,
    ANALYTICS_CONVERSION,
    ANALYTICS_VIEWS
};
enum { ANALYTICS_DAYS_MAX = 1100, ANALYTICS_TOP_DEFAULT = 10 };

/* What is asked; zeros are the last 30 shop days, today included, in the shop's currency. */
struct analytics_ask {
    const char *from, *to; /* shop days, YYYY-MM-DD, both in the range; NULL = default */
    const char *currency;  /* ISO 4217; NULL = the shop's */
    bool compare;          /* with the period of equal length before: summary and by date */
    const char *by;        /* top products: profit (NULL), units, net_revenue */
    int64_t limit;         /* top products: at most; 0 = ANALYTICS_TOP_DEFAULT */
};
/* Is that a range that can be asked for?  NULL = default.  FAIL_INPUT as analytics_read. */
must_check int analytics_check_days(const char *first, const char *last, struct fail *f);
/* The view as JSON, as the API answers it; *ret_json is the caller's to free().
 * FAIL_INPUT: no day, `from` after `to`, over ANALYTICS_DAYS_MAX days; FAIL_CONFLICT (code ZONE): the shop has not told its time
 * zone yet, or Postgres does not know it. */
must_check int analytics_read(struct db *db, enum analytics_view view,
                              const struct analytics_ask *ask, char **ret_json, struct fail *f);
