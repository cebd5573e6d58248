/* Jobs of vanished workers back to their queues. */
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/queue/queue.h"
#include "scheduler/duty.h"

enum { EVERY_MS = 2000 };

int recovery_round(struct hands *h, int64_t *ret_wait_ms, struct fail *f)
{
    struct recovery found = { 0 };

    TRY(queue_recover(h->redis, clock_now_us(), &found, f));
    *ret_wait_ms = EVERY_MS;
    if (found.recovered + found.condemned > 0) {
        atomic_fetch_add(&h->stats->items, found.recovered + found.condemned);
        log_warn("jobs.recovered", kv_int("lists", found.lists),
                 kv_int("recovered", found.recovered), kv_int("condemned", found.condemned));
    }
    return 0;
}
