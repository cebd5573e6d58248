/* Everything that /metrics shows, read in one go.  A part that cannot be read leaves its fields empty and is told in
 * dropship_up; the others are shown.
 * Threads: a view belongs to one request. */
#pragma once

#include <stdbool.h>

#include "api/http/request.h"
#include "common/queue/archive.h"
#include "common/queue/lists.h"
#include "common/queue/metrics.h"
#include "common/queue/queue.h"

/* PART(part): a reading function read_PART and a name each. */
#define METRICS_PARTS(PART)                                                                        \
    PART(stats)                                                                                    \
    PART(queues)                                                                                   \
    PART(processes)                                                                                \
    PART(jobs) PART(limits) PART(orders) PART(backlog) PART(products) PART(discovery) PART(api)
enum metrics_part {
#define PART(name) PART_##name,
    METRICS_PARTS(PART)
#undef PART
        METRICS_PART_COUNT
};
extern const char *const metrics_part_names[METRICS_PART_COUNT];

struct metrics_counts {
    struct metrics_count *items;
    size_t count;
};
struct metrics_timings {
    struct metrics_times *items;
    size_t count;
};
struct metrics_breaker {
    char provider[JOB_NAME_BYTES];
    int64_t state; /* 0 closed, 1 half-open, 2 open */
};

struct metrics_view {
    const struct api *api;
    bool read[METRICS_PART_COUNT];

    struct queue_stats stats; /* stats */
    struct metrics_safety safety;
    struct archive_counts archive;
    struct list_counts lists;
    struct queue_info *queues; /* queues */
    size_t queue_count;
    struct metrics_counts enqueued;
    struct process_info *processes; /* processes */
    size_t process_count;
    struct metrics_counts jobs; /* jobs */
    struct metrics_timings waits, runs;
    struct metrics_counts pool; /* limits */
    struct metrics_breaker *breakers;
    size_t breaker_count;
    PGresult *orders;    /* orders */
    PGresult *backlog;   /* backlog */
    PGresult *products;  /* products */
    PGresult *discovery; /* discovery */
};

/* Read all parts with the request's connections; failures are logged. */
void metrics_view_read(struct request *rq, struct metrics_view *ret);
/* Release what a view holds. */
void metrics_view_done(struct metrics_view *v);
