/* Schema migrations sql/migrations/NNNN_name.sql, compiled in, applied in order under an advisory lock, each in a transaction,
 * with its SHA-256 kept in table schema_migration.  A migration that changed after it was applied is refused (FAIL_CONFLICT),
 * and so is a database that is newer than the program.  Threads: uses the caller's db. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

struct migration {
    int number;                  /* NNNN */
    const struct embedded *text; /* name carries the file's name */
};

/* All migrations in order, ended by text == NULL (from sql/). */
extern const struct migration migrations[];

/* Apply what is missing; *ret_applied = how many were applied now.  `list` is ended by text == NULL. */
must_check int migrate_apply(struct db *db, const struct migration *list, int *ret_applied,
                             struct fail *f);
/* 0 when the database is at exactly the program's schema, 1 when migrations are missing, -1 failed. */
must_check int migrate_check(struct db *db, const struct migration *list, struct fail *f);
