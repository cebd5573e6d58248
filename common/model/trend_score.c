/* Rates of a category as exact fractions, their ranks, and the score from the ranks. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/trend.h"

static const int64_t DAYS_LCM = 232792560; /* of 1 ... 21, so that every n_b / T_b is whole in it */
enum { SHRINK = TREND_RECENT_DAYS, FEW = 30 };

static double value_of(struct trend_rate r)
{
    return r.den == 0 ? INFINITY : (double)r.num / (double)r.den;
}

/* Order of two fractions without multiplying them: by their whole parts, then by the reciprocals of what is left.  A denominator
 * of 0 is infinity. */
static int order_of(struct trend_rate a, struct trend_rate b)
{
    int sign = 1;

    while (a.den != 0 && b.den != 0) {
        trend_wide whole_a = a.num / a.den, whole_b = b.num / b.den;

        if (whole_a != whole_b) {
            return whole_a < whole_b ? -sign : sign;
        }
        a = (struct trend_rate){ a.den, a.num % a.den };
        b = (struct trend_rate){ b.den, b.num % b.den };
        sign = -sign;
    }
    return a.den == b.den ? 0 : a.den == 0 ? sign : b.den == 0 ? -sign : 0;
}

/* One product in a ranking. */
struct ranked {
    struct trend_rate key;
    double near; /* key, nearly */
    size_t at;   /* which product */
};

static int compare(const void *one, const void *other)
{
    enum { CLOSE = 1000000000 };
    const struct ranked *a = one, *b = other;

    /* Only what is nearly the same is worth the exact comparison. */
    if (isfinite(a->near) && isfinite(b->near) &&
        fabs(a->near - b->near) * CLOSE > a->near + b->near) {
        return a->near < b->near ? -1 : 1;
    }
    return order_of(a->key, b->key);
}

static void rank_key(struct ranked *r, size_t at, struct trend_rate key)
{
    *r = (struct ranked){ .key = key, .near = value_of(key), .at = at };
}

static void sort(struct ranked *list, size_t count)
{
    if (count > 1) {
        qsort(list, count, sizeof *list, compare);
    }
}

/* Twice the mid-rank of each product: 2 x below + equal, itself included.  Sorts the list. */
static void mid_ranks(struct ranked *list, size_t count, int64_t *ret_twice)
{
    sort(list, count);
    for (size_t from = 0, to = 0; from < count; from = to) {
        while (to < count && compare(&list[from], &list[to]) == 0) {
            to++;
        }
        for (size_t i = from; i < to; i++) {
            ret_twice[list[i].at] = (int64_t)(from + to);
        }
    }
}

