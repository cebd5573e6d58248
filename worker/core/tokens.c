#include "worker/core/tokens.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "sql/worker.h"

/* RENEW_AGAIN_MS: a token that works but ends soon is renewed at most so often.  CJ may hand out
 * the same pair, with the same end, for a day, and a refresh may fail for as long. */
enum {
    OWNER_WAIT_MS = 10000,
    LOCK_LOOK_MS = 250,
    LOCK_NAME_BYTES = 80,
    NUMBER_BYTES = 32,
    RENEW_AGAIN_MS = 10 * 60 * 1000
};

struct stored { /* the row */
    bool exists;
    char access[TOKEN_BYTES], refresh[TOKEN_BYTES];
    int64_t rest_ms, refresh_rest_ms, login_age_ms, try_age_ms, qps_limit;
};

static int read_row(struct db *db, const char *provider, struct stored *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    memset(ret, 0, sizeof *ret);
    TRY(db_query(db, &sql_worker_token_get, (const char *[]){ provider }, &rows, f));
    if (PQntuples(rows) == 0) {
        return 0;
    }
    const char *refresh = db_text(rows, 0, "refresh_token");
    ret->exists = true;
    (void)str_fit(ret->access, sizeof ret->access, db_text(rows, 0, "access_token"));
    (void)str_fit(ret->refresh, sizeof ret->refresh, refresh != NULL ? refresh : "");
    ret->rest_ms = db_int(rows, 0, "rest_ms", 0);
    ret->refresh_rest_ms = db_int(rows, 0, "refresh_rest_ms", 0);
    ret->login_age_ms = db_int(rows, 0, "login_age_ms", 0);
    ret->try_age_ms = db_int(rows, 0, "try_age_ms", 0);
    ret->qps_limit = db_int(rows, 0, "qps_limit", 0);
    log_redact(ret->access);
    log_redact(ret->refresh);
    return 0;
}

static bool is_good(const struct stored *row, const char *stale)
{
    return row->exists && row->access[0] != '\0' && row->rest_ms > 0 &&
           (stale == NULL || strcmp(row->access, stale) != 0);
}

/* Of a good token: whether it is time to renew it. */
static bool is_due(const struct stored *row, const struct token_source *source)
{
    return row->rest_ms < source->renew_before_ms && row->try_age_ms >= RENEW_AGAIN_MS;
}

static int put(struct db *db, const struct token_source *source, const struct token *token,
               struct fail *f)
{
    char lives[NUMBER_BYTES], refresh_lives[NUMBER_BYTES], qps[NUMBER_BYTES];
    bool has_refresh = token->refresh[0] != '\0';

    (void)snprintf(lives, sizeof lives, "%" PRId64, token->lives_ms);
    (void)snprintf(refresh_lives, sizeof refresh_lives, "%" PRId64, token->refresh_lives_ms);
    (void)snprintf(qps, sizeof qps, "%" PRId64, token->qps_limit);
    const char *params[] = { source->provider,
                             token->access,
                             has_refresh ? token->refresh : NULL,
                             token->account_id[0] != '\0' ? token->account_id : NULL,
                             lives,
                             has_refresh ? refresh_lives : NULL,
                             token->qps_limit > 0 ? qps : NULL };
    TRY(db_exec(db, &sql_worker_token_put, params, f) < 0 ? -1 : 0);
    log_redact(token->access);
    log_redact(token->refresh);
    log_redact(token->account_id);
    log_info("token.renewed", kv_str("provider", source->provider),
             kv_int("lives_s", token->lives_ms / 1000));
    return 0;
}

/* Only what surely was not sent may be tried again before the gap is over. */
static void undo_login(struct db *db, const struct token_source *source)
{
    char gap[NUMBER_BYTES];
    struct fail f = { 0 };

    (void)snprintf(gap, sizeof gap, "%" PRId64, source->login_gap_ms);
    if (db_exec(db, &sql_worker_token_login_undo, (const char *[]){ source->provider, gap }, &f) <
        0) {
        log_warn("token.not_noted", kv_str("provider", source->provider), kv_fail(&f));
    }
}

/* No token, so whatever it is wanted for was not done: trouble that passes. */
static void as_later(struct fail *f, int64_t at_least_ms)
{
    if (f->kind == FAIL_UNKNOWN) {
        f->kind = FAIL_LATER;
        f->retry_after_ms = f->retry_after_ms > at_least_ms ? f->retry_after_ms : at_least_ms;
    }
}

