/* From a request to its answer: route, key, body, fields, handler; independent of the server library.
 * Threads: any; works on the caller's request. */
#pragma once

#include "api/http/reply.h"
#include "api/http/request.h"

/* Always leaves an answer in *re. */
void dispatch(struct request *rq, struct reply *re);
