/* The job types of this folder, one file each; the table is common/model/job_table.h.  All are safe to run twice.
 * Threads: as the context. */
#pragma once

#include "worker/core/job_context.h"

job_run_fn analytics_sessions;
