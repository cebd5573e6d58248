/* Driving the job types against the fake and a real database: run one job, or all that an order asks for.
 * Include after cmocka.  Threads: one. */
#pragma once

#include <stdint.h>

#include "tests/integration/fulfillment/fake.h"
#include "worker/core/job_context.h"
#include "worker/fulfillment/jobs.h"

/* cmocka group set-up/tear-down: a migrated database. */
int flow_setup(void **state);
int flow_teardown(void **state);
/* cmocka test set-up: empty tables, a fresh fake, mode auto, no grace; SKU-1 is mapped. */
int flow_clear(void **state);

/* How the last run ended. */
extern struct fail flow_fail;
extern enum job_outcome flow_outcome;
extern int64_t flow_snooze_s;

/* Run a handler with args (a JSON array text); its return value. */
int flow_run(job_run_fn *run, const char *args);
/* The same in a child process; -2 when a fault killed it. */
int flow_run_killable(job_run_fn *run, const char *args);
/* orders.check [], then the id of the fake's order. */
int64_t flow_check(int order);
/* Run `type` for an order, at once. */
int flow_job(const char *type, int64_t id);
/* Run whatever the order's row asks for, until nothing or until `state` (NULL = nothing); at most 40 runs. */
void flow_drive(int64_t id, const char *state);

void flow_sql(const char *sql);
/* First column of the first row; "" for no row or NULL.  Valid until the next call. */
const char *flow_text(const char *sql);
int64_t flow_int(const char *sql);
const char *flow_of(int64_t id, const char *column);
/* Without the job that a change of a setting brings. */
void flow_set(const char *setting, const char *value);
/* Second session, for locks held by others. */
struct db *flow_other_db(void);
/* The Redis that handlers get. */
struct redis *flow_redis(void);
