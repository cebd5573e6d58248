/* Which live products are looked at how often.  Threads: as the context. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/settings.h"
#include "common/model/watch_plan.h"
#include "worker/core/job_context.h"

/* Put every live product into its tier and plan the intervals within the day's points; a product that became hotter is due sooner.
 * What a look at the prices costs besides, once a day for each, is taken off the points first. */
must_check int watch_tiers_set(struct job_context *c, const struct settings *set,
                               struct watch_plan *ret, struct fail *f);

struct watch_due {
    int64_t id, next_s; /* next_s: interval of its tier by the plan */
    bool with_detail;   /* its prices were not looked at for a day */
};
struct watch_due_list {
    struct watch_due *rows;
    size_t count;
};
/* Release what it holds; zeroed afterwards. */
void watch_due_list_done(struct watch_due_list *list);
/* Products whose look is due, the longest overdue first, at most `most`.  *ret is the caller's (watch_due_list_done). */
must_check int watch_due_read(struct job_context *c, const struct watch_plan *plan, int64_t most,
                              struct watch_due_list *ret, struct fail *f);
