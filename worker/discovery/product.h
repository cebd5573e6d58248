/* The row of a product and how it moves on: state, decision, event and follow-up job are always one transaction, and a row that
 * was changed meanwhile (by a person) makes the move fail instead of being overwritten.
 * Threads: uses the caller's db.
 *
 * product.decision: the whole sum behind the last verdict, as product.assess stores it.  Amounts are integers in minor units;
 * those without a currency beside them are in "currency" (the shop's); rates are ppm; absent or null = unknown or not come to.
 *   {"verdict": "pass" | "rejected" | "needs_data", "rule": "MARGIN" or "PASSED", "text": sentence,
 *    "todo": what a person can do about it, or null,
 *    "at": instant, "currency": "EUR", "usd_rate_e9": 920000000, "fx_fee_ppm": 15000,
 *    "pricing": {"id": 0, "name": "...", "kind": "target_margin"}, "target_ppm": 300000, "least_margin_minor": 500,
 *    "demand": {"source": "own_orders" | "listings_per_day", "orders": 41, "refunds": 2, "listings_per_day_e2": 350 or null,
 *               "least_e2": 100},
 *    "return_ppm": 55555,
 *    "gate": [{"rule": "STOCK", "passed": true, "value": 230 or null, "limit": 20, "unit": "pieces" | "minor" | "ppm" | "days" |
 *              "times_e2" | "per_day_e2" | "", "text": sentence}],        every check that was come to, in its order
 *    "markets": [{"country": "US", "tax_mode": "exclusive", "tax_ppm": 0, "import_tax_ppm": 0, "fee_ppm", "fee_fixed_minor",
 *                 "return_cost_minor", "salvage_ppm",
 *                 "quote": {"method", "days_min", "days_max", "usd_minor": 471, "quoted_at", "vid": the variant it is for},
 *                 "duty": {"fixed_minor", "currency", "ad_valorem_ppm", "max_value_minor" or null, "hs6": "960390"}}],
 *    "variants": [{"vid", "sku", "name", "stock" or null, "weight_g" or null, "cost_usd_minor" or null, "cost_minor": in the shop's
 *                  currency, rounded up, "offered": true, "rule": what keeps it out, or null, "text": its sentence, or null,
 *                  "price_minor": shop price, "price_country": the market that sets it,
 *                  "markets": [{"country", "goods_minor", "shipping_minor", "duty_minor", "import_tax_minor", "broker_minor",
 *                               "fx_minor", "landed_minor": L, the sum of those before, "wanted_minor": price by the rule in this
 *                               market alone, "price_minor": P, "net_minor": N, "charged_minor": G, "fee_minor": F,
 *                               "reserve_minor": R, "margin_minor": CM = N - L - F - R, "margin_ppm": m, "basic_ppm": the
 *                               common number (N - goods - shipping) / N}]}],
 *    "worst": {"vid", "country"} of the offered variants, the one whose numbers stand in the row,
 *    "restricted": {"rule", "text"} when a person must look before it is listed, else null,
 *    "score_e4", "label", "opportunity_e4"}
 * One that is rejected for its name before anything was asked has no more than verdict, rule, text, todo and gate.
 * A person's decision has {"verdict", "rule": "PERSON", "text", "who"} and keeps the rest. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "worker/discovery/states.h"

enum {
    PRODUCT_PID_BYTES = 48,
    PRODUCT_NAME_BYTES = 512,
    PRODUCT_CODE_BYTES = 32,
    PRODUCT_JOB_BYTES = 32,
    PRODUCT_HANDLE_BYTES = 256,
    PRODUCT_GID_BYTES = 96
};

struct job_wait;

/* Number that is not known (NULL in the row): contributions may be negative, so -1 will not do. */
#define PRODUCT_UNKNOWN INT64_MIN

