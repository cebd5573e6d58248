/* Locks of jobs that exist once: a timetable's job (dropship:slot:NAME:busy) and a unique job (dropship:unique:DIGEST).  Each
 * holds the jid of the one job that may be there, and always has a TTL.
 *
 * A unique job (struct job_spec, unique_for_s) takes its lock in the script that pushes it, so of any number of callers one
 * wins.  The lock lasts unique_for_s, for a delayed job counted from when it is due, and is released, if it is still this job's,
 * in the same script that settles the job as done or dead, condemns or kills it, and right after our CLI or API has deleted it.
 * While a job waits to be retried or is snoozed it keeps its lock; the TTL may run out meanwhile (queue_unique_hold).
 * A job that Sidekiq's Web or API deletes leaves its lock until the TTL, as does a dead job that a person runs again and that
 * had lost its lock: it runs without one.  No sweep looks for such locks: that a jid is nowhere can be proven only by
 * reading every list, and the TTL ends them anyway.
 * Threads: all functions use the caller's struct redis and keep no state. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/queue/job.h"
#include "common/redis/redis.h"

struct words;

/* For the script that ends a job: add its lock's key and its jid, which the script compares and deletes; "" and "" when the
 * payload can hold no lock. */
void add_job_lock(struct words *w, const char *payload, size_t payload_bytes);

/* The same for a job that has been taken away by a plain command.  Failure is of no consequence but a wait for the TTL. */
must_check int queue_lock_release(struct redis *r, const char *payload, size_t payload_bytes,
                                  struct fail *f);
