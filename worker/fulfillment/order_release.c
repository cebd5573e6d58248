/* order.release [id]: decide about one order and, when nothing stops it, place it at the supplier. */
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "sql/orders.h"
#include "worker/fulfillment/decide.h"
#include "worker/fulfillment/gather.h"
#include "worker/fulfillment/jobs.h"
#include "worker/fulfillment/place.h"
#include "common/db/sqltext.h"

enum { DRY_RUN_LOOK_S = 900 };

static const int64_t US = 1000000;

/* ---- what is written about a decision ---- */

static int add_reasons(json_t *to, const struct reason *reasons, size_t count, struct fail *f)
{
    for (size_t i = 0; i < count; i++) {
        const struct reason *r = &reasons[i];
        json_t *one = json_pack("{s:s, s:s, s:I, s:I, s:b}", "code", r->code, "text", r->text,
                                "number", (json_int_t)r->number, "limit", (json_int_t)r->limit,
                                "overruled", r->overruled);
        if (json_array_append_new(to, one) < 0) {
            return fail_memory(f);
        }
    }
    return 0;
}

static json_t *known_or_null(bool known, int64_t value)
{
    return known ? json_integer(value) : json_null();
}

/* {verdict, score, holds, points, and the numbers it rests on}. */
static int decision_json(const struct gathered *g, const struct decision *d, json_t **ret,
                         struct fail *f)
{
    scoped(json_clear_p) json_t *holds = json_array();
    scoped(json_clear_p) json_t *points = json_array();
    const struct order_facts *x = &g->facts;
    bool quoted = x->freight_asked && x->has_method;

    TRY(add_reasons(holds, d->holds, d->hold_count, f));
    TRY(add_reasons(points, d->points, d->point_count, f));
    *ret = json_pack("{s:s, s:i, s:O, s:O, s:s, s:o, s:o, s:o, s:o, s:o}", "verdict",
                     verdict_name(d->verdict), "score", d->score, "holds", holds, "points", points,
                     "risk", risk_name(risk_in_force(x)), "total_minor",
                     known_or_null(x->total_known, x->total_minor), "goods_minor",
                     known_or_null(quoted, g->quote.goods_minor), "freight_minor",
                     known_or_null(quoted, g->quote.freight_minor), "margin_minor",
                     known_or_null(x->margin_known, x->margin_minor), "method",
                     quoted ? json_string(x->method) : json_null());
    return *ret != NULL ? 0 : fail_memory(f);
}

static int keep_decision(struct order_run *r, struct db *tx, const struct gathered *g,
                         const struct decision *d, struct fail *f)
{
    struct sql_text id, score;

    TRY(db_exec(tx, &sql_orders_order_decided,
                (const char *[]){ sql_int(&id, r->o.id),
                                  setting_text(&r->set, SETTING_FLOW_FULFILLMENT),
                                  sql_int(&score, d->score), risk_name(risk_in_force(&g->facts)),
                                  g->hash, sql_bool(g->facts.edited) },
                f));
    return 0;
}

/* Write the decision and the move it leads to. */
static int decided(struct order_run *r, const struct gathered *g, const struct decision *d,
                   struct order_move *move, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(json_clear_p) json_t *detail = NULL;

    TRY(decision_json(g, d, &detail, f));
    move->note.detail = detail;
    TRY(db_begin(r->c->db, &tx, f));
    TRY(keep_decision(r, tx, g, d, f));
    TRY(order_move(tx, &r->o, move, f));
    return db_commit(&tx, f);
}

/* ---- verdicts ---- */

static int wait(struct order_run *r, const struct gathered *g, const struct decision *d,
                struct fail *f)
{
    bool flag = d->verdict == VERDICT_FLAG;
    struct order_move move = { .to = flag ? ORDER_FLAGGED : ORDER_WAITING,
                               .next_job = "order.release",
                               .next_run_us = d->until_us };

