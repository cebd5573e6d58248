/* Duty of a parcel by the dated table duty_rule; the project's formulas, section "Landed cost and margin" and its rulings.  Rates
 * are never in code: they change, and a parcel is charged by the rule of its day.
 * Threads: duty_of is pure; duty_rule_find uses the caller's db. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

struct db;

struct duty_rule {
    int64_t fixed_minor; /* per distinct HS6 code in the parcel */
    int64_t ad_valorem_ppm;
    int64_t max_value_minor; /* -1 = any */
    char currency[4];        /* of fixed_minor and max_value_minor */
};
/* The rule for goods from `origin` to market `dest` (its own row, else 'EU' for an EU market) at `day` (YYYY-MM-DD at the
 * destination, both ends of a rule included; NULL = today in UTC).  Of several that hold, the one that began last.
 * 1 = none, also when the last one has expired: NEEDS_DATA.  FAIL_INPUT: day is no day. */
must_check int duty_rule_find(struct db *db, const char *dest, const char *origin, const char *day,
                              struct duty_rule *ret, struct fail *f);

struct duty_case {
    int64_t fixed_in_shop; /* the rule's fixed_minor, converted by the caller */
    int64_t ad_valorem_ppm;
    int64_t max_in_shop;   /* max_value_minor, converted; -1 = any */
    int64_t customs_value; /* supplier price of the goods, shop currency */
    int64_t hs6_count;     /* distinct HS6 codes in the parcel */
    bool duty_paid;        /* by the shipping method: the duty is 0, whatever the value */
};
/* fixed x hs6_count + HALF_UP(value x ad valorem), in the shop's currency.  1 = the value is above max_in_shop (its own value still
 * passes): another row is needed, NEEDS_DATA.  FAIL_INPUT: a negative amount or rate, no HS6 code, or too large. */
must_check int duty_of(const struct duty_case *d, int64_t *ret_minor, struct fail *f);
