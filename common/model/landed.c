#include "common/model/landed.h"

#include "common/base/money.h"

static const int64_t PPM = 1000000;
static const int64_t AMOUNT_MAX = 2000000000000; /* sums of three such, times ppm, fit 64 bits */

static const int64_t RISE_MAX = 10000000;

static bool is_amount(int64_t minor)
{
    return minor >= -AMOUNT_MAX && minor <= AMOUNT_MAX;
}

static bool is_rate(int64_t ppm)
{
    return ppm >= 0 && ppm <= PPM;
}

static int check(bool fine, struct fail *f)
{
    return fine ? 0 : fail_set(f, FAIL_INPUT, "an amount or a rate of a cost is out of range");
}

int landed_cost(const struct landed_parts *p, int64_t *ret_minor, struct fail *f)
{
    int64_t fx = 0;

    TRY(check(is_amount(p->price) && is_amount(p->shipping) && is_amount(p->duty) &&
                  is_amount(p->import_tax) && is_amount(p->broker) && is_rate(p->fx_fee_ppm),
              f));
    TRY(money_mul_div(p->price + p->shipping, p->fx_fee_ppm, PPM, MONEY_CEIL, &fx, f));
    *ret_minor = p->price + p->shipping + p->duty + p->import_tax + p->broker + fx;
    return 0;
}

int margin_of(const struct margin_parts *p, struct margin *ret, struct fail *f)
{
    int64_t percent = 0, reserve = 0;

    TRY(check(is_amount(p->net) && is_amount(p->ship_charged) && is_amount(p->charged) &&
                  is_amount(p->landed) && is_amount(p->fee_fixed) && is_amount(p->return_cost),
              f));
    TRY(check(is_rate(p->fee_ppm) && is_rate(p->return_ppm) && is_rate(p->salvage_ppm), f));
    int64_t revenue = p->net + p->ship_charged;
    TRY(money_mul_div(p->charged, p->fee_ppm, PPM, MONEY_HALF_UP, &percent, f));
    /* sigma x L is not rounded by itself, so the base is kept in millionths. */
    int64_t at_risk_e6 = (revenue + p->return_cost) * PPM - p->salvage_ppm * p->landed;
    if (at_risk_e6 > 0) {
        TRY(money_mul_div(at_risk_e6, p->return_ppm, PPM * PPM, MONEY_CEIL, &reserve, f));
    }
    *ret = (struct margin){ .net = p->net, .fee = percent + p->fee_fixed, .reserve = reserve };
    ret->contribution = revenue - p->landed - ret->fee - ret->reserve;
    ret->ratio_known = revenue > 0;
    if (ret->ratio_known) {
        TRY(money_mul_div(ret->contribution, PPM, revenue, MONEY_HALF_UP, &ret->ratio_ppm, f));
    }
    return 0;
}

int net_of_tax(int64_t charged, int64_t rate_ppm, int64_t *ret_net, struct fail *f)
{
    TRY(check(is_amount(charged) && is_rate(rate_ppm), f));
    return money_mul_div(charged, PPM, PPM + rate_ppm, MONEY_HALF_UP, ret_net, f);
}

int price_limit(int64_t snapshot, int64_t rise_ppm, int64_t *ret_limit, struct fail *f)
{
    TRY(check(is_amount(snapshot) && rise_ppm >= 0 && rise_ppm <= RISE_MAX, f));
    return money_mul_div(snapshot, PPM + rise_ppm, PPM, MONEY_CEIL, ret_limit, f);
}
