/* Postgres over libpq: one connection, queries from sql/queries prepared on first use, transactions as scopes.
 * Never reconnects behind the caller's back: a lost connection fails the running call (and so the transaction or the held
 * lock); db_ready() at the start of a unit of work reconnects with backoff.
 * SQLSTATE -> kind: 08*, 57P*, 53*, 40001, 40P01, 55P03 FAIL_LATER (a COMMIT whose connection broke: FAIL_UNKNOWN);
 * 23* FAIL_CONFLICT; 22* FAIL_INPUT; 28*, 42501 FAIL_DENIED; others FAIL_BUG.  code holds the SQLSTATE.
 * A statement outside a transaction whose connection broke may have been done although it says FAIL_LATER: let it be
 * repeatable, or put it into a transaction.  Each statement has 30 s (57014 -> FAIL_LATER).  After a lost connection held
 * locks, calls fail with FAIL_LATER until db_ready.
 * Threads: a struct db belongs to one thread. */
#pragma once

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/embedded.h"
#include "common/base/fail.h"

struct db;

static inline void pg_clear_p(PGresult **res)
{
    PQclear(*res);
}

/* Make a handle; no network.  application_name is set to `program`. */
must_check int db_open(const char *url, const char *program, struct db **ret, struct fail *f);
/* Close the connection and free the handle; accepts NULL. */
void db_close(struct db *db);
static inline void db_close_p(struct db **db)
{
    db_close(*db);
}
/* Connected and idle, reconnecting if need be; a left-over transaction is rolled back, session locks are released.
 * A session of a pool is asked first whether it is still there, unless it has just answered (db_pool.h).  FAIL_LATER with advice while the backoff runs. */
must_check int db_ready(struct db *db, struct fail *f);

/* Run an embedded one-statement query.  params: as many text values as the highest $N (NULL = SQL NULL); connects when needed
 * outside a transaction.  *ret is the caller's (pg_clear_p). */
must_check int db_query(struct db *db, const struct embedded *sql, const char *const *params,
                        PGresult **ret, struct fail *f);
/* The same when rows are not wanted; returns the number of affected rows (>= 0) or -1. */
must_check int64_t db_exec(struct db *db, const struct embedded *sql, const char *const *params,
                           struct fail *f);
/* Prepare it only: an error in its text shows without running it. */
must_check int db_prepare(struct db *db, const struct embedded *sql, struct fail *f);
/* A whole script (several statements, no parameters); for migrations and tests. */
must_check int db_script(struct db *db, const char *text, struct fail *f);

/* Value of a column by name in row; NULL for SQL NULL.  Aborts on an unknown column (a bug).  Borrowed. */
const char *db_text(const PGresult *res, int row, const char *column);
/* Integer column; `otherwise` for NULL. */
int64_t db_int(const PGresult *res, int row, const char *column, int64_t otherwise);
/* Boolean column; false for NULL. */
bool db_bool(const PGresult *res, int row, const char *column);

/* A transaction as a scope:
 *     scoped(db_rollback_p) struct db *tx = NULL;
 *     TRY(db_begin(db, &tx, f));
 *     ... db_query(db, ...) ...
 *     TRY(db_commit(&tx, f));
 * Leaving the scope without db_commit rolls back.  Transactions do not nest (assert). */
must_check int db_begin(struct db *db, struct db **ret_tx, struct fail *f);
/* Commit; *tx is NULL afterwards, also when it failed.  FAIL_UNKNOWN: the answer was lost, it may be committed. */
must_check int db_commit(struct db **tx, struct fail *f);
/* Roll back what was not committed; the release of the scope, nothing when *tx is NULL. */
void db_rollback_p(struct db **tx);

/* Session advisory lock by name.  0 taken, 1 held by another session, -1 failed.  Released by db_unlock, db_ready or the end
 * of the connection. */
must_check int db_try_lock(struct db *db, const char *name, struct fail *f);
/* Give the lock back; a failure is no matter, since it ends with the session at the latest. */
void db_unlock(struct db *db, const char *name);

/* LISTEN on a channel (again after each reconnect), then wait up to wait_ms for a notification.
 * 0 = notified, or connected anew so that some may have been missed; 1 = none came; -1 failed. */
must_check int db_listen(struct db *db, const char *channel, struct fail *f);
/* Wait for what db_listen has asked for, as said there. */
must_check int db_wait_notify(struct db *db, int64_t wait_ms, struct fail *f);
