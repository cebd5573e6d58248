/* Cancelling a job that cannot be taken away, because it runs or is on its way.  It is a request: a running handler sees it when
 * it asks (job_cancelled in worker/core/job_context.h), a job that waits is not started any more.
 *
 * The request is Sidekiq's: hash it-JID, field `cancelled` = epoch seconds, set once, TTL 30 days; its API and iterable jobs
 * write and read the same.  So that starting a job costs no look-up, those that we cancel stand in the sorted set
 * dropship:cancelled as well (score: when), which is empty nearly always.
 *
 * Contract for whoever claims: one EXISTS dropship:cancelled in the claim script tells whether this batch must be looked at.
 * If it does, call queue_cancelled_each with its jids before any of them is started; settle those that are cancelled as
 * SETTLE_DONE without running them, which releases their locks and takes whatever ends out of the set, so that it becomes empty
 * again; the hash stays, for who asks later.  A batch that skips the look because of a failure may start a cancelled job, whose
 * handler can still ask.
 * What the set does not know: requests written by Sidekiq's own client.  They reach running handlers only.
 * Threads: all functions use the caller's struct redis and keep no state. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/redis/redis.h"

#define KEY_CANCELLED "dropship:cancelled"

enum {
    CANCEL_TTL_S = 30 * 24 * 3600,
    CANCEL_KEPT_MAX = 10000 /* of the set; the oldest go first */
};

/* Ask for the end of a job, wherever it is; nobody looks whether there is such a job.  Again changes nothing but keeps the
 * request alive.  FAIL_INPUT: no possible jid. */
must_check int queue_cancel(struct redis *r, const char *jid, struct fail *f);

/* Is it asked for, by us or by Sidekiq's client?  One round trip. */
must_check int queue_cancelled(struct redis *r, const char *jid, bool *ret, struct fail *f);

/* Which of a batch that has not been started are cancelled?  One round trip; only of those that queue_cancel was called for.
 * ret has `count` entries. */
must_check int queue_cancelled_each(struct redis *r, const char *const *jids, size_t count,
                                    bool *ret, struct fail *f);
