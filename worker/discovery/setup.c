/* store.setup []: is the shop ready for what the programs do?  Each thing that is asked becomes a finding with what to do about it;
 * "dropship doctor" shows them.  Passing trouble leaves the findings of before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/model/pricing_rule.h"
#include "sql/discovery.h"
#include "worker/discovery/listing_jobs.h"
#include "worker/discovery/setup_findings.h"
#include "worker/discovery/setup_hooks.h"
#include "worker/discovery/setup_hooks_cj.h"
#include "worker/discovery/setup_places.h"
#include "worker/providers/shopify/shopify_products.h"

struct check {
    struct job_context *c;
    struct settings set;
    struct setup_findings found;
    struct shopify_shop shop;
};
/* 0 also when what was asked is wrong at the shop: that is a finding.  -1 = passing trouble. */
typedef int check_fn(struct check *k, struct fail *f);

/* A refusal is a finding; anything that may pass is not. */
static int refused(struct check *k, const char *name, const char *mend, struct fail *f)
{
    if (fail_rule(f->kind)->retry || f->kind == FAIL_BUG) {
        return -1;
    }
    setup_found(&k->found, name, SETUP_FAIL, mend, "%s", f->text);
    return 0;
}

/* ---- sign-in and scopes ---- */

static const struct scope {
    const char *name, *also; /* also: a scope that includes it */
    enum setup_level level;  /* without it */
    const char *why;
} scopes[] = {
    { "write_products", NULL, SETUP_FAIL, "products are listed" },
    { "write_inventory", NULL, SETUP_FAIL, "stock is kept true" },
    { "read_locations", "write_locations", SETUP_FAIL, "stock lies at a location" },
    { "write_publications", NULL, SETUP_FAIL, "products are shown in the online store" },
    { "read_orders", "write_orders", SETUP_FAIL, "orders are fulfilled" },
    { "write_merchant_managed_fulfillment_orders", NULL, SETUP_FAIL, "orders are fulfilled" },
    { "write_orders", NULL, SETUP_WARN, "orders are tagged and refunded" },
    { "write_third_party_fulfillment_orders", NULL, SETUP_WARN,
      "orders are fulfilled whose location belongs to an app" },
    { "write_fulfillments", NULL, SETUP_WARN, "parcels' events are shown to customers" },
    { "read_reports", NULL, SETUP_WARN,
      "visits to the store are counted, for the conversion rate" },
};

static bool has_scope(const char *list, const char *name)
{
    size_t size = name != NULL ? strlen(name) : 0;

    for (const char *at = list; size > 0 && *at != '\0';) {
        size_t one = strcspn(at, ", ");
        if (one == size && strncmp(at, name, size) == 0) {
            return true;
        }
        at += one;
        at += strspn(at, ", ");
    }
    return false;
}

static int check_scopes(struct check *k, struct fail *f)
{
    scoped(free_p) char *list = NULL;
    char name[SETUP_NAME_BYTES];

    if (shopify_scopes(k->c->shopify, &list, f) < 0) {
        return refused(k, "scopes", "Check the shop's name and the app's token or client secret.",
                       f);
    }
    for (size_t i = 0; i < COUNT_OF(scopes); i++) {
        bool has = has_scope(list, scopes[i].name) || has_scope(list, scopes[i].also);
        (void)snprintf(name, sizeof name, "scope.%.50s", scopes[i].name);
        setup_found(&k->found, name, has ? SETUP_OK : scopes[i].level,
                    "Add the scope to the app's version in the Dev Dashboard, release it and "
                    "install it on the shop again.",
                    has ? "The app has the scope %s." : "The app lacks the scope %s: by it %s.",
                    scopes[i].name, scopes[i].why);
    }
    return 0;
}

/* ---- the shop itself ---- */

/* The days of the figures are the shop's, whatever flows are on. */
static int keep_shop(struct check *k, struct fail *f)
{
    if (k->shop.currency[0] == '\0' || k->shop.timezone[0] == '\0') {
        return 0;
    }
    TRY(db_exec(k->c->db, &sql_discovery_shop_info_put,
                (const char *[]){ k->shop.name, k->shop.currency, k->shop.timezone }, f));
    return 0;
}

static int check_shop(struct check *k, struct fail *f)
{
    if (shopify_shop_info(k->c->shopify, &k->shop, f) < 0) {
        return refused(k, "shop", "Check the shop's name and the app's token or client secret.", f);
    }
    setup_found(&k->found, "shop", SETUP_OK, NULL, "%s (%s), plan %s.", k->shop.name,
                k->shop.domain, k->shop.plan);
    setup_found(&k->found, "timezone", k->shop.timezone[0] != '\0' ? SETUP_OK : SETUP_WARN,
                "Set the time zone in the shop's general settings.", "Time zone %s.",
                k->shop.timezone[0] != '\0' ? k->shop.timezone : "not told");
    return keep_shop(k, f);
}

