/* Orders as people see and steer them; used by CLI and API.  JSON is built by Postgres: money as {"minor","currency"},
 * instants as ISO 8601 text with offset, unknown as null.  Deciding and placing is the worker's business, not ours.
 * Threads: uses the caller's db. */
#pragma once

#include <inttypes.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

/* Name for db_try_lock of whoever changes an order: two runs never work on one order, and a person's word waits for
 * a run a few seconds at most. */
#define ORDER_LOCK_FORMAT "order:%" PRId64
enum { ORDER_LOCK_BYTES = 32, ORDER_PAGE_MAX = 500 };

/* The states of shop_order.state, ended by NULL. */
extern const char *const order_states[];

struct order_filter {
    const char *state; /* NULL = all */
    const char *text;  /* part of name or e-mail, case does not matter; NULL = all */
    const char *after; /* "next" of the page before; NULL = newest orders */
    int64_t limit;     /* 1 to ORDER_PAGE_MAX */
};
/* {"orders":[{"id","gid","name","state","mode","created_at","total":{},"email","hold_code","score","problem","next_job",
 * "next_run_at","placed_at","fulfilled_at","changed_at","cj_orders","parcels"}],"next":text or null}, newest first.
 * FAIL_INPUT unknown state, broken cursor or limit.  *ret_json is the caller's to free(). */
must_check int orders_page(struct db *db, const struct order_filter *filter, char **ret_json,
                           struct fail *f);

/* Id of an order by id ("17"), name ("#1001" or "1001") or gid.  FAIL_MISSING; FAIL_CONFLICT when a name is not unique. */
must_check int order_resolve(struct db *db, const char *text, int64_t *ret_id, struct fail *f);

/* All about one order: its row, "lines", "supplier_orders" (with "parcels"), "effects", "events" (timeline, oldest first).
 * FAIL_MISSING.  *ret_json is the caller's to free(). */
must_check int order_detail(struct db *db, int64_t id, char **ret_json, struct fail *f);

/* A person releases an order that is received, waiting, flagged, held or in approval: state waiting, released_by = who, holds
 * cleared, next_job order.release now, and that job through the outbox; order_event and audit, all in one transaction.
 * FAIL_MISSING; FAIL_CONFLICT in other states; FAIL_LATER when a job works on the order just now. */
must_check int order_release_by(struct db *db, int64_t id, const char *who, struct fail *f);
/* A person holds an order that is not placed yet: state held, hold_code PERSON with the reason, nothing runs until a release.
 * FAIL_INPUT empty or too long reason (300 bytes); otherwise as order_release_by. */
must_check int order_hold_by(struct db *db, int64_t id, const char *reason, const char *who,
                             struct fail *f);
