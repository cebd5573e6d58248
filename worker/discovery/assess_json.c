/* product.decision of a judgement; its form is written down in product.h. */
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "worker/discovery/assess.h"

/* Jansson's packing releases what it was given and answers NULL when anything in it is missing. */
static json_t *number(int64_t value)
{
    return value != ASSESS_UNKNOWN ? json_integer(value) : json_null();
}

static json_t *text_or_null(const char *text)
{
    return text != NULL && text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *instant(int64_t at_us)
{
    char text[CLOCK_TEXT_BYTES];

    if (at_us == 0) {
        return json_null();
    }
    clock_format(at_us, text);
    return json_string(text);
}

static json_t *check_json(const struct assess_check *c)
{
    return json_pack("{s:s, s:b, s:o, s:o, s:s, s:s}", "rule", c->rule, "passed", c->passed,
                     "value", number(c->value), "limit", number(c->limit), "unit", c->unit, "text",
                     c->text);
}

static json_t *quote_json(const struct assess_quote *q)
{
    if (!q->asked || q->methods == 0) {
        return json_null();
    }
    return json_pack("{s:s, s:o, s:o, s:I, s:o, s:s}", "method", q->method, "days_min",
                     number(q->days_min >= 0 ? q->days_min : ASSESS_UNKNOWN), "days_max",
                     number(q->days_max >= 0 ? q->days_max : ASSESS_UNKNOWN), "usd_minor",
                     (json_int_t)q->usd_minor, "quoted_at", instant(q->quoted_us), "vid", q->vid);
}

static json_t *duty_json(const struct assess_inputs *in, const struct assess_market *m)
{
    char hs6[7] = "";

    if (!m->duty_known) {
        return json_null();
    }
    (void)strncat(hs6, in->hs_code, 6);
    return json_pack(
        "{s:I, s:s, s:I, s:o, s:o}", "fixed_minor", (json_int_t)m->duty.fixed_minor, "currency",
        m->duty.currency, "ad_valorem_ppm", (json_int_t)m->duty.ad_valorem_ppm, "max_value_minor",
        number(m->duty.max_value_minor >= 0 ? m->duty.max_value_minor : ASSESS_UNKNOWN), "hs6",
        text_or_null(hs6));
}

static json_t *market_json(const struct assess_inputs *in, const struct assess_market *m)
{
    static const char *const modes[] = {
        [TAX_EXCLUSIVE] = "exclusive", [TAX_INCLUSIVE] = "inclusive", [TAX_NONE] = "none"
    };
    const struct sale_terms *t = &m->terms;

    return json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "country", m->country, "tax_mode",
        modes[t->tax_mode], "tax_ppm", (json_int_t)t->tax_ppm, "import_tax_ppm",
        (json_int_t)m->import_tax_ppm, "fee_ppm", (json_int_t)t->fee_ppm, "fee_fixed_minor",
        (json_int_t)t->fee_fixed, "return_cost_minor", (json_int_t)t->return_cost, "salvage_ppm",
        (json_int_t)t->salvage_ppm, "quote", quote_json(&m->quote), "duty", duty_json(in, m));
}

