/* The sums of a judgement and the gate over them: cost, price, margin, per variant and market. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/str.h"
#include "common/model/landed.h"
#include "common/model/trend.h"
#include "worker/discovery/assess_priv.h"

static const int64_t PPM = 1000000;

/* ---- one variant in one market ---- */

/* A cost we estimate: rounded up. */
static int from_usd(const struct judge *j, int64_t cents, int64_t *ret, struct fail *f)
{
    struct money to = { 0 };

    TRY(money_convert(&(struct money){ cents, "USD" }, j->in->currency, j->in->usd_rate_e9,
                      MONEY_CEIL, &to, f));
    *ret = to.minor;
    return 0;
}

/* 0; 1 = the goods are worth more than the rule covers. */
static int duty_in(const struct assess_market *m, int64_t goods, int64_t *ret, struct fail *f)
{
    return duty_of(&(struct duty_case){ .fixed_in_shop = m->duty_fixed_minor,
                                        .ad_valorem_ppm = m->duty.ad_valorem_ppm,
                                        .max_in_shop = m->duty_max_minor,
                                        .customs_value = goods,
                                        .hs6_count = 1 },
                   ret, f);
}

/* 0; 1 = no duty rule for goods of this value. */
static int cost_in(const struct judge *j, const struct assess_market *m, struct assess_sum *s,
                   struct fail *f)
{
    TRY(from_usd(j, m->quote.usd_minor, &s->shipping, f));
    int beyond = duty_in(m, s->goods, &s->duty, f);
    if (beyond != 0) {
        return beyond;
    }
    TRY(money_mul_div(s->goods + s->shipping + s->duty, m->import_tax_ppm, PPM, MONEY_HALF_UP,
                      &s->import_tax, f));
    TRY(landed_cost(&(struct landed_parts){ .price = s->goods,
                                            .shipping = s->shipping,
                                            .duty = s->duty,
                                            .import_tax = s->import_tax,
                                            .broker = s->broker,
                                            .fx_fee_ppm = j->in->fx_fee_ppm },
                    &s->landed, f));
    s->fx = s->landed - s->goods - s->shipping - s->duty - s->import_tax - s->broker;
    return 0;
}

/* The side of the sale, once the price over all markets is known. */
static int sale_in(const struct assess_market *m, int64_t price, struct assess_sum *s,
                   struct fail *f)
{
    s->price = price;
    s->basic_ppm = ASSESS_UNKNOWN;
    TRY(price_margin(&m->terms, price, s->landed, &s->margin, f));
    s->net = s->margin.net;
    TRY(price_charged(&m->terms, price, &s->charged, f));
    int unknown = margin_basic(s->net, s->goods, s->shipping, &s->basic_ppm, f);
    return unknown < 0 ? -1 : 0;
}

/* ---- one variant in all markets ---- */

static bool worse(const struct assess_sum *a, const struct assess_sum *b)
{
    if (a->margin.ratio_known != b->margin.ratio_known) {
        return !a->margin.ratio_known;
    }
    return a->margin.ratio_ppm != b->margin.ratio_ppm
               ? a->margin.ratio_ppm < b->margin.ratio_ppm
               : a->margin.contribution < b->margin.contribution;
}

/* The dearest market sets the price.  0; 1 = in some market no price reaches the goal. */
static int price_over_markets(const struct judge *j, struct assessed_variant *v, struct fail *f)
{
    for (size_t i = 0; i < j->in->market_count; i++) {
        struct assess_sum *s = &v->sums[i];
        int infeasible =
            pricing_rule_price(j->in->pricing, &j->in->markets[i].terms, s->landed, &s->wanted, f);
        if (infeasible != 0) {
            return infeasible;
        }
        s->priced = true;
        if (v->price == ASSESS_UNKNOWN || s->wanted > v->price) {
            v->price = s->wanted;
            v->price_market = i;
        }
    }
    return 0;
}

static int infeasible_variant(const struct judge *j, struct assessed_variant *v)
{
    v->rule = "INFEASIBLE";
    v->price = ASSESS_UNKNOWN;
    (void)snprintf(v->text, sizeof v->text,
                   "By rule '%.60s' no price reaches its goal in every market.",
                   j->in->pricing->name);
    return 0;
}

/* 0; 1 = the matter is settled: duty is not known for goods of this value. */
static int sum_variant(struct judge *j, size_t index, struct fail *f)
{
    struct assessed_variant *v = &j->a->variants[index];

    v->sums = calloc(j->in->market_count, sizeof *v->sums);
    if (v->sums == NULL) {
        return fail_memory(f);
    }
    TRY(from_usd(j, j->in->variants[index].cost_usd_minor, &v->cost, f));
    for (size_t i = 0; i < j->in->market_count; i++) {
        v->sums[i].goods = v->cost;
        int beyond = cost_in(j, &j->in->markets[i], &v->sums[i], f);
        TRY(beyond);
        if (beyond != 0) {
            return assess_settle(
                j,
                &(struct settled){ ASSESS_NEEDS_DATA, "DUTY_RULE",
                                   "Add a rule for parcels of this value to the table of duties." },
                "Variant %s is worth more than the duty rule of %s covers.",
                j->in->variants[index].sku, j->in->markets[i].country);
        }
    }
    int infeasible = price_over_markets(j, v, f);
    TRY(infeasible);
    if (infeasible != 0) {
        return infeasible_variant(j, v);
    }
    for (size_t i = 0; i < j->in->market_count; i++) {
        TRY(sale_in(&j->in->markets[i], v->price, &v->sums[i], f));
        if (worse(&v->sums[i], &v->sums[v->worst_market])) {
            v->worst_market = i;
        }
    }
    return 0;
}

