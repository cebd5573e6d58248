#include "common/model/api_key.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/id.h"
#include "common/base/str.h"
#include "common/model/audit.h"
#include "common/model/one_json.h"
#include "sql/model.h"

enum { KEY_RANDOM_BYTES = 32, KEY_HINT_CHARS = 9, KEY_PREFIX_CHARS = 3 };

const char *const api_scope_names[API_SCOPES] = {
    [API_SCOPE_READ] = "read",
    [API_SCOPE_OPERATE] = "operate",
    [API_SCOPE_ADMIN] = "admin",
};

enum api_scope api_scope_parse(const char *text)
{
    unsigned scope = 0;
    while (scope < API_SCOPES && strcmp(api_scope_names[scope], text) != 0) {
        scope++;
    }
    return (enum api_scope)scope;
}

static int check_name(const char *name, struct fail *f)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    size_t length = strlen(name);
    if (length == 0 || length >= API_KEY_NAME_BYTES || strspn(name, allowed) != length) {
        return fail_set(f, FAIL_INPUT, "the name of a key has 1 to %d of A-Z a-z 0-9 _ . -",
                        API_KEY_NAME_BYTES - 1);
    }
    return 0;
}

int api_key_create(struct db *db, const struct api_key_new *key, const char *who,
                   char ret_text[static API_KEY_TEXT_BYTES], struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    char text[API_KEY_TEXT_BYTES] = "ds_", digest[ID_SHA256_HEX_BYTES], hint[KEY_HINT_CHARS + 1];

    TRY(check_name(key->name, f));
    id_random_hex(text + KEY_PREFIX_CHARS, KEY_RANDOM_BYTES);
    id_sha256_hex(text, strlen(text), digest);
    str_fit(hint, sizeof hint, text);
    const char *params[] = { key->name, digest, hint, api_scope_names[key->scope] };

    TRY(db_begin(db, &tx, f));
    if (db_exec(tx, &sql_model_api_key_create, params, f) < 0) {
        return f->kind == FAIL_CONFLICT
                   ? fail_set(f, FAIL_CONFLICT, "there is a key named '%s' already", key->name)
                   : -1;
    }
    TRY(audit_add(tx, who, "key.create", key->name, NULL, f));
    TRY(db_commit(&tx, f));
    memcpy(ret_text, text, sizeof text);
    return 0;
}

/* When it cannot be noted (a read replica, a lock) the answer to the caller is none the worse. */
static void note_use(struct db *db, const char *id)
{
    struct fail unsaid;
    int64_t noted = db_exec(db, &sql_model_api_key_touch, (const char *[]){ id }, &unsaid);
    (void)noted;
}

int api_key_find(struct db *db, const char *text, struct api_key *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    char digest[ID_SHA256_HEX_BYTES];
    size_t length = strnlen(text, API_KEY_TEXT_BYTES);

    if (length == API_KEY_TEXT_BYTES) {
        return fail_set(f, FAIL_DENIED, "unknown or revoked key");
    }
    /* The index sees only the digest, which nobody can steer towards a stored one byte by byte. */
    id_sha256_hex(text, length, digest);
    TRY(db_query(db, &sql_model_api_key_by_hash, (const char *[]){ digest }, &rows, f));
    if (PQntuples(rows) != 1 ||
        !str_same_secret(digest, strlen(digest), db_text(rows, 0, "key_sha256"), strlen(digest))) {
        return fail_set(f, FAIL_DENIED, "unknown or revoked key");
    }
    ret->id = db_int(rows, 0, "id", 0);
    ret->scope = api_scope_parse(db_text(rows, 0, "scope"));
    str_fit(ret->name, sizeof ret->name, db_text(rows, 0, "name"));
    if (db_bool(rows, 0, "stale")) {
        note_use(db, db_text(rows, 0, "id"));
    }
    return ret->scope < API_SCOPES ? 0 : fail_set(f, FAIL_DENIED, "key of an unknown scope");
}

static int revoke(struct db *tx, const char *name, const char *who, struct fail *f)
{
    scoped(pg_clear_p) PGresult *named = NULL;
    const char *params[] = { name };

    int64_t revoked = db_exec(tx, &sql_model_api_key_revoke, params, f);
    TRY(revoked);
    if (revoked == 0) {
        TRY(db_query(tx, &sql_model_api_key_named, params, &named, f));
        return PQntuples(named) > 0
                   ? fail_set(f, FAIL_CONFLICT, "key '%.64s' is revoked already", name)
                   : fail_set(f, FAIL_MISSING, "no key named '%.64s'", name);
    }
    TRY(db_exec(tx, &sql_model_session_drop_key, params, f));
    return audit_add(tx, who, "key.revoke", name, NULL, f);
}

int api_key_revoke(struct db *db, const char *name, const char *who, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(db, &tx, f));
    TRY(revoke(tx, name, who, f));
    return db_commit(&tx, f);
}

/* Is there a key of scope admin besides this one?  Their rows stay locked: two cannot revoke each other at once. */
static int check_other_admin(struct db *tx, const char *name, struct fail *f)
{
    scoped(pg_clear_p) PGresult *admins = NULL;

    TRY(db_query(tx, &sql_model_api_key_admins, NULL, &admins, f));
    for (int row = 0; row < PQntuples(admins); row++) {
        if (strcmp(db_text(admins, row, "name"), name) != 0) {
            return 0;
        }
    }
    return fail_set(
        f, FAIL_CONFLICT,
        "'%.64s' is the last key with scope admin: make another one first, or revoke it "
        "at the command line",
        name);
}

int api_key_revoke_but_last(struct db *db, const char *name, const char *who, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(db, &tx, f));
    TRY(check_other_admin(tx, name, f));
    TRY(revoke(tx, name, who, f));
    return db_commit(&tx, f);
}

int api_key_list(struct db *db, char **ret_json, struct fail *f)
{
    return one_json(db, &sql_model_api_key_list, NULL, ret_json, f);
}
