#include "common/model/order_rejudge.h"

#include <stdio.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/db/sqltext.h"
#include "common/model/audit.h"
#include "common/model/orders.h"
#include "common/model/outbox.h"
#include "sql/model.h"
#include "sql/ops.h"

enum { LOCK_WAIT_MS = 3000, LOCK_POLL_MS = 50 };

static int take_lock(struct db *db, const char *lock, struct fail *f)
{
    int64_t until_ms = clock_mono_ms() + LOCK_WAIT_MS;

    for (;;) {
        int held = db_try_lock(db, lock, f);
        TRY(held);
        if (held == 0) {
            return 0;
        }
        if (clock_mono_ms() >= until_ms) {
            return fail_later(f, FAIL_LATER, LOCK_WAIT_MS,
                              "a job works on this order just now; try again in a moment");
        }
        clock_sleep_ms(LOCK_POLL_MS);
    }
}

static int tell(struct db *tx, const char *id, const char *who, struct fail *f)
{
    char subject[ORDER_LOCK_BYTES], text[200];

    (void)snprintf(subject, sizeof subject, "order:%.24s", id);
    (void)snprintf(text, sizeof text, "The hold was taken back by %.100s; the rules decide again.",
                   who);
    const char *event[] = { id, "waiting", "PERSON", text, "{}", sql_opt(log_trace_id()) };
    TRY(db_exec(tx, &sql_model_order_event_add, event, f));
    return audit_add(tx, who, "order.rejudge", subject, NULL, f);
}

static int rejudge(struct db *db, int64_t order, const char *who, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct sql_text text;
    const char *id = sql_int(&text, order);

    TRY(db_begin(db, &tx, f));
    int64_t changed = db_exec(tx, &sql_ops_order_unheld, (const char *[]){ id }, f);
    TRY(changed);
    if (changed == 0) {
        return fail_set(f, FAIL_CONFLICT, "order %s is not held by a person", id);
    }
    TRY(tell(tx, id, who, f));
    TRY(outbox_follow_up(
        tx, &(struct follow_up){ .event = "order.rejudged", .job = "order.release", .id = order },
        f));
    return db_commit(&tx, f);
}

int order_rejudge_by(struct db *db, int64_t id, const char *who, struct fail *f)
{
    char lock[ORDER_LOCK_BYTES];

    (void)snprintf(lock, sizeof lock, ORDER_LOCK_FORMAT, id);
    TRY(take_lock(db, lock, f));
    int done = rejudge(db, id, who, f);
    db_unlock(db, lock);
    return done;
}
