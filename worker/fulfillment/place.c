#include "worker/fulfillment/place.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "worker/core/limits.h"
#include "worker/fulfillment/acts.h"
#include "worker/fulfillment/hash.h"

static const int64_t US = 1000000;

struct placing {
    struct order_run *r;
    struct supply s;
    struct shopify_order shop; /* as read just before creating */
    struct cj_order seen;      /* the supplier's order as last read */
};

static void placing_done(struct placing *p)
{
    supply_done(&p->s);
    shopify_order_done(&p->shop);
    cj_order_done(&p->seen);
}

/* Steps return 0 to go on, 1 when the run ends here (held, cancelled, waiting), -1 failed. */
static int ended(int done)
{
    return done < 0 ? -1 : 1;
}

static json_t *numbers(const struct placing *p)
{
    json_t *amount = p->seen.amount_known ? json_integer(p->seen.amount.minor) : json_null();

    return json_pack("{s:s, s:s, s:I, s:I, s:o, s:s}", "number", p->s.number, "supplier_order",
                     p->s.cj_id, "quoted_minor", (json_int_t)p->s.quoted_minor, "cap_minor",
                     (json_int_t)p->s.cap_minor, "amount_minor", amount, "currency", "USD");
}

static int hold(struct placing *p, const char *code, const char *text, struct fail *f)
{
    scoped(json_clear_p) json_t *detail = numbers(p);

    return ended(run_hold(p->r, code, text, detail, f));
}

/* How an order at the supplier goes on. */
struct supply_turn {
    enum supply_state to;
    const struct cj_order *seen; /* NULL = nothing new is known of it */
    struct order_note note;
};

static int move_supply(struct order_run *r, struct supply *s, const struct supply_turn *turn,
                       struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(r->c->db, &tx, f));
    TRY(supply_move(tx, s, turn->to, turn->seen, f));
    TRY(timeline_add(tx, r->o.id, &turn->note, f));
    return db_commit(&tx, f);
}

static int read_supplier(struct placing *p, struct fail *f)
{
    cj_order_done(&p->seen);
    p->seen = (struct cj_order){ 0 };
    return cj_order_get(p->r->c->cj, p->s.number, &p->seen, f);
}

/* ---- giving up ---- */

int place_paid(struct order_run *r, struct supply *s, const struct cj_order *seen, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(json_clear_p) json_t *detail =
        json_pack("{s:s, s:s}", "number", s->number, "supplier_order", s->cj_id);
    int64_t first_us = clock_now_us() + r->set.num[SETTING_TRACK_FIRST_S] * US;
    struct order_move move = {
        .to = ORDER_PLACED,
        .next_job = "order.track",
        .next_run_us = first_us,
        .event = "order.placed",
        .note = { .step = "placed", .text = "The supplier's order is paid.", .detail = detail }
    };

    TRY(db_begin(r->c->db, &tx, f));
    if (!supply_is_paid(s->state)) {
        TRY(supply_move(tx, s, SUPPLY_PAID, seen, f));
    }
    TRY(order_move(tx, &r->o, &move, f));
    TRY(db_commit(&tx, f));
    log_info("order.placed", kv_int("order", r->o.id), kv_str("name", r->o.name),
             kv_str("number", s->number));
    return 0;
}

static int void_supply(struct order_run *r, struct supply *s, enum supply_state to,
                       const char *text, struct fail *f)
{
    const struct supply_turn turn = {
        .to = to, .note = { .step = "withdrawn", .code = supply_state_name(to), .text = text }
    };

    return move_supply(r, s, &turn, f);
}

int place_withdraw(struct order_run *r, struct supply *s, struct fail *f)
{
    scoped(cj_order_done) struct cj_order seen = { 0 };

    if (cj_order_get(r->c->cj, s->number, &seen, f) < 0) {
        TRY(f->kind == FAIL_MISSING ? act_told(r->c->db, s, NULL, f) : -1);
        return void_supply(r, s, SUPPLY_FAILED, "The supplier has no order of this number.", f);
    }
    (void)snprintf(s->cj_id, sizeof s->cj_id, "%s", seen.order_id);
    if (seen.paid && seen.status != CJ_CANCELLED) {
        TRY(act_pay(r, s, true, f));
        TRY(move_supply(
            r, s,
            &(struct supply_turn){
                .to = SUPPLY_PAID,
                .seen = &seen,
                .note = { .step = "paid", .text = "The supplier's order turned out to be paid." } },
            f));
        return 1;
    }
    TRY(act_told(r->c->db, s, &seen, f));
    if (seen.status == CJ_CREATED || seen.status == CJ_IN_CART) {
        TRY(act_delete(r, s, f));
        return void_supply(r, s, SUPPLY_CANCELLED, "The unpaid order was deleted at the supplier.",
                           f);
    }
    if (seen.status == CJ_CANCELLED) {
        return void_supply(r, s, SUPPLY_CANCELLED, "The supplier has cancelled the order.", f);
    }
    return void_supply(r, s, SUPPLY_FAILED,
                       "The order stays unpaid at the supplier, which cannot delete it any more; "
                       "it is never sent.",
                       f);
}