static int log_in(struct db *db, const struct token_source *source, const struct stored *row,
                  struct token *ret, struct fail *f)
{
    if (row->exists && row->login_age_ms < source->login_gap_ms) {
        (void)fail_later(f, FAIL_LIMITED, source->login_gap_ms - row->login_age_ms,
                         "the last login at %s is too recent", source->provider);
        (void)str_fit(f->code, sizeof f->code, "LOGIN_GAP");
        return -1;
    }
    TRY(db_exec(db, &sql_worker_token_login, (const char *[]){ source->provider }, f) < 0 ? -1 : 0);
    if (source->login(source->ctx, ret, f) < 0) {
        if (f->kind == FAIL_LATER || f->kind == FAIL_LIMITED) {
            undo_login(db, source);
        }
        as_later(f, source->login_gap_ms);
        return fail_wrap(f, "login at %s", source->provider);
    }
    return 0;
}

/* With the lock held and the row read again.  A refresh that is refused ends in a login.  One
 * whose answer was lost is tried again: if it was carried out, the next one is refused. */
static int obtain(struct db *db, const struct token_source *source, const struct stored *row,
                  struct token *ret, struct fail *f)
{
    if (source->refresh != NULL && row->refresh[0] != '\0' && row->refresh_rest_ms > 0) {
        if (source->refresh(source->ctx, row->refresh, ret, f) == 0) {
            return 0;
        }
        as_later(f, 0);
        if (f->kind == FAIL_LATER || f->kind == FAIL_LIMITED) {
            return fail_wrap(f, "refreshing the token of %s", source->provider);
        }
        log_warn("token.refresh_refused", kv_str("provider", source->provider), kv_fail(f));
    }
    return log_in(db, source, row, ret, f);
}

static int renew_locked(struct db *db, const struct token_source *source, const char *stale,
                        struct stored *row, struct fail *f)
{
    struct token fresh = { 0 };

    TRY(read_row(db, source->provider, row, f));
    if (is_good(row, stale) && !is_due(row, source)) {
        return 0; /* somebody has renewed it meanwhile */
    }
    TRY(db_exec(db, &sql_worker_token_try, (const char *[]){ source->provider }, f) < 0 ? -1 : 0);
    TRY(obtain(db, source, row, &fresh, f));
    if (fresh.access[0] == '\0') {
        return fail_set(f, FAIL_BUG, "%s handed out an empty token", source->provider);
    }
    TRY(put(db, source, &fresh, f));
    (void)str_fit(row->access, sizeof row->access, fresh.access);
    row->qps_limit = fresh.qps_limit > 0 ? fresh.qps_limit : row->qps_limit;
    return 0;
}

/* One owner renews; the others wait for its result, unless what they have still works. */
static int renew(struct db *db, const struct token_source *source, const char *stale,
                 struct stored *row, struct fail *f)
{
    int64_t wait_ms = source->wait_ms > 0 ? source->wait_ms : OWNER_WAIT_MS;
    int64_t until_ms = clock_mono_ms() + wait_ms;
    char lock[LOCK_NAME_BYTES];

    (void)snprintf(lock, sizeof lock, "token:%s", source->provider);
    while (clock_mono_ms() < until_ms) {
        int taken = db_try_lock(db, lock, f);
        if (taken < 0) {
            return -1;
        }
        if (taken == 0) {
            int got = renew_locked(db, source, stale, row, f);
            db_unlock(db, lock);
            return got;
        }
        if (is_good(row, stale)) {
            return 0;
        }
        clock_sleep_ms(LOCK_LOOK_MS);
        TRY(read_row(db, source->provider, row, f));
    }
    /* Not FAIL_LATER: jobs that wait for somebody else's slow renewal would use up their tries. */
    return fail_later(f, FAIL_LIMITED, 5000,
                      "another worker has been renewing the token of %s for long",
                      source->provider);
}

int token_get(struct db *db, const struct token_source *source, const char *stale,
              struct token_use *ret, struct fail *f)
{
    struct stored row;

    TRY(read_row(db, source->provider, &row, f));
    struct stored present = row;
    bool good = is_good(&row, stale);
    if ((!good || is_due(&row, source)) && renew(db, source, stale, &row, f) < 0) {
        if (!good) {
            return -1;
        }
        log_warn("token.renew_failed", kv_str("provider", source->provider), kv_fail(f));
        row = present; /* it still works */
    }
    if (!str_fit(ret->access, sizeof ret->access, row.access)) {
        return fail_set(f, FAIL_BUG, "the token of %s is too long", source->provider);
    }
    ret->qps_limit = row.qps_limit;
    return 0;
}
