#include "worker/fulfillment/order_money.h"

#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/db/sqltext.h"
#include "common/model/books.h"
#include "sql/orders.h"

/* The shop's times are whole seconds: a change in the second of our reading may have come after it. */
static const int64_t SURE_US = 2000000;

int order_money_seen(struct db *tx, int64_t id, const struct shopify_order *shop, const char *why,
                     struct fail *f)
{
    struct sql_text id_text, seen;
    int64_t at_us = shop->head.updated_us;

    if (shop->head.test) {
        return 1;
    }
    if (clock_now_us() - at_us < SURE_US) {
        at_us -= 1; /* is read once more */
    }
    if (why != NULL) {
        log_error("order.money_unread", kv_int("order", id), kv_str("name", shop->head.name),
                  kv_str("why", why));
    }
    int64_t rows =
        db_exec(tx, &sql_orders_money_seen,
                (const char *[]){ sql_int(&id_text, id), sql_time(&seen, at_us), why }, f);
    TRY(rows);
    return rows == 0 ? 1 : 0;
}

static int store_sale(struct db *tx, int64_t id, const struct shopify_order *shop, struct fail *f)
{
    const struct shopify_money *m = &shop->money;
    scoped(free_p) struct books_line *lines = calloc(shop->line_count + 1, sizeof *lines);
    struct books_order sale = { .lines = lines,
                                .line_count = shop->line_count,
                                .shipping = m->ship_net_minor,
                                .tax = m->ship_tax_minor,
                                .fee_known = m->fee_known,
                                .fee = m->fee_minor };

    if (lines == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < shop->line_count; i++) {
        const struct shopify_line_money *line = &shop->lines[i].money;
        lines[i] = (struct books_line){ .gid = shop->lines[i].gid,
                                        .ordered = line->ordered,
                                        .gross = line->gross_minor,
                                        .discount = line->discount_minor,
                                        .tax = line->tax_minor,
                                        .gift_card = line->gift_card };
        sale.tax += line->tax_minor;
        sale.duties += line->duty_minor;
    }
    return books_order_store(tx, id, &sale, f);
}

/* One row per line of the order: goods of one line that come back in two ways are two rows at the shop. */
static size_t merge_lines(const struct shopify_refund *refund, struct books_refund_line *lines)
{
    size_t count = 0;

    for (size_t i = 0; i < refund->line_count; i++) {
        const struct shopify_refund_line *from = &refund->lines[i];
        size_t at = 0;
        while (at < count && strcmp(lines[at].gid, from->line_gid) != 0) {
            at++;
        }
        if (at == count) {
            lines[count++] = (struct books_refund_line){ .gid = from->line_gid };
        }
        lines[at].quantity += from->quantity;
        lines[at].net += from->net_minor;
        lines[at].tax += from->tax_minor;
    }
    return count;
}

static int store_refund(struct db *tx, int64_t id, const struct shopify_refund *refund,
                        struct fail *f)
{
    scoped(free_p) struct books_refund_line *lines = calloc(refund->line_count + 1, sizeof *lines);
    struct books_refund row = { .gid = refund->gid,
                                .at_us = refund->at_us,
                                .lines = lines,
                                .shipping = refund->ship_net_minor,
                                .tax = refund->ship_tax_minor + refund->adjust_tax_minor,
                                .duties = refund->duty_minor,
                                .adjustment = refund->adjust_net_minor };

    if (lines == NULL) {
        return fail_memory(f);
    }
    row.line_count = merge_lines(refund, lines);
    return books_refund_store(tx, id, &row, f);
}

int order_money_store(struct db *tx, int64_t id, const struct shopify_order *shop, struct fail *f)
{
    TRY(store_sale(tx, id, shop, f));
    for (size_t i = 0; i < shop->money.refund_count; i++) {
        TRY(store_refund(tx, id, &shop->money.refunds[i], f));
    }
    return 0;
}

bool order_came_back(const struct order *o, const struct shopify_order *shop)
{
    return o->state == ORDER_FULFILLED && shop->money.known && shop->money.refund_count > 0;
}

int order_note_return(struct db *db, int64_t id, const char *hash, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct sql_text text;

    TRY(db_begin(db, &tx, f));
    TRY(timeline_add(
        tx, id,
        &(struct order_note){ .step = "returned",
                              .text = "Something was refunded after the goods had been sent." },
        f));
    TRY(db_exec(tx, &sql_orders_order_hash, (const char *[]){ sql_int(&text, id), hash }, f));
    return db_commit(&tx, f);
}
