/* listing.publish [product]: from the rows to one whole, live product at the shop.
 *
 * A draft is set under a handle that never changes, so that no repeat makes a second one; its pictures are waited for, its
 * stock is set, and everything is read back and compared before it becomes active and is published; then that is read back.
 * Every act is in the ledger: a run that died at any step, or never heard an answer, is gone on with by the next one.  Only
 * when all of it is true the rows say "listed", with the mappings by which its orders are fulfilled.
 *
 * For a product that is live already (state publishing, listed before) only the newest texts are sent; a person edited them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/listing.h"
#include "worker/discovery/listing_jobs.h"
#include "worker/discovery/publish_acts.h"
#include "worker/discovery/publish_compare.h"
#include "worker/discovery/publish_done.h"
#include "worker/discovery/reprice_hold.h"
#include "worker/discovery/write_text.h"

enum { MEDIA_LOOK_S = 5, MEDIA_PATIENCE_S = 900, SETTLE_MS = 500, TEXT_BYTES = 400 };

struct publication {
    struct product_run *r;
    struct text_row text;
    struct product_variants variants;
    struct shop_places places;
    struct publish_plan plan;
    char mark[48]; /* round and content: part of the ledger's keys */
};

static void publication_done(struct publication *p)
{
    write_text_done(&p->text);
    publish_plan_done(&p->plan);
    product_variants_done(&p->variants);
}

/* ---- what a person must see ---- */

/* Back to a person, with a sentence; what is at the shop, if anything, is a draft that nobody sees. */
static int to_review(struct product_run *r, const char *code, const char *text, struct fail *f)
{
    log_warn("listing.review", kv_int("product", r->p.id), kv_str("code", code),
             kv_str("why", text));
    return product_move_now(
        r->c->db, &r->p,
        &(struct product_move){ .to = PRODUCT_NEEDS_REVIEW,
                                .problem = text,
                                .note = { .step = "review", .code = code, .text = text } },
        f);
}

/* A person's text is judged here at the latest, by the lists of today.  0 = passed, 1 = *ret_why says what it breaks. */
static int check_text(struct publication *p, char ret_why[static TEXT_BYTES], struct fail *f)
{
    scoped(facts_done) struct facts facts = { 0 };
    struct text_report report = { 0 };
    struct product_run *r = p->r;

    if (p->text.passed && strcmp(p->text.list_version, text_lists_version) == 0) {
        return 0;
    }
    TRY(facts_of(r->p.detail, &facts, f));
    TRY(listing_text_check(&p->text.made.text, &facts, &report, f));
    TRY(write_text_checked(r->c->db, r->p.id, p->text.version, &report, f));
    if (report.count == 0) {
        return 0;
    }
    (void)snprintf(ret_why, TEXT_BYTES, "Text version %" PRId64 " breaks rule %s in %s: %.180s",
                   p->text.version, report.faults[0].rule, report.faults[0].field,
                   report.faults[0].text);
    return 1;
}

/* ---- a product that is live already ---- */

static enum product_state live_state(const struct product_run *r)
{
    return r->p.hold_code[0] != '\0' ? PRODUCT_ON_HOLD : PRODUCT_LISTED;
}

static int back_to_live(struct publication *p, struct db *tx, const char *code, const char *text,
                        struct fail *f)
{
    char hold[PRODUCT_CODE_BYTES];

    (void)str_fit(hold, sizeof hold, p->r->p.hold_code);
    return product_move(
        tx, &p->r->p,
        &(struct product_move){
            .to = live_state(p->r),
            .hold_code = hold[0] != '\0' ? hold : NULL,
            .problem = code != NULL ? text : "",
            .note = { .step = code != NULL ? "problem" : "texts", .code = code, .text = text } },
        f);
}

/* The shop keeps the texts it has. */
static int refuse_texts(struct publication *p, const char *why, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(p->r->c->db, &tx, f));
    TRY(back_to_live(p, tx, "TEXT", why, f));
    return db_commit(&tx, f);
}

