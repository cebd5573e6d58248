/* Jobs in Redis, in Sidekiq's format.  A job is in exactly one place: waiting (list queue:NAME, tail runs next), claimed (list
 * dropship:claimed:IDENTITY:QUEUE#N), schedule, retry or dead (sorted sets by epoch seconds).  Each move between
 * places is one Lua script in common/queue/lua; claim, settle, heartbeat and recovery are allow-oom scripts, enqueue is not.
 * Ownership rule (fencing): settling removes the exact payload from the claim list; if it is not there any more,
 * the job has been recovered, nothing is changed and it counts as fenced.
 * Threads: all functions use the caller's struct redis and keep no state. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/queue/job.h"
#include "common/redis/redis.h"

/* ---- enqueue ---- */

/* One job; jid (JOB_JID_BYTES) receives its id.  FAIL_INPUT: names, args, over 64 KiB.  FAIL_LATER: Redis away or full, or the
 * queue too long (QUEUE_FULL) or memory short (MEMORY_FULL) by our limits, see pressure.h.
 * After FAIL_UNKNOWN the caller may repeat with the same spec->jid: at worst the job runs twice; a unique one does not.
 * 1 = duplicate: the job is unique (unique.h), another one has its lock, jid is that one's, and nothing was pushed. */
must_check int queue_enqueue(struct redis *r, const struct job_spec *spec,
                             char ret_jid[static JOB_JID_BYTES], struct fail *f);
/* Many at once, first runs first; all or none of each group: 1000 jobs in a row, or fewer with 1 MiB of args together.  All specs
 * are checked before the first is pushed.
 * Duplicates of unique jobs are passed over; queue_enqueue_each (unique.h) tells of them. */
must_check int queue_enqueue_bulk(struct redis *r, const struct job_spec *specs, size_t count,
                                  struct fail *f);

/* ---- claim and settle: one lane of one worker process ---- */

struct claim_list {
    char key[256]; /* dropship:claimed:IDENTITY:QUEUE#N */
    char queue[JOB_NAME_BYTES];
};
/* The list of a worker process (identity) for a queue; serial tells its batches apart.  Pure. */
void queue_claim_list(const char *identity, const char *queue, unsigned serial,
                      struct claim_list *ret);

enum { QUEUE_BATCH_MAX = 1000 };
struct claim_request {
    const struct claim_list *list;
    size_t max;       /* 1 to QUEUE_BATCH_MAX */
    int64_t block_ms; /* longest wait for a first job */
};
/* Jobs of one claim in run order, in memory of their own; { .count = 0 } to begin with, and again after claimed_done. */
struct claimed {
    size_t count;
    bool
        ask_cancelled; /* there are cancelled jobs: ask queue_cancelled_each (cancel.h) before any is started */
    void *reply; /* claimed_payload reads it */
};
/* Bytes of job i < count, NUL-terminated; they live until claimed_done. */
const char *claimed_payload(const struct claimed *c, size_t i, size_t *ret_bytes);
/* Release the memory (the jobs stay claimed). */
void claimed_done(struct claimed *c);

/* Claim up to max jobs (fewer, but at least 16, when they are large) in one script call; when there is none, wait up to block_ms for one (BLMOVE) and claim again.  A paused
 * queue gives none after a short wait.
 * A suspect, that is a job given back by recovery and not settled since, comes alone, and only while no other claim list of
 * this process holds one; other jobs pass it.  So a job that kills its worker drags each neighbour down once; from then
 * on they run apart.  What remains: jobs that were never recovered may run beside a suspect, on other lists.
 * A claim list belongs to one batch: use another serial while jobs of this one are unsettled.  Whatever is in the list
 * when this is called was claimed by a call whose reply was lost, and is returned again (what exceeds max goes back to
 * run next): after a failure, call again with the same list, or give back what it holds with queue_claim_release.
 * Returns 0 with ret->count >= 0 (0 = none came), -1 failed (FAIL_LATER, FAIL_UNKNOWN: call again). */
must_check int queue_claim(struct redis *r, const struct claim_request *request,
                           struct claimed *ret, struct fail *f);

/* Everything left in the list goes back to run next, uncounted (a lane that ends, or gives up after FAIL_UNKNOWN). */
must_check int queue_claim_release(struct redis *r, const struct claim_list *list,
                                   int64_t *ret_released, struct fail *f);

enum settle_kind { SETTLE_DONE, SETTLE_RETRY, SETTLE_SNOOZE, SETTLE_DEAD, SETTLE_BACK };
struct settlement {
    enum settle_kind kind;
    const char *payload; /* the claimed bytes, exactly */
    size_t payload_bytes;
    const char *next; /* RETRY, SNOOZE, DEAD: bytes to store; DONE, BACK: NULL */
    size_t next_bytes;
    int64_t at_us; /* RETRY, SNOOZE: when due; DEAD: time of death (made distinct by jitter) */
    int64_t
        in_us; /* RETRY, SNOOZE: if > 0, due so long from now by the clock of Redis, whatever at_us says: the worker's
                      own clock may be wrong by an hour */
    bool counts_as_failed; /* adds to stat:failed */
    bool no_lock;          /* known by queue_job_locks: spares reading the payload again */
    bool fenced;           /* out: the job was not ours any more; nothing was changed */
};
/* Whether settling this job may have to clear a marker or lock that is held in its name. */
bool queue_job_locks(const struct job *job);

