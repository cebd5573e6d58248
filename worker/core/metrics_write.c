#include <stdlib.h>
#include <string.h>

#include "common/base/metrics_text.h"
#include "worker/core/metrics_priv.h"

/* A cell copied under its shard's lock, so that a family is of one moment per shard. */
struct shown {
    const char *queue, *type;
    struct metrics_cell cell;
};

/* Every cell in which something was counted. */
static size_t collect(struct metrics *m, struct shown *shown, size_t max)
{
    static const struct metrics_cell nothing;
    size_t count = 0;

    for (struct metrics_shard *s = metrics_shards(m); s != NULL; s = s->next) {
        pthread_mutex_lock(&s->lock);
        for (size_t i = 0; i < metrics_cells(m) && count < max; i++) {
            if (memcmp(&s->cells[i], &nothing, sizeof nothing) != 0) {
                shown[count++] = (struct shown){ s->queue, metrics_type_name(m, i), s->cells[i] };
            }
        }
        pthread_mutex_unlock(&s->lock);
    }
    return count;
}

static void write_jobs(const struct shown *shown, size_t count, struct str *out)
{
    static const struct metrics_family jobs = { "dropship_worker_jobs_total", METRICS_COUNTER,
                                                "Jobs settled by this process, by outcome." };
    static const struct metrics_family failures = { "dropship_worker_job_failures_total",
                                                    METRICS_COUNTER,
                                                    "Runs in this process that failed." };

    metrics_text_family(out, &jobs);
    for (size_t i = 0; i < count; i++) {
        for (int o = 0; o < RUN_OUTCOMES; o++) {
            metrics_text_int(out, jobs.name,
                             LABELS({ "queue", shown[i].queue }, { "type", shown[i].type },
                                    { "outcome", run_outcome_names[o] }),
                             (int64_t)shown[i].cell.outcomes[o]);
        }
    }
    metrics_text_family(out, &failures);
    for (size_t i = 0; i < count; i++) {
        metrics_text_int(out, failures.name,
                         LABELS({ "queue", shown[i].queue }, { "type", shown[i].type }),
                         (int64_t)shown[i].cell.failed);
    }
}

static void write_times(const char *name, const struct shown *shown,
                        const struct metrics_histogram *times, struct str *out)
{
    metrics_text_histogram(out, name, LABELS({ "queue", shown->queue }, { "type", shown->type }),
                           &(struct metrics_text_histogram){ metrics_bounds_us, times->buckets,
                                                             METRICS_BUCKETS, times->sum_us });
}

static void write_waits(const struct shown *shown, size_t count, struct str *out)
{
    static const struct metrics_family waits = { "dropship_worker_job_wait_seconds",
                                                 METRICS_HISTOGRAM,
                                                 "From enqueued to started, in this process." };

    metrics_text_family(out, &waits);
    for (size_t i = 0; i < count; i++) {
        write_times(waits.name, &shown[i], &shown[i].cell.wait, out);
    }
}

static void write_runs(const struct shown *shown, size_t count, struct str *out)
{
    static const struct metrics_family runs = { "dropship_worker_job_run_seconds",
                                                METRICS_HISTOGRAM,
                                                "Time in the handler, in this process." };

    metrics_text_family(out, &runs);
    for (size_t i = 0; i < count; i++) {
        struct metrics_histogram all = shown[i].cell.done;
        metrics_histogram_add(&all, &shown[i].cell.other);
        write_times(runs.name, &shown[i], &all, out);
    }
}

void metrics_write(struct metrics *m, struct str *out)
{
    size_t max = 0;

    for (struct metrics_shard *s = metrics_shards(m); s != NULL; s = s->next) {
        max += metrics_cells(m);
    }
    scoped(free_p) struct shown *shown = calloc(max + 1, sizeof *shown);
    if (shown == NULL) {
        return; /* the next scrape may have more luck */
    }
    size_t count = collect(m, shown, max);
    write_jobs(shown, count, out);
    write_waits(shown, count, out);
    write_runs(shown, count, out);
}
