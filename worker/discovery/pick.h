/* Which products are judged next: the best by trend score whose cheap facts fit.
 * Threads: as the context. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/settings.h"
#include "worker/core/job_context.h"
#include "worker/discovery/terms.h"

enum { PICK_WHY_BYTES = 300 };
struct picked {
    int64_t count;
    char why[PICK_WHY_BYTES]; /* why not as many as set; "" = nothing was in the way */
};
/* Make up to discovery.top products candidates, less those that wait already and no more than the day's points can judge:
 * each with its note and the event product.found, whose job product.assess is spread at the supplier's rate.  Those whose name
 * the compliance filter blocks are rejected at once, with the rule. */
must_check int pick_candidates(struct job_context *c, const struct settings *set,
                               const struct assess_terms *terms, struct picked *ret,
                               struct fail *f);
