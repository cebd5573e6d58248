#include "worker/core/effects.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "sql/worker.h"

enum { LOOK_AGAIN_MS = 10000, CANNOT_TELL_MS = 20000, LOOK_FAILED_MS = 30000 };

enum effect_next { NEXT_RETURN, NEXT_ACT, NEXT_LOOK };

struct effect_run { /* one call under way */
    struct job_context *c;
    const struct effect *e;
    json_t *result; /* ours until handed out */
};

static void run_done(struct effect_run *run)
{
    json_decref(run->result);
}

/* state: "done", "failed", "unknown", or "intent" = certainly not done. */
static int settle(struct effect_run *run, const char *state, const char *error, struct fail *f)
{
    scoped(free_p) char *text = NULL;

    if (run->result != NULL) {
        TRY(json_write(run->result, &text, f));
    }
    return db_exec(run->c->db, &sql_worker_effect_settle,
                   (const char *[]){ run->e->key, state, text, error }, f) < 0
               ? -1
               : 0;
}

/* Note what is known after a failure.  When even that fails the row still says "intent", and the
 * next run looks first. */
static void settle_failure(struct effect_run *run, const char *state, const struct fail *why)
{
    struct fail f = { 0 };

    if (settle(run, state, why->text, &f) < 0) {
        log_warn("effect.not_noted", kv_str("key", run->e->key), kv_str("state", state),
                 kv_fail(&f));
    }
}

/* It is done: keep the result.  If that fails nothing is lost: the row says "intent", the next
 * run looks and adopts. */
static int keep(struct effect_run *run, const char *event, struct fail *f)
{
    if (run->result == NULL || json_is_null(run->result)) {
        json_decref(run->result);
        run->result = json_object();
    }
    if (settle(run, "done", NULL, f) < 0) {
        struct fail why = *f;
        return fail_later(f, FAIL_LATER, why.retry_after_ms, "%s is done but not noted: %s",
                          run->e->key, why.text);
    }
    log_info(event, kv_str("key", run->e->key), kv_str("kind", run->e->kind),
             kv_str("subject", run->e->subject));
    return 0;
}

