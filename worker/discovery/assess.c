/* The rules that come before the sums, in the order in which they settle the matter: what forbids a product first, then what is
 * missing to judge it, then what costs points to ask. */
#include "worker/discovery/assess.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/str.h"
#include "worker/discovery/assess_priv.h"

enum { VARIANTS_MAX = 250, COST_LEAST_CENTS = 2, HS6_DIGITS = 6 };

void assessment_done(struct assessment *a)
{
    for (size_t i = 0; i < a->variant_count; i++) {
        free(a->variants[i].sums);
    }
    free(a->variants);
    *a = (struct assessment){ 0 };
}

/* ---- saying how it came out ---- */

static void printf_like(3, 0) say(char *field, size_t bytes, const char *fmt, va_list args)
{
    char text[2 * sizeof((struct assessment *)NULL)->text];

    if (vsnprintf(text, sizeof text, fmt, args) < 0) {
        text[0] = '\0';
    }
    (void)str_fit(field, bytes, text); /* a long sentence is cut */
}

int assess_settle(struct judge *j, const struct settled *s, const char *fmt, ...)
{
    va_list args;

    j->a->verdict = s->verdict;
    (void)str_fit(j->a->rule, sizeof j->a->rule, s->rule);
    (void)str_fit(j->a->todo, sizeof j->a->todo, s->todo != NULL ? s->todo : "");
    va_start(args, fmt);
    say(j->a->text, sizeof j->a->text, fmt, args);
    va_end(args);
    return 1;
}

void assess_note(struct judge *j, const struct check_line *line, const char *fmt, ...)
{
    va_list args;

    if (j->a->check_count == ASSESS_CHECKS_MAX) {
        return;
    }
    struct assess_check *check = &j->a->checks[j->a->check_count++];
    *check = (struct assess_check){ .rule = line->rule,
                                    .unit = line->unit,
                                    .passed = line->passed,
                                    .value = line->value,
                                    .limit = line->limit };
    va_start(args, fmt);
    say(check->text, sizeof check->text, fmt, args);
    va_end(args);
}

const char *assess_money(const struct judge *j, int64_t minor, char out[static ASSESS_MONEY_BYTES])
{
    struct money m = { .minor = minor };
    char number[MONEY_TEXT_BYTES];

    (void)str_fit(m.currency, sizeof m.currency, j->in->currency);
    money_format(&m, number);
    (void)snprintf(out, ASSESS_MONEY_BYTES, "%s %s", number, m.currency);
    return out;
}

/* ---- the rules; 0 goes on, 1 settled ---- */

typedef int rule_fn(struct judge *j);

static int must_be_on_sale(struct judge *j)
{
    assess_note(
        j, &(struct check_line){ "ON_SALE", "", j->in->on_sale, ASSESS_UNKNOWN, ASSESS_UNKNOWN },
        j->in->on_sale ? "The supplier sells it." : "The supplier does not sell it now.");
    return j->in->on_sale ? 0
                          : assess_settle(j, &(struct settled){ ASSESS_REJECTED, "OFF_SALE", NULL },
                                          "The supplier does not sell this product any more.");
}

static int must_comply(struct judge *j)
{
    static const char *const words[] = {
        [ASSESS_CLEAN] = "No brand, forbidden goods or restricted category was found.",
        [ASSESS_BLOCKED] = "",
        [ASSESS_RESTRICTED] = "A person must look at it before it is listed.",
    };
    bool blocked = j->in->compliance == ASSESS_BLOCKED;

    assess_note(j,
                &(struct check_line){ "COMPLIANCE", "", !blocked, ASSESS_UNKNOWN, ASSESS_UNKNOWN },
                "%s%s%s", j->in->compliance_text, j->in->compliance_text[0] != '\0' ? " " : "",
                words[j->in->compliance]);
    if (!blocked) {
        return 0;
    }
    const char *rule = j->in->compliance_rule[0] != '\0' ? j->in->compliance_rule : "COMPLIANCE";
    return assess_settle(j, &(struct settled){ ASSESS_REJECTED, rule, NULL },
                         "The compliance filter blocks it: %s", j->in->compliance_text);
}

