#include "common/model/books_rebuild.h"

#include <string.h>

#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/books.h"

/* So many at once that a statement takes about a second. */
static const int64_t ORDERS_AT_ONCE = 5000;
static const char DAYS_AT_ONCE[] = "13"; /* after the first */

enum { DAY_BYTES = 16 };

/* What was written before the shop's zone was known gets its day. */
static int date_all(struct db *db, struct fail *f)
{
    int64_t dated = 1;

    while (dated > 0) {
        scoped(pg_clear_p) PGresult *rows = NULL;
        struct sql_text most;

        TRY(db_query(db, &sql_books_date_some, (const char *[]){ sql_int(&most, ORDERS_AT_ONCE) },
                     &rows, f));
        dated = db_int(rows, 0, "dated", 0);
    }
    return 0;
}

static int mend_orders(struct db *db, const char *after, const char *count, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    return db_query(db, &sql_books_remake_orders, (const char *[]){ after, count }, &rows, f);
}

/* The next few orders.  0, or 1 when there were none. */
static int orders_step(struct db *db, bool mend, int64_t *after, struct books_findings *b,
                       struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text from, count;
    const char *params[] = { sql_int(&from, *after), sql_int(&count, ORDERS_AT_ONCE) };

    TRY(db_query(db, &sql_books_check_orders, params, &rows, f));
    int64_t differ = db_int(rows, 0, "differ", 0);
    b->orders += db_int(rows, 0, "looked", 0);
    b->orders_differ += differ;
    TRY(mend && differ > 0 ? mend_orders(db, params[0], params[1], f) : 0);
    *after = db_int(rows, 0, "last", *after);
    return db_text(rows, 0, "last") == NULL ? 1 : 0;
}

static int mend_day(struct db *db, const PGresult *found, int row, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    const char *params[] = { db_text(found, row, "day"), db_text(found, row, "currency") };
    return db_query(db, &sql_books_remake_day, params, &rows, f);
}

static void count_kind(struct books_findings *b, const char *kind)
{
    const struct {
        const char *kind;
        int64_t *count;
    } kinds[] = { { "sales", &b->days_differ },
                  { "products", &b->products_differ },
                  { "ads", &b->ads_differ } };

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        *kinds[i].count += strcmp(kinds[i].kind, kind) == 0 ? 1 : 0;
    }
}

/* A comparison under way. */
struct check {
    struct db *db;
    bool mend;
    struct books_findings *found;
};

static int check_days(const struct check *c, const char *first, const char *last, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(c->db, &sql_books_check_days, (const char *[]){ first, last }, &rows, f));
    for (int i = 0; i < PQntuples(rows); i++) {
        count_kind(c->found, db_text(rows, i, "kind"));
        TRY(c->mend ? mend_day(c->db, rows, i, f) : 0);
    }
    return 0;
}

/* The days from `day` on, a few; then `day` is the one after them.  0, or 1 when those were the last. */
static int days_step(const struct check *c, char day[static DAY_BYTES], const char *last,
                     struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(c->db, &sql_books_window_next, (const char *[]){ day, DAYS_AT_ONCE, last }, &rows,
                 f));
    TRY(check_days(c, day, db_text(rows, 0, "until"), f));
    (void)str_fit(day, DAY_BYTES, db_text(rows, 0, "next"));
    c->found->days += db_int(rows, 0, "days", 0);
    return db_bool(rows, 0, "more") ? 0 : 1;
}

static int all_days(const struct check *c, struct fail *f)
{
    scoped(pg_clear_p) PGresult *span = NULL;
    char day[DAY_BYTES];
    int rc = 0;

    TRY(db_query(c->db, &sql_books_check_span, NULL, &span, f));
    if (db_text(span, 0, "first") == NULL) {
        return 0;
    }
    (void)str_fit(day, sizeof day, db_text(span, 0, "first"));
    while (rc == 0) {
        rc = days_step(c, day, db_text(span, 0, "last"), f);
        TRY(rc);
    }
    return 0;
}

static int all_totals(const struct check *c, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(pg_clear_p) PGresult *made = NULL;

    TRY(db_query(c->db, &sql_books_check_totals, NULL, &rows, f));
    c->found->totals_differ = db_int(rows, 0, "differ", 0);
    return c->mend && c->found->totals_differ > 0
               ? db_query(c->db, &sql_books_remake_totals, NULL, &made, f)
               : 0;
}

int books_rebuild(struct db *db, bool mend, struct books_findings *ret, struct fail *f)
{
    struct books_findings found = { 0 };
    const struct check check = { db, mend, &found };
    int64_t after = 0;
    int rc = 0;

    TRY(mend ? date_all(db, f) : 0);
    while (rc == 0) {
        rc = orders_step(db, mend, &after, &found, f);
        TRY(rc);
    }
    TRY(all_days(&check, f));
    TRY(all_totals(&check, f));
    *ret = found;
    return 0;
}
