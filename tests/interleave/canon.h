/* The same bytes for the same state: in what Redis answers, times are replaced.  The times in a payload make versions of a
 * job distinct, and get numbers in the order in which a run meets them; other times steer nothing and are blotted out.
 * Threads: one. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* A run begins: forget the times. */
void canon_begin(void);
/* What is digested between these two is named for the moment only, so that whoever looks changes no name. */
size_t canon_mark(void);
void canon_release(size_t mark);
/* Digest of a digest and of bytes in their canonical form. */
uint64_t canon_digest(uint64_t digest, const char *bytes, size_t size_bytes);
