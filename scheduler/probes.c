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

static long long rounds_of(const struct duty_stats *stats)
{
    return atomic_load(&stats->rounds);
}

static long long failures_of(const struct duty_stats *stats)
{
    return atomic_load(&stats->failures);
}

static long long items_of(const struct duty_stats *stats)
{
    return atomic_load(&stats->items);
}

static long long wellness_of(const struct duty_stats *stats)
{
    return is_well(stats) ? 1 : 0;
}

/* To add a figure: a line here. */
static const struct figure {
    const char *name, *type, *help;
    long long (*of)(const struct duty_stats *stats);
} figures[] = {
    { "rounds_total", "counter", "Good rounds of a duty.", rounds_of },
    { "failures_total", "counter", "Failed rounds of a duty.", failures_of },
    { "items_total", "counter", "What a duty has done, as the first lines say.", items_of },
    { "well", "gauge", "Whether a duty had a good round lately.", wellness_of },
};

/* All lines of one figure stand together: the text format wants one group for each name. */
void scheduler_metrics(void *ctx, struct str *body)
{
    const struct scheduler *s = ctx;

    for (size_t duty = 0; duty < DUTY_COUNT; duty++) {
        str_addf(body, "# %s: %s\n", duties[duty].name, duties[duty].help);
    }
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        const struct figure *figure = &figures[i];

        str_addf(body,
                 "# HELP dropship_scheduler_%s %s\n"
                 "# TYPE dropship_scheduler_%s %s\n",
                 figure->name, figure->help, figure->name, figure->type);
        for (size_t duty = 0; duty < DUTY_COUNT; duty++) {
            str_addf(body, "dropship_scheduler_%s{duty=\"%s\"} %lld\n", figure->name,
                     duties[duty].name, figure->of(&s->threads[duty].stats));
        }
    }
    str_addf(body,
             "# HELP dropship_recovery_canary_ms How long the last planted job was, or is, away.\n"
             "# TYPE dropship_recovery_canary_ms gauge\n"
             "dropship_recovery_canary_ms %lld\n",
             (long long)atomic_load(&s->threads[DUTY_RECOVERY].stats.canary_ms));
}
