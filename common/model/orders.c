#include "common/model/orders.h"

#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "common/model/one_json.h"
#include "sql/model.h"

enum { NUMBER_TEXT_BYTES = 24 };

const char *const order_states[] = { "received",  "waiting", "flagged", "held",      "approval",
                                     "placing",   "placed",  "shipped", "fulfilled", "delivered",
                                     "cancelled", "ignored", NULL };

static int check_state(const char *state, struct fail *f)
{
    for (size_t i = 0; state != NULL && order_states[i] != NULL; i++) {
        if (strcmp(order_states[i], state) == 0) {
            return 0;
        }
    }
    return state == NULL ? 0 : fail_set(f, FAIL_INPUT, "no order state '%.40s'", state);
}

/* "MICROSECONDS-ID" of the last order seen. */
static int read_cursor(const char *after, char at[static NUMBER_TEXT_BYTES],
                       char id[static NUMBER_TEXT_BYTES], struct fail *f)
{
    const char *dash = strchr(after, '-');
    int64_t number;

    if (dash == NULL || (size_t)(dash - after) >= NUMBER_TEXT_BYTES ||
        strlen(dash + 1) >= NUMBER_TEXT_BYTES) {
        return fail_set(f, FAIL_INPUT, "broken cursor: take the text of 'next' as it is");
    }
    snprintf(at, NUMBER_TEXT_BYTES, "%.*s", (int)(dash - after), after);
    snprintf(id, NUMBER_TEXT_BYTES, "%s", dash + 1);
    TRY(str_to_int(at, 0, INT64_MAX, "cursor", &number, f));
    return str_to_int(id, 0, INT64_MAX, "cursor", &number, f);
}

int orders_page(struct db *db, const struct order_filter *filter, char **ret_json, struct fail *f)
{
    char limit[NUMBER_TEXT_BYTES], at[NUMBER_TEXT_BYTES] = "", id[NUMBER_TEXT_BYTES] = "";

    TRY(check_state(filter->state, f));
    if (filter->limit < 1 || filter->limit > ORDER_PAGE_MAX) {
        return fail_set(f, FAIL_INPUT, "limit is 1 to %d", ORDER_PAGE_MAX);
    }
    if (filter->after != NULL) {
        TRY(read_cursor(filter->after, at, id, f));
    }
    snprintf(limit, sizeof limit, "%" PRId64, filter->limit);
    const char *params[] = { filter->state, filter->text, limit, filter->after != NULL ? at : NULL,
                             filter->after != NULL ? id : NULL };
    return one_json(db, &sql_model_orders_page, params, ret_json, f);
}

int order_resolve(struct db *db, const char *text, int64_t *ret_id, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct fail no_number;
    int64_t number;
    bool is_number = str_to_int(text, 1, INT64_MAX, "order", &number, &no_number) == 0;
    const char *params[] = { text, is_number ? text : NULL };

    TRY(db_query(db, &sql_model_order_resolve, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_set(f, FAIL_MISSING, "no order '%.100s'", text);
    }
    if (PQntuples(rows) > 1 && db_bool(rows, 1, "by_name")) {
        return fail_set(f, FAIL_CONFLICT, "several orders are named '%.100s'; take the id", text);
    }
    *ret_id = db_int(rows, 0, "id", 0);
    return 0;
}

int order_detail(struct db *db, int64_t id, char **ret_json, struct fail *f)
{
    char text[NUMBER_TEXT_BYTES];

    snprintf(text, sizeof text, "%" PRId64, id);
    if (one_json(db, &sql_model_order_detail, (const char *[]){ text }, ret_json, f) < 0) {
        return f->kind == FAIL_MISSING ? fail_set(f, FAIL_MISSING, "no order %" PRId64, id) : -1;
    }
    return 0;
}
