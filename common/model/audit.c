#include "common/model/audit.h"

#include "common/base/json.h"
#include "sql/model.h"

int audit_add(struct db *tx, const char *who, const char *action, const char *subject,
              const json_t *detail, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    if (detail != NULL) {
        TRY(json_write(detail, &text, f));
    }
    const char *params[] = { who, action, subject, text != NULL ? text : "{}" };
    TRY(db_exec(tx, &sql_model_audit_add, params, f));
    return 0;
}