static int lacks(struct judge *j, const char *rule, const char *todo, const char *text)
{
    assess_note(j, &(struct check_line){ rule, "", false, ASSESS_UNKNOWN, ASSESS_UNKNOWN }, "%s",
                text);
    return assess_settle(j, &(struct settled){ ASSESS_NEEDS_DATA, rule, todo }, "%s", text);
}

static int must_know_the_rate(struct judge *j)
{
    char text[160];

    if (j->in->usd_rate_e9 != ASSESS_UNKNOWN) {
        return 0;
    }
    (void)snprintf(text, sizeof text,
                   "The shop sells in %s and nobody has told how much a US dollar is.",
                   j->in->currency);
    return lacks(j, "RATE", "Set money.usd_rate_e9.", text);
}

static int must_know_duty(struct judge *j)
{
    char text[200];

    for (size_t i = 0; i < j->in->market_count; i++) {
        const struct assess_market *m = &j->in->markets[i];
        if (!m->duty_known) {
            (void)snprintf(text, sizeof text,
                           "No duty rule holds today for goods from %s sent to %s.", j->in->origin,
                           m->country);
            return lacks(j, "DUTY_RULE",
                         "Add a rule to the table of duties, or take the market "
                         "out of discovery.markets.",
                         text);
        }
        if (!m->duty_rate_known) {
            (void)snprintf(text, sizeof text,
                           "The duty of %s is in %s and nobody has told what that is in %s.",
                           m->country, m->duty.currency, j->in->currency);
            return lacks(j, "RATE", "Set money.rates.", text);
        }
    }
    return 0;
}

struct gap {
    const char *rule, *what;
};

/* What is wrong with the supplier's word about one variant; NULL rule = nothing. */
static struct gap gap_of(const struct assess_variant *v)
{
    if (v->key_ambiguous) {
        return (struct gap){ "VARIANT_KEY", "has options that cannot be told apart for certain" };
    }
    if (v->cost_usd_minor == ASSESS_UNKNOWN) {
        return (struct gap){ "PRICE_UNREADABLE", "has no readable price" };
    }
    if (v->cost_usd_minor < COST_LEAST_CENTS) {
        return (struct gap){ "COST_MISREAD", "costs a cent or less, which is taken for an error" };
    }
    if (v->weight_g == ASSESS_UNKNOWN || v->weight_g <= 0) {
        return (struct gap){ "WEIGHT", "has no known weight" };
    }
    return (struct gap){ NULL, NULL };
}

/* Orders are matched by SKU, so each variant needs one of its own. */
static bool sku_is_own(const struct judge *j, size_t index)
{
    const char *sku = j->in->variants[index].sku;

    for (size_t i = 0; i < index; i++) {
        if (strcmp(j->in->variants[i].sku, sku) == 0) {
            return false;
        }
    }
    return sku[0] != '\0';
}

static int must_have_readable_variants(struct judge *j)
{
    char text[300];

    if (j->in->variant_count == 0) {
        return lacks(j, "NO_VARIANTS", "Look at the product at the supplier.",
                     "The supplier names no variants.");
    }
    if (j->in->variant_count > VARIANTS_MAX) {
        return assess_settle(j, &(struct settled){ ASSESS_REJECTED, "TOO_MANY_VARIANTS", NULL },
                             "It has %zu variants; at most %d are listed.", j->in->variant_count,
                             VARIANTS_MAX);
    }
    for (size_t i = 0; i < j->in->variant_count; i++) {
        const struct assess_variant *v = &j->in->variants[i];
        struct gap gap =
            sku_is_own(j, i) ? gap_of(v) : (struct gap){ "SKU", "has no SKU of its own" };
        if (gap.rule != NULL) {
            (void)snprintf(text, sizeof text, "Variant %s (%.150s) %s.", v->sku, v->name, gap.what);
            return lacks(j, gap.rule, "Ask the supplier, or reject the product.", text);
        }
    }
    return 0;
}

static int must_have_a_code(struct judge *j)
{
    return strlen(j->in->hs_code) >= HS6_DIGITS
               ? 0
               : lacks(j, "HS_CODE",
                       "Ask the supplier for the customs code, or reject the product.",
                       "The supplier names no customs code (HS), so duty is unknown.");
}

