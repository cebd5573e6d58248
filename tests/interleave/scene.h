/* What is played: two jobs, up to two workers, recoverers, promoters and a heartbeat, and how often fate may strike. */
#pragma once

#include "common/queue/queue.h"
#include "tests/interleave/gate.h"

enum { JOBS = 2, WORKERS = 2 };
#define SCENE_NOW_US INT64_C(4000000000000000) /* dead jobs of long ago would be trimmed */

struct scene {
    const char *name;
    int worker_rounds[WORKERS];      /* claims of each worker; 0 = it is not there */
    size_t claim_max;                /* jobs per claim */
    bool whole;                      /* settle a batch as a whole, else job by job */
    enum settle_kind outcomes[JOBS]; /* of the first attempt; later ones are done */
    int recover_rounds[2];           /* looks of each recoverer */
    int promote_rounds[2];           /* looks of each promoter */
    int renewals;                    /* of the first worker's lease */
    int expiries, kills,
        losses; /* leases that run out, workers that die, replies that are lost: at most */
    int recovered_before; /* how often the jobs were recovered before */
    bool delayed;         /* the jobs begin in `schedule`, not in the queue */
    bool large;           /* only played with --large */
};
extern const struct scene scenes[];
extern const size_t scene_count;

/* HOST:PID:NONCE of a worker. */
const char *worker_identity(int worker);
/* Give the gate's actors their parts.  The first WORKERS actors are the workers. */
void scene_cast(const struct scene *scene, struct gate *gate);
/* Put the jobs in their first place, over a connection of its own. */
void scene_set(const struct scene *scene, redisContext *redis);
