/* orders.reconcile []: compare shop, supplier, ledger and rows; report missing and double, and set going again what is safe. */
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/model/outbox.h"
#include "sql/orders.h"
#include "worker/fulfillment/jobs.h"
#include "worker/fulfillment/order.h"
#include "worker/fulfillment/reconcile.h"
#include "worker/fulfillment/run.h"
#include "common/db/sqltext.h"

enum { DUE_S = 600, STOP_BEFORE_MS = 60000, FINDINGS_MAX = 2000 };

static const char LOCK[] = "orders.reconcile";

int reconcile_found(struct reconcile *x, const struct finding *found, struct fail *f)
{
    x->missing += found->counts_as == FINDING_MISSING;
    x->doubled += found->counts_as == FINDING_DOUBLE;
    if (json_array_size(x->findings) >= FINDINGS_MAX) {
        return 0; /* counted, but the list must stay readable */
    }
    json_t *one = json_pack("{s:s, s:s, s:s}", "kind", found->kind, "subject", found->subject,
                            "text", found->text);
    return json_array_append_new(x->findings, one) < 0 ? fail_memory(f) : 0;
}

bool reconcile_must_end(struct reconcile *x)
{
    x->cut_short = x->cut_short || clock_mono_ms() + STOP_BEFORE_MS > x->c->deadline_ms;
    return x->cut_short;
}

static int compare_ours(struct reconcile *x, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(x->c->db, &sql_orders_reconcile_ours, NULL, &rows, f));
    for (int i = 0; i < PQntuples(rows); i++) {
        const char *kind = db_text(rows, i, "kind");
        const struct finding found = { .counts_as = strncmp(kind, "double", 6) == 0 ? FINDING_DOUBLE
                                                                                    : FINDING_NOTE,
                                       .kind = kind,
                                       .subject = db_text(rows, i, "subject"),
                                       .text = db_text(rows, i, "text") };
        TRY(reconcile_found(x, &found, f));
    }
    return 0;
}

static int wake(struct reconcile *x, int64_t id, const char *state, const char *job, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct sql_text id_text, now;

    TRY(db_begin(x->c->db, &tx, f));
    TRY(db_exec(
        tx, &sql_orders_order_wake,
        (const char *[]){ sql_int(&id_text, id), state, job, sql_time(&now, clock_now_us()) }, f));
    TRY(outbox_follow_up(
        tx, &(struct follow_up){ .event = "order.reconciled", .job = job, .id = id }, f));
    return db_commit(&tx, f);
}

/* Paid, due, waiting for nobody, and still not placed. */
static int compare_late(struct reconcile *x, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text due;
    char text[200], subject[40];

    if (x->set.num[SETTING_FLOW_FULFILLMENT] != FLOW_AUTO || x->set.num[SETTING_STOP] != 0) {
        return 0;
    }
    TRY(db_query(x->c->db, &sql_orders_reconcile_late,
                 (const char *[]){ sql_int(&due, x->set.num[SETTING_GRACE_S] + DUE_S) }, &rows, f));
    for (int i = 0; i < PQntuples(rows); i++) {
        int64_t id = db_int(rows, i, "id", 0);
        const char *job = db_text(rows, i, "next_job");
        (void)snprintf(subject, sizeof subject, "order:%" PRId64, id);
        (void)snprintf(text, sizeof text, "%.60s is paid and due but still %s.",
                       db_text(rows, i, "name"), db_text(rows, i, "state"));
        TRY(reconcile_found(x, &(struct finding){ FINDING_MISSING, "not_placed", subject, text },
                            f));
        TRY(wake(x, id, db_text(rows, i, "state"), job != NULL ? job : "order.release", f));
    }
    return 0;
}

static int store(struct reconcile *x, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(json_clear_p) json_t *detail =
        json_pack("{s:O, s:b}", "findings", x->findings, "cut_short", x->cut_short);
    scoped(free_p) char *text = NULL;
    struct sql_text orders, missing, doubled;

    TRY(json_write(detail, &text, f));
    TRY(db_query(x->c->db, &sql_orders_reconcile_counts, NULL, &rows, f));
    int64_t count = db_int(rows, 0, "orders", 0);
    TRY(db_exec(x->c->db, &sql_orders_reconcile_store,
                (const char *[]){ sql_int(&orders, count), sql_int(&missing, x->missing),
                                  sql_int(&doubled, x->doubled), text },
                f));
    log_at(x->missing + x->doubled > 0 ? LOG_WARN : LOG_INFO, "orders.reconciled",
           kv_int("orders", count), kv_int("missing", x->missing), kv_int("doubled", x->doubled),
           kv_bool("cut_short", x->cut_short));
    return 0;
}

static int compare_all(struct reconcile *x, struct fail *f)
{
    TRY(settings_read(x->c->db, &x->set, f));
    TRY(compare_ours(x, f));
    TRY(compare_late(x, f));
    TRY(reconcile_supplier(x, f));
    TRY(reconcile_shop(x, f));
    return store(x, f);
}

int orders_reconcile(struct job_context *c, struct fail *f)
{
    scoped(json_clear_p) json_t *findings = json_array();
    struct reconcile x = { .c = c, .findings = findings };

    if (c->shopify == NULL || c->cj == NULL) {
        return fail_set(f, FAIL_DENIED, "no %s is configured",
                        c->shopify == NULL ? "shop" : "supplier");
    }
    int held = db_try_lock(c->db, LOCK, f);
    TRY(held);
    if (held != 0) {
        return 0; /* another comparison is running */
    }
    int done = compare_all(&x, f);
    db_unlock(c->db, LOCK);
    return done;
}
