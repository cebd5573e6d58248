#include "worker/fulfillment/acts.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "sql/orders.h"
#include "worker/core/effects.h"
#include "worker/fulfillment/address.h"
#include "common/db/sqltext.h"

enum {
    KEY_BYTES = SUPPLY_NUMBER_BYTES + 24,
    PAY_SETTLES_S = 60 /* how long a payment that was sent may be on its way */
};

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text)))

struct act {
    struct order_run *r;
    const struct supply *s;
    const struct shopify_order *shop; /* create only */
    struct cj_order *seen;            /* create only */
    const char *key;
};

static int order_json(const struct cj_order *o, json_t **ret, struct fail *f)
{
    json_t *amount = o->amount_known ? json_integer(o->amount.minor) : json_null();

    *ret = json_pack("{s:s, s:s, s:s, s:o}", "order_id", o->order_id, "number", o->number, "status",
                     o->status_text, "amount_minor", amount);
    return *ret != NULL ? 0 : fail_memory(f);
}

static int run_effect(const struct act *a, struct effect *e, struct fail *f)
{
    scoped(json_clear_p) json_t *intent =
        json_pack("{s:s, s:O, s:I, s:s}", "number", a->s->number, "lines", a->s->lines, "cap_minor",
                  (json_int_t)a->s->cap_minor, "method", a->s->method);
    scoped(json_clear_p) json_t *result = NULL;
    struct act ctx = *a;
    char key[KEY_BYTES], subject[40];

    if (intent == NULL) {
        return fail_memory(f);
    }
    (void)snprintf(key, sizeof key, "%s:%s", e->kind, a->s->number);
    (void)snprintf(subject, sizeof subject, "order:%" PRId64, a->r->o.id);
    ctx.key = key;
    e->key = key;
    e->subject = subject;
    e->intent = intent;
    e->ctx = &ctx;
    return effect_run(a->r->c, e, &result, f);
}

/* ---- create ---- */

static void fill_address(const struct shopify_order *shop, struct cj_address *to)
{
    const struct shopify_address *from = &shop->ship;
    char phone[ADDRESS_PHONE_BYTES] = "";
    const char *const sources[] = { from->phone, shop->phone, shop->bill.phone };

    for (size_t i = 0; i < COUNT_OF(sources) && phone[0] == '\0'; i++) {
        address_phone(sources[i], phone);
    }
    *to = (struct cj_address){ 0 };
    FIT(to->country_code, from->country_code);
    FIT(to->country, from->country);
    FIT(to->province, from->province);
    FIT(to->city, from->city);
    FIT(to->zip, from->zip);
    FIT(to->line1, from->line1);
    FIT(to->line2, from->line2);
    FIT(to->name, from->name);
    FIT(to->phone, phone);
    FIT(to->email, shop->email);
}

static int create(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;
    scoped(free_p) struct cj_item *items = NULL;
    size_t count = 0;
    struct cj_address to;

    TRY(supply_items(a->s->lines, &items, &count, f));
    fill_address(a->shop, &to);
    const struct cj_new_order order = { .number = a->s->number,
                                        .to = &to,
                                        .logistic_name = a->s->method,
                                        .from_country = a->s->from,
                                        .items = items,
                                        .item_count = count };
    TRY(cj_order_create(c->cj, &order, a->seen, f));
    return order_json(a->seen, ret_result, f);
}

/* The number is unique at the supplier, so "not found" is safe to act on: a late first create makes the second one fail. */
static int create_read_back(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;

    cj_order_done(a->seen);
    *a->seen = (struct cj_order){ 0 };
    if (cj_order_get(c->cj, a->s->number, a->seen, f) < 0) {
        return f->kind == FAIL_MISSING ? 1 : -1;
    }
    return order_json(a->seen, ret_result, f);
}

int act_create(struct order_run *r, const struct supply *s, const struct shopify_order *shop,
               struct cj_order *ret_seen, struct fail *f)
{
    struct effect e = { .kind = "cj.create", .read_back = create_read_back, .act = create };

