/* Which queues there are: those of the job types, and those that something is or was in (foreign jobs have their own).
 * Threads: uses the caller's redis. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/redis/redis.h"

/* 0 when there is a queue of that name; FAIL_MISSING naming the known ones when not; else the failure of Redis. */
must_check int known_queue_check(struct redis *r, const char *name, struct fail *f);
