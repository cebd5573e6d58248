/* A session lock that ends with its scope:
 *     scoped(db_lock_done) struct db_lock lock = { 0 };
 *     (void)snprintf(lock.name, sizeof lock.name, PRODUCT_LOCK_FORMAT, id);
 *     int held = db_lock_take(db, &lock, f);
 * Header only.  Threads: uses the caller's db. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/clock.h"
#include "common/base/fail.h"
#include "common/db/db.h"

enum { DB_LOCK_BYTES = 40, DB_LOCK_POLL_MS = 50 };

struct db_lock {
    struct db *db; /* NULL = not held */
    char name[DB_LOCK_BYTES];
};

/* Take the lock lock->name.  0 taken; 1 held by another session; -1 as db_try_lock. */
must_check static inline int db_lock_take(struct db *db, struct db_lock *lock, struct fail *f)
{
    int held = db_try_lock(db, lock->name, f);

    if (held == 0) {
        lock->db = db;
    }
    return held;
}

/* The same, waited for up to wait_ms. */
must_check static inline int db_lock_wait(struct db *db, struct db_lock *lock, int64_t wait_ms,
                                          struct fail *f)
{
    int64_t until_ms = clock_mono_ms() + wait_ms;
    int held = db_lock_take(db, lock, f);

    while (held == 1 && clock_mono_ms() < until_ms) {
        clock_sleep_ms(DB_LOCK_POLL_MS);
        held = db_lock_take(db, lock, f);
    }
    return held;
}

/* Give it back, if it was taken. */
static inline void db_lock_done(struct db_lock *lock)
{
    if (lock->db != NULL) {
        db_unlock(lock->db, lock->name);
    }
}
