/* Whom we looked up a moment ago, so that a request costs no query for its key or session: by the SHA-256 of what the client
 * showed, for KNOWN_MS.  A revocation made elsewhere is seen when that is over; one made by this process at once, but for a
 * look-up that was under way.  Only the living are kept: an unknown key is always looked up.
 * The table is bounded; when it is full the entry that ends first makes room.
 * Threads: one mutex guards the table. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/id.h"
#include "common/model/session.h"

/* Below the two seconds within which a revocation must hold. */
enum { KNOWN_MS = 1500 };

struct known;

/* An empty table.  *ret is the caller's (known_close).  FAIL_LATER when memory is short. */
must_check int known_open(struct known **ret, struct fail *f);
/* Release it; nobody may use it any more.  Accepts NULL. */
void known_close(struct known *k);
/* Who showed what has this digest?  false = look it up. */
bool known_get(struct known *k, const char digest[static ID_SHA256_HEX_BYTES], int64_t now_ms,
               struct session *ret);
/* Looked up just now.  who->id is 0 for a key. */
void known_put(struct known *k, const char digest[static ID_SHA256_HEX_BYTES],
               const struct session *who, int64_t now_ms);
/* A key was revoked or a session ended: forget everybody. */
void known_forget(struct known *k);
