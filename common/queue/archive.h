/* The end of the dead: entries beyond the limits of `dead` are read, kept elsewhere by the caller (common/model/dead_jobs.h puts
 * them into Postgres), and only then taken out of Redis, byte for byte.  As long as a caller has come by within the last
 * week, recovery trims `dead` by itself only when it is ten times over its limit; without one it trims as Sidekiq does.
 * Limit: Sidekiq's own processes, its Web and its API trim `dead` at 10,000 entries and six months whenever they add to it (settings
 * dead_max_jobs and dead_timeout_in_seconds); what they drop is in no archive.
 * Threads: those of the connection. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/queue/queue.h"

enum { ARCHIVE_PAGE = 500 };

struct dead_limits {
    int64_t keep;   /* entries */
    int64_t keep_s; /* age since death */
};
/* Up to ARCHIVE_PAGE of the oldest entries beyond either limit, fewer when they are large, oldest first; none = `dead` is within its limits.  Notes that
 * there is an archive.  ret->total: how many are beyond. */
must_check int queue_dead_over(struct redis *r, const struct dead_limits *limits,
                               struct job_entries *ret, struct fail *f);
/* Take entries out that have been kept elsewhere; those that have moved meanwhile stay.  Counts in dropship:stat:archived.
 * *ret_dropped: how many were still there. */
must_check int queue_dead_drop(struct redis *r, const struct job_entries *entries,
                               int64_t *ret_dropped, struct fail *f);

struct archive_counts {
    int64_t archived; /* entries that left `dead` for an archive */
    int64_t trimmed;  /* entries that recovery dropped, kept nowhere */
};
/* Since Redis was last empty. */
must_check int queue_archive_counts(struct redis *r, struct archive_counts *ret, struct fail *f);

/* Put a payload that was once dead to its queue, as queue_retry does.  FAIL_INPUT when it is no job or names no usable queue. */
must_check int queue_run_again(struct redis *r, const char *payload, size_t payload_bytes,
                               struct fail *f);

/* What a payload tells of its latest failure. */
struct job_error {
    char name[256]; /* "" = absent, no text or longer */
    char *message;  /* malloc'ed; "" = absent, or no text that C can hold */
};
/* Without recursion, whatever the payload is.  FAIL_LATER when memory is short; otherwise release with job_error_done. */
must_check int job_error_read(const char *payload, size_t payload_bytes, struct job_error *ret,
                              struct fail *f);
/* Accepts an empty one. */
void job_error_done(struct job_error *error);
