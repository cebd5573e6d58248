/* Sending: what is to be sent is frozen first, so that a report whose reply was lost can be repeated word for word. */
#include <string.h>

#include "common/base/clock.h"
#include "worker/core/metrics_priv.h"

const char *const metrics_total_names[METRICS_TOTALS] = {
    [METRICS_CLAIMED] = "claimed",
    [METRICS_INFRASTRUCTURE] = "infrastructure",
    [METRICS_SETTLE_FAILURES] = "settle_failures",
    [METRICS_HISTORY_DROPPED] = "history_dropped",
};

static void freeze(struct metrics *m, const int64_t totals[METRICS_TOTALS])
{
    for (struct metrics_shard *s = metrics_shards(m); s != NULL; s = s->next) {
        pthread_mutex_lock(&s->lock);
        memcpy(s->frozen, s->cells, metrics_cells(m) * sizeof *s->cells);
        pthread_mutex_unlock(&s->lock);
    }
    memcpy(m->frozen_totals, totals, sizeof m->frozen_totals);
    m->frozen_us = clock_now_us();
    m->serial++;
    m->pending = true;
}

static void thaw(struct metrics *m)
{
    for (struct metrics_shard *s = metrics_shards(m); s != NULL; s = s->next) {
        memcpy(s->sent, s->frozen, metrics_cells(m) * sizeof *s->sent);
    }
    memcpy(m->sent_totals, m->frozen_totals, sizeof m->sent_totals);
    m->pending = false;
}

/* Cells hold nothing but uint64_t, so one walk over the numbers serves for sum and difference. */
_Static_assert(sizeof(struct metrics_cell) % sizeof(uint64_t) == 0, "cells are counters only");
enum { CELL_COUNTERS = sizeof(struct metrics_cell) / sizeof(uint64_t) };

static void subtract(struct metrics_cell *cell, const struct metrics_cell *less)
{
    uint64_t numbers[CELL_COUNTERS];
    uint64_t taken[CELL_COUNTERS];

    memcpy(numbers, cell, sizeof numbers);
    memcpy(taken, less, sizeof taken);
    for (size_t i = 0; i < CELL_COUNTERS; i++) {
        numbers[i] -= taken[i];
    }
    memcpy(cell, numbers, sizeof numbers);
}

/* What Sidekiq calls processed: runs that ended, neither put off nor taken from us. */
static uint64_t runs_of(const struct metrics_cell *cell)
{
    return cell->outcomes[RUN_DONE] + cell->outcomes[RUN_RETRY] + cell->outcomes[RUN_DEAD];
}

static void report_cell(struct metrics_report *report, const char *queue, const char *type,
                        const struct metrics_cell *cell)
{
    struct metrics_histogram runs = cell->done;

    metrics_histogram_add(&runs, &cell->other);
    for (int i = 0; i < RUN_OUTCOMES; i++) {
        metrics_report_jobs(report, queue, type, run_outcome_names[i], cell->outcomes[i]);
    }
    metrics_report_jobs(report, queue, type, "failed", cell->failed);
    metrics_report_times(report, METRICS_WAIT, queue, type, &cell->wait);
    metrics_report_times(report, METRICS_RUN, queue, type, &runs);
}

/* Sidekiq knows no queues here: the shards' cells of one type together. */
static void report_type(struct metrics *m, struct metrics_report *report, size_t type)
{
    const char *name = metrics_type_name(m, type);
    struct metrics_histogram well = { .sum_us = 0 };
    uint64_t runs = 0;
    uint64_t failed = 0;

    for (struct metrics_shard *s = metrics_shards(m); s != NULL; s = s->next) {
        struct metrics_cell delta = s->frozen[type];
        subtract(&delta, &s->sent[type]);
        report_cell(report, s->queue, name, &delta);
        metrics_histogram_add(&well, &delta.done);
        runs += runs_of(&delta);
        failed += delta.failed;
    }
    metrics_report_class(report, name, runs, failed, &well);
}

static void report_totals(const struct metrics *m, struct metrics_report *report)
{
    for (int i = 0; i < METRICS_TOTALS; i++) {
        int64_t by = m->frozen_totals[i] - m->sent_totals[i];
        metrics_report_pool(report, metrics_total_names[i], "", by > 0 ? (uint64_t)by : 0);
    }
}

int metrics_flush(struct metrics *m, struct redis *r, const char *identity,
                  const int64_t totals[METRICS_TOTALS], struct fail *f)
{
    if (!m->pending) {
        freeze(m, totals);
    }
    scoped(metrics_report_free_p) struct metrics_report *report = metrics_report_new(m->frozen_us);
    if (report == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < metrics_cells(m); i++) {
        report_type(m, report, i);
    }
    report_totals(m, report);
    if (!metrics_report_empty(report)) {
        TRY(queue_metrics_add(r, identity, m->serial, report, f));
    }
    thaw(m);
    return 0;
}
