/* Landed cost and contribution margin of one order, by the project's formulas, section "Landed cost and margin".
 * All amounts are minor units of one currency; rates are ppm.  FAIL_INPUT: an amount beyond 2 x 10^12, a rate outside 0 to 10^6.
 * Threads: pure functions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

struct landed_parts {
    int64_t price, shipping;          /* what the supplier asks */
    int64_t duty, import_tax, broker; /* 0 when none is borne */
    int64_t fx_fee_ppm;               /* 0 when the supplier bills our currency */
};
/* L; the fee for foreign currency is rounded up. */
must_check int landed_cost(const struct landed_parts *p, int64_t *ret_minor, struct fail *f);

struct margin_parts {
    int64_t net;          /* N: price without tax */
    int64_t charged;      /* G: all that is charged, the base of the payment fee */
    int64_t ship_charged; /* Sc: net shipping the buyer paid */
    int64_t landed;       /* L */
    int64_t fee_ppm, fee_fixed;
    int64_t return_ppm, return_cost; /* r, k */
    int64_t salvage_ppm;             /* sigma: share of L the supplier gives back */
};
struct margin {
    int64_t net;                        /* N, as given */
    int64_t fee, reserve, contribution; /* F, R, CM */
    bool ratio_known;
    int64_t ratio_ppm; /* m; unknown without revenue */
};
/* F, R, CM and m of one order. */
must_check int margin_of(const struct margin_parts *p, struct margin *ret, struct fail *f);

/* Net price of a price that includes tax at rate_ppm. */
must_check int net_of_tax(int64_t charged, int64_t rate_ppm, int64_t *ret_net, struct fail *f);
/* Highest supplier price that still passes: CEIL(snapshot x (1 + rise)); a rise is 0 to 10^7 ppm. */
must_check int price_limit(int64_t snapshot, int64_t rise_ppm, int64_t *ret_limit, struct fail *f);