/* Jobs of one claim list that are settled together; borrowed. */
struct settle_batch {
    struct settlement *items; /* `fenced` of each is written */
    size_t count;             /* at most QUEUE_BATCH_MAX; none is nothing to do */
    int64_t
        now_us; /* tells the day that they count for, and when those are due that are put back */
};
/* Settle a batch in one script: remove from the claim list, store the next form, count stat:processed (+failed).
 * What ends is forgotten as cancelled.  BACK puts the payload to the tail of its queue without counting; SNOOZE does not count either.
 * After FAIL_LATER or FAIL_UNKNOWN repeat the same batch: what had been settled already then reads as fenced. */
must_check int queue_settle(struct redis *r, const struct claim_list *list,
                            const struct settle_batch *batch, struct fail *f);
/* The same for jobs that are all the list still holds, in the order in which they were claimed: it goes as a whole, without a
 * search for each and without sending the payloads of done jobs again but for the last.  When the list does not hold exactly
 * these, or the last is not the newest, or there are suspects, the jobs are settled singly, as above. */
must_check int queue_settle_whole(struct redis *r, const struct claim_list *list,
                                  const struct settle_batch *batch, struct fail *f);

/* ---- liveness ---- */

struct heartbeat_work { /* one running job, for the two work hashes */
    char thread_id[32];
    const char *queue;
    const char *payload;
    int64_t run_at_us;
};
struct heartbeat {
    const char *identity;  /* HOST:PID:NONCE */
    const char *info_json; /* Sidekiq's info object */
    int busy, concurrency;
    bool quiet;
    int64_t rss_kib, rtt_us;
    const struct heartbeat_work *work;
    size_t work_count;
};
/* Make an identity: hostname:pid:12 hex digits. */
void queue_identity(char *text, size_t text_bytes);
/* Register (or renew) the lease; before the first claim, then each lease_ms / 5. */
must_check int queue_lease(struct redis *r, const char *identity, int64_t lease_ms, struct fail *f);
/* Sidekiq's hashes with their 60 s; pops one signal name into signal ("" = none). */
must_check int queue_beat(struct redis *r, const struct heartbeat *beat, char signal[static 16],
                          struct fail *f);
/* Clean exit: lease, processes member and work hashes go, and the process's empty claim lists are known no more. */
must_check int queue_unregister(struct redis *r, const char *identity, struct fail *f);

struct recovery {
    int64_t lease_ms; /* in: longest lease of the workers; 0 = judge at once */
    int64_t
        search_ms; /* in: search for unknown claim lists so often (lists.h); 0 = as usual, -1 = not */
    int64_t wait_ms;   /* out: nothing was judged and will not be for so long; 0 = it was */
    int64_t found;     /* claim lists that were not known */
    int64_t lists;     /* claim lists with jobs, without a living lease */
    int64_t recovered; /* jobs put back to run next */
    int64_t condemned; /* jobs sent to dead as WorkerLost (third recovery) */
};
/* Walk the claim lists of processes without a lease; give the jobs of vanished workers back.  Any number of callers at once.
 * Adds to the counts of *ret.
 * To be called each lease_ms / 5 or 2 s, whichever is less.  After a pause of more than half a lease between two
 * calls, of whomever, and after FLUSHALL, nothing is judged for a lease (at least 7 s): Redis was away, and so were the
 * leases of living workers, which must reconnect first. */
must_check int queue_recover(struct redis *r, int64_t now_us, struct recovery *ret, struct fail *f);

/* Proof that recovery works: a job in the claim list of a process that never lived must come back.  queue_canary looks whether it
 * has, and plants the next one when the last is back and every_ms have passed.  To be called after each queue_recover; one canary
 * for any number of callers.  Its recovery is counted nowhere and it is not among the jobs that are shown. */
struct canary {
    int64_t age_ms;  /* since it was planted */
    int64_t back_ms; /* how long it was away; -1 = it still is */
};
/* One look; *ret is as it stands afterwards.  every_ms: from one planting to the next. */
must_check int queue_canary(struct redis *r, int64_t every_ms, struct canary *ret, struct fail *f);

/* ---- due jobs and timetable ---- */

/* Move up to max due jobs of `schedule` and `retry` to their queues.  *ret_moved; *ret_next_ms = milliseconds until the next
 * one is due (at most 1000; 0 = more are due now). */
