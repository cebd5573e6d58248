/* The job types a worker runs: name, handler, limits.  The worker gets its table as a parameter;
 * the program's own one is made from common/model/job_table.h.  Constant; any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "worker/core/job_context.h"

/* What the runs of a type do without; spares the worker the work. */
enum job_without {
    JOB_WITHOUT_ARGS = 1,       /* context->args is NULL; their text is in context->job */
    JOB_WITHOUT_POSTGRES = 2,   /* context->db is NULL, or not looked after */
    JOB_WITHOUT_REDIS = 4,      /* likewise context->redis */
    JOB_WITHOUT_HTTP = 8,       /* likewise context->http */
    JOB_WITHOUT_PROVIDERS = 16, /* no shop, supplier, limits; they need all of the above */
    JOB_WITHOUT_HISTORY = 32,   /* no row of job_run for each run */
    JOB_LIGHT = 63
};

struct job_type {
    const char *name;
    const char *queue; /* where its jobs go by default; a lane runs any type it is handed */
    job_run_fn *run;
    int64_t deadline_ms; /* of one run */
    int tries;           /* retries for jobs without member "retry" */
    unsigned without;    /* enum job_without; 0 = it wants everything */
};

struct job_types {
    const struct job_type *items;
    size_t count;
};

/* NULL when there is no type of this name. */
const struct job_type *job_type_find(const struct job_types *types, const char *name);

/* Every type of common/model/job_table.h. */
extern const struct job_types dropship_job_types;
