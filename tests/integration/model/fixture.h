/* An empty database with the project's schema and an empty Redis, from DROPSHIP_TEST_DATABASE_URL and DROPSHIP_TEST_REDIS_URL.
 * Threads: one. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "common/db/db.h"
#include "common/redis/redis.h"

struct fixture {
    struct db *db, *other; /* two sessions */
    PGconn *look;          /* a third, for the test's own questions */
    struct redis *redis;
};
/* Abort with a sentence when the servers or their addresses are missing. */
void fixture_open(struct fixture *x);
void fixture_close(struct fixture *x);
/* Empty again: rows, jobs, keys. */
void fixture_clear(struct fixture *x);
const char *fixture_database_url(void);
const char *fixture_redis_url(void);

/* One integer of one query; the test fails when it cannot be asked. */
int64_t fixture_number(struct fixture *x, const char *sql);
/* Run SQL; the test fails when it is refused. */
void fixture_sql(struct fixture *x, const char *sql);
/* Id of a new order in a state. */
int64_t fixture_order(struct fixture *x, const char *name, const char *state);
/* Members of a Redis list as a JSON array of texts, tail last; a new reference. */
json_t *fixture_list(struct fixture *x, const char *key);
