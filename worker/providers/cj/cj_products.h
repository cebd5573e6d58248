/* CJdropshipping's catalogue for discovery and the stock watch: search, product detail, stock of all variants, categories.
 * Kinds, ids and money as in cj.h.  "Empty" and "failed" are never confused: a throttled or failed call is -1.
 * Threads: as the struct cj. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/providers/cj/cj.h"

enum { CJ_PAGE_MAX = 100, CJ_OPTIONS_MAX = 3 };

struct cj_search {
    const char *keyword;          /* NULL = none */
    const char *category_id;      /* third level; NULL = all */
    const char *country;          /* stock in that country; NULL = any */
    int64_t min_cents, max_cents; /* supplier price band; 0 = open */
    int page;                     /* from 1 */
    int size;                     /* 1 to CJ_PAGE_MAX */
};
struct cj_found { /* a row of listV2 */
    char pid[CJ_ID_BYTES], sku[64], category_id[64];
    char name[512], category[256], image[1024]; /* cut at a character when longer; "" = none */
    bool price_known;
    struct money price_min, price_max;
    int64_t listed_num, stock; /* -1 not told */
};
struct cj_found_page {
    struct cj_found *rows;
    size_t count;
    int64_t total; /* as CJ counts, capped near 6000; -1 not told */
    bool more;
};
void cj_found_page_done(struct cj_found_page *p); /* accepts a zeroed one */
/* listV2, 50 points. */
must_check int cj_search(struct cj *cj, const struct cj_search *search, struct cj_found_page *ret,
                         struct fail *f);

struct cj_option {
    char name[64], value[256];
};
struct cj_product_variant {
    char vid[CJ_ID_BYTES], sku[64];
    char name[512], image[1024];
    bool price_known;
    struct money price;                     /* variantSellPrice */
    int64_t weight_g;                       /* -1 unknown */
    int64_t length_mm, width_mm, height_mm; /* -1 unknown */
    struct cj_option
        options[CJ_OPTIONS_MAX]; /* one "Style" with the whole key when the split is not certain */
    size_t option_count;
    bool key_ambiguous; /* its pieces did not fit the option names */
};
struct cj_product {
    char pid[CJ_ID_BYTES], sku[64], category_id[64];
    char name[512], category[256];
    char hs_code[16];   /* entryCode, digits; "" = unknown */
    char material[256]; /* joined by ", "; "" = unknown */
    char packing[256];
    char *description;  /* supplier's HTML as it came; untrusted; "" = none */
    bool on_sale;       /* status 3 */
    int64_t weight_g;   /* heaviest reading of the product; -1 unknown */
    int64_t listed_num; /* -1 not told */
    char (*images)[1024];
    size_t image_count;
    struct cj_product_variant *variants;
    size_t variant_count;
};
void cj_product_done(struct cj_product *p); /* accepts a zeroed one */
/* product/query, 10 points.  FAIL_MISSING: unknown or taken off the shelf (code tells which). */
must_check int cj_product_get(struct cj *cj, const char *pid, struct cj_product *ret,
                              struct fail *f);

struct cj_stock_row {
    char vid[CJ_ID_BYTES];
    int64_t quantity; /* total at the warehouse country */
};
/* Stock of all variants of a product in a warehouse country, one call, 10 points (getInventoryByPid).  A variant CJ tells
 * nothing about is not in the list.  *ret is malloc'ed. */
must_check int cj_stock_of_product(struct cj *cj, const char *pid, const char *country,
                                   struct cj_stock_row **ret, size_t *ret_count, struct fail *f);

struct cj_category {
    char id[64], name[128], parents[256]; /* parents "Pets / Dogs" */
};
/* Third-level categories, free of points.  *ret is malloc'ed. */
must_check int cj_categories(struct cj *cj, struct cj_category **ret, size_t *ret_count,
                             struct fail *f);
