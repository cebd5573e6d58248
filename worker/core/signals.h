/* Signals of a worker: blocked in every thread, taken by one with sigtimedwait.  The same names
 * come through Redis.
 * Threads: signals_block in main before any thread; signals_wait in one thread only. */
#pragma once

#include <stdint.h>

enum worker_signal {
    SIGNAL_NONE,
    SIGNAL_STOP,  /* TERM, INT: stop claiming, drain, hand back; a second one: at once */
    SIGNAL_QUIET, /* TSTP: stop claiming, go on running; no way back */
    SIGNAL_SHOW,  /* TTIN: log what runs */
    SIGNAL_RELOAD /* HUP: read the configuration again */
};

/* Block the signals above in this thread and its children; SIGPIPE is ignored. */
void signals_block(void);
/* Wait up to wait_ms for one. */
enum worker_signal signals_wait(int64_t wait_ms);
/* Number of a signal that may come through Redis ("TSTP", "TERM", "TTIN"); 0 for any other name,
 * which is to be dropped. */
int signals_number(const char *name);
