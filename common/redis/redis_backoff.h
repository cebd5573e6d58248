/* Waiting time between connection attempts: doubles from 200 ms to 5 s, of which the upper half is
 * chance, so that many processes do not return at the same moment.  Header only; pure. */
#pragma once

#include <stdint.h>

enum { REDIS_BACKOFF_MIN_MS = 100, REDIS_BACKOFF_MAX_MS = 5000 };

/* After `failures` (>= 1) failed attempts in a row: 100..200, 200..400, ... 2500..5000 ms. */
static inline int64_t redis_backoff_ms(unsigned failures, uint32_t random)
{
    unsigned doublings = failures == 0 ? 0 : failures - 1;
    int64_t whole =
        doublings > 5 ? REDIS_BACKOFF_MAX_MS : (int64_t)(2 * REDIS_BACKOFF_MIN_MS) << doublings;

    if (whole > REDIS_BACKOFF_MAX_MS) {
        whole = REDIS_BACKOFF_MAX_MS;
    }
    return whole / 2 + random % (whole / 2 + 1);
}
