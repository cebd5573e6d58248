#include "common/model/watch_plan.h"

#include <inttypes.h>

#include "common/base/money.h"

static const int64_t PPM = 1000000;
static const int64_t DAY_S = 86400;
static const int64_t MOST =
    1000000000; /* of counts, intervals and points: their products fit 64 bits once divided */

/* In the order in which tiers give way. */
static const struct stretch {
    enum watch_tier tier;
    int64_t limit_s;
} stretches[] = {
    { WATCH_WARM, 24 * 3600 },
    { WATCH_COLD, 7 * 24 * 3600 },
    { WATCH_HOT, 3 * 3600 },
};

enum watch_tier watch_tier_of(const struct watch_facts *p)
{
    enum { QUIET_DAYS = 30 };

    if (p->sold_7d > 0 || p->advertised || p->stock < p->stock_hot_below) {
        return WATCH_HOT;
    }
    return p->quiet_days >= QUIET_DAYS ? WATCH_COLD : WATCH_WARM;
}

const char *watch_tier_name(enum watch_tier tier)
{
    static const char *const names[WATCH_TIERS] = {
        [WATCH_HOT] = "HOT", [WATCH_WARM] = "WARM", [WATCH_COLD] = "COLD"
    };
    return names[tier];
}

static int in_range(const char *what, int64_t value, int64_t least, int64_t most, struct fail *f)
{
    if (value < least || value > most) {
        return fail_set(f, FAIL_INPUT, "%s is %" PRId64 ", it may be %" PRId64 " to %" PRId64, what,
                        value, least, most);
    }
    return 0;
}

static int check(const struct watch_load *load, struct fail *f)
{
    for (int tier = 0; tier < WATCH_TIERS; tier++) {
        TRY(in_range("a number of products", load->count[tier], 0, MOST, f));
        TRY(in_range("an interval", load->wanted_s[tier], 1, MOST, f));
    }
    TRY(in_range("the cost of a look", load->points_per_look, 1, MOST, f));
    TRY(in_range("the allowance", load->allowance, 0, MOST, f));
    TRY(in_range("the reserve for orders", load->orders_ppm, 0, PPM, f));
    return in_range("the reserve for discovery", load->discovery_ppm, 0, PPM - load->orders_ppm, f);
}

/* Points a day of one tier at an interval, rounded up. */
static int tier_points(const struct watch_load *load, enum watch_tier tier, int64_t interval_s,
                       int64_t *ret, struct fail *f)
{
    int64_t per_round = 0;

    TRY(money_mul_div(load->count[tier], load->points_per_look, 1, MONEY_CEIL, &per_round, f));
    return money_mul_div(per_round, DAY_S, interval_s, MONEY_CEIL, ret, f);
}

static int all_points(const struct watch_load *load, struct watch_plan *plan, struct fail *f)
{
    plan->points = 0;
    for (int tier = 0; tier < WATCH_TIERS; tier++) {
        int64_t points = 0;

        TRY(tier_points(load, (enum watch_tier)tier, plan->interval_s[tier], &points, f));
        if (__builtin_add_overflow(plan->points, points, &plan->points)) {
            return fail_set(f, FAIL_INPUT, "more looks than can be counted");
        }
    }
    return 0;
}

/* Stretch one tier just as far as its limit allows and the capacity asks. */
static int give_way(const struct watch_load *load, const struct stretch *s, struct watch_plan *plan,
                    struct fail *f)
{
    int64_t own = 0, longest = s->limit_s, needed = s->limit_s;

    TRY(tier_points(load, s->tier, plan->interval_s[s->tier], &own, f));
    int64_t left = plan->capacity - (plan->points - own); /* for this tier */
    if (left > 0) {
        TRY(money_mul_div(load->count[s->tier] * load->points_per_look, DAY_S, left, MONEY_CEIL,
                          &needed, f));
    }
    if (needed < longest) {
        longest = needed;
    }
    if (longest > plan->interval_s[s->tier]) {
        plan->interval_s[s->tier] = longest;
        plan->stretched = true;
    }
    return all_points(load, plan, f);
}

int watch_plan_make(const struct watch_load *load, struct watch_plan *ret, struct fail *f)
{
    struct watch_plan plan = { 0 };
    int64_t searches = 0;

    TRY(check(load, f));
    for (int tier = 0; tier < WATCH_TIERS; tier++) {
        plan.interval_s[tier] = load->wanted_s[tier];
    }
    TRY(money_mul_div(load->allowance, PPM - load->orders_ppm - load->discovery_ppm, PPM,
                      MONEY_FLOOR, &plan.capacity, f));
    TRY(money_mul_div(load->allowance, load->discovery_ppm, PPM, MONEY_FLOOR, &searches, f));
    TRY(all_points(load, &plan, f));
    for (size_t i = 0; i < COUNT_OF(stretches) && plan.points > plan.capacity; i++) {
        TRY(give_way(load, &stretches[i], &plan, f));
    }
    if (plan.points > plan.capacity) {
        plan.discovery_stops = true;
        plan.capacity += searches;
    }
    plan.fits = plan.points <= plan.capacity;
    *ret = plan;
    return 0;
}
