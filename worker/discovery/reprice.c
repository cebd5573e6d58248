/* product.reprice [product, "now", price]: prices of a live product by the rules, or as a person said: what a person accepted of
 * a proposal stands in its row, so a lost job forgets nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/listing.h"
#include "worker/discovery/listing_jobs.h"
#include "worker/discovery/reprice.h"
#include "worker/discovery/reprice_hold.h"
#include "worker/discovery/watch_shelf.h"

#define JOB  "product.reprice"
#define HOLD "product.hold"

enum { PRICE_ARG = 2, TEXT_BYTES = 400, WORDS_MAX = 20 };
enum { MORE = 1, WAITS = 2 }; /* after a word */

/* ---- a person's price ---- */

/* In proportion to the leading variant's cost, with the usual ending. */
static int follow(const struct reprice_sums *s, size_t i, int64_t lead_price, int64_t *ret,
                  struct fail *f)
{
    int64_t lead = s->lines[s->lead].landed, own = s->lines[i].landed, plain = 0;

    if (own == lead || lead <= 0) {
        *ret = lead_price;
        return 0;
    }
    TRY(money_mul_div(lead_price, own, lead, MONEY_HALF_UP, &plain, f));
    return charm_gently(plain, &s->terms.pricing.endings, ret, f);
}

static int refuse(struct product_run *r, const char *text, struct fail *f)
{
    return product_note_add(
        r->c->db, r->p.id,
        &(struct product_note){ .step = "price", .code = "REFUSED", .text = text }, f);
}

/* 0 = all earn something at these prices, 1 = refused with a sentence. */
static int must_earn(struct product_run *r, const struct reprice_sums *s, const int64_t *prices,
                     struct fail *f)
{
    char text[TEXT_BYTES];

    for (size_t i = 0; i < s->count; i++) {
        struct margin m;
        TRY(reprice_margin(s, &s->lines[i], prices[i], &m, f));
        if (m.contribution <= 0) {
            (void)snprintf(text, sizeof text,
                           "Variant %.60s at %" PRId64 " would lose %" PRId64
                           " (minor units) with every sale; no price was changed.",
                           s->lines[i].v->sku, prices[i], -m.contribution);
            TRY(refuse(r, text, f));
            return 1;
        }
    }
    return 0;
}

int reprice_by_person(struct product_run *r, struct product_variants *v, int64_t price,
                      struct fail *f)
{
    scoped(reprice_sums_done) struct reprice_sums s = { 0 };
    scoped(free_p) int64_t *prices = calloc(v->count + 1, sizeof *prices);
    int none = reprice_sum(r, v, &s, f);

    TRY(none);
    if (none == 1 || prices == NULL) {
        return prices == NULL ? fail_memory(f) : refuse(r, s.gap, f);
    }
    for (size_t i = 0; i < s.count; i++) {
        bool proposed = price == s.lines[s.lead].wanted && s.lines[i].wanted > 0;
        prices[i] = s.lines[i].wanted;
        TRY(proposed ? 0 : follow(&s, i, price, &prices[i], f));
    }
    int refused = must_earn(r, &s, prices, f);
    if (refused != 0) {
        return refused < 0 ? -1 : 0;
    }
    TRY(reprice_set(r, &s, prices, "A person's price.", f));
    return watch_push(r, v, false, f);
}

/* ---- what a person accepted ---- */

struct accepted {
    int64_t id; /* 0 = nothing */
    char kind[40];
    json_t *detail;
};
static void accepted_done(struct accepted *a)
{
    json_decref(a->detail);
}

