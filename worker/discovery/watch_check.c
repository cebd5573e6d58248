#include "worker/discovery/watch_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/listing.h"
#include "worker/discovery/reprice.h"
#include "worker/discovery/reprice_hold.h"
#include "worker/discovery/reprice_quote.h"
#include "worker/discovery/watch_check_priv.h"
#include "worker/discovery/watch_shelf.h"

enum { TEXT_BYTES = 400 };

/* ---- the supplier's word ---- */

int64_t watch_told(const struct look *l, const char *vid)
{
    for (size_t i = 0; i < l->stock.count; i++) {
        if (strcmp(l->stock.rows[i].vid, vid) == 0) {
            return l->stock.rows[i].quantity;
        }
    }
    return -1;
}

static bool at_shop(const struct product_variant *v)
{
    return v->shop_gid[0] != '\0';
}

static int say(struct look *l, const char *code, const char *text, json_t *vids, struct fail *f)
{
    scoped(json_clear_p) json_t *detail = json_pack("{s:O*}", "vids", vids);

    return product_note_add(
        l->r->c->db, l->r->p.id,
        &(struct product_note){ .step = "stock", .code = code, .text = text, .detail = detail }, f);
}

static int propose(struct look *l, const char *kind, const char *text, json_t *vids, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(json_clear_p) json_t *detail = json_pack("{s:O*}", "vids", vids);

    TRY(db_begin(l->r->c->db, &tx, f));
    TRY(reprice_propose(l->r, tx, kind, &(struct hold){ .text = text, .detail = detail }, f));
    return db_commit(&tx, f);
}

/* The supplier does not have the product any more: nothing of it can be sold until a person says otherwise. */
static int follow_gone(struct look *l, const struct fail *why, struct fail *f)
{
    char text[TEXT_BYTES];
    struct product_run *r = l->r;
    const struct hold hold = { .code = "GONE", .text = text, .ads = true };

    (void)snprintf(text, sizeof text, "The supplier does not have it any more (%s): %.250s",
                   why->code, why->text);
    TRY(watch_snapshot(l, f));
    if (r->p.state == PRODUCT_ON_HOLD) {
        return 0;
    }
    if (l->reach == WATCH_DO) {
        return reprice_hold(r, &hold, f);
    }
    if (l->reach == WATCH_PROPOSE) {
        return propose(l, "product.hold", text, NULL, f);
    }
    return say(l, "GONE", text, NULL, f);
}

/* ---- stock ---- */

static int keep_variant(struct look *l, struct db *tx, struct product_variant *v,
                        const struct shelf_next *n, struct fail *f)
{
    struct sql_text id, stock, back, empty;

    v->stock = n->stock;
    v->checks_empty = n->checks_empty;
    v->checks_back = n->checks_back;
    if (l->reach ==
        WATCH_DO) { /* otherwise the shop stays as it is, and so does what the row calls it */
        v->low = n->low;
    }
    l->total += n->stock != PRODUCT_UNKNOWN ? n->stock : 0;
    TRY(db_exec(tx, &sql_listing_variant_watched,
                (const char *[]){ sql_int(&id, v->id),
                                  n->stock != PRODUCT_UNKNOWN ? sql_int(&stock, n->stock) : NULL,
                                  sql_bool(v->low), sql_int(&back, v->checks_back),
                                  sql_int(&empty, v->checks_empty) },
                f));
    return 0;
}

static void tell(struct look *l, const struct product_variant *v, enum shelf_what what)
{
    json_t *list = what == SHELF_CAME_BACK ? l->back : l->out;

    if (what == SHELF_RAN_OUT || what == SHELF_CAME_BACK) {
        (void)json_array_append_new(list, json_string(v->vid));
    }
    if (what == SHELF_DOUBT) {
        l->doubted = true;
        log_info("stock.doubted", kv_int("product", l->r->p.id), kv_str("vid", v->vid));
    }
}

static bool has(const json_t *vids, const char *vid)
{
    size_t i;
    json_t *one;

    json_array_foreach(vids, i, one)
    {
        if (strcmp(json_string_value(one), vid) == 0) {
            return true;
        }
    }
    return false;
}

/* One that is gone and on sale still, because a person is to decide: told until that was done. */
static void tell_gone(struct look *l, const struct product_variant *v)
{
    if (l->reach == WATCH_PROPOSE && v->shop_quantity != 0 && !has(l->out, v->vid)) {
        (void)json_array_append_new(l->out, json_string(v->vid));
    }
}