must_check int queue_promote(struct redis *r, size_t max, int64_t *ret_moved, int64_t *ret_next_ms,
                             struct fail *f);

struct slot {
    const char *name; /* timetable entry: "orders.check" */
    int64_t interval_ms;
    struct job_spec job; /* jid is ignored: derived from name and slot */
};
/* Claim the present slot floor(now / interval) by Redis TIME and push its job, in one script.
 * 0 = pushed, 1 = already claimed by somebody, or skipped because the last one of this name still waits or runs
 * (marker dropship:slot:NAME:busy; its TTL is at most the interval and 15 minutes).  *ret_wait_ms = until the next slot.
 * The marker goes with a job that is settled (done or dead), condemned, killed or deleted, in the same script but for
 * queue_delete; the job's class is taken for the entry's name. */
must_check int queue_slot(struct redis *r, const struct slot *slot, int64_t *ret_wait_ms,
                          struct fail *f);

/* ---- looking and steering (CLI, API) ---- */

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_SCHEDULED, JOB_RETRY, JOB_DEAD, JOB_STATES };
extern const char
    *const job_state_names[JOB_STATES]; /* "waiting" "running" "scheduled" "retry" "dead" */

struct queue_info {
    char name[JOB_NAME_BYTES];
    int64_t waiting, running;
    int64_t oldest_ms; /* age of the job that runs next; -1 = none or unknown */
    bool paused;
};
/* All known queues by name; *ret is malloc'ed.  */
must_check int queue_list(struct redis *r, struct queue_info **ret, size_t *ret_count,
                          struct fail *f);

struct job_entry {
    enum job_state state;
    char where[256];  /* list or set key */
    char worker[128]; /* identity, when running */
    int64_t at_us;    /* score: due or died; 0 otherwise */
    struct job *job;  /* NULL when the payload is not a job */
    char *payload;    /* raw bytes, NUL-terminated */
    size_t payload_bytes;
};
struct job_entries {
    struct job_entry *items;
    size_t count;
    int64_t total; /* how many there are in all */
};
/* Free entries and their jobs; empty afterwards. */
void job_entries_free(struct job_entries *entries);
struct job_page {
    enum job_state state;
    const char *queue; /* NULL = of all */
    size_t offset;     /* jobs to pass over */
    size_t limit;      /* 1 to 1000 */
};
/* A page of the jobs of a state, next to run (or latest dead) first.  FAIL_INPUT for another limit. */
must_check int queue_jobs(struct redis *r, const struct job_page *page, struct job_entries *ret,
                          struct fail *f);
/* Where is this job?  FAIL_MISSING when nowhere in Redis.  One entry. */
must_check int queue_find(struct redis *r, const char *jid, struct job_entries *ret,
                          struct fail *f);

/* Move a retry, scheduled or dead job to its queue now; FAIL_MISSING, FAIL_CONFLICT (waiting or running). */
must_check int queue_retry(struct redis *r, const char *jid, struct fail *f);
/* All dead (or retry) jobs, optionally of one queue, in batches by rising score; *ret_moved.  Jobs that are moved and fail
 * again meanwhile are not taken twice. */
must_check int queue_retry_all(struct redis *r, enum job_state from, const char *queue,
                               int64_t *ret_moved, struct fail *f);
/* Move a waiting, scheduled or retry job to dead. */
must_check int queue_kill(struct redis *r, const char *jid, struct fail *f);
/* Remove a job that is not running. */
must_check int queue_delete(struct redis *r, const char *jid, struct fail *f);
/* Nobody claims from a paused queue; what runs goes on.  May be repeated. */
must_check int queue_pause(struct redis *r, const char *queue, bool paused, struct fail *f);

struct process_info {
    char identity[128];
    char *info_json; /* malloc'ed */
    int64_t busy, concurrency, rss_kib, rtt_us, beat_us;
    bool quiet, alive; /* alive = its lease lives */
    bool
        ours; /* has a lease, or "dropship" in its info; false: a foreign Sidekiq process on our database */
};
/* All that have registered and were not forgotten, Sidekiq's too.  *ret is the caller's (queue_processes_free). */
must_check int queue_processes(struct redis *r, struct process_info **ret, size_t *ret_count,
                               struct fail *f);
/* Accepts NULL with count 0. */
void queue_processes_free(struct process_info *items, size_t count);
/* Ask a process to quiet ("TSTP") or stop ("TERM"). FAIL_INPUT for other names. */
must_check int queue_signal(struct redis *r, const char *identity, const char *signal,
                            struct fail *f);

struct queue_stats {
    int64_t processed, failed, waiting, running, scheduled, retry, dead, processes, fenced,
        recovered;
    int64_t overdue_ms; /* age of the oldest due entry of schedule and retry; 0 = none */
};
/* The counters and lengths of this moment, all queues together. */
must_check int queue_stats(struct redis *r, struct queue_stats *ret, struct fail *f);
