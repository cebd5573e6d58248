/* Proposals: what the programs would do and a person decides.  To be accepted a proposal's kind must stand in the table of
 * proposals.c, which says the job that does it.  Threads: uses the caller's db. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

struct proposal_filter {
    const char *state; /* "open", "accepted", "rejected", "withdrawn"; NULL = all */
    const char *kind;  /* NULL = all */
    int64_t after;     /* "next" of the page before; 0 = newest */
    int64_t limit;     /* 1 to 500 */
};
/* {"proposals":[{"id","kind","subject","name","text","detail","state","created_at","decided_at","decided_by","reason"}],
 * "next": id or null}, newest first; name is that of the product.  FAIL_INPUT.  *ret_json is the caller's to free(). */
must_check int proposals_page(struct db *db, const struct proposal_filter *filter, char **ret_json,
                              struct fail *f);
/* One proposal as in the page.  FAIL_MISSING.  *ret_json is the caller's to free(). */
must_check int proposal_now(struct db *db, int64_t id, char **ret_json, struct fail *f);

/* Decide an open proposal, once: its state, the event of the product, the line in the audit and the job that does what was
 * proposed, in one transaction under the product's lock.  reason: required to reject, may be NULL to accept.
 * 0; 1 when it is decided in this very way already; FAIL_MISSING; FAIL_CONFLICT when it is decided otherwise, or accepted while
 * the product is not live (on its way in or out of the shop, or nothing of it there); FAIL_LATER when a job works on the product. */
must_check int proposal_accept_by(struct db *db, int64_t id, const char *who, struct fail *f);
/* The same for no: nothing is done but to remember it. */
must_check int proposal_reject_by(struct db *db, int64_t id, const char *reason, const char *who,
                                  struct fail *f);
