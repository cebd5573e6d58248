/* The shop's side of the fake. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "tests/integration/fulfillment/fake_priv.h"

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text)))

static const int64_t S = 1000000;

static struct shopify_order_row row_of(int i)
{
    const struct fake_order *o = &fake->orders[i];
    struct shopify_order_row row = { .created_us = o->created_us,
                                     .updated_us = o->updated_us,
                                     .test = o->test,
                                     .cancelled_us = o->cancelled ? o->updated_us : 0,
                                     .total_known = true,
                                     .total = { o->total_minor, "USD" } };

    fake_gid(i, row.gid);
    (void)snprintf(row.name, sizeof row.name, "#%d", 1000 + i);
    FIT(row.financial, o->financial);
    return row;
}

static int by_update(const void *a, const void *b)
{
    const struct shopify_order_row *l = a, *r = b;

    return l->updated_us < r->updated_us ? -1 : l->updated_us > r->updated_us;
}

int shopify_orders_updated(struct shopify *s, const struct shopify_order_search *search,
                           struct shopify_order_page *ret, struct fail *f)
{
    struct shopify_order_row all[FAKE_ORDERS];
    const char *cursor = search->cursor;
    size_t count = 0, from = cursor != NULL && cursor[0] != '\0' ? (size_t)(cursor[0] - 'a') : 0;

    (void)s;
    TRY(fake_enter("orders_updated", f));
    for (int i = 0; i < FAKE_ORDERS; i++) {
        if (fake->orders[i].used && fake->orders[i].updated_us >= search->since_us) {
            all[count++] = row_of(i);
        }
    }
    qsort(all, count, sizeof all[0], by_update);
    *ret = (struct shopify_order_page){ .rows = calloc(FAKE_ORDERS, sizeof *ret->rows) };
    for (size_t i = from; i < count && ret->count < (size_t)search->page_size; i++) {
        ret->rows[ret->count++] = all[i];
    }
    ret->more = from + ret->count < count;
    ret->cursor[0] = (char)('a' + (int)(from + ret->count));
    return fake_leave(0, false, f);
}

void shopify_order_page_done(struct shopify_order_page *p)
{
    free(p->rows);
    *p = (struct shopify_order_page){ 0 };
}

static void line_gid(int order, size_t line, char *out)
{
    (void)snprintf(out, SHOPIFY_GID_BYTES, "gid://shopify/LineItem/%d%zu", 700 + order, line);
}

/* 54.99 a piece, a tenth off the line, 8 % tax; all that came back in one refund. */
static void fill_money(int i, struct shopify_order *ret)
{
    const struct fake_order *o = &fake->orders[i];
    struct shopify_money *m = &ret->money;

    if (o->money_unknown) {
        FIT(m->why, "the fake does not tell");
        return;
    }
    *m = (struct shopify_money){ .known = true, .currency = "USD", .ship_net_minor = 490 };
    m->refunds = calloc(1, sizeof *m->refunds);
    m->refunds[0].lines = calloc(FAKE_LINES, sizeof *m->refunds[0].lines);
    for (size_t k = 0; k < o->line_count; k++) {
        int64_t units = o->lines[k].quantity, back = o->returned[k];
        ret->lines[k].money = (struct shopify_line_money){ .ordered = units,
                                                           .gross_minor = 5499 * units,
                                                           .discount_minor = 550 * units,
                                                           .tax_minor = 396 * units };
        if (back > 0) {
            struct shopify_refund *r = &m->refunds[0];
            m->refund_count = 1;
            r->at_us = o->updated_us;
            (void)snprintf(r->gid, sizeof r->gid, "gid://shopify/Refund/%d", 800 + i);
            FIT(r->lines[r->line_count].line_gid, ret->lines[k].gid);
            r->lines[r->line_count].quantity = back;
            r->lines[r->line_count].net_minor = 4949 * back;
            r->lines[r->line_count++].tax_minor = 396 * back;
            ret->lines[k].quantity -= back;
        }
    }
}

