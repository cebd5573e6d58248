/* /healthz and /metrics of a worker: a tiny HTTP endpoint with one blocking thread, meant for
 * probes on a private address. /healthz is 200 while every lane consumes (or is busy, or was
 * told to be quiet), 503 when one could not for 15 s.
 * Threads: start and stop from one thread; the texts may be made by any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/str.h"
#include "worker/core/history.h"
#include "worker/core/lane.h"

enum { HEALTH_STALLED_MS = 15000 };

struct health_view { /* what is looked at; borrowed, alive until health_stop */
    const char *identity;
    struct lane *const *lanes;
    size_t lane_count;
    const struct worker_stats *stats;
    struct history *history;
    const atomic_bool *lease_valid, *quiet;
};

/* State of every lane as one JSON object, appended to out; true = healthy. */
bool health_json(const struct health_view *view, struct str *out);
/* The counters of the process and the gauges of its lanes as Prometheus text. */
void health_metrics(const struct health_view *view, struct str *out);

struct health;
/* listen: "ADDRESS:PORT".  FAIL_INPUT when it cannot be understood, FAIL_LATER when it cannot be
 * bound. */
must_check int health_start(const char *listen, const struct health_view *view, struct health **ret,
                            struct fail *f);
void health_stop(struct health *h); /* accepts NULL */
/* Port in use (tests listen on port 0). */
int health_port(const struct health *h);
