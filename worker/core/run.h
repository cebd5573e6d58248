/* One claimed payload from its bytes to its settlement: parse, context, handler, verdict, next
 * form, log line. Nothing a payload contains can stop the lane: what cannot be run becomes a
 * dead job with a reason.
 * Threads: a struct runner belongs to one job thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/conf.h"
#include "common/base/id.h"
#include "common/base/str.h"
#include "common/queue/job.h"
#include "worker/core/job_types.h"
#include "worker/core/services.h"
#include "worker/core/verdict.h"

struct runner {
    const struct conf *conf;
    const struct job_types *types;
    const char *queue;         /* of the lane */
    struct services *services; /* made by the first run that wants any; the runner's */
    int infrastructure_streak; /* handlers in a row that lost Redis or Postgres */
};
void runner_done(struct runner *r); /* closes the services */

/* What is to be done with the job, and what history keeps of it.  run_result_done releases it. */
struct run_result {
    enum run_outcome outcome;
    struct str next; /* RETRY, SNOOZE, DEAD: bytes to store */
    int64_t at_us;
    bool ran;    /* the handler was reached */
    bool failed; /* counts as failed */
    bool
        infrastructure; /* Redis or Postgres was away; BACK when the handler was not even started */
    bool keep;    /* more than "done" is to be remembered: what to store, or a row of history */
    bool no_lock; /* see struct settlement */
    const struct job_type *job_type; /* NULL = unknown */
    int attempt;                     /* 1 = first */
    int64_t enqueued_us, started_us, finished_us;
    char jid[JOB_JID_BYTES], type[JOB_NAME_BYTES], trace_id[ID_TRACE_BYTES];
    char error_class[48]; /* "" when none */
    char error[400];
    char *args; /* JSON text, NULL when unknown */
};
/* An empty result; release of what it holds. */
void run_result_init(struct run_result *r);
/* Release what it holds. */
void run_result_done(struct run_result *r);
/* Empty again, for the next run. */
void run_result_clear(struct run_result *r);
/* A copy on the heap that takes over what *r holds (then empty): run_result_free.  NULL without memory; *r is as it was. */
struct run_result *run_result_move(struct run_result *r);
/* Free what run_result_move has made, and what it holds.  Accepts NULL. */
void run_result_free(struct run_result *r);

/* The result of a job that is ended because somebody asked for it, before its start. */
void run_cancelled(const struct runner *r, const char *payload, size_t payload_bytes,
                   struct run_result *ret);
/* Run it.  Always ends with *ret filled (empty). */
void run_payload(struct runner *r, const char *payload, size_t payload_bytes,
                 struct run_result *ret);
