/* What is in Redis after a step, and what may have changed through it.  Everything here returns a sentence when a rule is
 * broken, NULL when all is well. */
#pragma once

#include "tests/interleave/scene.h"

enum { PLACE_BYTES = 96 };

struct census {
    uint64_t digest;               /* of everything but the watch and counters of no consequence */
    int places[JOBS];              /* in how many places each job is */
    char place[JOBS][PLACE_BYTES]; /* the last of them; "" = nowhere */
    long long processed, failed, fenced, recovered, condemned;
    bool lease[WORKERS];
};

/* Look. */
void census_take(redisContext *redis, struct census *ret);
/* Each job is in one place, or done: what is not there has been counted. */
const char *census_accounts(const struct census *now);
/* A step of this kind of actor ('c' claim, 's' settle, 'r' recover, 'p' promote, ' ' fate) was allowed to do what it did. */
const char *census_allows(const struct census *before, const struct census *after, int actor,
                          char phase);
/* Leases run out, recovery looks, a new worker does what there is: then every job is done or dead. */
const char *census_drains(redisContext *redis, struct redis *queue, struct census *ret);
