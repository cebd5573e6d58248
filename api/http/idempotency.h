/* Idempotency-Key on writes: around the handler, so that none of them knows.  What it promises is in common/model/idempotency.h.
 *
 * Every method but GET and HEAD takes the header, 1 to 128 visible ASCII characters; where it makes no sense (a login, signed
 * deliveries, which have their own de-duplication) it is not looked at, and a POST that only asks (scope read) is done each time.  The caller is the key, or the key of the login; an open
 * door's caller is the address.  Another request under the same key (method, target or body differ) gets 422, a second one
 * while the first runs 409.  What the handler answered below 500 is stored with status and body, also its refusals; 503 and 429
 * mean that nothing was done and are forgotten; any other failure leaves it open what was done.
 * Threads: any; uses the request's connection. */
#pragma once

#include "api/http/reply.h"
#include "api/http/request.h"
#include "common/base/attr.h"
#include "common/base/fail.h"

/* Run the route's handler, at most once for its Idempotency-Key.  Always leaves an answer in *re.  The connections for the handler
 * are borrowed. */
void idempotency_run(struct request *rq, struct reply *re);
