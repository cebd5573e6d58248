#include "common/base/money.h"

#include "common/base/money_currencies.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

/* What one unit on the wire is, by service: wire units per major unit. */
struct scale_rule {
    const char *currencies; /* as in money_currencies.h */
    int64_t scale;
};

static const struct scale_rule meta_rules[] = {
    { META_WHOLE_CURRENCIES, 1 },
    { META_HUNDRED_CURRENCIES, 100 },
    { NULL, 0 },
};
static const struct scale_rule stripe_rules[] = {
    { STRIPE_WHOLE_CURRENCIES, 1 },
    { STRIPE_THOUSAND_CURRENCIES, 1000 },
    { STRIPE_HUNDRED_CURRENCIES, 100 },
    { NULL, 0 },
};
static const struct scale_rule cj_rules[] = {
    { "USD ", 100 },
    { NULL, 0 },
};
/* Shopify sends decimals: any ISO 4217 currency, at its exponent. */
static const struct scale_rule shopify_rules[] = {
    { ISO_EXPONENT_0, 1 },
    { ISO_EXPONENT_2, 100 },
    { ISO_EXPONENT_3, 1000 },
    { ISO_EXPONENT_4, 10000 },
    { NULL, 0 },
};

static const struct {
    const char *name;
    const struct scale_rule *rules;
} apis[] = {
    [MONEY_API_SHOPIFY] = { "Shopify", shopify_rules },
    [MONEY_API_META] = { "Meta", meta_rules },
    [MONEY_API_CJ] = { "CJ", cj_rules },
    [MONEY_API_STRIPE] = { "Stripe", stripe_rules },
};

static bool is_code(const char *currency)
{
    return strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3 && currency[3] == '\0';
}

static bool listed(const char *currencies, const char *currency)
{
    for (; *currencies != '\0'; currencies += 4) {
        if (memcmp(currencies, currency, 3) == 0) {
            return true;
        }
    }
    return false;
}

int money_exponent(const char *currency)
{
    if (!is_code(currency)) {
        return 2;
    }
    return listed(ISO_EXPONENT_0, currency)   ? 0
           : listed(ISO_EXPONENT_3, currency) ? 3
           : listed(ISO_EXPONENT_4, currency) ? 4
                                              : 2;
}

static int64_t power_of_ten(int exponent)
{
    int64_t power = 1;

    assert(exponent >= 0 && exponent <= 18);
    for (; exponent > 0; exponent--) {
        power *= 10;
    }
    return power;
}

int money_wire_scale(enum money_api api, const char *currency, int64_t *ret_scale, struct fail *f)
{
    assert((size_t)api < COUNT_OF(apis));
    if (is_code(currency)) {
        for (const struct scale_rule *rule = apis[api].rules; rule->currencies != NULL; rule++) {
            if (listed(rule->currencies, currency)) {
                *ret_scale = rule->scale;
                return 0;
            }
        }
    }
    return fail_set(f, FAIL_INPUT, "no known unit for currency '%.8s' at %s", currency,
                    apis[api].name);
}

int money_to_wire(enum money_api api, const struct money *m, int64_t *ret_wire, struct fail *f)
{
    int64_t scale = 0;
    int64_t own = power_of_ten(money_exponent(m->currency));
    wide wire = 0;

    TRY(money_wire_scale(api, m->currency, &scale, f));
    wire = (wide)m->minor * scale;
    if (wire % own != 0) {
        return fail_set(f, FAIL_INPUT, "%" PRId64 " minor units of %s are no whole units at %s",
                        m->minor, m->currency, apis[api].name);
    }
    wire /= own;
    if (wire > INT64_MAX || wire < INT64_MIN) {
        return fail_set(f, FAIL_INPUT, "amount in %s is too large for %s", m->currency,
                        apis[api].name);
    }
    *ret_wire = (int64_t)wire;
    return 0;
}

int money_mul_div(int64_t a, int64_t num, int64_t den, enum money_round mode, int64_t *ret,
                  struct fail *f)
{
    wide product = (wide)a * num;
    wide result = 0;
    wide rest = 0;

    if (den <= 0) {
        return fail_set(f, FAIL_INPUT, "division by %" PRId64, den);
    }
    result = product / den; /* towards zero */
    rest = product % den;   /* with the sign of product */
    switch (mode) {
    case MONEY_HALF_UP:
        result += rest * 2 >= den ? 1 : -rest * 2 >= den ? -1 : 0;
        break;
    case MONEY_CEIL:
        result += rest > 0 ? 1 : 0;
        break;
    case MONEY_FLOOR:
        result -= rest < 0 ? 1 : 0;
        break;
    }
    if (result > INT64_MAX || result < INT64_MIN) {
        return fail_set(f, FAIL_INPUT, "amount out of range");
    }
    *ret = (int64_t)result;
    return 0;
}

int money_add(const struct money *a, const struct money *b, struct money *ret, struct fail *f)
{
    struct money sum = *a;

    if (strcmp(a->currency, b->currency) != 0) {
        return fail_set(f, FAIL_BUG, "adding %s to %s", b->currency, a->currency);
    }
    if (__builtin_add_overflow(a->minor, b->minor, &sum.minor)) {
        return fail_set(f, FAIL_INPUT, "sum of amounts out of range");
    }
    *ret = sum;
    return 0;
}