/* ---- the gate ---- */

struct gate_view { /* a variant as the gate looks at it */
    const struct assessed_variant *v;
    const struct assess_sum *thin;  /* lowest margin */
    const struct assess_sum *small; /* lowest contribution */
    const char *thin_in, *small_in; /* their countries */
};

static struct gate_view view_of(const struct judge *j, const struct assessed_variant *v)
{
    size_t small = 0;

    for (size_t i = 1; i < j->in->market_count; i++) {
        if (v->sums[i].margin.contribution < v->sums[small].margin.contribution) {
            small = i;
        }
    }
    return (struct gate_view){ .v = v,
                               .thin = &v->sums[v->worst_market],
                               .small = &v->sums[small],
                               .thin_in = j->in->markets[v->worst_market].country,
                               .small_in = j->in->markets[small].country };
}

enum { PERCENT_BYTES = 32 };

/* "31.23 %", cut and not rounded: what misses a limit never reads as the limit. */
static const char *percent(int64_t ppm, char out[static PERCENT_BYTES])
{
    int64_t e2 = ppm / 100; /* hundredths of a percent */
    int64_t size = e2 < 0 ? -e2 : e2;

    (void)snprintf(out, PERCENT_BYTES, "%s%" PRId64 ".%02" PRId64 " %%", e2 < 0 ? "-" : "",
                   size / 100, size % 100);
    return out;
}

typedef void gate_fn(const struct judge *j, const struct gate_view *g, struct check_line *ret,
                     char text[static 200]);

static void in_band_from(const struct judge *j, const struct gate_view *g, struct check_line *ret,
                         char text[static 200])
{
    char price[ASSESS_MONEY_BYTES], least[ASSESS_MONEY_BYTES];

    *ret = (struct check_line){ "PRICE_LOW", "minor", g->v->price >= j->in->limits.price_min,
                                g->v->price, j->in->limits.price_min };
    (void)snprintf(text, 200, "The price is %s; the lowest to be listed is %s.",
                   assess_money(j, g->v->price, price),
                   assess_money(j, j->in->limits.price_min, least));
}

static void in_band_to(const struct judge *j, const struct gate_view *g, struct check_line *ret,
                       char text[static 200])
{
    char price[ASSESS_MONEY_BYTES], most[ASSESS_MONEY_BYTES];

    *ret = (struct check_line){ "PRICE_HIGH", "minor", g->v->price <= j->in->limits.price_max,
                                g->v->price, j->in->limits.price_max };
    (void)snprintf(text, 200, "The price is %s; the highest to be listed is %s.",
                   assess_money(j, g->v->price, price),
                   assess_money(j, j->in->limits.price_max, most));
}

static void cost_is_sane(const struct judge *j, const struct gate_view *g, struct check_line *ret,
                         char text[static 200])
{
    char price[ASSESS_MONEY_BYTES], cost[ASSESS_MONEY_BYTES];
    int64_t times = j->in->limits.cost_factor_max;
    int64_t tenths = g->v->cost > 0 ? g->v->price * 10 / g->v->cost : 0;

    *ret = (struct check_line){ "PRICE_PER_COST", "times_e2", g->v->price <= times * g->v->cost,
                                g->v->cost > 0 ? g->v->price * 100 / g->v->cost : ASSESS_UNKNOWN,
                                times * 100 };
    (void)snprintf(text, 200,
                   "The price %s is %" PRId64 ".%" PRId64 " times the supplier's %s; above %" PRId64
                   " times that is taken for misread.",
                   assess_money(j, g->v->price, price), tenths / 10, tenths % 10,
                   assess_money(j, g->v->cost, cost), times);
}

static void margin_is_enough(const struct judge *j, const struct gate_view *g,
                             struct check_line *ret, char text[static 200])
{
    char price[ASSESS_MONEY_BYTES], is[PERCENT_BYTES], wanted[PERCENT_BYTES];
    const struct margin *m = &g->thin->margin;
    int64_t ppm = m->ratio_known ? m->ratio_ppm : ASSESS_UNKNOWN;

    *ret = (struct check_line){ "MARGIN", "ppm", m->ratio_known && ppm >= j->in->limits.target_ppm,
                                ppm, j->in->limits.target_ppm };
    (void)snprintf(text, 200, "At %s the margin in %s is %s; at least %s are wanted.",
                   assess_money(j, g->v->price, price), g->thin_in,
                   m->ratio_known ? percent(ppm, is) : "unknown",
                   percent(j->in->limits.target_ppm, wanted));
}

