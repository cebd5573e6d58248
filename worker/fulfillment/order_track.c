/* order.track [id]: follow one placed order at shop and supplier: edits, cancellations, amounts, parcels, delivery.  Comes back
 * at growing intervals until everything is delivered. */
#include <inttypes.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "sql/orders.h"
#include "worker/fulfillment/acts.h"
#include "worker/fulfillment/hash.h"
#include "worker/fulfillment/jobs.h"
#include "worker/fulfillment/order_money.h"
#include "worker/fulfillment/parcel.h"
#include "worker/fulfillment/run.h"
#include "common/db/sqltext.h"
#include "worker/fulfillment/supply.h"

enum {
    HOUR_S = 3600,
    DAY_S = 24 * HOUR_S,
    MISSING_LOOK_S = 300,      /* until the supplier is asked again for an order it does not know */
    MISSING_SURE_S = 240,      /* after which a second "not found" is believed */
    NO_NUMBER_S = 48 * HOUR_S, /* shipped, without any tracking number */
    PART_NO_NUMBER_S = 7 * DAY_S, /* shipped, and some goods without one */
    NO_NUMBER_END_S = 30 * DAY_S, /* then a person must act */
    NOT_DELIVERED_S = 60 * DAY_S,
    AGE_PARTS = 16,             /* a fulfilled order is looked at after a 16th of its age .. */
    FULFILLED_MAX_S = 7 * DAY_S /* .. at the latest */
};

static const int64_t US = 1000000;

struct tracking {
    struct order_run *r;
    struct supply s;
    struct cj_order seen;
    bool fresh;     /* a parcel is new or has another number */
    bool unsent;    /* the shop has to be told something */
    bool stalled;   /* shipped long ago, but goods have no tracking number */
    bool shop_done; /* .. and a person has fulfilled the order at the shop */
};

static void tracking_done(struct tracking *t)
{
    supply_done(&t->s);
    cj_order_done(&t->seen);
}

/* Whether a parcel is lost or only slow matters less with each day, and there are ever more such orders. */
static int64_t age_interval_s(const struct order *o)
{
    int64_t s = o->state == ORDER_FULFILLED && o->fulfilled_us != 0
                    ? (clock_now_us() - o->fulfilled_us) / US / AGE_PARTS
                    : 0;

    return s < FULFILLED_MAX_S ? s : FULFILLED_MAX_S;
}

/* track_first_s x 1.5^looks, at most track_max_s; longer for an order that was fulfilled long ago. */
static int64_t look_interval_s(const struct tracking *t)
{
    int64_t by_age_s = age_interval_s(&t->r->o);
    int64_t s = t->r->set.num[SETTING_TRACK_FIRST_S];
    int64_t most = t->r->set.num[SETTING_TRACK_MAX_S];

    for (int64_t i = 0; i < t->s.looks && s < most; i++) {
        s += (s + 1) / 2;
    }
    s = s < most ? s : most;
    return s > by_age_s ? s : by_age_s;
}

static int note_problem(struct tracking *t, const char *code, const char *text, struct fail *f)
{
    struct order_move move = { .to = t->r->o.state,
                               .problem = text,
                               .next_job = "order.track",
                               .goes_on = true,
                               .note = { .step = "problem", .code = code, .text = text } };

    log_warn("order.problem", kv_int("order", t->r->o.id), kv_str("name", t->r->o.name),
             kv_str("code", code));
    return order_move_now(t->r->c->db, &t->r->o, &move, f);
}

/* ---- the shop ---- */

static int set_supply(struct tracking *t, enum supply_state to, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(t->r->c->db, &tx, f));
    TRY(supply_move(tx, &t->s, to, &t->seen, f));
    return db_commit(&tx, f);
}

/* Try it at the supplier; what only a person can do there is said, and nothing is called cancelled before the supplier is. */
static int ask_to_cancel(struct tracking *t, struct fail *f)
{
    if (t->seen.status == CJ_CANCELLED || t->s.state == SUPPLY_CANCEL_ASKED) {
        return 0;
    }
    if (!t->seen.paid && (t->seen.status == CJ_CREATED || t->seen.status == CJ_IN_CART)) {
        TRY(act_delete(t->r, &t->s, f));
        t->seen.status = CJ_CANCELLED;
        return 0;
    }
    if (t->s.state == SUPPLY_DELIVERED) {
        return note_problem(t, "SHOP_CANCELLED",
                            "Cancelled at the shop after the supplier had delivered.", f);
    }
    TRY(set_supply(t, SUPPLY_CANCEL_ASKED, f));
    return note_problem(t, "SHOP_CANCELLED",
                        "Cancelled at the shop after hand-off; the supplier's order is paid and "
                        "needs CJ support to be cancelled.",
                        f);
}

