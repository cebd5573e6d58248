#include "common/model/discovery_ready.h"

#include "common/base/str.h"
#include "sql/model.h"

int discovery_markets(struct db *db, const char *countries, const char *origin,
                      struct discovery_market ret[static DISCOVERY_MARKETS_MAX], size_t *ret_count,
                      struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    const char *params[] = { countries, origin };

    TRY(db_query(db, &sql_model_discovery_ready, params, &rows, f));
    size_t count = (size_t)PQntuples(rows);
    *ret_count = count < DISCOVERY_MARKETS_MAX ? count : DISCOVERY_MARKETS_MAX;
    for (size_t i = 0; i < *ret_count; i++) {
        (void)str_fit(ret[i].country, sizeof ret[i].country, db_text(rows, (int)i, "country"));
        ret[i].known = db_bool(rows, (int)i, "known");
        ret[i].has_duty = db_bool(rows, (int)i, "duty");
    }
    return 0;
}