/* Take it back; then the order ends in `to` with this note.  A payment that is found out now wins over everything. */
static int give_up(struct placing *p, const struct order_move *move, struct fail *f)
{
    int paid = place_withdraw(p->r, &p->s, f);

    TRY(paid);
    if (paid == 1) {
        return ended(place_paid(p->r, &p->s, NULL, f));
    }
    if (move->to == ORDER_HELD) {
        return ended(run_hold(p->r, move->hold_code, move->note.text, NULL, f));
    }
    return ended(order_move_now(p->r->c->db, &p->r->o, move, f));
}

static int give_up_cancelled(struct placing *p, struct fail *f)
{
    const struct order_move move = {
        .to = ORDER_CANCELLED,
        .note = { .step = "cancelled",
                  .code = "SHOP_CANCELLED",
                  .text = "Cancelled at the shop before it was paid at the supplier." }
    };
    return give_up(p, &move, f);
}

static int give_up_held(struct placing *p, const char *code, const char *text, struct fail *f)
{
    return give_up(
        p, &(struct order_move){ .to = ORDER_HELD, .hold_code = code, .note.text = text }, f);
}

/* ---- the steps ---- */

static int check_stop(struct placing *p, struct fail *f)
{
    bool stopped = false;

    TRY(run_stopped(p->r, &stopped, f));
    return stopped ? ended(run_wait_stop(p->r, f)) : 0;
}

/* What we are about to send is still to be sent: nobody has fulfilled it at the shop. */
static bool still_wanted(const struct placing *p)
{
    for (size_t i = 0; i < json_array_size(p->s.lines); i++) {
        const json_t *line = json_array_get(p->s.lines, i);
        for (size_t k = 0; k < p->shop.line_count; k++) {
            if (strcmp(p->shop.lines[k].gid, json_text(line, "line_gid", "")) == 0 &&
                p->shop.lines[k].to_ship < json_int(line, "quantity", 0)) {
                return false;
            }
        }
    }
    return true;
}

/* The last look at the shop before anything is ordered. */
static int reread_shop(struct placing *p, struct fail *f)
{
    char hash[ID_SHA256_HEX_BYTES];

    TRY(shopify_order_get(p->r->c->shopify, p->r->o.gid, &p->shop, f));
    TRY(order_store(p->r->c->db, &p->r->o, &p->shop, f));
    TRY(detail_hash(&p->shop, hash, f));
    if (p->shop.head.cancelled_us != 0) {
        return give_up_cancelled(p, f);
    }
    if (strcmp(hash, p->s.detail_hash) != 0 || !still_wanted(p)) {
        return give_up_held(
            p, "EDITED", "Lines, address or fulfillment changed while the order was being placed.",
            f);
    }
    /* A partial refund passes only when a person has released the order with it. */
    bool partly = strcmp(p->shop.head.financial, "PARTIALLY_REFUNDED") == 0 && p->r->o.released;
    if (strcmp(p->shop.head.financial, "PAID") != 0 && !partly) {
        return give_up_held(p, "NOT_PAID", "The order is not PAID any more.", f);
    }
    return 0;
}

/* Refused for good: this number is done with. */
static int create_refused(struct placing *p, struct fail *f)
{
    struct fail why = *f;

    if (fail_rule(why.kind)->retry || why.kind == FAIL_DENIED) {
        return -1;
    }
    TRY(void_supply(p->r, &p->s, SUPPLY_FAILED, why.text, f));
    return hold(p, "SUPPLIER_REFUSED", why.text, f);
}

static int create(struct placing *p, struct fail *f)
{
    cj_order_done(&p->seen);
    if (act_create(p->r, &p->s, &p->shop, &p->seen, f) < 0) {
        return create_refused(p, f);
    }
    /* What the create call answers may leave out the lines; what is read is compared. */
    if ((p->seen.order_id[0] == '\0' || p->seen.lines == NULL) && read_supplier(p, f) < 0) {
        if (f->kind != FAIL_MISSING) {
            return -1;
        }
        TRY(act_told(p->r->c->db, &p->s, NULL, f));
        TRY(void_supply(p->r, &p->s, SUPPLY_FAILED, "The supplier has lost the order.", f));
        return hold(p, "SUPPLIER_MISSING", "The supplier does not know the order it had accepted.",
                    f);
    }
    if (p->s.state != SUPPLY_INTENT) {
        return 0;
    }
    (void)snprintf(p->s.cj_id, sizeof p->s.cj_id, "%s", p->seen.order_id);
    scoped(json_clear_p) json_t *detail = numbers(p);
    const struct supply_turn turn = { .to = SUPPLY_CREATED,
                                      .seen = &p->seen,
                                      .note = { .step = "created",
                                                .text = "The order was created at the supplier.",
                                                .detail = detail } };
    return move_supply(p->r, &p->s, &turn, f);
}

