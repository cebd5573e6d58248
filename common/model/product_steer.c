#include "common/model/product_steer.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/db/sqltext.h"
#include "common/model/audit.h"
#include "common/model/job_catalog.h"
#include "common/model/outbox.h"
#include "common/model/products.h"
#include "sql/model.h"

enum { LOCK_WAIT_MS = 3000, SUBJECT_BYTES = 40, ARGS_BYTES = 128 };

int product_lock(struct db *db, int64_t id, struct db_lock *ret, struct fail *f)
{
    (void)snprintf(ret->name, sizeof ret->name, PRODUCT_LOCK_FORMAT, id);
    int held = db_lock_wait(db, ret, LOCK_WAIT_MS, f);
    TRY(held);
    return held == 0 ? 0
                     : fail_later(f, FAIL_LATER, LOCK_WAIT_MS,
                                  "a job works on this product just now; try again in a moment");
}

bool product_is_live(const char *state)
{
    return strcmp(state, "listed") == 0 || strcmp(state, "on_hold") == 0;
}

int product_said_add(struct db *tx, const struct product_said *said, struct fail *f)
{
    struct sql_text id;
    char subject[SUBJECT_BYTES], action[48];
    scoped(free_p) char *detail = NULL;
    const char *trace = log_trace_id();

    if (said->detail != NULL) {
        TRY(json_write(said->detail, &detail, f));
    }
    const char *params[] = { sql_int(&id, said->product_id),
                             said->step,
                             "PERSON",
                             said->text,
                             detail,
                             said->who,
                             sql_opt(trace) };
    TRY(db_exec(tx, &sql_model_product_event_add, params, f));
    (void)snprintf(subject, sizeof subject, PRODUCT_LOCK_FORMAT, said->product_id);
    (void)snprintf(action, sizeof action, "product.%s", said->step);
    return audit_add(tx, said->who, action, subject, said->detail, f);
}

int product_job_add(struct db *tx, int64_t id, const char *type, const char *more, struct fail *f)
{
    char args[ARGS_BYTES];
    const struct job_kind *kind = job_kind_find(type);

    if (kind == NULL) {
        return fail_set(f, FAIL_BUG, "there is no job type '%s'", type);
    }
    (void)snprintf(args, sizeof args, "[%" PRId64 "%s]", id, more);
    return outbox_add(
        tx, "product.decided",
        &(struct job_spec){
            .type = kind->name, .queue = kind->queue, .args = args, .max_retries = kind->tries },
        f);
}
