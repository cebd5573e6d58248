/* A fixed number of connections to one Postgres, lent to threads for as long as one piece of work takes.  A thread that finds none
 * free waits for one, up to its deadline; so many threads can serve slow clients without each holding a session of the server.
 * Who waits is served in the order of coming; what was used last is lent first, so few sessions stay warm when there is little to do.
 * Threads: any may take and give; a lent handle belongs to the thread that took it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

struct db_pool;

/* What has been lent. */
struct db_lent {
    struct db *db; /* NULL = nothing */
    size_t index;  /* 0 to count - 1: the place in the pool; two are never lent with one index */
};

/* Make `count` handles, all unconnected (no network).  *ret is the caller's (db_pool_close).  FAIL_INPUT: a bad URL. */
must_check int db_pool_open(const char *url, const char *program, size_t count,
                            struct db_pool **ret, struct fail *f);
/* Hang up; nothing may be lent any more.  Accepts NULL. */
void db_pool_close(struct db_pool *p);
/* Borrow a handle, waiting up to wait_ms for one.  Whether it is connected is db_ready's business: the first one after this asks the
 * session whether it is still there, unless it has just answered, and replaces one that has ended.  One that ended unseen all the
 * same, and says so in place of the first statement, is replaced then, and the statement run once, on the new session.  *ret goes back with db_pool_give.
 * FAIL_LATER with advice when all stayed in use. */
must_check int db_pool_take(struct db_pool *p, int64_t wait_ms, struct db_lent *ret,
                            struct fail *f);
/* Give it back; a transaction or lock left behind is undone first.  *lent is empty afterwards; an empty one is fine. */
void db_pool_give(struct db_pool *p, struct db_lent *lent);
/* Handles that are lent just now. */
size_t db_pool_lent(struct db_pool *p);
