/* What follows from the verdict of the price rules about a live product. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/listing.h"
#include "worker/discovery/reprice.h"
#include "worker/discovery/reprice_hold.h"
#include "worker/discovery/watch_shelf.h"

enum reach { REACH_DO, REACH_PROPOSE, REACH_NOTIFY }; /* as the choices of the settings */

/* A verdict that wants something done. */
struct case_of {
    struct product_run *r;
    struct product_variants *v;
    const struct reprice_sums *s;
    enum reprice_verdict verdict;
    bool asked, stopped;
    char text[400];
    json_t *detail; /* owned */
};
static void case_done(struct case_of *c)
{
    json_decref(c->detail);
}

static enum reach reach_of(const struct case_of *c)
{
    enum setting_id id =
        c->verdict == REPRICE_STOP ? SETTING_ON_UNPROFITABLE : SETTING_ON_PRICE_RISE;

    if (product_run_mode(c->r) < FLOW_APPROVE) {
        return REACH_NOTIFY;
    }
    return c->asked ? REACH_DO : (enum reach)c->r->set.num[id];
}

/* {"price_minor": of the leading variant, or absent, "currency", "variants": [...]} */
static json_t *detail_of(const struct reprice_sums *s)
{
    json_t *variants = json_array();
    int64_t lead = s->lines[s->lead].wanted;

    for (size_t i = 0; variants != NULL && i < s->count; i++) {
        const struct reprice_line *l = &s->lines[i];
        (void)json_array_append_new(
            variants,
            json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:s}", "vid", l->v->vid, "sku", l->v->sku,
                      "price_minor", (json_int_t)l->v->price_minor, "wanted_minor",
                      (json_int_t)l->wanted, "landed_minor", (json_int_t)l->landed, "margin_minor",
                      (json_int_t)l->thin.contribution, "why", l->why));
    }
    return json_pack("{s:o*, s:s, s:o}", "price_minor", lead > 0 ? json_integer(lead) : NULL,
                     "currency", s->terms.currency, "variants", variants);
}

static int note(struct case_of *c, const char *step, const char *code, struct fail *f)
{
    return product_note_add(
        c->r->c->db, c->r->p.id,
        &(struct product_note){
            .step = step, .code = code, .text = c->text, .detail = c->detail, .once = true },
        f);
}

static int propose(struct case_of *c, const char *code, struct fail *f)
{
    const struct hold what = { .text = c->text, .detail = c->detail };
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(c->r->c->db, &tx, f));
    TRY(reprice_propose(c->r, tx, "product.price", &what, f));
    TRY(note(c, "proposed", code, f));
    return db_commit(&tx, f);
}

static int set_wanted(struct case_of *c, struct fail *f)
{
    scoped(free_p) int64_t *prices = calloc(c->s->count, sizeof *prices);

    if (prices == NULL) {
        return fail_memory(f);
    }
    if (c->stopped) {
        return note(c, "waiting", "STOP", f); /* the next look finds the same again */
    }
    for (size_t i = 0; i < c->s->count; i++) {
        prices[i] = c->s->lines[i].verdict == REPRICE_SET ? c->s->lines[i].wanted : 0;
    }
    TRY(reprice_set(c->r, c->s, prices, c->text, f));
    return watch_push(c->r, c->v, false, f);
}

static int act(struct case_of *c, struct fail *f)
{
    bool stop = c->verdict == REPRICE_STOP;
    const struct hold hold = { .code = stop ? "UNPROFITABLE" : "PRICE_STEP",
                               .text = c->text,
                               .detail = c->detail,
                               .proposal = "product.price",
                               .ads = stop };
    const char *code = c->verdict == REPRICE_SET ? "PRICE" : hold.code;

    switch (reach_of(c)) {
    case REACH_PROPOSE:
        return propose(c, code, f);
    case REACH_NOTIFY:
        return note(c, "price", code, f);
    case REACH_DO:
        break;
    }
    return c->verdict == REPRICE_SET ? set_wanted(c, f) : reprice_hold(c->r, &hold, f);
}

/* All is well: a hold for the price is over, an open proposal has no object. */
static int leave(struct case_of *c, struct fail *f)
{
    char subject[40];
    struct product_run *r = c->r;
    bool held = r->p.state == PRODUCT_ON_HOLD && (strcmp(r->p.hold_code, "UNPROFITABLE") == 0 ||
                                                  strcmp(r->p.hold_code, "PRICE_STEP") == 0);

    if (c->verdict == REPRICE_WAIT || (held && (c->stopped || reach_of(c) != REACH_DO))) {
        return 0;
    }
    if (held) {
        TRY(reprice_restore(r, c->text, f));
        TRY(watch_push(r, c->v, false, f));
    }
    (void)snprintf(subject, sizeof subject, "product:%" PRId64, r->p.id);
    TRY(db_exec(r->c->db, &sql_listing_proposals_drop,
                (const char *[]){ subject, "product.price", "rule:price" }, f));
    return c->asked ? note(c, "price", "KEEP", f) : 0;
}

static int unsummed(struct product_run *r, const char *gap, struct fail *f)
{
    char text[400];

    (void)snprintf(text, sizeof text, "Its price cannot be computed: %s", gap);
    return product_note_add(
        r->c->db, r->p.id,
        &(struct product_note){ .step = "price", .code = "NEEDS_DATA", .text = text, .once = true },
        f);
}

int reprice_by_rules(struct product_run *r, struct product_variants *v, bool asked, struct fail *f)
{
    scoped(reprice_sums_done) struct reprice_sums s = { 0 };
    scoped(case_done) struct case_of c = { .r = r, .v = v, .s = &s, .asked = asked };
    size_t line = 0;
    int none = reprice_sum(r, v, &s, f);

    TRY(none);
    if (none == 1) {
        return unsummed(r, s.gap, f);
    }
    c.verdict = reprice_gravest(&s, &line);
    (void)snprintf(c.text, sizeof c.text, "Variant %.60s: %s", s.lines[line].v->sku,
                   s.lines[line].why);
    c.detail = detail_of(&s);
    TRY(product_run_stopped(r, &c.stopped, f));
    if (c.verdict != REPRICE_SET && !c.stopped && product_run_mode(r) >= FLOW_APPROVE) {
        TRY(reprice_settle(r, &s, f));
    }
    if (c.verdict == REPRICE_KEEP || c.verdict == REPRICE_WAIT) {
        return leave(&c, f);
    }
    if (r->p.state == PRODUCT_ON_HOLD && c.verdict >= REPRICE_PROPOSE) {
        return propose(&c, "PRICE", f); /* on hold already: only the proposal is renewed */
    }
    return act(&c, f);
}
