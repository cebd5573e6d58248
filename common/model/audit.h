/* Who did what: one row per change a person, a key or a rule made.  Threads: uses the caller's db. */
#pragma once

#include <jansson.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

/* who: "cli:NAME", "key:NAME", "rule:NAME"; action "order.hold"; subject "order:17".  detail is borrowed; NULL = {}.  Belongs into
 * the transaction of the change it tells of. */
must_check int audit_add(struct db *tx, const char *who, const char *action, const char *subject,
                         const json_t *detail, struct fail *f);
