/* The settings that the doors need for each request, read again when they are POLICY_MS old: rates, life of sessions, origins.
 * What cannot be read just now stays as it was; before the first reading the defaults of the settings hold.
 * Threads: one mutex guards the values; callers get a copy. */
#pragma once

#include <stdint.h>

#include "api/http/request.h"
#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/session.h"

enum { POLICY_MS = 2000, POLICY_ORIGINS_BYTES = 512 };

struct policy {
    int64_t key_per_minute;             /* requests of one key */
    int64_t address_per_minute;         /* of one address, without a key */
    struct session_life life;           /* of logins */
    char origins[POLICY_ORIGINS_BYTES]; /* that may call from a browser, comma-separated */
};

struct policies;

/* Defaults.  *ret is the caller's (policies_close).  FAIL_LATER when memory is short. */
must_check int policies_open(struct policies **ret, struct fail *f);
/* Release them; nobody may use them any more.  Accepts NULL. */
void policies_close(struct policies *p);
/* The values that hold now.  May borrow a connection (request_take), never fails. */
void policy_now(struct request *rq, struct policy *ret);
