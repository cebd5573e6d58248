/* Numbers that look random and are the same in each run.  Test programs only. */
#pragma once

#include <stdint.h>

struct dice {
    uint64_t state;
};

static inline uint64_t dice_next(struct dice *d)
{
    d->state = d->state * 6364136223846793005ULL + 1442695040888963407ULL;
    return d->state >> 33;
}

/* From least to most, both included. */
static inline int64_t dice_roll(struct dice *d, int64_t least, int64_t most)
{
    return least + (int64_t)(dice_next(d) % (uint64_t)(most - least + 1));
}
