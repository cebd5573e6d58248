/* A person's word about an order: release and hold. */
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/db/lock.h"
#include "common/model/audit.h"
#include "common/model/job_catalog.h"
#include "common/model/orders.h"
#include "common/model/outbox.h"
#include "sql/model.h"

enum { REASON_MAX_BYTES = 300, LOCK_WAIT_MS = 3000, NUMBER_TEXT_BYTES = 24 };

struct steering {
    int64_t id;
    const char *who;
    const char *reason; /* NULL for a release */
};

/* States in which nothing has been sent to the supplier yet: a person may still decide. */
static bool undecided(const char *state)
{
    static const char *const open_states[] = { "received", "waiting", "flagged", "held",
                                               "approval" };
    for (size_t i = 0; i < COUNT_OF(open_states); i++) {
        if (strcmp(open_states[i], state) == 0) {
            return true;
        }
    }
    return false;
}

static int check_state(struct db *tx, const char *id, const char *verb, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(tx, &sql_model_order_state, (const char *[]){ id }, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_set(f, FAIL_MISSING, "no order %s", id);
    }
    if (!undecided(db_text(rows, 0, "state"))) {
        return fail_set(f, FAIL_CONFLICT, "order %s is %s; it cannot be %s any more",
                        db_text(rows, 0, "name"), db_text(rows, 0, "state"), verb);
    }
    return 0;
}

static int note(struct db *tx, const struct steering *s, const char *id, struct fail *f)
{
    char subject[ORDER_LOCK_BYTES];
    const char *step = s->reason != NULL ? "held" : "released";
    scoped(json_clear_p) json_t *detail =
        s->reason != NULL ? json_pack("{s:s, s:s}", "by", s->who, "reason", s->reason)
                          : json_pack("{s:s}", "by", s->who);
    scoped(free_p) char *detail_text = NULL;
    scoped(free_p) char *text = NULL;

    if (detail == NULL) {
        return fail_set(f, FAIL_INPUT, "the reason is not valid UTF-8");
    }
    TRY(json_write(detail, &detail_text, f));
    if (asprintf(&text, s->reason != NULL ? "Held by %s: %s" : "Released by %s%s", s->who,
                 s->reason != NULL ? s->reason : "") < 0) {
        text = NULL;
        return fail_memory(f);
    }
    const char *trace = log_trace_id();
    const char *params[] = {
        id, step, "PERSON", text, detail_text, trace[0] != '\0' ? trace : NULL
    };
    TRY(db_exec(tx, &sql_model_order_event_add, params, f));
    snprintf(subject, sizeof subject, ORDER_LOCK_FORMAT, s->id);
    return audit_add(tx, s->who, s->reason != NULL ? "order.hold" : "order.release", subject,
                     detail, f);
}

static int add_release_job(struct db *tx, const char *id, struct fail *f)
{
    char args[NUMBER_TEXT_BYTES + 2];
    const struct job_kind *kind = job_kind_find("order.release");

    snprintf(args, sizeof args, "[%s]", id);
    return outbox_add(
        tx, "order.released",
        &(struct job_spec){
            .type = kind->name, .queue = kind->queue, .args = args, .max_retries = kind->tries },
        f);
}

static int steer(struct db *db, const struct steering *s, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    char id[NUMBER_TEXT_BYTES];
    snprintf(id, sizeof id, "%" PRId64, s->id);

    TRY(db_begin(db, &tx, f));
    TRY(check_state(tx, id, s->reason != NULL ? "held" : "released", f));
    if (s->reason != NULL) {
        TRY(db_exec(tx, &sql_model_order_held, (const char *[]){ id, s->reason }, f));
    } else {
        TRY(db_exec(tx, &sql_model_order_released, (const char *[]){ id, s->who }, f));
        TRY(add_release_job(tx, id, f));
    }
    TRY(note(tx, s, id, f));
    return db_commit(&tx, f);
}

/* The job that decides holds the same lock while it reads, thinks and places. */
static int steer_locked(struct db *db, const struct steering *s, struct fail *f)
{
    scoped(db_lock_done) struct db_lock lock = { 0 };

    (void)snprintf(lock.name, sizeof lock.name, ORDER_LOCK_FORMAT, s->id);
    int held = db_lock_wait(db, &lock, LOCK_WAIT_MS, f);
    TRY(held);
    return held == 0 ? steer(db, s, f)
                     : fail_later(f, FAIL_LATER, LOCK_WAIT_MS,
                                  "a job works on this order just now; try again in a moment");
}

int order_release_by(struct db *db, int64_t id, const char *who, struct fail *f)
{
    return steer_locked(db, &(struct steering){ .id = id, .who = who }, f);
}

int order_hold_by(struct db *db, int64_t id, const char *reason, const char *who, struct fail *f)
{
    size_t length = strlen(reason);
    if (length == 0 || length > REASON_MAX_BYTES) {
        return fail_set(f, FAIL_INPUT, "a hold needs a reason of 1 to %d bytes", REASON_MAX_BYTES);
    }
    return steer_locked(db, &(struct steering){ .id = id, .who = who, .reason = reason }, f);
}
