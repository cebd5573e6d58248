#include "common/model/one_json.h"

#include "common/base/str.h"

int one_json(struct db *db, const struct embedded *sql, const char *const *params, char **ret_json,
             struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(db, sql, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_set(f, FAIL_MISSING, "there is no such row");
    }
    const char *text = db_text(rows, 0, "json");
    return str_copy(text != NULL ? text : "null", ret_json, f);
}
