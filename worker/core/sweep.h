/* What the periodic sweeps of orders and products share: what is to be done is in the rows, jobs are only its shadow, so rows
 * whose job is lost get it again; and rows that wait for STOP or a mode are asked for by what is there now.
 * Threads: as the context. */
#pragma once

#include <libpq-fe.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/embedded.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/model/settings.h"
#include "worker/core/job_context.h"

enum { SWEEP_ROWS = 500 }; /* at most, per run and query */

struct sweep {
    const char *rows;               /* "orders", for the log */
    int64_t every_s;                /* interval of the sweep */
    const struct embedded *overdue; /* $1 slack s, $2 not again within s, $3 limit: id, next_job */
    const struct embedded
        *adrift; /* $1 limit: id, next_job of rows that have none although they should */
    const char *swept_event, *adrift_event;
};
/* Give overdue and adrift rows their job again, in one transaction. */
must_check int sweep_lost_jobs(struct job_context *c, const struct sweep *s, struct fail *f);

/* The array of what rows of a flow may wait for and what is there now ("{stop,dry_run}"); NULL while STOP is on. */
const char *sweep_what_is_there(const struct settings *set, enum setting_id flow);
/* A follow-up that runs at once for each row (id, next_job), inside the caller's transaction. */
must_check int sweep_follow_up_all(struct db *tx, const PGresult *rows, const char *event,
                                   struct fail *f);
