#include "common/db/db_priv.h"

#include <poll.h>
#include <string.h>
#include <sys/random.h>

#include "common/base/clock.h"
#include "common/base/str.h"

/* The server's own keepalives: without them the session of a host that lost its power would hold its locks (an order's, say)
 * for the two hours that are the system's default.  Statements are short and repeated: compiling one of analytics to machine
 * code took seconds, running it milliseconds (measured: 3,200 ms with jit, 20 ms without). */
static const char own_options[] =
    "-c jit=off -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 "
    "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3 "
    "-c tcp_user_timeout=30000 -c timezone=UTC -c datestyle=ISO";

static void conninfo_free_p(PQconninfoOption **options)
{
    PQconninfoFree(*options);
}

/* Ours first: of two settings of one thing, the server takes the last. */
static int join_options(const PQconninfoOption *all, char **ret, struct fail *f)
{
    scoped(str_done) struct str text;

    str_init(&text, 4096);
    str_add(&text, own_options);
    for (const PQconninfoOption *o = all; o->keyword != NULL; o++) {
        if (strcmp(o->keyword, "options") == 0 && o->val != NULL) {
            str_addf(&text, " %s", o->val);
        }
    }
    TRY(str_ok(&text, f));
    return str_copy(text.data, ret, f);
}

int db_open(const char *url, const char *program, struct db **ret, struct fail *f)
{
    scoped(db_close_p) struct db *db = calloc(1, sizeof *db);
    scoped(conninfo_free_p) PQconninfoOption *parsed = PQconninfoParse(url, NULL);

    if (db == NULL) {
        return fail_memory(f);
    }
    if (parsed == NULL) {
        /* What libpq would say may quote the password. */
        return fail_set(f, FAIL_INPUT, "the database URL is not a Postgres connection URI");
    }
    TRY(join_options(parsed, &db->options, f));
    TRY(str_copy(url, &db->url, f));
    TRY(str_copy(program, &db->program, f));
    *ret = take_ptr(db);
    return 0;
}

void db_close(struct db *db)
{
    if (db == NULL) {
        return;
    }
    db_drop(db);
    for (size_t i = 0; i < db->channel_count; i++) {
        free(db->channels[i]);
    }
    free(db->channels);
    free(db->prepared);
    free(db->program);
    free(db->options);
    free(db->url);
    free(db);
}

void db_drop(struct db *db)
{
    if (db->conn == NULL) {
        return;
    }
    PQfinish(db->conn);
    db->conn = NULL;
    db->prepared_count = 0;
    db->perhaps_missed = db->channel_count > 0;
    db->locks_lost = db->locks_lost || db->locks > 0;
    db->locks = 0;
}

/* Notices are for people at a terminal; by default libpq prints them in the middle of our log. */
static void ignore_notice(void *unused, const PGresult *notice)
{
    (void)unused;
    (void)notice;
}

/* The next attempt: twice as late as this one was, a quarter of it by chance, so that workers do not come in step. */
static int64_t next_delay(struct db *db)
{
    int64_t delay = DB_BACKOFF_LEAST_MS;
    uint16_t chance = 0;

    for (int i = 0; i < db->failures && delay < DB_BACKOFF_MOST_MS; i++) {
        delay *= 2;
    }
    delay = delay < DB_BACKOFF_MOST_MS ? delay : DB_BACKOFF_MOST_MS;
    (void)!getrandom(&chance, sizeof chance, GRND_NONBLOCK); /* 0 does as well */
    db->failures++;
    return delay - delay / 4 * chance / UINT16_MAX;
}

static PGconn *new_connection(const struct db *db)
{
    /* The URL comes behind what it may replace. */
    const char *const names[] = { "application_name", "connect_timeout",
                                  "keepalives_idle",  "keepalives_interval",
                                  "keepalives_count", "tcp_user_timeout",
                                  "client_encoding",  "dbname",
                                  "options",          NULL };
    const char *const values[] = { db->program, "5",    "30",    "10",        "3",
                                   "30000",     "UTF8", db->url, db->options, NULL };

    return PQconnectdbParams(names, values, 1);
}

static int listen_again(struct db *db, struct fail *f)
{
    for (size_t i = 0; i < db->channel_count; i++) {
        scoped(pg_clear_p) PGresult *res = NULL;

        TRY(db_command(db, db->channels[i], &res, f));
    }
    return 0;
}

int db_connect(struct db *db, struct fail *f)
{
    int64_t now = clock_mono_ms();
    PGconn *conn = NULL;

    if (db->conn != NULL) {
        return 0;
    }
    if (now < db->next_try_ms) {
        return fail_later(f, FAIL_LATER, db->next_try_ms - now,
                          "Postgres: waiting to connect again");
    }
    conn = new_connection(db);
    if (PQstatus(conn) != CONNECTION_OK) {
        int64_t delay = next_delay(db);

        (void)(conn != NULL ? db_fail_connect(conn, f) : fail_memory(f)); /* reported below */
        PQfinish(conn);
        db->next_try_ms = clock_mono_ms() + delay;
        f->retry_after_ms = f->kind == FAIL_LATER ? delay : 0;
        return -1;
    }
    (void)PQsetNoticeReceiver(conn, ignore_notice, NULL);
    db->conn = conn;
    db->failures = 0;
    db->next_try_ms = 0;
    if (listen_again(db, f) < 0) {
        db_drop(db); /* a connection that does not listen would wait in silence */
        return -1;
    }
    return 0;
}

/* A session that was told to end shows nothing until its process gets round to it, and then the next statement fails.  An empty
 * query finds that out while nothing has been done that could be lost (measured: under 0.1 ms). */
static void prove(struct db *db)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    struct fail unsaid; /* connecting anew says what is wrong, if that fails as well */

    db->unproven = false;
    if (db->conn != NULL &&
        db_await(db, PQsendQuery(db->conn, ""), "proof", DB_PROOF_MS, &res, &unsaid) < 0) {
        db_drop(db);
    }
}

int db_usable(struct db *db, struct fail *f)
{
    if (db->conn == NULL && db->in_transaction) {
        return fail_set(f, FAIL_LATER, "Postgres: the transaction's connection is lost");
    }
    if (db->locks_lost) {
        return fail_set(f, FAIL_LATER, "Postgres: the connection that held our lock is lost");
    }
    if (db->unproven) {
        prove(db);
    }
    return db_connect(db, f);
}

void db_look(struct db *db)
{
    /* The last words of a server that stops and the end of the stream come as two reads. */
    for (int i = 0; i < 100 && db->conn != NULL; i++) {
        struct pollfd at = { .fd = PQsocket(db->conn), .events = POLLIN };

        if (poll(&at, 1, 0) <= 0) {
            return;
        }
        if (PQconsumeInput(db->conn) == 0 || PQstatus(db->conn) != CONNECTION_OK) {
            db_drop(db);
        }
    }
}

int db_ready(struct db *db, struct fail *f)
{
    db_look(db);
    db->locks_lost = false;
    if (db->in_transaction) {
        struct db *tx = db;

        db_rollback_p(&tx);
    }
    if (db->locks > 0) {
        db_unlock_all(db);
    }
    /* A busy pool, whose sessions answer every few milliseconds, does not ask: the first statement finds out by itself. */
    if (db->unproven && clock_mono_ms() - db->answered_ms > DB_FRESH_MS) {
        prove(db);
    }
    return db_connect(db, f);
}