int shopify_order_get(struct shopify *s, const char *gid, struct shopify_order *ret, struct fail *f)
{
    (void)s;
    TRY(fake_enter("order_get", f));
    int i = fake_order_of(gid);
    if (i < 0) {
        return fail_set(f, FAIL_MISSING, "no order %s", gid);
    }
    const struct fake_order *o = &fake->orders[i];
    bool open = false;
    *ret = (struct shopify_order){ .head = row_of(i),
                                   .ship = o->ship,
                                   .bill = o->ship,
                                   .customer_orders = 1,
                                   .lines = calloc(FAKE_LINES, sizeof *ret->lines),
                                   .line_count = o->line_count };
    FIT(ret->email, o->email);
    FIT(ret->phone, o->phone);
    FIT(ret->risk_level, o->risk);
    FIT(ret->risk_recommendation, "ACCEPT");
    for (size_t k = 0; k < o->line_count; k++) {
        struct shopify_line *l = &ret->lines[k];
        *l = (struct shopify_line){ .quantity = o->lines[k].quantity,
                                    .to_ship = o->lines[k].remaining,
                                    .requires_shipping = true,
                                    .price_known = true,
                                    .unit_price = { 5499, "USD" } };
        line_gid(i, k, l->gid);
        FIT(l->sku, o->lines[k].sku);
        FIT(l->title, "Pet brush");
        (void)snprintf(l->variant_gid, sizeof l->variant_gid, "gid://shopify/ProductVariant/%s",
                       o->lines[k].sku);
        open = open || o->lines[k].remaining > 0;
    }
    FIT(ret->fulfillment_status, open ? "UNFULFILLED" : "FULFILLED");
    fill_money(i, ret);
    return fake_leave(0, false, f);
}

void shopify_order_done(struct shopify_order *o)
{
    free(o->lines);
    if (o->money.refunds != NULL) {
        free(o->money.refunds[0].lines);
        free(o->money.refunds);
    }
    *o = (struct shopify_order){ 0 };
}

static void fill_fo(int order, struct shopify_fo *fo)
{
    const struct fake_order *o = &fake->orders[order];
    bool open = false;

    *fo = (struct shopify_fo){ .lines = calloc(FAKE_LINES, sizeof *fo->lines),
                               .line_count = o->line_count };
    (void)snprintf(fo->gid, sizeof fo->gid, "gid://shopify/FulfillmentOrder/%d", 900 + order);
    for (size_t k = 0; k < o->line_count; k++) {
        (void)snprintf(fo->lines[k].gid, SHOPIFY_GID_BYTES,
                       "gid://shopify/FulfillmentOrderLineItem/%zu", k);
        line_gid(order, k, fo->lines[k].line_gid);
        fo->lines[k].remaining = o->lines[k].remaining;
        open = open || o->lines[k].remaining > 0;
    }
    fo->can_fulfill = open && !o->on_hold && !o->cancelled;
    FIT(fo->status, !open || o->cancelled ? "CLOSED" : o->on_hold ? "ON_HOLD" : "OPEN");
}

static void done_gid(int order, size_t done, char *out)
{
    (void)snprintf(out, SHOPIFY_GID_BYTES, "gid://shopify/Fulfillment/%d%zu", 300 + order, done);
}

int shopify_fulfillment_state(struct shopify *s, const char *gid,
                              struct shopify_fulfillment_state *ret, struct fail *f)
{
    (void)s;
    TRY(fake_enter("fulfillment_state", f));
    int i = fake_order_of(gid);
    const struct fake_order *o = &fake->orders[i];
    *ret = (struct shopify_fulfillment_state){ .cancelled_us = o->cancelled ? o->updated_us : 0,
                                               .order_count = 1,
                                               .orders = calloc(1, sizeof *ret->orders),
                                               .done = calloc(FAKE_DONE, sizeof *ret->done),
                                               .done_count = o->done_count };
    FIT(ret->financial, o->financial);
    fill_fo(i, &ret->orders[0]);
    for (size_t k = 0; k < o->done_count; k++) {
        done_gid(i, k, ret->done[k].gid);
        FIT(ret->done[k].status, o->done[k].cancelled ? "CANCELLED" : "SUCCESS");
        FIT(ret->done[k].numbers[0], o->done[k].number);
    }
    return fake_leave(0, false, f);
}

