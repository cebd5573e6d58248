/* Acts on what is at the shop already: quantities, texts, prices. */
#include <stdio.h>
#include <string.h>

#include "common/db/sqltext.h"
#include "common/base/id.h"
#include "common/base/str.h"
#include "sql/listing.h"
#include "worker/discovery/publish_acts_priv.h"
#include "worker/discovery/publish_compare.h"

enum { LOT = 250 };

/* ---- quantities ---- */

static int64_t quantity_of(const struct shopify_product *seen, const char *item_gid)
{
    for (size_t i = 0; i < seen->variant_count; i++) {
        if (strcmp(seen->variants[i].item_gid, item_gid) == 0) {
            return seen->variants[i].quantity;
        }
    }
    return -1;
}

/* A key whose first call failed at the shop is of no use any more.  What is set is absolute, so another key does no harm. */
static bool burnt(const struct fail *f)
{
    return f->kind == FAIL_CONFLICT && strcmp(f->code, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED") == 0;
}

static int quantities(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;
    int done = shopify_quantities_set(c->shopify, &a->stock, a->idem, f);

    if (done < 0 && burnt(f)) {
        id_random_hex(a->idem, ACT_IDEM_DIGITS / 2);
        done = shopify_quantities_set(c->shopify, &a->stock, a->idem, f);
    }
    TRY(done);
    return act_said(json_pack("{s:I}", "items", (json_int_t)a->stock.count), ret_result, f);
}

static int quantities_read_back(struct job_context *c, void *ctx, json_t **ret_result,
                                struct fail *f)
{
    struct act *a = ctx;
    scoped(shopify_product_done) struct shopify_product seen = { 0 };

    TRY(shopify_product_by_gid(c->shopify, a->r->p.shop_gid, NULL, &seen, f));
    for (size_t i = 0; i < a->stock.count; i++) {
        const struct shopify_quantity *wanted = &a->stock.quantities[i];
        if (quantity_of(&seen, wanted->item_gid) != wanted->quantity) {
            return 1;
        }
    }
    return act_said(json_pack("{s:I}", "items", (json_int_t)a->stock.count), ret_result, f);
}

static json_t *stock_json(const struct shopify_stock *stock)
{
    json_t *list = json_array();

    for (size_t i = 0; list != NULL && i < stock->count; i++) {
        const struct shopify_quantity *one = &stock->quantities[i];
        (void)json_array_append_new(list, json_pack("{s:s, s:I}", "item", one->item_gid, "quantity",
                                                    (json_int_t)one->quantity));
    }
    return json_pack("{s:s, s:o}", "location", stock->location_gid, "quantities", list);
}

int act_quantities(struct product_run *r, const char *mark, const struct shopify_stock *stock,
                   struct fail *f)
{
    char part[64];

    for (size_t from = 0; from < stock->count; from += LOT) {
        struct effect e = { .kind = "shop.quantities",
                            .read_back = quantities_read_back,
                            .act = quantities,
                            .read_first = mark != NULL };
        size_t left = stock->count - from;
        struct act a = { .r = r,
                         .mark = mark != NULL ? part : NULL,
                         .stock = { .location_gid = stock->location_gid,
                                    .quantities = stock->quantities + from,
                                    .count = left < LOT ? left : LOT } };
        if (mark != NULL) {
            (void)snprintf(part, sizeof part, "%.40s-%zu", mark, from / LOT + 1);
        }
        TRY(act_run(&a, &e, stock_json(&a.stock), NULL, f));
    }
    return 0;
}

/* Those that are not 0 yet, made 0. */
static int to_empty(const struct shopify_product *seen, struct shopify_quantity **ret,
                    size_t *ret_count, struct fail *f)
{
    struct shopify_quantity *list = calloc(seen->variant_count + 1, sizeof *list);

    if (list == NULL) {
        return fail_memory(f);
    }
    *ret_count = 0;
    for (size_t i = 0; i < seen->variant_count; i++) {
        if (seen->variants[i].quantity != 0) {
            (void)str_fit(list[*ret_count].item_gid, sizeof list->item_gid,
                          seen->variants[i].item_gid);
            (*ret_count)++;
        }
    }
    *ret = list;
    return 0;
}

/* 0 = read as empty, 1 = there is no such product. */
static int empty_once(struct product_run *r, const char *location, size_t *ret_left, struct fail *f)
{
    scoped(shopify_product_done) struct shopify_product seen = { 0 };
    scoped(free_p) struct shopify_quantity *list = NULL;

    if (shopify_product_by_gid(r->c->shopify, r->p.shop_gid, NULL, &seen, f) < 0) {
        return f->kind == FAIL_MISSING ? 1 : -1;
    }
    TRY(to_empty(&seen, &list, ret_left, f));
    return act_quantities(r, NULL, &(struct shopify_stock){ location, list, *ret_left }, f);
}

int act_empty(struct product_run *r, const char *location, struct fail *f)
{
    struct sql_text id;
    size_t left = 1;

    for (int i = 0; i < 3 && left > 0; i++) { /* acts, then looks */
        int gone = empty_once(r, location, &left, f);
        if (gone != 0) {
            return gone;
        }
    }
    if (left > 0) {
        return fail_set(f, FAIL_LATER, "%zu variants of %s still have stock at the shop", left,
                        r->p.handle);
    }
    TRY(db_exec(r->c->db, &sql_listing_variants_empty, (const char *[]){ sql_int(&id, r->p.id) },
                f));
    return 0;
}

/* ---- texts and prices of a live product ---- */

static int texts(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;

    TRY(shopify_product_texts(c->shopify, a->r->p.shop_gid, a->texts, f));
    return act_said(json_object(), ret_result, f);
}

static int texts_read_back(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;
    scoped(shopify_product_done) struct shopify_product seen = { 0 };
    bool same = false;

    TRY(shopify_product_by_gid(c->shopify, a->r->p.shop_gid, NULL, &seen, f));
    TRY(publish_same_html(a->texts->description_html, seen.description_html, &same, f));
    if (!same || strcmp(seen.title, a->texts->title) != 0 ||
        strcmp(seen.seo_title, a->texts->seo_title) != 0 ||
        strcmp(seen.seo_description, a->texts->seo_description) != 0) {
        return 1;
    }
    return act_said(json_object(), ret_result, f);
}

int act_texts(struct product_run *r, const char *mark, const struct shopify_new_product *wanted,
              struct fail *f)
{
    struct effect e = { .kind = "shop.texts", .read_back = texts_read_back, .act = texts };
    struct act a = { .r = r, .mark = mark, .texts = wanted };

    return act_run(&a, &e, json_pack("{s:s}", "title", wanted->title), NULL, f);
}

static int prices(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;

    TRY(shopify_prices_set(c->shopify, a->r->p.shop_gid, a->prices, a->price_count, f));
    return act_said(json_pack("{s:I}", "variants", (json_int_t)a->price_count), ret_result, f);
}

static bool price_is(const struct shopify_product *seen, const struct shopify_price *wanted)
{
    for (size_t i = 0; i < seen->variant_count; i++) {
        const struct shopify_variant *v = &seen->variants[i];
        if (strcmp(v->gid, wanted->gid) == 0) {
            return v->price_known && v->price.minor == wanted->price.minor;
        }
    }
    return false;
}

static int prices_read_back(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;
    scoped(shopify_product_done) struct shopify_product seen = { 0 };

    TRY(shopify_product_by_gid(c->shopify, a->r->p.shop_gid, NULL, &seen, f));
    for (size_t i = 0; i < a->price_count; i++) {
        if (!price_is(&seen, &a->prices[i])) {
            return 1;
        }
    }
    return act_said(json_pack("{s:I}", "variants", (json_int_t)a->price_count), ret_result, f);
}

static json_t *prices_json(const struct shopify_price *list, size_t count)
{
    json_t *made = json_array();

    for (size_t i = 0; made != NULL && i < count; i++) {
        (void)json_array_append_new(made, json_pack("{s:s, s:I, s:s, s:I}", "variant", list[i].gid,
                                                    "price_minor", (json_int_t)list[i].price.minor,
                                                    "currency", list[i].price.currency,
                                                    "cost_minor", (json_int_t)list[i].cost.minor));
    }
    return made;
}

int act_prices(struct product_run *r, const struct shopify_price *list, size_t count,
               struct fail *f)
{
    struct effect e = { .kind = "shop.prices", .read_back = prices_read_back, .act = prices };
    struct act a = { .r = r, .prices = list, .price_count = count };

    return act_run(&a, &e, prices_json(list, count), NULL, f);
}
