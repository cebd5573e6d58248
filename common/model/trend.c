#include "common/model/trend.h"

#include "common/base/money.h"

static const int64_t LISTED_MAX =
    1000000000000; /* keeps the exact fractions of a category within 128 bits */

static int64_t level_of(const struct trend_point *p)
{
    return p->listed < 0 ? 0 : p->listed > LISTED_MAX ? LISTED_MAX : p->listed;
}

/* Rise from a to b as far as it is new: not below *former, the level before a RESET (0 = none), which is forgotten once reached
 * again. */
static int64_t new_listings(int64_t a, int64_t b, int64_t *former, bool *reset)
{
    int64_t from = a > *former ? a : *former;

    if (b * 2 < a) {
        *reset = true;
        *former = from;
    } else if (b >= *former) {
        *former = 0;
    }
    return b > from ? b - from : 0;
}

static void add_step(const struct trend_point *a, const struct trend_point *b, int64_t rise,
                     int64_t today, struct trend_windows *w)
{
    const int64_t edge = today - TREND_RECENT_DAYS - 1;

    if (a->day >= edge && b->day < today) {
        w->n_r += rise;
        w->t_r += b->day - a->day;
    } else if (a->day >= edge - TREND_BASE_DAYS && b->day <= edge) {
        w->n_b += rise;
        w->t_b += b->day - a->day;
    }
}

void trend_windows_of(const struct trend_point *points, size_t count, int64_t today,
                      struct trend_windows *ret)
{
    struct trend_windows w = { .x = -1 };
    int64_t former = 0;

    for (size_t i = 0; i < count && points[i].day <= today; i++) {
        int64_t level = level_of(&points[i]);

        if (i > 0) {
            int64_t rise = new_listings(w.x, level, &former, &w.reset);
            add_step(&points[i - 1], &points[i], rise, today, &w);
        }
        w.x = level;
    }
    *ret = w;
}

const char *trend_label_name(enum trend_label label)
{
    static const char *const names[TREND_LABELS] = { [TREND_NEW] = "NEW",
                                                     [TREND_RISING] = "RISING",
                                                     [TREND_STABLE] = "STABLE",
                                                     [TREND_FALLING] = "FALLING" };
    return names[label];
}

int trend_opportunity(int64_t score_e4, int64_t margin_minor, int64_t *ret_e4, struct fail *f)
{
    enum { SCORE_MAX_E4 = 1000000, PERCENT = 100 };

    if (score_e4 < 0 || score_e4 > SCORE_MAX_E4) {
        return fail_set(f, FAIL_INPUT, "a score lies between 0 and 100");
    }
    return money_mul_div(score_e4, margin_minor, PERCENT, MONEY_HALF_UP, ret_e4, f);
}
