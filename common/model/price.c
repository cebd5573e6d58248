#include "common/model/price.h"

#include <inttypes.h>

#include "common/base/money.h"

__extension__ typedef __int128 wide;

static const int64_t PPM = 1000000;
static const int64_t AMOUNT_MAX =
    1000000000000; /* products of three such with rates fit 128 bits */

static int check_amount(const char *what, int64_t amount, struct fail *f)
{
    if (amount < 0 || amount > AMOUNT_MAX) {
        return fail_set(f, FAIL_INPUT, "%s of %" PRId64 " minor units makes no sense", what,
                        amount);
    }
    return 0;
}

static int check_rate(const char *what, int64_t ppm, struct fail *f)
{
    if (ppm < 0 || ppm > PPM) {
        return fail_set(f, FAIL_INPUT, "%s of %" PRId64 " ppm is not between 0 and 1000000", what,
                        ppm);
    }
    return 0;
}

static int check_terms(const struct sale_terms *t, struct fail *f)
{
    TRY(check_rate("a tax", t->tax_ppm, f));
    TRY(check_rate("a payment fee", t->fee_ppm, f));
    TRY(check_rate("a return rate", t->return_ppm, f));
    TRY(check_rate("a salvage share", t->salvage_ppm, f));
    TRY(check_amount("a payment fee", t->fee_fixed, f));
    TRY(check_amount("a return cost", t->return_cost, f));
    return check_amount("a shipping charge", t->ship_charged, f);
}

int price_charged(const struct sale_terms *t, int64_t price, int64_t *ret_charged, struct fail *f)
{
    int64_t tax = 0;

    TRY(check_terms(t, f));
    TRY(check_amount("a price", price, f));
    if (t->tax_mode == TAX_EXCLUSIVE) {
        TRY(money_mul_div(price, t->tax_ppm, PPM, MONEY_HALF_UP, &tax, f));
    } else if (t->tax_mode == TAX_INCLUSIVE) {
        TRY(money_mul_div(t->ship_charged, t->tax_ppm, PPM, MONEY_HALF_UP, &tax, f));
    }
    *ret_charged = price + t->ship_charged + tax;
    return 0;
}

int price_margin(const struct sale_terms *t, int64_t price, int64_t landed, struct margin *ret,
                 struct fail *f)
{
    struct margin_parts parts = { .net = price,
                                  .ship_charged = t->ship_charged,
                                  .landed = landed,
                                  .fee_ppm = t->fee_ppm,
                                  .fee_fixed = t->fee_fixed,
                                  .return_ppm = t->return_ppm,
                                  .return_cost = t->return_cost,
                                  .salvage_ppm = t->salvage_ppm };

    TRY(price_charged(t, price, &parts.charged, f));
    TRY(check_amount("a landed cost", landed, f));
    if (t->tax_mode == TAX_INCLUSIVE) {
        TRY(net_of_tax(price, t->tax_ppm, &parts.net, f));
    }
    return margin_of(&parts, ret, f);
}

int margin_basic(int64_t net, int64_t supplier_price, int64_t supplier_shipping, int64_t *ret_ppm,
                 struct fail *f)
{
    TRY(check_amount("a net price", net, f));
    TRY(check_amount("a supplier price", supplier_price, f));
    TRY(check_amount("supplier shipping", supplier_shipping, f));
    if (net == 0) {
        return 1;
    }
    return money_mul_div(net - supplier_price - supplier_shipping, PPM, net, MONEY_HALF_UP, ret_ppm,
                         f);
}

/* CEIL of (L(1 - r sigma) + f0 + r k + more) / (1 - r - m - f(1 + v)), all in 10^-12; 1 when there is no such price. */
static int net_needed(const struct sale_terms *t, const struct price_goal *g, int64_t target_ppm,
                      int64_t more, int64_t *ret)
{
    const wide one = (wide)PPM * PPM;
    int64_t tax_ppm = t->tax_mode == TAX_NONE ? 0 : t->tax_ppm;
    wide top = (wide)g->landed * (one - (wide)t->return_ppm * t->salvage_ppm) +
               (wide)(t->fee_fixed + more) * one + (wide)t->return_ppm * t->return_cost * PPM;
    wide bottom =
        one - (wide)(t->return_ppm + target_ppm) * PPM - (wide)t->fee_ppm * (PPM + tax_ppm);

    if (bottom <= 0 || top / bottom >= AMOUNT_MAX) {
        return 1;
    }
    wide net = (top + bottom - 1) / bottom - t->ship_charged;
    *ret = net > 0 ? (int64_t)net : 0;
    return 0;
}

