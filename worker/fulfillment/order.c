#include "worker/fulfillment/order.h"

#include <ctype.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/orders.h"
#include "common/model/outbox.h"
#include "sql/orders.h"
#include "worker/core/effects.h"
#include "worker/fulfillment/address.h"
#include "worker/fulfillment/order_money.h"
#include "common/db/sqltext.h"

static const int64_t US = 1000000;

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text) != NULL ? (text) : ""))

static void read_times(const PGresult *rows, struct order *o)
{
    o->created_us = db_int(rows, 0, "created_us", 0);
    o->shop_updated_us = db_int(rows, 0, "shop_updated_us", 0);
    o->shop_checked_us = db_int(rows, 0, "shop_checked_us", 0);
    o->shop_cancelled_us = db_int(rows, 0, "shop_cancelled_us", 0);
    o->fulfilled_us = db_int(rows, 0, "fulfilled_us", 0);
    o->next_run_us = db_int(rows, 0, "next_run_us", 0);
}

int order_load(struct db *db, int64_t id, struct order *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text text;

    TRY(db_query(db, &sql_orders_order_get, (const char *[]){ sql_int(&text, id) }, &rows, f));
    if (PQntuples(rows) == 0) {
        return 1;
    }
    *ret = (struct order){ .id = id, .state = order_state_parse(db_text(rows, 0, "state")) };
    if (ret->state == ORDER_STATES) {
        return fail_set(f, FAIL_BUG, "order %" PRId64 " is in unknown state %s", id,
                        db_text(rows, 0, "state"));
    }
    FIT(ret->gid, db_text(rows, 0, "gid"));
    FIT(ret->name, db_text(rows, 0, "name"));
    FIT(ret->financial, db_text(rows, 0, "financial"));
    FIT(ret->detail_hash, db_text(rows, 0, "detail_hash"));
    FIT(ret->hold_code, db_text(rows, 0, "hold_code"));
    FIT(ret->next_job, db_text(rows, 0, "next_job"));
    ret->test = db_bool(rows, 0, "test");
    ret->released = db_text(rows, 0, "released_by") != NULL;
    read_times(rows, ret);
    return 0;
}

static int write_move(struct db *tx, const struct order *o, const struct order_move *m,
                      int64_t run_us, struct fail *f)
{
    scoped(free_p) char *reasons = NULL;
    struct sql_text id, run;

    if (m->hold_reasons != NULL) {
        TRY(json_write(m->hold_reasons, &reasons, f));
    }
    const char *params[] = { sql_int(&id, o->id),
                             order_state_name(o->state),
                             order_state_name(m->to),
                             m->hold_code,
                             reasons,
                             m->problem,
                             m->next_job,
                             m->next_job != NULL ? sql_time(&run, run_us) : NULL,
                             m->waits_for };
    int64_t changed = db_exec(tx, &sql_orders_order_move, params, f);
    TRY(changed);
    if (changed == 0) {
        return fail_set(f, FAIL_LATER, "order %s has left state %s meanwhile", o->name,
                        order_state_name(o->state));
    }
    return 0;
}

/* With its state an order leaves the acts that were wanted in it, as far as they are known not to have happened. */
static int withdraw_acts(struct db *tx, const struct order *o, enum order_state to, struct fail *f)
{
    char subject[ORDER_LOCK_BYTES], why[64];

    if (to == o->state) {
        return 0;
    }
    (void)snprintf(subject, sizeof subject, ORDER_LOCK_FORMAT, o->id);
    (void)snprintf(why, sizeof why, "Given up when the order became '%s'", order_state_name(to));
    return effects_withdraw(tx, subject, why, f);
}

int order_move(struct db *tx, struct order *o, const struct order_move *m, struct fail *f)
{
    int64_t run_us = m->next_run_us != 0 ? m->next_run_us : clock_now_us();

    if (!order_may_become(o->state, m->to)) {
        return fail_set(f, FAIL_BUG, "order %s cannot go from %s to %s", o->name,
                        order_state_name(o->state), order_state_name(m->to));
    }
    TRY(write_move(tx, o, m, run_us, f));
    TRY(withdraw_acts(tx, o, m->to, f));
    TRY(timeline_add(tx, o->id, &m->note, f));
    if (m->next_job != NULL && !m->goes_on) {
        TRY(outbox_follow_up(
            tx,
            &(struct follow_up){ .event = m->event != NULL ? m->event : "order.next",
                                 .job = m->next_job,
                                 .id = o->id,
                                 .run_us = m->next_run_us },
            f));
    }
    o->state = m->to;
    FIT(o->hold_code, m->hold_code);
    FIT(o->next_job, m->next_job);
    o->next_run_us = m->next_job != NULL ? run_us : 0;
    return 0;
}

int order_move_now(struct db *db, struct order *o, const struct order_move *m, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(db, &tx, f));
    TRY(order_move(tx, o, m, f));
    return db_commit(&tx, f);
}

int order_postpone(struct db *db, struct order *o, const struct job_wait *wait, struct fail *f)
{
    const struct order_note note = {
        .step = "waiting", .code = wait->code, .text = wait->text, .once = true
    };
    int64_t run_us = clock_now_us() + wait->wait_s * US;
    scoped(db_rollback_p) struct db *tx = NULL;
    struct sql_text id, run;

    TRY(db_begin(db, &tx, f));
    TRY(db_exec(tx, &sql_orders_order_postpone,
                (const char *[]){ sql_int(&id, o->id), sql_time(&run, run_us), wait->waits_for },
                f));
    TRY(timeline_add(tx, o->id, &note, f));
    TRY(db_commit(&tx, f));
    o->next_run_us = run_us;
    return 0;
}

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

