/* The states of `product` and which may follow which.  Names are those of the CHECK constraint.
 * Threads: pure functions. */
#pragma once

#include <stdbool.h>

enum product_state {
    PRODUCT_FOUND,        /* seen in a search */
    PRODUCT_CANDIDATE,    /* picked: product.assess judges it */
    PRODUCT_NEEDS_DATA,   /* cannot be judged; the decision says what is missing and what to do */
    PRODUCT_REJECTED,     /* by a rule (looked at again later) or by a person (never) */
    PRODUCT_ASSESSED,     /* passed; rests here in mode dry_run */
    PRODUCT_WRITING,      /* listing.write makes its texts */
    PRODUCT_NEEDS_REVIEW, /* a person must look before it goes on */
    PRODUCT_APPROVAL,     /* waits for a person (mode approve) */
    PRODUCT_PUBLISHING,   /* on its way into the shop */
    PRODUCT_LISTED,       /* live */
    PRODUCT_ON_HOLD,      /* in the shop with quantity 0 */
    PRODUCT_UNLISTING,    /* on its way out of the shop */
    PRODUCT_UNLISTED,     /* out of the shop */
    PRODUCT_STATES
};

/* The word the database has for it. */
const char *product_state_name(enum product_state s);
/* PRODUCT_STATES when unknown. */
enum product_state product_state_parse(const char *name);
/* Staying as it is always may. */
bool product_may_become(enum product_state from, enum product_state to);
/* Something of it may be in the shop: what cannot go on is tried again there instead of being put aside. */
bool product_at_shop(enum product_state s);
