/* The books: facts of sales, costs and traffic, as they become known.  Writing a fact books it: the sums of its day
 * (daily_sales and its kin, sql/migrations/0009_books.sql) change in the same transaction, at its commit, whoever wrote it and
 * with whatever statement; nothing here needs to be called for that.  A transaction that writes facts runs at the isolation
 * level READ COMMITTED, which is that of db_begin.
 * Amounts are minor units of the order's currency, without tax unless said otherwise; what is unknown is left out, never 0.
 * Writing the same facts again changes nothing.  Costs of goods and of the supplier's shipping are taken from supplier_order by
 * the database itself (invoice, else quote, else the price when the line was first seen), as is the shop day of an order,
 * a refund or a credit: the civil day in the zone of shop_info when the row is written, or as soon as the zone is known.
 * Threads: uses the caller's db; the helpers at the end are pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

enum { BOOKS_LINES_MAX = 1000 };

/* A line as it was sold: after edits, before refunds. */
struct books_line {
    const char *gid;  /* order_line.line_gid; the line is stored already */
    int64_t ordered;  /* quantity */
    int64_t gross;    /* price x quantity, before discounts */
    int64_t discount; /* the line's part of all discounts the shop has allocated */
    int64_t tax;
    bool gift_card;
};
struct books_order {
    const struct books_line *lines;
    size_t line_count;
    int64_t
        discount; /* not allocated to lines by the shop: split over them by net price, largest remainder */
    int64_t shipping; /* charged, after its discounts */
    int64_t tax;      /* all taxes charged, shipping's too */
    int64_t duties;   /* import duties collected */
    bool fee_known;
    int64_t fee; /* as the payment gateway took it */
};
/* Keep the money facts of an order.  Without a fee of the gateway, now or from before, the fee is the configured rate's
 * (settings money.payment_fee_*) of all that was charged, kept with that source; it stays unknown where the fixed part is a
 * default that does not fit the currency.  Lines of the order that are not given were not sold.
 * FAIL_MISSING: no such order or line; FAIL_INPUT: a negative quantity, more discount than price, over BOOKS_LINES_MAX lines. */
must_check int books_order_store(struct db *tx, int64_t order_id, const struct books_order *o,
                                 struct fail *f);

struct books_refund_line {
    const char *gid; /* order_line.line_gid */
    int64_t quantity;
    int64_t net; /* given back for them */
    int64_t tax;
};
struct books_refund {
    const char *gid; /* the shop's; unique */
    int64_t at_us;   /* when it was made */
    const struct books_refund_line *lines;
    size_t line_count;
    int64_t shipping;
    int64_t tax; /* beside the lines' (shipping) */
    int64_t duties;
    int64_t adjustment; /* given back beyond lines and shipping; negative: kept back */
};
/* Keep a refund; one that is known takes these values.  FAIL_MISSING: no such order; FAIL_INPUT as above. */
must_check int books_refund_store(struct db *tx, int64_t order_id, const struct books_refund *r,
                                  struct fail *f);

/* What the supplier gave back for an order (dispute): cost taken back on its own day. */
struct books_credit {
    const char *key; /* names it for good, as "cj.dispute:123" */
    int64_t at_us;
    int64_t minor;
};
/* Keep a credit; one that is known takes the new amount.  FAIL_MISSING: no such order; FAIL_INPUT: below 0. */
must_check int books_credit_store(struct db *tx, int64_t order_id, const struct books_credit *c,
                                  struct fail *f);
/* Duty borne for an order as the supplier or carrier billed it; comes before the duty computed by rule. */
must_check int books_duty_store(struct db *tx, int64_t order_id, int64_t minor, struct fail *f);

/* The ad set an order came from. */
struct books_origin {
    const char *platform, *campaign, *ad_set;
    bool by_click; /* click id; else UTM */
};
/* Keep where an order came from: the first that is known stays, but a click id comes before UTM.  FAIL_MISSING: no such
 * order. */
must_check int books_origin_store(struct db *tx, int64_t order_id, const struct books_origin *o,
                                  struct fail *f);

/* One row of an ad report.  A later report of the same key takes its place. */
struct books_metric {
    const char *platform, *campaign, *ad_set;
    int64_t product_id;   /* 0 = no single product */
    const char *day;      /* shop day, YYYY-MM-DD */
    const char *currency; /* of spend and revenue */
    int64_t spend, impressions, clicks, purchases, revenue;
};
/* Keep a row of a report and share the day's spend among its orders anew.  FAIL_INPUT: no day, a negative number. */
must_check int books_metric_store(struct db *tx, const struct books_metric *m, struct fail *f);

/* The store's visits of a shop day. */
struct books_sessions {
    const char *day;         /* YYYY-MM-DD */
    const char *source;      /* who counted them, "shopifyql" */
    int64_t all, with_order; /* with_order: those with at least one order */
};
/* Keep a day's visits; a later count of the same day takes its place.  FAIL_INPUT: no day, a negative number. */
must_check int books_sessions_store(struct db *tx, const struct books_sessions *s, struct fail *f);

/* A price without tax: gross before discounts. */
struct books_untaxed {
    int64_t gross, discount;
};
/* A price that includes its tax, taken apart: gross - discount is exactly paid - tax; paid = with_tax - discount_with_tax.
 * FAIL_INPUT: tax above what was paid, or a negative amount. */
must_check int books_without_tax(int64_t with_tax, int64_t discount_with_tax, int64_t tax,
                                 struct books_untaxed *ret, struct fail *f);

/* Some units of a line: `from` .. `from + count` - 1 of `quantity`. */
struct books_units {
    int64_t quantity, from, count;
};
/* What these units carry of a line's amount (net or tax), split over its units by largest remainder: refunds one after another
 * never give back more than was charged.  FAIL_INPUT: units that are not there. */
must_check int books_of_units(int64_t amount, const struct books_units *units, int64_t *ret,
                              struct fail *f);
