/* The threads of a scheduler process: one per duty, started together, told to stop together.
 * Threads: start and stop from one thread. */
#pragma once

#include <stdbool.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/base/str.h"

struct scheduler;

/* Start all duties.  conf is borrowed until scheduler_stop.  FAIL_LATER: memory or threads; FAIL_INPUT: a broken address. */
must_check int scheduler_start(const struct conf *conf, struct scheduler **ret, struct fail *f);
/* Tell all duties to end and wait for them, at most a few seconds; a round that hangs in the network is left behind (false:
 * then s must not be freed and the process should end). */
bool scheduler_stop(struct scheduler *s);

/* Bodies for the probes (see common/model/health.h); ctx is the scheduler. */
bool scheduler_healthz(void *ctx, struct str *body);
/* The body of /metrics: what the duties have done and how far behind they are. */
void scheduler_metrics(void *ctx, struct str *body);
