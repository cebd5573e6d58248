#include "scheduler/scheduler_priv.h"

#include <inttypes.h>

#include "common/base/clock.h"

enum { SILENT_LIMIT_MS = 15000 };

/* -1: no good round yet. */
static int64_t silent_ms(const struct duty_stats *stats)
{
    int64_t ok_ms = atomic_load(&stats->ok_ms);
    return ok_ms == 0 ? -1 : clock_mono_ms() - ok_ms;
}

static bool is_well(const struct duty_stats *stats)
{
    int64_t silent = silent_ms(stats);
    return silent >= 0 && silent < SILENT_LIMIT_MS;
}

bool scheduler_healthz(void *ctx, struct str *body)
{
    const struct scheduler *s = ctx;
    bool all = true;

    str_add(body, "{\"duties\":{");
    for (size_t i = 0; i < DUTY_COUNT; i++) {
        const struct duty_stats *stats = &s->threads[i].stats;
        bool well = is_well(stats);
        str_addf(body, "%s\"%s\":{\"well\":%s,\"silent_ms\":%" PRId64 "}", i > 0 ? "," : "",
                 duties[i].name, well ? "true" : "false", silent_ms(stats));
        all = all && well;
    }
    str_addf(body, "},\"well\":%s}\n", all ? "true" : "false");
    return all;
}

void scheduler_metrics(void *ctx, struct str *body)
{
    const struct scheduler *s = ctx;

    str_add(body, "# TYPE dropship_scheduler_rounds_total counter\n"
                  "# TYPE dropship_scheduler_failures_total counter\n"
                  "# TYPE dropship_scheduler_items_total counter\n"
                  "# TYPE dropship_scheduler_well gauge\n");
    for (size_t i = 0; i < DUTY_COUNT; i++) {
        const struct duty_stats *stats = &s->threads[i].stats;
        const char *name = duties[i].name;
        str_addf(body, "# %s: %s\n", name, duties[i].help);
        str_addf(body, "dropship_scheduler_rounds_total{duty=\"%s\"} %lld\n", name,
                 atomic_load(&stats->rounds));
        str_addf(body, "dropship_scheduler_failures_total{duty=\"%s\"} %lld\n", name,
                 atomic_load(&stats->failures));
        str_addf(body, "dropship_scheduler_items_total{duty=\"%s\"} %lld\n", name,
                 atomic_load(&stats->items));
        str_addf(body, "dropship_scheduler_well{duty=\"%s\"} %d\n", name, is_well(stats));
    }
}
