/* The supplier's side of the fake. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/str.h"
#include "tests/integration/fulfillment/fake_priv.h"

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text)))

static struct cj_variant variant_of(const struct fake_variant *v)
{
    struct cj_variant out = { .pid = "2509180000000000001",
                              .price_known = v->price_minor >= 0,
                              .price = { v->price_minor, "USD" },
                              .weight_g = 120 };

    FIT(out.vid, v->vid);
    FIT(out.sku, v->sku);
    return out;
}

int cj_variants_by_sku(struct cj *cj, const char *sku, struct cj_variant **ret, size_t *ret_count,
                       struct fail *f)
{
    (void)cj;
    TRY(fake_enter("variants_by_sku", f));
    *ret = calloc(FAKE_VARIANTS, sizeof **ret);
    *ret_count = 0;
    for (size_t i = 0; i < FAKE_VARIANTS; i++) {
        if (fake->variants[i].vid[0] != '\0' && strcmp(fake->variants[i].sku, sku) == 0) {
            (*ret)[(*ret_count)++] = variant_of(&fake->variants[i]);
        }
    }
    return fake_leave(0, false, f);
}

static struct fake_variant *find(const char *vid)
{
    for (size_t i = 0; i < FAKE_VARIANTS; i++) {
        if (strcmp(fake->variants[i].vid, vid) == 0) {
            return &fake->variants[i];
        }
    }
    return NULL;
}

int cj_variant_by_vid(struct cj *cj, const char *vid, struct cj_variant *ret, struct fail *f)
{
    const struct fake_variant *v = find(vid);

    (void)cj;
    TRY(fake_enter("variant_by_vid", f));
    if (v == NULL) {
        return fail_set(f, FAIL_MISSING, "no variant %s", vid);
    }
    *ret = variant_of(v);
    return fake_leave(0, false, f);
}

int cj_stock(struct cj *cj, const char *vid, const char *country, int64_t *ret_quantity,
             struct fail *f)
{
    const struct fake_variant *v = find(vid);

    (void)cj;
    TRY(fake_enter("stock", f));
    if (v == NULL) {
        return fail_set(f, FAIL_MISSING, "no variant %s", vid);
    }
    *ret_quantity = strcmp(country, "CN") == 0 ? v->stock : 0;
    return fake_leave(0, false, f);
}

int cj_freight_quote(struct cj *cj, const struct cj_consignment *goods, struct cj_freight **ret,
                     size_t *ret_count, struct fail *f)
{
    (void)cj, (void)goods;
    TRY(fake_enter("freight_quote", f));
    *ret = calloc(2, sizeof **ret);
    *ret_count = 0;
    if (fake->freight_days > 0) {
        struct cj_freight *m = &(*ret)[(*ret_count)++];
        *m = (struct cj_freight){ .price = { fake->freight_minor, "USD" },
                                  .days_min = 7,
                                  .days_max = fake->freight_days };
        FIT(m->name, fake->freight_name);
        (*ret)[(*ret_count)++] = (struct cj_freight){
            .name = "DHL", .price = { 3000, "USD" }, .days_min = 3, .days_max = 5
        };
    }
    return fake_leave(0, false, f);
}

static struct fake_supply *by_number(const char *text)
{
    for (size_t i = 0; i < FAKE_SUPPLIES; i++) {
        struct fake_supply *s = &fake->supplies[i];
        if (s->used && !s->deleted && (strcmp(s->number, text) == 0 || strcmp(s->id, text) == 0)) {
            return s;
        }
    }
    return NULL;
}

static const char *const status_names[] = { "CREATED", "IN_CART",   "UNPAID",    "UNSHIPPED",
                                            "SHIPPED", "DELIVERED", "CANCELLED", "OTHER" };

static void add_shipments(const struct fake_supply *s, struct cj_order *ret)
{
    ret->shipments = calloc(FAKE_PARCELS, sizeof *ret->shipments);
    for (size_t i = 0; i < s->parcel_count; i++) {
        struct cj_shipment *to = &ret->shipments[ret->shipment_count++];
        FIT(to->order_id, s->parcels[i].id);
        FIT(to->tracking_number, s->parcels[i].number);
        FIT(to->carrier, "YunExpress");
        to->status = s->parcels[i].delivered ? CJ_DELIVERED : CJ_SHIPPED;
        if (s->parcels[i].line >= 0) {
            to->lines = calloc(1, sizeof *to->lines);
            to->lines[to->line_count++] = s->lines[s->parcels[i].line];
        }
    }
}

static void show(const struct fake_supply *s, struct cj_order *ret)
{
    *ret = (struct cj_order){ .status = s->status,
                              .paid = s->paid,
                              .amount_known = s->amount_minor >= 0,
                              .amount = { s->amount_minor, "USD" },
                              .logistics_miss = fake->miss };
    FIT(ret->order_id, s->id);
    FIT(ret->number, s->number);
    FIT(ret->status_text, status_names[s->status]);
    FIT(ret->intercept, fake->intercept);
    ret->lines = calloc(FAKE_LINES, sizeof *ret->lines);
    for (size_t i = 0; i < s->line_count; i++) {
        ret->lines[ret->line_count++] = s->lines[i];
    }
    add_shipments(s, ret);
}

void cj_order_done(struct cj_order *o)
{
    for (size_t i = 0; i < o->shipment_count; i++) {
        free(o->shipments[i].lines);
    }
    free(o->shipments);
    free(o->lines);
    *o = (struct cj_order){ 0 };
}

int cj_order_create(struct cj *cj, const struct cj_new_order *order, struct cj_order *ret,
                    struct fail *f)
{
    size_t i = 0;

    (void)cj;
    TRY(fake_enter("create", f));
    if (by_number(order->number) != NULL) {
        return fail_code(f, FAIL_CONFLICT, "1603003", "the number exists");
    }
    if (fake->create_kind != FAIL_NONE) {
        return fail_code(f, fake->create_kind, "1603000", "the order is refused");
    }
    while (fake->supplies[i].used) {
        i++;
    }
    struct fake_supply *s = &fake->supplies[i];
    *s = (struct fake_supply){ .used = true,
                               .status = CJ_CREATED,
                               .amount_minor = fake->freight_minor,
                               .line_count = order->item_count };
    FIT(s->number, order->number);
    (void)snprintf(s->id, sizeof s->id, "25112000000000000%02zu", i);
    for (size_t k = 0; k < order->item_count; k++) {
        FIT(s->lines[k].vid, order->items[k].vid);
        s->lines[k].quantity = order->items[k].quantity + (fake->other_lines ? 1 : 0);
        s->amount_minor += find(order->items[k].vid)->price_minor * order->items[k].quantity;
    }
    s->amount_minor =
        fake->surcharge_minor == INT64_MIN ? -1 : s->amount_minor + fake->surcharge_minor;
    fake->creates++;
    show(s, ret);
    int result = fake_leave(0, true, f);
    if (result < 0) {
        cj_order_done(ret);
    }
    return result;
}

int cj_order_get(struct cj *cj, const char *id_or_number, struct cj_order *ret, struct fail *f)
{
    const struct fake_supply *s;

    (void)cj;
    TRY(fake_enter("get", f));
    s = by_number(id_or_number);
    if (s == NULL) {
        return fail_code(f, FAIL_MISSING, "1600300", "order not found");
    }
    show(s, ret);
    int result = fake_leave(0, false, f);
    if (result < 0) {
        cj_order_done(ret);
    }
    return result;
}

int cj_order_confirm(struct cj *cj, const char *order_id, struct fail *f)
{
    (void)cj;
    TRY(fake_enter("confirm", f));
    struct fake_supply *s = by_number(order_id);
    if (s->status != CJ_CREATED) {
        return fail_code(f, FAIL_CONFLICT, "1603001", "confirmed already");
    }
    s->status = CJ_UNPAID;
    return fake_leave(0, true, f);
}

int cj_order_delete(struct cj *cj, const char *order_id, struct fail *f)
{
    (void)cj;
    TRY(fake_enter("delete", f));
    struct fake_supply *s = by_number(order_id);
    if (s == NULL || s->status != CJ_CREATED) {
        return fail_code(f, FAIL_CONFLICT, "1603002", "cannot be deleted");
    }
    s->deleted = true;
    fake->deletes++;
    return fake_leave(0, true, f);
}

int cj_order_pay(struct cj *cj, const char *order_id, struct fail *f)
{
    (void)cj;
    TRY(fake_enter("pay", f));
    struct fake_supply *s = by_number(order_id);
    if (s->paid) {
        return fail_code(f, FAIL_CONFLICT, "1603101", "paid already");
    }
    if (s->amount_minor > fake->balance_minor) {
        return fail_code(f, FAIL_LIMITED, "1604000", "balance too low");
    }
    s->paid = true;
    s->status = CJ_UNSHIPPED;
    fake->balance_minor -= s->amount_minor;
    fake->pays++;
    return fake_leave(0, true, f);
}

int cj_balance(struct cj *cj, struct money *ret_available, struct fail *f)
{
    (void)cj;
    TRY(fake_enter("balance", f));
    *ret_available = (struct money){ fake->balance_minor, "USD" };
    return fake_leave(0, false, f);
}

void cj_order_page_done(struct cj_order_page *p)
{
    free(p->rows);
}

int cj_order_list(struct cj *cj, const char *status, int page, struct cj_order_page *ret,
                  struct fail *f)
{
    (void)cj, (void)page;
    TRY(fake_enter("list", f));
    *ret = (struct cj_order_page){ .rows = calloc(FAKE_SUPPLIES, sizeof *ret->rows) };
    for (size_t i = 0; i < FAKE_SUPPLIES; i++) {
        const struct fake_supply *s = &fake->supplies[i];
        if (s->used && !s->deleted && strcmp(status_names[s->status], status) == 0) {
            struct cj_order_row *row = &ret->rows[ret->count++];
            FIT(row->order_id, s->id);
            FIT(row->number, s->number);
            row->status = s->status;
        }
    }
    return fake_leave(0, false, f);
}

/* ---- not used by the job types ---- */

