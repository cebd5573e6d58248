/* Waiting until the worker may begin: Redis is there and noeviction, Postgres is there with
 * exactly our schema.
 * Threads: the main thread; takes signals while it waits. */
#pragma once

#include "common/base/attr.h"
#include "common/base/conf.h"

/* One warning in the log for each outside service without credentials; the worker runs all the same. */
void startup_warn_missing(const struct conf *conf);

/* Warn as above, then try with growing pauses, one log line per change of what is missing.
 * 0 = begin, 1 = a stop signal came, -1 = will never work (wrong eviction policy, newer
 * database, refused credentials; logged). */
must_check int startup_wait(const struct conf *conf);
