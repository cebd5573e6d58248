/* Looking for jobs of one state by what they say.  Redis has no index over that: a search reads the jobs in the order of
 * queue_jobs and compares each, a bounded number per call; the caller goes on from where the call before has ended.
 * Threads: those of the connection; a struct job_search is a value with one owner. */
#pragma once

#include "common/queue/bulk.h"

enum {
    SEARCH_LOOK_MAX = 5000,              /* jobs that one call reads, about */
    SEARCH_BYTES_MAX = 16 * 1024 * 1024, /* and bytes of them, about */
    SEARCH_PLACE_MAX = 1000000000        /* places there are */
};

struct job_search {
    struct job_filter filter; /* of any state, running too; the times of it count as well */
    const char *arg;          /* stands in the arguments as a whole word or number; NULL = any */
    size_t first;             /* jobs to pass over unseen: `next` of the call before */
    size_t limit;             /* found jobs to end with, 1 to 1000 */
    /* out */
    size_t looked; /* jobs read by this call */
    size_t next;   /* where to go on */
    int64_t total; /* jobs of the state (and of the queue, if it waits or runs), fitting or not */
    bool finished; /* there is nothing behind `next` */
};
/* The next jobs that fit, in the order of queue_jobs; entries->total is how many were found by this call.  None may be found although
 * the search is not finished.  Jobs that come or go between two calls shift the places: one may then be seen twice, or
 * not.  FAIL_INPUT: a limit or place that cannot be. */
must_check int queue_search(struct redis *r, struct job_search *s, struct job_entries *ret,
                            struct fail *f);
