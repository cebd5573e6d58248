/* orders.sweep []: what is to be done is in the rows, jobs are only its shadow.
 * - Rows whose job is overdue, or that have none although they should, get it again through the outbox: this is what survives a
 *   lost Redis.
 * - Orders that wait only for STOP to be off or for another mode go on when that has come; switching brings this job at once.
 * - Orders that are held for long are brought before a person, once after some hours and once more after days. */
#include "common/base/log.h"
#include "common/db/sqltext.h"
#include "common/model/outbox.h"
#include "common/model/settings.h"
#include "sql/orders.h"
#include "worker/core/sweep.h"
#include "worker/fulfillment/jobs.h"
#include "worker/fulfillment/order.h"
#include "worker/fulfillment/pace.h"
#include "worker/fulfillment/run.h"

enum { ALERT_S = 4 * 3600, SUGGEST_S = 48 * 3600 };

static int sweep(struct job_context *c, const struct settings *set, struct fail *f)
{
    const struct sweep lost = {
        .rows = "orders",
        .every_s = set->num[SETTING_SWEEP_S],
        .overdue = &sql_orders_sweep,
        .adrift = &sql_orders_order_adrift,
        .swept_event = "order.swept",
        .adrift_event = "order.adrift",
    };
    return sweep_lost_jobs(c, &lost, f);
}

/* ---- orders that a setting lets go ---- */

static int wake_all(struct pace *pace, struct db *tx, const PGresult *rows, struct fail *f)
{
    for (int i = 0; i < PQntuples(rows); i++) {
        struct sql_text id, run;
        int64_t run_us = pace_next(pace, pace->now_us);
        const char *job = db_text(rows, i, "next_job");
        TRY(db_exec(tx, &sql_orders_order_wake,
                    (const char *[]){ sql_int(&id, db_int(rows, i, "id", 0)),
                                      db_text(rows, i, "state"), job, sql_time(&run, run_us) },
                    f));
        TRY(outbox_follow_up(tx,
                             &(struct follow_up){ .event = "order.resumed",
                                                  .job = job,
                                                  .id = db_int(rows, i, "id", 0),
                                                  .run_us = run_us },
                             f));
    }
    return 0;
}

static int let_go(struct job_context *c, const struct settings *set, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    const char *there = sweep_what_is_there(set, SETTING_FLOW_FULFILLMENT);
    struct sql_text limit;
    struct pace pace;

    if (there == NULL) {
        return 0;
    }
    TRY(pace_start(c, &pace, f));
    TRY(db_begin(c->db, &tx, f));
    TRY(db_query(tx, &sql_orders_order_let_go,
                 (const char *[]){ there, sql_int(&limit, SWEEP_ROWS) }, &rows, f));
    TRY(wake_all(&pace, tx, rows, f));
    TRY(db_commit(&tx, f));
    if (PQntuples(rows) > 0) {
        log_info("orders.resumed", kv_int("orders", PQntuples(rows)));
    }
    return PQntuples(rows) == SWEEP_ROWS ? job_snooze(c, 1) : 0;
}

/* ---- long holds ---- */

static int alert(struct db *tx, const PGresult *rows, int i, struct fail *f)
{
    bool again = db_bool(rows, i, "again");
    const char *code = db_text(rows, i, "hold_code");
    struct order_note note = { .step = "attention",
                               .code = again ? "SUGGEST_CANCEL" : "HELD_LONG",
                               .text =
                                   "The order has been in hold for hours; a person must look." };

    if (again) {
        note.text =
            db_bool(rows, i, "handed_over")
                ? "The order has been in hold for days and is paid at the supplier; settle "
                  "it with supplier and customer."
                : "The order has been in hold for days; consider cancelling it at the shop.";
    }
    log_warn("order.attention", kv_int("order", db_int(rows, i, "id", 0)),
             kv_str("name", db_text(rows, i, "name")), kv_str("hold", code != NULL ? code : ""),
             kv_int("held_h", db_int(rows, i, "held_h", 0)), kv_str("code", note.code));
    return timeline_add(tx, db_int(rows, i, "id", 0), &note, f);
}

static int bring_up(struct job_context *c, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text first, second, limit;

    TRY(db_begin(c->db, &tx, f));
    TRY(db_query(tx, &sql_orders_order_attention,
                 (const char *[]){ sql_int(&first, ALERT_S), sql_int(&second, SUGGEST_S),
                                   sql_int(&limit, SWEEP_ROWS) },
                 &rows, f));
    for (int i = 0; i < PQntuples(rows); i++) {
        TRY(alert(tx, rows, i, f));
    }
    return db_commit(&tx, f);
}

int orders_sweep(struct job_context *c, struct fail *f)
{
    struct settings set;

    TRY(settings_read(c->db, &set, f));
    TRY(sweep(c, &set, f));
    TRY(bring_up(c, f));
    return let_go(c, &set, f);
}
