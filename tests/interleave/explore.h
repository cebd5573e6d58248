/* Plays a scene in every possible interleaving.  Runs that come to a state where another run has been (Redis and all that
 * each actor has been told so far are the same) end there, as the rest would be the same; interleavings count them all.
 * Threads: one. */
#pragma once

#include "tests/interleave/scene.h"

struct exploration {
    double interleavings; /* complete ones */
    long states, ends, steps;
    char broken[8192]; /* the first rule that was broken, and how it came to that; "" = none */
};

/* merge = false: play every interleaving to its end, to check the merging itself. */
void explore(struct gate *gate, const struct scene *scene, bool merge, struct exploration *ret);
