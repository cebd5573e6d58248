#include "worker/discovery/gather.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "common/model/price.h"
#include "sql/discovery.h"
#include "worker/discovery/budget.h"

void assess_fetched_done(struct assess_fetched *g)
{
    json_decref(g->detail);
    cj_product_done(&g->product);
    free(g->variants);
    *g = (struct assess_fetched){ 0 };
}

static void spend(struct assess_fetched *g, int64_t points)
{
    struct job_context *c = g->r->c;
    struct fail f = { 0 };

    g->points += points;
    if (budget_spend(c->db, c->now_us, BUDGET_ASSESS, points, &f) < 0) {
        log_warn("discovery.points_not_noted", kv_fail(&f));
    }
}

/* ---- the product ---- */

static int fill_variants(struct assess_fetched *g, struct fail *f)
{
    g->variants = calloc(g->product.variant_count + 1, sizeof *g->variants);
    if (g->variants == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < g->product.variant_count; i++) {
        const struct cj_product_variant *v = &g->product.variants[i];
        g->variants[i] = (struct assess_variant){
            .vid = v->vid,
            .sku = v->sku,
            .name = v->name,
            .cost_usd_minor = v->price_known ? v->price.minor : ASSESS_UNKNOWN,
            .weight_g = v->weight_g >= 0 ? v->weight_g : ASSESS_UNKNOWN,
            .stock = ASSESS_UNKNOWN,
            .key_ambiguous = v->key_ambiguous,
        };
    }
    return 0;
}

static int check_compliance(struct assess_fetched *g, struct fail *f)
{
    static const enum assess_compliance results[] = { ASSESS_CLEAN, ASSESS_BLOCKED,
                                                      ASSESS_RESTRICTED };
    scoped(facts_done) struct facts facts = { 0 };
    bool eu = false;

    TRY(facts_of(g->detail, &facts, f));
    for (size_t i = 0; i < g->terms.market_count; i++) {
        eu = eu || g->terms.markets[i].eu;
    }
    int result = compliance_check(&facts, eu, &g->fault, f);
    TRY(result);
    g->in.compliance = results[result];
    return 0;
}

static int fill_demand(struct assess_fetched *g, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct assess_demand *d = &g->in.demand;
    struct sql_text id;

    TRY(db_query(g->r->c->db, &sql_discovery_demand_get,
                 (const char *[]){ sql_int(&id, g->r->p.id) }, &rows, f));
    d->orders = db_int(rows, 0, "orders", 0);
    d->refunds = db_int(rows, 0, "refunds", 0);
    d->velocity_e2 = db_int(rows, 0, "velocity_e2", ASSESS_UNKNOWN);
    TRY(return_rate(g->terms.return_ppm, d->refunds, d->orders, &d->return_ppm, f));
    for (size_t i = 0; i < g->terms.market_count; i++) {
        g->terms.markets[i].terms.return_ppm = d->return_ppm;
    }
    return 0;
}

static void fill_inputs(struct assess_fetched *g)
{
    const struct product *p = &g->r->p;
    struct assess_inputs *in = &g->in;

    in->variants = g->variants;
    in->variant_count = g->product.variant_count;
    in->markets = g->terms.markets;
    in->market_count = g->terms.market_count;
    in->pricing = &g->terms.pricing;
    in->limits = g->terms.limits;
    (void)str_fit(in->currency, sizeof in->currency, g->terms.currency);
    in->usd_rate_e9 = g->terms.usd_rate_e9;
    in->fx_fee_ppm = g->terms.fx_fee_ppm;
    in->origin = g->terms.origin;
    in->hs_code = g->product.hs_code;
    in->on_sale = !g->gone && g->product.on_sale;
    in->compliance_rule = g->fault.rule;
    in->compliance_text = g->fault.text;
    in->score_e4 = p->score_e4 == PRODUCT_UNKNOWN ? ASSESS_UNKNOWN : p->score_e4;
    in->label = p->label;
    in->now_us = g->r->c->now_us;
}

int gather_product(struct assess_fetched *g, struct fail *f)
{
    struct job_context *c = g->r->c;

    g->stock_total = ASSESS_UNKNOWN;
    int asked = cj_product_get(c->cj, g->r->p.pid, &g->product, f);
    g->gone = asked < 0 && f->kind == FAIL_MISSING;
    if (asked < 0 && !g->gone) {
        return -1;
    }
    spend(g, POINTS_DETAIL);
    TRY(fill_variants(g, f));
    TRY(fill_demand(g, f));
    if (!g->gone) {
        TRY(gather_detail(&g->product, g->r->p.detail, &g->detail, f));
        TRY(check_compliance(g, f));
    }
    fill_inputs(g);
    return 0;
}

/* ---- stock ---- */

