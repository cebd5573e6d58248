/* order.fulfill [id]: tell the shop, and through it the customer, of an order's parcels: one fulfillment per parcel and
 * fulfillment order, and new tracking numbers of parcels it knows already. */
#include <inttypes.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "sql/orders.h"
#include "worker/core/effects.h"
#include "worker/fulfillment/jobs.h"
#include "worker/fulfillment/parcel.h"
#include "worker/fulfillment/run.h"
#include "worker/fulfillment/shipping.h"
#include "common/db/sqltext.h"

enum { KEY_BYTES = 160, REPLAN_MS = 20000 };

static const int64_t US = 1000000;

struct telling {
    struct order_run *r;
    struct shopify_fulfillment_state state;
    struct parcels parcels;
};

static void telling_done(struct telling *t)
{
    shopify_fulfillment_state_done(&t->state);
    parcels_done(&t->parcels);
}

/* One act at the shop about one parcel. */
struct act {
    struct telling *t;
    const struct parcel *p;
    const struct shipping_part *part; /* fulfill only */
    size_t before;                    /* fulfill only: fulfillments with this number before ours */
    struct shopify_tracking tracking;
};

static struct shopify_tracking tracking_of(const struct parcel *p)
{
    return (struct shopify_tracking){ .company = carrier_company(p->carrier),
                                      .number = p->number,
                                      .url = p->url };
}

static int gid_json(const char *gid, json_t **ret, struct fail *f)
{
    *ret = json_pack("{s:s}", "fulfillment", gid);
    return *ret != NULL ? 0 : fail_memory(f);
}

/* ---- the two acts ---- */

static int fulfill(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    const struct act *a = ctx;
    char gid[SHOPIFY_GID_BYTES];

    TRY(shopify_fulfill(c->shopify,
                        &(struct shopify_shipment){ .fo_gid = a->part->fo_gid,
                                                    .lines = a->part->lines,
                                                    .line_count = a->part->line_count,
                                                    .tracking = &a->tracking },
                        gid, f));
    return gid_json(gid, ret_result, f);
}

static int fulfill_read_back(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    const struct act *a = ctx;
    scoped(shopify_fulfillment_state_done) struct shopify_fulfillment_state now = { 0 };
    const struct shopify_fulfillment *last = NULL;

    TRY(shopify_fulfillment_state(c->shopify, a->t->r->o.gid, &now, f));
    if (shipping_with_number(&now, a->p->number, &last) <= a->before) {
        return 1;
    }
    return gid_json(last->gid, ret_result, f);
}

static int retrack(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    const struct act *a = ctx;

    TRY(shopify_tracking_update(c->shopify, a->p->fulfillment_gid, &a->tracking, f));
    return gid_json(a->p->fulfillment_gid, ret_result, f);
}

static int retrack_read_back(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    const struct act *a = ctx;
    scoped(shopify_fulfillment_state_done) struct shopify_fulfillment_state now = { 0 };
    const struct shopify_fulfillment *last = NULL;

    TRY(shopify_fulfillment_state(c->shopify, a->t->r->o.gid, &now, f));
    if (shipping_with_number(&now, a->p->number, &last) == 0 ||
        strcmp(last->gid, a->p->fulfillment_gid) != 0) {
        return 1;
    }
    return gid_json(a->p->fulfillment_gid, ret_result, f);
}

static int run_effect(struct act *a, struct effect *e, size_t parts, json_t **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *intent =
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:O}", "order", a->t->r->o.gid, "number", a->p->number,
                  "company", a->tracking.company, "url", a->tracking.url, "parts",
                  (json_int_t)parts, "lines", a->p->lines);
    char subject[40];

    if (intent == NULL) {
        return fail_memory(f);
    }
    (void)snprintf(subject, sizeof subject, "order:%" PRId64, a->t->r->o.id);
    e->subject = subject;
    e->intent = intent;
    e->ctx = a;
    if (effect_run(a->t->r->c, e, ret, f) < 0) {
        /* The fulfillment order changed under our hands: read it again and plan anew. */
        return f->kind == FAIL_CONFLICT
                   ? fail_later(f, FAIL_LATER, REPLAN_MS, "the fulfillment order changed meanwhile")
                   : -1;
    }
    return 0;
}

/* ---- what is written down ---- */

/* What the shop has of a parcel. */
struct fulfilled {
    const char *gid;
    bool by_us; /* else a person did it, and we adopt it */
    const char *text;
};

