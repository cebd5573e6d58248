#include <inttypes.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/outbox.h"
#include "sql/orders.h"
#include "worker/fulfillment/order.h"
#include "worker/fulfillment/reconcile.h"
#include "common/db/sqltext.h"
#include "worker/fulfillment/supply.h"

enum { PAGES_MAX = 20, ARRAY_MAX_BYTES = 1024 * 1024 };

/* Numbers of the supplier's paid orders, as the members of an object.  The parts of a split order share one. */
static int add_row(json_t *seen, const struct cj_order_row *row, struct fail *f)
{
    if (strncmp(row->number, "DS-", 3) != 0) {
        return 0; /* not ours: made by hand, or by another shop of the account */
    }
    return json_object_set_new(seen, row->number, json_true()) < 0 ? fail_memory(f) : 0;
}

static int read_status(struct reconcile *x, const char *status, json_t *seen, struct fail *f)
{
    bool more = true;

    for (int number = 1; more && number <= PAGES_MAX && !reconcile_must_end(x); number++) {
        scoped(cj_order_page_done) struct cj_order_page page = { 0 };
        TRY(cj_order_list(x->c->cj, status, number, &page, f));
        for (size_t i = 0; i < page.count; i++) {
            TRY(add_row(seen, &page.rows[i], f));
        }
        more = page.more;
    }
    x->cut_short = x->cut_short || more;
    return 0;
}

/* The numbers as an array of Postgres; ours have only letters, digits and hyphens. */
static int numbers_array(json_t *seen, struct str *out, struct fail *f)
{
    const char *number;
    json_t *unused;

    str_init(out, ARRAY_MAX_BYTES);
    str_add_char(out, '{');
    json_object_foreach(seen, number, unused)
    {
        str_addf(out, "%s\"%s\"", out->len > 1 ? "," : "", number);
    }
    str_add_char(out, '}');
    return str_ok(out, f);
}

/* Paid at the supplier while our row does not know: the order's own job finds out, or money went where nobody follows it. */
static int wake(struct reconcile *x, int64_t order_id, struct fail *f)
{
    struct order o;
    scoped(db_rollback_p) struct db *tx = NULL;
    struct sql_text id, now;

    int missing = order_load(x->c->db, order_id, &o, f);
    TRY(missing);
    if (missing != 0) {
        return 0;
    }
    if (o.state != ORDER_PLACING) {
        return db_exec(
                   x->c->db, &sql_orders_order_problem,
                   (const char *[]){ sql_int(&id, order_id),
                                     "A supplier order that was given up is paid all the same." },
                   f) < 0
                   ? -1
                   : 0;
    }
    TRY(db_begin(x->c->db, &tx, f));
    TRY(db_exec(tx, &sql_orders_order_wake,
                (const char *[]){ sql_int(&id, order_id), order_state_name(o.state),
                                  "order.release", sql_time(&now, clock_now_us()) },
                f));
    TRY(outbox_follow_up(
        tx,
        &(struct follow_up){ .event = "order.reconciled", .job = "order.release", .id = order_id },
        f));
    return db_commit(&tx, f);
}

static int judge_number(struct reconcile *x, const PGresult *rows, int i, json_t *paid_of,
                        struct fail *f)
{
    const char *number = db_text(rows, i, "our_number");
    enum supply_state state = supply_state_parse(db_text(rows, i, "state"));
    char subject[40], text[240];

    (void)snprintf(subject, sizeof subject, "order:%" PRId64, db_int(rows, i, "order_id", 0));
    if (json_object_get(paid_of, subject) != NULL) {
        (void)snprintf(text, sizeof text, "Paid twice at the supplier: %s and %s.",
                       json_string_value(json_object_get(paid_of, subject)), number);
        TRY(reconcile_found(x, &(struct finding){ FINDING_DOUBLE, "paid_twice", subject, text },
                            f));
    }
    if (json_object_set_new(paid_of, subject, json_string(number)) < 0) {
        return fail_memory(f);
    }
    if (supply_is_paid(state)) {
        return 0;
    }
    (void)snprintf(text, sizeof text, "%s is paid at the supplier, here it is %s.", number,
                   supply_state_name(state));
    TRY(reconcile_found(x, &(struct finding){ FINDING_NOTE, "paid_unknown", subject, text }, f));
    return wake(x, db_int(rows, i, "order_id", 0), f);
}

static int judge_strangers(struct reconcile *x, const PGresult *rows, json_t *seen, struct fail *f)
{
    const char *number;
    json_t *unused;

    for (int i = 0; i < PQntuples(rows); i++) {
        (void)json_object_del(seen, db_text(rows, i, "our_number"));
    }
    json_object_foreach(seen, number, unused)
    {
        const struct finding stranger = {
            FINDING_NOTE, "stranger", number,
            "The supplier has a paid order of this number; we have none."
        };
        TRY(reconcile_found(x, &stranger, f));
    }
    return 0;
}

int reconcile_supplier(struct reconcile *x, struct fail *f)
{
    static const char *const paid_statuses[] = { "UNSHIPPED", "SHIPPED" };
    scoped(json_clear_p) json_t *seen = json_object();
    scoped(json_clear_p) json_t *paid_of = json_object();
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(str_done) struct str numbers = { 0 };

    for (size_t i = 0; i < COUNT_OF(paid_statuses); i++) {
        TRY(read_status(x, paid_statuses[i], seen, f));
    }
    TRY(numbers_array(seen, &numbers, f));
    TRY(db_query(x->c->db, &sql_orders_reconcile_numbers, (const char *[]){ numbers.data }, &rows,
                 f));
    for (int i = 0; i < PQntuples(rows); i++) {
        TRY(judge_number(x, rows, i, paid_of, f));
    }
    return judge_strangers(x, rows, seen, f);
}
