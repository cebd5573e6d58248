/* orders.sweep []: rows whose job is overdue get it again through the outbox.  This is what survives a lost Redis: what is to be
 * done is in the rows, jobs are only its shadow. */
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/model/settings.h"
#include "sql/orders.h"
#include "worker/fulfillment/jobs.h"
#include "worker/fulfillment/order.h"
#include "worker/fulfillment/sqltext.h"

enum { SLACK_LEAST_S = 60, AGAIN_LEAST_S = 300, PER_RUN = 500 };

static int64_t at_least(int64_t value, int64_t least)
{
    return value > least ? value : least;
}

static int follow_up_all(struct db *tx, const PGresult *rows, struct fail *f)
{
    for (int i = 0; i < PQntuples(rows); i++) {
        TRY(order_follow_up(tx, db_int(rows, i, "id", 0), db_text(rows, i, "next_job"), 0,
                            "order.swept", f));
    }
    return 0;
}

int orders_sweep(struct job_context *c, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct settings set;
    struct sql_text slack, again, limit;

    TRY(settings_read(c->db, &set, f));
    TRY(db_begin(c->db, &tx, f));
    /* A job that waits in the retry set is overdue as well: it gets a double now and then, but not at every sweep. */
    TRY(db_query(
        tx, &sql_orders_sweep,
        (const char *[]){ sql_int(&slack, at_least(2 * set.num[SETTING_SWEEP_S], SLACK_LEAST_S)),
                          sql_int(&again, at_least(5 * set.num[SETTING_SWEEP_S], AGAIN_LEAST_S)),
                          sql_int(&limit, PER_RUN) },
        &rows, f));
    TRY(follow_up_all(tx, rows, f));
    TRY(db_commit(&tx, f));
    if (PQntuples(rows) > 0) {
        log_warn("orders.swept", kv_int("orders", PQntuples(rows)));
    }
    return 0;
}
