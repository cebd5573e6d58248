#include "worker/core/health.h"

#include "common/base/json.h"
#include "common/base/metrics_text.h"
#include "worker/core/heartbeat.h"

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

void worker_totals(const struct worker_stats *stats, struct history *history,
                   int64_t totals[METRICS_TOTALS])
{
    totals[METRICS_CLAIMED] = atomic_load(&stats->claimed);
    totals[METRICS_INFRASTRUCTURE] = atomic_load(&stats->infrastructure);
    totals[METRICS_SETTLE_FAILURES] = atomic_load(&stats->settle_failures);
    totals[METRICS_HISTORY_DROPPED] = history != NULL ? history_dropped(history) : 0;
}

static void add_totals(const struct health_view *view, struct str *out)
{
    static const struct metrics_family families[METRICS_TOTALS] = {
        [METRICS_CLAIMED] = { "dropship_worker_claimed_total", METRICS_COUNTER, "Jobs claimed." },
        [METRICS_INFRASTRUCTURE] = { "dropship_worker_infrastructure_total", METRICS_COUNTER,
                                     "Runs sent away because Redis or Postgres was away." },
        [METRICS_SETTLE_FAILURES] = { "dropship_worker_settle_failures_total", METRICS_COUNTER,
                                      "Settlements that had to be repeated." },
        [METRICS_HISTORY_DROPPED] = { "dropship_worker_history_dropped_total", METRICS_COUNTER,
                                      "History rows dropped." },
    };
    int64_t totals[METRICS_TOTALS];

    worker_totals(view->stats, view->history, totals);
    for (int i = 0; i < METRICS_TOTALS; i++) {
        metrics_text_family(out, &families[i]);
        metrics_text_int(out, families[i].name, NO_LABELS, totals[i]);
    }
}

/* Resident memory, and whether the process may claim. */
static void add_process(const struct health_view *view, struct str *out)
{
    const struct {
        struct metrics_family family;
        int64_t value;
    } gauges[] = {
        { { "dropship_worker_resident_bytes", METRICS_GAUGE, "Resident memory." },
          1024 * resident_kib() },
        { { "dropship_worker_lease", METRICS_GAUGE, "1 while the lease is valid." },
          atomic_load(view->lease_valid) },
        { { "dropship_worker_quiet", METRICS_GAUGE, "1 when nothing new is claimed." },
          atomic_load(view->quiet) },
    };

    for (size_t i = 0; i < COUNT_OF(gauges); i++) {
        metrics_text_family(out, &gauges[i].family);
        metrics_text_int(out, gauges[i].family.name, NO_LABELS, gauges[i].value);
    }
}

static int64_t lane_running(const struct lane_health *lane)
{
    return lane->running;
}

static int64_t lane_waiting(const struct lane_health *lane)
{
    return lane->waiting;
}

static int64_t lane_unsettled(const struct lane_health *lane)
{
    return lane->unsettled;
}

static int64_t lane_thread_count(const struct lane_health *lane)
{
    return lane->threads;
}

static int64_t lane_stalled_s(const struct lane_health *lane)
{
    return lane->stalled_ms / 1000;
}

/* To add a gauge of lanes: a function and a line. */
static const struct {
    struct metrics_family family;
    int64_t (*of)(const struct lane_health *lane);
} lane_gauges[] = {
    { { "dropship_worker_lane_running", METRICS_GAUGE, "Jobs that run." }, lane_running },
    { { "dropship_worker_lane_waiting", METRICS_GAUGE, "Jobs claimed that wait for a thread." },
      lane_waiting },
    { { "dropship_worker_lane_unsettled", METRICS_GAUGE, "Jobs that ended and are not settled." },
      lane_unsettled },
    { { "dropship_worker_lane_threads", METRICS_GAUGE, "Threads that run jobs." },
      lane_thread_count },
    { { "dropship_worker_lane_stalled_seconds", METRICS_GAUGE,
        "For how long the lane has not been able to consume." },
      lane_stalled_s },
};

static void add_lanes(const struct health_view *view, struct str *out)
{
    for (size_t n = 0; n < COUNT_OF(lane_gauges); n++) {
        metrics_text_family(out, &lane_gauges[n].family);
        for (size_t i = 0; i < view->lane_count; i++) {
            struct lane_health lane;
            lane_health(view->lanes[i], &lane);
            metrics_text_int(out, lane_gauges[n].family.name, LABELS({ "queue", lane.queue }),
                             lane_gauges[n].of(&lane));
        }
    }
}

void worker_metrics(const struct health_view *view, struct str *out)
{
    metrics_write(view->metrics, out);
    add_totals(view, out);
    add_process(view, out);
    add_lanes(view, out);
}
