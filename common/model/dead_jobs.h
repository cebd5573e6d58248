/* The archive of dead jobs: table dead_job.  What leaves the set `dead` of Redis for its limits (queue/archive.h) is kept here, byte
 * for byte, and can be looked at and run again, once.  Threads: those of the connections. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/queue/archive.h"

struct dead_archiving {
    struct dead_limits limits; /* of what stays in Redis */
    int64_t most;              /* entries moved in one call */
};
/* Move what is beyond the limits into the archive, in pages, oldest first, up to `most` entries: each page is committed here before
 * it leaves Redis, so a crash between the two leaves it in both, and the next run only takes it out of Redis.
 * *ret_archived: how many left Redis.  Not within a transaction. */
must_check int dead_jobs_archive(struct db *db, struct redis *r, const struct dead_archiving *what,
                                 int64_t *ret_archived, struct fail *f);

struct dead_jobs_page {
    const char *queue; /* of this and the next two: NULL = all */
    int64_t offset, limit;
    const char *type, *error_class; /* type is matched whole */
};
/* A page of the archive, latest death first:
 * {"total","jobs":[{"jid","type","queue","error_class","error_message","died_at","archived_at","retried_at","retried_by"}]}.
 * *ret_json is the caller's to free(). */
must_check int dead_jobs_list(struct db *db, const struct dead_jobs_page *page, char **ret_json,
                              struct fail *f);

/* Put an archived job to its queue and mark the row, in the caller's transaction, which is to be committed at once: of any number
 * of callers one succeeds.  A crash between the two lets it run and leaves the row unmarked.
 * FAIL_MISSING: not in the archive, or run again before. */
must_check int dead_jobs_retry(struct db *tx, struct redis *r, const char *jid, const char *who,
                               struct fail *f);
