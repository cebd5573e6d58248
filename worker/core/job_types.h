/* The job types a worker runs: name, handler, limits.  The worker gets its table as a parameter;
 * the program's own one is made from common/model/job_table.h.  Constant; any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "worker/core/job_context.h"

struct job_type {
    const char *name;
    const char *queue; /* where its jobs go by default; a lane runs any type it is handed */
    job_run_fn *run;
    int64_t deadline_ms; /* of one run */
    int tries;           /* retries for jobs without member "retry" */
};

struct job_types {
    const struct job_type *items;
    size_t count;
};

/* Every type of common/model/job_table.h. */
extern const struct job_types dropship_job_types;
