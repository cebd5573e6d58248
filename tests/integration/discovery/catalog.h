/* A supplier's catalogue in shared memory, in place of the client's calls: the job types call the same functions, a child process
 * that is killed in the middle leaves what it did, and every call can be a fault point.
 * Threads: one; processes take turns. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/support/fault_point.h"

enum { CAT_PRODUCTS = 60, CAT_VARIANTS = 3, CAT_CATEGORIES = 3 };

enum cat_fault { CAT_NONE, CAT_FAILS, CAT_KILLED_BEFORE, CAT_KILLED_AFTER };

struct cat_variant {
    char vid[48], sku[32];
    int64_t cost_cents; /* -1 = unreadable */
    int64_t weight_g;   /* -1 = unknown */
    int64_t stock;      /* -1 = not told */
    bool ambiguous;
};

struct cat_product {
    bool used, gone, off_sale;
    char pid[48], name[128], hs[16];
    int category;                         /* "C1", "C2", ... */
    int64_t listed, min_cents, max_cents; /* -1 = not told */
    int64_t stock;                        /* in lists; -1 = not told */
    struct cat_variant variants[CAT_VARIANTS];
    int variant_count;
    int64_t freight_cents; /* -1 = by no method */
    int days;
};

struct cat {
    struct cat_product products[CAT_PRODUCTS];
    char shop_currency[4];
    bool empty; /* searches find nothing */
    int searches, details, stocks, quotes, categories, shop_asks;
    int last_search_min, last_search_max;
    int calls, fault_at;
    enum cat_fault fault;
    struct fail failure; /* of CAT_FAILS */
    bool fired;
};
extern struct cat *cat;

/* Fresh: `count` products that pass, half in C1, half in C2, listed 100, 101, ...; made once per program. */
void cat_reset(int count);
/* Call `at` (1 = the next) fails so. */
void cat_fail(int at, enum fail_kind kind, const char *code, int64_t retry_after_ms);
