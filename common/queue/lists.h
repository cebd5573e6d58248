/* Which claim lists there are.  The lists are the truth; the set dropship:lists is an index of them that repairs itself:
 *   - claim.lua adds its list, and no job comes into a list that was not claimed on before (canary.lua adds the canary's);
 *   - recovery takes a list out that is empty and whose process has no lease, in the script that finds it so; a clean exit takes
 *     out the empty ones of the process;
 *   - a search of the whole keyspace, by pages and at most one per period for all who call queue_recover, adds what is missing:
 *     somebody deleted the set, or a worker of an older version claims.
 * So nothing has to look through a keyspace of millions of locks and workflows to find a few lists.  The search spends at
 * most LISTS_SEARCH_MS of each recovery and goes on in the next one: with recovery each 2 s, five million keys are
 * searched in half a minute.
 * What remains: a process that lost its lease while it waited for a job, gets one then and dies before its next call, leaves
 * it in a list that is not known until the next search.
 * Threads: those of the connection. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/redis/redis.h"

#define KEY_LISTS        "dropship:lists"
#define KEY_LISTS_SEARCH "dropship:lists_search" /* hash: begun, cursor, found */

enum {
    LISTS_SEARCH_EVERY_MS = 60000, /* from the beginning of one search to that of the next */
    LISTS_SEARCH_MS = 500          /* longest part of it in one recovery */
};

struct list_counts {
    int64_t known; /* claim lists in the index, empty ones of living processes included */
    int64_t found; /* those the search has added since Redis was last empty */
};
/* Read both; for metrics. */
must_check int queue_list_counts(struct redis *r, struct list_counts *ret, struct fail *f);
