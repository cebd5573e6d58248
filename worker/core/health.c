#include <inttypes.h>

#include "common/base/json.h"
#include "worker/core/health.h"

static json_t *lane_json(const struct lane_health *lane)
{
    return json_pack("{s:s, s:b, s:s, s:I, s:o, s:b, s:i, s:i, s:i, s:i}", "queue", lane->queue,
                     "consuming", lane->reason[0] == '\0', "reason", lane->reason, "stalled_ms",
                     (json_int_t)lane->stalled_ms, "redis_ok_age_ms",
                     lane->redis_ok_age_ms < 0 ? json_null() : json_integer(lane->redis_ok_age_ms),
                     "postgres_ok", lane->postgres_ok, "threads", lane->threads, "running",
                     lane->running, "waiting", lane->waiting, "unsettled", lane->unsettled);
}

bool worker_healthz(const struct health_view *view, struct str *out)
{
    json_t *lanes = json_array();
    scoped(free_p) char *text = NULL;
    struct fail f = { 0 };
    bool healthy = true;

    for (size_t i = 0; i < view->lane_count; i++) {
        struct lane_health lane;
        lane_health(view->lanes[i], &lane);
        healthy = healthy && lane.stalled_ms <= HEALTH_STALLED_MS;
        json_array_append_new(lanes, lane_json(&lane));
    }
    scoped(json_clear_p) json_t *all =
        json_pack("{s:s, s:s, s:b, s:b, s:o}", "status", healthy ? "ok" : "stalled", "identity",
                  view->identity, "lease", atomic_load(view->lease_valid), "quiet",
                  atomic_load(view->quiet), "lanes", lanes);
    if (all != NULL && json_write(all, &text, &f) == 0) {
        str_add(out, text);
    }
    return healthy;
}

static void add_counter(struct str *out, const char *name, const char *help, int64_t value)
{
    str_addf(out,
             "# HELP dropship_worker_%s %s\n# TYPE dropship_worker_%s counter\ndropship_worker_%s "
             "%" PRId64 "\n",
             name, help, name, name, value);
}

static void add_outcomes(struct str *out, const struct worker_stats *stats)
{
    str_add(out, "# HELP dropship_worker_jobs_total Jobs settled, by outcome\n# TYPE "
                 "dropship_worker_jobs_total counter\n");
    for (int i = 0; i < RUN_OUTCOMES; i++) {
        str_addf(out, "dropship_worker_jobs_total{outcome=\"%s\"} %lld\n", run_outcome_names[i],
                 atomic_load(&stats->outcomes[i]));
    }
}

static void add_lanes(struct str *out, const struct health_view *view)
{
    static const char *const names[] = { "running", "waiting", "unsettled", "threads",
                                         "stalled_seconds" };

    for (size_t n = 0; n < COUNT_OF(names); n++) {
        str_addf(out, "# TYPE dropship_worker_lane_%s gauge\n", names[n]);
        for (size_t i = 0; i < view->lane_count; i++) {
            struct lane_health lane;
            lane_health(view->lanes[i], &lane);
            const int64_t values[] = { lane.running, lane.waiting, lane.unsettled, lane.threads,
                                       lane.stalled_ms / 1000 };
            str_addf(out, "dropship_worker_lane_%s{queue=\"%s\"} %" PRId64 "\n", names[n],
                     lane.queue, values[n]);
        }
    }
}

void worker_metrics(const struct health_view *view, struct str *out)
{
    const struct worker_stats *stats = view->stats;

    add_outcomes(out, stats);
    add_counter(out, "claimed_total", "Jobs claimed", atomic_load(&stats->claimed));
    add_counter(out, "infrastructure_total", "Runs sent away because Redis or Postgres was away",
                atomic_load(&stats->infrastructure));
    add_counter(out, "settle_failures_total", "Settlements that had to be repeated",
                atomic_load(&stats->settle_failures));
    add_counter(out, "run_milliseconds_total", "Time spent in handlers",
                atomic_load(&stats->run_ms));
    if (view->history != NULL) {
        add_counter(out, "history_dropped_total", "History rows dropped",
                    history_dropped(view->history));
    }
    str_addf(out, "# TYPE dropship_worker_lease gauge\ndropship_worker_lease %d\n",
             atomic_load(view->lease_valid) ? 1 : 0);
    add_lanes(out, view);
}