/* While STOP is on a hold comes first: the others wait for it to be lifted. */
static int read_accepted(struct product_run *r, bool stopped, struct accepted *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    char subject[40];

    (void)snprintf(subject, sizeof subject, "product:%" PRId64, r->p.id);
    const char *params[] = { subject, stopped ? HOLD : NULL };
    TRY(db_query(r->c->db, &sql_listing_proposal_accepted, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return 0;
    }
    const char *detail = db_text(rows, 0, "detail");
    ret->id = db_int(rows, 0, "id", 0);
    (void)str_fit(ret->kind, sizeof ret->kind, db_text(rows, 0, "kind"));
    return json_parse(detail, strlen(detail), "proposal", &ret->detail, f);
}

static bool names(const json_t *vids, const char *vid)
{
    size_t i;
    json_t *one;

    json_array_foreach(vids, i, one)
    {
        if (json_is_string(one) && strcmp(json_string_value(one), vid) == 0) {
            return true;
        }
    }
    return false;
}

/* Variants named in the proposal run out, or come back. */
static int set_low(struct product_run *r, struct product_variants *v, const json_t *vids, bool low,
                   struct fail *f)
{
    struct sql_text id;

    for (size_t i = 0; i < v->count; i++) {
        if (!names(vids, v->rows[i].vid)) {
            continue;
        }
        v->rows[i].low = low;
        TRY(db_exec(r->c->db, &sql_listing_variant_low,
                    (const char *[]){ sql_int(&id, v->rows[i].id), sql_bool(low) }, f));
    }
    return watch_push(r, v, low, f);
}

static int hold_all(struct product_run *r, const struct accepted *a, struct fail *f)
{
    return reprice_hold(
        r,
        &(struct hold){
            .code = "PERSON", .text = "A person put it on hold.", .ads = true, .accepted = a->id },
        f);
}

static int restore_all(struct product_run *r, struct product_variants *v, struct fail *f)
{
    TRY(reprice_restore(r, "A person restored it.", f));
    return watch_push(r, v, false, f);
}

static int do_accepted(struct product_run *r, struct product_variants *v, const struct accepted *a,
                       struct fail *f)
{
    const json_t *vids = json_at(a->detail, "vids");
    int64_t price = json_int(a->detail, "price_minor", 0);

    if (strcmp(a->kind, HOLD) == 0) {
        return vids != NULL ? set_low(r, v, vids, true, f) : hold_all(r, a, f);
    }
    if (strcmp(a->kind, "product.restore") == 0) {
        return vids != NULL ? set_low(r, v, vids, false, f) : restore_all(r, v, f);
    }
    return price > 0 ? reprice_by_person(r, v, price, f) : reprice_by_rules(r, v, true, f);
}

/* ---- the job ---- */

static int ask(struct product_run *r, const struct accepted *a, struct fail *f)
{
    scoped(product_variants_done) struct product_variants v = { 0 };
    int64_t price = json_integer_value(json_array_get(r->c->args, PRICE_ARG));
    struct sql_text id;

    TRY(product_variants_load(r->c->db, r->p.id, &v, f));
    if (a->id == 0) {
        return price > 0 ? reprice_by_person(r, &v, price, f) : reprice_by_rules(r, &v, true, f);
    }
    TRY(do_accepted(r, &v, a, f));
    TRY(db_exec(r->c->db, &sql_listing_proposal_done, (const char *[]){ sql_int(&id, a->id) }, f));
    return 0;
}

/* A hold leaves the product at rest; there is more to do. */
static int stay_due(struct product_run *r, struct fail *f)
{
    char code[PRODUCT_CODE_BYTES];

    if (strcmp(r->p.next_job, JOB) == 0) {
        return 0;
    }
    (void)str_fit(code, sizeof code, r->p.hold_code);
    return product_move_now(r->c->db, &r->p,
                            &(struct product_move){ .to = r->p.state,
                                                    .hold_code = code[0] != '\0' ? code : NULL,
                                                    .next_job = JOB,
                                                    .goes_on = true },
                            f);
}

/* One word, or none: then what the job itself asks, unless words went before.  1 = there may be more. */
static int next_word(struct product_run *r, bool first, struct fail *f)
{
    scoped(accepted_done) struct accepted accepted = { 0 };
    bool stopped = r->set.num[SETTING_STOP] != 0;

    TRY(read_accepted(r, stopped, &accepted, f));
    if (accepted.id == 0 && !first) {
        return 0;
    }
    TRY(stay_due(r, f));
    /* A hold may be set at any time; prices and stock wait for STOP to be lifted. */
    if (stopped && strcmp(accepted.kind, HOLD) != 0) {
        return product_wait_stop(r, f) < 0 ? -1 : WAITS;
    }
    TRY(ask(r, &accepted, f));
    return accepted.id != 0 ? MORE : 0;
}

static int reprice_step(struct product_run *r, struct fail *f)
{
    bool live = r->p.state == PRODUCT_LISTED || r->p.state == PRODUCT_ON_HOLD;
    int outcome = live ? MORE : 0;

    for (int words = 0; outcome == MORE && words < WORDS_MAX; words++) {
        outcome = next_word(r, words == 0, f);
        TRY(outcome);
    }
    bool over = outcome == 0 && (!live || strcmp(r->p.next_job, JOB) == 0);
    return over ? listing_rest(r, f) : 0;
}

int product_reprice(struct job_context *c, struct fail *f)
{
    static const struct product_job job = {
        .type = JOB, .step = reprice_step, .least_mode = FLOW_APPROVE, .needs = PRODUCT_NEEDS_SHOP
    };

    return product_job_run(c, &job, f);
}