/* The money went back while the goods are on their way; lines may be as they were. */
static int compare_money(struct tracking *t, const struct shopify_order *shop, struct fail *f)
{
    const char *text = "Refunded at the shop after the order was handed to the supplier.";

    if (strcmp(shop->head.financial, "REFUNDED") != 0) {
        return 0;
    }
    int told = timeline_has(t->r->c->db, t->r->o.id, "problem", "REFUNDED", f);
    TRY(told);
    return told != 0 ? 0 : note_problem(t, "REFUNDED", text, f);
}

static int compare_shop(struct tracking *t, const struct shopify_order *shop, struct fail *f)
{
    char hash[ID_SHA256_HEX_BYTES];
    struct sql_text id;

    if (shop->head.cancelled_us != 0) {
        return ask_to_cancel(t, f);
    }
    TRY(detail_hash(shop, hash, f));
    bool same = strcmp(hash, t->s.detail_hash) == 0 || strcmp(hash, t->r->o.detail_hash) == 0;
    bool returned = order_came_back(&t->r->o, shop);
    TRY(returned ? 0 : compare_money(t, shop, f));
    if (same || returned) {
        return same ? 0 : order_note_return(t->r->c->db, t->r->o.id, hash, f);
    }
    TRY(note_problem(
        t, "EDITED",
        "Lines or address changed at the shop after the order was handed to the supplier.", f));
    /* Said once per edit: the fingerprint that was told about is kept. */
    TRY(db_exec(t->r->c->db, &sql_orders_order_hash,
                (const char *[]){ sql_int(&id, t->r->o.id), hash }, f));
    return 0;
}

static int look_at_shop(struct tracking *t, struct fail *f)
{
    scoped(shopify_order_done) struct shopify_order shop = { 0 };

    if (t->r->o.shop_updated_us <= t->r->o.shop_checked_us && t->r->o.shop_cancelled_us == 0) {
        return 0;
    }
    TRY(shopify_order_get(t->r->c->shopify, t->r->o.gid, &shop, f));
    TRY(compare_shop(t, &shop, f));
    /* Only now is the change seen: a run that is lost before looks again. */
    return order_store(t->r->c->db, &t->r->o, &shop, f);
}

/* ---- the supplier ---- */

static enum supply_state state_of(const struct tracking *t)
{
    switch (t->seen.status) {
    case CJ_CANCELLED:
        return SUPPLY_CANCELLED;
    case CJ_DELIVERED:
        return SUPPLY_DELIVERED;
    case CJ_SHIPPED:
        /* What was asked stays visible, and is asked once, until the supplier has cancelled or delivered. */
        return t->s.state == SUPPLY_CANCEL_ASKED ? SUPPLY_CANCEL_ASKED : SUPPLY_SHIPPED;
    case CJ_CREATED:
    case CJ_IN_CART:
    case CJ_UNPAID:
    case CJ_UNSHIPPED:
    case CJ_OTHER:
        break;
    }
    return t->s.state;
}

static int store_parcels(struct tracking *t, struct db *tx, struct fail *f)
{
    for (size_t i = 0; i < t->seen.shipment_count; i++) {
        const struct cj_shipment *shipment = &t->seen.shipments[i];
        bool fresh = false;
        if (shipment->tracking_number[0] == '\0') {
            continue;
        }
        TRY(parcel_store(tx, &t->s, shipment, &fresh, f));
        scoped(json_clear_p) json_t *detail = json_pack(
            "{s:s, s:s}", "tracking", shipment->tracking_number, "carrier", shipment->carrier);
        if (fresh) {
            t->fresh = true;
            TRY(timeline_add(tx, t->r->o.id,
                             &(struct order_note){ .step = "tracked",
                                                   .text = "A parcel has a tracking number.",
                                                   .detail = detail },
                             f));
        }
    }
    return 0;
}

/* A parcel the shop has not been told of, from this look or an earlier one. */
static int find_unsent(struct tracking *t, struct db *tx, struct fail *f)
{
    scoped(parcels_done) struct parcels parcels = { 0 };

    TRY(parcels_load(tx, t->r->o.id, &parcels, f));
    for (size_t i = 0; i < parcels.count; i++) {
        t->unsent = t->unsent || parcel_unsent(&parcels.items[i]);
    }
    return 0;
}

