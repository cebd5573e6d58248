#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/money.h"
#include "common/model/price.h"

__extension__ typedef __int128 wide;

static const int64_t PPM = 1000000;
static const int64_t DAY_S = 86400;

static wide size_of(wide value)
{
    return value < 0 ? -value : value;
}

/* Whether `now` lies at least `step` away from `before`. */
static bool moved(int64_t before, int64_t now, int64_t step_ppm)
{
    return before <= 0 || size_of((wide)now - before) * PPM >= (wide)before * step_ppm;
}

static bool is_below_floor(const struct reprice_case *c)
{
    return !c->at_price.ratio_known || c->at_price.ratio_ppm < c->floor_ppm;
}

static bool beyond_step(const struct reprice_case *c)
{
    return size_of((wide)c->wanted - c->price) * PPM > (wide)c->price * c->price_step_ppm;
}

static enum reprice_verdict verdict_of(const struct reprice_case *c)
{
    if (c->at_price.contribution <= 0) {
        return REPRICE_STOP;
    }
    bool below = is_below_floor(c);
    if (!below && !moved(c->landed_before, c->landed_now, c->landed_step_ppm)) {
        return REPRICE_KEEP;
    }
    if (c->wanted == 0) {
        return below ? REPRICE_PROPOSE : REPRICE_KEEP;
    }
    if (c->wanted == c->price) {
        return REPRICE_KEEP;
    }
    if (beyond_step(c)) {
        return REPRICE_PROPOSE;
    }
    /* A change that clocks put into the future was a moment ago. */
    return c->age_s != -1 && c->age_s < DAY_S ? REPRICE_WAIT : REPRICE_SET;
}

enum { AMOUNT_BYTES = MONEY_TEXT_BYTES + 8 };

static void amount_text(const struct reprice_case *c, int64_t minor, char text[static AMOUNT_BYTES])
{
    struct money m = { .minor = minor };
    char plain[MONEY_TEXT_BYTES];

    memcpy(m.currency, c->currency, sizeof m.currency);
    m.currency[3] = '\0';
    money_format(&m, plain);
    snprintf(text, AMOUNT_BYTES, "%s%s%s", plain, m.currency[0] != '\0' ? " " : "", m.currency);
}

void price_percent(int64_t ppm, char text[static PRICE_PERCENT_BYTES])
{
    int64_t tenths = ppm / 1000;

    snprintf(text, PRICE_PERCENT_BYTES, "%s%" PRId64 ".%" PRId64 " %%", ppm < 0 ? "-" : "",
             (tenths < 0 ? -tenths : tenths) / 10, (tenths < 0 ? -tenths : tenths) % 10);
}

/* Why this verdict: the part behind the facts. */
static void end_of_sentence(const struct reprice_case *c, enum reprice_verdict verdict,
                            char text[static 160])
{
    char wanted[AMOUNT_BYTES] = "", step[PRICE_PERCENT_BYTES] = "";

    amount_text(c, c->wanted, wanted);
    price_percent(c->price_step_ppm, step);
    if (c->wanted == 0 && verdict != REPRICE_KEEP) {
        snprintf(text, 160, "no price reaches the margin wanted by the rule");
    } else if (verdict == REPRICE_STOP) {
        snprintf(text, 160, "each sale loses money; %s would pay", wanted);
    } else if (verdict == REPRICE_PROPOSE) {
        snprintf(text, 160, "%s would be needed, more than %s away", wanted, step);
    } else if (verdict == REPRICE_WAIT) {
        snprintf(text, 160, "%s is wanted, but the price changed %" PRId64 " h ago", wanted,
                 c->age_s > 0 ? c->age_s / 3600 : 0);
    } else if (verdict == REPRICE_SET) {
        snprintf(text, 160, "the price becomes %s", wanted);
    } else {
        snprintf(text, 160, "%s",
                 c->wanted == c->price ? "the rule gives the same price"
                                       : "no reason to change it");
    }
}

enum reprice_verdict reprice_decide(const struct reprice_case *c, char *ret_why, size_t why_bytes)
{
    enum reprice_verdict verdict = verdict_of(c);
    char price[AMOUNT_BYTES], before[AMOUNT_BYTES], now[AMOUNT_BYTES], left[AMOUNT_BYTES];
    char margin[PRICE_PERCENT_BYTES] = "unknown", least[PRICE_PERCENT_BYTES], end[160];

    amount_text(c, c->price, price);
    amount_text(c, c->landed_before, before);
    amount_text(c, c->landed_now, now);
    amount_text(c, c->at_price.contribution, left);
    price_percent(c->floor_ppm, least);
    if (c->at_price.ratio_known) {
        price_percent(c->at_price.ratio_ppm, margin);
    }
    end_of_sentence(c, verdict, end);
    (void)snprintf(ret_why, why_bytes,
                   "landed cost %s (was %s); at %s a sale leaves %s, margin %s (floor %s): %s", now,
                   c->landed_before > 0 ? before : "unknown", price, left, margin, least, end);
    return verdict;
}
