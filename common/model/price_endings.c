#include <inttypes.h>
#include <string.h>

#include "common/base/money.h"
#include "common/base/str.h"
#include "common/model/price.h"

static const int64_t PERIOD_MAX = 1000000000;
static const int64_t PRICE_MAX = 1000000000000;
static const int64_t PPM = 1000000;
static const int64_t GENTLE_PPM = 150000; /* the most an ending may add */

/* The number of at most 10 digits in front of `end`; *text moves behind `end` (or to the end of the text). */
static int number_before(const char **text, char end, int64_t max, int64_t *ret, struct fail *f)
{
    char digits[11] = "";
    const char *stop = strchr(*text, end);
    size_t size = stop != NULL ? (size_t)(stop - *text) : strlen(*text);

    if (size < sizeof digits) {
        memcpy(digits, *text, size);
    }
    TRY(str_to_int(digits, 0, max, "a number of the price endings", ret, f));
    *text += size + (stop != NULL ? 1 : 0);
    return 0;
}

static int add_ending(struct endings *e, int64_t ending, struct fail *f)
{
    size_t at = e->count;

    if (e->count == ENDINGS_MAX) {
        return fail_set(f, FAIL_INPUT, "more than %d price endings", ENDINGS_MAX);
    }
    for (; at > 0 && e->ends[at - 1] >= ending; at--) {
        if (e->ends[at - 1] == ending) {
            return fail_set(f, FAIL_INPUT, "price ending %" PRId64 " stands twice", ending);
        }
        e->ends[at] = e->ends[at - 1];
    }
    e->ends[at] = ending;
    e->count++;
    return 0;
}

int endings_parse(const char *text, struct endings *ret, struct fail *f)
{
    struct endings e = { 0 };
    bool more = text[0] != '\0';

    if (more && strchr(text, ':') == NULL) {
        return fail_set(f, FAIL_INPUT,
                        "price endings are PERIOD:ENDING,ENDING in minor units, like 100:99");
    }
    if (more) {
        TRY(number_before(&text, ':', PERIOD_MAX, &e.period, f));
        if (e.period == 0) {
            return fail_set(f, FAIL_INPUT, "the period of price endings is 1 or more");
        }
    }
    while (more) {
        int64_t ending = 0;

        more = strchr(text, ',') != NULL;
        TRY(number_before(&text, ',', e.period - 1, &ending, f));
        TRY(add_ending(&e, ending, f));
    }
    *ret = e;
    return 0;
}

static int check_price(int64_t price, struct fail *f)
{
    if (price < 0 || price > PRICE_MAX) {
        return fail_set(f, FAIL_INPUT, "a price of %" PRId64 " minor units makes no sense", price);
    }
    return 0;
}

int charm_up(int64_t price, const struct endings *e, int64_t *ret, struct fail *f)
{
    int64_t best = price;

    TRY(check_price(price, f));
    for (size_t i = 0; e->period > 0 && i < e->count; i++) {
        int64_t candidate = price / e->period * e->period + e->ends[i];

        candidate += candidate < price ? e->period : 0;
        best = i == 0 || candidate < best ? candidate : best;
    }
    *ret = best;
    return 0;
}

static bool is_gentle(int64_t price, int64_t charmed)
{
    return (charmed - price) * PPM <= price * GENTLE_PPM;
}

int charm_gently(int64_t price, const struct endings *e, int64_t *ret, struct fail *f)
{
    enum { FINE_PERIOD = 100, FINE_STEP = 5, STEPS = 20 };
    struct endings fine = { .period = e->period, .count = e->period > 1 ? 2 : 0 };
    int64_t step = e->period > FINE_PERIOD ? e->period / STEPS : FINE_STEP;

    TRY(charm_up(price, e, ret, f));
    if (is_gentle(price, *ret)) {
        return 0;
    }
    fine.ends[0] = e->period / 2 - 1;
    fine.ends[1] = e->period - 1;
    TRY(charm_up(price, &fine, ret, f));
    if (fine.count == 0 || !is_gentle(price, *ret)) {
        *ret = (price + step - 1) / step * step;
    }
    return 0;
}
