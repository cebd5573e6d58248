/* Pricing rules a person makes: how a shop price comes from cost.  Whatever the rule says, the listing gate stays.
 *   multiplier     {"factor_e3": 2500, "endings": "100:99"}            landed cost x 2.5
 *   fixed          {"add_minor": 1500, "endings": ...}                 landed cost + 15.00
 *   tiers          {"tiers": [{"up_to_minor": 1000, "factor_e3": 3000}, ..., {"factor_e3": 2000}], "endings": ...}
 *   target_margin  {"target_ppm": 350000, "endings": ...}
 * "endings" may be left out: none.  The result is the price as the shop shows it, with the tax of an inclusive market in it.
 * Without an active rule: target_margin from the settings money.target_margin_ppm and money.endings.
 * Threads: pricing_rule_parse and _price are pure; the others use the caller's db. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/price.h"

struct db;
struct settings;

enum { PRICING_TIERS_MAX = 16 };
enum pricing_kind {
    PRICING_MULTIPLIER,
    PRICING_FIXED,
    PRICING_TIERS,
    PRICING_TARGET,
    PRICING_KINDS
};
struct pricing_tier {
    int64_t up_to; /* landed cost, inclusive; the last: INT64_MAX */
    int64_t factor_e3;
};
struct pricing_rule {
    int64_t id; /* 0 = from the settings, or not stored */
    char name[128];
    enum pricing_kind kind;
    int64_t factor_e3, add_minor, target_ppm;
    int64_t
        least_margin; /* CM that kind target_margin reaches too: money.margin_min_minor; parse sets 0 */
    struct pricing_tier tiers[PRICING_TIERS_MAX];
    size_t tier_count;
    struct endings endings;
};
/* "multiplier", "fixed", "tiers", "target_margin"; a static text. */
const char *pricing_kind_name(enum pricing_kind kind);
/* Validate a rule as it comes from outside: factors 1000 to 100000, add_minor 0 to 10^9, target_ppm 0 to 900000, 1 to 16 tiers
 * with rising up_to_minor of which the last alone has none.  FAIL_INPUT names the member and what it may be. */
must_check int pricing_rule_parse(const char *kind, const json_t *spec, struct pricing_rule *ret,
                                  struct fail *f);
/* The active rule, or the one of the settings, with least_margin from the settings.  FAIL_INPUT: a stored rule or the setting
 * money.endings cannot be read. */
must_check int pricing_rule_active(struct db *db, const struct settings *set,
                                   struct pricing_rule *ret, struct fail *f);
/* Price by the rule in one market, endings applied.  1 = INFEASIBLE.  FAIL_INPUT: absurd amounts. */
must_check int pricing_rule_price(const struct pricing_rule *rule, const struct sale_terms *t,
                                  int64_t landed, int64_t *ret_price, struct fail *f);

/* The terms of a market from table `market` and the settings; the rate of returns is the shop's.  Shipping is free (Sc 0).
 * FAIL_MISSING names the market that is not in the table. */
must_check int sale_terms_read(struct db *db, const struct settings *set, const char *country,
                               struct sale_terms *ret, struct fail *f);

/* The defaults of amounts suit a two-decimal currency near the euro or dollar; in another one each must have been set.
 * FAIL_INPUT names the first setting that still has its default. */
must_check int money_settings_fit(const struct settings *set, const char *currency, struct fail *f);

/* All live products (listed, on_hold) under a rule that is not applied yet, by its dearest market of discovery.markets and the
 * landed cost of the product's dearest variant: {"rule":{"id","name","kind"}, "products":[{"id","name","old":{"minor","currency"} or
 * null,"new":{} or null,"margin_old_ppm","margin_new_ppm" (the lowest of the markets, or null),"verdict","text"}], "changed":N,
 * "infeasible":N, "next": id or null}; the counts are of this page, "changed" those that pricing_apply would change: "set".
 * verdict: "set", "same", "below_gate" (the price misses the margin or the contribution the listing gate asks), "infeasible",
 * "unknown" (landed cost or shop currency not known; without an old price it is "set").  Nothing is changed.
 * after: product id of the page before (0 = first); limit 1 to 500.  FAIL_INPUT: the limit, or discovery.markets names no market or
 * one that is not known.  *ret_json is the caller's to free(). */
must_check int pricing_preview(struct db *db, const struct pricing_rule *rule, int64_t after,
                               int64_t limit, char **ret_json, struct fail *f);