    move.note =
        (struct order_note){ .step = flag ? "flagged" : "waiting",
                             .code = d->code,
                             .once = true,
                             .text = flag ? "The score flags the order; it is released later."
                                          : "The order waits before it is decided." };
    return decided(r, g, d, &move, f);
}

static int hold(struct order_run *r, const struct gathered *g, const struct decision *d,
                struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(json_clear_p) json_t *detail = NULL;
    scoped(json_clear_p) json_t *reasons = json_array();
    const struct reason *first = d->holds;

    while (first->overruled) {
        first++;
    }
    TRY(decision_json(g, d, &detail, f));
    TRY(add_reasons(reasons, d->holds, d->hold_count, f));
    TRY(db_begin(r->c->db, &tx, f));
    TRY(keep_decision(r, tx, g, d, f));
    TRY(run_hold_all(
        r, tx, &(struct order_note){ .code = first->code, .text = first->text, .detail = detail },
        reasons, f));
    return db_commit(&tx, f);
}

/* Mode approve: everything is ready, a person has the word. */
static int ask_person(struct order_run *r, const struct gathered *g, const struct decision *d,
                      struct fail *f)
{
    struct order_move move = { .to = ORDER_APPROVAL,
                               .waits_for = flow_mode_name(FLOW_AUTO),
                               .note = { .step = "approval",
                                         .text = "The order can go; a person releases it.",
                                         .once = true } };

    return decided(r, g, d, &move, f);
}

/* ---- mode dry_run: say what would be done, once per decision ---- */

static int noted_before(struct order_run *r, const char *hash, bool *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text id;

    TRY(db_query(r->c->db, &sql_orders_event_would, (const char *[]){ sql_int(&id, r->o.id), hash },
                 &rows, f));
    *ret = db_bool(rows, 0, "noted");
    return 0;
}

/* What makes two decisions the same: verdict and codes, not the numbers of the moment. */
static void decision_hash(const struct gathered *g, const struct decision *d,
                          char out[static ID_SHA256_HEX_BYTES])
{
    char text[1024];
    int at = snprintf(text, sizeof text, "%s|%s|%d|%s", verdict_name(d->verdict),
                      d->code != NULL ? d->code : "", d->score, g->hash);

    for (size_t i = 0; i < d->hold_count; i++) {
        at += snprintf(text + at, sizeof text - (size_t)at, "|%s", d->holds[i].code);
    }
    id_sha256_hex(text, (size_t)at, out);
}

static int say_would(struct order_run *r, const struct gathered *g, const struct decision *d,
                     struct fail *f)
{
    char hash[ID_SHA256_HEX_BYTES];
    bool noted = false;
    scoped(json_clear_p) json_t *detail = NULL;
    scoped(db_rollback_p) struct db *tx = NULL;
    struct order_move move = { .to = ORDER_WAITING,
                               .next_job = "order.release",
                               .next_run_us = clock_now_us() + DRY_RUN_LOOK_S * US,
                               .waits_for = flow_mode_name(FLOW_APPROVE) };

    decision_hash(g, d, hash);
    TRY(noted_before(r, hash, &noted, f));
    TRY(decision_json(g, d, &detail, f));
    if (json_object_set_new(detail, "hash", json_string(hash)) < 0) {
        return fail_memory(f);
    }
    if (!noted) {
        move.note = (struct order_note){ .step = "would",
                                         .code = d->code,
                                         .detail = detail,
                                         .text = d->verdict == VERDICT_RELEASE
                                                     ? "Dry run: the order would be released."
                                                     : "Dry run: the order would be held." };
    }
    TRY(db_begin(r->c->db, &tx, f));
    TRY(keep_decision(r, tx, g, d, f));
    TRY(order_move(tx, &r->o, &move, f));
    return db_commit(&tx, f);
}

/* ---- release ---- */

static bool same_goods(const struct supply *old, const struct supply *quote)
{
    return strcmp(old->detail_hash, quote->detail_hash) == 0 &&
           strcmp(old->method, quote->method) == 0 && json_equal(old->lines, quote->lines);
}

