#include "worker/discovery/reprice_sum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "worker/discovery/reprice_quote.h"

static const int64_t US = 1000000;

void reprice_sums_done(struct reprice_sums *s)
{
    free(s->lines);
    *s = (struct reprice_sums){ 0 };
}

/* ---- what goes into the judgement ---- */

/* Markets with a quote, and with the product's own return rate.  A market that was added since it was listed is not sold to.
 * 1 = nothing is shipped to one of them any more. */
static int take_markets(struct product_run *r, struct reprice_sums *s, struct fail *f)
{
    struct assess_terms *t = &s->terms;
    int64_t return_ppm = json_int(r->p.decision, "return_ppm", -1);
    size_t kept = 0;

    for (size_t i = 0; i < t->market_count; i++) {
        struct assess_market m = t->markets[i];
        int none = reprice_quote(r, t->origin, &m, f);
        TRY(none);
        if (none == 2) {
            (void)snprintf(s->gap, sizeof s->gap, "the supplier ships it to %s by no method",
                           m.country);
            return 1;
        }
        m.terms.return_ppm = return_ppm >= 0 ? return_ppm : m.terms.return_ppm;
        m.quote.in_time = true; /* how long it takes is for the gate, and for each order */
        if (none == 0) {
            t->markets[kept++] = m;
        }
    }
    t->market_count = kept;
    return 0;
}

/* The gate is for products that are not listed yet: here only the sums are wanted. */
static const struct assess_limits no_limits = { .price_max = INT64_MAX,
                                                .promised_days = INT64_MAX,
                                                .cost_factor_max = INT32_MAX };

static bool at_shop(const struct product_variant *v)
{
    return v->shop_gid[0] != '\0' && !v->gone && v->cost_minor != PRODUCT_UNKNOWN &&
           v->price_minor != PRODUCT_UNKNOWN;
}

static int take_variants(const struct product_variants *from, struct reprice_sums *s,
                         struct assess_variant **ret, struct fail *f)
{
    struct assess_variant *list = calloc(from->count + 1, sizeof *list);

    s->lines = calloc(from->count + 1, sizeof *s->lines);
    if (list == NULL || s->lines == NULL) {
        free(list);
        return fail_memory(f);
    }
    for (size_t i = 0; i < from->count; i++) {
        const struct product_variant *v = &from->rows[i];
        if (!at_shop(v)) {
            continue;
        }
        list[s->count] = (struct assess_variant){ .vid = v->vid,
                                                  .sku = v->sku,
                                                  .name = v->name,
                                                  .cost_usd_minor = v->cost_minor,
                                                  .weight_g = v->weight_g > 0 ? v->weight_g : 1,
                                                  .stock = 1 };
        s->lines[s->count++].v = v;
    }
    *ret = list;
    return 0;
}

/* ---- what comes out ---- */

static bool thinner(const struct margin *a, const struct margin *b)
{
    return a->ratio_known && b->ratio_known ? a->ratio_ppm < b->ratio_ppm
                                            : a->contribution < b->contribution;
}

int reprice_margin(const struct reprice_sums *s, const struct reprice_line *line, int64_t price,
                   struct margin *ret, struct fail *f)
{
    for (size_t i = 0; i < s->terms.market_count; i++) {
        struct margin m;
        TRY(price_margin(&s->terms.markets[i].terms, price, line->landed_in[i], &m, f));
        if (i == 0 || thinner(&m, ret)) {
            *ret = m;
        }
    }
    return 0;
}

/* The price by the rules, as long as it holds the floor in every market; else none does. */
static int take_wanted(const struct reprice_sums *s, struct reprice_line *line, int64_t by_rules,
                       int64_t floor_ppm, struct fail *f)
{
    struct margin m = { 0 };

    line->wanted = 0;
    if (by_rules == ASSESS_UNKNOWN) {
        return 0;
    }
    TRY(reprice_margin(s, line, by_rules, &m, f));
    if (m.ratio_known && m.contribution > 0 && m.ratio_ppm >= floor_ppm) {
        line->wanted = by_rules;
    }
    return 0;
}

