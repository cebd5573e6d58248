/* Running a flow now instead of at its next interval.  Threads: uses the caller's db and redis. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/queue/job.h"
#include "common/redis/redis.h"

struct flow_run {
    const char *flow; /* "discovery", "fulfillment" */
    const char *who;
    const char *trace_id;     /* NULL = none */
    const char *type, *queue; /* out: of the job */
    char jid[JOB_JID_BYTES];  /* out */
};
/* Enqueue the job with which the flow looks for work, with its line in the audit, unless one asked for in this way is there
 * still.  0; 1 when there is one: run->jid is its id and nothing is written.  FAIL_INPUT no such flow; FAIL_CONFLICT it is off;
 * FAIL_LATER Redis or Postgres is away, or the queue is full: nothing is done. */
must_check int flow_run_now(struct db *db, struct redis *r, struct flow_run *run, struct fail *f);