int cj_open(const char *base_url, struct http *http, const struct provider_gate *gate,
            struct cj **ret, struct fail *f)
{
    (void)base_url, (void)http, (void)gate, (void)ret;
    return fail_set(f, FAIL_BUG, "not here");
}

void cj_close(struct cj *cj)
{
    (void)cj;
}

void cj_for(struct cj *cj, enum cj_purpose purpose)
{
    (void)cj;
    fake->for_orders = purpose == CJ_FOR_ORDERS;
}

int cj_login(struct cj *cj, const char *api_key, struct cj_tokens *ret, struct fail *f)
{
    (void)cj, (void)api_key, (void)ret;
    return fail_set(f, FAIL_BUG, "not here");
}

int cj_refresh(struct cj *cj, const char *refresh_token, struct cj_tokens *ret, struct fail *f)
{
    (void)cj, (void)refresh_token, (void)ret;
    return fail_set(f, FAIL_BUG, "not here");
}

int cj_qps_limit(struct cj *cj, int64_t *ret_qps, struct fail *f)
{
    (void)cj, (void)ret_qps;
    return fail_set(f, FAIL_BUG, "not here");
}

int cj_parse_price(const char *text, struct money *ret_min, struct money *ret_max)
{
    (void)text, (void)ret_min, (void)ret_max;
    return 1;
}
