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

/* What happened to a row, and the job that goes on with it; all borrowed. */
struct follow_up {
    const char *event; /* "order.received" */
    const char *job;   /* its type; queue and tries are those of the catalogue of job types */
    int64_t id;        /* the row's, which becomes its only argument */
    int64_t run_us;    /* when; 0 = now */
};
/* Write a follow-up inside the caller's transaction, as outbox_add.  FAIL_BUG for a job type that the catalogue does not know. */
must_check int outbox_follow_up(struct db *tx, const struct follow_up *next, struct fail *f);

/* An event that has become a job; borrowed for the call. */
struct outbox_event {
    const char *event, *type, *queue, *jid;
    const char *trace_id; /* NULL when it has none */
    int64_t waited_us;    /* from its transaction to the relay */
};
typedef void outbox_told_fn(void *ctx, const struct outbox_event *event);

struct outbox_round {
    size_t max;           /* rows at most */
    outbox_told_fn *told; /* called for each event after all are sent; NULL = nobody */
    void *ctx;            /* its first argument */
    int64_t sent;         /* out, also when the round failed later */
    int64_t held;         /* out: rows seen that stay because their queue is full */
    struct fail full;     /* out: of the last such queue, when held > 0 */
};
/* Relay up to round->max rows (FOR UPDATE SKIP LOCKED, oldest first): enqueue in bulk, then mark sent.  Rows of a full queue
 * (pressure.h) stay, and no row of another queue waits behind them; that nothing but such rows was found is a failure,
 * FAIL_LATER with code QUEUE_FULL. */
must_check int outbox_relay_round(struct db *db, struct redis *r, struct outbox_round *round,
                                  struct fail *f);
/* The same without telling anybody.  *ret_sent. */
must_check int outbox_relay(struct db *db, struct redis *r, size_t max, int64_t *ret_sent,
                            struct fail *f);
