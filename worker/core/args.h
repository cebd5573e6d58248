/* Command line of dropship-worker.
 * Threads: main only. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "common/base/conf.h"
#include "common/queue/job.h"

enum { ARGS_MAX_LANES = 64, ARGS_MAX_THREADS = 1024, ARGS_DEFAULT_THREADS = 4 };

struct lane_spec {
    char queue[JOB_NAME_BYTES];
    int threads;
};

struct worker_args {
    struct lane_spec lanes[ARGS_MAX_LANES];
    size_t lane_count;
    bool by_default; /* the command line names no queue */
};

/* --queue NAME[=THREADS], any number of times, each queue once; without: every queue of
 * job_kinds and "default", with ARGS_DEFAULT_THREADS each.  Words of conf_start (--version,
 * --print-config, --print-config-markdown) pass. Returns -1 to go on, otherwise the exit code: 0
 * after --help, 2 after a mistake, which `err` names. */
int worker_args_parse(int argc, char **argv, struct worker_args *ret, FILE *out, FILE *err);
/* When the command line names no queue: the lanes of DROPSHIP_WORKER_QUEUES ("NAME=THREADS,NAME=THREADS"), if that is set.
 * FAIL_INPUT names the mistake. */
must_check int worker_args_configure(struct worker_args *args, const struct conf *conf,
                                     struct fail *f);
