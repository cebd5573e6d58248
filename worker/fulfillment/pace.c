#include "worker/fulfillment/pace.h"

#include "sql/orders.h"
#include "worker/providers/cj/cj.h"

enum {
    CALLS_PER_ORDER = 8, /* at the supplier, to decide about and place one order */
    SPREAD_AFTER = 5,    /* that many orders go at once */
};

static const int64_t US = 1000000;

int pace_start(struct job_context *c, struct pace *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct fail ignored = { 0 };
    int64_t qps = 0;

    TRY(db_query(c->db, &sql_orders_supplier_rate, NULL, &rows, f));
    qps = PQntuples(rows) > 0 ? db_int(rows, 0, "qps", 0) : 0;
    if (qps < 1 && c->cj != NULL && cj_qps_limit(c->cj, &qps, &ignored) < 0) {
        qps = 1;
    }
    *ret = (struct pace){ .now_us = c->now_us,
                          .spacing_us = CALLS_PER_ORDER * US / (qps > 0 ? qps : 1) };
    return 0;
}

int64_t pace_next(struct pace *p, int64_t earliest_us)
{
    int64_t turn = p->turns++ - SPREAD_AFTER;
    int64_t spread_us = p->now_us + (turn > 0 ? turn * p->spacing_us : 0);

    return spread_us > earliest_us ? spread_us : earliest_us;
}