struct product {
    int64_t id;
    char pid[PRODUCT_PID_BYTES], supplier_sku[64], name[PRODUCT_NAME_BYTES];
    char category_id[64], category[256], image_url[1024]; /* "" = none */
    enum product_state state;
    char label[12];                                  /* of the trend; "" = not scored */
    int64_t score_e4, opportunity_e4;                /* PRODUCT_UNKNOWN = none, and so on */
    int64_t landed_minor, price_minor, margin_minor; /* of the worst variant and market */
    int64_t margin_ppm;
    char shop_currency[4];                  /* "" = never assessed */
    char decision_rule[PRODUCT_CODE_BYTES]; /* "" = none */
    char decided_by[64];                    /* "rule:MARGIN" or a person; "" = nobody */
    char approved_by[64];                   /* "" = nobody */
    char handle[PRODUCT_HANDLE_BYTES], shop_gid[PRODUCT_GID_BYTES]; /* "" = none */
    int64_t listed_version;                                         /* PRODUCT_UNKNOWN = none */
    char hold_code[PRODUCT_CODE_BYTES];                             /* "" = not held */
    char next_job[PRODUCT_JOB_BYTES];                               /* "" = nothing to do */
    char tier[8];                                                   /* "" = none */
    int64_t found_us, decided_us, listed_us, repriced_us, checked_us, next_run_us; /* 0 = never */
    json_t *detail;   /* product.detail, the supplier's facts; NULL = never assessed */
    json_t *decision; /* NULL = none */
};
void product_done(struct product *p); /* accepts a zeroed one */

/* 0; 1 when there is none with that id.  *ret is the caller's (product_done). */
must_check int product_load(struct db *db, int64_t id, struct product *ret, struct fail *f);

/* ---- events ---- */

struct product_note {
    const char *step; /* "found", "assessed", "rejected", "written", ...; NULL = nothing to note */
    const char *code; /* rule, NULL = none */
    const char *text; /* sentence */
    json_t *detail;   /* numbers, borrowed; NULL = none */
    const char *who;  /* person; NULL = the program */
    bool once;        /* not when the last note has the same step and code */
};
/* Inside the caller's transaction, with the thread's trace id. */
must_check int product_note_add(struct db *tx, int64_t product_id, const struct product_note *note,
                                struct fail *f);

/* ---- moves ---- */

struct product_decision {
    const char *rule, *text;
    json_t *numbers; /* product.decision; borrowed, NULL keeps what is there */
    const char *by;  /* "rule:NAME" or the person */
};

struct product_move {
    enum product_state to;                   /* may be the present state */
    const char *mode;                        /* flow mode at the decision; NULL keeps it */
    const struct product_decision *decision; /* NULL keeps the last one */
    const char *hold_code;                   /* kept only while on_hold; NULL = none */
    const char *problem;                     /* NULL keeps what is there, "" clears it */
    const char *next_job;                    /* NULL = nothing more to do */
    int64_t next_run_us;                     /* when; 0 = now */
    const char
        *waits_for;    /* "stop" or the least mode it rests until; NULL = nothing a setting lifts */
    const char *event; /* name of the outbox event; NULL = "product.next" */
    bool
        goes_on; /* this very run goes on with next_job: no other job is needed unless it is lost */
    struct product_note note;
};
/* Inside the caller's transaction; *p then shows the new state and holds the decision's numbers (product_done).  Acts at the shop
 * that are known not to have happened are given up with the state that wanted them.  FAIL_LATER when the row has left p->state meanwhile; FAIL_BUG for
 * a move that the table of states forbids. */
must_check int product_move(struct db *tx, struct product *p, const struct product_move *m,
                            struct fail *f);
/* The same in a transaction of its own. */
must_check int product_move_now(struct db *db, struct product *p, const struct product_move *m,
                                struct fail *f);

/* The next job runs later instead (the job itself comes back by snoozing). */
must_check int product_postpone(struct db *db, struct product *p, const struct job_wait *wait,
                                struct fail *f);

/* ---- variants ---- */

struct product_variant {
    int64_t id;
    char vid[48], sku[64], name[512], image_url[1024]; /* image "" = none */
    json_t *options;              /* {"Color": "Black"}, in the order of the options */
    int64_t weight_g, cost_minor; /* cost in cost_currency; PRODUCT_UNKNOWN = unknown, and so on */
    char cost_currency[4];
    int64_t stock, landed_minor, price_minor; /* landed and price in shop_currency */
    char shop_currency[4];                    /* "" = never priced */
    char shop_gid[PRODUCT_GID_BYTES], inventory_item_gid[PRODUCT_GID_BYTES]; /* "" = none */
    bool offered;                      /* passed the gate: goes on sale */
    char left_out[PRODUCT_CODE_BYTES]; /* rule that keeps it out; "" = none */
    int64_t shop_quantity;
    bool low, gone;
    int64_t checks_back, checks_empty;
};
struct product_variants {
    struct product_variant *rows; /* in the supplier's order */
    size_t count;
};
void product_variants_done(struct product_variants *v); /* accepts a zeroed one */
/* *ret is the caller's (product_variants_done). */
must_check int product_variants_load(struct db *db, int64_t product_id,
                                     struct product_variants *ret, struct fail *f);
