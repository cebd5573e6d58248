/* The judgement about one product: may it be listed, at which prices, and why.  A pure core: what was fetched goes in, the verdict
 * with the whole sum comes out, so that thousands of recorded answers can be judged without a network.
 * It is asked in turns: while it needs what costs points at the supplier (stock, then quotes) and the rules before have not
 * settled the matter, it answers ASSESS_MORE.
 * Amounts are minor units of the shop's currency unless the name says usd; rates are ppm.
 * Threads: pure functions. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/duty.h"
#include "common/model/landed.h"
#include "common/model/price.h"
#include "common/model/pricing_rule.h"
#include "common/model/settings_lists.h"

enum { ASSESS_MARKETS_MAX = SETTING_MARKETS_MAX, ASSESS_CHECKS_MAX = 24, ASSESS_RULE_BYTES = 32 };
/* A number that is not known; 0 is a number. */
#define ASSESS_UNKNOWN INT64_MIN

/* ---- what goes in; all pointers borrowed ---- */

struct assess_quote { /* for the heaviest, dearest variant (assess_representative) */
    bool asked;
    size_t methods; /* offered at all; asked and 0 = truly not shippable */
    bool in_time; /* the fields below are the cheapest within the promised days; else the fastest */
    char method[64];                       /* verbatim */
    int64_t usd_minor, days_min, days_max; /* days -1 = unknown */
    int64_t quoted_us;
    char vid[48]; /* the variant that was quoted */
};

struct assess_market {
    char country[4]; /* "US" */
    bool eu;
    struct sale_terms terms;
    int64_t import_tax_ppm; /* VAT the seller bears himself */
    bool duty_known;        /* a rule holds today */
    struct duty_rule duty;
    bool duty_rate_known; /* its currency could be converted */
    int64_t duty_fixed_minor,
        duty_max_minor; /* of the rule, in the shop's currency; max -1 = any */
    struct assess_quote quote;
};

struct assess_variant {
    const char *vid, *sku, *name;
    int64_t cost_usd_minor; /* ASSESS_UNKNOWN = unreadable */
    int64_t weight_g;       /* ASSESS_UNKNOWN = unknown */
    int64_t stock;          /* at the warehouse; ASSESS_UNKNOWN = not told */
    bool key_ambiguous;     /* its key does not fit the product's option names */
};

struct assess_limits {
    int64_t target_ppm, least_margin; /* m and CM to be reached */
    int64_t price_min, price_max;     /* band of shop prices */
    int64_t stock_min, promised_days;
    int64_t cost_factor_max; /* P is at most so many times the supplier's price */
    int64_t velocity_min_e2; /* new listings a day times 100; 0 = not asked */
};

struct assess_demand {
    int64_t orders, refunds; /* own; orders 0 = never sold here */
    int64_t velocity_e2; /* new listings a day times 100, the stand-in for sales; ASSESS_UNKNOWN */
    int64_t return_ppm;  /* r, shrunk (return_rate of price.h) */
};

enum assess_compliance { ASSESS_CLEAN, ASSESS_BLOCKED, ASSESS_RESTRICTED };

struct assess_inputs {
    const struct assess_variant *variants;
    size_t variant_count;
    bool stock_asked;
    const struct assess_market *markets;
    size_t market_count;
    const struct pricing_rule *pricing;
    struct assess_limits limits;
    struct assess_demand demand;
    char currency[4];    /* the shop's */
    int64_t usd_rate_e9; /* shop currency per dollar; ASSESS_UNKNOWN = nobody has told */
    int64_t fx_fee_ppm;  /* 0 when the supplier bills the shop's currency */
    const char *origin;  /* warehouse country */
    const char *hs_code; /* "" = unknown */
    bool on_sale;        /* the supplier still sells it */
    enum assess_compliance compliance;
    const char *compliance_rule, *compliance_text; /* "" when clean */
    int64_t score_e4;                              /* ASSESS_UNKNOWN = not scored */
    const char *label;                             /* "" = none */
    int64_t now_us;
};

/* ---- what comes out ---- */

enum assess_verdict {
    ASSESS_PASS,
    ASSESS_REJECTED,
    ASSESS_NEEDS_DATA,
    ASSESS_MORE_STOCK,  /* ask the supplier for the stock, then ask again */
    ASSESS_MORE_QUOTES, /* likewise quotes */
};

struct assess_check { /* one rule of the gate, as it came out for the variant that decides */
    const char *rule, *unit;
    bool passed;
    int64_t value, limit; /* ASSESS_UNKNOWN = none */
    char text[200];
};

/* The sum of one variant in one market: see product.decision in product.h. */
struct assess_sum {
    bool priced; /* the rule found a price for this market */
    int64_t goods, shipping, duty, import_tax, broker, fx, landed;
    int64_t wanted, price, net, charged;
    struct margin margin;
    int64_t basic_ppm; /* ASSESS_UNKNOWN when there is no net price */
};

struct assessed_variant {
    bool offered;
    const char *rule; /* what keeps it out; NULL = nothing */
    char text[200];   /* its sentence, "" = none */
    int64_t cost;     /* shop currency, rounded up; ASSESS_UNKNOWN */
    int64_t price;    /* ASSESS_UNKNOWN = none */
    size_t price_market, worst_market;
    struct assess_sum *sums; /* one per market; NULL = not come to */
};

struct assessment {
    enum assess_verdict verdict;
    char rule[ASSESS_RULE_BYTES]; /* "PASSED", "MARGIN", "HS_CODE", ... */
    char text[400];               /* its sentence */
    char todo[200];               /* what a person can do about it; "" = nothing */
    struct assess_check checks[ASSESS_CHECKS_MAX];
    size_t check_count;
    struct assessed_variant *variants; /* as many as went in */
    size_t variant_count;
    bool has_worst; /* some variant is offered, and these name the worst of them */
    size_t worst_variant, worst_market;
    int64_t opportunity_e4; /* ASSESS_UNKNOWN */
};
void assessment_done(struct assessment *a); /* accepts a zeroed one */

/* Judge.  *ret is the caller's (assessment_done), also for ASSESS_MORE_*.  -1 only for memory and numbers beyond all bounds. */
must_check int assess_decide(const struct assess_inputs *in, struct assessment *ret,
                             struct fail *f);

/* product.decision of it; new reference in *ret. */
must_check int assess_json(const struct assess_inputs *in, const struct assessment *a, json_t **ret,
                           struct fail *f);

/* The variant whose quote stands for all: the heaviest of those with at least stock_min in stock, among equals the dearest, then
 * the first; the first of all when none has.  count > 0. */
size_t assess_representative(const struct assess_variant *variants, size_t count,
                             int64_t stock_min);

struct assess_method { /* a row of a quote */
    const char *name;
    int64_t usd_minor, days_min, days_max; /* days -1 = unknown */
};
/* The cheapest within promised_days, else (in_time false) the one that is fastest; a method without a time counts as slower than
 * any.  Fills *ret apart from quoted_us and vid. */
void assess_choose_method(const struct assess_method *methods, size_t count, int64_t promised_days,
                          struct assess_quote *ret);
