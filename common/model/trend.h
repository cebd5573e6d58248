/* Trend of a supplier's product from its time series of listings; the project's formulas, section "Trending score".
 * "Listings" count sellers who adopted the product, never sales.
 * Threads: pure functions; the database functions use the caller's db. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

struct trend_point {
    int64_t day;    /* days since 1970-01-01 UTC, rising */
    int64_t listed; /* x */
};
/* Increments and exposure of the two windows ending at `today` (7 days, and the 21 before them). */
struct trend_windows {
    double n_r, n_b;  /* increments; interpolated over missing days, so not always whole */
    int64_t t_r, t_b; /* days really covered */
    int64_t x;        /* latest level */
    bool reset;       /* a fall of more than half was seen; it and the first rise back add 0 */
};
void trend_windows_of(const struct trend_point *points, size_t count, int64_t today,
                      struct trend_windows *ret);

enum trend_label { TREND_NEW, TREND_RISING, TREND_STABLE, TREND_FALLING };
struct trend_score {
    double v_b, v_r, ratio, a; /* rates per day, their ratio, its logarithm */
    double score;              /* 0 to 100 inside the category */
    enum trend_label label;
};
/* mu: see trend_category_rate.  Scores all products of one category together; ret has `count` elements. */
void trend_score_category(const struct trend_windows *w, size_t count, double mu,
                          struct trend_score *ret);
/* Mean increments per day over the baseline window; the median of those that have one when fewer than 30; 0 when none has. */
double trend_category_rate(const struct trend_windows *w, size_t count);
const char *trend_label_name(enum trend_label label); /* "NEW", ... */

/* Opportunity times 10^4: score/100 x contribution margin (minor units). */
must_check int trend_opportunity(int64_t score_e4, int64_t margin_minor, int64_t *ret_e4,
                                 struct fail *f);

/* Score every product of a category from supplier_snapshot and store label, score and its parts in `product`; *ret_count scored.
 * category_id NULL: products without one.  Whole category in one transaction. */
must_check int trend_store_category(struct db *db, const char *category_id, int64_t *ret_count,
                                    struct fail *f);
