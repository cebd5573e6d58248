/* products.sweep []: what is to be done is in the rows, jobs are only its shadow.
 * - Rows whose job is overdue, or that have none although they should, get it again through the outbox: this is what survives a
 *   lost Redis.
 * - Products that wait only for STOP to be off or for another mode go on when that has come; switching brings this job at once.
 * - Candidates beyond the best discovery.top, left over from a time when more were wanted, are found ones again. */
#include "common/base/log.h"
#include "common/db/sqltext.h"
#include "common/model/flow.h"
#include "common/model/settings.h"
#include "sql/discovery.h"
#include "worker/discovery/jobs.h"
#include "worker/discovery/product.h"

enum { SLACK_LEAST_S = 60, AGAIN_LEAST_S = 300, PER_RUN = 500 };

static int64_t at_least(int64_t value, int64_t least)
{
    return value > least ? value : least;
}

static int follow_up_all(struct db *tx, const PGresult *rows, const char *event, struct fail *f)
{
    for (int i = 0; i < PQntuples(rows); i++) {
        TRY(product_follow_up(tx, db_int(rows, i, "id", 0), db_text(rows, i, "next_job"), 0, event,
                              f));
    }
    return 0;
}

/* ---- lost jobs ---- */

static int sweep(struct job_context *c, const struct settings *set, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *overdue = NULL;
    scoped(pg_clear_p) PGresult *adrift = NULL;
    struct sql_text slack, again, limit;
    int64_t every_s = set->num[SETTING_PRODUCTS_SWEEP_S];

    TRY(db_begin(c->db, &tx, f));
    /* A job that waits in the retry set is overdue as well: it gets a double now and then, but not at every sweep. */
    TRY(db_query(tx, &sql_discovery_sweep,
                 (const char *[]){ sql_int(&slack, at_least(2 * every_s, SLACK_LEAST_S)),
                                   sql_int(&again, at_least(5 * every_s, AGAIN_LEAST_S)),
                                   sql_int(&limit, PER_RUN) },
                 &overdue, f));
    TRY(follow_up_all(tx, overdue, "product.swept", f));
    TRY(db_query(tx, &sql_discovery_adrift, (const char *[]){ sql_int(&limit, PER_RUN) }, &adrift,
                 f));
    TRY(follow_up_all(tx, adrift, "product.adrift", f));
    TRY(db_commit(&tx, f));
    if (PQntuples(overdue) + PQntuples(adrift) > 0) {
        log_warn("products.swept", kv_int("products", PQntuples(overdue)),
                 kv_int("adrift", PQntuples(adrift)));
    }
    return 0;
}

/* ---- products that a setting lets go ---- */

/* An array of what products may wait for and what is there now; NULL while STOP is on. */
static const char *what_is_there(const struct settings *set)
{
    static const char *const by_mode[] = {
        [FLOW_OFF] = "{stop}",
        [FLOW_DRY_RUN] = "{stop,dry_run}",
        [FLOW_APPROVE] = "{stop,dry_run,approve}",
        [FLOW_AUTO] = "{stop,dry_run,approve,auto}",
    };
    return set->num[SETTING_STOP] != 0 ? NULL : by_mode[set->num[SETTING_FLOW_DISCOVERY]];
}

static int let_go(struct job_context *c, const struct settings *set, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    const char *there = what_is_there(set);
    struct sql_text limit;

    if (there == NULL) {
        return 0;
    }
    TRY(db_begin(c->db, &tx, f));
    TRY(db_query(tx, &sql_discovery_let_go, (const char *[]){ there, sql_int(&limit, PER_RUN) },
                 &rows, f));
    TRY(follow_up_all(tx, rows, "product.resumed", f));
    TRY(db_commit(&tx, f));
    if (PQntuples(rows) > 0) {
        log_info("products.resumed", kv_int("products", PQntuples(rows)));
    }
    return PQntuples(rows) == PER_RUN ? job_snooze(c, 1) : 0;
}

/* ---- too many candidates ---- */

static int put_back(struct job_context *c, const struct settings *set, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text top, limit;

    TRY(db_begin(c->db, &tx, f));
    TRY(db_query(tx, &sql_discovery_surplus,
                 (const char *[]){ sql_int(&top, set->num[SETTING_DISCOVERY_TOP]),
                                   sql_int(&limit, PER_RUN) },
                 &rows, f));
    for (int i = 0; i < PQntuples(rows); i++) {
        struct product p = { .id = db_int(rows, i, "id", 0), .state = PRODUCT_CANDIDATE };
        const struct product_move move = {
            .to = PRODUCT_FOUND,
            .note = { .step = "found",
                      .code = "SURPLUS",
                      .text = "Others are better candidates: not judged for now." }
        };
        TRY(product_move(tx, &p, &move, f));
    }
    return db_commit(&tx, f);
}

int products_sweep(struct job_context *c, struct fail *f)
{
    struct settings set;

    TRY(settings_read(c->db, &set, f));
    TRY(put_back(c, &set, f));
    TRY(sweep(c, &set, f));
    return let_go(c, &set, f);
}
