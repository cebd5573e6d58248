#include "common/db/db_priv.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"

/* A misspelt column, or one of another type, is a bug that the first test of the query shows: no value could be given. */
static void __attribute__((noreturn)) bug(const char *column, const char *text)
{
    (void)fprintf(stderr, "database column '%s': %s\n", column, text);
    abort();
}

const char *db_text(const PGresult *res, int row, const char *column)
{
    int at = PQfnumber(res, column);

    if (at < 0) {
        bug(column, "the query has no such column");
    }
    assert(row >= 0 && row < PQntuples(res));
    return PQgetisnull(res, row, at) != 0 ? NULL : PQgetvalue(res, row, at);
}

int64_t db_int(const PGresult *res, int row, const char *column, int64_t otherwise)
{
    const char *text = db_text(res, row, column);
    int64_t value = otherwise;
    struct fail f;

    if (text != NULL && str_to_int(text, INT64_MIN, INT64_MAX, column, &value, &f) < 0) {
        bug(column, "not an integer");
    }
    return value;
}

bool db_bool(const PGresult *res, int row, const char *column)
{
    const char *text = db_text(res, row, column);

    if (text != NULL && strcmp(text, "t") != 0 && strcmp(text, "f") != 0) {
        bug(column, "not a boolean");
    }
    return text != NULL && text[0] == 't';
}
