/* What the set-up check finds, collected while it runs and stored in one go, each with what to do about it.
 * Threads: one owner. */
#pragma once

#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

enum { SETUP_FINDINGS_MAX = 64, SETUP_NAME_BYTES = 64, SETUP_TEXT_BYTES = 300 };
enum setup_level { SETUP_OK, SETUP_WARN, SETUP_FAIL };

struct setup_finding {
    char name[SETUP_NAME_BYTES]; /* "scope.write_products", "location", ... */
    enum setup_level level;
    char text[SETUP_TEXT_BYTES];
    const char *mend; /* a literal; NULL = nothing to do */
};
struct setup_findings {
    struct setup_finding rows[SETUP_FINDINGS_MAX];
    size_t count;
};
/* Add one.  Beyond SETUP_FINDINGS_MAX nothing is added. */
void setup_found(struct setup_findings *s, const char *name, enum setup_level level,
                 const char *mend, const char *fmt, ...) printf_like(5, 6);
/* Put them in place of those of the check before. */
must_check int setup_findings_store(struct db *db, const struct setup_findings *s, struct fail *f);
