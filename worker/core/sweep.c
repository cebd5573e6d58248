#include "worker/core/sweep.h"

#include "common/base/log.h"
#include "common/db/sqltext.h"
#include "common/model/flow.h"
#include "common/model/outbox.h"

enum { SLACK_LEAST_S = 60, AGAIN_LEAST_S = 300 };

static int64_t at_least(int64_t value, int64_t least)
{
    return value > least ? value : least;
}

int sweep_follow_up_all(struct db *tx, const PGresult *rows, const char *event, struct fail *f)
{
    for (int i = 0; i < PQntuples(rows); i++) {
        TRY(outbox_follow_up(tx,
                             &(struct follow_up){ .event = event,
                                                  .job = db_text(rows, i, "next_job"),
                                                  .id = db_int(rows, i, "id", 0) },
                             f));
    }
    return 0;
}

int sweep_lost_jobs(struct job_context *c, const struct sweep *s, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *overdue = NULL;
    scoped(pg_clear_p) PGresult *adrift = NULL;
    struct sql_text slack, again, limit;

    TRY(db_begin(c->db, &tx, f));
    /* A job that waits in the retry set is overdue as well: it gets a double now and then, but not at every sweep. */
    TRY(db_query(tx, s->overdue,
                 (const char *[]){ sql_int(&slack, at_least(2 * s->every_s, SLACK_LEAST_S)),
                                   sql_int(&again, at_least(5 * s->every_s, AGAIN_LEAST_S)),
                                   sql_int(&limit, SWEEP_ROWS) },
                 &overdue, f));
    TRY(sweep_follow_up_all(tx, overdue, s->swept_event, f));
    TRY(db_query(tx, s->adrift, (const char *[]){ sql_int(&limit, SWEEP_ROWS) }, &adrift, f));
    TRY(sweep_follow_up_all(tx, adrift, s->adrift_event, f));
    TRY(db_commit(&tx, f));
    if (PQntuples(overdue) + PQntuples(adrift) > 0) {
        log_warn("rows.swept", kv_str("rows", s->rows), kv_int("overdue", PQntuples(overdue)),
                 kv_int("adrift", PQntuples(adrift)));
    }
    return 0;
}

const char *sweep_what_is_there(const struct settings *set, enum setting_id flow)
{
    static const char *const by_mode[] = {
        [FLOW_OFF] = "{stop}",
        [FLOW_DRY_RUN] = "{stop,dry_run}",
        [FLOW_APPROVE] = "{stop,dry_run,approve}",
        [FLOW_AUTO] = "{stop,dry_run,approve,auto}",
    };
    return set->num[SETTING_STOP] != 0 ? NULL : by_mode[set->num[flow]];
}
