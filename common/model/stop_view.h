/* STOP read back: is it stored, has every worker process seen it, and have the jobs ended that ran when it did?
 * A job reads STOP from Postgres when it starts and again before it spends or sends; so what can still happen after STOP is
 * what those jobs do that were running when it came.  Each worker process notes them when it sees STOP and tells when they
 * have ended (worker/core/stop_watch.h); a process that does not tell is not confirmed until its lease and heartbeat are gone.
 * Threads: uses the caller's connections. */
#pragma once

#include <jansson.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/model/pool_view.h"
#include "common/redis/redis.h"

/* What Postgres knows of STOP. */
struct stop_row {
    bool on;
    int64_t since_us;        /* of the row; 0 = off */
    const char *since;       /* the same as text; NULL = off */
    const char *by, *reason; /* may be NULL */
};

/* {"on","since","by","reason","confirmed","of","parts":[{"name","state":"off"|"ending","text"}]}; without parts while STOP is off.
 * pool NULL = Redis cannot be asked: nothing but the row is confirmed.  A new reference, NULL when memory is short. */
json_t *stop_json(const struct stop_row *row, const struct pool_view *pool);

/* Read both, for the answer to STOP and resume.  Redis away is no failure.  *ret is the caller's. */
must_check int stop_read(struct db *db, struct redis *r, json_t **ret, struct fail *f);
