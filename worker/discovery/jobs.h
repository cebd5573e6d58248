/* The job types that find and judge products; those that list them are in listing_jobs.h, the table is
 * common/model/job_table.h.  All are safe to run twice and out of order: they take the lock of their subject, read the row
 * again and do nothing when it has moved on.
 * Threads: as the context. */
#pragma once

#include "worker/core/job_context.h"

job_run_fn discovery_scan, product_assess, products_sweep;
