/* The worker process: starts lanes, heartbeat, history and health, takes signals, drains, hands
 * back.
 * Threads: worker_run is called by main, with signals_block done before. */
#pragma once

#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "worker/core/args.h"
#include "worker/core/job_types.h"

struct worker_setup {
    const struct conf *conf;
    const struct worker_args *args; /* queues and threads */
    const struct job_types *types;  /* tests bring their own */
};

/* Runs until told to stop.  Returns the exit code: 0 after a stop (all settled), 1 when it could
 * not start.  When running jobs had to be handed back the process exits from within, with 0:
 * their handlers cannot be cancelled. */
int worker_run(const struct worker_setup *setup);