static int check_lines(struct placing *p, struct fail *f)
{
    char theirs[300], text[400];

    if (p->seen.status == CJ_CANCELLED) {
        TRY(act_told(p->r->c->db, &p->s, &p->seen, f));
        TRY(void_supply(p->r, &p->s, SUPPLY_CANCELLED, "The supplier has cancelled the order.", f));
        return hold(p, "SUPPLIER_CANCELLED", "The supplier cancelled the order before it was paid.",
                    f);
    }
    if (p->seen.logistics_miss) {
        return give_up_held(
            p, "LOGISTICS_MISS",
            "The supplier's order has no valid shipping method and can never be paid.", f);
    }
    if (p->seen.intercept[0] != '\0') {
        (void)snprintf(text, sizeof text, "The supplier holds the order: %s", p->seen.intercept);
        return hold(p, "INTERCEPTED", text, f);
    }
    if (!supply_lines_match(p->s.lines, &p->seen)) {
        supply_lines_text(&p->seen, theirs, sizeof theirs);
        (void)snprintf(text, sizeof text, "The supplier's order holds other goods than ours: %s",
                       theirs);
        return hold(p, "LINES_DIFFER", text, f);
    }
    return 0;
}

static bool unconfirmed(const struct placing *p)
{
    return !p->seen.paid && (p->seen.status == CJ_CREATED || p->seen.status == CJ_IN_CART);
}

static int confirm(struct placing *p, struct fail *f)
{
    struct fail why = { 0 };

    if (unconfirmed(p)) {
        if (cj_order_confirm(p->r->c->cj, p->seen.order_id, &why) < 0 &&
            (why.kind == FAIL_LATER || why.kind == FAIL_LIMITED)) {
            *f = why;
            return -1;
        }
        TRY(read_supplier(p, f));
        if (unconfirmed(p) && why.kind != FAIL_NONE) {
            *f = why;
            return -1;
        }
    }
    if (p->s.state != SUPPLY_CREATED || p->seen.paid) {
        return 0;
    }
    const struct supply_turn turn = {
        .to = SUPPLY_UNPAID,
        .seen = &p->seen,
        .note = { .step = "confirmed", .text = "The order was confirmed at the supplier." }
    };
    return move_supply(p->r, &p->s, &turn, f);
}

static int check_amount(struct placing *p, struct fail *f)
{
    char text[160];

    if (p->seen.paid) {
        return 0;
    }
    if (!p->seen.amount_known) {
        return hold(p, "AMOUNT_UNKNOWN",
                    "The supplier does not say what the order costs; it is not paid.", f);
    }
    if (p->seen.amount.minor <= p->s.cap_minor) {
        return 0;
    }
    (void)snprintf(text, sizeof text,
                   "The supplier asks %" PRId64 " cents, our cap is %" PRId64 ".",
                   p->seen.amount.minor, p->s.cap_minor);
    return hold(p, "AMOUNT_OVER_CAP", text, f);
}

/* The last look before money moves: STOP, a cancellation that came meanwhile, the balance. */
static int guard_payment(struct placing *p, struct fail *f)
{
    struct order now;
    struct money balance;
    char text[160];

    int stopped = check_stop(p, f);
    if (stopped != 0) {
        return stopped;
    }
    TRY(order_load(p->r->c->db, p->r->o.id, &now, f));
    if (now.shop_cancelled_us != 0) {
        return give_up_cancelled(p, f);
    }
    TRY(cj_balance(p->r->c->cj, &balance, f));
    limits_wallet(p->r->c->limits, "cj", &balance);
    if (balance.minor >= p->seen.amount.minor) {
        return 0;
    }
    (void)snprintf(text, sizeof text,
                   "The supplier balance is %" PRId64 " cents, the order costs %" PRId64 ".",
                   balance.minor, p->seen.amount.minor);
    return hold(p, "WALLET", text, f);
}

static int pay(struct placing *p, struct fail *f)
{
    if (!p->seen.paid) {
        int guard = guard_payment(p, f);
        if (guard != 0) {
            return guard;
        }
    }
    if (act_pay(p->r, &p->s, p->seen.paid, f) < 0) {
        return strcmp(f->code, "1604000") == 0
                   ? hold(p, "WALLET", "The supplier balance is too low.", f)
                   : -1;
    }
    return place_paid(p->r, &p->s, &p->seen, f);
}

int place_run(struct order_run *r, struct fail *f)
{
    static int (*const steps[])(struct placing *, struct fail *) = {
        check_stop, reread_shop, create, check_lines, confirm, check_lines, check_amount, pay,
    };
    scoped(placing_done) struct placing p = { .r = r };

    int none = supply_load(r->c->db, r->o.id, &p.s, f);
    TRY(none);
    if (none != 0 || supply_is_void(p.s.state)) {
        return fail_set(f, FAIL_BUG, "order %s is being placed without a supplier order",
                        r->o.name);
    }
    if (supply_is_paid(p.s.state)) {
        return place_paid(r, &p.s, NULL, f);
    }
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        int done = steps[i](&p, f);
        if (done != 0) {
            return done < 0 ? -1 : 0;
        }
    }
    return 0;
}
