/* A queue_work that runs in a thread of the test, and what its handler has seen.  Threads: the test's own. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "common/base/clock.h"
#include "common/queue/work.h"
#include "tests/integration/queue/fixture.h"

enum { JOBS_MAX = 1000, WAIT_MS = 30000 };

/* What the handler has seen, by the number in args, and what it is told to do. */
struct rig {
    atomic_int runs[JOBS_MAX];
    atomic_int events[WORK_TROUBLE + 1];
    atomic_int total;
    atomic_bool stopping, gate; /* jobs of class "gate" wait for it */
    atomic_int fault;           /* how the next read or write after the job fails; -1 = not */
    atomic_int fault_at;
    atomic_int waiting; /* jobs at the gate */
};
extern struct rig rig;

struct worker {
    struct queue_work setup;
    pthread_t thread;
    int result;
    struct fail fail;
};

/* The test server's database of these tests.  Static memory. */
const char *rig_test_url(void);
/* A worker of queue "q" with the handler of the rig; url is borrowed. */
struct queue_work rig_setup_for(const char *url, int threads);
/* Run it in a thread; rig_end stops it and wants it to have ended well. */
void rig_begin(struct worker *w, const struct queue_work *setup);
void rig_end(struct worker *w);
/* Of each test: nothing seen, an empty database. */
int rig_setup(void **state);
/* A job of queue "q" with args [n]. */
void rig_enqueue(struct fixture *fx, const char *type, int n, struct job_spec spec);
#define plain ((struct job_spec){ .max_retries = -1 })
/* Entries of a sorted set. */
int64_t rig_count(struct fixture *fx, const char *set);
/* No claim list, no lease, no process. */
void rig_nothing_is_left(struct fixture *fx);

/* Wait for it. */
#define until(condition)                                                                           \
    do {                                                                                           \
        int64_t late_ms_ = clock_mono_ms() + WAIT_MS;                                              \
        while (!(condition)) {                                                                     \
            if (clock_mono_ms() > late_ms_) {                                                      \
                fail_msg("not within %d ms: %s", WAIT_MS, #condition);                             \
            }                                                                                      \
            clock_sleep_ms(5);                                                                     \
        }                                                                                          \
    } while (0)
