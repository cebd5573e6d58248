/* Job types by name, without their handlers: what CLI, API and scheduler may know.  Constant; any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct job_kind {
    const char *name, *queue, *help;
    int64_t deadline_ms; /* of one run */
    int tries;           /* retries for jobs enqueued without "retry" */
};
extern const struct job_kind job_kinds[];
extern const size_t job_kind_count;
/* NULL when unknown. */
const struct job_kind *job_kind_find(const char *name);
