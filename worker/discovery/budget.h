/* What discovery may spend of the supplier's points: one fifth of the day's allowance, half of it for searches and half for
 * assessments, set free evenly over the UTC day with some hours' worth at its start.  What the gate keeps for orders
 * is not touched by this.
 * Threads: as the context. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/model/settings.h"
#include "worker/core/job_context.h"

enum budget_kind { BUDGET_SEARCH, BUDGET_ASSESS };
/* What calls cost. */
enum { POINTS_SEARCH = 50, POINTS_DETAIL = 10, POINTS_STOCK = 10, POINTS_QUOTE = 10 };
enum { BUDGET_PART = 5, BUDGET_HEAD_S = 4 * 3600 };

/* Points set free by now_us of an allowance per day, before anything was spent; pure. */
int64_t budget_free(int64_t allowance, int64_t now_us);
/* Left of them for this kind when the job began; below 0 when more was spent. */
must_check int budget_left(struct job_context *c, enum budget_kind kind, int64_t *ret,
                           struct fail *f);
/* Note what was spent. */
must_check int budget_spend(struct db *db, int64_t now_us, enum budget_kind kind, int64_t points,
                            struct fail *f);

/* Whether the watch of live products needs discovery's points too, at its longest intervals: then nothing is searched or
 * judged until fewer are live (watch_plan.h). */
must_check int budget_goes_to_watch(struct db *db, const struct conf *conf,
                                    const struct settings *set, bool *ret, struct fail *f);