static int take_stock(struct look *l, struct fail *f)
{
    const struct shelf_rules rules = { .safety = l->r->set.num[SETTING_SAFETY_STOCK],
                                       .restore_above = l->r->set.num[SETTING_RESTORE_STOCK] };
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(l->r->c->db, &tx, f));
    for (size_t i = 0; i < l->variants.count; i++) {
        struct product_variant *v = &l->variants.rows[i];
        struct shelf_next next;
        if (!at_shop(v) || v->gone) {
            if (at_shop(v)) {
                tell_gone(l, v);
            }
            continue;
        }
        watch_shelf(v, watch_told(l, v->vid), &rules, &next);
        if (l->stopped && next.what == SHELF_CAME_BACK) {
            next.low = true; /* STOP: nothing comes back; the next look may say it again */
            next.checks_back = 1;
            next.what = SHELF_SAME;
        }
        tell(l, v, next.what);
        TRY(keep_variant(l, tx, v, &next, f));
    }
    return db_commit(&tx, f);
}

/* ---- what follows ---- */

/* Nothing is short any more: what was proposed about it has no object. */
static int forget_hold(struct look *l, struct fail *f)
{
    char subject[40];

    (void)snprintf(subject, sizeof subject, "product:%" PRId64, l->r->p.id);
    TRY(db_exec(l->r->c->db, &sql_listing_proposals_drop,
                (const char *[]){ subject, "product.hold", "rule:stock" }, f));
    return 0;
}

static int follow_stock(struct look *l, json_t *vids, bool back, struct fail *f)
{
    const char *code = back ? "BACK_IN_STOCK" : "OUT_OF_STOCK";
    char text[TEXT_BYTES];

    if (json_array_size(vids) == 0) {
        return back || l->doubted ? 0 : forget_hold(l, f);
    }
    (void)snprintf(text, sizeof text,
                   back ? "%zu variants are in stock again, in two looks in a row."
                        : "%zu variants have less than the safety stock at the supplier.",
                   json_array_size(vids));
    if (l->reach == WATCH_PROPOSE) {
        return propose(l, back ? "product.restore" : "product.hold", text, vids, f);
    }
    return say(l, code, text, vids, f);
}

/* Only what becomes 0 while STOP is on; nothing at all where a person is to decide. */
static int push(struct look *l, struct fail *f)
{
    return l->reach == WATCH_DO ? watch_push(l->r, &l->variants, l->stopped, f) : 0;
}

/* What was gone is there again: a person lets it back. */
static int follow_return(struct look *l, struct fail *f)
{
    bool gone = l->r->p.state == PRODUCT_ON_HOLD && strcmp(l->r->p.hold_code, "GONE") == 0;

    return gone && l->has_detail
               ? propose(l, "product.restore", "The supplier has it again; it may be restored.",
                         NULL, f)
               : 0;
}

static int follow(struct look *l, bool with_detail, struct fail *f)
{
    TRY(follow_return(l, f));
    TRY(follow_stock(l, l->out, false, f));
    TRY(follow_stock(l, l->back, true, f));
    TRY(push(l, f));
    if (!with_detail) {
        return 0;
    }
    TRY(reprice_quotes_renew(l->r, f));
    return reprice_by_rules(l->r, &l->variants, false, f);
}

/* ---- the look ---- */

static enum watch_reach reach_of(const struct product_run *r)
{
    return product_run_mode(r) < FLOW_APPROVE
               ? WATCH_NOTIFY
               : (enum watch_reach)r->set.num[SETTING_ON_OUT_OF_STOCK];
}

static int look_at_stock(struct look *l, struct fail *f)
{
    return cj_stock_of_product(l->r->c->cj, l->r->p.pid,
                               setting_text(&l->r->set, SETTING_WAREHOUSE), &l->stock, f);
}

static int look(struct look *l, bool with_detail, struct fail *f)
{
    if (look_at_stock(l, f) < 0 || (with_detail && watch_detail(l, f) < 0)) {
        struct fail why = *f;
        TRY(why.kind == FAIL_MISSING ? follow_gone(l, &why, f) : -1);
        return watch_looked(l, f);
    }
    TRY(take_stock(l, f));
    TRY(watch_snapshot(l, f));
    TRY(follow(l, with_detail, f));
    return watch_looked(l, f);
}

static void look_done(struct look *l)
{
    product_variants_done(&l->variants);
    cj_product_done(&l->detail);
    cj_stock_list_done(&l->stock);
    json_decref(l->out);
    json_decref(l->back);
}

int watch_check(struct product_run *r, bool with_detail, int64_t next_s, struct fail *f)
{
    scoped(look_done) struct look l = {
        .r = r, .next_s = next_s, .reach = reach_of(r), .out = json_array(), .back = json_array()
    };

    TRY(product_variants_load(r->c->db, r->p.id, &l.variants, f));
    TRY(product_run_stopped(r, &l.stopped, f));
    return look(&l, with_detail, f);
}