static int store_look(struct tracking *t, struct db *tx, struct fail *f)
{
    struct sql_text id;
    enum supply_state to = state_of(t);
    bool shipped = t->seen.status == CJ_SHIPPED || t->seen.status == CJ_DELIVERED;

    TRY(supply_move(tx, &t->s, supply_may_become(t->s.state, to) ? to : t->s.state, &t->seen, f));
    TRY(db_exec(tx, &sql_orders_supply_looked,
                (const char *[]){ sql_int(&id, t->s.id), sql_bool(shipped) }, f));
    TRY(store_parcels(t, tx, f));
    return find_unsent(t, tx, f);
}

/* ---- what follows ---- */

static int supplier_cancelled(struct tracking *t, struct db *tx, struct fail *f)
{
    if (t->r->o.shop_cancelled_us != 0) {
        return order_move(
            tx, &t->r->o,
            &(struct order_move){ .to = ORDER_CANCELLED,
                                  .note = { .step = "cancelled",
                                            .code = "SUPPLIER_CANCELLED",
                                            .text = "The supplier confirmed the cancellation." } },
            f);
    }
    return order_move(
        tx, &t->r->o,
        &(struct order_move){
            .to = ORDER_HELD,
            .hold_code = "SUPPLIER_CANCELLED",
            .problem = "The supplier cancelled the order; the customer still waits.",
            .note = { .step = "held",
                      .code = "SUPPLIER_CANCELLED",
                      .text = "The supplier cancelled the order; the customer still waits." } },
        f);
}

static bool all_delivered(const struct tracking *t)
{
    for (size_t i = 0; i < t->seen.shipment_count; i++) {
        if (t->seen.shipments[i].status != CJ_DELIVERED) {
            return false;
        }
    }
    return t->seen.status == CJ_DELIVERED;
}

/* A shop order that was cancelled takes no fulfillment; its parcels are only watched. */
static bool must_tell_shop(const struct tracking *t)
{
    return t->unsent && t->r->o.shop_cancelled_us == 0;
}

/* Goods went to a customer who had cancelled: a person settles that. */
static int delivered_although_cancelled(struct tracking *t, struct db *tx, struct fail *f)
{
    const char *text = "The supplier delivered although the order was cancelled at the shop.";

    return order_move(
        tx, &t->r->o,
        &(struct order_move){ .to = ORDER_HELD,
                              .hold_code = "SHOP_CANCELLED",
                              .problem = text,
                              .note = { .step = "held", .code = "SHOP_CANCELLED", .text = text } },
        f);
}

/* A problem that is said once in an order's life; tracking goes on. */
static int add_problem(struct tracking *t, struct db *tx, struct order_move *move,
                       const struct order_note *problem, struct fail *f)
{
    int told = timeline_has(tx, t->r->o.id, "problem", problem->code, f);

    TRY(told);
    if (told == 0) {
        move->problem = problem->text;
        move->note = *problem;
        move->note.step = "problem";
        log_warn("order.problem", kv_int("order", t->r->o.id), kv_str("name", t->r->o.name),
                 kv_str("code", problem->code));
    }
    return 0;
}

/* Goods without a number: adopt what a person did at the shop, else say it, and after long stop following it. */
static int without_number(struct tracking *t, struct db *tx, struct order_move *move,
                          struct fail *f)
{
    static const char text[] =
        "The supplier has shipped, but goods of the order have no tracking number.";

    if (t->shop_done) {
        *move = (struct order_move){
            .to = ORDER_FULFILLED,
            .next_job = "order.track",
            .next_run_us = move->next_run_us,
            .event = "order.fulfilled",
            .note = { .step = "complete",
                      .code = "ADOPTED",
                      .text =
                          "Everything of the order was fulfilled at the shop by somebody else." }
        };
        return 0;
    }
    if (t->seen.status == CJ_DELIVERED || t->s.shipped_s > NO_NUMBER_END_S) {
        *move =
            (struct order_move){ .to = ORDER_HELD,
                                 .hold_code = "NO_TRACKING",
                                 .problem = text,
                                 .note = { .step = "held", .code = "NO_TRACKING", .text = text } };
        return 0;
    }
    return add_problem(t, tx, move, &(struct order_note){ .code = "NO_TRACKING", .text = text }, f);
}