static int check_goal(const struct sale_terms *t, const struct price_goal *g, struct fail *f)
{
    TRY(check_terms(t, f));
    TRY(check_rate("a target margin", g->target_ppm, f));
    TRY(check_amount("a least margin", g->least_margin, f));
    return check_amount("a landed cost", g->landed, f);
}

static int with_tax(const struct sale_terms *t, int64_t net, int64_t *ret, struct fail *f)
{
    int64_t tax_ppm = t->tax_mode == TAX_INCLUSIVE ? t->tax_ppm : 0;

    return money_mul_div(net, PPM + tax_ppm, PPM, MONEY_CEIL, ret, f);
}

int price_by_formula(const struct sale_terms *t, const struct price_goal *goal, int64_t *ret_net,
                     int64_t *ret_price, struct fail *f)
{
    TRY(check_goal(t, goal, f));
    if (net_needed(t, goal, goal->target_ppm, 0, ret_net) == 1) {
        return 1;
    }
    return with_tax(t, *ret_net, ret_price, f);
}

static int reaches(const struct sale_terms *t, const struct price_goal *g, int64_t price, bool *ret,
                   struct fail *f)
{
    struct margin m = { 0 };

    TRY(price_margin(t, price, g->landed, &m, f));
    wide revenue = (wide)m.net + t->ship_charged;
    *ret = revenue > 0 && m.contribution >= g->least_margin &&
           (wide)m.contribution * PPM >= g->target_ppm * revenue;
    return 0;
}

/* The first price from *price on, endings applied, that reaches the goal.  What the formula leaves out is rounding, at most a few
 * units; many more steps mean a denominator next to 0, and then no price is sensible. */
static int raise(const struct sale_terms *t, const struct price_goal *g, int64_t *price,
                 struct fail *f)
{
    enum { STEPS_MAX = 100000 };
    int64_t charmed = 0;
    bool enough = false;

    for (int step = 0; step < STEPS_MAX && *price < AMOUNT_MAX / 2; step++) {
        TRY(reaches(t, g, *price, &enough, f));
        if (enough) {
            TRY(charm_gently(*price, &g->endings, &charmed, f));
            TRY(reaches(t, g, charmed, &enough, f));
            *price = charmed;
        }
        if (enough) {
            return 0;
        }
        ++*price;
    }
    return 1;
}

int price_for_margin(const struct sale_terms *t, const struct price_goal *goal, int64_t *ret_price,
                     struct fail *f)
{
    int64_t price = 0, for_least = 0;

    TRY(check_goal(t, goal, f));
    if (net_needed(t, goal, goal->target_ppm, 0, &price) == 1 ||
        net_needed(t, goal, 0, goal->least_margin, &for_least) == 1) {
        return 1;
    }
    TRY(with_tax(t, price > for_least ? price : for_least, &price, f));
    int outcome = raise(t, goal, &price, f);
    if (outcome == 0) {
        *ret_price = price;
    }
    return outcome;
}

int ad_limits_of(const struct margin *m, int64_t charged, int64_t keep_ppm, struct ad_limits *ret,
                 struct fail *f)
{
    struct ad_limits limits = { 0 };

    TRY(check_rate("a share to keep", keep_ppm, f));
    if (m->contribution > 0) {
        limits.break_even_known = limits.roas_known = true;
        limits.break_even_cpa = m->contribution;
        TRY(money_mul_div(m->contribution, PPM - keep_ppm, PPM, MONEY_FLOOR, &limits.target_cpa,
                          f));
        TRY(money_mul_div(charged, 1000, m->contribution, MONEY_HALF_UP, &limits.roas_e3, f));
        limits.target_known = limits.target_cpa >= 1;
    }
    *ret = limits;
    return 0;
}

int return_rate(int64_t category_ppm, int64_t refunds, int64_t orders, int64_t *ret_ppm,
                struct fail *f)
{
    enum { WEIGHT = 40 };

    TRY(check_rate("a return rate", category_ppm, f));
    if (refunds < 0 || refunds > orders || orders > AMOUNT_MAX) {
        return fail_set(f, FAIL_INPUT, "%" PRId64 " refunds of %" PRId64 " orders make no sense",
                        refunds, orders);
    }
    return money_mul_div(category_ppm * WEIGHT + refunds * PPM, 1, WEIGHT + orders, MONEY_HALF_UP,
                         ret_ppm, f);
}
