#include "worker/discovery/publish_done.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/base/log.h"
#include "common/db/sqltext.h"
#include "sql/listing.h"
#include "worker/discovery/publish_acts.h"
#include "worker/discovery/publish_compare.h"

static int link_variant(struct product_run *r, struct db *tx, const struct publish_live *live,
                        size_t i, struct fail *f)
{
    const struct product_variant *row = live->plan->rows[i];
    const struct shopify_new_variant *sent = &live->plan->variants[i];
    const struct shopify_variant *seen = publish_variant(live->seen, sent->sku);
    struct sql_text id, quantity, cost;

    if (seen == NULL) {
        return fail_set(f, FAIL_BUG, "variant %s was read back and is gone", sent->sku);
    }
    TRY(db_exec(tx, &sql_listing_variant_link,
                (const char *[]){ sql_int(&id, row->id), seen->gid, seen->item_gid,
                                  sql_int(&quantity, sent->quantity) },
                f));
    if (row->cost_minor == PRODUCT_UNKNOWN || row->cost_minor <= 0) {
        return 0; /* a mapping needs a price that later rises are measured against */
    }
    TRY(db_exec(tx, &sql_listing_variant_map,
                (const char *[]){ sent->sku, seen->gid, row->vid, row->sku, r->p.pid,
                                  sql_int(&cost, row->cost_minor), row->cost_currency },
                f));
    return 0;
}

static int link_all(struct product_run *r, struct db *tx, const struct publish_live *live,
                    struct fail *f)
{
    struct sql_text id, version, due;

    TRY(db_exec(tx, &sql_listing_variants_unlink, (const char *[]){ sql_int(&id, r->p.id) }, f));
    for (size_t i = 0; i < live->plan->product.variant_count; i++) {
        TRY(link_variant(r, tx, live, i, f));
    }
    TRY(db_exec(tx, &sql_listing_product_live,
                (const char *[]){ sql_int(&id, r->p.id), sql_int(&version, live->text_version),
                                  sql_int(&due, r->set.num[SETTING_WATCH_WARM_S]) },
                f));
    return 0;
}

int publish_done(struct product_run *r, const struct publish_live *live, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    char text[400];

    (void)snprintf(text, sizeof text,
                   "Live at the shop as %s with %zu variants, texts version %" PRId64 ".",
                   r->p.handle, live->plan->product.variant_count, live->text_version);
    TRY(db_begin(r->c->db, &tx, f));
    TRY(link_all(r, tx, live, f));
    TRY(act_over(r, tx, text, f));
    TRY(product_move(tx, &r->p,
                     &(struct product_move){
                         .to = PRODUCT_LISTED,
                         .problem = "",
                         .note = { .step = "listed", .code = "product.listed", .text = text } },
                     f));
    TRY(db_commit(&tx, f));
    log_info("product.listed", kv_int("product", r->p.id), kv_str("handle", r->p.handle),
             kv_str("gid", r->p.shop_gid));
    return 0;
}
