/* Waiting between the attempts of one call, shared by the clients.  The gate makes all workers
 * wait after a throttling answer; this makes at least the caller wait, whatever the gate does.
 * Threads: no shared state. */
#pragma once

#include <stdint.h>
#include <stdlib.h>

#include "common/base/clock.h"

/* ms with up to a quarter more, so that workers who were refused together do not come back
 * together. */
static inline int64_t wait_jitter(int64_t ms)
{
    return ms + (int64_t)arc4random_uniform((uint32_t)(ms / 4 + 1));
}

/* Sleep what is left until the monotonic instant; nothing when it has passed. */
static inline void wait_until(int64_t mono_ms)
{
    int64_t left_ms = mono_ms - clock_mono_ms();

    if (left_ms > 0) {
        clock_sleep_ms(left_ms);
    }
}
