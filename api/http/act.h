/* A person's act on something in Redis, with its line in `audit`: both happen, or (but for a crash between them) neither.
 * Threads: uses the request's connections. */
#pragma once

#include "api/http/request.h"
#include "common/base/attr.h"
#include "common/base/fail.h"

/* The act itself; its failure undoes the line in `audit`. */
typedef int act_fn(struct redis *r, const char *name, struct fail *f);

struct act {
    const char *action;  /* "job.retry" */
    const char *subject; /* "job:0123", at most 200 bytes */
    const char *name;    /* handed to run */
    act_fn *run;
};
/* Write the line, act, commit.  Fails as the act fails, or with FAIL_LATER when Postgres is away: then nothing is done. */
must_check int act_do(struct request *rq, const struct act *act, struct fail *f);
