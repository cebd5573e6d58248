/* GET /api/v1/live: who listens is told which topics changed (Server-Sent Events), and asks for them again with the entity tags
 * it has.  One thread looks at Postgres and Redis once a second while somebody listens; nobody else does anything for it.
 * Threads: struct live is shared; its lock is held for moments. */
#pragma once

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"

struct live;

enum { LIVE_LISTENERS = 32, LIVE_LOOK_MS = 1000, LIVE_PING_MS = 15000, LIVE_CHECK_MS = 2000 };

/* Start the thread; no network before somebody listens.  conf is borrowed.  *ret is the caller's (live_close). */
must_check int live_open(const struct conf *conf, struct live **ret, struct fail *f);
/* End it; nobody listens any more.  Accepts NULL. */
void live_close(struct live *l);