void shopify_fulfillment_state_done(struct shopify_fulfillment_state *st)
{
    for (size_t i = 0; i < st->order_count; i++) {
        free(st->orders[i].lines);
    }
    free(st->orders);
    free(st->done);
    *st = (struct shopify_fulfillment_state){ 0 };
}

/* The number a gid ends with. */
static int64_t last_number(const char *gid)
{
    int64_t number = 0;
    struct fail ignored;

    (void)!str_to_int(strrchr(gid, '/') + 1, 0, INT32_MAX, "gid", &number, &ignored);
    return number;
}

int shopify_fulfill(struct shopify *s, const struct shopify_shipment *sent,
                    char ret[static SHOPIFY_GID_BYTES], struct fail *f)
{
    int i = (int)last_number(sent->fo_gid) - 900;
    const struct shopify_fulfill_line *lines = sent->lines;
    struct fake_order *o = &fake->orders[i];

    (void)s;
    TRY(fake_enter("fulfill", f));
    for (size_t k = 0; k < sent->line_count; k++) {
        size_t line = (size_t)last_number(lines[k].fo_line_gid);
        if (o->cancelled || o->on_hold || o->lines[line].remaining < lines[k].quantity) {
            return fail_set(f, FAIL_CONFLICT,
                            "Invalid fulfillment order line item quantity requested.");
        }
    }
    struct fake_done *d = &o->done[o->done_count];
    *d = (struct fake_done){ .used = true };
    FIT(d->number, sent->tracking->number);
    FIT(d->company, sent->tracking->company);
    FIT(d->url, sent->tracking->url);
    for (size_t k = 0; k < sent->line_count; k++) {
        size_t line = (size_t)last_number(lines[k].fo_line_gid);
        o->lines[line].remaining -= lines[k].quantity;
        d->quantity[line] += lines[k].quantity;
    }
    done_gid(i, o->done_count++, ret);
    fake->fulfills++;
    o->updated_us = clock_now_us() / S * S;
    return fake_leave(0, true, f);
}

int shopify_tracking_update(struct shopify *s, const char *gid,
                            const struct shopify_tracking *tracking, struct fail *f)
{
    (void)s;
    TRY(fake_enter("tracking_update", f));
    for (int i = 0; i < FAKE_ORDERS; i++) {
        for (size_t k = 0; k < fake->orders[i].done_count; k++) {
            char own[SHOPIFY_GID_BYTES];
            done_gid(i, k, own);
            if (strcmp(own, gid) == 0) {
                FIT(fake->orders[i].done[k].number, tracking->number);
                fake->orders[i].done[k].updates++;
                fake->updates++;
            }
        }
    }
    return fake_leave(0, true, f);
}

/* ---- not used by the job types ---- */

int shopify_open(const char *base_url, struct http *http, const struct provider_gate *gate,
                 struct shopify **ret, struct fail *f)
{
    (void)base_url, (void)http, (void)gate, (void)ret;
    return fail_set(f, FAIL_BUG, "not here");
}

void shopify_close(struct shopify *s)
{
    (void)s;
}

const char *shopify_served_version(const struct shopify *s)
{
    (void)s;
    return "";
}

int shopify_grant(struct shopify *s, const struct shopify_client *client,
                  char token[static SHOPIFY_TOKEN_BYTES], int64_t *ret_expires_in_s, struct fail *f)
{
    (void)s, (void)client, (void)token, (void)ret_expires_in_s;
    return fail_set(f, FAIL_BUG, "not here");
}

int shopify_shop_info(struct shopify *s, struct shopify_shop *ret, struct fail *f)
{
    (void)s, (void)ret;
    return fail_set(f, FAIL_BUG, "not here");
}

int shopify_scopes(struct shopify *s, char **ret, struct fail *f)
{
    (void)s, (void)ret;
    return fail_set(f, FAIL_BUG, "not here");
}

int shopify_tags_add(struct shopify *s, const char *gid, const char *const *tags, size_t count,
                     struct fail *f)
{
    (void)s, (void)gid, (void)tags, (void)count;
    return fail_set(f, FAIL_BUG, "not here");
}