/* The row under whose number the order is sent: a new one, or the one that is there with a new quote. */
static int write_supply(struct order_run *r, struct db *tx, const struct supply *old,
                        const struct gathered *g, struct fail *f)
{
    return old != NULL ? supply_requote(tx, old, &g->quote, f)
                       : supply_insert(tx, &r->o, &g->quote, f);
}

/* An earlier supplier order that was never paid: kept when it is what we would send now, else taken back.
 * 0 keep, 1 make a new one, 2 it turned out to be paid. */
static int earlier_supply(struct order_run *r, struct supply *old, const struct gathered *g,
                          struct fail *f)
{
    if (supply_is_void(old->state)) {
        return 1;
    }
    if (same_goods(old, &g->quote)) {
        return 0;
    }
    int paid = place_withdraw(r, old, f);
    TRY(paid);
    return paid == 1 ? 2 : 1;
}

static int start_placing(struct order_run *r, const struct gathered *g, const struct decision *d,
                         const struct supply *old, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(json_clear_p) json_t *detail = NULL;
    struct order_move move = { .to = ORDER_PLACING, .next_job = "order.release", .goes_on = true };

    TRY(decision_json(g, d, &detail, f));
    move.note = (struct order_note){ .step = "released",
                                     .text = "The order is sent to the supplier.",
                                     .detail = detail };
    TRY(db_begin(r->c->db, &tx, f));
    TRY(keep_decision(r, tx, g, d, f));
    TRY(write_supply(r, tx, old, g, f));
    TRY(order_move(tx, &r->o, &move, f));
    return db_commit(&tx, f);
}

static int release(struct order_run *r, const struct gathered *g, const struct decision *d,
                   struct fail *f)
{
    scoped(supply_done) struct supply old = { 0 };
    int none = supply_load(r->c->db, r->o.id, &old, f);

    TRY(none);
    int fate = none == 1 ? 1 : earlier_supply(r, &old, g, f);
    TRY(fate);
    if (fate == 2) {
        return place_paid(r, &old, NULL, f);
    }
    TRY(start_placing(r, g, d, fate == 0 ? &old : NULL, f));
    return place_run(r, f);
}

static int act_on(struct order_run *r, const struct gathered *g, const struct decision *d,
                  struct fail *f)
{
    if (d->verdict == VERDICT_WAIT || d->verdict == VERDICT_FLAG) {
        return wait(r, g, d, f);
    }
    if (run_mode(r) == FLOW_DRY_RUN) {
        return say_would(r, g, d, f);
    }
    if (d->verdict == VERDICT_HOLD) {
        return hold(r, g, d, f);
    }
    if (run_mode(r) == FLOW_APPROVE && !g->facts.released) {
        return ask_person(r, g, d, f);
    }
    return release(r, g, d, f);
}

/* ---- orders that need no decision ---- */

/* 1 when the order ends here. */
static int end_order(struct order_run *r, const struct gathered *g, struct fail *f)
{
    const struct shopify_order *shop = &g->shop;
    const struct {
        bool applies;
        enum order_state to;
        const char *code, *text;
    } ends[] = {
        { shop->head.cancelled_us != 0, ORDER_CANCELLED, "SHOP_CANCELLED",
          "The order was cancelled at the shop." },
        { shop->head.test, ORDER_IGNORED, "TEST", "A test order is not fulfilled." },
        { strcmp(shop->fulfillment_status, "FULFILLED") == 0, ORDER_IGNORED, "FULFILLED",
          "The order is fulfilled already." },
        { g->line_count == 0, ORDER_IGNORED, "NOTHING_TO_SHIP",
          "Nothing of the order is to be shipped." },
    };

    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        if (ends[i].applies) {
            const struct order_move move = { .to = ends[i].to,
                                             .note = { .step = order_state_name(ends[i].to),
                                                       .code = ends[i].code,
                                                       .text = ends[i].text } };
            TRY(order_move_now(r->c->db, &r->o, &move, f));
            return 1;
        }
    }
    return 0;
}

