/* Duty of a parcel by the dated table duty_rule; the project's formulas, section "Landed cost and margin".
 * Threads: pure; duty_rules_read uses the caller's db. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/money.h"
#include "common/db/db.h"

struct duty_rule {
    int64_t fixed_minor, ad_valorem_ppm;
    int64_t max_value_minor; /* -1 = any */
    char currency[4];
};
/* The rule for goods from `origin` to market `dest` (its own row, else 'EU' for an EU market) at `day` (YYYY-MM-DD; NULL =
 * today).  1 = none: NEEDS_DATA. */
must_check int duty_rule_find(struct db *db, const char *dest, const char *origin, const char *day,
                              struct duty_rule *ret, struct fail *f);
/* fixed x hs6_count + HALF_UP(value x ad valorem), in the shop's currency.  fixed_in_shop: rule->fixed_minor converted by the
 * caller.  1 = the value is above max_value (also given in shop currency, -1 = any): another row is needed. */
struct duty_case {
    int64_t fixed_in_shop, ad_valorem_ppm, max_in_shop;
    int64_t customs_value; /* supplier price of the goods, shop currency */
    int64_t hs6_count;     /* distinct HS6 codes in the parcel */
    bool duty_paid;        /* by the shipping method: 0 */
};
must_check int duty_of(const struct duty_case *d, int64_t *ret_minor, struct fail *f);
