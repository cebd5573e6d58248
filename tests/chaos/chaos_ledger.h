/* The ledger of the queue storm: lines in plain files, appended by one write each, independent of Redis and of the queue.
 * A line is complete when it ends with " ."; what else gets into a file (a stranger's descriptor after a job has closed
 * all of them) is skipped by the reader.
 * Threads: ledger_line may be called by any; ledger_hold stops all of them meanwhile. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"

/* Append one formatted line to the file; opened for each line, so that no job can close it.  durable: fsync before
 * return.  Ends the program when the file cannot be written: a ledger with holes would prove nothing. */
void ledger_line(const char *path, bool durable, const char *fmt, ...) printf_like(3, 4);

/* Nothing is written between hold and let_go; for a job that closes the descriptors of others. */
void ledger_hold(void);
/* The end of ledger_hold. */
void ledger_let_go(void);

/* CLOCK_MONOTONIC in ms, straight from the kernel: the clock of a process may be turned back in a storm. */
int64_t ledger_now_ms(void);
