/* The same word about many rows, one after the other: each succeeds or fails by itself, and the answer says which.
 * Threads: the caller's request and its connections. */
#pragma once

#include <jansson.h>

#include "api/http/reply.h"
#include "api/http/request.h"
#include "common/base/attr.h"
#include "common/base/fail.h"

enum { BULK_ROWS_MAX = 100, BULK_LATE_MS = 8000 };

/* Do it to one: the id of a row as the client gave it (an integer above 0), or an object that has it as "id".  >= 0: done, or done
 * already. */
typedef int bulk_row_fn(struct request *rq, const json_t *item, struct fail *f);

/* The element as the id of a row whose ids are numbers.  FAIL_INPUT when it is a text or an object. */
must_check int bulk_row_number(const json_t *item, int64_t *ret, struct fail *f);

/* Run `one` for each element of the body's array `ids`, at most BULK_ROWS_MAX, each once.  Answers {"results":[{"id","ok","status",
 * "text"}],"done":n,"failed":n} in their order; status is what the act would have been answered with alone, text why not, or null.
 * Those that fail for now (a job works on it, Postgres is slow) may take BULK_LATE_MS together; what comes then is not tried: 503.
 * FAIL_INPUT: an element that is none of these, too many, or one named twice; then nothing was done. */
must_check int bulk_rows(struct request *rq, bulk_row_fn *one, struct reply *re, struct fail *f);
