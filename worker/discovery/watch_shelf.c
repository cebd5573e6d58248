#include "worker/discovery/watch_shelf.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/listing.h"
#include "worker/discovery/publish_acts.h"
#include "worker/discovery/publish_plan.h"

enum { BACK_LOOKS = 2 };

/* Low until the supplier has had enough for two looks. */
static void come_back(const struct shelf_rules *rules, struct shelf_next *n)
{
    n->checks_back = n->stock > rules->restore_above ? n->checks_back + 1 : 0;
    if (n->checks_back >= BACK_LOOKS) {
        n->low = false;
        n->checks_back = 0;
        n->what = SHELF_CAME_BACK;
    }
}

void watch_shelf(const struct product_variant *v, int64_t told, const struct shelf_rules *rules,
                 struct shelf_next *ret)
{
    bool empty = told <= 0, had = v->stock != PRODUCT_UNKNOWN && v->stock > 0;

    *ret = (struct shelf_next){ .stock = v->stock,
                                .low = v->low,
                                .checks_back = v->checks_back,
                                .checks_empty = empty ? v->checks_empty + 1 : 0 };
    if (empty && had && v->checks_empty == 0) {
        ret->what = SHELF_DOUBT;
        ret->checks_back = 0;
        return;
    }
    ret->stock = empty ? 0 : told;
    if (v->low) {
        come_back(rules, ret);
    } else if (ret->stock < rules->safety || ret->stock == 0) {
        ret->low = true;
        ret->checks_back = 0;
        ret->what = SHELF_RAN_OUT;
    }
}

/* Live, and not on hold; a live one whose texts wait to be changed is on sale too. */
static bool on_sale(const struct product *p)
{
    return p->state == PRODUCT_LISTED ||
           (p->state == PRODUCT_PUBLISHING && p->listed_us != 0 && p->hold_code[0] == '\0');
}

int64_t watch_wanted(const struct product_run *r, const struct product_variant *v)
{
    if (!on_sale(&r->p) || v->gone || v->low) {
        return 0;
    }
    return publish_quantity(v->stock, r->set.num[SETTING_SAFETY_STOCK]);
}

static int keep_quantity(struct product_run *r, struct product_variant *v, struct fail *f)
{
    struct sql_text id, quantity;

    v->shop_quantity = watch_wanted(r, v);
    TRY(db_exec(r->c->db, &sql_listing_variant_quantity,
                (const char *[]){ sql_int(&id, v->id), sql_int(&quantity, v->shop_quantity) }, f));
    return 0;
}

struct push {
    struct product_run *r;
    bool only_empty;
    bool all; /* an earlier act is open: what the rows say of the shop may be wrong */
};

static bool goes(const struct push *p, const struct product_variant *v)
{
    int64_t wanted = watch_wanted(p->r, v);

    return v->inventory_item_gid[0] != '\0' && (p->all || v->shop_quantity != wanted) &&
           (!p->only_empty || wanted == 0);
}

static int send(struct product_run *r, const struct shopify_quantity *list, size_t count,
                struct fail *f)
{
    struct shop_places places;

    TRY(shop_places_get(r->c, &places, f));
    return act_quantities(r, NULL, &(struct shopify_stock){ places.location, list, count }, f);
}

int watch_push(struct product_run *r, struct product_variants *v, bool only_empty, struct fail *f)
{
    scoped(free_p) struct shopify_quantity *list = calloc(v->count + 1, sizeof *list);
    struct push p = { .r = r, .only_empty = only_empty };
    size_t count = 0;

    if (list == NULL) {
        return fail_memory(f);
    }
    TRY(act_open(r, "shop.quantities", 0, &p.all, f));
    for (size_t i = 0; i < v->count; i++) {
        if (goes(&p, &v->rows[i])) {
            (void)str_fit(list[count].item_gid, sizeof list->item_gid,
                          v->rows[i].inventory_item_gid);
            list[count++].quantity = watch_wanted(r, &v->rows[i]);
        }
    }
    if (count == 0) {
        return 0;
    }
    TRY(send(r, list, count, f));
    for (size_t i = 0; i < v->count; i++) {
        TRY(goes(&p, &v->rows[i]) ? keep_quantity(r, &v->rows[i], f) : 0);
    }
    log_info("product.stock_sent", kv_int("product", r->p.id), kv_int("variants", (int64_t)count));
    return 0;
}
