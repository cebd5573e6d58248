/* A worker process with handlers of its own, forked by the test, on queue "test" with two
 * threads, or those of DROPSHIP_WORKER_QUEUES.  Job types: works, fails.later, is.limited, snoozes, refuses, waits (until go), dawdles (the same with a
 * deadline of 100 ms),
 * light (JOB_LIGHT), slow (300 ms), loses.database, loses.redis; works, slow and waits count their runs in test:ran.
 * Threads: the test's main thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tests/integration/worker/fixture.h"

enum { SOON_MS = 15000 };

extern struct fixture fixture;
extern pid_t child; /* 0 = none */

/* For cmocka: servers emptied before each test, a left-over worker killed after it. */
int process_set_up(void **unused);
int process_tear_down(void **unused);

void start_worker(void);
/* Exit code, 1000 + signal, or -1 when it does not end within limit_ms. */
int wait_worker(int64_t limit_ms);
/* TERM, then wait. */
int stop_worker(void);

void enqueue(const char *type, const char *jid, int retries);
void push_raw(const char *payload);
/* Let the jobs of type waits end. */
void go(void);
/* Until the integer that `command key` answers is at_least; fails the test when it does not come. */
void wait_for(const char *command, const char *key, int64_t at_least);
bool nothing_claimed(void *unused);
/* How many rows of job_run are done, as text. */
const char *done_in_history(void);
