#include "common/db/migrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/id.h"
#include "sql/base.h"

static const char allowed_ms[] = "600000"; /* for the statements of one migration */

static int count_list(const struct migration *list)
{
    int count = 0;

    while (list[count].text != NULL) {
        count++;
    }
    return count;
}

static void checksum(const struct migration *m, char text[static ID_SHA256_HEX_BYTES])
{
    id_sha256_hex(m->text->text, m->text->size_bytes, text);
}

/* The database's rows must be the beginning of the program's list: *ret_applied of them. */
static int compare(const PGresult *rows, const struct migration *list, int *ret_applied,
                   struct fail *f)
{
    int known = count_list(list);
    int applied = PQntuples(rows);

    for (int i = 0; i < applied; i++) {
        int64_t number = db_int(rows, i, "number", 0);
        char sum[ID_SHA256_HEX_BYTES];

        if (i >= known) {
            return fail_code(f, FAIL_CONFLICT, "NEWER",
                             "the database is newer than this program: it has migration %" PRId64
                             " (%s)",
                             number, db_text(rows, i, "name"));
        }
        if (number != list[i].number) {
            return fail_code(f, FAIL_CONFLICT, "ORDER",
                             "the database has migration %" PRId64 " where the program has %d",
                             number, list[i].number);
        }
        checksum(&list[i], sum);
        if (strcmp(sum, db_text(rows, i, "sha256")) != 0) {
            return fail_code(f, FAIL_CONFLICT, "CHANGED",
                             "migration %s was changed after it had been applied",
                             list[i].text->name);
        }
    }
    *ret_applied = applied;
    return 0;
}

static int run_one(struct db *db, const struct migration *m, struct fail *f)
{
    char number[12];
    char sum[ID_SHA256_HEX_BYTES];

    (void)snprintf(number, sizeof number, "%d", m->number);
    checksum(m, sum);
    if (db_script(db, m->text->text, f) < 0 ||
        db_exec(db, &sql_base_migration_record, (const char *[]){ number, m->text->name, sum }, f) <
            0) {
        return fail_wrap(f, "migration %s", m->text->name);
    }
    return 0;
}

/* One transaction under the lock: look again at what is there, apply the first that is missing.  0 = applied, 1 = none. */
static int step(struct db *db, const struct migration *list, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *locked = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    int applied = 0;
    bool missing = false;

    TRY(db_begin(db, &tx, f));
    TRY(db_query(db, &sql_base_migration_lock, (const char *[]){ allowed_ms }, &locked, f));
    TRY(db_exec(db, &sql_base_migration_table, NULL, f));
    TRY(db_query(db, &sql_base_migration_list, NULL, &rows, f));
    TRY(compare(rows, list, &applied, f));
    missing = list[applied].text != NULL;
    if (missing) {
        TRY(run_one(db, &list[applied], f));
    }
    TRY(db_commit(&tx, f));
    return missing ? 0 : 1;
}

int migrate_apply(struct db *db, const struct migration *list, int *ret_applied, struct fail *f)
{
    int applied = 0;
    int rc = 0;

    TRY(db_ready(db, f));
    while ((rc = step(db, list, f)) == 0) {
        applied++;
    }
    TRY(rc);
    *ret_applied = applied;
    return 0;
}

int migrate_check(struct db *db, const struct migration *list, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    int applied = 0;

    if (db_query(db, &sql_base_migration_list, NULL, &rows, f) < 0) {
        return strcmp(f->code, "42P01") == 0 ? 1 : -1; /* no such table: nothing was ever applied */
    }
    TRY(compare(rows, list, &applied, f));
    return list[applied].text != NULL ? 1 : 0;
}
