/* Many jobs at once: run again, kill or delete whatever fits a filter, in bounded steps that the caller drives.  Each step reads
 * one page, chooses in C, and moves what it chose in one script, which touches only what is still there byte for byte; so
 * a caller that stops between two steps, or dies, has done a part of the work and harmed nothing.  Locks (unique.h) of killed
 * and deleted jobs are released in the same script.
 *
 * What joins the state after the first step is left alone, as far as its times tell.  A sorted set is walked by rising score.  A
 * waiting list can give up jobs only at its ends: up to BULK_FEW of them are searched for and taken out of the middle; for
 * more, the whole list is turned once, tail to head, page by page, which brings every job back to where it was.  Workers that
 * take jobs meanwhile take them in this turning order, and a bulk that is given up half way leaves the list turned half way.
 * Threads: those of the connection; a struct bulk is a value with one owner. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/str.h"
#include "common/queue/queue.h"

enum bulk_act { BULK_COUNT, BULK_RETRY, BULK_KILL, BULK_DELETE, BULK_ACTS };
/* "count", "retry", "kill", "delete" */
extern const char *const bulk_act_names[BULK_ACTS];

/* Which jobs; NULL and 0 = any.  What is no job fits as long as nothing is asked that only a job can answer. */
struct job_filter {
    enum job_state state;    /* a bulk act takes no JOB_RUNNING, a search does */
    const char *queue;       /* borrowed, as are the others */
    const char *type;        /* the whole class name */
    const char *error_class; /* of the latest failure */
    int64_t before_us;       /* in this state since before ... */
    int64_t
        after_us; /* ... since after: death, latest failure, enqueueing; of a scheduled job its making */
};

enum { BULK_FEW = 32, BULK_SCORE_BYTES = 48, BULK_CURSOR_BYTES = 400 };

/* Where a bulk stands; bulk.c's own. */
struct bulk_place {
    int64_t began_us; /* 0 = not yet begun */
    size_t page;      /* entries to read next; 0 = few */
    int64_t before;   /* moved by those before, whose cursor this goes on from */
    /* a sorted set */
    char from[BULK_SCORE_BYTES], last[BULK_SCORE_BYTES];
    int64_t skip; /* entries of score `from` that were passed and stay */
    /* waiting lists */
    char queue[JOB_NAME_BYTES]; /* "" = before the first */
    bool turning;
    int64_t index, found; /* looking: place from the head; jobs found in this list */
    int64_t left;         /* turning: so many at most */
    uint64_t newest,
        turned; /* turning: digests of the job to end with and of the first one turned (0 = none) */
};

/* Set act, filter and limit, the rest to zero. */
struct bulk {
    enum bulk_act act;
    struct job_filter filter;
    int64_t limit; /* jobs at most; 0 = all */
    /* out */
    int64_t total;  /* about how many there are to look at; 0 after queue_bulk_resume */
    int64_t looked; /* at so many (turning a list counts again) */
    int64_t done;   /* so many were moved; BULK_COUNT: fit */
    bool finished;
    struct bulk_place at;
};

/* Whether it can be done at all, without doing it.  FAIL_INPUT: an act that the state does not know (only scheduled, retry and dead
 * jobs can be run again; the dead cannot be killed; running jobs can be nothing of this), or a limit or queue name that
 * cannot be. */
must_check int queue_bulk_check(const struct bulk *b, struct fail *f);

/* One bounded step, a few milliseconds of Redis; call until `finished`.  Failures are those of queue_bulk_check and of Redis; after FAIL_LATER or FAIL_UNKNOWN the step may be repeated; `done` may then be short of
 * what a lost reply moved. */
must_check int queue_bulk_step(struct redis *r, struct bulk *b, struct fail *f);

/* Where an unfinished bulk stands, as text of [A-Za-z0-9_.:,+-], for another process to go on with the same act and filter. */
void queue_bulk_cursor(const struct bulk *b, char text[static BULK_CURSOR_BYTES]);
/* Go on there; the limit counts what was moved before, `done` does not.  FAIL_INPUT unless the text is a cursor of such a bulk. */
must_check int queue_bulk_resume(struct bulk *b, const char *text, struct fail *f);