static int must_be_wanted(struct judge *j)
{
    const struct assess_demand *d = &j->in->demand;
    int64_t least = j->in->limits.velocity_min_e2;
    bool known = d->velocity_e2 != ASSESS_UNKNOWN;
    bool passed = d->orders > 0 || least == 0 || (known && d->velocity_e2 >= least);
    char text[160];

    if (d->orders > 0) {
        (void)snprintf(text, sizeof text, "It was ordered %" PRId64 " times here.", d->orders);
    } else if (known) {
        (void)snprintf(text, sizeof text,
                       "%" PRId64 ".%02" PRId64 " new listings a day, which stand in for sales.",
                       d->velocity_e2 / 100, d->velocity_e2 % 100);
    } else {
        (void)snprintf(
            text, sizeof text,
            "How many sellers list it per day is not known yet; that takes two whole days.");
    }
    assess_note(j,
                &(struct check_line){ "DEMAND", d->orders > 0 ? "orders" : "per_day_e2", passed,
                                      d->orders > 0 ? d->orders : d->velocity_e2,
                                      d->orders > 0 ? ASSESS_UNKNOWN : least },
                "%s", text);
    return passed ? 0
                  : assess_settle(j, &(struct settled){ ASSESS_REJECTED, "DEMAND", NULL },
                                  "%s At least %" PRId64 ".%02" PRId64 " a day are wanted.", text,
                                  least / 100, least % 100);
}

/* ---- stock ---- */

static void leave_out(struct assessed_variant *v, const char *rule, const char *text)
{
    v->rule = rule;
    (void)str_fit(v->text, sizeof v->text, text);
}

/* Each variant for itself; *ret_best the highest stock that is known. */
static size_t with_stock(struct judge *j, int64_t *ret_best)
{
    size_t enough = 0;
    char text[120];

    for (size_t i = 0; i < j->in->variant_count; i++) {
        int64_t stock = j->in->variants[i].stock;
        if (stock == ASSESS_UNKNOWN) {
            leave_out(&j->a->variants[i], "STOCK_UNKNOWN", "The supplier names no stock.");
            continue;
        }
        *ret_best = stock > *ret_best ? stock : *ret_best;
        if (stock >= j->in->limits.stock_min) {
            enough++;
            continue;
        }
        (void)snprintf(text, sizeof text,
                       "%" PRId64 " in stock in %s, at least %" PRId64 " are wanted.", stock,
                       j->in->origin, j->in->limits.stock_min);
        leave_out(&j->a->variants[i], "STOCK", text);
    }
    return enough;
}

static int must_be_in_stock(struct judge *j)
{
    int64_t best = ASSESS_UNKNOWN;

    if (!j->in->stock_asked) {
        return assess_settle(j, &(struct settled){ ASSESS_MORE_STOCK, "", NULL },
                             "The stock is to be asked for.");
    }
    size_t enough = with_stock(j, &best);
    if (best == ASSESS_UNKNOWN) {
        return lacks(j, "STOCK_UNKNOWN", "Look at the product at the supplier.",
                     "The supplier names no stock for any variant at the warehouse.");
    }
    assess_note(
        j, &(struct check_line){ "STOCK", "pieces", enough > 0, best, j->in->limits.stock_min },
        "%zu of %zu variants have enough in %s; the most of one is %" PRId64 ".", enough,
        j->in->variant_count, j->in->origin, best);
    return enough > 0 ? 0
                      : assess_settle(j, &(struct settled){ ASSESS_REJECTED, "STOCK", NULL },
                                      "No variant has %" PRId64
                                      " pieces in %s; the most of one is %" PRId64 ".",
                                      j->in->limits.stock_min, j->in->origin, best);
}

/* ---- quotes ---- */

