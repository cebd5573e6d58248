#include "common/model/analytics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/books.h"

static const int64_t DAY_US = INT64_C(86400000000);

/* To change a view: its query; `tops`: it takes an order and a limit. */
static const struct view {
    const struct embedded *sql;
    bool tops;
} views[ANALYTICS_VIEWS] = {
    [ANALYTICS_SUMMARY] = { &sql_books_summary, false },
    [ANALYTICS_BY_DATE] = { &sql_books_by_date, false },
    [ANALYTICS_WATERFALL] = { &sql_books_waterfall, false },
    [ANALYTICS_TOP_PRODUCTS] = { &sql_books_top_products, true },
    [ANALYTICS_ADS] = { &sql_books_ads, false },
    [ANALYTICS_CONVERSION] = { &sql_books_conversion, false },
};

/* *ret_us = midnight UTC of a day, for comparing days only; untouched for NULL. */
static int read_day(const char *day, int64_t *ret_us, struct fail *f)
{
    char instant[CLOCK_TEXT_BYTES];
    struct fail unread;

    if (day == NULL) {
        return 0;
    }
    (void)snprintf(instant, sizeof instant, "%.10sT00:00:00Z", day);
    if (strlen(day) != 10 || strncmp(day, "0000", 4) == 0 ||
        clock_parse(instant, ret_us, &unread) < 0) {
        return fail_set(f, FAIL_INPUT, "'%.20s' is no day: they are written as 2026-11-20", day);
    }
    return 0;
}

int analytics_check_days(const char *first, const char *last, struct fail *f)
{
    int64_t now = clock_now_us(), from = 0, to = now;

    TRY(read_day(last, &to, f));
    from = to;
    TRY(read_day(first, &from, f));
    if (first != NULL && last != NULL && from > to) {
        return fail_set(f, FAIL_INPUT, "from (%s) is after to (%s)", first, last);
    }
    if ((to - from) / DAY_US >= ANALYTICS_DAYS_MAX) {
        return fail_set(f, FAIL_INPUT, "at most %d days at once", ANALYTICS_DAYS_MAX);
    }
    return 0;
}

int analytics_read(struct db *db, enum analytics_view view, const struct analytics_ask *ask,
                   char **ret_json, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text limit;
    const char *params[6] = { ask->from, ask->to, ask->currency, sql_bool(ask->compare) };

    TRY(analytics_check_days(ask->from, ask->to, f));
    if (views[view].tops) {
        params[4] = ask->by != NULL ? ask->by : "profit";
        params[5] = sql_int(&limit, ask->limit > 0 ? ask->limit : ANALYTICS_TOP_DEFAULT);
    }
    TRY(db_query(db, views[view].sql, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_code(f, FAIL_CONFLICT, "ZONE",
                         "the shop's time zone is not known yet, so there are no shop days: the "
                         "check of the store's set-up reads it");
    }
    return str_copy(db_text(rows, 0, "json"), ret_json, f);
}
