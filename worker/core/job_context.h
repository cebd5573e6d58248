/* What a job handler gets: its connections, its arguments, the services of the worker.  One context per job thread; a handler
 * runs straight-line blocking code with deadlines and reports an outcome.
 * Threads: a context belongs to one thread. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/http/http.h"
#include "common/queue/job.h"
#include "common/redis/redis.h"

struct ai_desk;
struct cj;
struct limits;
struct shopify;

/* How a run ends when the handler returns 0.  Handlers that return -1 are settled by their failure's kind: kinds with
 * fail_rule.retry are retried with backoff (or retry_after_ms), FAIL_LIMITED snoozes for retry_after_ms, others are dead. */
enum job_outcome { JOB_DONE, JOB_SNOOZE };

struct job_context {
    const struct conf *conf;
    struct db *db; /* ready (db_ready) when the handler starts */
    struct redis *redis;
    struct http *http;
    struct limits *limits;   /* provider limits and breakers */
    struct shopify *shopify; /* NULL when no shop is configured */
    struct cj *cj;           /* NULL when no key is configured */
    struct ai_desk *ai_desk; /* text models: ai_desk.h */
    const struct job *job;
    json_t *args;             /* parsed array, never NULL */
    int64_t now_us;           /* start of the run */
    int64_t deadline_ms;      /* monotonic; provider calls must end by then */
    enum job_outcome outcome; /* JOB_DONE unless the handler says otherwise */
    int64_t snooze_s;
    bool cancelled;          /* job_cancelled: as last answered */
    int64_t cancel_asked_ms; /* job_cancelled: when Redis was asked last, monotonic; 0 = never */
};

typedef int job_run_fn(struct job_context *c, struct fail *f);

/* Finish this run now and come back in `seconds` without counting an attempt.  Always 0: `return job_snooze(c, 30);` */
int job_snooze(struct job_context *c, int64_t seconds);
/* Why the next job of a row, an order or a product, runs later; written with the row before the job is snoozed. */
struct job_wait {
    int64_t wait_s; /* from now */
    const char
        *waits_for; /* "stop" or the least mode it rests until; NULL = nothing a setting lifts */
    const char *code, *text; /* of the note "waiting", which is written once */
};
/* Has somebody asked for this job's end (dropship cancel, POST /api/v1/jobs/JID/cancel, Sidekiq's cancel!)?  A handler that takes
 * long asks between two steps, at a point where it can stop: what it has done stays as it is, and it returns 0 (done) when
 * the rest is not wanted.  May be asked in every round of a loop: Redis is, at most once a second per run, the first time at
 * once.  Once true it stays so; when Redis cannot be asked, the last answer holds. */
bool job_cancelled(struct job_context *c);
/* For the runner: let the lock of a unique job last until unique_for after until_us (0 = now), at the start of a run, so that it
 * holds while the job runs, and before a retry or snooze.  Takes a lock again that had run out and is free.  Does nothing for
 * other jobs; a failure is of no consequence but that the lock may end early. */
void job_hold_lock(struct job_context *c, int64_t until_us);
/* args[index] as a positive id (integer or text of one); FAIL_INPUT otherwise. */
must_check int job_arg_id(const struct job_context *c, size_t index, int64_t *ret, struct fail *f);
/* args[index] as text, NULL when absent or not text.  Borrowed. */
const char *job_arg_text(const struct job_context *c, size_t index);
