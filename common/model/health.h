/* A small HTTP endpoint for probes: GET /healthz and /metrics, one connection at a time (2 s for each at most), on a thread of
 * its own.
 * Threads: the two callbacks run on that thread; what they read must be safe to read there (atomics). */
#pragma once

#include <stdbool.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/str.h"

struct health;
struct listen_at;

struct health_source {
    /* Append a JSON body for /healthz; true = well (200), false = 503. */
    bool (*healthz)(void *ctx, struct str *body);
    /* Append the text for /metrics. */
    void (*metrics)(void *ctx, struct str *body);
    void *ctx;
};

/* Listen there (port 0 = any).  FAIL_INPUT for an address that is taken or not ours. */
must_check int health_open(const struct listen_at *at, const struct health_source *source,
                           struct health **ret, struct fail *f);
/* The port that is really listened on. */
int health_port(const struct health *h);
/* Ends the thread; a client being answered is dropped.  Accepts NULL. */
void health_close(struct health *h);
