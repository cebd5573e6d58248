/* How many threads each lane of this worker has: what the command line or the configuration says, unless somebody wishes
 * otherwise at run time (common/queue/scale.h).
 * Threads: scaling_follow by the heartbeat's thread, scaling_reload by the one that takes signals. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>

#include "common/redis/redis.h"
#include "worker/core/args.h"
#include "worker/core/lane.h"

struct scaling {
    const char *identity;
    struct lane *const *lanes; /* of lane_count; all pointers are borrowed */
    size_t lane_count;
    const struct lane_spec *specs;   /* of the same lanes */
    atomic_int base[ARGS_MAX_LANES]; /* threads without a wish */
    bool fixed;                      /* by the command line: a new configuration changes nothing */
};

/* The lanes and their threads at start. */
void scaling_init(struct scaling *s, const char *identity, const struct worker_args *args,
                  struct lane *const *lanes);
/* Give each lane the threads that are wished for, or its own.  While Redis does not answer everything stays as it is. */
void scaling_follow(struct scaling *s, struct redis *r);
/* Read the configuration again (SIGHUP) and take the thread counts of its queues; they count from the next scaling_follow on.
 * What is wrong is logged and changes nothing. */
void scaling_reload(struct scaling *s);
