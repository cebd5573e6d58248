#include "worker/fulfillment/timeline.h"

#include "common/base/json.h"
#include "common/base/log.h"
#include "sql/orders.h"
#include "common/db/sqltext.h"

int timeline_add(struct db *tx, int64_t order_id, const struct order_note *note, struct fail *f)
{
    scoped(free_p) char *detail = NULL;
    struct sql_text id;

    if (note->step == NULL) {
        return 0;
    }
    if (note->detail != NULL) {
        TRY(json_write(note->detail, &detail, f));
    }
    TRY(db_exec(tx, &sql_orders_event_add,
                (const char *[]){ sql_int(&id, order_id), note->step, note->code, note->text,
                                  detail, sql_opt(log_trace_id()), sql_bool(note->once) },
                f));
    return 0;
}

int timeline_has(struct db *db, int64_t order_id, const char *step, const char *code,
                 struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text id;

    TRY(db_query(db, &sql_orders_event_seen, (const char *[]){ sql_int(&id, order_id), step, code },
                 &rows, f));
    return db_bool(rows, 0, "noted") ? 1 : 0;
}
