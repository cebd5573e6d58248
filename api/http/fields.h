/* Checks of everything a client sends, by the fields of the route.  Each complaint goes to a list that the client gets in one
 * answer.  Threads: work on the caller's request. */
#pragma once

#include <jansson.h>

#include "api/http/request.h"
#include "api/http/router.h"

/* Fill rq->values from path, query and (JSON routes) rq->body.  Unknown names, duplicates, wrong types, ranges, characters and
 * encodings, and missing required fields are complaints.
 * 0; 1 with complaints in `errors` (an array of the caller's); -1 with FAIL_LATER, or FAIL_INPUT (the body is no JSON object). */
must_check int fields_take(struct request *rq, const struct route_match *match, json_t *errors,
                           struct fail *f);
