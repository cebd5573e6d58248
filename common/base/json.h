/* Reading and building JSON with jansson: release helpers and strict typed access with messages that say what and where.
 * Threads: a json_t belongs to one thread. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/money.h"

static inline void json_clear_p(json_t **value)
{
    json_decref(*value);
}

/* Parse a whole document (duplicates allowed, last wins; an escaped NUL ends the text it is in; integers beyond 64 bits are
 * refused).  `what` names the source in the message, which quotes nothing of the document.  FAIL_INPUT; FAIL_LATER (memory, where
 * jansson can tell). */
must_check int json_parse(const char *text, size_t size_bytes, const char *what, json_t **ret,
                          struct fail *f);
/* Walk a path "data.order.lineItems.nodes.0" (numbers index arrays) from root, "" = root itself; NULL when a step is missing or
 * null.  Borrowed. */
json_t *json_at(const json_t *root, const char *path);
/* Text at path, or `otherwise` when absent or null or not a string.  Borrowed. */
const char *json_text(const json_t *root, const char *path, const char *otherwise);
/* Id that may come as text or integer: always text, in buf (32 bytes suffice for integers); text that is longer than buf is
 * returned as it stands in root (borrowed), never cut.  "" when absent or neither. */
const char *json_id_text(const json_t *root, const char *path, char *buf, size_t buf_bytes);
/* Integer, also as whole real or text; `otherwise` when absent or anything else. */
int64_t json_int(const json_t *root, const char *path, int64_t otherwise);
/* Booleans also as 0/1 or "0"/"1"/"true". */
bool json_truth(const json_t *root, const char *path, bool otherwise);
/* Amount given as text or number -> money; FAIL_INPUT when absent, null or malformed. */
must_check int json_money(const json_t *root, const char *path, const char *currency,
                          struct money *ret, struct fail *f);
/* Compact text of value; *ret is the caller's to free(). */
must_check int json_write(const json_t *value, char **ret, struct fail *f);