static int check_currency(struct check *k, struct fail *f)
{
    static const char rate[] =
        "Set money.usd_rate_e9 to what a US dollar costs in the shop's currency, times 10^9.";
    const char *own = setting_rules[SETTING_USD_RATE_E9].otherwise;
    bool usd = strcmp(k->shop.currency, "USD") == 0;

    if (k->shop.currency[0] == '\0') {
        return 0; /* the shop's own finding says why */
    }
    if (money_settings_fit(&k->set, k->shop.currency, f) < 0) {
        setup_found(&k->found, "currency", SETUP_FAIL, "Give the setting in the shop's currency.",
                    "The shop sells in %s: %s", k->shop.currency, f->text);
    } else if (!usd && strcmp(setting_text(&k->set, SETTING_USD_RATE_E9), own) == 0) {
        setup_found(&k->found, "currency", SETUP_FAIL, rate,
                    "The shop sells in %s, and what a US dollar costs there is not set.",
                    k->shop.currency);
    } else {
        setup_found(&k->found, "currency", SETUP_OK, NULL, "The shop sells in %s.",
                    k->shop.currency);
    }
    return 0;
}

/* ---- what listings need ---- */

static int check_products(struct check *k, struct fail *f)
{
    scoped(shopify_product_done) struct shopify_product none = { 0 };
    int found = shopify_product_by_handle(k->c->shopify, "dropship-set-up-check", NULL, &none, f);

    if (found < 0 && f->kind != FAIL_MISSING) {
        return refused(k, "products", "Give the app access to products.", f);
    }
    setup_found(&k->found, "products", SETUP_OK, NULL, "Products can be read.");
    return 0;
}

static int check_places(struct check *k, struct fail *f)
{
    static const char *const mends[SETUP_PLACES] = {
        [SETUP_LOCATION] =
            "Switch a location on in the shop's settings and let it fulfil online orders.",
        [SETUP_PUBLICATION] = "Add the sales channel Online Store to the shop.",
    };
    struct setup_place places[SETUP_PLACES];

    if (setup_places_find(k->c, places, f) < 0) {
        return refused(k, "places",
                       "Give the app the scopes read_locations and write_publications.", f);
    }
    for (size_t i = 0; i < SETUP_PLACES; i++) {
        bool good = places[i].gid[0] != '\0';
        setup_found(&k->found, places[i].name, good ? SETUP_OK : SETUP_FAIL, mends[i], "%s",
                    good ? places[i].title : places[i].why);
    }
    return 0;
}

/* ---- orders: is the address withheld? ---- */

static int look_at_address(struct check *k, const char *gid, struct fail *f)
{
    scoped(shopify_order_done) struct shopify_order order = { 0 };

    if (shopify_order_get(k->c->shopify, gid, &order, f) < 0) {
        return refused(k, "orders.address", "Give the app access to orders and customer data.", f);
    }
    bool seen = order.ship.present && order.ship.line1[0] != '\0';
    setup_found(&k->found, "orders.address", seen ? SETUP_OK : SETUP_WARN,
                "Give the app protected customer data, level 2; the shop's plan must be Grow or "
                "higher for it.",
                seen ? "Addresses of orders can be read."
                     : "The address of order %s cannot be read; nothing could be sent.",
                order.head.name);
    return 0;
}

static int check_orders(struct check *k, struct fail *f)
{
    static const int64_t month_us = INT64_C(30) * 86400 * 1000000;
    scoped(shopify_order_page_done) struct shopify_order_page page = { 0 };

    const struct shopify_order_search one = { .since_us = clock_now_us() - month_us,
                                              .page_size = 1 };
    if (shopify_orders_updated(k->c->shopify, &one, &page, f) < 0) {
        return refused(k, "orders", "Give the app access to orders in the Dev Dashboard.", f);
    }
    setup_found(&k->found, "orders", SETUP_OK, NULL, "Orders can be read.");
    return page.count > 0 ? look_at_address(k, page.rows[0].gid, f) : 0;
}

/* ---- policies ---- */

static int check_policies(struct check *k, struct fail *f)
{
    scoped(free_p) struct shopify_policy *list = NULL;
    size_t count = 0;
    char name[SETUP_NAME_BYTES];

    if (shopify_policies(k->c->shopify, &list, &count, f) < 0) {
        return refused(k, "policies", "Give the app the scope read_legal_policies.", f);
    }
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(name, sizeof name, "policy.%.50s", list[i].type);
        setup_found(&k->found, name, list[i].written ? SETUP_OK : SETUP_WARN,
                    "Write it under Settings, Policies; ad networks and buyers look for it.",
                    list[i].written ? "The policy %s is written." : "The policy %s is not written.",
                    list[i].type);
    }
    return 0;
}

static int check_hooks(struct check *k, struct fail *f)
{
    if (setup_hooks(k->c, &k->set, &k->found, f) < 0) {
        return refused(k, "webhooks", "Give the app access to orders, then check again.", f);
    }
    setup_hooks_cj(k->c, &k->set, &k->found);
    return 0;
}

static check_fn *const checks[] = { check_shop,   check_currency, check_scopes,   check_products,
                                    check_places, check_orders,   check_policies, check_hooks };

int store_setup(struct job_context *c, struct fail *f)
{
    scoped(free_p) struct check *k = calloc(1, sizeof *k);

    if (k == NULL) {
        return fail_memory(f);
    }
    k->c = c;
    TRY(settings_read(c->db, &k->set, f));
    if (c->shopify == NULL) {
        setup_found(&k->found, "shop", SETUP_FAIL,
                    "Set SHOPIFY_SHOP and SHOPIFY_CLIENT_ID with SHOPIFY_CLIENT_SECRET, or "
                    "SHOPIFY_ACCESS_TOKEN.",
                    "No shop is configured.");
        return setup_findings_store(c->db, &k->found, f);
    }
    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        TRY(checks[i](k, f));
    }
    return setup_findings_store(c->db, &k->found, f);
}
