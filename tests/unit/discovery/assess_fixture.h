/* A product that passes, as the project's example C-1, for tests of the judgement to change.  Include after cmocka. */
#pragma once

#include "worker/discovery/assess.h"

enum { FIXTURE_VARIANTS = 3, FIXTURE_MARKETS = 2 };
struct assess_fixture {
    struct assess_variant variants[FIXTURE_VARIANTS];
    struct assess_market markets[FIXTURE_MARKETS];
    struct pricing_rule pricing;
    struct assess_inputs in;
};
extern struct assess_fixture t;

/* cmocka test set-up: one variant, one market, everything known. */
int fresh(void **state);
/* Example C-1: goods 8.50, freight 4.20, duty 10 %, fee 2.9 % + 30, returns 6 %, 30 % of them given back, margin 30 %, .99. */
struct assess_market united_states(void);
/* Example C-5: goods 6.00, freight 5.10, duty 3.00 EUR, VAT 21 %. */
struct assess_market netherlands(void);
/* The fixture sells in the Netherlands, in euro, as C-5. */
void in_euro(void);
/* The judgement; fails the test when there is none. */
struct assessment judged(void);
/* It is this verdict by this rule, with a sentence and its last check. */
void expect(enum assess_verdict verdict, const char *rule);
