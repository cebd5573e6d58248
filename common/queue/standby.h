/* Due jobs when no scheduler moves them: any process of the pool may look now and then and help out.  There is no sign of life to
 * be forged or forgotten: what shows that nobody promotes is a job that is due for long.
 * Threads: uses the caller's struct redis and keeps no state. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/redis/redis.h"

/* Move up to max due jobs as queue_promote does, if the oldest has been due for more than overdue_ms by Redis' clock; otherwise this
 * is two short reads.  Schedulers that return meanwhile do no harm.  *ret_moved: how many.  Failures as of queue_promote. */
must_check int queue_promote_standby(struct redis *r, int64_t overdue_ms, size_t max,
                                     int64_t *ret_moved, struct fail *f);
