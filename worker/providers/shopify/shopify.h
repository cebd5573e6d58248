/* Shopify Admin GraphQL 2026-10: typed calls in, typed answers out.  One central call: gate
 * (cost bucket) -> HTTP -> judge: THROTTLED, 429, userErrors, top-level errors as array, object
 * or string, partial data, search warnings (an error: a misspelt filter matches too much).
 * Kinds: FAIL_LATER throttled or passing, FAIL_UNKNOWN a mutation without a clear answer,
 * FAIL_DENIED token, scope, frozen shop, FAIL_INPUT userErrors and static errors (code =
 * Shopify's code), FAIL_MISSING no such object. Queries are repeated here on passing trouble (at
 * most 3 times); mutations only after THROTTLED.
 * Threads: a struct shopify belongs to one thread (its http and gate too). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/money.h"
#include "common/http/http.h"
#include "worker/providers/gate.h"
#include "worker/providers/shopify/shopify_money.h"

enum { SHOPIFY_GID_BYTES = 96, SHOPIFY_TOKEN_BYTES = 512, SHOPIFY_CURSOR_BYTES = 512 };

struct shopify;

/* base_url: "https://NAME.myshopify.com" or its replacement.  http and gate are borrowed and
 * must outlive the client. */
must_check int shopify_open(const char *base_url, struct http *http,
                            const struct provider_gate *gate, struct shopify **ret, struct fail *f);
/* Accepts NULL; http and gate stay the caller's. */
void shopify_close(struct shopify *s);
/* The API version that served the last call ("" before the first): another than asked for means
 * ours is retired. */
const char *shopify_served_version(const struct shopify *s);

/* An app's name for itself; borrowed. */
struct shopify_client {
    const char *id, *secret;
};
/* Client-credentials grant; used by the one token holder.  FAIL_DENIED with Shopify's word as
 * code ("shop_not_permitted").  FAIL_LATER and FAIL_LIMITED: it was not sent; FAIL_UNKNOWN: sent,
 * without a clear answer. */
must_check int shopify_grant(struct shopify *s, const struct shopify_client *client,
                             char token[static SHOPIFY_TOKEN_BYTES], int64_t *ret_expires_in_s,
                             struct fail *f);

struct shopify_shop {
    char name[128], domain[128], currency[4], timezone[64], plan[64];
};
/* Name, domain, currency, time zone and plan; needs no scope. */
must_check int shopify_shop_info(struct shopify *s, struct shopify_shop *ret, struct fail *f);
/* Visits to the store on one day of the shop's. */
struct shopify_day_sessions {
    char day[11]; /* YYYY-MM-DD */
    int64_t sessions, with_order;
};
/* The last `days` whole shop days and today, oldest first; a day is missing when the shop tells nothing of it.  *ret is the
 * caller's.  FAIL_DENIED: the token lacks read_reports (or level 2 customer data); FAIL_INPUT: the shop does not
 * understand the statement; FAIL_LATER: the budget of such statements is spent, retry_after_ms says until when. */
must_check int shopify_sessions(struct shopify *s, int days, struct shopify_day_sessions **ret,
                                size_t *ret_count, struct fail *f);
/* Comma-separated scopes of the token; *ret is the caller's. */
must_check int shopify_scopes(struct shopify *s, char **ret, struct fail *f);

/* ---- orders ---- */
struct shopify_order_row { /* one line of a list */
    char gid[SHOPIFY_GID_BYTES], name[64], financial[32];
    int64_t created_us, updated_us, cancelled_us; /* 0 = not cancelled, or unreadable */
    bool test, total_known;
    struct money total;
};
struct shopify_order_page {
    struct shopify_order_row *rows;
    size_t count;
    bool more;
    char cursor[SHOPIFY_CURSOR_BYTES]; /* for the next page */
};
/* Release the rows; zeroed afterwards. */
void shopify_order_page_done(struct shopify_order_page *p);
/* Which page of the orders by their time of change. */
struct shopify_order_search {
    int64_t since_us; /* changed at or after, rounded down to the second */
    int page_size;    /* held between 1 and 250, and halved when the shop finds the page too dear */
    const char *cursor; /* of the page before; NULL or "" = first page */
};
/* One page of orders, oldest change first.  *ret is the caller's (shopify_order_page_done). */
must_check int shopify_orders_updated(struct shopify *s, const struct shopify_order_search *search,
                                      struct shopify_order_page *ret, struct fail *f);

