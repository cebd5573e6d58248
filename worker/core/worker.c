#include "worker/core/worker.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/listen.h"
#include "common/base/log.h"
#include "common/http/http.h"
#include "common/model/health.h"
#include "worker/core/health.h"
#include "worker/core/heartbeat.h"
#include "worker/core/history.h"
#include "worker/core/lane.h"
#include "worker/core/metrics.h"
#include "worker/core/scaling.h"
#include "worker/core/signals.h"
#include "worker/core/startup.h"
#include "worker/core/stop_watch.h"

enum {
    LOOK_MS = 500,
    DRAIN_LOOK_MS = 50,
    HAND_BACK_MS = 3000,
    HISTORY_MS = 2000,
    IDENTITY_BYTES = 128,
    SHOW_MAX = 256
};

struct worker {
    const struct worker_setup *setup;
    char identity[IDENTITY_BYTES];
    char *info_json;
    atomic_bool lease_valid, quiet;
    atomic_llong lease_until_ms;
    bool stopped_early; /* told to stop before there was a lease */
    struct worker_stats stats;
    struct metrics *metrics;
    struct history *history;
    struct lane_setup lane_setups[ARGS_MAX_LANES];
    struct lane *lanes[ARGS_MAX_LANES];
    size_t lane_count; /* started */
    struct scaling scaling;
    struct heartbeat_setup heartbeat_setup;
    struct heartbeat_thread *heartbeat;
    struct stop_watch *stop_watch;
    struct health_view view;
    struct health *health;
    bool stalled; /* as last logged */
};

static void prepare_lanes(struct worker *w)
{
    for (size_t i = 0; i < w->setup->args->lane_count; i++) {
        w->lane_setups[i] = (struct lane_setup){
            .queue = w->setup->args->lanes[i].queue,
            .threads = w->setup->args->lanes[i].threads,
            .identity = w->identity,
            .conf = w->setup->conf,
            .types = w->setup->types,
            .history = w->history,
            .metrics = w->metrics,
            .stats = &w->stats,
            .lease_valid = &w->lease_valid,
            .lease_until_ms = &w->lease_until_ms,
        };
    }
}

/* The lease first, so that nothing is ever claimed without one; Redis may have gone since it was
 * checked. */
static int take_lease(struct worker *w, struct fail *f)
{
    int64_t began_ms = clock_mono_ms();

    while (heartbeat_register(&w->heartbeat_setup, f) < 0) {
        if (f->kind != FAIL_LATER && f->kind != FAIL_UNKNOWN) {
            return -1;
        }
        log_warn("startup.lease", kv_fail(f));
        if (signals_wait(LOOK_MS) == SIGNAL_STOP) {
            w->stopped_early = true;
            return fail_set(f, FAIL_LATER, "stopped while waiting for Redis");
        }
        began_ms = clock_mono_ms();
    }
    atomic_store(&w->lease_until_ms, began_ms + conf_int(w->setup->conf, CONF_LEASE_MS));
    atomic_store(&w->lease_valid, true);
    return 0;
}

static int start_lanes(struct worker *w, struct fail *f)
{
    for (size_t i = 0; i < w->setup->args->lane_count; i++) {
        TRY(lane_start(&w->lane_setups[i], &w->lanes[i], f));
        w->lane_count++;
    }
    scaling_init(&w->scaling, w->identity, w->setup->args, w->lanes);
    w->heartbeat_setup.scaling = &w->scaling;
    w->heartbeat_setup.lane_count = w->lane_count;
    return 0;
}

static bool say_health(void *ctx, struct str *body)
{
    return worker_healthz(&((const struct worker *)ctx)->view, body);
}

static void say_metrics(void *ctx, struct str *body)
{
    worker_metrics(&((const struct worker *)ctx)->view, body);
}

static int start_health(struct worker *w, struct fail *f)
{
    struct listen_at at;
    const struct health_source source = { .healthz = say_health, .metrics = say_metrics, .ctx = w };

    w->view = (struct health_view){ .identity = w->identity,
                                    .lanes = w->lanes,
                                    .lane_count = w->lane_count,
                                    .stats = &w->stats,
                                    .metrics = w->metrics,
                                    .history = w->history,
                                    .lease_valid = &w->lease_valid,
                                    .quiet = &w->quiet };
    return conf_listen(w->setup->conf, CONF_HEALTH_LISTEN, &at)
               ? health_open(&at, &source, &w->health, f)
               : 0;
}

static int start_stop_watch(struct worker *w, struct fail *f)
{
    const struct stop_watch_setup setup = { .conf = w->setup->conf,
                                            .identity = w->identity,
                                            .lanes = w->lanes,
                                            .lane_count = w->lane_count };
    return stop_watch_start(&setup, &w->stop_watch, f);
}

static int start(struct worker *w, struct fail *f)
{
    queue_identity(w->identity, sizeof w->identity);
    w->heartbeat_setup = (struct heartbeat_setup){ .conf = w->setup->conf,
                                                   .identity = w->identity,
                                                   .lanes = w->lanes,
                                                   .types = w->setup->types,
                                                   .lease_valid = &w->lease_valid,
                                                   .lease_until_ms = &w->lease_until_ms,
                                                   .quiet = &w->quiet,
                                                   .stats = &w->stats };
    TRY(metrics_new(w->setup->types, &w->metrics, f));
    w->heartbeat_setup.metrics = w->metrics;
    TRY(history_start(w->setup->conf, w->identity, &w->history, f));
    w->heartbeat_setup.history = w->history;
    prepare_lanes(w);
    TRY(heartbeat_info(w->identity, w->lane_setups, w->setup->args->lane_count, &w->info_json, f));
    w->heartbeat_setup.info_json = w->info_json;
    TRY(take_lease(w, f));
    TRY(start_lanes(w, f));
    TRY(heartbeat_start(&w->heartbeat_setup, &w->heartbeat, f));
    TRY(start_stop_watch(w, f));
    TRY(start_health(w, f));
    log_info("worker.start", kv_str("identity", w->identity), kv_int("lanes", w->lane_count));
    return 0;
}

