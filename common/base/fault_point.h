/* Places where a test may let the process die: before and after each step that others can see.  Nothing is compiled in
 * unless DROPSHIP_FAULTS is defined, and then the test defines fault_point(). */
#pragma once

#ifdef DROPSHIP_FAULTS
/* Called at each place, in order: where is "before" or "after", step what happens there ("lua_claim").  May not return. */
void fault_point(const char *where, const char *step);
#define FAULT_POINT(where, step) fault_point((where), (step))
#else
#define FAULT_POINT(where, step) ((void)0)
#endif
