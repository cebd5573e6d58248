#include "common/db/db_priv.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "common/base/clock.h"

static int lost(struct db *db, const char *what, struct fail *f)
{
    db_drop(db);
    return fail_code(f, FAIL_LATER, "08006", "%s: connection to Postgres lost", what);
}

/* The server ends the session with this message, though the end of the stream may not be here yet. */
static bool is_fatal(const PGresult *res)
{
    const char *severity = PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);

    return severity != NULL && strcmp(severity, "ERROR") != 0;
}

static bool is_error(const PGresult *res)
{
    ExecStatusType status = res != NULL ? PQresultStatus(res) : PGRES_COMMAND_OK;

    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

/* Until the whole result is here. */
static int await_input(struct db *db, const char *what, int64_t until_ms, struct fail *f)
{
    while (PQisBusy(db->conn) != 0) {
        struct pollfd at = { .fd = PQsocket(db->conn), .events = POLLIN };
        int64_t left = until_ms - clock_mono_ms();
        int ready = poll(&at, 1, left > 0 ? (int)left : 0);

        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready == 0 && left <= 0) {
            db_drop(db);
            return fail_code(f, FAIL_LATER, "08006", "%s: no answer from Postgres in time", what);
        }
        /* A failed read shows in the result, with the server's reason when it gave one. */
        (void)PQconsumeInput(db->conn);
    }
    return 0;
}

/* All results of one round trip: of several statements, the last one's; of an error, the first.  *ret stays NULL when the
 * connection broke before anything came. */
static int collect(struct db *db, const char *what, int64_t until_ms, PGresult **ret,
                   struct fail *f)
{
    scoped(pg_clear_p) PGresult *last = NULL;

    for (;;) {
        PGresult *res = NULL;

        TRY(await_input(db, what, until_ms, f));
        res = PQgetResult(db->conn);
        if (res == NULL) {
            *ret = take_ptr(last);
            return 0;
        }
        assert(PQresultStatus(res) != PGRES_COPY_IN && PQresultStatus(res) != PGRES_COPY_OUT);
        if (is_error(last)) {
            PQclear(res);
            continue;
        }
        PQclear(last);
        last = res;
    }
}

int db_await(struct db *db, int sent, const char *what, int64_t answer_ms, PGresult **ret,
             struct fail *f)
{
    scoped(pg_clear_p) PGresult *res = NULL;

    if (sent == 0 && PQstatus(db->conn) == CONNECTION_OK) {
        return fail_set(f, FAIL_BUG, "%s: %s", what, PQerrorMessage(db->conn));
    }
    TRY(collect(db, what, clock_mono_ms() + answer_ms, &res, f));
    if (res == NULL) {
        return lost(db, what, f);
    }
    if (is_error(res)) {
        if (PQstatus(db->conn) != CONNECTION_OK || is_fatal(res)) {
            db_drop(db);
        }
        return db_fail_result(res, what, f);
    }
    db->answered_ms = clock_mono_ms();
    *ret = take_ptr(res);
    return 0;
}

int db_command(struct db *db, const char *text, PGresult **ret, struct fail *f)
{
    return db_await(db, PQsendQuery(db->conn, text), text, DB_ANSWER_MS, ret, f);
}

static struct db_prepared *find_prepared(struct db *db, const struct embedded *sql)
{
    for (size_t i = 0; i < db->prepared_count; i++) {
        if (db->prepared[i].sql == sql) {
            return &db->prepared[i];
        }
    }
    return NULL;
}

static int room_for_prepared(struct db *db, struct fail *f)
{
    size_t cap = db->prepared_cap > 0 ? 2 * db->prepared_cap : 32;
    struct db_prepared *more = NULL;

    if (db->prepared_count < db->prepared_cap) {
        return 0;
    }
    more = realloc(db->prepared, cap * sizeof *more);
    if (more == NULL) {
        return fail_memory(f);
    }
    db->prepared = more;
    db->prepared_cap = cap;
    return 0;
}

