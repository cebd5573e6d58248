/* What a job handler gets: its connections, its arguments, the services of the worker.  One context per job thread; a handler
 * runs straight-line blocking code with deadlines and reports an outcome.
 * Threads: a context belongs to one thread. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/http/http.h"
#include "common/queue/job.h"
#include "common/redis/redis.h"

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
    const struct job *job;
    json_t *args;             /* parsed array, never NULL */
    int64_t now_us;           /* start of the run */
    int64_t deadline_ms;      /* monotonic; provider calls must end by then */
    enum job_outcome outcome; /* JOB_DONE unless the handler says otherwise */
    int64_t snooze_s;
};

typedef int job_run_fn(struct job_context *c, struct fail *f);

/* Finish this run now and come back in `seconds` without counting an attempt.  Always 0: `return job_snooze(c, 30);` */
int job_snooze(struct job_context *c, int64_t seconds);
/* args[index] as a positive id (integer or text of one); FAIL_INPUT otherwise. */
must_check int job_arg_id(const struct job_context *c, size_t index, int64_t *ret, struct fail *f);
/* args[index] as text, NULL when absent or not text.  Borrowed. */
const char *job_arg_text(const struct job_context *c, size_t index);
