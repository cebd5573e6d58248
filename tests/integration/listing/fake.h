/* A shop, a supplier and a text model in shared memory, in place of the clients: the job types call the same functions, a child
 * process that is killed in the middle leaves what it did, and every call can be a fault point.
 * Threads: one; processes take turns. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/support/fault_point.h"
#include "worker/core/ai_desk.h"
#include "worker/providers/cj/cj_products.h"
#include "worker/providers/shopify/shopify_products.h"

enum { FAKE_PRODUCTS = 8, FAKE_VARIANTS = 4, FAKE_HOOKS = 12, FAKE_HTML = 4000 };

struct fake_listing { /* a product at the shop */
    bool used, published;
    char handle[256], status[16], title[256], html[FAKE_HTML], seo_title[256], seo_description[400];
    int media, media_failed, media_looks; /* looks until they are processed */
    size_t variant_count;
    struct {
        char sku[64];
        int64_t price, cost, quantity;
        char values[3][64];
    } variants[FAKE_VARIANTS];
};

struct fake {
    struct fake_listing products[FAKE_PRODUCTS];
    /* how the shop is */
    int media_looks, media_fail; /* of new products: looks until processed; how many of them fail */
    bool spoil_title;            /* it shows another title than was sent */
    bool no_location, no_channel, no_policies;
    char scopes[400], currency[4];
    struct shopify_hook hooks[FAKE_HOOKS];
    size_t hook_count;
    char cj_hook[400]; /* where the supplier tells of orders and parcels */
    int cj_hooks_made;
    enum fail_kind refuse_set; /* FAIL_NONE = do not */
    char burnt_key[64];        /* "?" = the next key to come is burnt; then that key */
    /* the supplier: variants of the one product */
    struct {
        char vid[48];
        int64_t stock, cents; /* stock -1 = not named */
        bool gone;
    } goods[FAKE_VARIANTS];
    int64_t freight_cents; /* 0 = no method */
    int quotes;
    bool off_shelf, silent, nameless; /* silent: an empty list of stock; nameless: of variants */
    /* what was really done */
    int sets, statuses, publishes, unpublishes, quantities, prices, texts, hooks_made;
    int asked, supplier_calls;
    /* faults */
    struct fault_point point; /* of every call */
};
extern struct fake *fake;

/* The text model: fill *ret_json with a new reference (AI_DESK_OK) or answer otherwise.  attempt counts from 0 per test. */
typedef enum ai_desk_answer fake_ai_fn(int attempt, const struct ai_task *task, json_t **ret_json);
extern fake_ai_fn *fake_ai; /* NULL = no key */

/* Fresh: no products, two variants of goods in stock, a shop in dollars with everything in place. */
void fake_reset(void);
/* The one product at the shop, NULL when there is none or more than one. */
struct fake_listing *fake_sole(void);
