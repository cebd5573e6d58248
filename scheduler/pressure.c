/* How full Redis is, so that enqueue can refuse before Redis does. */
#include "common/queue/pressure.h"

#include "common/base/log.h"
#include "scheduler/duty.h"

enum { MIB = 1024 * 1024 };

static void tell(struct hands *h, const struct pressure *p)
{
    if (p->full && !h->memory_short) {
        atomic_fetch_add(&h->stats->items, 1);
        log_warn("memory.short", kv_int("used_mib", p->used_bytes / MIB),
                 kv_int("max_mib", p->max_bytes / MIB));
    } else if (!p->full && h->memory_short) {
        log_info("memory.well", kv_int("used_mib", p->used_bytes / MIB),
                 kv_int("max_mib", p->max_bytes / MIB));
    }
    h->memory_short = p->full;
}

int pressure_round(struct hands *h, int64_t *ret_wait_ms, struct fail *f)
{
    struct pressure p = { .queue_max = conf_int(h->conf, CONF_QUEUE_MAX),
                          .memory_percent = conf_int(h->conf, CONF_MEMORY_PERCENT) };

    TRY(queue_pressure(h->redis, &p, f));
    tell(h, &p);
    *ret_wait_ms = PRESSURE_EVERY_MS;
    return 0;
}