static trend_wide common_divisor(trend_wide a, trend_wide b)
{
    while (b != 0) {
        trend_wide rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static struct trend_rate reduced(trend_wide num, trend_wide den)
{
    trend_wide divisor = common_divisor(num, den);

    return (struct trend_rate){ num / divisor, den / divisor };
}

static struct trend_rate middle_of(const struct ranked *sorted, size_t count)
{
    struct trend_rate a = sorted[(count - 1) / 2].key, b = sorted[count / 2].key;

    return reduced(a.num * b.den + b.num * a.den, 2 * a.den * b.den);
}

int trend_category_rate(const struct trend_windows *w, size_t count, struct trend_rate *ret,
                        struct fail *f)
{
    scoped(free_p) struct ranked *few = calloc(FEW, sizeof *few);
    trend_wide sum = 0;
    size_t have = 0;

    if (few == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count; i++) {
        if (w[i].t_b <= 0) {
            continue;
        }
        sum += (trend_wide)w[i].n_b * (trend_wide)(DAYS_LCM / w[i].t_b);
        if (have < FEW) {
            rank_key(&few[have], i,
                     (struct trend_rate){ (trend_wide)w[i].n_b, (trend_wide)w[i].t_b });
        }
        have++;
    }
    if (have >= FEW) {
        *ret = reduced(sum, (trend_wide)DAYS_LCM * have);
    } else if (have > 0) {
        sort(few, have);
        *ret = middle_of(few, have);
    } else {
        *ret = (struct trend_rate){ 0, 1 };
    }
    return 0;
}

/* The rates of one product. */
struct rates {
    struct trend_rate v_b, v_r, ratio;
};

/* v_b = (7 mu + n_b) / (7 + T_b), v_r = (7 v_b + n_r) / (7 + T_r), each over one denominator. */
static struct rates rates_of(const struct trend_windows *w, const struct trend_rate *mu)
{
    trend_wide base_days = (trend_wide)(SHRINK + w->t_b), days = (trend_wide)(SHRINK + w->t_r);
    trend_wide base = SHRINK * mu->num + (trend_wide)w->n_b * mu->den;
    trend_wide recent = SHRINK * base + (trend_wide)w->n_r * mu->den * base_days;
    struct rates r = { .v_b = { base, mu->den * base_days },
                       .v_r = { recent, mu->den * base_days * days },
                       .ratio = { recent, base * days } };

    if (recent == 0 && base == 0) {
        r.ratio = (struct trend_rate){ 1, 1 };
    }
    return r;
}

static enum trend_label label_of(const struct trend_windows *w, struct trend_rate ratio)
{
    if (w->t_r + w->t_b < TREND_RECENT_DAYS) {
        return TREND_NEW;
    }
    if (order_of(ratio, (struct trend_rate){ 6, 5 }) > 0) {
        return TREND_RISING;
    }
    return order_of(ratio, (struct trend_rate){ 4, 5 }) < 0 ? TREND_FALLING : TREND_STABLE;
}

/* 100 (0.45 pct(v_r) + 0.35 pct(A) + 0.20 (1 - pct(x))) times 10^4; the ranks are doubled. */
static int64_t score_of(int64_t rate, int64_t rise, int64_t level, int64_t count)
{
    int64_t top = 45 * rate + 35 * rise + 20 * (2 * count - level);

    return (top * 10000 + count) / (2 * count);
}

/* Room for the ranking of a category. */
struct ranking {
    struct ranked *list;
    int64_t *rate, *rise, *level; /* doubled mid-ranks per product */
};
static void ranking_done(struct ranking *r)
{
    free(r->list);
    free(r->rate);
    free(r->rise);
    free(r->level);
}

static int ranking_init(struct ranking *r, size_t count, struct fail *f)
{
    *r = (struct ranking){ .list = calloc(count, sizeof *r->list),
                           .rate = calloc(count, sizeof *r->rate),
                           .rise = calloc(count, sizeof *r->rise),
                           .level = calloc(count, sizeof *r->level) };
    if (r->list == NULL || r->rate == NULL || r->rise == NULL || r->level == NULL) {
        return fail_memory(f);
    }
    return 0;
}

static void rank_all(const struct trend_windows *w, size_t count, const struct trend_rate *mu,
                     struct ranking *r)
{
    for (size_t i = 0; i < count; i++) {
        rank_key(&r->list[i], i, rates_of(&w[i], mu).v_r);
    }
    mid_ranks(r->list, count, r->rate);
    for (size_t i = 0; i < count; i++) {
        rank_key(&r->list[i], i, rates_of(&w[i], mu).ratio);
    }
    mid_ranks(r->list, count, r->rise);
    for (size_t i = 0; i < count; i++) {
        rank_key(&r->list[i], i, (struct trend_rate){ (trend_wide)w[i].x, 1 });
    }
    mid_ranks(r->list, count, r->level);
}

int trend_score_category(const struct trend_windows *w, size_t count, const struct trend_rate *mu,
                         struct trend_score *ret, struct fail *f)
{
    scoped(ranking_done) struct ranking r = { 0 };

    if (count == 0) {
        return 0;
    }
    TRY(ranking_init(&r, count, f));
    rank_all(w, count, mu, &r);
    for (size_t i = 0; i < count; i++) {
        struct rates rates = rates_of(&w[i], mu);

        ret[i] = (struct trend_score){ .v_b = value_of(rates.v_b),
                                       .v_r = value_of(rates.v_r),
                                       .ratio = value_of(rates.ratio),
                                       .label = label_of(&w[i], rates.ratio) };
        ret[i].a = log(ret[i].ratio);
        ret[i].score_e4 = score_of(r.rate[i], r.rise[i], r.level[i], (int64_t)count);
    }
    return 0;
}