/* The server counts the parameters: our text mentions $N in comments, too. */
static int prepare(struct db *db, const struct embedded *sql, struct fail *f)
{
    scoped(pg_clear_p) PGresult *made = NULL;
    scoped(pg_clear_p) PGresult *described = NULL;

    assert(strlen(sql->name) < 64); /* a longer name would be cut, and two could become one */
    TRY(room_for_prepared(db, f));
    TRY(db_await(db, PQsendPrepare(db->conn, sql->name, sql->text, 0, NULL), sql->name,
                 DB_ANSWER_MS, &made, f));
    TRY(db_await(db, PQsendDescribePrepared(db->conn, sql->name), sql->name, DB_ANSWER_MS,
                 &described, f));
    db->prepared[db->prepared_count++] =
        (struct db_prepared){ .sql = sql, .params = PQnparams(described) };
    return 0;
}

int db_prepare(struct db *db, const struct embedded *sql, struct fail *f)
{
    TRY(db_usable(db, f));
    return find_prepared(db, sql) != NULL ? 0 : prepare(db, sql, f);
}

/* ---- the first statement of a borrower ---- */

/* A mark of a pipeline: what was sent before it has been done, and is committed. */
static int await_mark(struct db *db, const char *what, int64_t answer_ms, struct fail *f)
{
    scoped(pg_clear_p) PGresult *mark = NULL;

    TRY(await_input(db, what, clock_mono_ms() + answer_ms, f));
    mark = PQgetResult(db->conn);
    if (mark == NULL || !is_error(mark)) {
        return mark != NULL ? 0 : lost(db, what, f);
    }
    db_drop(db);
    return db_fail_result(mark, what, f);
}

/* Send it behind a mark, in one go (10 to 20 us more).  0 = the mark was answered; 1 = the server says instead that the session has
 * ended (57P..: told to, shutting down), so it never came to the statement, whatever that is; -1 = lost without a word: it may have
 * come to it, or do so yet. */
static int send_behind_mark(struct db *db, const struct db_prepared *known,
                            const char *const *params, struct fail *f)
{
    bool sent = PQenterPipelineMode(db->conn) == 1 && PQpipelineSync(db->conn) == 1 &&
                PQsendQueryPrepared(db->conn, known->sql->name, known->params, params, NULL, NULL,
                                    0) == 1 &&
                PQpipelineSync(db->conn) == 1;

    db->unproven = false;
    if (!sent) {
        return lost(db, known->sql->name, f);
    }
    if (await_mark(db, known->sql->name, DB_ANSWER_MS, f) == 0) {
        return 0;
    }
    return strncmp(f->code, "57P", 3) == 0 ? 1 : -1;
}

/* Its result, which counts once the mark behind it has come. */
static int answer_behind_mark(struct db *db, const char *what, PGresult **ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    struct fail late;

    int result = db_await(db, 1, what, DB_ANSWER_MS, &res, f);
    if (db->conn != NULL && await_mark(db, what, DB_ANSWER_MS, &late) < 0 && result == 0) {
        *f = late;
        return -1;
    }
    if (db->conn != NULL && PQexitPipelineMode(db->conn) != 1) {
        db_drop(db);
    }
    *ret = result == 0 ? take_ptr(res) : *ret;
    return result;
}

int db_query(struct db *db, const struct embedded *sql, const char *const *params, PGresult **ret,
             struct fail *f)
{
    const struct db_prepared *known = find_prepared(db, sql);
    int sent = 0;

    assert(known == NULL || known->params == 0 || params != NULL);
    if (db->unproven && known != NULL) {
        int outcome = send_behind_mark(db, known, params, f);
        if (outcome <= 0) {
            return outcome < 0 ? -1 : answer_behind_mark(db, sql->name, ret, f);
        }
    }
    TRY(db_prepare(db, sql, f));
    known = find_prepared(db, sql);
    assert(known->params == 0 || params != NULL);
    sent = PQsendQueryPrepared(db->conn, sql->name, known->params, params, NULL, NULL, 0);
    return db_await(db, sent, sql->name, DB_ANSWER_MS, ret, f);
}

int64_t db_exec(struct db *db, const struct embedded *sql, const char *const *params,
                struct fail *f)
{
    scoped(pg_clear_p) PGresult *res = NULL;

    TRY(db_query(db, sql, params, &res, f));
    return strtoll(PQcmdTuples(res), NULL, 10); /* "" for a statement that does not count */
}

int db_script(struct db *db, const char *text, struct fail *f)
{
    scoped(pg_clear_p) PGresult *res = NULL;

    TRY(db_usable(db, f));
    return db_await(db, PQsendQuery(db->conn, text), "script", DB_SCRIPT_MS, &res, f);
}
