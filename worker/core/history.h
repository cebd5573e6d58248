/* History: one row of job_run per run, written in batches by a thread of its own through its own
 * connection.  The buffer is bounded; when Postgres is away for long the oldest rows are
 * dropped, counted and logged: history is for people, the truth about orders is elsewhere.
 * Threads: history_add from any thread; open and close from the one that owns it. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/queue/job.h"
#include "worker/core/verdict.h"

enum { HISTORY_ROWS_MAX = 10000, HISTORY_BATCH = 200 };

struct history;

struct history_row {                            /* texts are borrowed for the call */
    const char *jid, *type, *queue, *args;      /* args may be NULL */
    const char *error_class, *error, *trace_id; /* "" = none */
    int attempt;
    enum run_outcome outcome;
    int64_t enqueued_us, started_us, finished_us; /* enqueued 0 = unknown */
};

/* conf and worker (an identity) are borrowed and must outlive it. */
must_check int history_start(const struct conf *conf, const char *worker, struct history **ret,
                             struct fail *f);
/* Never waits, never fails: what has no room or memory is counted as dropped. */
void history_add(struct history *h, const struct history_row *row);
/* Rows that were not written since the start, for want of room, memory or the database.  Any thread. */
int64_t history_dropped(struct history *h);
/* Rows that were.  Any thread. */
int64_t history_written(struct history *h);
/* Wait until everything added so far is written, for at most within_ms. */
void history_flush(struct history *h, int64_t within_ms);
/* Write what is buffered, for at most within_ms, and end. Accepts NULL. */
void history_stop(struct history *h, int64_t within_ms);
