/* listing.unlist [product]: out of the shop.  Its quantities become 0 first, then it leaves the sales channel and is archived; all
 * of it is read back.  While STOP is on only the quantities are set.  Its mappings stay: orders that are open are fulfilled. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/listing.h"
#include "worker/discovery/listing_jobs.h"
#include "worker/discovery/publish_acts.h"
#include "worker/discovery/reprice_hold.h"

enum { SET_SETTLES_S = 120, LOOK_AGAIN_S = 30 };

/* The gid of what is at the shop under our handle.  0; 1 = there is nothing; 2 = a draft may still be on its way. */
static int find(struct product_run *r, struct fail *f)
{
    scoped(shopify_product_done) struct shopify_product seen = { 0 };
    bool open = false;

    if (r->p.shop_gid[0] != '\0') {
        return 0;
    }
    if (r->p.handle[0] == '\0') {
        return 1;
    }
    if (shopify_product_by_handle(r->c->shopify, r->p.handle, NULL, &seen, f) == 0) {
        (void)str_fit(r->p.shop_gid, sizeof r->p.shop_gid, seen.gid);
        return 0;
    }
    if (f->kind != FAIL_MISSING) {
        return -1;
    }
    TRY(act_open(r, "shop.set", SET_SETTLES_S, &open, f));
    return open ? 2 : 1;
}

static int finish(struct product_run *r, const char *text, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    char subject[40];
    struct sql_text id;

    (void)snprintf(subject, sizeof subject, "product:%" PRId64, r->p.id);
    TRY(db_begin(r->c->db, &tx, f));
    TRY(db_exec(tx, &sql_listing_product_out, (const char *[]){ sql_int(&id, r->p.id) }, f));
    TRY(db_exec(tx, &sql_listing_proposals_drop, (const char *[]){ subject, NULL, "rule:unlisted" },
                f));
    TRY(act_over(r, tx, text, f));
    TRY(product_move(tx, &r->p,
                     &(struct product_move){ .to = PRODUCT_UNLISTED,
                                             .problem = "",
                                             .note = { .step = "unlisted", .text = text } },
                     f));
    TRY(db_commit(&tx, f));
    log_info("product.unlisted", kv_int("product", r->p.id), kv_str("handle", r->p.handle));
    return 0;
}

static int read_back(struct product_run *r, const struct shop_places *places, struct fail *f)
{
    scoped(shopify_product_done) struct shopify_product seen = { 0 };

    TRY(shopify_product_by_gid(r->c->shopify, r->p.shop_gid, places->publication, &seen, f));
    if (seen.published || strcmp(seen.status, "ARCHIVED") != 0) {
        return fail_set(f, FAIL_LATER, "%s is still %s and %s at the shop", r->p.handle,
                        seen.status, seen.published ? "published" : "not published");
    }
    return 0;
}

static int take_out(struct product_run *r, struct fail *f)
{
    struct shop_places places;
    bool stopped = false;

    TRY(shop_places_get(r->c, &places, f));
    int gone = act_empty(r, places.location, f);
    TRY(gone);
    if (gone == 1) {
        return finish(r, "The shop does not have it any more.", f);
    }
    TRY(product_run_stopped(r, &stopped, f));
    if (stopped) {
        return product_wait_stop(r, f);
    }
    TRY(act_unpublish(r, places.publication, f));
    TRY(act_status(r, NULL, "ARCHIVED", f));
    TRY(read_back(r, &places, f));
    return finish(r, "Out of the shop: not published, archived, nothing in stock.", f);
}

static int unlist_step(struct product_run *r, struct fail *f)
{
    if (r->p.state != PRODUCT_UNLISTING) {
        return listing_rest(r, f);
    }
    int none = find(r, f);
    TRY(none);
    if (none == 2) {
        return product_wait(r, LOOK_AGAIN_S, "DRAFT",
                            "A draft may still be on its way to the shop; it is looked for again.",
                            f);
    }
    return none == 1 ? finish(r, "Nothing of it was at the shop.", f) : take_out(r, f);
}

int listing_unlist(struct job_context *c, struct fail *f)
{
    static const struct product_job job = { .type = "listing.unlist",
                                            .step = unlist_step,
                                            .least_mode = FLOW_OFF,
                                            .needs = PRODUCT_NEEDS_SHOP };

    return product_job_run(c, &job, f);
}
