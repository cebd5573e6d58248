/* Jobs of vanished workers back to their queues. */
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/queue/queue.h"
#include "scheduler/duty.h"

enum { EVERY_MS = 2000, CANARY_EVERY_MS = 10 * 60 * 1000, CANARY_SPARE_MS = 30000 };

/* After a pause recovery waits for a lease, and walks soon after. */
static int look_after_canary(struct hands *h, int64_t lease_ms, struct fail *f)
{
    struct canary canary;

    TRY(queue_canary(h->redis, CANARY_EVERY_MS, &canary, f));
    int64_t away_ms = canary.back_ms >= 0 ? canary.back_ms : canary.age_ms;
    bool late = canary.back_ms < 0 && away_ms > lease_ms + CANARY_SPARE_MS;
    atomic_store(&h->stats->canary_ms, away_ms);
    if (late && !h->canary_late) {
        log_warn("recovery.canary_late", kv_int("away_ms", away_ms));
    } else if (!late && h->canary_late) {
        log_info("recovery.canary_back", kv_int("away_ms", away_ms));
    }
    h->canary_late = late;
    return 0;
}

static void tell(struct hands *h, const struct recovery *found)
{
    if (found->wait_ms > 0 && !h->recovery_waits) {
        log_info("recovery.waits", kv_int("wait_ms", found->wait_ms));
    }
    h->recovery_waits = found->wait_ms > 0;
    if (found->found > 0) {
        log_warn("recovery.lists_found", kv_int("lists", found->found));
    }
    if (found->recovered + found->condemned > 0) {
        atomic_fetch_add(&h->stats->items, found->recovered + found->condemned);
        log_warn("jobs.recovered", kv_int("lists", found->lists),
                 kv_int("recovered", found->recovered), kv_int("condemned", found->condemned));
    }
}

int recovery_round(struct hands *h, int64_t *ret_wait_ms, struct fail *f)
{
    struct recovery found = { .lease_ms = conf_int(h->conf, CONF_LEASE_MS) };

    TRY(queue_recover(h->redis, clock_now_us(), &found, f));
    tell(h, &found);
    *ret_wait_ms = found.lease_ms / 5 < EVERY_MS ? found.lease_ms / 5 : EVERY_MS;
    return look_after_canary(h, found.lease_ms, f);
}
