/* Inside of the Shopify client: only its own files and its tests include this. call.c sends,
 * judge.c decides what an answer means, read.c turns JSON into fields; the other files are the
 * typed calls, documents.c the table of what is sent. */
#pragma once

#include <jansson.h>

#include "common/base/embedded.h"
#include "worker/providers/shopify/shopify.h"
#include "worker/providers/shopify/shopify_products.h"

/* The one place where the version is written down. */
#define SHOPIFY_API_VERSION "2026-10"

enum shopify_op {
    SHOPIFY_OP_ORDERS_UPDATED,
    SHOPIFY_OP_ORDER_DETAIL,
    SHOPIFY_OP_ORDER_LINES,
    SHOPIFY_OP_REFUND_LINES,
    SHOPIFY_OP_SESSIONS,
    SHOPIFY_OP_FULFILLMENT_STATE,
    SHOPIFY_OP_FULFILLMENT_ORDER_LINES,
    SHOPIFY_OP_FULFILLMENT_CREATE,
    SHOPIFY_OP_TRACKING_UPDATE,
    SHOPIFY_OP_TAGS_ADD,
    SHOPIFY_OP_SHOP_INFO,
    SHOPIFY_OP_ACCESS_SCOPES,
    SHOPIFY_OP_PRODUCT_READ,
    SHOPIFY_OP_PRODUCT_VARIANTS,
    SHOPIFY_OP_PRODUCT_SET,
    SHOPIFY_OP_PRODUCT_CHANGE,
    SHOPIFY_OP_PRODUCT_PUBLISH,
    SHOPIFY_OP_PRODUCT_UNPUBLISH,
    SHOPIFY_OP_PRICES_SET,
    SHOPIFY_OP_QUANTITIES_SET,
    SHOPIFY_OP_LOCATIONS,
    SHOPIFY_OP_PUBLICATIONS,
    SHOPIFY_OP_HOOKS,
    SHOPIFY_OP_HOOK_CREATE,
    SHOPIFY_OP_POLICIES,
    SHOPIFY_OPS
};

/* What is known of a document.  `needs` are paths below data that must be there for the answer
 * to be of use although some field was refused; a mutation needs its payload. */
struct shopify_op_rule {
    const char *name; /* as in the document */
    const struct embedded *document;
    bool mutation;
    double first_cost; /* requested cost, until an answer tells */
    const char *needs[3];
    /* What the variables add to first_cost; with it every guess is made anew.  NULL = nothing. */
    double (*input_cost)(const json_t *variables);
};
/* The rule of an operation; lives for ever. */
const struct shopify_op_rule *shopify_op_rule(enum shopify_op op);

struct shopify {
    char *endpoint;  /* .../admin/api/VERSION/graphql.json */
    char *grant_url; /* .../admin/oauth/access_token */
    struct http *http;
    const struct provider_gate *gate;
    double cost[SHOPIFY_OPS]; /* requested cost as the shop last said; 0 = not yet */
    char served_version[32];
    int64_t deadline_ms; /* of a request; 0 = that of its kind.  For tests. */
};

/* Run a document.  take_variables may be NULL only when memory ran out while it was
 * built.  *ret_root is the whole answer, the caller's; its "data" is an object that has what the
 * rule needs. */
must_check int shopify_run(struct shopify *s, enum shopify_op op, json_t *take_variables,
                           json_t **ret_root, struct fail *f);

/* ---- judge.c: pure ---- */
enum shopify_step {
    SHOPIFY_DONE,  /* root may be used */
    SHOPIFY_WAIT,  /* throttled, nothing was done: repeat, mutations too */
    SHOPIFY_RENEW, /* token refused, nothing was done: repeat once with a new one */
    SHOPIFY_AGAIN, /* passing trouble of a query: repeat a few times */
    SHOPIFY_FAILED
};
struct shopify_answer {
    int status;
    const char *body;
    size_t body_bytes;
    int64_t retry_after_ms; /* 0 = none */
};
struct shopify_verdict {
    enum shopify_step step;
    bool healthy;    /* as for the breaker */
    int64_t wait_ms; /* with WAIT: advice; 0 = none given */
    int64_t
        window_us; /* with WAIT: a budget of this very operation is spent until then, not the shop's; 0 = it is not that */
    bool cost_known, bucket_known;
    double requested, available, maximum, restore_per_s;
    json_t *root;     /* owned; NULL when the body was not JSON */
    struct fail fail; /* unless DONE: what it is when not repeated any more */
};
/* What an answer means for the call; pure.  *ret is the caller's (shopify_verdict_done). */
void shopify_judge(const struct shopify_op_rule *rule, const struct shopify_answer *answer,
                   struct shopify_verdict *ret);
/* The same for a request that got no answer (http_call failed with *why). */
void shopify_judge_silence(const struct shopify_op_rule *rule, const struct fail *why,
                           struct shopify_verdict *ret);
