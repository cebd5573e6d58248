/* Inside of the Shopify client: how the money of an order is read (order_money.c, refunds.c).
 * Failures of kind FAIL_INPUT and FAIL_BUG say that what the shop told cannot be booked; the order itself is read all the same.
 * Threads: pure, but shopify_read_refunds, which may ask for further pages. */
#pragma once

#include <jansson.h>

#include "worker/providers/shopify/shopify_priv.h"

enum { SHOPIFY_UNITS_MAX = 1000000 };

/* A number of units; FAIL_INPUT when it is none, negative or above SHOPIFY_UNITS_MAX. */
must_check int shopify_read_units(const json_t *node, const char *path, int64_t *ret,
                                  struct fail *f);
/* Minor units of the MoneyBag (its shop money) or MoneyV2 at path; FAIL_INPUT when absent, malformed, beyond what an
 * order can be, or in another currency. */
must_check int shopify_read_amount(const json_t *node, const char *path, const char *currency,
                                   int64_t *ret, struct fail *f);
/* Add the amounts at `path` of every element of a plain list to *sum; a list that is not there is FAIL_INPUT. */
must_check int shopify_sum_amounts(const json_t *list, const char *path, const char *currency,
                                   int64_t *sum, struct fail *f);
/* The nodes of a connection that is read in one page; FAIL_INPUT when there are more of them. */
must_check int shopify_nodes_whole(const json_t *node, const char *path, json_t **ret_nodes,
                                   struct fail *f);
/* Currency, shipping and fees of an order. */
must_check int shopify_read_money_head(const json_t *order, struct shopify_money *ret,
                                       struct fail *f);
/* The refunds of an order with all their lines. */
must_check int shopify_read_refunds(struct shopify *s, const json_t *order,
                                    struct shopify_money *ret, struct fail *f);
/* Units of a line that refunds gave back. */
int64_t shopify_refunded_units(const struct shopify_money *m, const char *line_gid);
/* The sums of one line (a node of lineItems); `refunded`: its units that refunds gave back. */
must_check int shopify_line_money_of(const json_t *node, const struct shopify_money *order,
                                     int64_t refunded, struct shopify_line_money *ret,
                                     struct fail *f);
