/* Allocations and I/O calls that fail on demand, in the whole test program: its own objects and the libraries it uses
 * (hiredis among them), since fault.c stands before the C library's functions.  Works with and without sanitizers.
 * A fault strikes once, in the thread that armed it, at the call number `at` (from 0) of those that its kind applies to:
 *     long at = 0;
 *     do { fault_arm(kind, at++); run(); } while (fault_disarm());
 * Threads: every thread arms for itself. */
#pragma once

#include <stdbool.h>

enum fault_kind {
    FAULT_ALLOC, /* malloc, calloc, realloc, strdup give NULL */
    FAULT_EINTR, /* a signal came: EINTR */
    FAULT_SHORT, /* reads and writes of one byte, from that call on for four calls */
    FAULT_RESET, /* ECONNRESET; connect: ECONNREFUSED; getaddrinfo: EAI_AGAIN; socket: EMFILE; poll: ENOMEM */
    FAULT_TIMEOUT, /* EAGAIN, as after SO_RCVTIMEO; connect: ETIMEDOUT; poll: nothing within the time */
    FAULT_EOF,     /* reads find the end, writes EPIPE */
    FAULT_KINDS
};

/* Name for messages. */
const char *fault_name(enum fault_kind kind);
/* Let call number `at` fail. */
void fault_arm(enum fault_kind kind, long at);
/* No more faults in this thread.  Whether it came to that call since fault_arm. */
bool fault_disarm(void);
/* Whether the last fault that fell due was left out: an allocation whose failure the library answers with abort()
 * (hiredis before 1.0 does, in hi_malloc and its sisters). */
bool fault_was_spared(void);
