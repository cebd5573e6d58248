/* Arguments of a job for its handler.
 * Threads: pure function. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

/* Parse args that job_parse has found to be a well-formed array.  What a C program cannot hold is handed over as text: an integer
 * beyond 64 bits and a real beyond a double as a string of their digits, half of a surrogate pair as U+FFFD; the exact bytes are
 * in context->job.  *ret is the caller's.  FAIL_INPUT when jansson cannot take it all the same; FAIL_LATER: memory. */
must_check int run_args_parse(const char *text, size_t size_bytes, json_t **ret, struct fail *f);
