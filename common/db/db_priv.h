/* Private to common/db: what a handle holds, and the steps below the public calls.  Threads: one owner. */
#pragma once

#include "common/db/db.h"

enum {
    DB_CONNECT_S = 5, /* per host */
    DB_FRESH_MS =
        20, /* a session of a pool that answered so lately is not asked whether it is there */
    DB_STATEMENT_MS = 30000,   /* the server's limit for a statement */
    DB_PROOF_MS = 5000,        /* ours for a session that only has to show that it is there */
    DB_ANSWER_MS = 35000,      /* ours, in case the server cannot speak any more */
    DB_SCRIPT_MS = 605000,     /* ours for a whole script */
    DB_BACKOFF_LEAST_MS = 100, /* between attempts to connect */
    DB_BACKOFF_MOST_MS = 5000,
};

/* A query this connection knows. */
struct db_prepared {
    const struct embedded *sql;
    int params; /* highest $N */
};

struct db {
    char *url;     /* never shown */
    char *options; /* "-c ..." for the server: ours, then those of the URL */
    char *program;
    PGconn *conn; /* NULL = not connected; a broken connection is closed at once */
    struct db_prepared *prepared;
    size_t prepared_count, prepared_cap;
    char **channels; /* listened to on every connection */
    size_t channel_count;
    bool in_transaction;
    int locks;           /* session locks held */
    bool locks_lost;     /* the connection that held locks is gone; db_ready forgets it */
    bool unproven;       /* lent anew: the session may have ended since it answered last */
    bool perhaps_missed; /* notifications may have come while nobody listened */
    int64_t answered_ms; /* monotonic; the last answer of the session */
    int failures;        /* attempts to connect that failed in a row */
    int64_t next_try_ms; /* monotonic; no attempt before */
};

/* db_connect.c */

/* Open a connection unless there is one, listen to the channels again.  FAIL_LATER with advice while the backoff runs,
 * FAIL_DENIED when the server does not want us. */
must_check int db_connect(struct db *db, struct fail *f);
/* As db_connect, for a statement: FAIL_LATER when the connection it belongs to (transaction, locks) is gone.  A session that may have
 * ended is asked first. */
must_check int db_usable(struct db *db, struct fail *f);
/* Close the connection; what was bound to it is gone.  Accepts no connection. */
void db_drop(struct db *db);
/* Read what has come; drops the connection when its other end is gone. */
void db_look(struct db *db);

/* db_run.c */

/* Wait for the result of what has just been sent (sent = the return value of PQsend...).  `what` names it in messages.
 * *ret is the caller's.  The connection is dropped when it is lost or silent for answer_ms. */
must_check int db_await(struct db *db, int sent, const char *what, int64_t answer_ms,
                        PGresult **ret, struct fail *f);
/* One of our own fixed statements without parameters ("begin", ...). */
must_check int db_command(struct db *db, const char *text, PGresult **ret, struct fail *f);

/* db_lock.c */

/* Give back every session lock; drops the connection when that fails. */
void db_unlock_all(struct db *db);

/* db_error.c */

/* What an SQLSTATE means to the caller; NULL = the connection is lost. */
enum fail_kind db_kind(const char *sqlstate);
/* Fill *f from a result that is an error.  Always -1. */
int db_fail_result(const PGresult *res, const char *what, struct fail *f);
/* Fill *f from the message of a connection that could not be opened.  Always -1. */
int db_fail_connect(const PGconn *conn, struct fail *f);