static int change_texts(struct publication *p, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    const struct listing_text *text = &p->text.made.text;
    const struct shopify_new_product wanted = { .title = text->title,
                                                .description_html = text->description_html,
                                                .seo_title = text->seo_title,
                                                .seo_description = text->meta_description,
                                                .tags = text->tags,
                                                .tag_count = text->tag_count };
    char mark[32], said[80];
    struct sql_text id, version;

    (void)snprintf(mark, sizeof mark, "v%" PRId64, p->text.version);
    TRY(act_texts(p->r, mark, &wanted, f));
    (void)snprintf(said, sizeof said, "Texts version %" PRId64 " are at the shop.",
                   p->text.version);
    TRY(db_begin(p->r->c->db, &tx, f));
    TRY(db_exec(tx, &sql_listing_product_retext,
                (const char *[]){ sql_int(&id, p->r->p.id), sql_int(&version, p->text.version) },
                f));
    TRY(back_to_live(p, tx, NULL, said, f));
    return db_commit(&tx, f);
}

static int publish_again(struct publication *p, struct fail *f)
{
    char why[TEXT_BYTES];
    int bad = check_text(p, why, f);

    TRY(bad);
    return bad == 1 ? refuse_texts(p, why, f) : change_texts(p, f);
}

/* ---- a new one ---- */

