/* The job types of this folder, one file each; the table is common/model/job_table.h.  All are safe to run twice and out of
 * order: they take the lock of their subject, read the row again and do nothing when it has moved on.
 * Threads: as the context. */
#pragma once

#include "worker/core/job_context.h"

job_run_fn orders_check, order_release, order_track, order_fulfill, orders_sweep, orders_reconcile,
    orders_money, cj_event, housekeeping;
