/* Running handlers of jobs against a real database and Redis: sessions, SQL of the test's own, a context, one run.  The clients of
 * the providers are the test's: handlers get stand-ins, which only functions that the test links in their place may look at.
 * Include after cmocka.  Threads: one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/support/fault_point.h"
#include "worker/core/job_context.h"

/* How the last run ended; not told of runs in a child process. */
extern struct fail rig_fail;
extern enum job_outcome rig_outcome;
extern int64_t rig_snooze_s;
/* What the context of every run begins with: configuration and Redis; a test may add to it (job, for example). */
extern struct job_context rig_base;

/* For cmocka's group set-up and tear-down: a migrated database with sessions under this name, Redis, the configuration of the
 * environment.  rig_open: not 0 = no tests. */
int rig_open(const char *name, void **state);
int rig_close(void **state);
/* Read the configuration from the environment again; fails the test when it is wrong. */
void rig_configure(void);

/* Run SQL; fails the test when it is refused. */
void rig_sql(const char *sql);
/* First column of the first row; "" for no row or NULL.  Valid until the next call. */
const char *rig_text(const char *sql);
/* The same as a number; fails the test when it is none. */
int64_t rig_int(const char *sql);
/* A column of the row with this id, as rig_text. */
const char *rig_column(const char *table, int64_t id, const char *column);
/* Write a setting, without the job that a change of a setting brings. */
void rig_set(const char *setting, const char *value);
/* Another session than that of handlers, for what others do and hold.  Borrowed. */
struct db *rig_other_db(void);

/* Run a handler with args (a JSON array text); its return value. */
int rig_run(job_run_fn *run, const char *args);
/* The same in a child process, and waits until what it locked is free; -2 when a fault point killed it. */
int rig_run_killable(job_run_fn *run, const char *args);

/* Rows that ask for their next job themselves (next_job, state). */
struct rig_rows {
    const char *table;
    const struct {
        const char *type;
        job_run_fn *run;
    } jobs[5];               /* ended by NULL when there are fewer */
    const char *time_passes; /* SQL before each run: what was sent then has arrived or is lost */
};
/* Run the job `type` for a row, at once; in a child process while the armed fault of `point` kills. */
int rig_job(const struct rig_rows *rows, const struct fault_point *point, const char *type,
            int64_t id);
/* Run whatever the row asks for, until nothing or until `state` (NULL = nothing); fails the test after 40 runs. */
void rig_drive(const struct rig_rows *rows, const struct fault_point *point, int64_t id,
               const char *state);
