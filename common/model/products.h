/* Products as people see and steer them; used by CLI and API.  JSON is built by Postgres: money as {"minor","currency"},
 * instants as ISO 8601 text with offset, unknown as null.  Judging, writing and publishing is the worker's business, not ours.
 * Threads: uses the caller's db. */
#pragma once

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

/* Name for db_try_lock of whoever changes a product: two runs never work on one product, and a person's word waits
 * for a run a few seconds at most. */
#define PRODUCT_LOCK_FORMAT "product:%" PRId64
enum { PRODUCT_PAGE_MAX = 500 };

/* The states of product.state in the order of the flow, ended by NULL. */
extern const char *const product_states[];

struct product_filter {
    const char *state;    /* NULL = all */
    const char *label;    /* "NEW", "RISING", "STABLE", "FALLING"; NULL = all */
    const char *category; /* its id or its whole name, case does not matter; NULL = all */
    const char *
        text; /* part of the name; or the whole supplier id, SKU or handle; case does not matter; NULL = all */
    int64_t score_min;      /* trend score 0 to 100; 0 = all, also those without one */
    int64_t margin_min_ppm; /* least contribution margin; 0 = all, also those without one */
    const char
        *stage;       /* "found", "checked", "draft", "todo", "live", "hold", "rejected", "retired":
                          the states of that stage of the pipeline; NULL = all */
    bool problem;     /* only those with one */
    const char *sort; /* "newest" (NULL) or "opportunity" */
    const char *after; /* "next" of the page before, same filter and sort; NULL = from the start */
    int64_t limit;     /* 1 to PRODUCT_PAGE_MAX */
};
/* {"products":[{"id","pid","name","category","image_url","state","label","score","listings","landed":{},"price":{},"margin":{},
 * "margin_ppm","opportunity_e4","stock","decision_rule","decision_text","problem","hold_code","handle","listed_at","changed_at",
 * "next_job","next_run_at","variants"}],"counts":{STATE:count...} (of all products),"next":text or null}.
 * FAIL_INPUT unknown state, stage, label or sort, broken cursor or limit.  *ret_json is the caller's to free(). */
must_check int products_page(struct db *db, const struct product_filter *filter, char **ret_json,
                             struct fail *f);

/* Id of a product by id ("17"), supplier id, handle or gid of the shop; our id goes before the others.  FAIL_MISSING. */
must_check int product_resolve(struct db *db, const char *text, int64_t *ret_id, struct fail *f);

/* All about one product: its row, "decision" (the numbers the rules saw), "variants", "snapshots" (the last 90 days), and the
 * newest of what grows without end: "texts" (20, newest first, with their checks), "ai_calls" (50), "effects" (200), "proposals"
 * (100, open first), "events" (500, timeline, oldest first).  FAIL_MISSING.  *ret_json is the caller's to free(). */
must_check int product_detail(struct db *db, int64_t id, char **ret_json, struct fail *f);

/* How the product stands, for an answer to a person's word: {"id","name","state","decision_rule","decision_text","approved_by",
 * "decided_by","next_job","text_version","changed_at"}.  FAIL_MISSING.  *ret_json is the caller's to free(). */
must_check int product_now(struct db *db, int64_t id, char **ret_json, struct fail *f);

/* A person's word about a product.  Each is one transaction with its product_event, its line in the audit and its job through
 * the outbox (product.next_job names it too, so that a lost job is found again), under the product's lock.  FAIL_MISSING;
 * FAIL_CONFLICT when the state does not allow it; FAIL_LATER when a job works on the product just now.  Returns 1 when that
 * very word has been said and done already: nothing is changed.
 *
 * Texts: {"title","description_html","seo_title","meta_description","tags":[],"alt_texts":[]}, each member may be left out when
 * there is an earlier text to take it from.  Only its form is checked here (FAIL_INPUT); it is stored as a new listing_text with
 * made_by = who and checks {"passed":null,"failed":[]}: the content rules are asked by listing.publish before anything is
 * sent to the shop.  A text that breaks one keeps the faults in `checks` and brings the product to needs_review; a live one
 * keeps the texts it has and shows the fault as its problem. */
struct product_word {
    int64_t id;
    const char *who;
};
/* approval or needs_review -> publishing, with job listing.publish [id]; texts NULL = as they are. */
must_check int product_approve_by(struct db *db, const struct product_word *word,
                                  const json_t *texts, struct fail *f);
/* Anything that is not at the shop -> rejected for good (rule PERSON): no scan makes it a candidate again. */
must_check int product_reject_by(struct db *db, const struct product_word *word, const char *reason,
                                 struct fail *f);
/* A new text version.  While a person is asked (approval, needs_review) the state stays; a live product (listed, on_hold) goes
 * to publishing with job listing.publish [id], which changes what is at the shop; FAIL_CONFLICT while product.reprice is still to
 * come, whose place that job would take: what a person said of a price or a hold would be forgotten. */
must_check int product_edit_by(struct db *db, const struct product_word *word, const json_t *texts,
                               struct fail *f);
/* listed, on_hold or publishing, or back with a person while something of it is at the shop -> unlisting, with job
 * listing.unlist [id].  reason may be NULL. */
must_check int product_unlist_by(struct db *db, const struct product_word *word, const char *reason,
                                 struct fail *f);
/* listed or on_hold: job product.reprice [id] asks the rules anew; with a price (minor units of the product's shop currency,
 * 0 = none) product.reprice [id, "now", price] sets that one, and a proposal "product.price" of that price stands as accepted
 * ({"price_minor"} in its detail), so that it is not forgotten with a lost job. */
must_check int product_reprice_by(struct db *db, const struct product_word *word,
                                  int64_t price_minor, struct fail *f);
