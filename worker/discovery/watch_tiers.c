#include "worker/discovery/watch_tiers.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/db/sqltext.h"
#include "sql/listing.h"
#include "worker/discovery/watch_check.h"

enum {
    STOCK_HOT_BELOW = 20,
    RESERVE_PPM = 200000,
    DETAIL_EVERY_S = 20 * 3600,
    DETAILS_PER_DAY = 1
};

static enum watch_tier tier_of(const PGresult *rows, int i)
{
    return watch_tier_of(&(struct watch_facts){ .sold_7d = db_int(rows, i, "sold_7d", 0),
                                                .stock = db_int(rows, i, "stock", -1),
                                                .quiet_days = db_int(rows, i, "quiet_days", -1),
                                                .stock_hot_below = STOCK_HOT_BELOW });
}

static int move(struct db *tx, const PGresult *rows, int i, const struct watch_plan *plan,
                struct fail *f)
{
    enum watch_tier tier = tier_of(rows, i);
    const char *now = db_text(rows, i, "tier");
    struct sql_text id, interval;

    if (now != NULL && strcmp(now, watch_tier_name(tier)) == 0) {
        return 0;
    }
    TRY(db_exec(tx, &sql_listing_tier_set,
                (const char *[]){ sql_int(&id, db_int(rows, i, "id", 0)), watch_tier_name(tier),
                                  sql_int(&interval, plan->interval_s[tier]) },
                f));
    return 0;
}

/* Points of the day for looking at stock: without those for prices.  The plan keeps its reserves of what it is given. */
static int64_t allowance_of(const struct job_context *c, int64_t live)
{
    int64_t whole = conf_int(c->conf, CONF_CJ_POINTS_PER_DAY);
    int64_t details = live * DETAILS_PER_DAY * WATCH_DETAIL_POINTS;
    int64_t share = 1000000 - 2 * (int64_t)RESERVE_PPM;
    int64_t left = whole - details * 1000000 / share;

    return left > 0 ? left : 0;
}

static int make_plan(struct job_context *c, const struct settings *set, struct watch_load *load,
                     struct watch_plan *ret, struct fail *f)
{
    int64_t live = load->count[WATCH_HOT] + load->count[WATCH_WARM] + load->count[WATCH_COLD];

    load->wanted_s[WATCH_HOT] = set->num[SETTING_WATCH_HOT_S];
    load->wanted_s[WATCH_WARM] = set->num[SETTING_WATCH_WARM_S];
    load->wanted_s[WATCH_COLD] = set->num[SETTING_WATCH_COLD_S];
    load->points_per_look = WATCH_STOCK_POINTS;
    load->allowance = allowance_of(c, live);
    load->orders_ppm = load->discovery_ppm = RESERVE_PPM;
    TRY(watch_plan_make(load, ret, f));
    if (ret->stretched) {
        log_warn("stock.stretched", kv_int("hot_s", ret->interval_s[WATCH_HOT]),
                 kv_int("warm_s", ret->interval_s[WATCH_WARM]),
                 kv_int("cold_s", ret->interval_s[WATCH_COLD]), kv_int("points", ret->points),
                 kv_int("capacity", ret->capacity), kv_bool("fits", ret->fits));
    }
    return 0;
}

int watch_tiers_set(struct job_context *c, const struct settings *set, struct watch_plan *ret,
                    struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(db_rollback_p) struct db *tx = NULL;
    struct watch_load load = { 0 };

    TRY(db_query(c->db, &sql_listing_live, NULL, &rows, f));
    for (int i = 0; i < PQntuples(rows); i++) {
        load.count[tier_of(rows, i)]++;
    }
    TRY(make_plan(c, set, &load, ret, f));
    TRY(db_begin(c->db, &tx, f));
    for (int i = 0; i < PQntuples(rows); i++) {
        TRY(move(tx, rows, i, ret, f));
    }
    return db_commit(&tx, f);
}

static int64_t interval_of(const struct watch_plan *plan, const char *tier)
{
    for (int t = 0; tier != NULL && t < WATCH_TIERS; t++) {
        if (strcmp(tier, watch_tier_name((enum watch_tier)t)) == 0) {
            return plan->interval_s[t];
        }
    }
    return plan->interval_s[WATCH_WARM];
}

void watch_due_list_done(struct watch_due_list *list)
{
    free(list->rows);
    *list = (struct watch_due_list){ 0 };
}

int watch_due_read(struct job_context *c, const struct watch_plan *plan, int64_t most,
                   struct watch_due_list *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text limit, age;

    TRY(db_query(c->db, &sql_listing_due,
                 (const char *[]){ sql_int(&limit, most), sql_int(&age, DETAIL_EVERY_S) }, &rows,
                 f));
    struct watch_due *list = calloc((size_t)PQntuples(rows) + 1, sizeof *list);
    if (list == NULL) {
        return fail_memory(f);
    }
    for (int i = 0; i < PQntuples(rows); i++) {
        list[i] = (struct watch_due){ .id = db_int(rows, i, "id", 0),
                                      .next_s = interval_of(plan, db_text(rows, i, "tier")),
                                      .with_detail = db_bool(rows, i, "detail") };
    }
    ret->rows = list;
    ret->count = (size_t)PQntuples(rows);
    return 0;
}
