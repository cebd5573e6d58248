/* What Redis knows of the flows just now: the slots of the timetable, paused queues, worker processes with the jobs they run, and
 * what each process says about STOP.  A few round trips, whatever the number of jobs.
 * Threads: uses the caller's redis; a view is a value of its caller's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/flow_kinds.h"
#include "common/queue/job.h"
#include "common/redis/redis.h"

enum { POOL_JOBS_MAX = 2000, POOL_PROCESSES_MAX = 1000, POOL_IDENTITY_BYTES = 128 };

/* A job that runs, as the heartbeat of its process told last (each 5 s). */
struct pool_job {
    char jid[JOB_JID_BYTES], type[JOB_NAME_BYTES];
    int64_t since_us; /* by the worker's clock */
};

/* A worker process. */
struct pool_process {
    char identity[POOL_IDENTITY_BYTES];
    bool alive;      /* its lease lives */
    bool quiet;      /* takes no more jobs */
    int64_t beat_us; /* last heartbeat */
    int64_t stop_us; /* STOP it has seen, by the row's time; 0 = it has told of none */
    char *stop_text; /* what it wrote, {"stop_us","running":[{"jid","type"}]}; NULL = nothing */
    char *info_json; /* as it registered; may be NULL */
};

struct pool_view {
    int64_t now_us;            /* by the clock of Redis */
    int64_t slots[FLOW_KINDS]; /* last slot claimed of each flow's looking job; -1 = none */
    bool paused[FLOW_KINDS];   /* the flow's queue is */
    struct pool_job *jobs;     /* at most POOL_JOBS_MAX */
    size_t job_count;
    struct pool_process *processes; /* ours; at most POOL_PROCESSES_MAX */
    size_t process_count;
};

/* *ret is the caller's (pool_view_done), also after a failure.  FAIL_LATER when Redis is away. */
must_check int pool_view_read(struct redis *r, struct pool_view *ret, struct fail *f);
void pool_view_done(struct pool_view *v); /* accepts a zeroed one */

/* Living processes that take jobs from the queue. */
int pool_view_serving(const struct pool_view *v, const char *queue);
