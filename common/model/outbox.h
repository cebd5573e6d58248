/* Events as rows: a change and the job it causes are written in one transaction; the scheduler relays rows to Redis at least
 * once (jid derived from the row's id, so a repeat is the same job).
 * Threads: uses the caller's db. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/queue/job.h"
#include "common/redis/redis.h"

/* Write an event inside the caller's transaction.  event: "order.received"; job as for queue_enqueue (jid ignored; trace_id
 * NULL = the thread's).  Sends NOTIFY dropship_outbox at commit. */
must_check int outbox_add(struct db *tx, const char *event, const struct job_spec *job,
                          struct fail *f);

/* Relay up to max rows (FOR UPDATE SKIP LOCKED, oldest first): enqueue in bulk, then mark sent.  *ret_sent. */
must_check int outbox_relay(struct db *db, struct redis *r, size_t max, int64_t *ret_sent,
                            struct fail *f);
