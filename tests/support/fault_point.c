#include "tests/support/fault_point.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int fault_enter(struct fault_point *p, const char *call, struct fail *f)
{
    p->calls++;
    if (p->before != NULL) {
        p->before(call);
    }
    if (p->calls != p->at) {
        return 0;
    }
    p->fired = true;
    if (p->fault == FAULT_KILLED_BEFORE) {
        _exit(FAULT_KILLED_STATUS);
    }
    return p->fault == FAULT_REFUSED_LATER ? fail_set(f, FAIL_LATER, "%s: passing trouble", call)
                                           : 0;
}

int fault_leave(struct fault_point *p, int result, bool write, struct fail *f)
{
    if (p->calls != p->at) {
        return result;
    }
    if (p->fault == FAULT_KILLED_AFTER) {
        _exit(FAULT_KILLED_STATUS);
    }
    if (p->fault == FAULT_ANSWER_LOST) {
        return fail_set(f, write ? FAIL_UNKNOWN : FAIL_LATER, "the answer was lost");
    }
    return result;
}

bool fault_kills(const struct fault_point *p)
{
    return (p->fault == FAULT_KILLED_BEFORE || p->fault == FAULT_KILLED_AFTER) && !p->fired;
}

void *fault_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        abort();
    }
    return memory;
}