    *ret_seen = (struct cj_order){ 0 };
    return run_effect(&(struct act){ .r = r, .s = s, .shop = shop, .seen = ret_seen }, &e, f);
}

/* ---- pay ---- */

static int pay(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;
    struct sql_text id;

    TRY(db_exec(c->db, &sql_orders_supply_pays, (const char *[]){ sql_int(&id, a->s->id) }, f));
    TRY(cj_order_pay(c->cj, a->s->cj_id, f));
    *ret_result = json_pack("{s:s}", "order_id", a->s->cj_id);
    return *ret_result != NULL ? 0 : fail_memory(f);
}

/* Seconds since a payment was last sent; INT64_MAX = never. */
static int pay_age(struct db *db, const struct supply *s, int64_t *ret_s, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text id;

    TRY(db_query(db, &sql_orders_supply_pay_age, (const char *[]){ sql_int(&id, s->id) }, &rows,
                 f));
    *ret_s = PQntuples(rows) > 0 ? db_int(rows, 0, "age_s", INT64_MAX) : INT64_MAX;
    return 0;
}

/* A payment whose answer was lost may still be on its way: unpaid is believed only a minute after it was last sent. */
static int pay_read_back(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;
    scoped(cj_order_done) struct cj_order seen = { 0 };
    int64_t age_s = 0;

    TRY(cj_order_get(c->cj, a->s->number, &seen, f));
    if (seen.paid) {
        return order_json(&seen, ret_result, f);
    }
    TRY(pay_age(c->db, a->s, &age_s, f));
    return age_s < PAY_SETTLES_S ? 2 : 1;
}

int act_pay(struct order_run *r, const struct supply *s, bool seen_paid, struct fail *f)
{
    struct effect e = {
        .kind = "cj.pay", .read_back = pay_read_back, .act = pay, .read_first = seen_paid
    };

    return run_effect(&(struct act){ .r = r, .s = s }, &e, f);
}

/* ---- what a look tells of both ---- */

/* A payment may be on its way: what looks unpaid now must not be given up, or another order is paid beside it. */
static int payment_settled(struct db *db, const struct supply *s, struct fail *f)
{
    int64_t age_s = 0;

    TRY(pay_age(db, s, &age_s, f));
    return age_s >= PAY_SETTLES_S ? 0
                                  : fail_later(f, FAIL_LATER, (PAY_SETTLES_S - age_s) * 1000,
                                               "a payment of %s may be on its way", s->number);
}

int act_told(struct db *db, const struct supply *s, const struct cj_order *seen, struct fail *f)
{
    scoped(json_clear_p) json_t *result = NULL;
    bool paid = seen != NULL && seen->paid;
    char key[KEY_BYTES];

    TRY(paid ? 0 : payment_settled(db, s, f));
    if (seen != NULL) {
        TRY(order_json(seen, &result, f));
    }
    (void)snprintf(key, sizeof key, "cj.create:%s", s->number);
    TRY(effect_told(db, key, result, f));
    (void)snprintf(key, sizeof key, "cj.pay:%s", s->number);
    return effect_told(db, key, paid ? result : NULL, f);
}

/* ---- delete ---- */

static int erase(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;

    TRY(cj_order_delete(c->cj, a->s->cj_id, f));
    *ret_result = json_pack("{s:s}", "deleted", a->s->cj_id);
    return *ret_result != NULL ? 0 : fail_memory(f);
}

static int erase_read_back(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;
    scoped(cj_order_done) struct cj_order seen = { 0 };

    if (cj_order_get(c->cj, a->s->number, &seen, f) < 0) {
        if (f->kind != FAIL_MISSING) {
            return -1;
        }
    } else if (seen.status != CJ_CANCELLED) {
        return 1;
    }
    *ret_result = json_pack("{s:s}", "deleted", a->s->cj_id);
    return *ret_result != NULL ? 0 : fail_memory(f);
}

int act_delete(struct order_run *r, const struct supply *s, struct fail *f)
{
    struct effect e = { .kind = "cj.cancel", .read_back = erase_read_back, .act = erase };

    return run_effect(&(struct act){ .r = r, .s = s }, &e, f);
}