static int must_ship_to(struct judge *j, const struct assess_market *m)
{
    const struct assess_quote *q = &m->quote;
    int64_t days = j->in->limits.promised_days;
    bool known = q->methods > 0 && q->days_max >= 0;

    if (q->methods == 0) {
        assess_note(j, &(struct check_line){ "NO_QUOTE", "days", false, ASSESS_UNKNOWN, days },
                    "No method ships it to %s.", m->country);
        return assess_settle(j, &(struct settled){ ASSESS_REJECTED, "NO_QUOTE", NULL },
                             "The supplier ships it from %s to %s by no method.", j->in->origin,
                             m->country);
    }
    assess_note(j,
                &(struct check_line){ "TRANSIT", "days", q->in_time,
                                      known ? q->days_max : ASSESS_UNKNOWN, days },
                "%s to %s takes up to %" PRId64 " days.", q->method, m->country,
                known ? q->days_max : 0);
    return q->in_time ? 0
                      : assess_settle(j, &(struct settled){ ASSESS_REJECTED, "TRANSIT", NULL },
                                      known ? "The fastest method to %s takes up to %" PRId64
                                              " days; at most %" PRId64 " are promised."
                                            : "No method to %s names its time (%" PRId64
                                              "); at most %" PRId64 " days are promised.",
                                      m->country, q->days_max, days);
}

static int must_be_shippable(struct judge *j)
{
    for (size_t i = 0; i < j->in->market_count; i++) {
        if (!j->in->markets[i].quote.asked) {
            return assess_settle(j, &(struct settled){ ASSESS_MORE_QUOTES, "", NULL },
                                 "Quotes are to be asked for.");
        }
    }
    for (size_t i = 0; i < j->in->market_count; i++) {
        if (must_ship_to(j, &j->in->markets[i]) != 0) {
            return 1;
        }
    }
    return 0;
}

/* ---- all of them ---- */

static rule_fn *const rules[] = { must_be_on_sale,
                                  must_comply,
                                  must_know_the_rate,
                                  must_know_duty,
                                  must_have_readable_variants,
                                  must_have_a_code,
                                  must_be_wanted,
                                  must_be_in_stock,
                                  must_be_shippable };

int assess_decide(const struct assess_inputs *in, struct assessment *ret, struct fail *f)
{
    struct judge j = { in, ret };

    *ret =
        (struct assessment){ .opportunity_e4 = ASSESS_UNKNOWN, .variant_count = in->variant_count };
    ret->variants = calloc(in->variant_count + 1, sizeof *ret->variants);
    if (ret->variants == NULL) {
        ret->variant_count = 0;
        return fail_memory(f);
    }
    for (size_t i = 0; i < in->variant_count; i++) {
        ret->variants[i].cost = ret->variants[i].price = ASSESS_UNKNOWN;
    }
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        if (rules[i](&j) != 0) {
            return 0;
        }
    }
    return assess_sums(&j, f);
}

/* ---- small helpers of the fetching side ---- */

static bool weightier(const struct assess_variant *v, const struct assess_variant *than)
{
    return v->weight_g > than->weight_g ||
           (v->weight_g == than->weight_g && v->cost_usd_minor > than->cost_usd_minor);
}

size_t assess_representative(const struct assess_variant *variants, size_t count, int64_t stock_min)
{
    size_t best = count;

    for (size_t i = 0; i < count; i++) {
        bool there = variants[i].stock != ASSESS_UNKNOWN && variants[i].stock >= stock_min;
        if (there && (best == count || weightier(&variants[i], &variants[best]))) {
            best = i;
        }
    }
    return best < count ? best : 0;
}

static bool better(const struct assess_method *m, const struct assess_method *than,
                   int64_t promised_days)
{
    int64_t days = m->days_max >= 0 ? m->days_max : INT64_MAX;
    int64_t than_days = than->days_max >= 0 ? than->days_max : INT64_MAX;
    bool in_time = days <= promised_days, than_in_time = than_days <= promised_days;

    if (in_time != than_in_time) {
        return in_time;
    }
    return in_time ? m->usd_minor < than->usd_minor : days < than_days;
}

void assess_choose_method(const struct assess_method *methods, size_t count, int64_t promised_days,
                          struct assess_quote *ret)
{
    *ret = (struct assess_quote){ .asked = true, .methods = count, .days_min = -1, .days_max = -1 };
    if (count == 0) {
        return;
    }
    const struct assess_method *best = &methods[0];
    for (size_t i = 1; i < count; i++) {
        if (better(&methods[i], best, promised_days)) {
            best = &methods[i];
        }
    }
    (void)str_fit(ret->method, sizeof ret->method, best->name);
    ret->usd_minor = best->usd_minor;
    ret->days_min = best->days_min;
    ret->days_max = best->days_max;
    ret->in_time = best->days_max >= 0 && best->days_max <= promised_days;
}