static int address_json(const struct shopify_address *a, char **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *out = json_object();
    char key[ADDRESS_KEY_BYTES];
    const struct {
        const char *name, *value;
    } parts[] = {
        { "name", a->name },
        { "line1", a->line1 },
        { "line2", a->line2 },
        { "city", a->city },
        { "province", a->province },
        { "province_code", a->province_code },
        { "zip", a->zip },
        { "country", a->country },
        { "country_code", a->country_code },
        { "phone", a->phone },
        { "key", key },
    };

    address_key(a, key);
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (json_object_set_new(out, parts[i].name, text_or_null(parts[i].value)) < 0) {
            return fail_memory(f);
        }
    }
    return json_write(out, ret, f);
}

static json_t *line_json(const struct shopify_line *l)
{
    json_t *price = l->price_known ? json_integer(l->unit_price.minor) : json_null();
    json_t *currency = l->price_known ? json_string(l->unit_price.currency) : json_null();

    return json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:o, s:o}", "line_gid", l->gid, "title",
                     l->title, "sku", text_or_null(l->sku), "variant_gid",
                     text_or_null(l->variant_gid), "quantity", (json_int_t)l->quantity, "to_ship",
                     (json_int_t)l->to_ship, "unit_price_minor", price, "currency", currency);
}

static int lines_json(const struct shopify_order *shop, char **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *out = json_array();

    for (size_t i = 0; i < shop->line_count; i++) {
        if (json_array_append_new(out, line_json(&shop->lines[i])) < 0) {
            return fail_memory(f);
        }
    }
    return json_write(out, ret, f);
}

/* Lower-case e-mail, else the digits of a phone number; "" = nobody known. */
static void customer_key(const struct shopify_order *shop, char out[static 256])
{
    char phone[ADDRESS_PHONE_BYTES];

    address_phone(shop->phone[0] != '\0' ? shop->phone : shop->ship.phone, phone);
    (void)str_fit(out, 256, shop->email[0] != '\0' ? shop->email : phone);
    for (char *p = out; *p != '\0'; p++) {
        *p = (char)tolower((unsigned char)*p);
    }
}

static int store_facts(struct db *tx, const struct order *o, const struct shopify_order *shop,
                       struct fail *f)
{
    scoped(free_p) char *address = NULL;
    struct sql_text id, updated, cancelled, total;
    char customer[256];
    const struct shopify_order_row *h = &shop->head;

    TRY(address_json(&shop->ship, &address, f));
    customer_key(shop, customer);
    const char *params[] = { sql_int(&id, o->id),
                             sql_time(&updated, h->updated_us),
                             h->financial,
                             sql_time(&cancelled, h->cancelled_us),
                             sql_bool(h->test),
                             h->total_known ? sql_int(&total, h->total.minor) : NULL,
                             h->total_known ? h->total.currency : NULL,
                             sql_opt(shop->email),
                             sql_opt(customer),
                             shop->ship.present ? address : NULL,
                             shop->risk_level };
    TRY(db_exec(tx, &sql_orders_order_store, params, f));
    return 0;
}

/* The books refused what the shop told: a fault of theirs or ours, at which no parcel may stop. */
static bool not_bookable(const struct fail *f)
{
    return !fail_rule(f->kind)->retry && f->kind != FAIL_DENIED;
}

static int store_lines(struct db *tx, int64_t id, const struct shopify_order *shop, struct fail *f)
{
    scoped(free_p) char *lines = NULL;
    struct sql_text text;

    TRY(lines_json(shop, &lines, f));
    TRY(db_exec(tx, &sql_orders_lines_store, (const char *[]){ sql_int(&text, id), lines }, f));
    return 0;
}

/* What is kept of a reading. */
struct reading {
    const struct shopify_order *shop;
    const struct order *o; /* whose row takes the facts; NULL = only lines and money are kept */
    int64_t id;
};

/* With `why` the money is noted as unknown. */
static int store_once(struct db *db, const struct reading *r, const char *why, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(db, &tx, f));
    int stale = order_money_seen(tx, r->id, r->shop, why, f);
    TRY(stale);
    if (r->o != NULL) {
        TRY(store_facts(tx, r->o, r->shop, f));
    }
    if (r->o != NULL || stale == 0) {
        TRY(store_lines(tx, r->id, r->shop, f));
    }
    if (stale == 0 && why == NULL) {
        TRY(order_money_store(tx, r->id, r->shop, f));
    }
    return db_commit(&tx, f);
}

static int store_reading(struct db *db, const struct reading *r, struct fail *f)
{
    struct fail why;

    if (!r->shop->money.known) {
        return store_once(db, r, r->shop->money.why, f);
    }
    if (store_once(db, r, NULL, f) == 0) {
        return 0;
    }
    why = *f;
    return not_bookable(&why) ? store_once(db, r, why.text, f) : -1;
}

int order_store(struct db *db, struct order *o, const struct shopify_order *shop, struct fail *f)
{
    TRY(store_reading(db, &(struct reading){ .shop = shop, .o = o, .id = o->id }, f));
    o->shop_checked_us = shop->head.updated_us;
    o->shop_cancelled_us = shop->head.cancelled_us;
    o->test = shop->head.test;
    FIT(o->financial, shop->head.financial);
    return 0;
}

int order_store_money(struct db *db, int64_t id, const struct shopify_order *shop, struct fail *f)
{
    return store_reading(db, &(struct reading){ .shop = shop, .id = id }, f);
}
