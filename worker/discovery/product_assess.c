/* product.assess [product id]: judge one candidate and keep the verdict with its whole sum.  What was asked is stored together with
 * where the product goes, in one transaction; until then nothing of it is changed. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/discovery.h"
#include "worker/discovery/gather.h"
#include "worker/discovery/jobs.h"

enum { GAP_WAIT_S = 3600, ROUNDS_MAX = 4, BY_BYTES = ASSESS_RULE_BYTES + 8 };

/* ---- storing ---- */

static json_t *options_of(const struct cj_product_variant *v)
{
    json_t *out = json_object();

    for (size_t i = 0; i < v->option_count; i++) {
        if (json_object_set_new(out, v->options[i].name, json_string(v->options[i].value)) < 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

static json_t *known(int64_t value)
{
    return value != ASSESS_UNKNOWN ? json_integer(value) : json_null();
}

static int64_t dearest_landed(const struct assess_fetched *g, const struct assessed_variant *a)
{
    int64_t most = ASSESS_UNKNOWN;

    for (size_t i = 0; a->sums != NULL && i < g->terms.market_count; i++) {
        most = a->sums[i].landed > most ? a->sums[i].landed : most;
    }
    return most;
}

static json_t *variant_row(const struct assess_fetched *g, const struct assessment *a, size_t i)
{
    const struct cj_product_variant *v = &g->product.variants[i];
    const struct assess_variant *in = &g->variants[i];
    const struct assessed_variant *out = &a->variants[i];

    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:s?}", "vid", v->vid,
                     "sku", v->sku, "name", v->name, "options", options_of(v), "image", v->image,
                     "weight_g", known(in->weight_g), "cost_minor", known(in->cost_usd_minor),
                     "stock", known(in->stock), "landed_minor", known(dearest_landed(g, out)),
                     "price_minor", known(out->price), "offered", out->offered, "left_out",
                     out->rule);
}

static int store_variants(struct db *tx, const struct assess_fetched *g, const struct assessment *a,
                          struct fail *f)
{
    scoped(json_clear_p) json_t *rows = json_array();
    scoped(free_p) char *text = NULL;
    struct sql_text id;

    for (size_t i = 0; i < g->product.variant_count; i++) {
        if (json_array_append_new(rows, variant_row(g, a, i)) < 0) {
            return fail_memory(f);
        }
    }
    TRY(json_write(rows, &text, f));
    TRY(db_exec(tx, &sql_discovery_variants_store,
                (const char *[]){ sql_int(&id, g->r->p.id), text, g->terms.currency }, f));
    return 0;
}

/* "" does as a value that is unknown. */
static const char *sql_known(struct sql_text *t, int64_t value)
{
    return value != ASSESS_UNKNOWN ? sql_int(t, value) : NULL;
}

static int store_product(struct db *tx, const struct assess_fetched *g, const struct assessment *a,
                         struct fail *f)
{
    const struct assess_sum *worst =
        a->has_worst ? &a->variants[a->worst_variant].sums[a->worst_market] : NULL;
    scoped(free_p) char *detail = NULL;
    struct sql_text id, landed, price, margin, ppm, opportunity, stock;

    if (g->detail != NULL) {
        TRY(json_write(g->detail, &detail, f));
    }
    const char *params[] = { sql_int(&id, g->r->p.id),
                             detail,
                             sql_opt(g->product.name),
                             sql_opt(g->product.category),
                             worst != NULL ? sql_int(&landed, worst->landed) : NULL,
                             worst != NULL ? sql_int(&price, worst->price) : NULL,
                             worst != NULL ? sql_int(&margin, worst->margin.contribution) : NULL,
                             worst != NULL ? sql_int(&ppm, worst->margin.ratio_ppm) : NULL,
                             g->terms.currency,
                             sql_known(&opportunity, a->opportunity_e4),
                             sql_known(&stock, g->stock_total) };
    TRY(db_exec(tx, &sql_discovery_assess_store, params, f));
    return 0;
}

/* ---- where it goes ---- */

static void next_of(const struct product_run *r, const struct assessment *a,
                    struct product_move *ret)
{
    static const struct {
        enum product_state to;
        const char *step;
    } verdicts[] = {
        [ASSESS_PASS] = { PRODUCT_ASSESSED, "assessed" },
        [ASSESS_REJECTED] = { PRODUCT_REJECTED, "rejected" },
        [ASSESS_NEEDS_DATA] = { PRODUCT_NEEDS_DATA, "needs_data" },
    };

    ret->to = verdicts[a->verdict].to;
    ret->note.step = verdicts[a->verdict].step;
    if (a->verdict == ASSESS_PASS && product_run_mode(r) >= FLOW_APPROVE) {
        ret->to = PRODUCT_WRITING;
        ret->next_job = "listing.write";
    }
}

/* What stands in the timeline; the whole sum is in the row. */
static json_t *note_numbers(const struct assess_fetched *g, const struct assessment *a)
{
    const struct assess_check *last = a->check_count > 0 ? &a->checks[a->check_count - 1] : NULL;

    if (a->has_worst) {
        const struct assess_sum *s = &a->variants[a->worst_variant].sums[a->worst_market];
        return json_pack(
            "{s:s, s:I, s:I, s:I, s:I, s:s, s:I}", "currency", g->terms.currency, "landed_minor",
            (json_int_t)s->landed, "price_minor", (json_int_t)s->price, "margin_minor",
            (json_int_t)s->margin.contribution, "margin_ppm", (json_int_t)s->margin.ratio_ppm,
            "country", g->terms.markets[a->worst_market].country, "points", (json_int_t)g->points);
    }
    return json_pack("{s:o, s:o, s:s, s:I}", "value",
                     known(last != NULL ? last->value : ASSESS_UNKNOWN), "limit",
                     known(last != NULL ? last->limit : ASSESS_UNKNOWN), "unit",
                     last != NULL ? last->unit : "", "points", (json_int_t)g->points);
}

static int conclude(struct assess_fetched *g, const struct assessment *a, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(json_clear_p) json_t *decision = NULL;
    scoped(json_clear_p) json_t *numbers = note_numbers(g, a);
    struct product_run *r = g->r;
    char by[BY_BYTES];

    if (numbers == NULL) {
        return fail_memory(f);
    }
    TRY(assess_json(&g->in, a, &decision, f));
    (void)snprintf(by, sizeof by, "rule:%s", a->rule);
    const struct product_decision d = {
        .rule = a->rule, .text = a->text, .numbers = decision, .by = by
    };
    struct product_move move = { .mode = flow_mode_name(product_run_mode(r)),
                                 .decision = &d,
                                 .problem = "",
                                 .event = "product.assessed",
                                 .note = { .code = a->rule, .text = a->text, .detail = numbers } };
    next_of(r, a, &move);
    TRY(db_begin(r->c->db, &tx, f));
    TRY(product_move(tx, &r->p, &move, f));
    TRY(store_product(tx, g, a, f));
    if (!g->gone) {
        TRY(store_variants(tx, g, a, f));
    }
    TRY(db_commit(&tx, f));
    log_info("product.assessed", kv_int("product", r->p.id),
             kv_str("state", product_state_name(r->p.state)), kv_str("rule", a->rule),
             kv_int("points", g->points));
    return 0;
}

/* ---- the job ---- */

/* 0 = settled; 1 = more was fetched, judge again. */
static int fetch_more(struct assess_fetched *g, enum assess_verdict v, struct fail *f)
{
    if (v == ASSESS_MORE_STOCK) {
        TRY(gather_stock(g, f));
        return 1;
    }
    if (v == ASSESS_MORE_QUOTES) {
        TRY(gather_quotes(g, f));
        return 1;
    }
    return 0;
}

static int judge(struct assess_fetched *g, struct fail *f)
{
    for (int round = 0; round < ROUNDS_MAX; round++) {
        scoped(assessment_done) struct assessment a = { 0 };
        TRY(assess_decide(&g->in, &a, f));
        int more = fetch_more(g, a.verdict, f);
        TRY(more);
        if (more == 0) {
            return conclude(g, &a, f);
        }
    }
    return fail_set(f, FAIL_BUG, "the judgement asks for the same again and again");
}

static int assess_step(struct product_run *r, struct fail *f)
{
    scoped(assess_fetched_done) struct assess_fetched g = { .r = r };

    if (r->p.state != PRODUCT_CANDIDATE) {
        return product_move_now(r->c->db, &r->p, &(struct product_move){ .to = r->p.state }, f);
    }
    TRY(assess_terms_read(r->c, &r->set, &g.terms, f));
    if (g.terms.gap[0] != '\0') {
        return product_wait(r, GAP_WAIT_S, "TERMS", g.terms.gap, f);
    }
    TRY(gather_product(&g, f));
    return judge(&g, f);
}

int product_assess(struct job_context *c, struct fail *f)
{
    static const struct product_job job = { .type = "product.assess",
                                            .step = assess_step,
                                            .least_mode = FLOW_DRY_RUN,
                                            .needs = PRODUCT_NEEDS_SUPPLIER };

    return product_job_run(c, &job, f);
}
