/* The thread that says "this process lives": lease each lease_ms / 5, Sidekiq's hashes each 5 s.
 * It has its own connection and waits for nothing that job code can hold.  Signals that come
 * through Redis are raised in the process itself. While the lease could not be renewed for
 * lease_ms, `lease_valid` is false and nothing may be claimed: others may have taken our jobs.
 * Threads: start and stop from one thread. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "worker/core/lane.h"
#include "worker/core/metrics.h"

struct heartbeat_thread;
struct scaling;

struct heartbeat_setup {
    const struct conf *conf;
    const char *identity;
    struct lane *const *lanes; /* set before heartbeat_start, alive until heartbeat_stop */
    size_t lane_count;
    const struct job_types *types;
    struct scaling *scaling; /* followed at each beat */
    const char *info_json;   /* borrowed */
    atomic_bool *lease_valid;
    atomic_llong *
        lease_until_ms; /* monotonic; also right when this process was frozen and nobody has noticed yet */
    const atomic_bool *quiet;
    struct metrics *metrics; /* flushed with each beat and at the end; NULL = none */
    const struct worker_stats *stats;
    struct history *history; /* NULL = none is kept */
};

/* Register the lease (so before the first claim); FAIL_LATER while Redis is away. */
must_check int heartbeat_register(const struct heartbeat_setup *setup, struct fail *f);
/* The borrowed setup is copied; its pointers must outlive the thread. */
must_check int heartbeat_start(const struct heartbeat_setup *setup, struct heartbeat_thread **ret,
                               struct fail *f);
/* End the thread and unregister. Accepts NULL. */
void heartbeat_stop(struct heartbeat_thread *h);

/* Sidekiq's info object of this process; *ret is the caller's. */
must_check int heartbeat_info(const char *identity, const struct lane_setup *lanes,
                              size_t lane_count, char **ret, struct fail *f);
/* Resident memory of this process in KiB; 0 when the system does not say. */
int64_t resident_kib(void);