static int record(struct telling *t, struct parcel *p, const struct fulfilled *done, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(json_clear_p) json_t *detail =
        json_pack("{s:s, s:s, s:s, s:s}", "tracking", p->number, "company",
                  carrier_company(p->carrier), "url", p->url, "fulfillment", done->gid);

    TRY(db_begin(t->r->c->db, &tx, f));
    TRY(parcel_sent(tx, p, done->gid, done->by_us, f));
    TRY(timeline_add(tx, t->r->o.id,
                     &(struct order_note){ .step = "fulfilled",
                                           .code = done->by_us ? NULL : "ADOPTED",
                                           .text = done->text,
                                           .detail = detail },
                     f));
    TRY(db_commit(&tx, f));
    if (done->gid != p->fulfillment_gid) {
        (void)snprintf(p->fulfillment_gid, sizeof p->fulfillment_gid, "%s", done->gid);
    }
    (void)snprintf(p->sent_number, sizeof p->sent_number, "%s", p->number);
    log_info("order.fulfilled", kv_int("order", t->r->o.id), kv_str("name", t->r->o.name),
             kv_str("tracking", p->number));
    return 0;
}

static void part_key(const struct parcel *p, size_t index, char key[static KEY_BYTES])
{
    if (index == 0) {
        (void)snprintf(key, KEY_BYTES, "shopify.fulfill:%" PRId64, p->id);
    } else {
        (void)snprintf(key, KEY_BYTES, "shopify.fulfill:%" PRId64 ":%zu", p->id, index);
    }
}

/* How many parts an earlier run meant to send of this parcel; 0 = it sent nothing. */
static int parts_meant(struct telling *t, const struct parcel *p, size_t *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(json_clear_p) json_t *intent = NULL;
    char key[KEY_BYTES];

    *ret = 0;
    part_key(p, 0, key);
    TRY(db_query(t->r->c->db, &sql_orders_effect_get, (const char *[]){ key }, &rows, f));
    if (PQntuples(rows) > 0) {
        const char *text = db_text(rows, 0, "intent");
        TRY(json_parse(text, strlen(text), "intent of an effect", &intent, f));
        *ret = (size_t)json_int(intent, "parts", 1);
    }
    return 0;
}

/* ---- sending a parcel ---- */

/* One of `parts` parts of the parcel. */
static int send_part(struct act *a, size_t parts, char ret_gid[static SHOPIFY_GID_BYTES],
                     struct fail *f)
{
    scoped(json_clear_p) json_t *result = NULL;
    struct effect e = { .kind = "shopify.fulfill", .act = fulfill, .read_back = fulfill_read_back };
    char key[KEY_BYTES];

    part_key(a->p, a->before, key);
    e.key = key;
    TRY(run_effect(a, &e, parts, &result, f));
    (void)snprintf(ret_gid, SHOPIFY_GID_BYTES, "%s", json_text(result, "fulfillment", ""));
    return 0;
}

/* The shop has this part already: nothing is to be done, only the ledger may not know yet. */
static int already_there(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    (void)c, (void)ctx, (void)ret_result;
    return fail_set(f, FAIL_CONFLICT, "the shop has a fulfillment with this number");
}

/* A lost run sent `sent` parts; let the ledger find them. */
static int settle_parts(struct telling *t, struct parcel *p, size_t sent, struct fail *f)
{
    struct effect e = { .kind = "shopify.fulfill",
                        .act = already_there,
                        .read_back = fulfill_read_back };
    char key[KEY_BYTES];

    for (size_t i = 0; i < sent; i++) {
        scoped(json_clear_p) json_t *result = NULL;
        struct act a = { .t = t, .p = p, .before = i, .tracking = tracking_of(p) };
        part_key(p, i, key);
        e.key = key;
        TRY(run_effect(&a, &e, sent, &result, f));
    }
    return 0;
}

static int send_plan(struct telling *t, struct parcel *p, const struct shipping_plan *plan,
                     size_t before, struct fail *f)
{
    char gid[SHOPIFY_GID_BYTES] = "";

    for (size_t i = 0; i < plan->count; i++) {
        struct act a = { .t = t,
                         .p = p,
                         .part = &plan->parts[i],
                         .before = before + i,
                         .tracking = tracking_of(p) };
        TRY(send_part(&a, before + plan->count, gid, f));
    }
    return record(t, p,
                  &(struct fulfilled){
                      gid, true, "The shop has the tracking number and the customer was told." },
                  f);
}

/* Nothing of the parcel can be sent: 0 adopted what a person did, 1 held. */
static int nothing_to_send(struct telling *t, struct parcel *p, const struct shipping_plan *plan,
                           struct fail *f)
{
    if (plan->blocked > 0 || t->state.done_count == 0) {
        TRY(run_hold(t->r, "FO_NONE", "No fulfillment order of the shop takes the parcel.", NULL,
                     f));
        return 1;
    }
    return record(t, p,
                  &(struct fulfilled){
                      t->state.done[t->state.done_count - 1].gid, false,
                      "The shop was fulfilled by somebody else; the parcel is noted there." },
                  f);
}

