/* CJdropshipping API 2.0: typed calls in, typed answers out.  One central call: gate -> HTTP ->
 * envelope -> kind.
 * Kinds: FAIL_LATER passing trouble and throttling (after the gate was told), FAIL_LIMITED quota
 * or points gone, FAIL_UNKNOWN a write without a clear answer, FAIL_MISSING not found,
 * FAIL_CONFLICT exists already (1603003) or paid already, FAIL_DENIED account trouble,
 * FAIL_INPUT refused for good; code = CJ's number as text ("1604000"). Ids are text.  Amounts
 * are money in USD.  "Empty" and "failed" are never confused.
 * Threads: a struct cj belongs to one thread (its http and gate too). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/money.h"
#include "common/http/http.h"
#include "worker/providers/gate.h"

enum { CJ_ID_BYTES = 48, CJ_TOKEN_BYTES = 2048 };

struct cj;

/* http and gate are borrowed and must outlive the client. */
must_check int cj_open(const char *base_url, struct http *http, const struct provider_gate *gate,
                       struct cj **ret, struct fail *f);
/* Accepts NULL; http and gate stay the caller's. */
void cj_close(struct cj *cj);

/* What the calls that follow are made for.  The same look-ups serve paid orders and the catalogue,
 * and only those for orders may use the points of the day that the gate keeps for them.  A new
 * client works for discovery.  cj may be NULL (no account): nothing. */
enum cj_purpose {
    CJ_FOR_DISCOVERY, /* and for the stock watch: whatever can wait for tomorrow's points */
    CJ_FOR_ORDERS
};
/* Say so; it holds until it is said otherwise. */
void cj_for(struct cj *cj, enum cj_purpose purpose);

/* ---- account; used by the one token holder, with its own locking.  FAIL_LATER and FAIL_LIMITED:
 * the sign-in was not sent.  FAIL_UNKNOWN: it may have counted (no clear answer, too many
 * requests); retry_after_ms says how long to stay away ---- */
struct cj_tokens {
    char access[CJ_TOKEN_BYTES], refresh[CJ_TOKEN_BYTES];
    char open_id[CJ_ID_BYTES]; /* also the webhook key: a secret; "" when not repeated */
    int64_t access_until_us, refresh_until_us;
};
/* Sign in with the account's key. */
must_check int cj_login(struct cj *cj, const char *api_key, struct cj_tokens *ret, struct fail *f);
/* A new access token for the refresh token. */
must_check int cj_refresh(struct cj *cj, const char *refresh_token, struct cj_tokens *ret,
                          struct fail *f);
/* setting/get: calls per second of this account (>= 1). */
must_check int cj_qps_limit(struct cj *cj, int64_t *ret_qps, struct fail *f);

/* ---- webhooks ---- */
struct cj_hooks { /* whether a topic is told to the address that was asked about */
    bool orders, logistics;
};
/* setting/get: which topics go to url. */
must_check int cj_hooks_read(struct cj *cj, const char *url, struct cj_hooks *ret, struct fail *f);
/* webhook/set: orders and logistics to url (https), products and stock to nobody.  May be repeated: it says how things shall be. */
must_check int cj_hooks_set(struct cj *cj, const char *url, struct fail *f);

/* ---- catalogue ---- */
struct cj_variant {
    char vid[CJ_ID_BYTES], pid[CJ_ID_BYTES], sku[64];
    bool price_known;
    struct money price; /* variantSellPrice */
    int64_t weight_g;   /* -1 unknown */
};
/* Variants whose SKU is exactly sku (usually 0 or 1; *ret is malloc'ed). */
must_check int cj_variants_by_sku(struct cj *cj, const char *sku, struct cj_variant **ret,
                                  size_t *ret_count, struct fail *f);
/* One variant.  FAIL_MISSING when CJ has none of that vid, or has taken it off the shelf. */
must_check int cj_variant_by_vid(struct cj *cj, const char *vid, struct cj_variant *ret,
                                 struct fail *f);
/* Live stock of a variant in a warehouse country.  FAIL_MISSING as cj_variant_by_vid. */
must_check int cj_stock(struct cj *cj, const char *vid, const char *country, int64_t *ret_quantity,
                        struct fail *f);

/* ---- freight ---- */
struct cj_item {
    char vid[CJ_ID_BYTES];
    int64_t quantity;
    char line_id[128]; /* storeLineItemId, "" = none */
};
struct cj_freight {
    char name[64];          /* verbatim into the order */
    struct money price;     /* totalPostageFee, or the sum of the parts */
    int days_min, days_max; /* -1 unknown */
};
struct cj_route {
    const char *from, *to, *zip; /* country codes; zip may be NULL */
};
/* Goods that go one way together; borrowed. */
struct cj_consignment {
    struct cj_route route;
    const struct cj_item *items;
    size_t count; /* at least 1 */
};
/* Methods for these goods; 0 with *ret_count 0 means truly not shippable.  *ret is malloc'ed. */
must_check int cj_freight_quote(struct cj *cj, const struct cj_consignment *goods,
                                struct cj_freight **ret, size_t *ret_count, struct fail *f);

