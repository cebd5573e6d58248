#include "common/db/db_priv.h"

#include <string.h>

#include "common/base/str.h"

/* First match wins; a prefix of the five characters. */
static const struct {
    const char *prefix;
    enum fail_kind kind;
} kinds[] = {
    { "08", FAIL_LATER },    /* connection */
    { "22", FAIL_INPUT },    /* data */
    { "23", FAIL_CONFLICT }, /* constraint */
    { "25006", FAIL_LATER }, /* read-only: a standby, until the fail-over is through */
    { "25P03", FAIL_LATER }, /* idle too long in a transaction */
    { "28", FAIL_DENIED },   /* authorization */
    { "40", FAIL_LATER },    /* rolled back: serialization, deadlock */
    { "42501", FAIL_DENIED }, { "53", FAIL_LATER }, /* resources */
    { "55P03", FAIL_LATER },                        /* lock not available */
    { "57014", FAIL_LATER },                        /* cancelled: statement_timeout */
    { "57P", FAIL_LATER },                          /* shutting down, starting up */
    { "58", FAIL_LATER },                           /* the server's disk or system */
};

enum fail_kind db_kind(const char *sqlstate)
{
    if (sqlstate == NULL) {
        return FAIL_LATER;
    }
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strncmp(sqlstate, kinds[i].prefix, strlen(kinds[i].prefix)) == 0) {
            return kinds[i].kind;
        }
    }
    return FAIL_BUG;
}

/* The first line, without the severity that libpq puts in front. */
static void first_line(const char *message, char *text, size_t text_bytes)
{
    (void)str_fit(text, text_bytes, message != NULL ? message : "");
    text[strcspn(text, "\n")] = '\0';
}

int db_fail_result(const PGresult *res, const char *what, struct fail *f)
{
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    const char *constraint = PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME);
    char text[300];

    /* The detail is left out: it quotes values of rows. */
    first_line(message != NULL ? message : PQresultErrorMessage(res), text, sizeof text);
    if (constraint != NULL) {
        return fail_code(f, db_kind(state), state, "%s: %s (%s)", what, text, constraint);
    }
    return fail_code(f, db_kind(state), state != NULL ? state : "08006", "%s: %s", what, text);
}

int db_fail_connect(const PGconn *conn, struct fail *f)
{
    /* libpq gives no SQLSTATE for a failed connect; in other languages these are merely tried again. */
    static const char *const denied[] = { "authentication failed", "no pg_hba.conf entry",
                                          "does not exist", "no password supplied",
                                          "permission denied for database" };
    const char *message = PQerrorMessage(conn);
    char text[300];

    first_line(message, text, sizeof text);
    for (size_t i = 0; i < COUNT_OF(denied); i++) {
        /* A socket that is not there is a server that is not there. */
        if (strstr(message, denied[i]) != NULL && strstr(message, "FATAL") != NULL) {
            return fail_set(f, FAIL_DENIED, "Postgres: %s", text);
        }
    }
    return fail_set(f, FAIL_LATER, "Postgres: %s", text);
}
