/* How a run is settled: from what the handler returned to one of the places a job can be in.
 * Pure functions; any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/fail.h"
#include "worker/core/job_context.h"

enum run_outcome {
    RUN_DONE,
    RUN_RETRY,
    RUN_SNOOZE,
    RUN_DEAD,
    RUN_EXPIRED,   /* ended without a start: too late (struct job, expires_us) */
    RUN_CANCELLED, /* likewise: somebody asked for its end */
    RUN_FENCED,
    RUN_BACK,
    RUN_OUTCOMES
};
extern const char *const run_outcome_names[RUN_OUTCOMES]; /* as in job_run.outcome */

struct run_end {
    int returned;             /* of the handler: 0 or -1 */
    enum job_outcome outcome; /* when 0 */
    int64_t snooze_s;
    const struct fail *fail;   /* when -1 */
    bool infrastructure;       /* it failed because Redis or Postgres is away, not by itself */
    int infrastructure_streak; /* such runs in a row in this lane */
    int max_retries;
    int retry_count; /* of the payload; -1 before the first failure */
    int64_t now_us;
    uint32_t random;
};

struct verdict {
    enum run_outcome outcome; /* DONE, RETRY, SNOOZE or DEAD */
    int64_t at_us;            /* RETRY, SNOOZE: due; DEAD: now */
    bool failed; /* counts as a failure: the payload is marked and stat:failed goes up */
    const char *error_class; /* NULL when done or snoozed by the handler */
};
/* The rule: see enum job_outcome in job_context.h for what a handler promises with its return. */
struct verdict verdict_of(const struct run_end *end);
