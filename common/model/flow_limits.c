#include "common/model/flow_limits.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/attr.h"
#include "common/base/json.h"
#include "common/base/money.h"

enum {
    LINE_BYTES = 240,
    POINTS_RESERVE_PART = 5, /* as worker/core/gates.h keeps for paid orders */
    DAY_S = 86400
};

int64_t flow_points_most(const struct conf *conf)
{
    int64_t allowance = conf_int(conf, CONF_CJ_POINTS_PER_DAY);
    return allowance - allowance / POINTS_RESERVE_PART;
}

static void add(json_t *list, const char *fmt, ...) printf_like(2, 3);
static void add(json_t *list, const char *fmt, ...)
{
    char line[LINE_BYTES];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    json_array_append_new(list, json_string(line));
}

/* "500.00 EUR"; without a known currency the minor units are told. */
static void amount_text(const struct flow_limits_of *of, enum setting_id id,
                        char text[static LINE_BYTES])
{
    const char *currency = json_text(of->facts, "currency", NULL);
    struct money m = { .minor = of->set->num[id] };
    char amount[MONEY_TEXT_BYTES];

    if (currency == NULL || strlen(currency) != 3) {
        (void)snprintf(text, LINE_BYTES, "%" PRId64 " minor units", m.minor);
        return;
    }
    (void)snprintf(m.currency, sizeof m.currency, "%.3s", currency);
    money_format(&m, amount);
    (void)snprintf(text, LINE_BYTES, "%s %s", amount, m.currency);
}

static void percent_text(int64_t ppm, char text[static LINE_BYTES])
{
    (void)snprintf(text, LINE_BYTES, "%" PRId64 ".%" PRId64 " %%", ppm / 10000, ppm / 1000 % 10);
}

static void add_points(const struct flow_limits_of *of, json_t *list)
{
    if (of->cj != NULL) {
        add(list,
            "%" PRId64 " of %" PRId64 " supplier points used today; a fifth is kept for orders",
            of->cj->points_used > 0 ? of->cj->points_used : 0,
            conf_int(of->conf, CONF_CJ_POINTS_PER_DAY));
    }
}

static void add_bucket(const struct flow_limits_of *of, json_t *list)
{
    if (of->shopify != NULL && of->shopify->has_bucket) {
        add(list, "%.0f of %.0f in the shop's bucket, %.0f more a second", of->shopify->bucket_left,
            of->shopify->bucket_size, of->shopify->bucket_rate);
    }
}

/* How often the points of a day allow such a scan as the last one. */
static void add_pace(const struct flow_limits_of *of, json_t *list)
{
    int64_t points = json_int(of->facts, "scan.points", 0), most = flow_points_most(of->conf);

    if (points > 0 && most > 0) {
        int64_t apart_s = (DAY_S * points + most - 1) / most;
        add(list,
            "the last scan cost %" PRId64 " points: the day's points allow one each %" PRId64
            " min",
            points, (apart_s + 59) / 60);
    }
}

static void add_discovery(const struct flow_limits_of *of, json_t *list)
{
    char margin[LINE_BYTES];

    percent_text(of->set->num[SETTING_TARGET_MARGIN_PPM], margin);
    add(list, "%" PRId64 " candidates a scan", of->set->num[SETTING_DISCOVERY_TOP]);
    add(list, "margin of %s or more", margin);
    add_points(of, list);
    add_pace(of, list);
}

static void add_fulfillment(const struct flow_limits_of *of, json_t *list)
{
    char value[LINE_BYTES], rise[LINE_BYTES];

    amount_text(of, SETTING_VALUE_HARD, value);
    percent_text(of->set->num[SETTING_PRICE_RISE_PPM], rise);
    add(list, "orders of %s and more wait for a person", value);
    add(list, "a supplier price more than %s above the known one holds the order", rise);
    add_bucket(of, list);
}

static void add_stock(const struct flow_limits_of *of, json_t *list)
{
    char step[LINE_BYTES];

    percent_text(of->set->num[SETTING_REPRICE_STEP_PPM], step);
    add(list, "a price change above %s is only proposed", step);
    add_points(of, list);
    add_bucket(of, list);
}

json_t *flow_limits(const struct flow_limits_of *of)
{
    static const struct {
        const char *flow;
        void (*add)(const struct flow_limits_of *of, json_t *list);
    } makers[] = { { "discovery", add_discovery },
                   { "fulfillment", add_fulfillment },
                   { "stock", add_stock } };
    json_t *list = json_array();

    for (size_t i = 0; i < COUNT_OF(makers); i++) {
        if (strcmp(makers[i].flow, of->kind->name) == 0) {
            makers[i].add(of, list);
        }
    }
    return list;
}
