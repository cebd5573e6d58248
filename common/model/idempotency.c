#include "common/model/idempotency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/str.h"
#include "sql/model.h"

enum { LOCK_BYTES = 32 + ID_SHA256_HEX_BYTES, NUMBER_BYTES = 24, TRIM_ROWS = 1000 };

void idempotency_answer_done(struct idempotency_answer *a)
{
    free(a->type);
    free(a->body);
    *a = (struct idempotency_answer){ 0 };
}

/* The key may hold anything: its digest names the lock. */
static void name_lock(const struct idempotency *i, char name[static LOCK_BYTES])
{
    char both[IDEMPOTENCY_CALLER_BYTES + IDEMPOTENCY_KEY_MAX_BYTES + 2];
    char digest[ID_SHA256_HEX_BYTES];

    snprintf(both, sizeof both, "%s %s", i->caller, i->key);
    id_sha256_hex(both, strlen(both), digest);
    snprintf(name, LOCK_BYTES, "idempotency:%s", digest);
}

static int take_answer(const PGresult *rows, struct idempotency_answer *ret, struct fail *f)
{
    const char *body = db_text(rows, 0, "body");

    if (body == NULL) {
        return IDEMPOTENCY_CARRIED_OUT;
    }
    TRY(str_copy(db_text(rows, 0, "type"), &ret->type, f));
    TRY(str_copy(body, &ret->body, f));
    ret->status = (int)db_int(rows, 0, "status", 0);
    return IDEMPOTENCY_DONE;
}

/* What a repeat finds; `locked` by somebody else. */
static int look(struct db *db, const struct idempotency *i, bool locked,
                struct idempotency_answer *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(db, &sql_model_idempotency_get, (const char *[]){ i->caller, i->key }, &rows, f));
    if (PQntuples(rows) == 0) { /* locked: its row is yet to be written, or just dropped */
        return IDEMPOTENCY_RUNNING;
    }
    if (strcmp(db_text(rows, 0, "request_sha256"), i->request_sha256) != 0) {
        return IDEMPOTENCY_OTHER;
    }
    if (strcmp(db_text(rows, 0, "state"), "done") == 0) {
        return take_answer(rows, ret, f);
    }
    if (locked) {
        return IDEMPOTENCY_RUNNING;
    }
    return db_bool(rows, 0, "noted") ? IDEMPOTENCY_CARRIED_OUT : IDEMPOTENCY_UNCLEAR;
}

/* With the lock held: nobody else is at it. */
static int claim(struct db *db, const struct idempotency *i, struct idempotency_answer *ret,
                 struct fail *f)
{
    const char *row[] = { i->caller, i->key, i->request_sha256, i->request_id };
    const char *again[] = { i->caller, i->key, i->request_id };

    int64_t added = db_exec(db, &sql_model_idempotency_begin, row, f);
    TRY(added);
    if (added > 0) {
        return IDEMPOTENCY_MINE;
    }
    int state = look(db, i, false, ret, f);
    TRY(state);
    if (state != IDEMPOTENCY_UNCLEAR || !i->repeatable) {
        return state;
    }
    TRY(db_exec(db, &sql_model_idempotency_again, again, f));
    return IDEMPOTENCY_MINE;
}

int idempotency_begin(struct db *db, const struct idempotency *i, struct idempotency_answer *ret,
                      struct fail *f)
{
    char lock[LOCK_BYTES];

    name_lock(i, lock);
    int held = db_try_lock(db, lock, f);
    TRY(held);
    if (held == 1) {
        return look(db, i, true, ret, f);
    }
    int state = claim(db, i, ret, f);
    if (state != IDEMPOTENCY_MINE) {
        db_unlock(db, lock);
    }
    return state;
}

static int settle(struct db *db, const struct idempotency *i, const struct idempotency_end *end,
                  struct fail *f)
{
    char status[NUMBER_BYTES];

    if (end->unclear) {
        return 0;
    }
    if (end->undone) {
        TRY(db_exec(db, &sql_model_idempotency_drop, (const char *[]){ i->caller, i->key }, f));
        return 0;
    }
    bool kept = end->body != NULL && strlen(end->body) <= IDEMPOTENCY_BODY_MAX_BYTES;
    snprintf(status, sizeof status, "%d", end->status);
    const char *params[] = { i->caller, i->key, status, end->type, kept ? end->body : NULL };
    TRY(db_exec(db, &sql_model_idempotency_done, params, f));
    return 0;
}

/* A connection that broke has given the lock up with it; another one can still store the answer. */
int idempotency_end(struct db *db, const struct idempotency *i, const struct idempotency_end *end,
                    struct fail *f)
{
    char lock[LOCK_BYTES];

    name_lock(i, lock);
    int settled = settle(db, i, end, f);
    if (settled < 0 && f->kind == FAIL_LATER) {
        TRY(db_ready(db, f));
        settled = settle(db, i, end, f);
    }
    db_unlock(db, lock);
    return settled;
}

int idempotency_note_request(struct db *db, const char *request_id, struct fail *f)
{
    TRY(db_exec(db, &sql_model_request_note, (const char *[]){ request_id }, f));
    return 0;
}

int idempotency_trim(struct db *db, struct fail *f)
{
    char kept[NUMBER_BYTES], rows[NUMBER_BYTES];

    snprintf(kept, sizeof kept, "%d", IDEMPOTENCY_KEPT_S);
    snprintf(rows, sizeof rows, "%d", TRIM_ROWS);
    int64_t gone = db_exec(db, &sql_model_idempotency_trim, (const char *[]){ kept, rows }, f);
    TRY(gone);
    return gone < TRIM_ROWS ? 0 : 1;
}
