#include "common/db/db.h"

#include <assert.h>
#include <string.h>

#include "common/db/db_priv.h"

int db_begin(struct db *db, struct db **ret_tx, struct fail *f)
{
    scoped(pg_clear_p) PGresult *res = NULL;

    assert(!db->in_transaction);
    TRY(db_usable(db, f));
    TRY(db_command(db, "begin", &res, f));
    db->in_transaction = true;
    *ret_tx = db;
    return 0;
}

/* The transaction is over in any case; what the caller must know is whether it counted. */
int db_commit(struct db **tx, struct fail *f)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    struct db *db = take_ptr(*tx);

    assert(db != NULL && db->in_transaction);
    db->in_transaction = false;
    if (db->conn == NULL) { /* lost before: the server rolled back */
        return fail_code(f, FAIL_LATER, "08006", "commit: connection to Postgres lost");
    }
    if (db_command(db, "commit", &res, f) < 0) {
        if (strncmp(f->code, "08", 2) == 0) {
            f->kind = FAIL_UNKNOWN;
        }
        return -1;
    }
    if (strcmp(PQcmdStatus(res), "COMMIT") != 0) {
        return fail_set(f, FAIL_BUG, "commit of a transaction in which a statement had failed");
    }
    return 0;
}

void db_rollback_p(struct db **tx)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    struct db *db = *tx;
    struct fail unused;

    if (db == NULL) {
        return;
    }
    *tx = NULL;
    db->in_transaction = false;
    if (db->conn != NULL && db_command(db, "rollback", &res, &unused) < 0) {
        db_drop(db); /* the end of the connection rolls back as well */
    }
}
