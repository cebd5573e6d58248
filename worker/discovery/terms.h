/* What every judgement stands on: the markets with their taxes, fees and duties, the pricing rule, limits and rates, as settings
 * and tables say now; and the shop's currency.  Costs no points of the supplier.
 * Threads: as the context. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/pricing_rule.h"
#include "common/model/settings.h"
#include "worker/core/job_context.h"
#include "worker/discovery/assess.h"

struct shop_info {
    char name[128], currency[4], timezone[64];
};
/* As the shop names itself: asked at most once a day, kept in table shop_info; what is kept also serves while the shop cannot be
 * asked.  1 = not known yet: there is no shop, or it never answered.  FAIL_DENIED and the like when it refuses the first time. */
must_check int shop_info_read(struct job_context *c, struct shop_info *ret, struct fail *f);

enum { TERMS_GAP_BYTES = 240 };

struct assess_terms {
    struct assess_market
        markets[ASSESS_MARKETS_MAX]; /* terms.return_ppm is the setting's, quote is empty */
    size_t market_count;
    struct pricing_rule pricing;
    struct assess_limits limits;
    char currency[4], origin[4]; /* of the shop; warehouse country */
    int64_t usd_rate_e9;         /* ASSESS_UNKNOWN = nobody has told */
    int64_t fx_fee_ppm;          /* 0 when the shop sells in the supplier's currency */
    int64_t return_ppm;          /* of the category, before a product's own returns */
    char gap
        [TERMS_GAP_BYTES]; /* why nothing at all can be judged, and what to do; "" = nothing is in the way */
};
/* *ret has a gap when no shop currency is known, no market is set or one is not in table market. */
must_check int assess_terms_read(struct job_context *c, const struct settings *set,
                                 struct assess_terms *ret, struct fail *f);
/* The gap, or what every product would lack by these terms (a rate, a duty rule); "" = ready. */
void assess_terms_missing(const struct assess_terms *t, char ret[static TERMS_GAP_BYTES]);

/* Shop currency per unit of `currency` times 10^9; 1 = nobody has told.  FAIL_INPUT: money.rates is malformed. */
must_check int terms_rate(const struct settings *set, const char *shop_currency,
                          const char *currency, int64_t *ret_e9, struct fail *f);

/* The supplier's price band in cents that can lead to a price within the shop's band: from price_min / cost_factor_max to
 * price_max x (1 - target margin); 0 = open, when no rate is known. */
void terms_cost_band(const struct assess_terms *t, int64_t *ret_min_cents, int64_t *ret_max_cents);
