/* Pricing rules a person makes: how a shop price comes from cost.  Whatever the rule says, the listing gate stays.
 *   multiplier     {"factor_e3": 2500, "endings": "100:99"}            landed cost x 2.5
 *   fixed          {"add_minor": 1500, "endings": ...}                 landed cost + 15.00
 *   tiers          {"tiers": [{"up_to_minor": 1000, "factor_e3": 3000}, ..., {"factor_e3": 2000}], "endings": ...}
 *   target_margin  {"target_ppm": 350000, "endings": ...}
 * Without an active rule: target_margin from the settings money.target_margin_ppm and money.endings.
 * Threads: uses the caller's db. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/model/price.h"
#include "common/model/settings.h"

enum { PRICING_TIERS_MAX = 16 };
enum pricing_kind { PRICING_MULTIPLIER, PRICING_FIXED, PRICING_TIERS, PRICING_TARGET };
struct pricing_tier {
    int64_t up_to; /* landed cost, inclusive; the last: INT64_MAX */
    int64_t factor_e3;
};
struct pricing_rule {
    int64_t id; /* 0 = from the settings */
    char name[128];
    enum pricing_kind kind;
    int64_t factor_e3, add_minor, target_ppm;
    struct pricing_tier tiers[PRICING_TIERS_MAX];
    size_t tier_count;
    struct endings endings;
};
/* Validate a rule as it comes from outside.  FAIL_INPUT names the member and what it may be. */
must_check int pricing_rule_parse(const char *kind, const json_t *spec, struct pricing_rule *ret,
                                  struct fail *f);
must_check int pricing_rule_active(struct db *db, const struct settings *set,
                                   struct pricing_rule *ret, struct fail *f);
/* Price by the rule in one market, endings applied.  1 = INFEASIBLE. */
must_check int pricing_rule_price(const struct pricing_rule *rule, const struct sale_terms *t,
                                  int64_t landed, int64_t *ret_price, struct fail *f);

/* The terms of a market from table `market` and the settings; return_ppm of the product when known, else -1.  FAIL_MISSING names
 * the market that is not in the table. */
must_check int sale_terms_read(struct db *db, const struct settings *set, const char *country,
                               int64_t product_return_ppm, struct sale_terms *ret, struct fail *f);

/* All live products under a rule that is not applied yet: {"rule":..., "products":[{"id","name","old":{},"new":{} or null,
 * "margin_old_ppm","margin_new_ppm","verdict","text"}], "changed":N, "infeasible":N, "next": id or null}.  Nothing is changed.
 * after: product id of the page before (0 = first); limit 1 to 500.  *ret_json is the caller's to free(). */
must_check int pricing_preview(struct db *db, const struct pricing_rule *rule, int64_t after,
                               int64_t limit, char **ret_json, struct fail *f);