static int send_parcel(struct telling *t, struct parcel *p, struct fail *f)
{
    scoped(shipping_plan_done) struct shipping_plan plan = { 0 };
    const struct shopify_fulfillment *last = NULL;
    size_t before = shipping_with_number(&t->state, p->number, &last), meant = 0;

    TRY(parts_meant(t, p, &meant, f));
    TRY(settle_parts(t, p, before < meant ? before : meant, f));
    if (before > 0 && before >= meant) {
        return record(
            t, p, &(struct fulfilled){ last->gid, meant > 0, "The shop has the tracking number." },
            f);
    }
    TRY(shipping_plan_make(p, &t->state, &plan, f));
    if (plan.on_hold > 0) {
        TRY(run_hold(t->r, "FO_ON_HOLD",
                     "The shop holds the fulfillment order; the parcel is on its way.", NULL, f));
        return 1;
    }
    return plan.count == 0 ? nothing_to_send(t, p, &plan, f) : send_plan(t, p, &plan, before, f);
}

static int retell_parcel(struct telling *t, struct parcel *p, struct fail *f)
{
    scoped(json_clear_p) json_t *result = NULL;
    struct act a = { .t = t, .p = p, .tracking = tracking_of(p) };
    struct effect e = { .kind = "shopify.tracking",
                        .act = retrack,
                        .read_back = retrack_read_back };
    char key[KEY_BYTES];

    (void)snprintf(key, sizeof key, "shopify.tracking:%" PRId64 ":%s", p->id, p->number);
    e.key = key;
    TRY(run_effect(&a, &e, 1, &result, f));
    return record(
        t, p,
        &(struct fulfilled){ p->fulfillment_gid, true,
                             "The shop has the new tracking number and the customer was told." },
        f);
}

static int tell_all(struct telling *t, struct fail *f)
{
    for (size_t i = 0; i < t->parcels.count; i++) {
        struct parcel *p = &t->parcels.items[i];
        if (!parcel_unsent(p)) {
            continue;
        }
        int held = p->fulfillment_gid[0] == '\0' ? send_parcel(t, p, f) : retell_parcel(t, p, f);
        if (held != 0) {
            return held;
        }
    }
    return 0;
}

/* ---- the job ---- */

/* Cancelled meanwhile: order.track asks the supplier. */
static int leave_to_track(struct telling *t, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct sql_text id, at;

    TRY(db_begin(t->r->c->db, &tx, f));
    TRY(db_exec(tx, &sql_orders_order_shop_cancelled,
                (const char *[]){ sql_int(&id, t->r->o.id), sql_time(&at, t->state.cancelled_us) },
                f));
    TRY(order_move(
        tx, &t->r->o,
        &(struct order_move){
            .to = t->r->o.state,
            .problem = "Cancelled at the shop after hand-off; the parcel was not announced.",
            .next_job = "order.track",
            .note = { .step = "problem",
                      .code = "SHOP_CANCELLED",
                      .once = true,
                      .text =
                          "Cancelled at the shop after hand-off; the parcel was not announced." } },
        f));
    return db_commit(&tx, f);
}

static int finish(struct telling *t, struct fail *f)
{
    bool complete = shipping_complete(&t->state, &t->parcels);
    struct order_move move = { .to = t->r->o.state,
                               .next_job = "order.track",
                               .next_run_us =
                                   clock_now_us() + t->r->set.num[SETTING_TRACK_FIRST_S] * US };

    if (complete && t->r->o.state != ORDER_FULFILLED) {
        move.to = ORDER_FULFILLED;
        move.event = "order.fulfilled";
        move.note =
            (struct order_note){ .step = "complete",
                                 .text = "Everything of the order is fulfilled at the shop." };
    }
    return order_move_now(t->r->c->db, &t->r->o, &move, f);
}

static int fulfill_step(struct order_run *r, struct fail *f)
{
    scoped(telling_done) struct telling t = { .r = r };

    TRY(parcels_load(r->c->db, r->o.id, &t.parcels, f));
    TRY(shopify_fulfillment_state(r->c->shopify, r->o.gid, &t.state, f));
    if (t.state.cancelled_us != 0) {
        return leave_to_track(&t, f);
    }
    int held = tell_all(&t, f);
    if (held != 0) {
        return held < 0 ? -1 : 0;
    }
    return finish(&t, f);
}

int order_fulfill(struct job_context *c, struct fail *f)
{
    static const struct order_job job = {
        .type = "order.fulfill", .step = fulfill_step, .least_mode = FLOW_APPROVE, .stops = true
    };

    return order_job_run(c, &job, f);
}
