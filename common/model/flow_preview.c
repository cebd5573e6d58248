#include "common/model/flow_preview.h"

#include <string.h>

#include "common/db/sqltext.h"
#include "common/model/one_json.h"
#include "common/model/settings.h"
#include "sql/ops.h"

/* To add a flow: its query, and a line here. */
static const struct preview {
    const char *flow;
    const struct embedded *sql;
} previews[] = {
    { "discovery", &sql_ops_preview_discovery },
    { "fulfillment", &sql_ops_preview_fulfillment },
    { "stock", &sql_ops_preview_stock },
};

int flow_preview(struct db *db, const struct flow_kind *kind, const char *mode, char **ret_json,
                 struct fail *f)
{
    struct settings set;
    struct sql_text ahead, top;

    TRY(settings_read(db, &set, f));
    for (size_t i = 0; i < COUNT_OF(previews) && flow_kind_built(kind); i++) {
        if (strcmp(previews[i].flow, kind->name) != 0) {
            continue;
        }
        const char *params[] = { mode != NULL ? mode : setting_text(&set, flow_kind_mode(kind)),
                                 sql_int(&ahead, set.num[flow_kind_interval(kind)]),
                                 sql_int(&top, set.num[SETTING_DISCOVERY_TOP]) };
        return one_json(db, previews[i].sql, params, ret_json, f);
    }
    return fail_set(f, FAIL_CONFLICT, "nothing is known of what %s would do", kind->name);
}