static json_t *sum_json(const char *country, const struct assess_sum *s, bool sold)
{
    const struct {
        const char *name;
        int64_t value;
    } parts[] = {
        { "goods_minor", s->goods },
        { "shipping_minor", s->shipping },
        { "duty_minor", s->duty },
        { "import_tax_minor", s->import_tax },
        { "broker_minor", s->broker },
        { "fx_minor", s->fx },
        { "landed_minor", s->landed },
        { "wanted_minor", s->priced ? s->wanted : ASSESS_UNKNOWN },
        { "price_minor", sold ? s->price : ASSESS_UNKNOWN },
        { "net_minor", sold ? s->net : ASSESS_UNKNOWN },
        { "charged_minor", sold ? s->charged : ASSESS_UNKNOWN },
        { "fee_minor", sold ? s->margin.fee : ASSESS_UNKNOWN },
        { "reserve_minor", sold ? s->margin.reserve : ASSESS_UNKNOWN },
        { "margin_minor", sold ? s->margin.contribution : ASSESS_UNKNOWN },
        { "margin_ppm", sold && s->margin.ratio_known ? s->margin.ratio_ppm : ASSESS_UNKNOWN },
        { "basic_ppm", sold ? s->basic_ppm : ASSESS_UNKNOWN },
    };
    json_t *out = json_pack("{s:s}", "country", country);

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (json_object_set_new(out, parts[i].name, number(parts[i].value)) < 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

static json_t *sums_json(const struct assess_inputs *in, const struct assessed_variant *v)
{
    json_t *out = json_array();

    for (size_t i = 0; v->sums != NULL && i < in->market_count; i++) {
        if (json_array_append_new(out, sum_json(in->markets[i].country, &v->sums[i],
                                                v->price != ASSESS_UNKNOWN)) < 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

static json_t *variant_json(const struct assess_inputs *in, const struct assess_variant *v,
                            const struct assessed_variant *a)
{
    bool priced = a->price != ASSESS_UNKNOWN;

    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o}", "vid",
                     v->vid, "sku", v->sku, "name", v->name, "stock", number(v->stock), "weight_g",
                     number(v->weight_g), "cost_usd_minor", number(v->cost_usd_minor), "cost_minor",
                     number(a->cost), "offered", a->offered, "rule", text_or_null(a->rule), "text",
                     text_or_null(a->text), "price_minor", number(a->price), "price_country",
                     text_or_null(priced ? in->markets[a->price_market].country : NULL), "markets",
                     sums_json(in, a));
}

typedef json_t *element_fn(const struct assess_inputs *in, const struct assessment *a, size_t i);

static json_t *check_at(const struct assess_inputs *in, const struct assessment *a, size_t i)
{
    (void)in;
    return check_json(&a->checks[i]);
}

static json_t *market_at(const struct assess_inputs *in, const struct assessment *a, size_t i)
{
    (void)a;
    return market_json(in, &in->markets[i]);
}

static json_t *variant_at(const struct assess_inputs *in, const struct assessment *a, size_t i)
{
    return variant_json(in, &in->variants[i], &a->variants[i]);
}

static json_t *worst_json(const struct assess_inputs *in, const struct assessment *a)
{
    if (!a->has_worst) {
        return json_null();
    }
    return json_pack("{s:s, s:s}", "vid", in->variants[a->worst_variant].vid, "country",
                     in->markets[a->worst_market].country);
}

static json_t *pricing_json(const struct pricing_rule *p)
{
    static const char *const kinds[] = { [PRICING_MULTIPLIER] = "multiplier",
                                         [PRICING_FIXED] = "fixed",
                                         [PRICING_TIERS] = "tiers",
                                         [PRICING_TARGET] = "target_margin" };

    return json_pack("{s:I, s:s, s:s}", "id", (json_int_t)p->id, "name", p->name, "kind",
                     kinds[p->kind]);
}

static json_t *demand_json(const struct assess_inputs *in)
{
    const struct assess_demand *d = &in->demand;

    return json_pack(
        "{s:s, s:I, s:I, s:o, s:I}", "source", d->orders > 0 ? "own_orders" : "listings_per_day",
        "orders", (json_int_t)d->orders, "refunds", (json_int_t)d->refunds, "listings_per_day_e2",
        number(d->velocity_e2), "least_e2", (json_int_t)in->limits.velocity_min_e2);
}

static json_t *restricted_json(const struct assess_inputs *in)
{
    return in->compliance != ASSESS_RESTRICTED
               ? json_null()
               : json_pack("{s:s, s:s}", "rule", in->compliance_rule, "text", in->compliance_text);
}

static json_t *head_json(const struct assess_inputs *in, const struct assessment *a)
{
    static const char *const verdicts[] = {
        [ASSESS_PASS] = "pass",
        [ASSESS_REJECTED] = "rejected",
        [ASSESS_NEEDS_DATA] = "needs_data",
        [ASSESS_MORE_STOCK] = "more",
        [ASSESS_MORE_QUOTES] = "more",
    };

    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o}",
                     "verdict", verdicts[a->verdict], "rule", a->rule, "text", a->text, "todo",
                     text_or_null(a->todo), "at", instant(in->now_us), "currency", in->currency,
                     "usd_rate_e9", number(in->usd_rate_e9), "fx_fee_ppm",
                     (json_int_t)in->fx_fee_ppm, "target_ppm", (json_int_t)in->limits.target_ppm,
                     "least_margin_minor", (json_int_t)in->limits.least_margin, "return_ppm",
                     (json_int_t)in->demand.return_ppm, "restricted", restricted_json(in),
                     "score_e4", number(in->score_e4), "label", text_or_null(in->label),
                     "opportunity_e4", number(a->opportunity_e4));
}

int assess_json(const struct assess_inputs *in, const struct assessment *a, json_t **ret,
                struct fail *f)
{
    scoped(json_clear_p) json_t *out = head_json(in, a);
    const struct {
        const char *name;
        element_fn *at;
        size_t count;
    } lists[] = {
        { "gate", check_at, a->check_count },
        { "markets", market_at, in->market_count },
        { "variants", variant_at, a->variant_count },
    };

    if (out == NULL || json_object_set_new(out, "pricing", pricing_json(in->pricing)) < 0 ||
        json_object_set_new(out, "demand", demand_json(in)) < 0 ||
        json_object_set_new(out, "worst", worst_json(in, a)) < 0) {
        return fail_memory(f);
    }
    for (size_t l = 0; l < COUNT_OF(lists); l++) {
        json_t *list = json_array();
        if (json_object_set_new(out, lists[l].name, list) < 0) {
            return fail_memory(f);
        }
        for (size_t i = 0; i < lists[l].count; i++) {
            if (json_array_append_new(list, lists[l].at(in, a, i)) < 0) {
                return fail_memory(f);
            }
        }
    }
    *ret = take_ptr(out);
    return 0;
}