/* Write the intent, or read what an earlier run left. */
static int begin(struct effect_run *run, enum effect_next *ret, struct fail *f)
{
    const struct effect *e = run->e;
    scoped(free_p) char *intent = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(json_write(e->intent, &intent, f));
    TRY(db_query(run->c->db, &sql_worker_effect_begin,
                 (const char *[]){ e->key, e->kind, e->subject, intent }, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_later(f, FAIL_LATER, 1000, "effect %s is being begun by another run", e->key);
    }
    const char *state = db_text(rows, 0, "state");
    if (strcmp(state, "done") == 0) {
        const char *result = db_text(rows, 0, "result");
        *ret = NEXT_RETURN;
        return json_parse(result, strlen(result), "effect result", &run->result, f);
    }
    if (db_bool(rows, 0, "fresh")) {
        *ret = e->read_first && e->read_back != NULL ? NEXT_LOOK : NEXT_ACT;
        return 0;
    }
    bool certain = strcmp(state, "failed") == 0 || db_bool(rows, 0, "certain");
    *ret = certain && !e->read_first ? NEXT_ACT : NEXT_LOOK;
    if (*ret == NEXT_ACT) {
        return db_exec(run->c->db, &sql_worker_effect_again, (const char *[]){ e->key, intent },
                       f) < 0
                   ? -1
                   : 0;
    }
    return 0;
}

/* Without a way to look, an open act is for a person; it is never repeated by itself. */
static int leave_to_person(struct effect_run *run, struct fail *f)
{
    struct fail why = { 0 };

    (void)fail_code(
        &why, FAIL_CONFLICT, "EFFECT_UNKNOWN",
        "whether '%s' happened is unknown and cannot be looked up; a person must decide",
        run->e->key);
    settle_failure(run, "unknown", &why);
    log_error("effect.unknown", kv_str("key", run->e->key), kv_str("subject", run->e->subject));
    *f = why;
    return -1;
}

/* Look at the provider.  0 = it happened (result kept), 1 = it certainly did not, -1 = not known
 * yet or trouble (FAIL_LATER). */
static int look(struct effect_run *run, struct fail *f)
{
    if (run->e->read_back == NULL) {
        return leave_to_person(run, f);
    }
    int seen = run->e->read_back(run->c, run->e->ctx, &run->result, f);
    if (seen == 0) {
        return keep(run, "effect.adopted", f);
    }
    json_decref(take_ptr(run->result));
    if (seen == 2) {
        (void)fail_later(f, FAIL_LATER, CANNOT_TELL_MS, "whether '%s' happened cannot be told yet",
                         run->e->key);
        settle_failure(run, "unknown", f);
        return -1;
    }
    if (seen < 0 && f->kind != FAIL_LATER && f->kind != FAIL_LIMITED) {
        /* A look that failed says nothing about the act: not a refusal, whatever its kind. */
        struct fail why = *f;
        return fail_later(f, FAIL_LATER, LOOK_FAILED_MS, "looking for '%s' failed (%s): %s",
                          run->e->key, fail_rule(why.kind)->name, why.text);
    }
    return seen < 0 ? -1 : 1;
}

/* The answer was lost.  Even when a look finds nothing now, the request may still be on its way:
 * come back, look again. */
static int after_unknown(struct effect_run *run, struct fail *f)
{
    struct fail why = *f;

    log_warn("effect.unknown", kv_str("key", run->e->key), kv_fail(&why));
    settle_failure(run, "unknown", &why);
    int seen = look(run, f);
    if (seen != 1) {
        return seen;
    }
    return fail_later(f, FAIL_LATER, LOOK_AGAIN_MS, "the answer to '%s' was lost: %s", run->e->key,
                      why.text);
}

/* The provider says that it exists, or that its state forbids the act: only a look tells which. */
static int after_conflict(struct effect_run *run, struct fail *f)
{
    struct fail why = *f;

    if (run->e->read_back != NULL) {
        int seen = look(run, f);
        if (seen != 1) {
            return seen;
        }
    }
    *f = why;
    settle_failure(run, "failed", &why);
    log_warn("effect.failed", kv_str("key", run->e->key), kv_fail(f));
    return -1;
}

static int act(struct effect_run *run, struct fail *f)
{
    log_info("effect.act", kv_str("key", run->e->key), kv_str("kind", run->e->kind),
             kv_str("subject", run->e->subject));
    if (run->e->act(run->c, run->e->ctx, &run->result, f) >= 0) {
        return keep(run, "effect.done", f);
    }
    json_decref(take_ptr(run->result));
    switch (f->kind) {
    case FAIL_UNKNOWN:
        return after_unknown(run, f);
    case FAIL_CONFLICT:
        return after_conflict(run, f);
    case FAIL_LATER:
    case FAIL_LIMITED:
        settle_failure(run, "intent", f); /* certainly nothing happened */
        return -1;
    case FAIL_NONE:
    case FAIL_INPUT:
    case FAIL_MISSING:
    case FAIL_DENIED:
    case FAIL_BUG:
    case FAIL_KINDS:
        break;
    }
    settle_failure(run, "failed", f);
    log_warn("effect.failed", kv_str("key", run->e->key), kv_fail(f));
    return -1;
}

/* An earlier run left the act open, or the ledger may be younger than the act. */
static int look_then_act(struct effect_run *run, struct fail *f)
{
    scoped(free_p) char *intent = NULL;
    int seen = look(run, f);

    if (seen != 1) {
        return seen;
    }
    TRY(json_write(run->e->intent, &intent, f));
    TRY(db_exec(run->c->db, &sql_worker_effect_again, (const char *[]){ run->e->key, intent }, f) <
                0
            ? -1
            : 0);
    return act(run, f);
}

int effect_run(struct job_context *c, const struct effect *e, json_t **ret_result, struct fail *f)
{
    scoped(run_done) struct effect_run run = { .c = c, .e = e };
    enum effect_next next = NEXT_ACT;

    TRY(begin(&run, &next, f));
    if (next == NEXT_LOOK) {
        TRY(look_then_act(&run, f));
    } else if (next == NEXT_ACT) {
        TRY(act(&run, f));
    }
    *ret_result = take_ptr(run.result);
    return 0;
}

int effect_told(struct db *db, const char *key, const json_t *result, struct fail *f)
{
    scoped(free_p) char *text = NULL;

    TRY(result != NULL ? json_write(result, &text, f) : 0);
    TRY(db_exec(db, &sql_worker_effect_told, (const char *[]){ key, text }, f));
    return 0;
}

int effects_withdraw(struct db *tx, const char *subject, const char *why, struct fail *f)
{
    TRY(db_exec(tx, &sql_worker_effects_withdraw, (const char *[]){ subject, why }, f));
    return 0;
}