/* Release the root; accepts a zeroed one. */
void shopify_verdict_done(struct shopify_verdict *v);
/* The userErrors of a mutation's payload: 0 when there are none, else -1 with the refusal, its kind
 * by the code where Shopify gives one that decides, else by the sentence. */
must_check int shopify_refusal(const json_t *payload, struct fail *f);

/* ---- read.c: pure ---- */
/* Text at path into field, "" when null; FAIL_INPUT naming the path when it does not fit. */
must_check int shopify_read_text(const json_t *node, const char *path, char *field,
                                 size_t field_bytes, struct fail *f);
/* The same for an id, which must be there (FAIL_BUG). */
must_check int shopify_read_gid(const json_t *node, const char *path,
                                char gid[static SHOPIFY_GID_BYTES], struct fail *f);
/* Instant at path; 0 when null or unreadable. */
int64_t shopify_read_time(const json_t *node, const char *path);
/* shopMoney of the MoneyBag at path; false when absent or malformed. */
bool shopify_read_money(const json_t *node, const char *path, struct money *ret);
/* pageInfo of the connection at path: 1 and the cursor when a page follows, else 0.  FAIL_BUG
 * for a page without a cursor and for one that leads back to `asked` (NULL = first page). */
must_check int shopify_read_page(const json_t *node, const char *path, const char *asked,
                                 char cursor[static SHOPIFY_CURSOR_BYTES], struct fail *f);
/* Nodes of the connection at path; FAIL_BUG when there is no list. */
must_check int shopify_read_nodes(const json_t *node, const char *path, json_t **ret_nodes,
                                  struct fail *f);

/* What the list of orders tells of one.  FAIL_BUG or FAIL_INPUT for a field that is absent or too long. */
must_check int shopify_read_order_row(const json_t *order, struct shopify_order_row *ret,
                                      struct fail *f);
/* Everything but lines and money. */
must_check int shopify_read_order(const json_t *order, struct shopify_order *ret, struct fail *f);
/* Append the lines of lineItems.nodes to the order's; with their money, while that is known.  Money that cannot be read
 * is known no more. */
must_check int shopify_add_lines(const json_t *order, struct shopify_order *ret, struct fail *f);
/* Append fulfillment orders with their first lines. */
must_check int shopify_add_fos(const json_t *order, struct shopify_fulfillment_state *ret,
                               struct fail *f);
/* Append a further page of lines to one fulfillment order. */
must_check int shopify_add_fo_lines(const json_t *fo_json, struct shopify_fo *ret, struct fail *f);
/* What was fulfilled so far, into ret->done. */
must_check int shopify_read_fulfillments(const json_t *order, struct shopify_fulfillment_state *ret,
                                         struct fail *f);

/* ---- build.c: pure ---- */
/* take_list when it has all `count` members, else NULL: an append failed on the way. */
json_t *shopify_whole_json(json_t *take_list, size_t count);
/* ["a", "b"]; NULL without memory or for text that is not UTF-8. */
json_t *shopify_texts_json(const char *const *texts, size_t count);
struct shopify_text {
    const char *key, *text;
};
/* Set those members whose text is not NULL.  take_object itself, or NULL (and it is released) without
 * memory or for text that is not UTF-8.  (A text that json_pack has no memory for counts as left out
 * with "s*", and a member would be missing without anybody knowing.) */
json_t *shopify_with_texts(json_t *take_object, const struct shopify_text *texts, size_t count);
/* {title, description} without what is NULL; an empty object when both are. */
json_t *shopify_seo_json(const struct shopify_new_product *product);

/* ---- products ---- */
struct shopify_reading { /* a product as the shop holds it */
    bool found;
    char currency[4]; /* of the shop; there whether or not the product is */
    struct shopify_product product;
    json_t *root; /* the first answer, with data.productByIdentifier.media */
};
/* Release product and root; accepts a zeroed one. */
void shopify_reading_done(struct shopify_reading *r);
/* One product by {"handle": ...} or {"id": ...}, with the variants of all pages.  0 also when there
 * is none; publication_gid may be NULL. */
must_check int shopify_read_product(struct shopify *s, json_t *take_identifier,
                                    const char *publication_gid, struct shopify_reading *ret,
                                    struct fail *f);
/* The input of productSet for `product`, given what is stored: its variants keep their ids by SKU,
 * its media as shopify_files_json.  NULL without memory or for text that is not UTF-8. */
json_t *shopify_product_input(const struct shopify_new_product *product,
                              const struct shopify_reading *stored);
/* ---- product_files.c: pure ---- */
/* The files of productSet, in the order of the product's images (SHOPIFY_IMAGES_MAX at most): by id
 * those that are stored (`media`: the nodes as read, NULL = none), with their address the others.
 * The caller's; NULL without memory or for text that is not UTF-8. */
json_t *shopify_files_json(const struct shopify_new_product *product, const json_t *media);
/* What can be seen to be wrong with a product before it is sent: FAIL_INPUT. */
must_check int shopify_check_product(const struct shopify_new_product *product, struct fail *f);
