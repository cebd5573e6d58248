#include "common/model/discovery_ready.h"

#include "common/base/str.h"
#include "sql/model.h"

int discovery_markets(struct db *db, const char *countries, const char *origin,
                      struct discovery_markets *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    const char *params[] = { countries, origin };

    TRY(db_query(db, &sql_model_discovery_ready, params, &rows, f));
    size_t count = (size_t)PQntuples(rows);
    ret->count = count < DISCOVERY_MARKETS_MAX ? count : DISCOVERY_MARKETS_MAX;
    for (size_t i = 0; i < ret->count; i++) {
        struct discovery_market *m = &ret->rows[i];
        (void)str_fit(m->country, sizeof m->country, db_text(rows, (int)i, "country"));
        m->known = db_bool(rows, (int)i, "known");
        m->has_duty = db_bool(rows, (int)i, "duty");
    }
    return 0;
}
