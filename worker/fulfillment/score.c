/* The score: what makes an order suspicious without stopping it by itself.  To add a line: a test function, a line in the
 * table, a unit test. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "worker/fulfillment/address.h"
#include "worker/fulfillment/decide.h"

#define SAY(r, ...) ((void)snprintf((r)->text, sizeof(r)->text, __VA_ARGS__), true)

enum { MANY_OF_ONE = 5, MANY_ORDERS = 3, AOV_TIMES = 3 };

static bool risk_medium(const struct order_facts *o, struct reason *r)
{
    return risk_in_force(o) == RISK_MEDIUM &&
           SAY(r, "%s",
               o->risk == RISK_PENDING ? "The risk is still PENDING and counts as MEDIUM."
                                       : "The shop rates the risk MEDIUM.");
}

static bool value_soft(const struct order_facts *o, struct reason *r)
{
    int64_t limit = o->limits.value_soft_minor;

    if (o->aov_known && AOV_TIMES * o->aov_minor > limit) {
        limit = AOV_TIMES * o->aov_minor;
    }
    r->limit = limit;
    return o->total_known && o->limits.values_fit_currency && o->total_minor >= limit &&
           SAY(r, "The total %" PRId64 " is at or above %" PRId64 ".", o->total_minor, limit);
}

static bool country_differs(const struct order_facts *o, struct reason *r)
{
    return o->bill.present && o->bill.country_code[0] != '\0' &&
           strcasecmp(o->bill.country_code, o->ship.country_code) != 0 &&
           SAY(r, "Billed in %s, shipped to %s.", o->bill.country_code, o->ship.country_code);
}

static bool name_differs(const struct order_facts *o, struct reason *r)
{
    return o->bill.present && strcasecmp(o->bill.name, o->ship.name) != 0 &&
           strcasecmp(o->bill.zip, o->ship.zip) != 0 &&
           SAY(r, "Billing and shipping differ in name and postcode.");
}

static bool many_of_one(const struct order_facts *o, struct reason *r)
{
    for (size_t i = 0; o->new_customer && i < o->line_count; i++) {
        if (o->lines[i].quantity >= MANY_OF_ONE) {
            return SAY(r, "A new customer wants %" PRId64 " of \"%.80s\".", o->lines[i].quantity,
                       o->lines[i].title);
        }
    }
    return false;
}

static bool many_orders(const struct order_facts *o, struct reason *r)
{
    return o->orders_24h >= MANY_ORDERS &&
           SAY(r, "%" PRId64 " orders in 24 hours from one e-mail or address.", o->orders_24h);
}

static bool disposable_mail(const struct order_facts *o, struct reason *r)
{
    return address_email_disposable(o->email) &&
           SAY(r, "The e-mail domain hands out throw-away addresses.");
}

static bool forwarder(const struct order_facts *o, struct reason *r)
{
    return address_is_forwarder(&o->ship) && SAY(r, "The address is a known parcel forwarder's.");
}

static bool ip_differs(const struct order_facts *o, struct reason *r)
{
    return o->ip_country[0] != '\0' && strcasecmp(o->ip_country, o->ship.country_code) != 0 &&
           SAY(r, "Ordered from %s, shipped to %s.", o->ip_country, o->ship.country_code);
}

static bool avs_failed(const struct order_facts *o, struct reason *r)
{
    return o->avs_failed && SAY(r, "The card's address check failed.");
}

static bool cvv_failed(const struct order_facts *o, struct reason *r)
{
    return o->cvv_failed && SAY(r, "The card's code check failed.");
}

static const struct {
    const char *code;
    int points;
    score_test_fn *test;
} lines[] = {
    { "RISK_MEDIUM", 30, risk_medium },
    { "VALUE", 25, value_soft },
    { "BILLING_COUNTRY", 30, country_differs },
    { "BILLING_NAME", 15, name_differs },
    { "MANY_OF_ONE", 20, many_of_one },
    { "MANY_ORDERS", 40, many_orders },
    { "DISPOSABLE_MAIL", 15, disposable_mail },
    { "FORWARDER", 25, forwarder },
    { "IP_COUNTRY", 20, ip_differs },
    { "AVS", 25, avs_failed },
    { "CVV", 25, cvv_failed },
};

int score_collect(const struct order_facts *o, struct reason *ret, size_t max, size_t *ret_count)
{
    int score = 0;

    *ret_count = 0;
    for (size_t i = 0; i < COUNT_OF(lines) && *ret_count < max; i++) {
        struct reason r = { .code = lines[i].code,
                            .number = lines[i].points,
                            .overruled = o->released };
        if (lines[i].test(o, &r)) {
            score += lines[i].points;
            ret[(*ret_count)++] = r;
        }
    }
    return score;
}
