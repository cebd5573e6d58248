/* Due jobs of `schedule` and `retry` to their queues. */
#include "common/queue/queue.h"
#include "scheduler/duty.h"

enum {
    BATCH = 10000,    /* in many calls; after them the thread looks whether it is to stop */
    REST_MAX_MS = 200 /* an earlier job that is scheduled meanwhile is late by no more than this */
};

int promoter_round(struct hands *h, int64_t *ret_wait_ms, struct fail *f)
{
    int64_t moved = 0, next_ms = 0;

    TRY(queue_promote(h->redis, BATCH, &moved, &next_ms, f));
    atomic_fetch_add(&h->stats->items, moved);
    *ret_wait_ms = next_ms < REST_MAX_MS ? next_ms : REST_MAX_MS;
    return 0;
}