/* Whole digits, then `exponent` fraction digits (missing ones are zeros, further ones must be). */
static int parse_minor(const char *text, int exponent, int64_t *ret)
{
    bool negative = text[0] == '-';
    const char *whole = text + (negative ? 1 : 0);
    size_t whole_size = strspn(whole, "0123456789");
    const char *part = whole + whole_size + (whole[whole_size] == '.' ? 1 : 0);
    size_t part_size = strspn(part, "0123456789");
    int64_t minor = 0;

    if (whole_size == 0 || part[part_size] != '\0' ||
        (whole[whole_size] == '.' && part_size == 0)) {
        return -1;
    }
    for (size_t i = 0; i < whole_size + (size_t)exponent; i++) {
        size_t at = i - whole_size; /* used only when i is beyond the whole digits */
        int digit = i < whole_size ? whole[i] - '0' : at < part_size ? part[at] - '0' : 0;

        if (__builtin_mul_overflow(minor, 10, &minor) ||
            __builtin_add_overflow(minor, negative ? -digit : digit, &minor)) {
            return -1;
        }
    }
    if (part_size > (size_t)exponent &&
        strspn(part + exponent, "0") != part_size - (size_t)exponent) {
        return -1;
    }
    *ret = minor;
    return 0;
}

int money_parse(const char *text, const char *currency, struct money *ret, struct fail *f)
{
    struct money parsed = { 0 };

    if (!is_code(currency)) {
        return fail_set(f, FAIL_INPUT, "'%.8s' is not a currency", currency);
    }
    if (parse_minor(text, money_exponent(currency), &parsed.minor) < 0) {
        return fail_set(f, FAIL_INPUT, "'%.40s' is not an amount in %s", text, currency);
    }
    memcpy(parsed.currency, currency, sizeof parsed.currency);
    *ret = parsed;
    return 0;
}

void money_format(const struct money *m, char text[static MONEY_TEXT_BYTES])
{
    int exponent = money_exponent(m->currency);
    uint64_t unit = (uint64_t)power_of_ten(exponent);
    uint64_t size = m->minor < 0 ? 0 - (uint64_t)m->minor : (uint64_t)m->minor;
    const char *sign = m->minor < 0 ? "-" : "";

    if (exponent == 0) {
        (void)snprintf(text, MONEY_TEXT_BYTES, "%s%" PRIu64, sign, size);
        return;
    }
    (void)snprintf(text, MONEY_TEXT_BYTES, "%s%" PRIu64 ".%0*" PRIu64, sign, size / unit, exponent,
                   size % unit);
}

/* A split under way: remainders are computed anew when wanted, so that no memory is needed. */
struct split {
    uwide total; /* absolute value */
    uwide whole; /* sum of weights */
    const int64_t *weights;
    size_t count;
};

static uwide remainder_of(const struct split *s, size_t at)
{
    return s->total * (uint64_t)s->weights[at] % s->whole;
}

/* The share after `last` in the order (largest remainder, lowest index); the first for last == count. */
static size_t next_share(const struct split *s, size_t last)
{
    size_t best = s->count;

    for (size_t i = 0; i < s->count; i++) {
        uwide rest = remainder_of(s, i);
        bool later = last == s->count || rest < remainder_of(s, last) ||
                     (rest == remainder_of(s, last) && i > last);

        if (later && (best == s->count || rest > remainder_of(s, best))) {
            best = i;
        }
    }
    return best;
}

int money_split(int64_t total, const int64_t *weights, size_t count, int64_t *ret_shares,
                struct fail *f)
{
    struct split s = { .weights = weights, .count = count };
    bool negative = total < 0;
    uwide left = 0;
    size_t last = count;

    s.total = negative ? (uwide) - (wide)total : (uwide)total;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] < 0) {
            return fail_set(f, FAIL_INPUT, "negative weight %" PRId64 " in a split", weights[i]);
        }
        s.whole += (uint64_t)weights[i];
    }
    if (s.whole == 0) {
        return fail_set(f, FAIL_INPUT, "a split needs a weight above zero");
    }
    left = s.total;
    for (size_t i = 0; i < count; i++) {
        uwide share = s.total * (uint64_t)weights[i] / s.whole;

        left -= share;
        ret_shares[i] = (int64_t)(negative ? -(wide)share : (wide)share);
    }
    for (; left > 0; left--) {
        last = next_share(&s, last);
        ret_shares[last] += negative ? -1 : 1;
    }
    return 0;
}

int money_convert(const struct money *from, const char *to, int64_t rate_e9, enum money_round mode,
                  struct money *ret, struct fail *f)
{
    struct money result = { 0 };
    int64_t den = 0;

    if (!is_code(to)) {
        return fail_set(f, FAIL_INPUT, "'%.8s' is not a currency", to);
    }
    if (rate_e9 <= 0) {
        return fail_set(f, FAIL_INPUT, "no exchange rate from %s to %s", from->currency, to);
    }
    den = power_of_ten(9 + money_exponent(from->currency) - money_exponent(to));
    TRY(money_mul_div(from->minor, rate_e9, den, mode, &result.minor, f));
    memcpy(result.currency, to, sizeof result.currency);
    *ret = result;
    return 0;
}
