/* Writes that carry an Idempotency-Key: each is done once, and a repeat gets the stored answer.
 *
 * A write is claimed before it is done: a row (caller, key) in state `running`, and a session lock of Postgres for as long as
 * somebody is at it.  Then its answer is stored (`done`), or the row is dropped when nothing was done.  What a repeat finds:
 *   - `done`: the stored answer, or, when the answer must not be stored (a new secret), that it was done;
 *   - `running` and locked: somebody is at it;
 *   - `running` and not locked: the program ended, or lost Postgres, between claim and answer.  The write may have been done
 *     and cannot be asked.  Every change writes its line in `audit` in its own transaction, with the id of the request, so a
 *     line proves that it was done.  No line proves nothing: an act in Redis comes before the commit of its line, and what
 *     changed nothing has none.  So only a method that may be repeated by its meaning (PUT, DELETE) is done again; of a
 *     POST the caller is told that it may or may not have happened.  It is never done twice.
 * Kept IDEMPOTENCY_KEPT_S, bound to the caller: the key of one is unknown to another.
 * Threads: uses the caller's db; the lock belongs to its connection, which must not be given away before the end. */
#pragma once

#include <stdbool.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/id.h"
#include "common/db/db.h"

enum {
    IDEMPOTENCY_KEPT_S = 24 * 3600,
    IDEMPOTENCY_KEY_MAX_BYTES = 128,
    IDEMPOTENCY_CALLER_BYTES = 64,
    IDEMPOTENCY_BODY_MAX_BYTES = 1024 * 1024 /* a longer answer is not stored */
};

/* Who asks for what; borrowed texts. */
struct idempotency {
    char caller[IDEMPOTENCY_CALLER_BYTES];    /* "key:17" */
    const char *key;                          /* 1 to IDEMPOTENCY_KEY_MAX_BYTES bytes */
    char request_sha256[ID_SHA256_HEX_BYTES]; /* of all that makes it this request */
    const char *request_id;                   /* goes to audit.request */
    bool repeatable;                          /* the method may be done twice by its meaning */
};

enum idempotency_state {
    IDEMPOTENCY_MINE,        /* do it, then idempotency_end */
    IDEMPOTENCY_DONE,        /* *ret has the answer */
    IDEMPOTENCY_RUNNING,     /* somebody is at it */
    IDEMPOTENCY_OTHER,       /* the key belongs to another request */
    IDEMPOTENCY_CARRIED_OUT, /* it was done, its answer is lost or was not to be stored */
    IDEMPOTENCY_UNCLEAR      /* it may or may not have been done */
};

/* A stored answer; the texts are the owner's (idempotency_answer_done). */
struct idempotency_answer {
    int status;
    char *type, *body;
};
/* Release its texts; for scoped(). */
void idempotency_answer_done(struct idempotency_answer *a);

/* May it be done now?  A state, or -1 as Postgres fails.  After IDEMPOTENCY_MINE the caller holds the lock until
 * idempotency_end; after IDEMPOTENCY_DONE *ret is the caller's. */
must_check int idempotency_begin(struct db *db, const struct idempotency *i,
                                 struct idempotency_answer *ret, struct fail *f);

/* What became of a claimed write. */
struct idempotency_end {
    bool undone;      /* surely nothing was done: forget it, a repeat may try again */
    bool unclear;     /* nobody knows: leave it so */
    int status;       /* else the answer ... */
    const char *type; /* ... and */
    const char *body; /* ... NULL = it must not be stored */
};
/* Store it and release the lock.  On failure it stays unclear. */
must_check int idempotency_end(struct db *db, const struct idempotency *i,
                               const struct idempotency_end *end, struct fail *f);

/* Changes made on this connection from now on belong to request_id (audit.request). */
must_check int idempotency_note_request(struct db *db, const char *request_id, struct fail *f);

/* Forget old ones, at most a thousand: 1 when that many were there, so that there may be more.  Fails as Postgres does. */
must_check int idempotency_trim(struct db *db, struct fail *f);
