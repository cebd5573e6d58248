/* Inside of the Shopify client: only its own files and its tests include this. call.c sends,
 * judge.c decides what an answer means, read.c turns JSON into fields; the other files are the
 * typed calls. */
#pragma once

#include <jansson.h>

#include "common/base/embedded.h"
#include "worker/providers/shopify/shopify.h"

/* The one place where the version is written down. */
#define SHOPIFY_API_VERSION "2026-10"

enum shopify_op {
    SHOPIFY_OP_ORDERS_UPDATED,
    SHOPIFY_OP_ORDER_DETAIL,
    SHOPIFY_OP_ORDER_LINES,
    SHOPIFY_OP_FULFILLMENT_STATE,
    SHOPIFY_OP_FULFILLMENT_ORDER_LINES,
    SHOPIFY_OP_FULFILLMENT_CREATE,
    SHOPIFY_OP_TRACKING_UPDATE,
    SHOPIFY_OP_TAGS_ADD,
    SHOPIFY_OP_SHOP_INFO,
    SHOPIFY_OP_ACCESS_SCOPES,
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
};
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
    bool cost_known, bucket_known;
    double requested, available, maximum, restore_per_s;
    json_t *root;     /* owned; NULL when the body was not JSON */
    struct fail fail; /* unless DONE: what it is when not repeated any more */
};
void shopify_judge(const struct shopify_op_rule *rule, const struct shopify_answer *answer,
                   struct shopify_verdict *ret);
/* The same for a request that got no answer (http_call failed with *why). */
void shopify_judge_silence(const struct shopify_op_rule *rule, const struct fail *why,
                           struct shopify_verdict *ret);
void shopify_verdict_done(struct shopify_verdict *v);
/* The userErrors of a mutation's payload: 0 when there are none, else -1 with the refusal. */
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
                                 char *cursor, size_t cursor_bytes, struct fail *f);
/* Nodes of the connection at path; FAIL_BUG when there is no list. */
must_check int shopify_read_nodes(const json_t *node, const char *path, json_t **ret_nodes,
                                  struct fail *f);

must_check int shopify_read_order_row(const json_t *order, struct shopify_order_row *ret,
                                      struct fail *f);
/* Everything but the lines. */
must_check int shopify_read_order(const json_t *order, struct shopify_order *ret, struct fail *f);
/* Append the lines of lineItems.nodes to the order's. */
must_check int shopify_add_lines(const json_t *order, struct shopify_order *ret, struct fail *f);
/* Append fulfillment orders with their first lines. */
must_check int shopify_add_fos(const json_t *order, struct shopify_fulfillment_state *ret,
                               struct fail *f);
must_check int shopify_add_fo_lines(const json_t *fo_json, struct shopify_fo *ret, struct fail *f);
must_check int shopify_read_fulfillments(const json_t *order, struct shopify_fulfillment_state *ret,
                                         struct fail *f);
