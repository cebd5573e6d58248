/* Allocation failures on demand.  A test program that links faults.c with the wrapped allocators (see CMakeLists.txt) runs a
 * piece of code once per allocation it makes, with that one failing.  Not for threads. */
#pragma once

#include <stdbool.h>

/* Let the allocation number `at` (from 0) fail; -1 = none. */
void fault_arm(long at);
/* Did it come to that since fault_arm? */
bool fault_fired(void);

/* Run `run` with each of its allocations failing in turn, until a run in which none failed.  At least one must have failed. */
void torture(void (*run)(void));
