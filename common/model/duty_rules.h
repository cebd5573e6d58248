/* The dated table of duties as people keep it; what a rule computes is duty.h.  Rates change more often than programs do: they
 * are entered, with the place where they stand.
 * Threads: uses the caller's db. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

/* [{"id","dest","origin","valid_from","valid_to","fixed":{},"ad_valorem_ppm","max_value":{} or null,"source"}].
 * *ret_json is the caller's to free(). */
must_check int duty_rules_list(struct db *db, char **ret_json, struct fail *f);

struct duty_new {
    const char *dest, *origin; /* country codes; dest also "EU" */
    const char *from;          /* first day, YYYY-MM-DD */
    const char *currency;      /* of the amounts */
    int64_t fixed_minor;       /* per distinct HS6 code */
    int64_t ad_valorem_ppm;    /* 0 to 5,000,000 */
    int64_t max_value_minor;   /* for parcels up to this value; -1 = any */
    const char *source;        /* where the rule stands */
};
/* The rule holds from its first day on; one before it ends the day before, one of the same first day is replaced.  With
 * its line in the audit.  FAIL_INPUT says what is wrong; FAIL_LATER while somebody else sets one of the same pair. */
must_check int duty_rule_set(struct db *db, const struct duty_new *rule, const char *who,
                             struct fail *f);
