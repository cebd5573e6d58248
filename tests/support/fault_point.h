/* Fault points in fakes of clients: each call can be the one that fails, loses its answer or ends the process.  The struct lies in
 * the memory that a fake shares with child processes.
 * Threads: one; processes take turns. */
#pragma once

#include <stdbool.h>

#include "common/base/fail.h"

enum fault {
    FAULT_NONE,
    FAULT_REFUSED_LATER, /* passing trouble, nothing done */
    FAULT_ANSWER_LOST,   /* the work is done, the answer is not heard */
    FAULT_KILLED_BEFORE, /* the process dies before the work */
    FAULT_KILLED_AFTER,  /* the process dies after the work */
    FAULTS
};
enum { FAULT_KILLED_STATUS = 9 }; /* of a process that a fault ended */

struct fault_point {
    int calls;        /* so far */
    int at;           /* the call that is struck; 0 = none */
    enum fault fault; /* how */
    bool fired;
    void (*before)(const char *call); /* the test's word before a call; not in killed processes */
};

/* Before the work of a call; -1 = fail now. */
int fault_enter(struct fault_point *p, const char *call, struct fail *f);
/* After the work of a call, with its result; writes answer FAIL_UNKNOWN when the answer is lost. */
int fault_leave(struct fault_point *p, int result, bool write, struct fail *f);
/* Is a fault armed that ends the process, and has not fired? */
bool fault_kills(const struct fault_point *p);
/* Memory of so many bytes, all 0, that child processes share; ends the program when there is none.  Never released. */
void *fault_memory(size_t bytes);
