/* How often live products are looked at, within the supplier's daily points; the project's formulas, section "Stock and price
 * watch" and its rulings.  Each look costs points; what the day cannot pay for is stretched in a fixed order: WARM up to 24 h,
 * then COLD up to 7 days, then HOT up to 3 h, then discovery stops and its reserve is used too.
 * Threads: pure functions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

enum watch_tier { WATCH_HOT, WATCH_WARM, WATCH_COLD, WATCH_TIERS };

/* What is known of a live product. */
struct watch_facts {
    int64_t sold_7d; /* units sold in the last 7 days */
    bool advertised; /* an ad of it runs */
    int64_t stock;   /* least of its variants at the supplier; -1 = unknown */
    int64_t
        quiet_days; /* days since the last sale or visit, since it went live if there was none; -1 = unknown */
    int64_t stock_hot_below; /* 20 */
};
/* HOT: sold in 7 days, advertised, or stock short or unknown; COLD: else, and quiet for 30 days; WARM: the rest. */
enum watch_tier watch_tier_of(const struct watch_facts *p);
/* "HOT", "WARM", "COLD": as in product.tier.  A static text. */
const char *watch_tier_name(enum watch_tier tier);

struct watch_load {
    int64_t count[WATCH_TIERS];    /* live products per tier */
    int64_t wanted_s[WATCH_TIERS]; /* intervals of the settings stock.hot_s, .warm_s, .cold_s */
    int64_t points_per_look;       /* 10 */
    int64_t allowance;             /* points per day: 50,000, and 100 per dollar of turnover */
    int64_t orders_ppm;            /* reserved for orders: 200,000; never touched */
    int64_t discovery_ppm;         /* reserved for discovery: 200,000; touched last */
};
struct watch_plan {
    int64_t interval_s[WATCH_TIERS]; /* to use; never below wanted_s */
    int64_t points;                  /* of a day with these intervals, rounded up */
    int64_t capacity;     /* points the watch may spend a day, with discovery's when it stops */
    bool stretched;       /* some interval is longer than wanted: say so to people */
    bool discovery_stops; /* no more searches until the plan says otherwise */
    bool fits;            /* false: even so the points do not suffice; looks will be late */
};
/* The plan.  A tier whose wanted interval is beyond its limit keeps it.  FAIL_INPUT: a negative count, an interval, cost or
 * reserve that makes no sense, or a number too large to multiply. */
must_check int watch_plan_make(const struct watch_load *load, struct watch_plan *ret,
                               struct fail *f);
