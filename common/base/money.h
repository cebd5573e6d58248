/* Money: integer minor units with their currency; never a floating-point number.  Definitions, rounding modes and the test
 * vectors M-1..M-8 are those of the project's formulas, section "Money"; exponents are ISO 4217.
 * Threads: pure functions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

struct money {
    int64_t minor;    /* in units of 10^-exponent of the currency */
    char currency[4]; /* ISO 4217, upper case, terminated */
};

enum money_round { MONEY_HALF_UP, MONEY_CEIL, MONEY_FLOOR };
enum money_api { MONEY_API_SHOPIFY, MONEY_API_META, MONEY_API_CJ, MONEY_API_STRIPE };
enum { MONEY_TEXT_BYTES = 48 };

/* Decimal places of a currency: 0, 2 (default), 3 or 4. */
int money_exponent(const char *currency);
/* Wire units per major unit for a (service, currency) pair: 1, 100, 1000, ...; an unknown pair is FAIL_INPUT, never 100. */
must_check int money_wire_scale(enum money_api api, const char *currency, int64_t *ret_scale,
                                struct fail *f);
/* Wire integer of an amount at a service (Meta budgets, ...): FAIL_INPUT when it does not fit the wire scale exactly. */
must_check int money_to_wire(enum money_api api, const struct money *m, int64_t *ret_wire,
                             struct fail *f);
/* a * num / den through 128 bits.  FAIL_INPUT on den <= 0 or when the result does not fit. */
must_check int money_mul_div(int64_t a, int64_t num, int64_t den, enum money_round mode,
                             int64_t *ret, struct fail *f);
/* a + b of one currency; FAIL_BUG for two currencies, FAIL_INPUT on overflow. */
must_check int money_add(const struct money *a, const struct money *b, struct money *ret,
                         struct fail *f);
/* Parse `-?[0-9]+(\.[0-9]+)?`; more fraction digits than the exponent only if zeros.  FAIL_INPUT otherwise. */
must_check int money_parse(const char *text, const char *currency, struct money *ret,
                           struct fail *f);
/* The amount with the decimals of its currency ("12.34"; "-5" in yen), which itself is left out.  Always fits. */
void money_format(const struct money *m, char text[static MONEY_TEXT_BYTES]);
/* Split total by weights, largest remainder, ties to the lowest index.  FAIL_INPUT on negative or all-zero weights. */
must_check int money_split(int64_t total, const int64_t *weights, size_t count, int64_t *ret_shares,
                           struct fail *f);
/* Convert at rate_e9 (units of `to` per unit of from, times 10^9), rounding once.  Exponents are honoured. */
must_check int money_convert(const struct money *from, const char *to, int64_t rate_e9,
                             enum money_round mode, struct money *ret, struct fail *f);
