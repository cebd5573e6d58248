/* Who is calling: a key (`Authorization: Bearer ds_...`), or a login's cookie (session_cookie.h).  A key or token of the exact
 * form is always looked up, in memory or with one indexed query, whatever its address did before: many callers may share the
 * address of a proxy.  An address that keeps failing is answered 429.  Who is known has the rate of its key, everybody else
 * that of the address (rate.h); probes, pages and webhooks have none.
 * Threads: struct auth is shared; its parts have their own locks. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/http/auth_failures.h"
#include "api/http/reply.h"
#include "api/http/request.h"
#include "common/base/attr.h"
#include "common/base/fail.h"

/* Empty tables.  *ret is the caller's (auth_close).  FAIL_LATER when memory is short. */
must_check int auth_open(struct auth **ret, struct fail *f);
/* Release the tables; nobody may use them any more.  Accepts NULL. */
void auth_close(struct auth *a);

/* Is the caller allowed to use rq->route?  Fills rq->key and rq->session.  0; 1 when *re holds the refusal (401, 403, 429);
 * -1 failed. */
must_check int auth_check(struct request *rq, struct reply *re, struct fail *f);
/* Is whom auth_check let in still known?  For answers that go on for long: the key may be revoked, the login may end.
 * 0; 1 = no longer; -1 failed. */
must_check int auth_still(struct request *rq, struct fail *f);
/* Look a key up that the client typed; it may be anything.  0 with *ret; 1 when *re holds the refusal (401, 429), which counts
 * as a failed attempt of the address; -1 failed. */
must_check int auth_find_key(struct request *rq, const char *text, struct api_key *ret,
                             struct reply *re, struct fail *f);
/* A look-up failed: 0 with the refusal in *re when it says that the key is unknown, else -1. */
must_check int auth_refuse_key(struct request *rq, struct reply *re, const struct fail *f);
/* A key was revoked or a session ended: whoever asks next is looked up. */
void auth_forget(struct auth *a);

/* ---- for tests ---- */

/* Failed attempts that address may still make now. */
int auth_left(struct auth *a, const char *address, int64_t now_ms);
/* One failed attempt. */
void auth_count_failure(struct auth *a, const char *address, int64_t now_ms);
