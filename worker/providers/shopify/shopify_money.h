/* What an order brought in and what went back, as the shop tells it: lines, shipping, payments, refunds.  All amounts are shop
 * money in minor units of one currency, the order's; what a buyer saw in another currency is not read.  Amounts are without tax
 * whether the shop's prices include it or not.  Orders are shipped also when their money cannot be read: then `known` is false
 * and `why` says what was wrong, and no amount may be used.
 * Threads: plain data. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHOPIFY_MONEY_GID_BYTES = 96, SHOPIFY_MONEY_WHY_BYTES = 200 };

/* A line's sums over `ordered` units: refunded units count, units an edit took out before anybody was charged do not. */
struct shopify_line_money {
    int64_t ordered;
    int64_t gross_minor;    /* price x units, before discounts */
    int64_t discount_minor; /* of the line and the line's share of those of the whole order */
    int64_t tax_minor;      /* sales tax of goods and of their duties */
    int64_t duty_minor;     /* import duties collected from the buyer */
    bool gift_card;         /* a gift card that was sold: no revenue */
};

struct shopify_refund_line {
    char line_gid[SHOPIFY_MONEY_GID_BYTES];
    int64_t quantity;
    int64_t net_minor, tax_minor;
};
/* One refund; what went back counts positive.  Money is not the same as goods: a refund can give back goods without money (an
 * edit of an unpaid order) and money without goods (an adjustment). */
struct shopify_refund {
    char gid[SHOPIFY_MONEY_GID_BYTES];
    int64_t at_us;
    int64_t paid_minor; /* that really went back to the buyer */
    int64_t ship_net_minor, ship_tax_minor;
    int64_t duty_minor;
    int64_t adjust_net_minor,
        adjust_tax_minor; /* beyond the lines; negative = less than they were worth */
    struct shopify_refund_line *lines;
    size_t line_count;
};

struct shopify_money {
    bool known;
    char why[SHOPIFY_MONEY_WHY_BYTES]; /* while not known */
    char currency[4];
    bool taxes_included; /* in the shop's prices; they are taken out of the amounts here */
    int64_t ship_net_minor, ship_tax_minor; /* charged for shipping, after discounts */
    bool
        fee_known; /* something was paid, and the provider told its fees of each payment, in the order's currency */
    int64_t fee_minor;
    struct shopify_refund *refunds;
    size_t refund_count;
};
void shopify_money_done(struct shopify_money *m); /* frees the arrays; accepts a zeroed one */
