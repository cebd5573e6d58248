/* dropship_queue: a job queue on Redis for any C program.  Jobs are Sidekiq's JSON, so every Sidekiq client can enqueue for
 * you and Sidekiq's Web page shows what you do; claims, settlements and recovery are atomic scripts, so a job is in
 * exactly one place and survives the death of whoever works on it.
 *
 * Build: `cmake --install BUILD --component dropship_queue --prefix P`; then find_package(dropship_queue) and link
 * dropship::queue.  Redis must run with maxmemory-policy noeviction (redis_check_policy says so).
 *
 * A producer: redis_open, then queue_enqueue or queue_enqueue_bulk.  After FAIL_UNKNOWN repeat with the same jid.
 *
 * A worker: queue_work (work.h) with a function that does one job; tests/examples/worker.c is one in some 40 lines.  A handler must be safe
 * to repeat: a job runs again when its worker vanished, or was frozen longer than its lease.
 *
 * The same by single calls, for who needs another shape, as tests/examples/by_hand.c does it:
 *   1. queue_identity, once per process; queue_lease before the first claim.
 *   2. A thread with a connection of its own calls queue_lease each lease / 5, whatever the jobs do, and queue_recover every
 *      2 s or lease / 5, whichever is less.  Any number of processes may do so; a dropship-scheduler on the same Redis
 *      does it, too.  The same thread calls queue_promote, or jobs with a later time would never become due.  queue_beat,
 *      each 5 s, shows the process to Sidekiq's Web and brings what it was told there.
 *   3. queue_claim with a claim list that belongs to this batch alone (a new serial for each); after a failure again with the
 *      same list, as its reply may be what was lost.  No claims without a living lease.
 *   4. Run each job: job_parse, then whatever `type` and `args` ask for.
 *   5. queue_settle the batch: done; retry with the bytes of job_mark_failed after job_backoff_s; dead; snooze; back.  Repeat it
 *      after a failure.  What comes back `fenced` was recovered meanwhile and belongs to somebody else now.
 *   6. At the end queue_claim_release and queue_unregister.
 * Whoever dies between any two of these loses nothing: its lease runs out, recovery gives its jobs back to run next, and a
 * job that takes its worker down three times goes to `dead`.
 *
 * Failures are values (struct fail): 0 done, -1 failed; the kind says whether to try again (fail_rule).  SIGPIPE is to be
 * ignored by the process.  Threads: one struct redis per thread; everything else is values. */
#pragma once

#include "common/base/clock.h"
#include "common/queue/archive.h"
#include "common/queue/bulk.h"
#include "common/queue/cancel.h"
#include "common/queue/lists.h"
#include "common/queue/metrics.h"
#include "common/queue/pressure.h"
#include "common/queue/queue.h"
#include "common/queue/scale.h"
#include "common/queue/search.h"
#include "common/queue/serving.h"
#include "common/queue/standby.h"
#include "common/queue/unique.h"
#include "common/queue/work.h"
