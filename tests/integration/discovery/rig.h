/* Driving the job types that find and judge products against the catalogue in catalog.h and a real database.
 * Include after cmocka.  Threads: one. */
#pragma once

#include <stdint.h>

#include "tests/integration/discovery/catalog.h"
#include "tests/support/job_rig.h"
#include "worker/discovery/jobs.h"

/* cmocka group set-up (tear-down: rig_close): job_rig.h, with points enough. */
int rig_setup(void **state);
/* cmocka test set-up: empty tables, a fresh catalogue of 8, mode approve, a duty rule for the US. */
int rig_clear(void **state);

/* discovery.scan []; fails the test when it fails. */
void rig_scan(void);
/* product.assess of a product, at once. */
int rig_assess(const char *pid);
/* product.assess of every candidate. */
void rig_assess_all(void);
/* The last scan and everything in the database was so many days ago. */
void rig_days_pass(int days);

/* A column of a product. */
const char *rig_of(const char *pid, const char *column);
/* The account's points per day from now on. */
void rig_points(const char *per_day);
/* Another session takes or gives back a lock. */
void rig_lock(const char *name, bool taken);
