#include "common/model/duty.h"

#include "common/base/money.h"

static const int64_t PPM = 1000000;

int duty_of(const struct duty_case *d, int64_t *ret_minor, struct fail *f)
{
    int64_t fixed = 0, share = 0;

    if (d->duty_paid) {
        *ret_minor = 0;
        return 0;
    }
    if (d->fixed_in_shop < 0 || d->ad_valorem_ppm < 0 || d->customs_value < 0 || d->hs6_count < 1) {
        return fail_set(f, FAIL_INPUT,
                        "a duty needs a value, a rate and an HS6 code, none of them negative");
    }
    if (d->max_in_shop >= 0 && d->customs_value > d->max_in_shop) {
        return 1;
    }
    TRY(money_mul_div(d->fixed_in_shop, d->hs6_count, 1, MONEY_HALF_UP, &fixed, f));
    TRY(money_mul_div(d->customs_value, d->ad_valorem_ppm, PPM, MONEY_HALF_UP, &share, f));
    if (__builtin_add_overflow(fixed, share, &fixed)) {
        return fail_set(f, FAIL_INPUT, "duty out of range");
    }
    *ret_minor = fixed;
    return 0;
}
