/* Trend of a supplier's product from its time series of listings; the project's formulas, section "Trending score" and its
 * rulings.  "Listings" count sellers who adopted the product, never sales.
 *
 * How the windows are read.  A day's snapshot is the last look of that UTC day, so the increment between two snapshots belongs to
 * the days after the first up to and with the second.  "Last 7 days" are whole days, today (not over yet) left out:
 *   recent    days today-7 ... today-1:  the snapshots of today-8 to today-1
 *   baseline  days today-28 ... today-8: the snapshots of today-29 to today-8
 * The snapshot of today-8 ends one and begins the other; no increment counts twice.  A missing day inside a window is passed over
 * linearly, which leaves the window's increments and exposure as they are; a gap that reaches over a window's edge counts in
 * neither (never extrapolated).  Exposure: days between the first and the last snapshot inside the window.
 * RESET: a fall of more than half between two snapshots, wherever they lie.  It adds 0, and so does every rise after it until the
 * level before the fall is reached again; what goes beyond that level counts.
 * x, the level, is the latest snapshot, today's included.
 *
 * Threads: pure functions; trend_store_category uses the caller's db. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

struct db;

enum { TREND_RECENT_DAYS = 7, TREND_BASE_DAYS = 21 };

struct trend_point {
    int64_t day;    /* days since 1970-01-01 UTC, rising */
    int64_t listed; /* x; what lies outside 0 to 10^12 is taken for the nearer end */
};
/* Increments and exposure of the two windows. */
struct trend_windows {
    int64_t n_r, n_b; /* increments */
    int64_t t_r, t_b; /* exposure in days */
    int64_t x;        /* latest level; -1 = no snapshot at all */
    bool reset;       /* a RESET lies in the points */
};
/* The windows that end before `today`; points after it are ignored.  Any count, also 0. */
void trend_windows_of(const struct trend_point *points, size_t count, int64_t today,
                      struct trend_windows *ret);

/* A rate per day as an exact fraction: ties are ties. */
__extension__ typedef unsigned __int128 trend_wide;
struct trend_rate {
    trend_wide num, den; /* den > 0 */
};
/* mu: mean of n_b / T_b over the products that have a baseline (T_b > 0); their median when they are fewer than 30 (of an even
 * number, the mean of the two in the middle); 0 when there is none.  count up to 10^6.  FAIL_LATER: memory. */
must_check int trend_category_rate(const struct trend_windows *w, size_t count,
                                   struct trend_rate *ret, struct fail *f);

enum trend_label { TREND_NEW, TREND_RISING, TREND_STABLE, TREND_FALLING, TREND_LABELS };
struct trend_score {
    double v_b, v_r; /* rates per day */
    double ratio,
        a; /* v_r / v_b and its logarithm; infinite when only v_b is 0; 1 and 0 when both are */
    int64_t score_e4; /* 0 to 1,000,000 inside the category, HALF_UP */
    enum trend_label label;
};
/* Score all products of one category together, each with a level (x >= 0); ret has `count` elements, count up to 10^6.  Ranks are those of the exact
 * fractions.  FAIL_LATER: memory. */
must_check int trend_score_category(const struct trend_windows *w, size_t count,
                                    const struct trend_rate *mu, struct trend_score *ret,
                                    struct fail *f);
/* "NEW", "RISING", "STABLE", "FALLING": as in product.label.  A static text. */
const char *trend_label_name(enum trend_label label);

/* Opportunity times 10^4, score/100 x contribution margin (minor units), HALF_UP.  A loss is a negative one.  FAIL_INPUT: a
 * score outside 0 to 1,000,000, or too large. */
must_check int trend_opportunity(int64_t score_e4, int64_t margin_minor, int64_t *ret_e4,
                                 struct fail *f);

/* Score every product of a category, whatever its state, from the snapshots of the last 29 days and store label, score_e4,
 * score_parts ({n_r,t_r,n_b,t_b,mu,v_b,v_r,ratio,a,x,reset,products}; ratio and a are null where infinite) and scored_at in
 * `product`, and with them opportunity_e4 of each whose contribution is known.  Products without a snapshot in that time, or none
 * that told its listings, lose label, score and opportunity: unknown.
 * *ret_count: products scored.  category_id NULL: products without one.  One transaction: a read, which
 * locks the products by id, and one update for all. */
must_check int trend_store_category(struct db *db, const char *category_id, int64_t *ret_count,
                                    struct fail *f);
