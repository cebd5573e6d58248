#include "common/base/str.h"
#include "common/db/db.h"
#include "common/model/duty.h"
#include "sql/model.h"

int duty_rule_find(struct db *db, const char *dest, const char *origin, const char *day,
                   struct duty_rule *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    const char *params[] = { dest, origin, day };

    TRY(db_query(db, &sql_model_duty_rule_on, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return 1;
    }
    struct duty_rule rule = { .fixed_minor = db_int(rows, 0, "fixed_minor", 0),
                              .ad_valorem_ppm = db_int(rows, 0, "ad_valorem_ppm", 0),
                              .max_value_minor = db_int(rows, 0, "max_value_minor", -1) };
    if (!str_fit(rule.currency, sizeof rule.currency, db_text(rows, 0, "currency"))) {
        return fail_set(f, FAIL_INPUT, "the currency of the duty rule of %s is no code", dest);
    }
    *ret = rule;
    return 0;
}
