/* A migrated, emptied database and an emptied Redis for the tests of the worker, as named by
 * DROPSHIP_TEST_DATABASE_URL and DROPSHIP_TEST_REDIS_URL.
 * Threads: set up by the main thread; fixture_redis and fixture_db open more. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/conf.h"
#include "common/db/db.h"
#include "common/redis/redis.h"
#include "worker/core/job_context.h"

struct fixture {
    struct conf *conf;
    struct db *db;
    struct redis *redis;
};

/* Fails the running test when a server is not there.  Settings come from the environment set here. */
void fixture_open(struct fixture *x);
void fixture_close(struct fixture *x);
struct db *fixture_db(void);
struct redis *fixture_redis(void);

/* First column of the first row of a query (a constant), as text ("" for none). Static buffer. */
const char *fixture_value(struct fixture *x, const char *sql);
/* Integer answer of a Redis command of up to three words (NULL ends). */
int64_t fixture_redis_int(struct fixture *x, const char *a, const char *b, const char *c);
/* First element that LRANGE / ZRANGE of key gives, "" when none. Static buffer. */
const char *fixture_first(struct fixture *x, const char *command, const char *key);

/* Wait until until(ctx) holds, looking every few milliseconds; false after limit_ms. */
bool fixture_wait(bool (*until)(void *ctx), void *ctx, int64_t limit_ms);
/* A context as a handler gets it, with the fixture's connections. */
void fixture_context(struct fixture *x, struct job_context *c);
