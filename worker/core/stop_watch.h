/* The thread that sees STOP for the whole process and tells of it, so that people can read STOP back (common/model/stop_view.h).
 * When STOP comes on it notes the jobs that run at that moment: they may have read their settings before; every later one reads
 * STOP itself.  While STOP is on it tells, in the key dropship:stop_seen:IDENTITY with a life of 15 s, which STOP it has seen and
 * which of those jobs still run.  It steers nothing.
 * Threads: start and stop from one thread. */
#pragma once

#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "worker/core/lane.h"

struct stop_watch;

struct stop_watch_setup { /* borrowed; must outlive the watch */
    const struct conf *conf;
    const char *identity;
    struct lane *const *lanes; /* alive until stop_watch_stop */
    size_t lane_count;
};

/* *ret is the caller's (stop_watch_stop).  Redis and Postgres may be away: it goes on trying. */
must_check int stop_watch_start(const struct stop_watch_setup *setup, struct stop_watch **ret,
                                struct fail *f);
/* End the thread, within some 200 ms unless a connection is being made.  Accepts NULL. */
void stop_watch_stop(struct stop_watch *w);
