/* Inside of the CJ client: only its own files and its tests include this. call.c sends, judge.c
 * knows the envelope and CJ's codes, parse.c the forms of prices, ids and dates; the other files
 * are the typed calls. */
#pragma once

#include <jansson.h>

#include "common/base/str.h"
#include "worker/providers/cj/cj.h"

enum cj_op {
    CJ_OP_LOGIN,
    CJ_OP_REFRESH,
    CJ_OP_SETTINGS,
    CJ_OP_VARIANTS_BY_SKU,
    CJ_OP_VARIANT_BY_VID,
    CJ_OP_STOCK,
    CJ_OP_SEARCH,
    CJ_OP_PRODUCT,
    CJ_OP_STOCK_BY_PID,
    CJ_OP_CATEGORIES,
    CJ_OP_FREIGHT,
    CJ_OP_ORDER_CREATE,
    CJ_OP_ORDER_GET,
    CJ_OP_ORDER_CONFIRM,
    CJ_OP_ORDER_DELETE,
    CJ_OP_ORDER_PAY,
    CJ_OP_BALANCE,
    CJ_OP_ORDER_LIST,
    CJ_OP_WEBHOOK_SET,
    CJ_OPS
};

enum cj_manner {
    CJ_READ,   /* repeated on passing trouble */
    CJ_WRITE,  /* without a clear answer the outcome is unknown */
    CJ_SIGN_IN /* needs no token; refusals last long, so it is never repeated here */
};

struct cj_op_rule {
    const char *method, *path;
    enum cj_manner manner;
    int points;       /* of the daily budget */
    bool names_order; /* its only parameter is an order: "bad parameter" means there is none such */
    int64_t pause_ms; /* CJ_SIGN_IN: how long CJ wants to be left alone */
};
/* The rule of an operation; lives for ever. */
const struct cj_op_rule *cj_op_rule(enum cj_op op);

struct cj {
    char *base_url; /* ends with a slash */
    struct http *http;
    const struct provider_gate *gate;
    int64_t deadline_ms; /* of a request; 0 = that of its manner.  For tests. */
};

/* Run a call.  query: "a=b&c=d" or NULL; take_body: NULL for GET and DELETE.  *ret_root is the
 * whole envelope, a success, the caller's; its "data" may be null. */
must_check int cj_run(struct cj *cj, enum cj_op op, const char *query, json_t *take_body,
                      json_t **ret_root, struct fail *f);
/* Append "&name=value" (no & at the start), percent-encoded. */
void cj_query_add(struct str *query, const char *name, const char *value);

/* ---- judge.c: pure ---- */
enum cj_step {
    CJ_DONE,
    CJ_WAIT,   /* throttled, nothing was done: repeat, writes too */
    CJ_RENEW,  /* token refused, nothing was done: repeat once with a new one */
    CJ_AGAIN,  /* passing trouble of a read: repeat a few times */
    CJ_POINTS, /* the daily points are used up, nothing was done */
    CJ_FAILED
};
struct cj_answer {
    int status;
    const char *body;
    size_t body_bytes;
    int64_t retry_after_ms; /* 0 = none */
};
struct cj_verdict {
    enum cj_step step;
    bool healthy;     /* as for the breaker */
    int64_t wait_ms;  /* with WAIT and POINTS; 0 = no advice */
    json_t *root;     /* owned; NULL when the body was not JSON */
    struct fail fail; /* unless DONE: what it is when not repeated any more */
};
/* What an answer means for the call; pure.  *ret is the caller's (cj_verdict_done). */
void cj_judge(const struct cj_op_rule *rule, const struct cj_answer *answer,
              struct cj_verdict *ret);
/* The same for a request that got no answer (http_call failed with *why). */
void cj_judge_silence(const struct cj_op_rule *rule, const struct fail *why,
                      struct cj_verdict *ret);
/* Release the root; accepts a zeroed one. */
void cj_verdict_done(struct cj_verdict *v);

/* ---- parse.c: pure ---- */
/* Copy JSON, putting quotes round integers of 19 digits and more: ids may exceed what any
 * integer type holds. */
void cj_quote_long_integers(const char *json, size_t json_bytes, struct str *ret);
/* Id at path as text; FAIL_BUG naming it when it is absent or too long. */
must_check int cj_read_id(const json_t *node, const char *path, char *field, size_t field_bytes,
                          struct fail *f);
/* Price at path in any of CJ's forms: 0, or 1 = unknown. */
int cj_read_price(const json_t *node, const char *path, struct money *ret_min,
                  struct money *ret_max);
/* Single amount at path, number or text; false = unknown. */
bool cj_read_amount(const json_t *node, const char *path, struct money *ret);
/* Weight at path in grams, the larger end of a range; -1 unknown, as is a weight of 0.  Reads
 * lengths in millimetres as well. */
int64_t cj_read_weight(const json_t *node, const char *path);
/* Date at path: ISO with offset, "yyyy-MM-dd HH:mm:ss" (UTC), epoch milliseconds as number or
 * text; 0 when absent or unreadable. */
int64_t cj_read_time(const json_t *node, const char *path);
/* "UK" is "GB" at CJ. */
const char *cj_country(const char *code);

/* A variant of product/variant/query.  FAIL_BUG names the id that is absent or too long. */
must_check int cj_read_variant(const json_t *node, struct cj_variant *ret, struct fail *f);
/* Stock in a country of the rows of stock/queryByVid. */
must_check int cj_read_stock(const json_t *rows, const char *country, int64_t *ret_quantity,
                             struct fail *f);
/* Methods of a quote; *ret is malloc'ed.  FAIL_BUG when there are methods but none has a
 * readable price. */
must_check int cj_read_freight(const json_t *rows, struct cj_freight **ret, size_t *ret_count,
                               struct fail *f);
/* The body of createOrderV2; FAIL_INPUT with the field as code when a field is missing or too
 * long. */
must_check int cj_order_body(const struct cj_new_order *order, json_t **ret, struct fail *f);
/* An order of createOrderV2 or getOrderDetail, with its own parcel, but not those of its parts. */
must_check int cj_read_order(const json_t *data, struct cj_order *ret, struct fail *f);
/* Lines of a product list; *ret stays NULL when the list is empty or absent. */
must_check int cj_read_lines(const json_t *rows, struct cj_order_line **ret, size_t *ret_count,
                             struct fail *f);
/* CJ's word for the state of an order; CJ_OTHER when it is none we know. */
enum cj_status cj_read_status(const char *text);
/* The data of a sign-in or refresh.  FAIL_BUG when a token is absent or too long. */
must_check int cj_read_tokens(const json_t *data, struct cj_tokens *ret, struct fail *f);
