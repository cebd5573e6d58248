#include <inttypes.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/job_catalog.h"
#include "common/model/outbox.h"
#include "sql/orders.h"
#include "worker/fulfillment/reconcile.h"
#include "worker/fulfillment/shipping.h"
#include "common/db/sqltext.h"

enum {
    LOOK_BACK_S = 24 * 3600,
    PAGE = 100,
    PAGES_MAX = 20,
    SHIPPED_LOOKS = 20,
    ARRAY_MAX_BYTES = 64 * 1024
};

static const int64_t US = 1000000;

/* An order the next check would still bring is not missing yet. */
static bool should_be_known(const struct reconcile *x, const struct shopify_order_row *row)
{
    int64_t slack_s = 2 * x->set.num[SETTING_ORDERS_CHECK_S] + x->set.num[SETTING_ORDERS_OVERLAP_S];

    return strcmp(row->financial, "PAID") == 0 && !row->test && row->cancelled_us == 0 &&
           row->created_us < x->c->now_us - slack_s * US;
}

static int check_missing(struct reconcile *x, const char *gid, struct fail *f)
{
    const struct job_kind *kind = job_kind_find("orders.check");
    scoped(json_clear_p) json_t *args = json_pack("[s]", gid);
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(free_p) char *text = NULL;

    TRY(reconcile_found(x,
                        &(struct finding){ FINDING_MISSING, "not_known", gid,
                                           "The shop has this paid order; we do not." },
                        f));
    TRY(json_write(args, &text, f));
    TRY(db_begin(x->c->db, &tx, f));
    TRY(outbox_add(
        tx, "order.reconciled",
        &(struct job_spec){
            .type = kind->name, .queue = kind->queue, .args = text, .max_retries = kind->tries },
        f));
    return db_commit(&tx, f);
}

static int compare_page(struct reconcile *x, const struct shopify_order_page *page, struct fail *f)
{
    scoped(str_done) struct str gids = { 0 };
    scoped(pg_clear_p) PGresult *rows = NULL;

    str_init(&gids, ARRAY_MAX_BYTES);
    str_add_char(&gids, '{');
    for (size_t i = 0; i < page->count; i++) {
        if (should_be_known(x, &page->rows[i])) {
            str_addf(&gids, "%s\"%s\"", gids.len > 1 ? "," : "", page->rows[i].gid);
        }
    }
    str_add_char(&gids, '}');
    TRY(str_ok(&gids, f));
    TRY(db_query(x->c->db, &sql_orders_reconcile_known, (const char *[]){ gids.data }, &rows, f));
    for (int i = 0; i < PQntuples(rows); i++) {
        TRY(check_missing(x, db_text(rows, i, "gid"), f));
    }
    return 0;
}

static int compare_orders(struct reconcile *x, struct fail *f)
{
    char cursor[SHOPIFY_CURSOR_BYTES] = "";
    const struct shopify_order_search search = { .since_us = x->c->now_us - LOOK_BACK_S * US,
                                                 .page_size = PAGE,
                                                 .cursor = cursor };
    bool more = true;

    for (int pages = 0; more && pages < PAGES_MAX && !reconcile_must_end(x); pages++) {
        scoped(shopify_order_page_done) struct shopify_order_page page = { 0 };
        TRY(shopify_orders_updated(x->c->shopify, &search, &page, f));
        TRY(compare_page(x, &page, f));
        more = page.more;
        (void)str_fit(cursor, sizeof cursor, page.cursor);
    }
    x->cut_short = x->cut_short || more;
    return 0;
}

/* One fulfillment order cannot have been fulfilled twice with one tracking number. */
static int compare_fulfillments(struct reconcile *x, const PGresult *rows, int i, struct fail *f)
{
    scoped(shopify_fulfillment_state_done) struct shopify_fulfillment_state state = { 0 };
    const struct shopify_fulfillment *last;
    char subject[40], text[160];

    TRY(shopify_fulfillment_state(x->c->shopify, db_text(rows, i, "gid"), &state, f));
    (void)snprintf(subject, sizeof subject, "order:%" PRId64, db_int(rows, i, "id", 0));
    for (size_t k = 0; k < state.done_count; k++) {
        const char *number = state.done[k].numbers[0];
        if (number[0] == '\0' || shipping_with_number(&state, number, &last) <= state.order_count ||
            last != &state.done[k]) {
            continue;
        }
        (void)snprintf(text, sizeof text,
                       "The shop has several fulfillments with tracking number %s.", number);
        TRY(reconcile_found(
            x, &(struct finding){ FINDING_DOUBLE, "fulfilled_twice", subject, text }, f));
    }
    return 0;
}

int reconcile_shop(struct reconcile *x, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text limit;

    TRY(compare_orders(x, f));
    TRY(db_query(x->c->db, &sql_orders_reconcile_shipped,
                 (const char *[]){ sql_int(&limit, SHIPPED_LOOKS) }, &rows, f));
    for (int i = 0; i < PQntuples(rows) && !reconcile_must_end(x); i++) {
        TRY(compare_fulfillments(x, rows, i, f));
    }
    return 0;
}
