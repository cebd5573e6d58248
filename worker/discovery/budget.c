#include "worker/discovery/budget.h"

#include <string.h>

#include "common/base/clock.h"
#include "common/db/sqltext.h"
#include "common/model/watch_plan.h"
#include "sql/discovery.h"

enum { DAY_S = 24 * 3600, KINDS = 2, RESERVE_PPM = 200000 };

static const int64_t US = 1000000;

int64_t budget_free(int64_t allowance, int64_t now_us)
{
    int64_t of_day_s = now_us / US % DAY_S;
    int64_t free_s = of_day_s + BUDGET_HEAD_S < DAY_S ? of_day_s + BUDGET_HEAD_S : DAY_S;

    return allowance / BUDGET_PART / KINDS * free_s / DAY_S;
}

int budget_left(struct job_context *c, enum budget_kind kind, int64_t *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    char day[CLOCK_TEXT_BYTES];

    clock_format_day(c->now_us, day);
    TRY(db_query(c->db, &sql_discovery_day_get, (const char *[]){ day }, &rows, f));
    int64_t spent = db_int(rows, 0, kind == BUDGET_SEARCH ? "search_points" : "assess_points", 0);
    *ret = budget_free(conf_int(c->conf, CONF_CJ_POINTS_PER_DAY), c->now_us) - spent;
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

/* One that has no tier yet counts as WARM. */
static void count_live(const PGresult *rows, struct watch_load *load)
{
    for (int i = 0; i < PQntuples(rows); i++) {
        const char *name = db_text(rows, i, "tier");
        enum watch_tier tier = WATCH_WARM;
        for (int t = 0; name != NULL && t < WATCH_TIERS; t++) {
            tier =
                strcmp(watch_tier_name((enum watch_tier)t), name) == 0 ? (enum watch_tier)t : tier;
        }
        load->count[tier] += db_int(rows, i, "products", 0);
    }
}

int budget_goes_to_watch(struct db *db, const struct conf *conf, const struct settings *set,
                         bool *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct watch_load load = { .wanted_s = { [WATCH_HOT] = set->num[SETTING_WATCH_HOT_S],
                                             [WATCH_WARM] = set->num[SETTING_WATCH_WARM_S],
                                             [WATCH_COLD] = set->num[SETTING_WATCH_COLD_S] },
                               .points_per_look = POINTS_STOCK,
                               .allowance = conf_int(conf, CONF_CJ_POINTS_PER_DAY),
                               .orders_ppm = RESERVE_PPM,
                               .discovery_ppm = RESERVE_PPM };
    struct watch_plan plan;

    TRY(db_query(db, &sql_discovery_live_tiers, NULL, &rows, f));
    count_live(rows, &load);
    TRY(watch_plan_make(&load, &plan, f));
    *ret = plan.discovery_stops;
    return 0;
}
