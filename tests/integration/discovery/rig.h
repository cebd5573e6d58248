/* Driving the job types that find and judge products against the catalogue in catalog.h and a real database.
 * Include after cmocka.  Threads: one. */
#pragma once

#include <stdint.h>

#include "tests/integration/discovery/catalog.h"
#include "worker/core/job_context.h"
#include "worker/discovery/jobs.h"

/* cmocka group set-up/tear-down: a migrated database. */
int rig_setup(void **state);
int rig_teardown(void **state);
/* cmocka test set-up: empty tables, a fresh catalogue of 8, mode approve, a duty rule for the US. */
int rig_clear(void **state);

/* How the last run ended. */
extern struct fail rig_fail;
extern enum job_outcome rig_outcome;
extern int64_t rig_snooze_s;

/* Run a handler with args (a JSON array text); its return value. */
int rig_run(job_run_fn *run, const char *args);
/* The same in a child process; -2 when a fault killed it. */
int rig_run_killable(job_run_fn *run, const char *args);
/* discovery.scan []; fails the test when it fails. */
void rig_scan(void);
/* product.assess of a product, at once. */
int rig_assess(const char *pid);
/* product.assess of every candidate. */
void rig_assess_all(void);
/* The last scan and everything in the database was so many days ago. */
void rig_days_pass(int days);

void rig_sql(const char *sql);
/* First column of the first row; "" for no row or NULL.  Valid until the next call. */
const char *rig_text(const char *sql);
int64_t rig_int(const char *sql);
/* A column of a product. */
const char *rig_of(const char *pid, const char *column);
void rig_set(const char *setting, const char *value);
/* The account's points per day from now on. */
void rig_points(const char *per_day);
/* Another session takes or gives back a lock. */
void rig_lock(const char *name, bool taken);
