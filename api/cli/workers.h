/* Checks that commands on worker processes share.  Threads: one. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/redis/redis.h"

/* FAIL_MISSING, with a sentence that says where to look, unless a process of this identity is registered. */
must_check int known_worker_check(struct redis *r, const char *identity, struct fail *f);
