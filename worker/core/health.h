/* What a worker says about itself on /healthz and /metrics (the endpoint is common/model/health.h). /healthz is well while every
 * lane consumes (or is busy, or was told to be quiet), and not when one could not for 15 s.
 * Threads: the texts may be made by any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/str.h"
#include "worker/core/history.h"
#include "worker/core/lane.h"
#include "worker/core/metrics.h"

enum { HEALTH_STALLED_MS = 15000 };

struct health_view { /* what is looked at; borrowed */
    const char *identity;
    struct lane *const *lanes;
    size_t lane_count;
    const struct worker_stats *stats;
    struct metrics *metrics;
    struct history *history;
    const atomic_bool *lease_valid, *quiet;
};

/* State of every lane as one JSON object, appended to out; true = healthy. */
bool worker_healthz(const struct health_view *view, struct str *out);
/* The counters of the process and the gauges of its lanes as Prometheus text; every name begins with dropship_worker_, as the
 * pool's own names are api's. */
void worker_metrics(const struct health_view *view, struct str *out);
/* The totals that are counted in stats and history (NULL = none is kept), for metrics_flush and worker_metrics. */
void worker_totals(const struct worker_stats *stats, struct history *history,
                   int64_t totals[METRICS_TOTALS]);
