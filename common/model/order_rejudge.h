/* Taking back a person's hold.  Threads: uses the caller's db. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

/* An order that a person holds goes back to waiting and the rules decide about it anew, with its event, its line in the audit and
 * its job order.release through the outbox, in one transaction under the order's lock.  Other than by a release, no rule is
 * overruled.  FAIL_MISSING; FAIL_CONFLICT when it is not held by a person; FAIL_LATER when a job works on it just now. */
must_check int order_rejudge_by(struct db *db, int64_t id, const char *who, struct fail *f);