int gather_stock(struct assess_fetched *g, struct fail *f)
{
    scoped(cj_stock_list_done) struct cj_stock_list list = { 0 };
    struct job_context *c = g->r->c;

    TRY(cj_stock_of_product(c->cj, g->r->p.pid, g->terms.origin, &list, f));
    spend(g, POINTS_STOCK);
    for (size_t i = 0; i < list.count; i++) {
        for (size_t v = 0; v < g->product.variant_count; v++) {
            if (strcmp(g->variants[v].vid, list.rows[i].vid) == 0) {
                g->variants[v].stock = list.rows[i].quantity;
            }
        }
    }
    for (size_t v = 0; v < g->product.variant_count; v++) {
        if (g->variants[v].stock != ASSESS_UNKNOWN) {
            g->stock_total =
                (g->stock_total == ASSESS_UNKNOWN ? 0 : g->stock_total) + g->variants[v].stock;
        }
    }
    g->in.stock_asked = true;
    return 0;
}

/* ---- quotes ---- */

struct quoted {
    json_t *methods; /* owned */
    int64_t at_us;
};
static void quoted_done(struct quoted *q)
{
    json_decref(q->methods);
}

static int choose(struct assess_fetched *g, const struct quoted *quoted, const char *vid,
                  struct assess_quote *ret, struct fail *f)
{
    size_t count = json_array_size(quoted->methods);
    scoped(free_p) struct assess_method *list = calloc(count + 1, sizeof *list);

    if (list == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *m = json_array_get(quoted->methods, i);
        list[i] = (struct assess_method){ .name = json_text(m, "name", ""),
                                          .usd_minor = json_int(m, "price_minor", 0),
                                          .days_min = json_int(m, "days_min", -1),
                                          .days_max = json_int(m, "days_max", -1) };
    }
    assess_choose_method(list, count, g->terms.limits.promised_days, ret);
    ret->quoted_us = quoted->at_us;
    (void)str_fit(ret->vid, sizeof ret->vid, vid);
    return 0;
}

/* A method that is priced in anything but dollars would be misread, so it does not count. */
static json_t *methods_json(const struct cj_freight *list, size_t count)
{
    json_t *out = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct cj_freight *m = &list[i];
        if (strcmp(m->price.currency, "USD") == 0 &&
            json_array_append_new(out, json_pack("{s:s, s:I, s:s, s:i, s:i}", "name", m->name,
                                                 "price_minor", (json_int_t)m->price.minor,
                                                 "currency", m->price.currency, "days_min",
                                                 m->days_min, "days_max", m->days_max)) < 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

static int ask_quote(struct assess_fetched *g, const char *vid, const char *country, json_t **ret,
                     struct fail *f)
{
    scoped(free_p) struct cj_freight *list = NULL;
    scoped(json_clear_p) json_t *methods = NULL;
    scoped(free_p) char *text = NULL;
    struct cj_item item = { .quantity = 1 };
    const struct cj_consignment goods = { .route = { .from = g->terms.origin, .to = country },
                                          .items = &item,
                                          .count = 1 };
    size_t count = 0;

    (void)str_fit(item.vid, sizeof item.vid, vid);
    TRY(cj_freight_quote(g->r->c->cj, &goods, &list, &count, f));
    spend(g, POINTS_QUOTE);
    methods = methods_json(list, count);
    if (methods == NULL) {
        return fail_memory(f);
    }
    TRY(json_write(methods, &text, f));
    TRY(db_exec(g->r->c->db, &sql_discovery_quote_put,
                (const char *[]){ vid, "1", g->terms.origin, country, text }, f));
    *ret = take_ptr(methods);
    return 0;
}

/* 0 kept and fresh; 1 = must be asked. */
static int kept_quote(struct assess_fetched *g, const char *vid, const char *country,
                      struct quoted *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text hours;

    TRY(db_query(g->r->c->db, &sql_discovery_quote_get,
                 (const char *[]){ vid, "1", g->terms.origin, country,
                                   sql_int(&hours, g->r->set.num[SETTING_QUOTE_HOURS]) },
                 &rows, f));
    if (PQntuples(rows) == 0) {
        return 1;
    }
    const char *text = db_text(rows, 0, "methods");
    ret->at_us = db_int(rows, 0, "quoted_us", 0);
    return json_parse(text, strlen(text), "freight_quote", &ret->methods, f);
}

int gather_quotes(struct assess_fetched *g, struct fail *f)
{
    size_t index =
        assess_representative(g->variants, g->product.variant_count, g->terms.limits.stock_min);
    const char *vid = g->variants[index].vid;

    for (size_t i = 0; i < g->terms.market_count; i++) {
        scoped(quoted_done) struct quoted quoted = { .at_us = g->r->c->now_us };
        struct assess_market *m = &g->terms.markets[i];
        int ask = kept_quote(g, vid, m->country, &quoted, f);
        TRY(ask);
        if (ask != 0) {
            TRY(ask_quote(g, vid, m->country, &quoted.methods, f));
        }
        TRY(choose(g, &quoted, vid, &m->quote, f));
    }
    return 0;
}
