/* products.sweep []: what is to be done is in the rows, jobs are only its shadow.
 * - Rows whose job is overdue, or that have none although they should, get it again through the outbox: this is what survives a
 *   lost Redis.
 * - Products that wait only for STOP to be off or for another mode go on when that has come; switching brings this job at once.
 * - Candidates beyond the best discovery.top, left over from a time when more were wanted, are found ones again. */
#include "common/base/log.h"
#include "common/db/sqltext.h"
#include "common/model/settings.h"
#include "sql/discovery.h"
#include "worker/core/sweep.h"
#include "worker/discovery/jobs.h"
#include "worker/discovery/product.h"

static int sweep(struct job_context *c, const struct settings *set, struct fail *f)
{
    const struct sweep lost = {
        .rows = "products",
        .every_s = set->num[SETTING_PRODUCTS_SWEEP_S],
        .overdue = &sql_discovery_sweep,
        .adrift = &sql_discovery_adrift,
        .swept_event = "product.swept",
        .adrift_event = "product.adrift",
    };
    return sweep_lost_jobs(c, &lost, f);
}

/* ---- products that a setting lets go ---- */

static int let_go(struct job_context *c, const struct settings *set, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    const char *there = sweep_what_is_there(set, SETTING_FLOW_DISCOVERY);
    struct sql_text limit;

    if (there == NULL) {
        return 0;
    }
    TRY(db_begin(c->db, &tx, f));
    TRY(db_query(tx, &sql_discovery_let_go, (const char *[]){ there, sql_int(&limit, SWEEP_ROWS) },
                 &rows, f));
    TRY(sweep_follow_up_all(tx, rows, "product.resumed", f));
    TRY(db_commit(&tx, f));
    if (PQntuples(rows) > 0) {
        log_info("products.resumed", kv_int("products", PQntuples(rows)));
    }
    return PQntuples(rows) == SWEEP_ROWS ? job_snooze(c, 1) : 0;
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
                                   sql_int(&limit, SWEEP_ROWS) },
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