static int keep_handle(struct product_run *r, const char *title, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    char handle[PRODUCT_HANDLE_BYTES];
    struct sql_text id;

    publish_handle(title, r->p.pid, handle);
    TRY(db_query(r->c->db, &sql_listing_handle_set,
                 (const char *[]){ sql_int(&id, r->p.id), handle }, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_set(f, FAIL_MISSING, "no product %" PRId64, r->p.id);
    }
    (void)str_fit(r->p.handle, sizeof r->p.handle, db_text(rows, 0, "handle"));
    return 0;
}

static int keep_gid(struct product_run *r, const char *gid, struct fail *f)
{
    struct sql_text id;

    if (strcmp(r->p.shop_gid, gid) == 0) {
        return 0;
    }
    (void)str_fit(r->p.shop_gid, sizeof r->p.shop_gid, gid);
    TRY(db_exec(r->c->db, &sql_listing_gid_set, (const char *[]){ sql_int(&id, r->p.id), gid }, f));
    return 0;
}

static int prepare(struct publication *p, struct fail *f)
{
    struct product_run *r = p->r;
    int64_t rounds = 0;

    TRY(keep_handle(r, p->text.made.text.title, f));
    TRY(shop_places_get(r->c, &p->places, f));
    TRY(product_variants_load(r->c->db, r->p.id, &p->variants, f));
    const struct publish_inputs in = { .product = &r->p,
                                       .variants = &p->variants,
                                       .text = &p->text.made,
                                       .set = &r->set,
                                       .location_gid = p->places.location };
    TRY(publish_plan_make(&in, &p->plan, f));
    TRY(act_rounds(r, &rounds, f));
    (void)snprintf(p->mark, sizeof p->mark, "%" PRId64 "-%s", rounds + 1, p->plan.digest);
    return 0;
}

static int look(struct publication *p, struct shopify_product *ret, struct fail *f)
{
    return shopify_product_by_gid(p->r->c->shopify, p->r->p.shop_gid, p->places.publication, ret,
                                  f);
}

/* 0 = the pictures are there, 1 = the run ended: it comes back, or a person must look. */
static int wait_for_media(struct publication *p, struct fail *f)
{
    scoped(shopify_product_done) struct shopify_product seen = { 0 };
    char text[TEXT_BYTES];
    int64_t age_s = 0;

    TRY(look(p, &seen, f));
    if (seen.media_pending > 0) {
        TRY(act_set_age(p->r, p->mark, &age_s, f));
        if (age_s < MEDIA_PATIENCE_S) {
            TRY(product_wait(p->r, MEDIA_LOOK_S, "MEDIA",
                             "The shop is still processing the pictures.", f));
            return 1;
        }
    }
    if (seen.media_ready > 0) {
        return 0; /* one that failed is not shown; the others do */
    }
    (void)snprintf(text, sizeof text, "The shop could not take any of the pictures (%s).",
                   seen.media_error[0] != '\0' ? seen.media_error : "no reason given");
    TRY(to_review(p->r, "IMAGES", text, f));
    return 1;
}

static int set_quantities(struct publication *p, struct fail *f)
{
    scoped(shopify_product_done) struct shopify_product seen = { 0 };
    size_t count = p->plan.product.variant_count;
    scoped(free_p) struct shopify_quantity *list = calloc(count, sizeof *list);

    if (list == NULL) {
        return fail_memory(f);
    }
    TRY(look(p, &seen, f));
    for (size_t i = 0; i < count; i++) {
        const struct shopify_variant *v = publish_variant(&seen, p->plan.variants[i].sku);
        if (v == NULL) {
            return 0; /* the comparison says it */
        }
        (void)str_fit(list[i].item_gid, sizeof list[i].item_gid, v->item_gid);
        list[i].quantity = p->plan.variants[i].quantity;
    }
    return act_quantities(p->r, p->mark, &(struct shopify_stock){ p->places.location, list, count },
                          f);
}

/* Differences as read just now, once more after a moment when there are some.  0 = none, 1 = the first in ret_first. */
static int compare(struct publication *p, bool live, struct shopify_product *ret_seen,
                   char ret_first[static PUBLISH_DIFFERENCE_BYTES], struct fail *f)
{
    int differences = 0;

    for (int i = 0; i < 2; i++) {
        clock_sleep_ms(i * SETTLE_MS);
        shopify_product_done(ret_seen);
        *ret_seen = (struct shopify_product){ 0 };
        TRY(look(p, ret_seen, f));
        differences = publish_compare(&p->plan, ret_seen, !live, ret_first, f);
        TRY(differences);
        if (live && (strcmp(ret_seen->status, "ACTIVE") != 0 || !ret_seen->published)) {
            (void)snprintf(ret_first, PUBLISH_DIFFERENCE_BYTES, "it is %s and %s", ret_seen->status,
                           ret_seen->published ? "published" : "not published");
            differences++;
        }
        if (differences == 0) {
            return 0;
        }
    }
    return 1;
}

/* Live and not as meant: back to the draft it was, before a person looks. */
static int withdraw(struct publication *p, struct fail *f)
{
    TRY(act_unpublish(p->r, p->places.publication, f));
    return act_status(p->r, NULL, "DRAFT", f);
}

/* 0 = it is as meant, 1 = a person must look. */
static int verify(struct publication *p, bool live, struct shopify_product *ret_seen,
                  struct fail *f)
{
    char first[PUBLISH_DIFFERENCE_BYTES], text[TEXT_BYTES];
    int different = compare(p, live, ret_seen, first, f);

    if (different <= 0) {
        return different;
    }
    (void)snprintf(text, sizeof text, "What the shop shows is not what was sent: %s.", first);
    TRY(strcmp(ret_seen->status, "ACTIVE") == 0 || ret_seen->published ? withdraw(p, f) : 0);
    TRY(to_review(p->r, "READ_BACK", text, f));
    return 1;
}

/* Sent on its way by the flow, in a mode where a person decides by now. */
static bool lacks_approval(const struct product_run *r, enum flow_mode mode)
{
    return mode == FLOW_APPROVE && r->p.approved_by[0] == '\0';
}

/* May a person still be asked before anything of it is at the shop?  An act whose fate is not known may have left a draft there: it
 * is brought to its end first. */
static int is_untouched(struct product_run *r, bool *ret, struct fail *f)
{
    bool open = false;

    TRY(act_open(r, "shop.set", 0, &open, f));
    *ret = r->p.shop_gid[0] == '\0' && !open;
    return 0;
}

static int to_approval(struct product_run *r, struct fail *f)
{
    const char *text = "The mode became 'approve' on its way to the shop: a person decides.";

    return product_move_now(
        r->c->db, &r->p,
        &(struct product_move){ .to = PRODUCT_APPROVAL,
                                .mode = flow_mode_name(FLOW_APPROVE),
                                .note = { .step = "approval", .code = "MODE", .text = text } },
        f);
}

/* STOP and the mode as they are by now, for what is a draft still.  0 = it may, 1 = the run ended: it waits. */
static int may_go_live(struct publication *p, const struct shopify_product *seen, struct fail *f)
{
    int64_t mode = FLOW_OFF;
    bool stopped = false;

    if (strcmp(seen->status, "ACTIVE") == 0 && seen->published) {
        return 0; /* an earlier run got that far: what is live is brought under watch */
    }
    TRY(product_run_stopped(p->r, &stopped, f));
    if (stopped) {
        TRY(product_wait_stop(p->r, f));
        return 1;
    }
    TRY(settings_read_one(p->r->c->db, SETTING_FLOW_DISCOVERY, &mode, f));
    if (mode < FLOW_APPROVE) {
        TRY(product_wait_mode(p->r, FLOW_APPROVE, f));
        return 1;
    }
    if (lacks_approval(p->r, (enum flow_mode)mode)) {
        TRY(act_seen(p->r, p->mark, seen, f));
        TRY(to_approval(p->r, f));
        return 1;
    }
    return 0;
}

/* From a draft that is whole to a product that can be bought. */
static int go_live(struct publication *p, struct fail *f)
{
    scoped(shopify_product_done) struct shopify_product seen = { 0 };
    int ended = verify(p, false, &seen, f);

    if (ended == 0) {
        ended = may_go_live(p, &seen, f);
    }
    if (ended != 0) {
        return ended < 0 ? -1 : 0;
    }
    TRY(act_status(p->r, p->mark, "ACTIVE", f));
    TRY(act_publish(p->r, p->mark, p->places.publication, f));
    ended = verify(p, true, &seen, f);
    if (ended != 0) {
        return ended < 0 ? -1 : 0;
    }
    const struct publish_live live = { .plan = &p->plan,
                                       .seen = &seen,
                                       .text_version = p->text.version };
    return publish_done(p->r, &live, f);
}

static int publish_new(struct publication *p, struct fail *f)
{
    char why[TEXT_BYTES], gid[SHOPIFY_GID_BYTES];
    bool untouched = false;
    int bad = check_text(p, why, f);

    TRY(bad);
    if (bad == 1) {
        return to_review(p->r, "TEXT", why, f);
    }
    TRY(is_untouched(p->r, &untouched, f));
    if (untouched && lacks_approval(p->r, product_run_mode(p->r))) {
        return to_approval(p->r, f);
    }
    TRY(prepare(p, f));
    if (p->plan.images.count == 0) {
        return to_review(p->r, "IMAGES",
                         "There is no picture whose host is on listing.image_hosts; nothing is "
                         "listed without one.",
                         f);
    }
    TRY(act_set(p->r, p->mark, &p->plan, gid, f));
    TRY(keep_gid(p->r, gid, f));
    int ended = wait_for_media(p, f);
    if (ended != 0) {
        return ended < 0 ? -1 : 0;
    }
    TRY(set_quantities(p, f));
    return go_live(p, f);
}

static int publish_step(struct product_run *r, struct fail *f)
{
    scoped(publication_done) struct publication p = { .r = r };

    if (r->p.state != PRODUCT_PUBLISHING) {
        return listing_rest(r, f);
    }
    int none = write_text_last(r->c->db, r->p.id, &p.text, f);
    TRY(none);
    if (none == 1) {
        return to_review(r, "TEXT", "There is no text for this product.", f);
    }
    bool live = r->p.listed_us != 0 && r->p.shop_gid[0] != '\0';
    return live ? publish_again(&p, f) : publish_new(&p, f);
}

int listing_publish(struct job_context *c, struct fail *f)
{
    static const struct product_job job = { .type = "listing.publish",
                                            .step = publish_step,
                                            .least_mode = FLOW_APPROVE,
                                            .stops = true,
                                            .needs = PRODUCT_NEEDS_SHOP };

    return product_job_run(c, &job, f);
}
