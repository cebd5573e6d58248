/* The job format: one flat JSON object as Sidekiq writes it (times as float seconds with a visible fraction).
 * Readers are liberal (missing or odd times, retry "true", integer milliseconds, unknown fields), writers exact.  A payload
 * is never re-serialised: changes replace or append single members in its text, so `args` keep their bytes
 * through any number of moves (2^63, 1e-7, U+2028, depth 200).
 * Threads: values; one owner. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/id.h"
#include "common/base/str.h"

enum {
    JOB_NAME_BYTES = 128,      /* class and queue names, with NUL */
    JOB_JID_BYTES = 64,        /* foreign clients use other forms than 24 hex digits */
    JOB_MAX_BYTES = 64 * 1024, /* enqueue refuses more; readers accept what is there */
    JOB_DEFAULT_RETRIES = 25,
    JOB_LOCK_BYTES = 41,       /* digest of a unique job: 40 hex digits, with NUL */
    JOB_UNIQUE_KEY_MAX = 1024, /* bytes of a caller's own key */
    JOB_MAX_DEPTH = 512        /* nesting a reader follows before it calls a payload broken */
};

/* The year 9999 ends: a later time is unknown to readers and refused by enqueue. */
#define JOB_TIME_MAX_US INT64_C(253402300799000000)

/* A parsed payload.  Made by job_parse, freed by job_free. */
struct job {
    char *payload; /* the stored bytes, NUL-terminated copy */
    size_t payload_bytes;
    char jid[JOB_JID_BYTES];       /* "" when absent or not a string */
    char type[JOB_NAME_BYTES];     /* member "class"; "" when absent */
    char queue[JOB_NAME_BYTES];    /* member "queue"; "" when absent */
    char trace_id[ID_TRACE_BYTES]; /* member "dropship_trace"; "" when absent */
    const char *args;              /* raw text of member "args" inside payload; NULL when absent */
    size_t args_bytes;
    bool args_is_array;
    int max_retries; /* from "retry": true/odd = 25, N, false = 0; -1 when the member is absent */
    int retry_count; /* -1 before the first failure */
    int64_t created_us;  /* 0 = unknown */
    int64_t enqueued_us; /* 0 = unknown */
    int64_t failed_us;   /* first failure; 0 = none */
    /* Not to be started later than this; 0 = any time.  From "dropship_expires_at"; of foreign jobs from Sidekiq Pro's
     * "expires_in", whose seconds count from the latest move to a list, or from created_at where that is unknown. */
    int64_t expires_us;
    int64_t unique_for_s; /* member "unique_for", rounded up; 0 = absent */
    char unique
        [JOB_LOCK_BYTES]; /* member "dropship_unique": digest of its lock (unique.h); "" when absent or odd */
};

/* What to enqueue. */
struct job_spec {
    const char *type;     /* [A-Za-z0-9_.:/-]+ */
    const char *queue;    /* [A-Za-z0-9_.:-]+ */
    const char *args;     /* JSON array text; NULL = [] */
    const char *jid;      /* NULL = a new one */
    const char *trace_id; /* NULL = none */
    int max_retries;      /* -1 = true (25) */
    int64_t run_at_us;    /* 0 or past = now; at most JOB_TIME_MAX_US */
    int64_t
        expires_in_s; /* not to be started later than so many seconds after it is due; 0 = any time */
    /* > 0: one such job at a time, for at most so long (unique.h).  Two jobs are the same when class, queue and args are, white
     * space between JSON tokens aside; or when their keys are, whatever class and queue. */
    int64_t unique_for_s;
    const char
        *unique_key; /* NULL = by class, queue and args; else 1 to JOB_UNIQUE_KEY_MAX bytes */
};

/* FAIL_INPUT when the bytes are not one JSON object (the text is then to be kept as it is). */
must_check int job_parse(const char *bytes, size_t size_bytes, struct job **ret, struct fail *f);
/* Free the job and its copy of the payload; accepts NULL. */
void job_free(struct job *job);
static inline void job_free_p(struct job **job)
{
    job_free(*job);
}

/* Append the payload of a new job: validated names, args (must be a JSON array), size.  A spec without a jid gets a new one.
 * enqueued: whether it goes to a list now (member enqueued_at).  FAIL_INPUT says what is wrong. */
must_check int job_build(const struct job_spec *spec, int64_t now_us, bool enqueued,
                         struct str *out, struct fail *f);

/* The same in two steps, for many at once: all checks, then the appending of a spec that has passed them and has a jid.
 * What job_write fails with is FAIL_LATER; an append that did not fit shows in *out. */
must_check int job_check(const struct job_spec *spec, struct fail *f);
/* The second step: append the payload. */
must_check int job_write(const struct job_spec *spec, int64_t now_us, bool enqueued,
                         struct str *out, struct fail *f);
/* Digest of what makes the spec's job unique; the spec has passed job_check and has unique_for_s. */
must_check int job_unique_digest(const struct job_spec *spec, char digest[static JOB_LOCK_BYTES],
                                 struct fail *f);

/* Copy of the payload with enqueued_at set anew, for a move to a list.  requeue_retry: also take one from retry_count, as
 * Sidekiq's "retry now" does. */
must_check int job_mark_enqueued(const struct job *job, int64_t now_us, bool requeue_retry,
                                 struct str *out, struct fail *f);

/* One run of a job that failed; borrowed. */
struct job_failure {
    const char
        *queue; /* to run it again; the payload's own retry_queue, if usable, goes before it */
    const char *error_class;   /* "ProviderDown" */
    const char *error_message; /* cut at 10000 characters */
    int64_t at_us;
};
/* Copy with the members of one more failure: error_class, error_message, failed_at or retried_at, retry_count, queue.
 * *ret_retry_count = its new value. */
must_check int job_mark_failed(const struct job *job, const struct job_failure *failure,
                               struct str *out, int *ret_retry_count, struct fail *f);

/* Seconds until the attempt after failure number n (0 = first): n^4 + 15 + jitter of [0, 10 (n + 1)), as Sidekiq 8. */
int64_t job_backoff_s(int retry_count, uint32_t random);

/* FAIL_INPUT unless the name is non-empty, fits and uses the allowed characters.  what: "queue", "class". */
must_check int job_check_name(const char *name, const char *what, struct fail *f);
