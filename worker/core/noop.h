/* Job type "noop": does nothing; for trying and measuring the queue.
 * Threads: any. */
#pragma once

#include "worker/core/job_context.h"

job_run_fn noop;
