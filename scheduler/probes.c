#include "scheduler/scheduler_priv.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/base/clock.h"
#include "common/base/metrics_text.h"

enum { SILENT_LIMIT_MS = 15000, NAME_BYTES = 80 };

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

static int64_t rounds_of(const struct duty_stats *stats)
{
    return atomic_load(&stats->rounds);
}

static int64_t failures_of(const struct duty_stats *stats)
{
    return atomic_load(&stats->failures);
}

static int64_t wellness_of(const struct duty_stats *stats)
{
    return is_well(stats) ? 1 : 0;
}

/* To add a figure that all duties have: a line here. */
static const struct {
    struct metrics_family family;
    int64_t (*of)(const struct duty_stats *stats);
} figures[] = {
    { { "dropship_scheduler_rounds_total", METRICS_COUNTER, "Good rounds of a duty." }, rounds_of },
    { { "dropship_scheduler_failures_total", METRICS_COUNTER, "Failed rounds of a duty." },
      failures_of },
    { { "dropship_scheduler_well", METRICS_GAUGE, "1 when a duty had a good round lately." },
      wellness_of },
};

/* What each duty does: the words of duty_table.h. */
static void add_items(const struct scheduler *s, struct str *body)
{
    for (size_t duty = 0; duty < DUTY_COUNT; duty++) {
        char name[NAME_BYTES];
        (void)snprintf(name, sizeof name, "dropship_scheduler_%s_items_total", duties[duty].name);
        metrics_text_family(body,
                            &(struct metrics_family){ name, METRICS_COUNTER, duties[duty].help });
        metrics_text_int(body, name, NO_LABELS, atomic_load(&s->threads[duty].stats.items));
    }
}

/* All lines of one figure stand together: the text format wants one group for each name. */
void scheduler_metrics(void *ctx, struct str *body)
{
    static const struct metrics_family lag = { "dropship_scheduler_relay_lag_seconds",
                                               METRICS_GAUGE,
                                               "How long the last relayed event had waited." };
    static const struct metrics_family canary = {
        "dropship_scheduler_canary_away_seconds", METRICS_GAUGE,
        "How long the last planted job was, or is, away."
    };
    const struct scheduler *s = ctx;

    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        metrics_text_family(body, &figures[i].family);
        for (size_t duty = 0; duty < DUTY_COUNT; duty++) {
            metrics_text_int(body, figures[i].family.name, LABELS({ "duty", duties[duty].name }),
                             figures[i].of(&s->threads[duty].stats));
        }
    }
    add_items(s, body);
    metrics_text_family(body, &lag);
    metrics_text_seconds(body, lag.name, NO_LABELS,
                         atomic_load(&s->threads[DUTY_RELAY].stats.lag_us));
    metrics_text_family(body, &canary);
    metrics_text_seconds(body, canary.name, NO_LABELS,
                         1000 * atomic_load(&s->threads[DUTY_RECOVERY].stats.canary_ms));
}
