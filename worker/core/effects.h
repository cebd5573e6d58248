/* The effects ledger: every act at an outside service has a stable key, an intent written before, a result written after, and
 * a way to read back what really happened when the answer was lost.  Nothing is done twice.
 *   1. insert the intent, or read the row that is there;
 *   2. done -> the stored result, no call; intent or unknown from an earlier run -> read back, adopt what is found;
 *   3. act; 4. store the result.  FAIL_UNKNOWN from act -> state unknown, then read back at once and, if that says nothing yet,
 *      the job comes back later.
 * The caller holds the lock of its subject (db_try_lock), so no two runs work on one subject.
 * Threads: as the context. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/core/job_context.h"

struct effect {
    const char *key;     /* "cj.pay:SHOP-1001-1" */
    const char *kind;    /* "cj.pay" */
    const char *subject; /* "order:17" */
    json_t *intent;      /* borrowed; what is going to be done */
    void *ctx;           /* for the two functions */

    /* Look at the provider.  0 = it happened (*ret_result = new reference), 1 = it certainly did not, 2 = cannot be told yet,
     * -1 failed.  NULL: no read-back exists; an unknown effect then stays unknown and is shown to a person. */
    int (*read_back)(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f);
    /* Do it.  0 = done (*ret_result = new reference), -1 failed; FAIL_UNKNOWN = may have happened;
     * FAIL_CONFLICT = the provider says it exists: read back decides. */
    int (*act)(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f);
    /* Also read back before the very first act (providers without idempotency where an earlier ledger may be lost). */
    bool read_first;
};

/* *ret_result is the caller's reference.  -1: FAIL_LATER/FAIL_LIMITED (nothing happened, or not known yet: come back),
 * other kinds: refused for good (state failed, error kept; a later call with the same key acts anew). */
must_check int effect_run(struct job_context *c, const struct effect *e, json_t **ret_result,
                          struct fail *f);

/* A look at the provider, made for another reason, told of act `key`: it happened (`result`, borrowed), or it certainly did not
 * (NULL).  What the ledger knows already, or has never heard of, stays as it is. */
must_check int effect_told(struct db *db, const char *key, const json_t *result, struct fail *f);

/* The subject goes another way, because of `why`: its acts that are known not to have happened are wanted no more and count as
 * failed; one whose fate is not known stays open.  A later call with the same key acts anew.  In the caller's transaction. */
must_check int effects_withdraw(struct db *tx, const char *subject, const char *why,
                                struct fail *f);
