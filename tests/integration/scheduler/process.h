/* A dropship-scheduler process under test.  Threads: one. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct process {
    pid_t pid;
};
/* Start it on the test's servers; database NULL = the test's, health NULL = no endpoint. */
struct process process_start(const char *database, const char *health);
/* Send TERM and wait; returns the exit code, -1 when it had to be killed after 10 s.  *ret_ms = how long it took. */
int process_end(struct process *p, int64_t *ret_ms);
void process_kill(struct process *p);
