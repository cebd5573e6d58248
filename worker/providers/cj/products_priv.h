/* Inside of the CJ client's catalogue: only the products_*.c files and their tests include this.
 * Pure readers of CJ's answers; the calls themselves are in products_search.c, products_read.c
 * and products_stock.c. */
#pragma once

#include "worker/providers/cj/cj_priv.h"
#include "worker/providers/cj/cj_products.h"

/* ---- products_text.c ---- */
/* What may be a list, a list written as text ("[\"a\"]"), or a single value: a list of them.  A text
 * that looks like a list but is none counts as a single value.  NULL when there is nothing; else
 * the caller's. */
json_t *cj_read_list(const json_t *node, const char *path);
/* The texts of cj_read_list joined by ", " and cut at a character to the field; "" when none. */
void cj_read_joined(const json_t *node, const char *path, char *field, size_t field_bytes);
/* The first of the paths (NULL at the end) that holds a text that is not empty, cut at a character
 * to the field; "" when none. */
void cj_read_text(const json_t *node, const char *const *paths, char *field, size_t field_bytes);
/* Address of a picture at path; "" when there is none, or a longer one than the field holds. */
void cj_read_image(const json_t *node, const char *path, char *field, size_t field_bytes);
/* Customs number at path: the digits alone, "" unless there are 6 to 13 of them in full pairs
 * (or 13) and nothing else but dots and spaces. */
void cj_read_hs_code(const json_t *node, const char *path, char *field, size_t field_bytes);

/* ---- products_variant.c ---- */
/* Split a variant's key ("Black-S") by the names of its options ("Color-Size").  false when it is
 * not certain which piece belongs to which name; then the option is "Style" with the whole key. */
bool cj_split_key(const char *names, const char *key, struct cj_product_variant *v);
/* The variants of a product/query answer; *ret is malloc'ed and stays NULL when there are none. */
must_check int cj_read_variants(const json_t *data, struct cj_product_variant **ret,
                                size_t *ret_count, struct fail *f);

/* ---- the data of an answer, read whole ---- */
/* data of product/listV2; page and size as they were asked for. */
must_check int cj_read_found(const json_t *data, const struct cj_search *search,
                             struct cj_found_page *ret, struct fail *f);
/* data of product/query. */
must_check int cj_read_product(const json_t *data, struct cj_product *ret, struct fail *f);
/* data of product/stock/getInventoryByPid; *ret is the caller's (cj_stock_list_done). */
must_check int cj_read_stock_rows(const json_t *data, const char *country,
                                  struct cj_stock_list *ret, struct fail *f);
/* data of product/getCategory; *ret is malloc'ed. */
must_check int cj_read_categories(const json_t *data, struct cj_category **ret, size_t *ret_count,
                                  struct fail *f);

/* Run a call about the product pid; CJ's "taken off the shelf" is FAIL_MISSING here. */
must_check int cj_run_by_pid(struct cj *cj, enum cj_op op, const char *pid, json_t **ret_root,
                             struct fail *f);
