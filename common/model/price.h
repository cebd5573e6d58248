/* Shop prices: the price a margin needs, price endings, the listing gate and what repricing may do; the project's formulas,
 * sections "Landed cost and margin" and "Price endings and repricing".  Amounts are minor units of the shop's currency, rates ppm.
 * Threads: pure functions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/landed.h"

enum tax_mode { TAX_EXCLUSIVE, TAX_INCLUSIVE, TAX_NONE };

/* One market's side of a sale. */
struct sale_terms {
    enum tax_mode tax_mode;
    int64_t tax_ppm;                 /* v */
    int64_t fee_ppm, fee_fixed;      /* f, f0 */
    int64_t return_ppm, return_cost; /* r, k */
    int64_t salvage_ppm;             /* sigma */
    int64_t ship_charged;            /* Sc */
};
/* Margin of price P when the landed cost is L.  *ret_net may be NULL. */
must_check int price_margin(const struct sale_terms *t, int64_t price, int64_t landed,
                            struct margin *ret, int64_t *ret_net, struct fail *f);

enum { ENDINGS_MAX = 8 };
struct endings {
    int64_t period; /* 0 = no endings: prices stay as they are */
    int64_t ends[ENDINGS_MAX];
    size_t count;
};
/* "100:99" or "1000:490,990"; "" = none.  FAIL_INPUT says what is wrong. */
must_check int endings_parse(const char *text, struct endings *ret, struct fail *f);
/* Smallest j*period + e >= price; the price itself when there are no endings. */
must_check int charm_up(int64_t price, const struct endings *e, int64_t *ret, struct fail *f);
/* charm_up, held to add at most 15 %: then the set {period/2 - 1, period - 1}, then the next period/20 (5 for a period of 100). */
must_check int charm_gently(int64_t price, const struct endings *e, int64_t *ret, struct fail *f);

/* N*, and P* with the ending, raised until the gate's own m >= target and CM >= least hold.  1 = INFEASIBLE (*ret untouched). */
struct price_goal {
    int64_t landed, target_ppm, least_margin;
    struct endings endings;
};
must_check int price_for_margin(const struct sale_terms *t, const struct price_goal *goal,
                                int64_t *ret_price, struct fail *f);

/* What a price pays for ads: break-even and target CPA; *_known false when NULL by the formulas. */
struct ad_limits {
    bool break_even_known, target_known, roas_known;
    int64_t break_even_cpa, target_cpa, roas_e3;
};
must_check int ad_limits_of(const struct margin *m, int64_t charged, int64_t keep_ppm,
                            struct ad_limits *ret, struct fail *f);

/* Refund probability shrunk to the category: (rate*40 + refunds)/(40 + orders), HALF_UP to ppm. */
must_check int return_rate(int64_t category_ppm, int64_t refunds, int64_t orders, int64_t *ret_ppm,
                           struct fail *f);

enum reprice_verdict {
    REPRICE_KEEP,    /* no reason to change, or the same price again */
    REPRICE_WAIT,    /* changed less than 24 h ago */
    REPRICE_SET,     /* within the step: set `price` */
    REPRICE_PROPOSE, /* beyond the step: hold (quantity 0) and propose `price` */
    REPRICE_STOP     /* CM <= 0 at the current price: quantity 0, ads paused, propose `price` */
};
struct reprice_case {
    int64_t price;                     /* at the shop now */
    int64_t landed_before, landed_now; /* before: at the last pricing */
    int64_t wanted;                    /* P* now; 0 = INFEASIBLE */
    struct margin at_price;            /* at `price` with landed_now */
    int64_t floor_ppm;                 /* margin floor */
    int64_t landed_step_ppm;           /* change of L that matters (30000) */
    int64_t price_step_ppm;            /* largest change without approval (200000) */
    int64_t age_s;                     /* since the last change of price; -1 = never */
};
/* *ret_why: a sentence with the numbers, at most size-1 bytes. */
enum reprice_verdict reprice_decide(const struct reprice_case *c, char *ret_why, size_t why_bytes);
