/* Locks of jobs that exist once: a timetable's job (dropship:slot:NAME:busy) and a unique job (dropship:unique:DIGEST).  Each
 * holds the jid of the one job that may be there, and always has a TTL.
 *
 * A unique job (struct job_spec, unique_for_s) takes its lock in the script that pushes it, so of any number of callers one
 * wins.  The lock lasts unique_for_s, for a delayed job counted from when it is due, and is released, if it is still this job's,
 * in the same script that settles the job as done or dead, condemns or kills it, and right after our CLI or API has deleted it.
 * While a job waits to be retried or is snoozed it keeps its lock: our worker calls queue_unique_hold, at the start of each run
 * and before a retry or snooze that may outlast it.  A job that waits in its queue for longer than unique_for loses its lock, as with
 * Sidekiq Enterprise, and takes it again when it starts if it is free.  So does a dead job that a person runs again.
 * A job that Sidekiq's Web or API deletes leaves its lock until the TTL.  No sweep looks for locks that were left behind: that a jid is nowhere can be proven only by reading every
 * list, and the TTL ends them anyway.
 * Threads: all functions use the caller's struct redis and keep no state. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/queue/job.h"
#include "common/redis/redis.h"

#define KEY_UNIQUE "dropship:unique:"

struct words;

/* What became of one spec. */
struct enqueued {
    char jid[JOB_JID_BYTES]; /* its id; of a duplicate, that of the job which has the lock */
    bool duplicate;          /* nothing was pushed */
};

/* queue_enqueue_bulk that tells what became of each; ret has `count` entries, filled when 0 is returned.  Of specs with the
 * same lock the first is pushed.  After a failure the groups before the failed one have been pushed. */
must_check int queue_enqueue_each(struct redis *r, const struct job_spec *specs, size_t count,
                                  struct enqueued *ret, struct fail *f);

/* Make a unique job's lock last until unique_for after until_us (0 = now): to be called when a retry or snooze is far away, or
 * at the start of a run.  Takes the lock again when it had run out.  Does nothing for jobs that are not unique.
 * 0 = held (or nothing to hold), 1 = another job has it by now. */
must_check int queue_unique_hold(struct redis *r, const struct job *job, int64_t until_us,
                                 struct fail *f);

/* For the script that ends a job: add its lock's key and its jid, which the script compares and deletes; "" and "" when the
 * payload can hold no lock.  Private to common/queue. */
void add_job_lock(struct words *w, const char *payload, size_t payload_bytes);

/* The same for a job that has been taken away by a plain command.  Failure is of no consequence but a wait for the TTL. */
must_check int queue_lock_release(struct redis *r, const char *payload, size_t payload_bytes,
                                  struct fail *f);
