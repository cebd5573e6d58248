/* What a product costs at the supplier by now, and the record of a look. */
#include <string.h>

#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/listing.h"
#include "worker/discovery/watch_check_priv.h"

static const struct cj_product_variant *find(const struct cj_product *p, const char *vid)
{
    for (size_t i = 0; i < p->variant_count; i++) {
        if (strcmp(p->variants[i].vid, vid) == 0) {
            return &p->variants[i];
        }
    }
    return NULL;
}

/* A price that cannot be read changes nothing: unknown is not cheap. */
static int keep_variant(struct look *l, struct product_variant *v, struct fail *f)
{
    const struct cj_product_variant *seen = find(&l->detail, v->vid);
    struct sql_text id, cost;

    bool gone = seen == NULL && watch_told(l, v->vid) <= 0;
    if (gone && !v->gone) {
        (void)json_array_append_new(l->out, json_string(v->vid));
    }
    v->gone = gone;
    if (seen != NULL && seen->price_known && strcmp(seen->price.currency, v->cost_currency) == 0) {
        if (seen->price.minor != v->cost_minor) {
            log_info("supplier.price", kv_int("product", l->r->p.id), kv_str("vid", v->vid),
                     kv_int("before", v->cost_minor), kv_int("now", seen->price.minor));
        }
        v->cost_minor = seen->price.minor;
    }
    TRY(db_exec(
        l->r->c->db, &sql_listing_variant_cost,
        (const char *[]){ sql_int(&id, v->id),
                          v->cost_minor != PRODUCT_UNKNOWN ? sql_int(&cost, v->cost_minor) : NULL,
                          sql_bool(v->gone) },
        f));
    return 0;
}

int watch_detail(struct look *l, struct fail *f)
{
    TRY(cj_product_get(l->r->c->cj, l->r->p.pid, &l->detail, f));
    l->has_detail = true;
    if (!l->detail.on_sale) {
        return fail_code(f, FAIL_MISSING, "OFF_SALE", "it is not on sale");
    }
    if (l->detail.variant_count == 0) {
        return fail_set(f, FAIL_LATER, "the supplier names no variants of %s", l->r->p.pid);
    }
    size_t left = 0;
    for (size_t i = 0; i < l->variants.count; i++) {
        struct product_variant *v = &l->variants.rows[i];
        if (v->shop_gid[0] != '\0') {
            TRY(keep_variant(l, v, f));
            left += !v->gone;
        }
    }
    return left > 0 ? 0
                    : fail_code(f, FAIL_MISSING, "NO_VARIANTS", "none of its variants is there");
}

/* The range of the supplier's prices; false when none is known. */
static bool range_of(const struct cj_product *p, int64_t *ret_min, int64_t *ret_max)
{
    bool known = false;

    for (size_t i = 0; i < p->variant_count; i++) {
        int64_t minor = p->variants[i].price.minor;
        if (p->variants[i].price_known) {
            *ret_min = !known || minor < *ret_min ? minor : *ret_min;
            *ret_max = !known || minor > *ret_max ? minor : *ret_max;
            known = true;
        }
    }
    return known;
}

int watch_snapshot(struct look *l, struct fail *f)
{
    int64_t least = 0, most = 0;
    bool priced = range_of(&l->detail, &least, &most);
    bool listed = l->has_detail && l->detail.listed_num >= 0;
    struct sql_text id, num, low, high, stock;

    TRY(db_exec(l->r->c->db, &sql_listing_snapshot_put,
                (const char *[]){ sql_int(&id, l->r->p.id),
                                  listed ? sql_int(&num, l->detail.listed_num) : NULL,
                                  priced ? sql_int(&low, least) : NULL,
                                  priced ? sql_int(&high, most) : NULL, sql_int(&stock, l->total) },
                f));
    return 0;
}

int watch_looked(struct look *l, struct fail *f)
{
    struct sql_text id, next, stock;

    TRY(db_exec(l->r->c->db, &sql_listing_product_looked,
                (const char *[]){ sql_int(&id, l->r->p.id), sql_int(&next, l->next_s),
                                  sql_int(&stock, l->total) },
                f));
    return 0;
}
