/* Inside of struct scheduler, for scheduler.c and probes.c. */
#pragma once

#include <pthread.h>

#include "scheduler/duty.h"
#include "scheduler/scheduler.h"

struct duty_thread {
    struct scheduler *scheduler;
    const struct duty *duty;
    struct duty_stats stats;
    pthread_t thread;
    bool started;
};

struct scheduler {
    const struct conf *conf;
    pthread_mutex_t lock; /* guards wake */
    pthread_cond_t wake;  /* monotonic; signalled when stopping becomes true */
    atomic_bool stopping;
    struct duty_thread threads[DUTY_COUNT];
};
