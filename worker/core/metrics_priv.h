/* Inside of struct metrics, for worker/core/metrics*.c only. */
#pragma once

#include <pthread.h>

#include "common/queue/job.h"
#include "common/queue/metrics.h"
#include "worker/core/metrics.h"

struct metrics_histogram {
    uint64_t buckets[METRICS_BUCKETS];
    uint64_t sum_us;
};

struct metrics_cell { /* one type in one shard; only rises */
    uint64_t outcomes[RUN_OUTCOMES];
    uint64_t failed;
    struct metrics_histogram wait;
    struct metrics_histogram done;  /* run time of jobs that ended done */
    struct metrics_histogram other; /* run time of all other runs */
};

struct metrics_shard {
    struct metrics_shard *next; /* guarded by metrics.lock; set once */
    struct metrics *metrics;
    char queue[JOB_NAME_BYTES];
    pthread_mutex_t lock;        /* guards cells */
    struct metrics_cell cells[]; /* per type; the last is of unknown types */
};

struct metrics {
    const struct job_types *types;
    pthread_mutex_t lock; /* guards shards */
    struct metrics_shard *shards;
};