/* Whether end_order() would end it. */
static bool ends(const struct gathered *g)
{
    return g->shop.head.cancelled_us != 0 || g->shop.head.test ||
           strcmp(g->shop.fulfillment_status, "FULFILLED") == 0 || g->line_count == 0;
}

/* An order that ends may have left an unpaid one at the supplier.  1 when that turned out to be paid: the order is placed. */
static int withdraw_before_end(struct order_run *r, const struct gathered *g, struct supply *s,
                               bool none, struct fail *f)
{
    if (none || supply_is_void(s->state) || !ends(g)) {
        return 0;
    }
    int paid = place_withdraw(r, s, f);
    TRY(paid);
    if (paid == 1) {
        TRY(place_paid(r, s, NULL, f));
    }
    return paid;
}

/* Held for a reason that only a person lifts: nothing more to do. */
static int rest(struct order_run *r, struct fail *f)
{
    struct sql_text id;

    TRY(db_exec(r->c->db, &sql_orders_order_rest, (const char *[]){ sql_int(&id, r->o.id) }, f));
    return 0;
}

static int decide_and_act(struct order_run *r, struct gathered *g, struct fail *f)
{
    struct decision d;

    decide(&g->facts, &d);
    /* Neither is worth look-ups at the supplier, which cost points: an unpaid order is looked at again and again. */
    bool unpaid = d.code != NULL && strcmp(d.code, "NOT_PAID") == 0;
    if (d.verdict == VERDICT_WAIT || d.verdict == VERDICT_FLAG || unpaid) {
        return act_on(r, g, &d, f);
    }
    TRY(gather_supplier(r, g, f));
    decide(&g->facts, &d);
    return act_on(r, g, &d, f);
}

static int decide_order(struct order_run *r, struct supply *s, bool no_supply, struct fail *f)
{
    scoped(gathered_done) struct gathered g = { 0 };

    TRY(gather_shop(r, &g, f));
    int paid = withdraw_before_end(r, &g, s, no_supply, f);
    TRY(paid);
    if (paid == 1) {
        return 0;
    }
    int ended = end_order(r, &g, f);
    if (ended != 0) {
        return ended < 0 ? -1 : 0;
    }
    if (r->o.state == ORDER_HELD && !r->o.released && !hold_rule_find(r->o.hold_code)->redecide) {
        return rest(r, f);
    }
    return decide_and_act(r, &g, f);
}

static int release_step(struct order_run *r, struct fail *f)
{
    scoped(supply_done) struct supply s = { 0 };

    if (r->o.state == ORDER_PLACING) {
        return run_mode(r) >= FLOW_APPROVE ? place_run(r, f) : run_wait_mode(r, FLOW_APPROVE, f);
    }
    if (order_after_handoff(r->o.state)) {
        return order_move_now(r->c->db, &r->o,
                              &(struct order_move){ .to = r->o.state, .next_job = "order.track" },
                              f);
    }
    if (!order_before_handoff(r->o.state)) {
        return rest(r, f);
    }
    int none = supply_load(r->c->db, r->o.id, &s, f);
    TRY(none);
    if (none == 0 && supply_is_paid(s.state)) {
        /* Held after hand-off and released by a person: follow it again. */
        return order_move_now(
            r->c->db, &r->o,
            &(struct order_move){
                .to = ORDER_PLACED,
                .next_job = "order.track",
                .note = { .step = "resumed", .text = "The order is followed again." } },
            f);
    }
    return decide_order(r, &s, none == 1, f);
}

int order_release(struct job_context *c, struct fail *f)
{
    static const struct order_job job = {
        .type = "order.release", .step = release_step, .least_mode = FLOW_DRY_RUN, .stops = true
    };

    return order_job_run(c, &job, f);
}
