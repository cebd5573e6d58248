#include "common/db/db_cursor.h"

#include <assert.h>
#include <stdio.h>

#include "common/base/str.h"
#include "common/db/db_priv.h"

enum { STATEMENT_BYTES = 64 * 1024 };

int db_cursor_open(struct db *db, const struct embedded *sql, const char *const *params,
                   size_t count, struct fail *f)
{
    scoped(str_done) struct str text;
    scoped(pg_clear_p) PGresult *made = NULL;
    scoped(db_rollback_p) struct db *tx = NULL;

    str_init(&text, STATEMENT_BYTES);
    str_addf(&text, "declare rows no scroll cursor for\n%s", sql->text);
    TRY(str_ok(&text, f));
    TRY(db_begin(db, &tx, f));
    TRY(db_await(db,
                 PQsendQueryParams(db->conn, text.data, (int)count, NULL, params, NULL, NULL, 0),
                 sql->name, DB_ANSWER_MS, &made, f));
    tx = NULL; /* it goes on; db->in_transaction tells */
    return 0;
}

int db_cursor_next(struct db *db, int most, PGresult **ret, struct fail *f)
{
    char text[40];

    assert(db->in_transaction);
    TRY(db_usable(db, f));
    snprintf(text, sizeof text, "fetch %d from rows", most);
    return db_command(db, text, ret, f);
}

int db_cursor_close(struct db *db, struct fail *f)
{
    struct db *tx = db;
    return db_commit(&tx, f);
}