static void contribution_is_enough(const struct judge *j, const struct gate_view *g,
                                   struct check_line *ret, char text[static 200])
{
    char made[ASSESS_MONEY_BYTES], least[ASSESS_MONEY_BYTES];
    int64_t cm = g->small->margin.contribution;

    *ret = (struct check_line){ "CONTRIBUTION", "minor", cm >= j->in->limits.least_margin, cm,
                                j->in->limits.least_margin };
    (void)snprintf(text, 200, "An order from %s leaves %s; at least %s are wanted.", g->small_in,
                   assess_money(j, cm, made), assess_money(j, j->in->limits.least_margin, least));
}

static gate_fn *const gate[] = { in_band_from, in_band_to, cost_is_sane, margin_is_enough,
                                 contribution_is_enough };

/* How many checks a variant passes; the first that fails is put into *ret_failed with its sentence. */
static size_t pass_gate(const struct judge *j, const struct assessed_variant *v,
                        struct check_line *ret_failed, char text[static 200])
{
    const struct gate_view view = view_of(j, v);

    for (size_t i = 0; i < COUNT_OF(gate); i++) {
        gate[i](j, &view, ret_failed, text);
        if (!ret_failed->passed) {
            return i;
        }
    }
    return COUNT_OF(gate);
}

static void note_gate(struct judge *j, const struct assessed_variant *v)
{
    const struct gate_view view = view_of(j, v);
    bool passed = true;

    for (size_t i = 0; i < COUNT_OF(gate) && passed; i++) {
        struct check_line line;
        char text[200];
        gate[i](j, &view, &line, text);
        assess_note(j, &line, "%s", text);
        passed = line.passed;
    }
}

/* ---- over all variants ---- */

struct tally {
    size_t offered;
    size_t nearest;       /* of those that fail, the one that comes furthest */
    size_t nearest_depth; /* checks it passes, plus one; 0 = nobody was summed */
};

static void weigh(struct judge *j, size_t index, struct tally *t)
{
    struct assessed_variant *v = &j->a->variants[index];
    struct check_line failed;
    char text[200];

    size_t depth = v->rule == NULL ? pass_gate(j, v, &failed, text) : 0;
    if (v->rule == NULL && depth == COUNT_OF(gate)) {
        v->offered = true;
        t->offered++;
        const struct assessed_variant *w = &j->a->variants[j->a->worst_variant];
        if (!j->a->has_worst || worse(&v->sums[v->worst_market], &w->sums[w->worst_market])) {
            j->a->has_worst = true;
            j->a->worst_variant = index;
            j->a->worst_market = v->worst_market;
        }
        return;
    }
    if (v->rule == NULL) {
        v->rule = failed.rule;
        (void)str_fit(v->text, sizeof v->text, text);
    }
    if (depth + 1 > t->nearest_depth) {
        t->nearest = index;
        t->nearest_depth = depth + 1;
    }
}

static int pass(struct judge *j, const struct tally *t, struct fail *f)
{
    const struct assessed_variant *v = &j->a->variants[j->a->worst_variant];
    const struct margin *m = &v->sums[j->a->worst_market].margin;
    char price[ASSESS_MONEY_BYTES], made[ASSESS_MONEY_BYTES], share[PERCENT_BYTES];

    note_gate(j, v);
    if (j->in->score_e4 != ASSESS_UNKNOWN) {
        TRY(trend_opportunity(j->in->score_e4, m->contribution, &j->a->opportunity_e4, f));
    }
    (void)assess_settle(j, &(struct settled){ ASSESS_PASS, "PASSED", NULL },
                        "%zu of %zu variants pass; the tightest sells at %s and leaves %s "
                        "(%s) in %s.",
                        t->offered, j->in->variant_count, assess_money(j, v->price, price),
                        assess_money(j, m->contribution, made), percent(m->ratio_ppm, share),
                        j->in->markets[j->a->worst_market].country);
    return 0;
}

static int reject(struct judge *j, const struct tally *t)
{
    const struct assessed_variant *v = &j->a->variants[t->nearest];

    if (v->price != ASSESS_UNKNOWN) {
        note_gate(j, v);
    } else {
        assess_note(j, &(struct check_line){ v->rule, "", false, ASSESS_UNKNOWN, ASSESS_UNKNOWN },
                    "%s", v->text);
    }
    (void)assess_settle(j, &(struct settled){ ASSESS_REJECTED, v->rule, NULL },
                        "No variant passes; the nearest, %s: %s", j->in->variants[t->nearest].sku,
                        v->text);
    return 0;
}

int assess_sums(struct judge *j, struct fail *f)
{
    struct tally t = { 0 };

    for (size_t i = 0; i < j->in->variant_count; i++) {
        if (j->a->variants[i].rule != NULL) {
            continue; /* left out for its stock */
        }
        int settled = sum_variant(j, i, f);
        TRY(settled);
        if (settled != 0) {
            return 0;
        }
        weigh(j, i, &t);
    }
    return t.offered > 0 ? pass(j, &t, f) : reject(j, &t);
}
