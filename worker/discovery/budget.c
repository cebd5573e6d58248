#include "worker/discovery/budget.h"

#include "common/base/clock.h"
#include "common/db/sqltext.h"
#include "sql/discovery.h"

enum { DAY_S = 24 * 3600, KINDS = 2 };

static const int64_t US = 1000000;

int64_t budget_free(int64_t allowance, int64_t now_us)
{
    int64_t of_day_s = now_us / US % DAY_S;
    int64_t free_s = of_day_s + BUDGET_HEAD_S < DAY_S ? of_day_s + BUDGET_HEAD_S : DAY_S;

    return allowance / BUDGET_PART / KINDS * free_s / DAY_S;
}

int budget_left(struct db *db, const struct conf *conf, int64_t now_us, enum budget_kind kind,
                int64_t *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    char day[CLOCK_TEXT_BYTES];

    clock_format_day(now_us, day);
    TRY(db_query(db, &sql_discovery_day_get, (const char *[]){ day }, &rows, f));
    int64_t spent = db_int(rows, 0, kind == BUDGET_SEARCH ? "search_points" : "assess_points", 0);
    *ret = budget_free(conf_int(conf, CONF_CJ_POINTS_PER_DAY), now_us) - spent;
    return 0;
}

int budget_spend(struct db *db, int64_t now_us, enum budget_kind kind, int64_t points,
                 struct fail *f)
{
    char day[CLOCK_TEXT_BYTES];
    struct sql_text searches, assessments;

    if (points == 0) {
        return 0;
    }
    clock_format_day(now_us, day);
    TRY(db_exec(db, &sql_discovery_day_add,
                (const char *[]){ day, sql_int(&searches, kind == BUDGET_SEARCH ? points : 0),
                                  sql_int(&assessments, kind == BUDGET_ASSESS ? points : 0) },
                f));
    return 0;
}