/* ---- orders ---- */
/* Fields are wide enough to hold one character more than CJ accepts, whatever its UTF-8 length,
 * so that a value that is too long is refused by name instead of being cut on its way here. */
struct cj_address {
    char country_code[8]; /* ISO 3166 alpha-2; UK is sent as GB */
    char country[208];
    char province[208]; /* "" = the city is sent in its place */
    char city[208], zip[88], line1[808], line2[808];
    char name[208], phone[88], email[208], tax_id[88]; /* phone is required */
};
struct cj_new_order {
    const char *number; /* ours, <= 50 characters */
    const struct cj_address *to;
    const char *logistic_name, *from_country;
    const struct cj_item *items;
    size_t item_count;
};
struct cj_order_line {
    char vid[CJ_ID_BYTES];
    int64_t quantity;
};
enum cj_status {
    CJ_CREATED,
    CJ_IN_CART,
    CJ_UNPAID,
    CJ_UNSHIPPED,
    CJ_SHIPPED,
    CJ_DELIVERED,
    CJ_CANCELLED,
    CJ_OTHER
};
struct cj_shipment {            /* one parcel; split orders have several */
    char order_id[CJ_ID_BYTES]; /* id of this (part) order */
    char tracking_number[72], tracking_url[512], carrier[64];
    enum cj_status status;
    struct cj_order_line *lines; /* NULL = all lines */
    size_t line_count;
};
struct cj_order {
    char order_id[CJ_ID_BYTES], number[56], status_text[32];
    enum cj_status status;
    bool paid; /* UNSHIPPED or later, or paymentDate set */
    bool amount_known;
    struct money amount;         /* orderAmount; else productAmount + postageAmount */
    bool logistics_miss;         /* exists but can never be paid as it stands */
    char intercept[256];         /* reasons it is held for, "" = none */
    struct cj_order_line *lines; /* NULL when CJ gave none */
    size_t line_count;
    struct cj_shipment *shipments; /* with a tracking number */
    size_t shipment_count;
};
void cj_order_done(struct cj_order *o); /* frees the arrays; accepts a zeroed one */

/* createOrderV2 with payType 3.  FAIL_INPUT with a field's name as code ("shippingAddress"):
 * refused here, before sending. FAIL_CONFLICT "1603003": the number exists, read
 * it.  FAIL_UNKNOWN: read it, too. */
must_check int cj_order_create(struct cj *cj, const struct cj_new_order *order,
                               struct cj_order *ret, struct fail *f);
/* getOrderDetail by CJ's id or our number, with its shipments (children of split orders are
 * looked up). FAIL_MISSING. */
must_check int cj_order_get(struct cj *cj, const char *id_or_number, struct cj_order *ret,
                            struct fail *f);
/* confirmOrder: it waits for payment then.  FAIL_UNKNOWN: read the order. */
must_check int cj_order_confirm(struct cj *cj, const char *order_id, struct fail *f);
/* Only CREATED and IN_CART orders can be deleted; there is no cancel call for paid ones. */
must_check int cj_order_delete(struct cj *cj, const char *order_id, struct fail *f);
/* payBalance. FAIL_LIMITED "1604000": balance too low.  FAIL_UNKNOWN: read the order. */
must_check int cj_order_pay(struct cj *cj, const char *order_id, struct fail *f);
/* getBalance: what the wallet can pay now, in USD. */
must_check int cj_balance(struct cj *cj, struct money *ret_available, struct fail *f);
struct cj_order_row {
    char order_id[CJ_ID_BYTES], number[56];
    enum cj_status status;
};
struct cj_order_page {
    struct cj_order_row *rows;
    size_t count;
    bool more; /* pages follow */
};
/* Release what it holds; zeroed afterwards. */
void cj_order_page_done(struct cj_order_page *p);
/* A page (from 1) of our orders in one status (order/list), for reconciliation: number, id and
 * status only.  *ret is the caller's (cj_order_page_done) and written on success only. */
must_check int cj_order_list(struct cj *cj, const char *status, int page, struct cj_order_page *ret,
                             struct fail *f);

/* Price forms of CJ: number, "11.85", "1.20-3.40", "8.13 -- 8.62" -> min and max in cents,
 * fractions of a cent rounded up; 1 when empty or unreadable (unknown; *ret untouched). */
int cj_parse_price(const char *text, struct money *ret_min, struct money *ret_max);
