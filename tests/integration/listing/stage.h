/* Driving the listing jobs against the fake and a real database.
 * Include after cmocka.  Threads: one. */
#pragma once

#include <stdint.h>

#include "tests/integration/listing/fake.h"
#include "worker/core/job_context.h"
#include "worker/discovery/listing_jobs.h"

/* cmocka group set-up/tear-down: a migrated database, a host of pictures. */
int stage_setup(void **state);
int stage_teardown(void **state);
/* cmocka test set-up: empty tables, a fresh fake, mode auto. */
int stage_clear(void **state);

/* How the last run ended. */
extern struct fail stage_fail;
extern enum job_outcome stage_outcome;
/* How often the job has failed already (struct job, retry_count); -1 after stage_clear. */
extern int stage_retries;

/* A product as product.assess leaves it, in `state` with `next_job` (NULL = none): two variants V1 and V2 of one option Color, at
 * 21.99 and 22.99.  Its id. */
int64_t stage_product(const char *state, const char *next_job);
/* The same, through listing.write and listing.publish: live at the fake shop. */
int64_t stage_live(void);

/* Run a handler with args (a JSON array text); its return value. */
int stage_run(job_run_fn *run, const char *args);
/* The same in a child process; -2 when a fault killed it. */
int stage_run_killable(job_run_fn *run, const char *args);
/* Run `type` for a product, at once; in a child process while the fault that is armed kills. */
int stage_job(const char *type, int64_t id);
/* Run whatever the product's row asks for, until nothing or until `state` (NULL = nothing); at most 40 runs. */
void stage_drive(int64_t id, const char *state);

void stage_sql(const char *sql);
/* First column of the first row; "" for no row or NULL.  Valid until the next call. */
const char *stage_text(const char *sql);
int64_t stage_int(const char *sql);
/* A column of a product. */
const char *stage_of(int64_t id, const char *column);
/* Without the job that a change of a setting brings. */
void stage_set(const char *setting, const char *value);
/* The facts of every product here, as text checks want them. */
json_t *stage_detail(void);
