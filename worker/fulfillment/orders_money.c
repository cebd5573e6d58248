/* orders.money []: read the money of orders that no job of the flow reads: refunds and edits of finished and held orders, and
 * orders that are older than the books.  A bounded number each time, so that the shop's points stay with the flow; latest change
 * first.  The flow of an order stays as it is. */
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/db/sqltext.h"
#include "common/model/settings.h"
#include "sql/orders.h"
#include "worker/fulfillment/jobs.h"
#include "worker/fulfillment/order.h"

enum {
    BATCH = 50,
    QUIET_S = 600, /* without any change: until then the jobs of the flow read an order */
    STOP_BEFORE_MS = 30000,
    FAILURES_MAX = 3 /* then the shop, and not an order, is in trouble */
};

/* What keeps one order from being read for good must not keep the others. */
static int set_aside(struct job_context *c, int64_t id, const struct fail *why, struct fail *f)
{
    struct sql_text text;

    log_error("order.money_lost", kv_int("order", id), kv_fail(why));
    TRY(db_exec(c->db, &sql_orders_money_lost, (const char *[]){ sql_int(&text, id), why->text },
                f));
    return 0;
}

static int read_one(struct job_context *c, int64_t id, const char *gid, struct fail *f)
{
    scoped(shopify_order_done) struct shopify_order shop = { 0 };
    struct fail why;

    if (shopify_order_get(c->shopify, gid, &shop, f) == 0) {
        return order_store_money(c->db, id, &shop, f);
    }
    why = *f;
    return why.kind == FAIL_MISSING || why.kind == FAIL_INPUT || why.kind == FAIL_BUG
               ? set_aside(c, id, &why, f)
               : -1;
}

static bool must_end(const struct job_context *c)
{
    return clock_mono_ms() + STOP_BEFORE_MS > c->deadline_ms;
}

/* One order the shop stumbles over must not keep the others back for ever: the first are read again and again.  A refused
 * account is told by the jobs of the flow. */
static int read_all(struct job_context *c, const PGresult *rows, int *ret_read, struct fail *f)
{
    int failed = 0;

    for (int i = 0; i < PQntuples(rows) && !must_end(c); i++) {
        if (read_one(c, db_int(rows, i, "id", 0), db_text(rows, i, "gid"), f) == 0) {
            (*ret_read)++;
        } else if (f->kind == FAIL_DENIED) {
            log_warn("orders.money_denied", kv_fail(f));
            return 0;
        } else if (++failed == FAILURES_MAX) {
            return -1;
        }
    }
    return 0;
}

int orders_money(struct job_context *c, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text limit, quiet;
    int read = 0;

    if (c->shopify == NULL) {
        return 0; /* no shop, no money */
    }
    TRY(db_query(c->db, &sql_orders_money_due,
                 (const char *[]){ sql_int(&limit, BATCH), sql_int(&quiet, QUIET_S) }, &rows, f));
    TRY(read_all(c, rows, &read, f));
    if (read > 0) {
        log_info("orders.money", kv_int("orders", read), kv_bool("more", read == BATCH));
    }
    return 0;
}
