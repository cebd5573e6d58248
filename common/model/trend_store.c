#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "common/base/str.h"
#include "common/db/db.h"
#include "common/db/sqltext.h"
#include "common/model/trend.h"
#include "sql/model.h"

enum {
    DAYS_BACK =
        TREND_RECENT_DAYS + TREND_BASE_DAYS + 1, /* to the snapshot the baseline begins with */
    POINTS_MAX = DAYS_BACK + 1,                  /* and today's */
    BYTES_EACH = 640,                            /* of one product's JSON, ample */
    BYTES_MORE = 64
};

/* The products of one category: first those with a level, then, from the end, those without. */
struct category {
    size_t count, scored;
    int64_t *ids;
    int64_t *margins; /* contribution of a sale; INT64_MIN = unknown */
    struct trend_windows *windows;
    struct trend_score *scores;
};
static void category_done(struct category *c)
{
    free(c->ids);
    free(c->margins);
    free(c->windows);
    free(c->scores);
}

static int category_init(struct category *c, size_t rows, struct fail *f)
{
    size_t room = rows > 0 ? rows : 1;

    *c = (struct category){ .ids = calloc(room, sizeof *c->ids),
                            .margins = calloc(room, sizeof *c->margins),
                            .windows = calloc(room, sizeof *c->windows),
                            .scores = calloc(room, sizeof *c->scores) };
    if (c->ids == NULL || c->margins == NULL || c->windows == NULL || c->scores == NULL) {
        return fail_memory(f);
    }
    return 0;
}

/* The windows of the product whose rows begin at *row; *row moves to the next product. */
static int64_t read_product(const PGresult *rows, int *row, struct trend_windows *ret)
{
    struct trend_point points[POINTS_MAX];
    int64_t id = db_int(rows, *row, "id", 0), today = db_int(rows, *row, "today", 0);
    size_t count = 0;

    for (; *row < PQntuples(rows) && db_int(rows, *row, "id", 0) == id; ++*row) {
        if (count < POINTS_MAX && db_text(rows, *row, "day") != NULL) {
            points[count].day = db_int(rows, *row, "day", 0);
            points[count++].listed = db_int(rows, *row, "listed_num", 0);
        }
    }
    trend_windows_of(points, count, today, ret);
    return id;
}

static void read_category(const PGresult *rows, struct category *c)
{
    size_t unknown = (size_t)PQntuples(rows);

    for (int row = 0; row < PQntuples(rows);) {
        struct trend_windows w;
        int64_t margin = db_int(rows, row, "margin_minor", INT64_MIN);
        int64_t id = read_product(rows, &row, &w);

        if (w.x >= 0) {
            c->windows[c->scored] = w;
            c->margins[c->scored] = margin;
            c->ids[c->scored++] = id;
        } else {
            c->ids[--unknown] = id;
        }
        c->count++;
    }
    /* Close the gap between the two. */
    for (size_t i = c->scored; i < c->count; i++) {
        c->ids[i] = c->ids[unknown++];
    }
}

static void add_number(struct str *s, const char *name, double value)
{
    if (isfinite(value)) {
        str_addf(s, "\"%s\":%.9g,", name, value);
    } else {
        str_addf(s, "\"%s\":null,", name);
    }
}

static int add_opportunity(struct str *s, const struct category *c, size_t at, struct fail *f)
{
    int64_t opportunity = 0;

    if (c->margins[at] != INT64_MIN) {
        TRY(trend_opportunity(c->scores[at].score_e4, c->margins[at], &opportunity, f));
        str_addf(s, "\"opportunity_e4\":%" PRId64 ",", opportunity);
    }
    return 0;
}

static void add_parts(struct str *s, const struct category *c, size_t at, double mu)
{
    const struct trend_windows *w = &c->windows[at];
    const struct trend_score *score = &c->scores[at];

    str_addf(s,
             "\"parts\":{\"n_r\":%" PRId64 ",\"t_r\":%" PRId64 ",\"n_b\":%" PRId64
             ",\"t_b\":%" PRId64 ",",
             w->n_r, w->t_r, w->n_b, w->t_b);
    add_number(s, "mu", mu);
    add_number(s, "v_b", score->v_b);
    add_number(s, "v_r", score->v_r);
    add_number(s, "ratio", score->ratio);
    add_number(s, "a", score->a);
    str_addf(s, "\"x\":%" PRId64 ",\"reset\":%s,\"products\":%zu}}", w->x,
             w->reset ? "true" : "false", c->scored);
}

static int add_scored(struct str *s, const struct category *c, size_t at, double mu, struct fail *f)
{
    const struct trend_score *score = &c->scores[at];

    str_addf(s, "{\"id\":%" PRId64 ",\"label\":\"%s\",\"score_e4\":%" PRId64 ",", c->ids[at],
             trend_label_name(score->label), score->score_e4);
    TRY(add_opportunity(s, c, at, f));
    add_parts(s, c, at, mu);
    return 0;
}

static int write_category(const struct category *c, const struct trend_rate *mu, struct str *s,
                          struct fail *f)
{
    str_add_char(s, '[');
    for (size_t i = 0; i < c->count; i++) {
        str_add(s, i > 0 ? "," : "");
        if (i < c->scored) {
            TRY(add_scored(s, c, i, (double)mu->num / (double)mu->den, f));
        } else {
            str_addf(s, "{\"id\":%" PRId64 "}", c->ids[i]);
        }
    }
    str_add_char(s, ']');
    return str_ok(s, f);
}

static int score_category(struct db *tx, const char *category_id, struct category *c,
                          struct trend_rate *ret_mu, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text days;
    const char *params[] = { category_id, sql_int(&days, DAYS_BACK) };

    TRY(db_query(tx, &sql_model_trend_points, params, &rows, f));
    TRY(category_init(c, (size_t)PQntuples(rows), f));
    read_category(rows, c);
    TRY(trend_category_rate(c->windows, c->scored, ret_mu, f));
    return trend_score_category(c->windows, c->scored, ret_mu, c->scores, f);
}

int trend_store_category(struct db *db, const char *category_id, int64_t *ret_count, struct fail *f)
{
    scoped(category_done) struct category c = { 0 };
    scoped(str_done) struct str json = { 0 };
    scoped(db_rollback_p) struct db *tx = NULL;
    struct trend_rate mu = { 0, 1 };

    TRY(db_begin(db, &tx, f));
    TRY(score_category(tx, category_id, &c, &mu, f));
    str_init(&json, c.count * BYTES_EACH + BYTES_MORE);
    TRY(write_category(&c, &mu, &json, f));
    const char *params[] = { json.data };
    TRY(db_exec(tx, &sql_model_trend_store, params, f));
    TRY(db_commit(&tx, f));
    *ret_count = (int64_t)c.scored;
    return 0;
}
