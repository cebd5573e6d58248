#include "worker/fulfillment/supply.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "sql/orders.h"
#include "common/db/sqltext.h"

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text) != NULL ? (text) : ""))

void supply_done(struct supply *s)
{
    json_decref(s->lines);
    s->lines = NULL;
}

int supply_load(struct db *db, int64_t order_id, struct supply *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text id;

    TRY(db_query(db, &sql_orders_supply_get, (const char *[]){ sql_int(&id, order_id) }, &rows, f));
    if (PQntuples(rows) == 0) {
        return 1;
    }
    supply_done(ret);
    *ret = (struct supply){ .id = db_int(rows, 0, "id", 0),
                            .state = supply_state_parse(db_text(rows, 0, "state")),
                            .cap_minor = db_int(rows, 0, "cap_minor", 0),
                            .quoted_minor = db_int(rows, 0, "quoted_minor", 0),
                            .looks = db_int(rows, 0, "looks", 0),
                            .shipped_s = db_int(rows, 0, "shipped_s", -1),
                            .missing_s = db_int(rows, 0, "missing_s", -1) };
    FIT(ret->number, db_text(rows, 0, "our_number"));
    FIT(ret->cj_id, db_text(rows, 0, "cj_order_id"));
    FIT(ret->method, db_text(rows, 0, "logistic_name"));
    FIT(ret->from, db_text(rows, 0, "from_country"));
    FIT(ret->detail_hash, db_text(rows, 0, "detail_hash"));
    const char *lines = db_text(rows, 0, "lines");
    return json_parse(lines, strlen(lines), "lines of a supplier order", &ret->lines, f);
}

int supply_insert(struct db *tx, const struct order *o, const struct supply *s, struct fail *f)
{
    scoped(free_p) char *lines = NULL;
    struct sql_text id, goods, freight, cap;
    char start[48];
    const char *number = strrchr(o->gid, '/');

    (void)snprintf(start, sizeof start, "DS-%.40s", number != NULL ? number + 1 : o->gid);
    TRY(json_write(s->lines, &lines, f));
    TRY(db_exec(tx, &sql_orders_supply_new,
                (const char *[]){ sql_int(&id, o->id), start, lines, s->method, s->from,
                                  sql_int(&goods, s->goods_minor),
                                  sql_int(&freight, s->freight_minor), sql_int(&cap, s->cap_minor),
                                  s->detail_hash },
                f));
    return 0;
}

int supply_requote(struct db *tx, const struct supply *s, const struct supply *quote,
                   struct fail *f)
{
    struct sql_text id, goods, freight, cap;

    TRY(db_exec(tx, &sql_orders_supply_quote,
                (const char *[]){ sql_int(&id, s->id), sql_int(&goods, quote->goods_minor),
                                  sql_int(&freight, quote->freight_minor),
                                  sql_int(&cap, quote->cap_minor) },
                f));
    return 0;
}

int supply_move(struct db *tx, struct supply *s, enum supply_state to, const struct cj_order *seen,
                struct fail *f)
{
    struct sql_text id, amount;

    if (!supply_may_become(s->state, to)) {
        return fail_set(f, FAIL_BUG, "supplier order %s cannot go from %s to %s", s->number,
                        supply_state_name(s->state), supply_state_name(to));
    }
    const char *params[] = { sql_int(&id, s->id),
                             supply_state_name(s->state),
                             supply_state_name(to),
                             seen != NULL ? sql_opt(seen->order_id) : NULL,
                             seen != NULL && seen->amount_known
                                 ? sql_int(&amount, seen->amount.minor)
                                 : NULL,
                             seen != NULL ? sql_opt(seen->status_text) : NULL };
    int64_t changed = db_exec(tx, &sql_orders_supply_move, params, f);
    TRY(changed);
    if (changed == 0) {
        return fail_set(f, FAIL_LATER, "supplier order %s has left state %s meanwhile", s->number,
                        supply_state_name(s->state));
    }
    s->state = to;
    if (seen != NULL && seen->order_id[0] != '\0') {
        FIT(s->cj_id, seen->order_id);
    }
    return 0;
}

int supply_items(const json_t *lines, struct cj_item **ret, size_t *ret_count, struct fail *f)
{
    size_t count = json_array_size(lines);
    struct cj_item *items = calloc(count + 1, sizeof *items);

    if (items == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *line = json_array_get(lines, i);
        const char *gid = json_text(line, "line_gid", "");
        const char *number = strrchr(gid, '/');
        FIT(items[i].vid, json_text(line, "vid", ""));
        FIT(items[i].line_id, number != NULL ? number + 1 : gid);
        items[i].quantity = json_int(line, "quantity", 0);
    }
    *ret = items;
    *ret_count = count;
    return 0;
}

static int64_t ours_of(const json_t *lines, const char *vid)
{
    int64_t sum = 0;

    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        sum += strcmp(json_text(line, "vid", ""), vid) == 0 ? json_int(line, "quantity", 0) : 0;
    }
    return sum;
}

static int64_t theirs_of(const struct cj_order *order, const char *vid)
{
    int64_t sum = 0;

    for (size_t i = 0; i < order->line_count; i++) {
        sum += strcmp(order->lines[i].vid, vid) == 0 ? order->lines[i].quantity : 0;
    }
    return sum;
}

bool supply_lines_match(const json_t *lines, const struct cj_order *order)
{
    if (order->lines == NULL) {
        return false;
    }
    for (size_t i = 0; i < order->line_count; i++) {
        const char *vid = order->lines[i].vid;
        if (theirs_of(order, vid) != ours_of(lines, vid)) {
            return false;
        }
    }
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const char *vid = json_text(json_array_get(lines, i), "vid", "");
        if (theirs_of(order, vid) != ours_of(lines, vid)) {
            return false;
        }
    }
    return true;
}

void supply_lines_text(const struct cj_order *order, char *out, size_t out_bytes)
{
    size_t at = 0;

    (void)str_fit(out, out_bytes, order->lines == NULL ? "nothing it tells us" : "");
    for (size_t i = 0; i < order->line_count && at < out_bytes; i++) {
        int n = snprintf(out + at, out_bytes - at, "%s%s x %" PRId64, i > 0 ? ", " : "",
                         order->lines[i].vid, order->lines[i].quantity);
        at += n > 0 ? (size_t)n : 0;
    }
}
