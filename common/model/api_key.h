/* API keys: 32 random bytes as text "ds_<64 hex digits>", shown once and stored only as SHA-256.  A key has a name (unique,
 * kept after revocation so that the audit stays unambiguous) and one scope; scopes include the smaller ones.
 * Creating and revoking are written to `audit` in the same transaction.
 * Threads: uses the caller's db. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

enum { API_KEY_TEXT_BYTES = 72, API_KEY_NAME_BYTES = 65 };

/* Ordered: a key of a scope may do everything that smaller ones may. */
enum api_scope { API_SCOPE_READ, API_SCOPE_OPERATE, API_SCOPE_ADMIN, API_SCOPES };
extern const char *const api_scope_names[API_SCOPES]; /* "read" "operate" "admin" */
/* API_SCOPES when unknown. */
enum api_scope api_scope_parse(const char *text);

struct api_key {
    int64_t id;
    char name[API_KEY_NAME_BYTES]; /* goes to `audit` as "key:NAME" */
    enum api_scope scope;
};

struct api_key_new {
    const char *name; /* 1 to 64 of [A-Za-z0-9_.-] */
    enum api_scope scope;
};
/* Make a key; its text, which cannot be read again, goes to ret_text.  who as for audit_add.
 * FAIL_INPUT bad name, FAIL_CONFLICT name taken (also by a revoked key). */
must_check int api_key_create(struct db *db, const struct api_key_new *key, const char *who,
                              char ret_text[static API_KEY_TEXT_BYTES], struct fail *f);
/* Whose key is this?  The digest is looked up and compared in constant time; text comes from outside and may be anything.
 * 0, or FAIL_DENIED (unknown and revoked are not told apart).  Remembers its use at most once a minute. */
must_check int api_key_find(struct db *db, const char *text, struct api_key *ret, struct fail *f);
/* Its logins (session.h) end with it.  FAIL_MISSING unknown name, FAIL_CONFLICT revoked already. */
must_check int api_key_revoke(struct db *db, const char *name, const char *who, struct fail *f);
/* The same, but the last key of scope admin stays (FAIL_CONFLICT): without it nobody could make another one but at the command
 * line. */
must_check int api_key_revoke_but_last(struct db *db, const char *name, const char *who,
                                       struct fail *f);
/* [{"name","scope","hint","created_at","last_used_at","revoked_at"}] oldest first; *ret_json is the caller's to free(). */
must_check int api_key_list(struct db *db, char **ret_json, struct fail *f);