struct shopify_line {
    char gid[SHOPIFY_GID_BYTES], title[256], sku[256], variant_gid[SHOPIFY_GID_BYTES];
    int64_t quantity; /* currentQuantity */
    int64_t to_ship;  /* unfulfilledQuantity */
    bool requires_shipping, price_known;
    struct money unit_price;
    struct shopify_line_money money; /* while the order's money is known */
};
struct shopify_address {
    bool present; /* false when withheld or absent */
    char name[1024], line1[1024], line2[1024], city[1024], province[256], province_code[16],
        zip[128];
    char country[128], country_code[8], phone[128];
};
struct shopify_order {
    struct shopify_order_row head;
    char email[256], phone[40];
    char fulfillment_status[32];
    struct shopify_address ship, bill;
    /* Weightiest of HIGH, PENDING (may still become HIGH), MEDIUM, LOW, NONE; "NONE" when nobody
     * assessed. */
    char risk_level[16];
    char risk_recommendation[16]; /* ACCEPT INVESTIGATE CANCEL NONE */
    char client_ip_country
        [8];                 /* always "": the schema knows the client's address, not its country */
    int64_t customer_orders; /* orders of this customer so far, -1 unknown */
    struct shopify_line *lines; /* all pages */
    size_t line_count;
    struct shopify_money money;
};
/* Release lines and money; zeroed afterwards. */
void shopify_order_done(struct shopify_order *o);
/* One order, whole, with all its lines and refunds.  FAIL_MISSING when the shop has none of that gid;
 * FAIL_INPUT when a field of it is too long to be kept whole (nothing is ever cut silently, for
 * a parcel would go astray). */
must_check int shopify_order_get(struct shopify *s, const char *gid, struct shopify_order *ret,
                                 struct fail *f);

/* ---- fulfillment ---- */
struct shopify_fo_line {
    char gid[SHOPIFY_GID_BYTES], line_gid[SHOPIFY_GID_BYTES];
    int64_t remaining;
};
struct shopify_fo {
    char gid[SHOPIFY_GID_BYTES], status[32], location_gid[SHOPIFY_GID_BYTES];
    bool can_fulfill; /* offers CREATE_FULFILLMENT */
    struct shopify_fo_line *lines;
    size_t line_count;
};
struct shopify_fulfillment {
    char gid[SHOPIFY_GID_BYTES], status[32];
    char numbers[5][72]; /* tracking numbers, "" = none; more than five are FAIL_BUG */
};
struct shopify_fulfillment_state {
    int64_t cancelled_us;
    char financial[32];
    struct shopify_fo *orders;
    size_t order_count;
    struct shopify_fulfillment *done;
    size_t done_count;
};
/* Release both lists; zeroed afterwards. */
void shopify_fulfillment_state_done(struct shopify_fulfillment_state *st);
/* All fulfillment orders with all their lines (every page is read) and up to 249 fulfillments;
 * more are FAIL_BUG, never cut. */
must_check int shopify_fulfillment_state(struct shopify *s, const char *order_gid,
                                         struct shopify_fulfillment_state *ret, struct fail *f);

struct shopify_tracking {
    const char *company, *number, *url; /* url always */
};
struct shopify_fulfill_line {
    char fo_line_gid[SHOPIFY_GID_BYTES];
    int64_t quantity;
};
/* What has been sent of one fulfillment order; all borrowed. */
struct shopify_shipment {
    const char *fo_gid;
    const struct shopify_fulfill_line *lines;
    size_t line_count; /* at least 1 */
    const struct shopify_tracking *tracking;
};
/* fulfillmentCreate on one fulfillment order with notifyCustomer true.  fulfillment gid into ret.
 * FAIL_CONFLICT when the fulfillment order is closed or the quantity is gone: read the state. */
must_check int shopify_fulfill(struct shopify *s, const struct shopify_shipment *sent,
                               char ret[static SHOPIFY_GID_BYTES], struct fail *f);
/* Replace the tracking of a fulfillment; notifyCustomer true. */
must_check int shopify_tracking_update(struct shopify *s, const char *fulfillment_gid,
                                       const struct shopify_tracking *tracking, struct fail *f);
/* Add tags (repeatable). */
must_check int shopify_tags_add(struct shopify *s, const char *gid, const char *const *tags,
                                size_t count, struct fail *f);
