#include "common/db/db_priv.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "sql/base.h"

int db_try_lock(struct db *db, const char *name, struct fail *f)
{
    scoped(pg_clear_p) PGresult *res = NULL;

    TRY(db_query(db, &sql_base_lock_try, (const char *[]){ name }, &res, f));
    if (!db_bool(res, 0, "taken")) {
        return 1;
    }
    db->locks++;
    return 0;
}

void db_unlock(struct db *db, const char *name)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    struct fail unused;

    if (db->conn == NULL || db->locks == 0) { /* lost, and with it the lock */
        db->locks_lost = false;
        return;
    }
    if (db_query(db, &sql_base_lock_release, (const char *[]){ name }, &res, &unused) < 0) {
        db_drop(db); /* the end of the connection releases as well */
        db->locks_lost = false;
        return;
    }
    db->locks--;
}

void db_unlock_all(struct db *db)
{
    struct fail unused;

    if (db_exec(db, &sql_base_locks_release_all, NULL, &unused) < 0) {
        db_drop(db);
    }
    db->locks = 0;
    db->locks_lost = false;
}

/* The statement is kept, not the name: it is all that is needed of it.  The name is an identifier, not a parameter. */
static int listen_statement(PGconn *conn, const char *channel, char **ret, struct fail *f)
{
    scoped(str_done) struct str text;
    char *quoted = PQescapeIdentifier(conn, channel, strlen(channel));

    str_init(&text, 200);
    if (quoted == NULL) {
        return fail_set(f, FAIL_INPUT, "'%.60s' cannot be a channel", channel);
    }
    str_addf(&text, "listen %s", quoted);
    PQfreemem(quoted);
    TRY(str_ok(&text, f));
    return str_copy(text.data, ret, f);
}

static bool listens(const struct db *db, const char *statement)
{
    for (size_t i = 0; i < db->channel_count; i++) {
        if (strcmp(db->channels[i], statement) == 0) {
            return true;
        }
    }
    return false;
}

int db_listen(struct db *db, const char *channel, struct fail *f)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    scoped(free_p) char *statement = NULL;
    char **more = NULL;

    TRY(db_usable(db, f));
    TRY(listen_statement(db->conn, channel, &statement, f));
    if (listens(db, statement)) {
        return 0;
    }
    more = realloc(db->channels, (db->channel_count + 1) * sizeof *more);
    if (more == NULL) {
        return fail_memory(f);
    }
    db->channels = more;
    TRY(db_command(db, statement, &res, f));
    db->channels[db->channel_count++] = take_ptr(statement);
    return 0;
}

/* Forget the notifications that are here; were there any? */
static bool take_notifications(struct db *db)
{
    bool any = false;
    PGnotify *one = NULL;

    while ((one = PQnotifies(db->conn)) != NULL) {
        PQfreemem(one);
        any = true;
    }
    return any;
}

/* A connection made since the last wait has missed what was sent before it listened. */
static bool take_missed(struct db *db)
{
    bool missed = db->perhaps_missed;

    db->perhaps_missed = false;
    return missed;
}

int db_wait_notify(struct db *db, int64_t wait_ms, struct fail *f)
{
    int64_t until_ms = clock_mono_ms() + wait_ms;

    assert(!db->in_transaction); /* nothing is delivered inside one */
    TRY(db_usable(db, f));
    if (take_missed(db)) {
        return 0;
    }
    for (;;) {
        int64_t left = until_ms - clock_mono_ms();
        struct pollfd at = { .events = POLLIN };

        db_look(db);
        if (db->conn == NULL) {
            return fail_code(f, FAIL_LATER, "08006", "wait: connection to Postgres lost");
        }
        if (take_notifications(db)) {
            return 0;
        }
        if (left <= 0) {
            return 1;
        }
        at.fd = PQsocket(db->conn);
        if (poll(&at, 1, left < 60000 ? (int)left : 60000) < 0 && errno != EINTR) {
            return fail_set(f, FAIL_BUG, "wait: the connection's descriptor is not valid");
        }
    }
}
