/* Logins of people: 32 random bytes in the browser's cookie, stored only as SHA-256 and bound to the key that was shown at the
 * login: with the key the session ends.  It also ends when nobody used it for a while and, used or not, at a fixed time.
 * The token against forged requests (CSRF) is derived from the session's secret, so it is not stored and tells nothing of it.
 * Starting and ending are written to `audit` in the same transaction.
 * Threads: uses the caller's db. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/id.h"
#include "common/db/db.h"
#include "common/model/api_key.h"

/* Sessions of one key at a time: more than the browsers a person has, few enough that nobody fills the table by logging in. */
enum { SESSION_TOKEN_BYTES = 65, SESSIONS_PER_KEY = 50 };

struct session {
    int64_t id;         /* 0 = none: the caller came with a key */
    int64_t expires_us; /* however much it is used */
    struct api_key key;
};

/* How long sessions live, in seconds: unused, and at all. */
struct session_life {
    int64_t idle_s, max_s;
};

/* What is told to who logs in; what the browser sends back is `token`. */
struct session_new {
    struct session session;
    char token[SESSION_TOKEN_BYTES];
};

/* Who logs in, from where and for how long; borrowed. */
struct session_login {
    const struct api_key *key; /* as api_key_find gave it */
    const char *address;
    struct session_life life;
    const char *old_token; /* of the session that this one takes the place of; NULL = none */
};
/* Log in.  Sessions that are over are dropped on the way.  FAIL_DENIED: the key was revoked meanwhile. */
must_check int session_start(struct db *db, const struct session_login *login,
                             struct session_new *ret, struct fail *f);
/* Whose session is this?  token comes from outside and may be anything.  0, or FAIL_DENIED (unknown, over and revoked are not
 * told apart).  Its use, and that of its key, is noted about once a minute. */
must_check int session_find(struct db *db, const char *token, int64_t idle_s, struct session *ret,
                            struct fail *f);
/* Log out; who as for audit_add.  0, also when it is over already. */
must_check int session_end(struct db *db, const struct session *s, const char *who, struct fail *f);
/* The token that each write with this session must show. */
void session_csrf(const char *token, char ret[static ID_SHA256_HEX_BYTES]);
