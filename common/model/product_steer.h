/* What every word of a person about a product has in common.  For model modules only.
 * Threads: uses the caller's db. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/lock.h"

/* The lock of a product, waited for a few seconds; *ret is the caller's, to db_lock_done().  FAIL_LATER when a job works on it all
 * that time. */
must_check int product_lock(struct db *db, int64_t id, struct db_lock *ret, struct fail *f);

/* Is a product in this state at the shop and at rest there: listed, or on hold? */
bool product_is_live(const char *state);

struct product_said {
    int64_t product_id;
    const char *who;
    const char *step; /* of the event; "product.STEP" is the action in the audit */
    const char *text; /* sentence */
    json_t *detail;   /* borrowed; NULL = none */
};
/* The event (code PERSON) and the line in the audit, inside the caller's transaction. */
must_check int product_said_add(struct db *tx, const struct product_said *said, struct fail *f);

/* A job [id] about the product through the outbox, inside the caller's transaction; more: further arguments, ", 1", or "". */
must_check int product_job_add(struct db *tx, int64_t id, const char *type, const char *more,
                               struct fail *f);
