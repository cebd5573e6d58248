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
/* What the buyer of a price is charged in all (G): EXCLUSIVE adds HALF_UP(price x v) and Sc; INCLUSIVE adds Sc with its tax; NONE
 * adds Sc.  FAIL_INPUT: a negative or absurd amount, a rate outside 0 to 10^6 ppm. */
must_check int price_charged(const struct sale_terms *t, int64_t price, int64_t *ret_charged,
                             struct fail *f);
/* Margin of price P when the landed cost is L.  FAIL_INPUT as above. */
must_check int price_margin(const struct sale_terms *t, int64_t price, int64_t landed,
                            struct margin *ret, struct fail *f);
/* The common, flattering number, for display only: (N - supplier price - supplier shipping) / N, HALF_UP.  1 = unknown: N is 0. */
must_check int margin_basic(int64_t net, int64_t supplier_price, int64_t supplier_shipping,
                            int64_t *ret_ppm, struct fail *f);

enum { ENDINGS_MAX = 8 };
struct endings {
    int64_t period; /* 0 = no endings: prices stay as they are */
    int64_t ends[ENDINGS_MAX];
    size_t count;
};
/* "100:99" or "1000:490,990"; "" = none.  Endings are 0 to period-1, each once, 1 to 8 of them, kept in rising order; a period is
 * at most 10^9.  FAIL_INPUT says what is wrong. */
must_check int endings_parse(const char *text, struct endings *ret, struct fail *f);
/* Smallest j*period + e >= price; the price itself when there are no endings.  FAIL_INPUT: price negative or too large. */
must_check int charm_up(int64_t price, const struct endings *e, int64_t *ret, struct fail *f);
/* charm_up, held to add at most 15 %: else the finer set {period/2 - 1, period - 1} held to the same, else the next multiple of 5
 * minor units (of period/20 for a period above 100).  Never below price. */
must_check int charm_gently(int64_t price, const struct endings *e, int64_t *ret, struct fail *f);

struct price_goal {
    int64_t landed, target_ppm;
    int64_t least_margin; /* CM to reach too; 0 = none */
    struct endings endings;
};
/* N* and P* as the formula gives them, before any raise: net is CEIL of it (less Sc when shipping is charged), price that with the
 * tax of an INCLUSIVE market, rounded up.  Only landed and target_ppm of the goal count.  1 = INFEASIBLE (nothing written). */
must_check int price_by_formula(const struct sale_terms *t, const struct price_goal *goal,
                                int64_t *ret_net, int64_t *ret_price, struct fail *f);
/* The price to ask: from P*, raised unit by unit and by endings until the gate's own m >= target and CM >= least hold, both compared without
 * rounding.  1 = INFEASIBLE (*ret untouched): no price reaches it, or only one above 10^12. */
must_check int price_for_margin(const struct sale_terms *t, const struct price_goal *goal,
                                int64_t *ret_price, struct fail *f);

struct ad_limits {
    bool break_even_known, target_known, roas_known;
    int64_t break_even_cpa, target_cpa, roas_e3;
};
/* What a price pays for ads: break-even CPA = CM, target CPA = FLOOR(CM x (1 - keep)), break-even ROAS = charged / CM (charged: the
 * revenue the ad report counts; times 1000, HALF_UP).  *_known is false where the formulas say NULL: CM <= 0, a target below 1. */
must_check int ad_limits_of(const struct margin *m, int64_t charged, int64_t keep_ppm,
                            struct ad_limits *ret, struct fail *f);

/* Refund probability shrunk to the category: (rate*40 + refunds)/(40 + orders), HALF_UP to ppm.  FAIL_INPUT: counts that are
 * negative or more refunds than orders, a rate outside 0 to 10^6. */
must_check int return_rate(int64_t category_ppm, int64_t refunds, int64_t orders, int64_t *ret_ppm,
                           struct fail *f);

enum { PRICE_PERCENT_BYTES = 40 };
/* "31.2 %": cut, not rounded, so that what falls short of a limit never looks like it. */
void price_percent(int64_t ppm, char text[static PRICE_PERCENT_BYTES]);

enum reprice_verdict {
    REPRICE_KEEP, /* no reason to change, or the same price again */
    REPRICE_WAIT, /* changed less than 24 h ago */
    REPRICE_SET,  /* within the step: set `price` */
    REPRICE_PROPOSE, /* beyond the step, or no price does: hold (quantity 0) and propose `wanted` if it is not 0 */
    REPRICE_STOP /* CM <= 0 at the current price: quantity 0, ads paused, propose `wanted` if it is not 0 */
};
struct reprice_case {
    int64_t price; /* at the shop now */
    int64_t landed_before,
        landed_now; /* before: at the last pricing; <= 0 = unknown, which counts as a change */
    int64_t wanted; /* P* now; 0 = INFEASIBLE, or the rule's price misses the floor */
    struct margin at_price;  /* at `price` with landed_now */
    int64_t floor_ppm;       /* margin floor */
    int64_t landed_step_ppm; /* change of L that matters (30000): |dL| >= it */
    int64_t price_step_ppm;  /* largest change without approval (200000): up to and with it */
    int64_t age_s;    /* since the last change of price; -1 = never, else below 0 = just now */
    char currency[4]; /* of the amounts in the sentence; "" = not said */
};
/* What to do about a price.  First match: CM <= 0 -> STOP; neither L changed enough nor m below the floor -> KEEP; INFEASIBLE ->
 * KEEP while m holds the floor, else PROPOSE; the same price -> KEEP; beyond the step -> PROPOSE (a proposal is no change, so it
 * waits for no 24 h); less than 24 h -> WAIT; else SET.  *ret_why: a sentence with the numbers, at most why_bytes - 1 long. */
enum reprice_verdict reprice_decide(const struct reprice_case *c, char *ret_why, size_t why_bytes);
