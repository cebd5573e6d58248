/* Whether products can be judged for the markets they shall be sold in.  Threads: uses the caller's db. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

enum { DISCOVERY_MARKETS_MAX = 64 };

struct discovery_market {
    char country[8];
    bool known;    /* it stands in the table of markets */
    bool has_duty; /* a duty rule for goods from the warehouse holds today */
};
struct discovery_markets {
    struct discovery_market rows[DISCOVERY_MARKETS_MAX];
    size_t count;
};
/* The markets of a list "US,DE" (setting discovery.markets) for goods from `origin`, by country, at most
 * DISCOVERY_MARKETS_MAX of them. */
must_check int discovery_markets(struct db *db, const char *countries, const char *origin,
                                 struct discovery_markets *ret, struct fail *f);
