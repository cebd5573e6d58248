/* retry, kill and delete of all jobs that fit the options.  Threads: one. */
#pragma once

#include "api/cli/cli.h"
#include "common/queue/bulk.h"

/* Is any option of BULK_OPTIONS given? */
bool bulk_is_asked(const struct cli *c);
/* A state by its name; FAIL_INPUT for no state. */
must_check int bulk_read_state(const char *name, enum job_state *ret, struct fail *f);
/* Do it, with progress on standard error once a second's half has passed, audit it and show what was done.  Killing and deleting
 * everything in a state wants --all; retry --all without a state means dead and retry.  FAIL_INPUT for what does not fit. */
must_check int bulk_command(struct cli *c, enum bulk_act act, struct fail *f);
