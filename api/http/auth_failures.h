/* Who keeps failing to show a key or to log in: token buckets per address, and one for all addresses together, in the memory of
 * this process.  They decide what a failed attempt is told, never whether a right key is accepted.
 * Threads: one mutex guards the table. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

enum {
    AUTH_BURST = 10, /* per address */
    AUTH_REFILL_MS = 6000,
    AUTH_ALL_BURST = 300, /* of all addresses */
    AUTH_ALL_REFILL_MS = 1000,
    AUTH_ADDRESS_BYTES = 48
};

struct failures;

/* An empty table.  *ret is the caller's (failures_close).  FAIL_LATER when memory is short. */
must_check int failures_open(struct failures **ret, struct fail *f);
/* Release it; nobody may use it any more.  Accepts NULL. */
void failures_close(struct failures *t);
/* Failed attempts that address may still make now: no more than it, and all together, have left. */
int failures_left(struct failures *t, const char *address, int64_t now_ms);
/* One failed attempt. */
void failures_count(struct failures *t, const char *address, int64_t now_ms);

/* What counts as one address: an IPv4 address, or the /64 of an IPv6 address, of which one client has all.  Anything else is
 * taken as it is. */
void address_group(const char *address, char ret[static AUTH_ADDRESS_BYTES]);
