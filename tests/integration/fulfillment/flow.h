/* Driving the job types against the fake and a real database: run one job, or all that an order asks for.
 * Include after cmocka.  Threads: one. */
#pragma once

#include <stdint.h>

#include "tests/integration/fulfillment/fake.h"
#include "tests/support/job_rig.h"
#include "worker/fulfillment/jobs.h"

/* cmocka group set-up (tear-down: rig_close): job_rig.h. */
int flow_setup(void **state);
/* cmocka test set-up: empty tables, a fresh fake, mode auto, no grace; SKU-1 is mapped. */
int flow_clear(void **state);

/* orders.check [], then the id of the fake's order. */
int64_t flow_check(int order);
/* Run `type` for an order, at once. */
int flow_job(const char *type, int64_t id);
/* Run whatever the order's row asks for, until nothing or until `state` (NULL = nothing); at most 40 runs. */
void flow_drive(int64_t id, const char *state);

/* A column of an order. */
const char *flow_of(int64_t id, const char *column);
