#include "common/model/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "common/model/audit.h"
#include "sql/model.h"

enum { NUMBER_BYTES = 24, SUBJECT_BYTES = 40, WHO_BYTES = API_KEY_NAME_BYTES + 8 };

static void digest_of(const char *token, char digest[static ID_SHA256_HEX_BYTES])
{
    id_sha256_hex(token, strlen(token), digest);
}

static int drop_over(struct db *tx, const struct api_key *key, const struct session_life *life,
                     struct fail *f)
{
    char idle[NUMBER_BYTES], id[NUMBER_BYTES], most[NUMBER_BYTES];

    snprintf(idle, sizeof idle, "%" PRId64, life->idle_s);
    snprintf(id, sizeof id, "%" PRId64, key->id);
    snprintf(most, sizeof most, "%d", SESSIONS_PER_KEY);
    TRY(db_exec(tx, &sql_model_session_trim, (const char *[]){ idle, id, most }, f));
    return 0;
}

static int add(struct db *tx, const char *address, int64_t max_s, struct session_new *s,
               struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    char digest[ID_SHA256_HEX_BYTES], id[NUMBER_BYTES], seconds[NUMBER_BYTES];

    id_random_hex(s->token, (sizeof s->token - 1) / 2);
    digest_of(s->token, digest);
    snprintf(id, sizeof id, "%" PRId64, s->session.key.id);
    snprintf(seconds, sizeof seconds, "%" PRId64, max_s);
    const char *params[] = { id, digest, address, seconds };
    TRY(db_query(tx, &sql_model_session_add, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_set(f, FAIL_DENIED, "unknown or revoked key");
    }
    s->session.id = db_int(rows, 0, "id", 0);
    s->session.expires_us = db_int(rows, 0, "expires_us", 0);
    return 0;
}

static int note(struct db *tx, const char *who, const char *action, int64_t id, struct fail *f)
{
    char subject[SUBJECT_BYTES];

    snprintf(subject, sizeof subject, "session:%" PRId64, id);
    return audit_add(tx, who, action, subject, NULL, f);
}

/* The key's row is locked before its sessions', as by a revocation: neither waits for the other with what that one needs. */
int session_start(struct db *db, const struct session_login *login, struct session_new *ret,
                  struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    char digest[ID_SHA256_HEX_BYTES], who[WHO_BYTES];
    struct session_new s = { .session.key = *login->key };

    snprintf(who, sizeof who, "key:%s", login->key->name);
    TRY(db_begin(db, &tx, f));
    TRY(add(tx, login->address, login->life.max_s, &s, f));
    if (login->old_token != NULL) {
        digest_of(login->old_token, digest);
        TRY(db_exec(tx, &sql_model_session_end_hash, (const char *[]){ digest }, f));
    }
    TRY(drop_over(tx, login->key, &login->life, f));
    TRY(note(tx, who, "session.start", s.session.id, f));
    TRY(db_commit(&tx, f));
    *ret = s;
    return 0;
}

/* When it cannot be noted (a lock, a lost connection) the answer to the caller is none the worse. */
static void note_use(struct db *db, const char *id)
{
    struct fail unsaid;
    int64_t noted = db_exec(db, &sql_model_session_touch, (const char *[]){ id }, &unsaid);
    (void)noted;
}

static int no_session(struct fail *f)
{
    return fail_set(f, FAIL_DENIED, "unknown session, or one that is over");
}

int session_find(struct db *db, const char *token, int64_t idle_s, struct session *ret,
                 struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    char digest[ID_SHA256_HEX_BYTES], idle[NUMBER_BYTES];

    if (strnlen(token, SESSION_TOKEN_BYTES) != SESSION_TOKEN_BYTES - 1) {
        return no_session(f);
    }
    digest_of(token, digest);
    snprintf(idle, sizeof idle, "%" PRId64, idle_s);
    TRY(db_query(db, &sql_model_session_by_hash, (const char *[]){ digest, idle }, &rows, f));
    if (PQntuples(rows) != 1 ||
        !str_same_secret(digest, strlen(digest), db_text(rows, 0, "token_sha256"),
                         strlen(digest))) {
        return no_session(f);
    }
    ret->id = db_int(rows, 0, "id", 0);
    ret->expires_us = db_int(rows, 0, "expires_us", 0);
    ret->key.id = db_int(rows, 0, "key_id", 0);
    ret->key.scope = api_scope_parse(db_text(rows, 0, "scope"));
    str_fit(ret->key.name, sizeof ret->key.name, db_text(rows, 0, "name"));
    if (db_bool(rows, 0, "stale")) {
        note_use(db, db_text(rows, 0, "id"));
    }
    return ret->key.scope < API_SCOPES ? 0 : no_session(f);
}

int session_end(struct db *db, const struct session *s, const char *who, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    char id[NUMBER_BYTES];

    snprintf(id, sizeof id, "%" PRId64, s->id);
    TRY(db_begin(db, &tx, f));
    int64_t ended = db_exec(tx, &sql_model_session_end, (const char *[]){ id }, f);
    TRY(ended);
    TRY(ended > 0 ? note(tx, who, "session.end", s->id, f) : 0);
    return db_commit(&tx, f);
}

void session_csrf(const char *token, char ret[static ID_SHA256_HEX_BYTES])
{
    static const char what[] = "dropship csrf";
    unsigned char mac[32];

    id_hmac_sha256(token, what, sizeof what - 1, mac);
    for (size_t i = 0; i < sizeof mac; i++) {
        snprintf(ret + 2 * i, 3, "%02x", mac[i]);
    }
}
