/* The timeline of an order: every step with its reason, sentence and numbers.  Threads: uses the caller's db. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

struct order_note {
    const char *step; /* "received", "decided", "placed", ...; NULL = nothing to note */
    const char *code; /* reason code, NULL = none */
    const char *text; /* sentence */
    json_t *detail;   /* numbers, borrowed; NULL = none */
    bool once;        /* not when the last note has the same step and code */
};
/* Inside the caller's transaction, with the thread's trace id. */
must_check int timeline_add(struct db *tx, int64_t order_id, const struct order_note *note,
                            struct fail *f);
/* 1 when this step with this code was ever noted, else 0; -1 as db_query. */
must_check int timeline_has(struct db *db, int64_t order_id, const char *step, const char *code,
                            struct fail *f);
