/* Who is calling: `Authorization: Bearer ds_...`.  A key of the exact form is always looked up (one indexed query), whatever
 * its address did before: many callers may share the address of a proxy.  An address that keeps failing is answered 429.
 * Threads: struct auth is shared; one mutex guards its table. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/http/reply.h"
#include "api/http/request.h"
#include "common/base/attr.h"
#include "common/base/fail.h"

enum { AUTH_BURST = 10, AUTH_REFILL_MS = 6000 };

/* An empty table.  *ret is the caller's (auth_close).  FAIL_LATER when memory is short. */
must_check int auth_open(struct auth **ret, struct fail *f);
/* Release the table and its mutex; nobody may use it any more.  Accepts NULL. */
void auth_close(struct auth *a);

/* Is the caller allowed to use rq->route?  Fills rq->key.  0; 1 when *re holds the refusal (401, 403, 429); -1 failed. */
must_check int auth_check(struct request *rq, struct reply *re, struct fail *f);

/* ---- for tests ---- */

/* Failed attempts that address may still make now. */
int auth_left(struct auth *a, const char *address, int64_t now_ms);
/* One failed attempt. */
void auth_count_failure(struct auth *a, const char *address, int64_t now_ms);
