/* Inside of struct metrics, for worker/core/metrics*.c only. */
#pragma once

#include <pthread.h>

#include "common/queue/job.h"
#include "common/queue/metrics.h"
#include "worker/core/metrics.h"

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
    pthread_mutex_t lock; /* guards cells */
    /* Per type, the last is of unknown types: as counted; as in the report that is being sent; as Redis has taken it.  The
     * latter two are the flushing thread's. */
    struct metrics_cell *cells, *frozen, *sent;
};

struct metrics {
    const struct job_types *types;
    pthread_mutex_t lock; /* guards shards */
    struct metrics_shard *shards;

    int64_t serial; /* of the last report; here and below: the flushing thread's */
    bool pending;   /* it may not have been taken */
    int64_t frozen_us;
    int64_t frozen_totals[METRICS_TOTALS], sent_totals[METRICS_TOTALS];
};

/* Shards made so far; the list only grows at its head. */
struct metrics_shard *metrics_shards(struct metrics *m);
/* Cells of a shard. */
size_t metrics_cells(const struct metrics *m);
/* The name under which a cell is shown. */
const char *metrics_type_name(const struct metrics *m, size_t cell);