static int go_on(struct tracking *t, struct db *tx, struct fail *f)
{
    enum order_state state = t->r->o.state;
    struct order_move move = { .to = state,
                               .next_job = "order.track",
                               .next_run_us = clock_now_us() + look_interval_s(t) * US };
    int64_t old_us = clock_now_us() - NOT_DELIVERED_S * US;

    if (t->seen.status == CJ_CANCELLED) {
        return supplier_cancelled(t, tx, f);
    }
    if (all_delivered(t) && t->r->o.shop_cancelled_us != 0) {
        return delivered_although_cancelled(t, tx, f);
    }
    if (must_tell_shop(t)) {
        move = (struct order_move){ .to = state == ORDER_PLACED ? ORDER_SHIPPED : state,
                                    .next_job = "order.fulfill",
                                    .event = "order.shipped" };
    } else if (t->stalled) {
        TRY(without_number(t, tx, &move, f));
    } else if (all_delivered(t) && state == ORDER_FULFILLED) {
        move = (struct order_move){ .to = ORDER_DELIVERED,
                                    .note = { .step = "delivered",
                                              .text = "Everything was delivered." } };
    } else if (state == ORDER_FULFILLED && t->r->o.fulfilled_us < old_us) {
        static const char late[] = "The supplier has not reported the delivery for 60 days.";
        TRY(add_problem(t, tx, &move, &(struct order_note){ .code = "NOT_DELIVERED", .text = late },
                        f));
    }
    return order_move(tx, &t->r->o, &move, f);
}

/* One "not found" may be a moment's weakness of the supplier's; two with minutes between them are not. */
static int not_found(struct tracking *t, struct fail *f)
{
    struct sql_text id;

    if (t->s.missing_s < MISSING_SURE_S) {
        TRY(db_exec(t->r->c->db, &sql_orders_supply_missing,
                    (const char *[]){ sql_int(&id, t->s.id) }, f));
        return run_wait(t->r, MISSING_LOOK_S, "SUPPLIER_MISSING",
                        "The supplier does not find the paid order; it is asked again.", f);
    }
    return run_hold(t->r, "SUPPLIER_MISSING", "The supplier does not know the paid order any more.",
                    NULL, f);
}

static int look_at_supplier(struct tracking *t, struct fail *f)
{
    if (cj_order_get(t->r->c->cj, t->s.number, &t->seen, f) < 0) {
        if (f->kind != FAIL_MISSING) {
            return -1;
        }
        TRY(not_found(t, f));
        return 1;
    }
    return 0;
}

/* Shipped for long without a number for everything; then the shop is asked whether a person has seen to it. */
static int look_for_stall(struct tracking *t, struct fail *f)
{
    scoped(shopify_order_done) struct shopify_order shop = { 0 };
    enum order_state state = t->r->o.state;
    int64_t least_s = state == ORDER_PLACED ? NO_NUMBER_S : PART_NO_NUMBER_S;

    if ((state != ORDER_PLACED && state != ORDER_SHIPPED) || t->s.shipped_s < least_s ||
        t->r->o.shop_cancelled_us != 0) {
        return 0;
    }
    TRY(shopify_order_get(t->r->c->shopify, t->r->o.gid, &shop, f));
    t->stalled = true;
    t->shop_done = strcmp(shop.fulfillment_status, "FULFILLED") == 0;
    return 0;
}

static int track_step(struct order_run *r, struct fail *f)
{
    scoped(tracking_done) struct tracking t = { .r = r };
    scoped(db_rollback_p) struct db *tx = NULL;

    int none = supply_load(r->c->db, r->o.id, &t.s, f);
    TRY(none);
    if (none != 0 || !order_after_handoff(r->o.state)) {
        return fail_set(f, FAIL_BUG, "order %s in state %s cannot be tracked", r->o.name,
                        order_state_name(r->o.state));
    }
    int gone = look_at_supplier(&t, f);
    if (gone != 0) {
        return gone < 0 ? -1 : 0;
    }
    TRY(look_at_shop(&t, f));
    TRY(look_for_stall(&t, f));
    TRY(db_begin(r->c->db, &tx, f));
    TRY(store_look(&t, tx, f));
    TRY(go_on(&t, tx, f));
    return db_commit(&tx, f);
}

int order_track(struct job_context *c, struct fail *f)
{
    static const struct order_job job = { .type = "order.track",
                                          .step = track_step,
                                          .least_mode = FLOW_DRY_RUN };

    return order_job_run(c, &job, f);
}
