/* A query of any size, read in batches: memory holds one batch, and each batch has the time limit of a statement, so that a slow
 * reader is no failure of the server's.  The rows are those of one moment.
 *     TRY(db_cursor_open(db, &sql_x, params, count, f));
 *     do { TRY(db_cursor_next(db, 500, &rows, f)); ... } while (PQntuples(rows) > 0);
 *     TRY(db_cursor_close(db, f));
 * Threads: uses the caller's db, which can do nothing else meanwhile: it is in a transaction, with one cursor. */
#pragma once

#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/embedded.h"
#include "common/base/fail.h"
#include "common/db/db.h"

/* Begin a transaction and run the query in it; no rows come yet.  After a failure db_ready, or db_close, tidies up. */
must_check int db_cursor_open(struct db *db, const struct embedded *sql, const char *const *params,
                              size_t count, struct fail *f);
/* The next `most` rows, fewer at the end, then none.  *ret is the caller's (pg_clear_p). */
must_check int db_cursor_next(struct db *db, int most, PGresult **ret, struct fail *f);
/* End the transaction. */
must_check int db_cursor_close(struct db *db, struct fail *f);