static int take_sums(const struct product_run *r, struct reprice_sums *s, size_t i,
                     const struct assessed_variant *a, struct fail *f)
{
    struct reprice_line *line = &s->lines[i];
    int64_t repriced_us = r->p.repriced_us;
    struct reprice_case c = { .price = line->v->price_minor,
                              .landed_before = line->v->landed_minor,
                              .floor_ppm = r->set.num[SETTING_TARGET_MARGIN_PPM],
                              .landed_step_ppm = r->set.num[SETTING_REPRICE_LANDED_PPM],
                              .price_step_ppm = r->set.num[SETTING_REPRICE_STEP_PPM],
                              .age_s = repriced_us != 0 ? (r->c->now_us - repriced_us) / US : -1 };

    for (size_t k = 0; k < s->terms.market_count; k++) {
        line->landed_in[k] = a->sums[k].landed;
        line->landed = a->sums[k].landed > line->landed ? a->sums[k].landed : line->landed;
    }
    line->cost = a->cost;
    TRY(take_wanted(s, line, a->price, c.floor_ppm, f));
    TRY(reprice_margin(s, line, line->v->price_minor, &line->thin, f));
    c.landed_before = c.landed_before == PRODUCT_UNKNOWN ? 0 : c.landed_before;
    c.landed_now = line->landed;
    c.wanted = line->wanted;
    c.at_price = line->thin;
    (void)str_fit(c.currency, sizeof c.currency, s->terms.currency);
    line->verdict = reprice_decide(&c, line->why, sizeof line->why);
    return 0;
}

/* The variant whose price stands in the product's row: that of its decision, else the dearest one. */
static size_t find_lead(const struct product_run *r, const struct reprice_sums *s)
{
    const char *vid = json_text(r->p.decision, "worst.vid", "");
    size_t lead = 0;

    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->lines[i].v->vid, vid) == 0) {
            return i;
        }
        lead = s->lines[i].landed > s->lines[lead].landed ? i : lead;
    }
    return lead;
}

static int judge(struct product_run *r, struct reprice_sums *s,
                 const struct assess_variant *variants, struct fail *f)
{
    scoped(assessment_done) struct assessment a = { 0 };
    struct assess_inputs in = { .variants = variants,
                                .variant_count = s->count,
                                .stock_asked = true,
                                .markets = s->terms.markets,
                                .market_count = s->terms.market_count,
                                .pricing = &s->terms.pricing,
                                .limits = no_limits,
                                .demand = { .velocity_e2 = ASSESS_UNKNOWN },
                                .usd_rate_e9 = s->terms.usd_rate_e9,
                                .fx_fee_ppm = s->terms.fx_fee_ppm,
                                .origin = s->terms.origin,
                                .hs_code = "000000",
                                .on_sale = true,
                                .compliance_rule = "",
                                .compliance_text = "",
                                .score_e4 = ASSESS_UNKNOWN,
                                .label = "",
                                .now_us = r->c->now_us };

    (void)str_fit(in.currency, sizeof in.currency, s->terms.currency);
    TRY(assess_decide(&in, &a, f));
    for (size_t i = 0; i < s->count; i++) {
        if (a.variants[i].sums == NULL) {
            (void)str_fit(s->gap, sizeof s->gap, a.text);
            return 1;
        }
        TRY(take_sums(r, s, i, &a.variants[i], f));
    }
    s->lead = find_lead(r, s);
    return 0;
}

static int sum(struct product_run *r, const struct product_variants *variants,
               struct reprice_sums *s, struct fail *f)
{
    scoped(free_p) struct assess_variant *list = NULL;

    TRY(assess_terms_read(r->c, &r->set, &s->terms, f));
    if (s->terms.gap[0] != '\0') {
        (void)str_fit(s->gap, sizeof s->gap, s->terms.gap);
        return 1;
    }
    int unshipped = take_markets(r, s, f);
    if (unshipped != 0) {
        return unshipped;
    }
    TRY(take_variants(variants, s, &list, f));
    if (s->count == 0 || s->terms.market_count == 0) {
        (void)str_fit(s->gap, sizeof s->gap,
                      s->count == 0 ? "no variant at the shop has a known cost and price"
                                    : "the product's decision holds no freight quote");
        return 1;
    }
    return judge(r, s, list, f);
}

int reprice_sum(struct product_run *r, const struct product_variants *variants,
                struct reprice_sums *ret, struct fail *f)
{
    struct reprice_sums s = { 0 };
    int none = sum(r, variants, &s, f);

    if (none < 0) {
        reprice_sums_done(&s);
        return -1;
    }
    *ret = s;
    return none;
}

enum reprice_verdict reprice_gravest(const struct reprice_sums *s, size_t *ret_line)
{
    static const int weight[] = { [REPRICE_KEEP] = 0,
                                  [REPRICE_WAIT] = 1,
                                  [REPRICE_SET] = 2,
                                  [REPRICE_PROPOSE] = 3,
                                  [REPRICE_STOP] = 4 };

    *ret_line = 0;
    for (size_t i = 1; i < s->count; i++) {
        if (weight[s->lines[i].verdict] > weight[s->lines[*ret_line].verdict]) {
            *ret_line = i;
        }
    }
    return s->lines[*ret_line].verdict;
}