/* One line when a lane has not been able to consume for long, one when it can again. */
static void watch(struct worker *w)
{
    struct lane_health worst = { .reason = "" };

    for (size_t i = 0; i < w->lane_count; i++) {
        struct lane_health lane;
        lane_health(w->lanes[i], &lane);
        worst = lane.stalled_ms > worst.stalled_ms ? lane : worst;
    }
    bool stalled = worst.stalled_ms > HEALTH_STALLED_MS;
    if (stalled && !w->stalled) {
        log_error("worker.stalled", kv_str("queue", worst.queue), kv_str("reason", worst.reason),
                  kv_int("stalled_ms", worst.stalled_ms));
    } else if (!stalled && w->stalled) {
        log_info("worker.consuming", kv_str("identity", w->identity));
    }
    w->stalled = stalled;
}

static void show(struct worker *w)
{
    struct lane_work *work = calloc(SHOW_MAX, sizeof *work);
    size_t count = 0;

    for (size_t i = 0; work != NULL && i < w->lane_count; i++) {
        lane_list_work(w->lanes[i], work, SHOW_MAX, &count);
    }
    log_info("worker.show", kv_int("jobs", count));
    for (size_t i = 0; i < count; i++) {
        log_info("worker.running", kv_str("thread", work[i].thread_id),
                 kv_str("type", work[i].type), kv_str("job", work[i].jid),
                 kv_int("running_ms", work[i].running_ms));
    }
    if (work != NULL) {
        lane_work_done(work, count);
    }
    free(work);
}

static void quiet(struct worker *w)
{
    if (!atomic_exchange(&w->quiet, true)) {
        log_info("worker.quiet", kv_str("identity", w->identity));
    }
    for (size_t i = 0; i < w->lane_count; i++) {
        lane_quiet(w->lanes[i]);
    }
}

static void serve(struct worker *w)
{
    for (;;) {
        switch (signals_wait(LOOK_MS)) {
        case SIGNAL_STOP:
            return;
        case SIGNAL_QUIET:
            quiet(w);
            break;
        case SIGNAL_SHOW:
            show(w);
            break;
        case SIGNAL_RELOAD:
            scaling_reload(&w->scaling);
            break;
        case SIGNAL_NONE:
            watch(w);
            break;
        }
    }
}

static bool all_idle(struct worker *w)
{
    for (size_t i = 0; i < w->lane_count; i++) {
        if (!lane_idle(w->lanes[i])) {
            return false;
        }
    }
    return true;
}

/* Wait for running jobs; true = all of them ended in time. */
static bool drain(struct worker *w)
{
    int64_t until_ms = clock_mono_ms() + conf_int(w->setup->conf, CONF_DRAIN_MS);

    atomic_store(&w->quiet, true);
    for (size_t i = 0; i < w->lane_count; i++) {
        lane_stop(w->lanes[i]);
    }
    log_info("worker.drain", kv_int("drain_ms", conf_int(w->setup->conf, CONF_DRAIN_MS)));
    while (!all_idle(w)) {
        if (clock_mono_ms() >= until_ms || signals_wait(DRAIN_LOOK_MS) == SIGNAL_STOP) {
            return all_idle(w);
        }
    }
    return true;
}

/* Handlers cannot be cancelled: put their jobs back, then leave without waiting for them. */
static void hand_back_and_exit(struct worker *w)
{
    int64_t until_ms = clock_mono_ms() + HAND_BACK_MS;
    int64_t handed_back = 0;

    for (size_t i = 0; i < w->lane_count; i++) {
        (void)lane_hand_back(w->lanes[i], 0); /* all begin, then each is waited for */
    }
    for (size_t i = 0; i < w->lane_count; i++) {
        int64_t left_ms = until_ms - clock_mono_ms();
        handed_back += lane_hand_back(w->lanes[i], left_ms > 0 ? left_ms : 0);
    }
    log_warn("worker.handed_back", kv_int("jobs", handed_back));
    history_flush(w->history, HISTORY_MS);
    heartbeat_stop(w->heartbeat);
    log_info("worker.stop", kv_str("identity", w->identity), kv_int("handed_back", handed_back));
    _exit(0);
}

static void release(struct worker *w)
{
    health_close(w->health);
    stop_watch_stop(w->stop_watch);
    heartbeat_stop(w->heartbeat);
    for (size_t i = 0; i < w->lane_count; i++) {
        lane_free(w->lanes[i]);
    }
    history_stop(w->history, HISTORY_MS);
    metrics_free(w->metrics);
    free(w->info_json);
}

int worker_run(const struct worker_setup *setup)
{
    struct worker w = { .setup = setup };
    struct fail f = { 0 };
    int waited = startup_wait(setup->conf);

    if (waited != 0) {
        return waited > 0 ? 0 : 1;
    }
    bool started = start(&w, &f) == 0;
    if (started) {
        serve(&w);
    } else if (!w.stopped_early) {
        log_error("worker.failed", kv_fail(&f));
    }
    if (!drain(&w)) {
        hand_back_and_exit(&w);
    }
    release(&w);
    log_info("worker.stop", kv_str("identity", w.identity), kv_int("handed_back", 0));
    return started || w.stopped_early ? 0 : 1;
}
