/* CJdropshipping's catalogue for discovery and the stock watch: search, product detail, stock of
 * all variants, categories.  Kinds, ids and money as in cj.h.  "Empty" and "failed" are never
 * confused: a throttled or failed call is -1.  Of what CJ sends any field may be missing or have
 * another form; a row that cannot be read is left out, and a list of which no row can be read is
 * FAIL_BUG.  Texts are the supplier's and not to be trusted; those longer than their field are cut
 * at a character, addresses that are too long are left out.
 * Threads: as the struct cj. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/providers/cj/cj.h"

enum {
    CJ_PAGE_MAX = 100,     /* rows of a page */
    CJ_PAGES_MAX = 1000,   /* pages of a search */
    CJ_OPTIONS_MAX = 3,    /* of a variant */
    CJ_IMAGES_MAX = 64,    /* of a product; further ones are left out */
    CJ_VARIANTS_MAX = 2048 /* of a product; with more it is refused: FAIL_INPUT */
};

/* What a search is sorted by, the most first; the numbers are CJ's. */
enum cj_sort { CJ_SORT_RELEVANCE, CJ_SORT_LISTED, CJ_SORT_PRICE, CJ_SORT_CREATED, CJ_SORT_STOCK };

struct cj_search {
    const char *keyword;          /* NULL = none */
    const char *category_id;      /* third level; NULL = all */
    const char *country;          /* stock in that country; NULL = any */
    int64_t min_cents, max_cents; /* supplier price band; 0 = open */
    int page;                     /* 1 to CJ_PAGES_MAX */
    int size;                     /* 1 to CJ_PAGE_MAX */
    enum cj_sort sort;
};
struct cj_found { /* a row of listV2 */
    char pid[CJ_ID_BYTES], sku[64], category_id[64];
    char name[512], category[256], image[1024]; /* category "Pets / Dogs / Grooming"; "" = none */
    bool price_known; /* and above zero; of the range, not what a variant costs */
    struct money price_min, price_max;
    int64_t listed_num, stock; /* -1 not told */
};
struct cj_found_page {
    struct cj_found *rows;
    size_t count;
    int64_t total; /* as CJ counts, capped near 6000; -1 not told */
    bool more;     /* a next page may have rows */
};
/* Release the rows; the page is empty afterwards. */
void cj_found_page_done(struct cj_found_page *p);
/* product/listV2, 50 points.  *ret is the caller's (cj_found_page_done) and written on success
 * only; nothing found is 0 with no rows.  FAIL_INPUT: page, size or price band out of range. */
must_check int cj_search(struct cj *cj, const struct cj_search *search, struct cj_found_page *ret,
                         struct fail *f);

struct cj_option {
    char name[64], value[256];
};
struct cj_product_variant {
    char vid[CJ_ID_BYTES], sku[64];
    char name[512], image[1024];
    bool price_known;
    struct money price;                     /* variantSellPrice, of a range the dearer end */
    int64_t weight_g;                       /* -1 unknown */
    int64_t length_mm, width_mm, height_mm; /* -1 unknown */
    /* One "Style" with the whole key when the split is not certain: of all variants of the product
     * when one key does not fit, for the options of a product must be the same. */
    struct cj_option options[CJ_OPTIONS_MAX];
    size_t option_count;
    bool key_ambiguous; /* "Style" was taken because pieces and option names did not fit */
};
struct cj_product {
    char pid[CJ_ID_BYTES], sku[64], category_id[64];
    char name[512], category[256];
    char hs_code[16];   /* entryCode, digits; "" = unknown */
    char material[256]; /* joined by ", "; "" = unknown */
    char packing[256];
    char *description;  /* supplier's HTML as it came; untrusted; "" = none */
    bool on_sale;       /* status 3; when it is not told: there are variants */
    int64_t weight_g;   /* heaviest reading of the product; -1 unknown */
    int64_t listed_num; /* -1 not told */
    char (*images)[1024];
    size_t image_count;
    struct cj_product_variant *variants;
    size_t variant_count;
};
/* Release what it holds; zeroed afterwards. */
void cj_product_done(struct cj_product *p);
/* product/query, 10 points.  *ret is the caller's (cj_product_done) and written on success only.
 * FAIL_MISSING: unknown (code "1602001") or taken off the shelf ("1602002", "1602003"). */
must_check int cj_product_get(struct cj *cj, const char *pid, struct cj_product *ret,
                              struct fail *f);

struct cj_stock_row {
    char vid[CJ_ID_BYTES];
    int64_t quantity; /* total at the warehouse country */
};
struct cj_stock_list {
    struct cj_stock_row *rows;
    size_t count;
};
/* Release what it holds; zeroed afterwards. */
void cj_stock_list_done(struct cj_stock_list *list);
/* Stock of all variants of a product in a warehouse country, one call, 10 points
 * (getInventoryByPid).  A variant that lies elsewhere only has 0; one that CJ tells nothing
 * readable about is not in the list.  *ret is the caller's (cj_stock_list_done) and written on
 * success only.  FAIL_MISSING as cj_product_get. */
must_check int cj_stock_of_product(struct cj *cj, const char *pid, const char *country,
                                   struct cj_stock_list *ret, struct fail *f);

struct cj_category {
    char id[64], name[128], parents[256]; /* parents "Pets / Dogs" */
};
/* Third-level categories (product/getCategory), free of points.  *ret is malloc'ed. */
must_check int cj_categories(struct cj *cj, struct cj_category **ret, size_t *ret_count,
                             struct fail *f);
