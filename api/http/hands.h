/* The program's connections to Postgres (primary, and a read replica when one is set) and Redis, lent to requests.
 * Reads go to the replica while it answers and is not further behind than DROPSHIP_DATABASE_READ_LAG_MS, else to the primary;
 * how far it is behind is asked once a second: nothing, when it is connected and has replayed all that it received; otherwise the
 * age of the last transaction it replayed.
 * Threads: struct hands is shared; a struct grip belongs to one request. */
#pragma once

#include "api/http/request.h"
#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/db/db_pool.h"

struct hands;

/* What one request holds. */
struct grip {
    struct hands *hands;
    struct db_lent lent;
    bool of_replica;
};

/* Make the pools; no network.  *ret is the caller's (hands_close).  FAIL_INPUT: an address that cannot be used. */
must_check int hands_open(const struct conf *conf, struct hands **ret, struct fail *f);
/* Hang up; all must have been given back.  Accepts NULL. */
void hands_close(struct hands *h);
/* Have *grip hold connections that serve `need`, and set *db and *redis, which are valid until hands_give or the next
 * hands_take.  Waits for a free one for as long as people wait for a page.  FAIL_LATER with advice when none comes. */
must_check int hands_take(struct grip *grip, enum request_need need, struct db **db,
                          struct redis **redis, struct fail *f);
/* Give back what is held, if anything. */
void hands_give(struct grip *grip);
/* A connection of one's own for a long read, of the replica if that is well.  *ret is the caller's (db_close).  FAIL_LATER. */
must_check int hands_open_reader(struct hands *h, struct db **ret, struct fail *f);
