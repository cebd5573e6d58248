#include "worker/core/job_types.h"

#include "common/base/attr.h"

/* Handlers, one per line of the list; a missing one is a link error, a wrong signature a compile
 * error. */
#define JOB_ROW(name, queue, handler, deadline_ms, tries, without, help) job_run_fn handler;
#include "common/model/job_table.h"
#undef JOB_ROW

static const struct job_type items[] = {
#define JOB_ROW(name, queue, handler, deadline_ms, tries, without, help)                           \
    { name, queue, handler, deadline_ms, tries, without },
#include "common/model/job_table.h"
#undef JOB_ROW
};

const struct job_types dropship_job_types = { items, COUNT_OF(items) };
