#include "worker/discovery/publish_acts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/id.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/listing.h"
#include "worker/discovery/publish_acts_priv.h"
#include "worker/discovery/publish_compare.h"

static void subject_of(const struct product_run *r, char subject[static ACT_SUBJECT_BYTES])
{
    (void)snprintf(subject, ACT_SUBJECT_BYTES, "product:%" PRId64, r->p.id);
}

static int done_count(struct product_run *r, const char *kind, int64_t *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    char subject[ACT_SUBJECT_BYTES];

    subject_of(r, subject);
    TRY(db_query(r->c->db, &sql_listing_effects_done, (const char *[]){ kind, subject }, &rows, f));
    *ret = db_int(rows, 0, "done", 0);
    return 0;
}

int act_rounds(struct product_run *r, int64_t *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text id;

    TRY(db_query(r->c->db, &sql_listing_rounds, (const char *[]){ sql_int(&id, r->p.id) }, &rows,
                 f));
    *ret = db_int(rows, 0, "rounds", 0);
    return 0;
}

/* The provider's own key of one call: of what is asked and under which key of ours. */
static int name_call(struct act *a, const char *key, const json_t *intent, struct fail *f)
{
    scoped(free_p) char *bytes = NULL, *whole = NULL;
    char digest[ID_SHA256_HEX_BYTES];

    TRY(json_write(intent, &bytes, f));
    if (asprintf(&whole, "%s %s", key, bytes) < 0) {
        whole = NULL;
        return fail_memory(f);
    }
    id_sha256_hex(whole, strlen(whole), digest);
    (void)str_fit(a->idem, sizeof a->idem, digest);
    return 0;
}

int act_run(struct act *a, struct effect *e, json_t *take_intent, json_t **ret_result,
            struct fail *f)
{
    const char *mark = a->mark;
    scoped(json_clear_p) json_t *intent = take_intent;
    scoped(json_clear_p) json_t *result = NULL;
    char key[ACT_KEY_BYTES], subject[ACT_SUBJECT_BYTES], number[32];
    int64_t done = 0;

    if (intent == NULL) {
        return fail_memory(f);
    }
    if (mark == NULL) {
        TRY(done_count(a->r, e->kind, &done, f));
        (void)snprintf(number, sizeof number, "n%" PRId64, done + 1);
        mark = number;
    }
    subject_of(a->r, subject);
    (void)snprintf(key, sizeof key, "%s:%s:%s", e->kind, a->r->p.handle, mark);
    TRY(name_call(a, key, intent, f));
    e->key = key;
    e->subject = subject;
    e->intent = intent;
    e->ctx = a;
    TRY(effect_run(a->r->c, e, &result, f));
    if (ret_result != NULL) {
        *ret_result = take_ptr(result);
    }
    return 0;
}

int act_said(json_t *take_result, json_t **ret, struct fail *f)
{
    *ret = take_result;
    return take_result != NULL ? 0 : fail_memory(f);
}

/* ---- the product itself ---- */

/* Which pictures are good.  Trouble with one is no reason to wait when another is good. */
static int look_at_pictures(struct act *a, bool good[static IMAGES_MAX], json_t *refused,
                            struct fail *f)
{
    const char *hosts = setting_text(&a->r->set, SETTING_IMAGE_HOSTS);
    size_t usable = 0, count = a->plan->product.image_count;
    char why[IMAGE_WHY_BYTES];
    struct fail trouble = { 0 };

    for (size_t i = 0; i < count; i++) {
        const char *url = a->plan->images.urls[i];
        int bad = image_check(a->r->c->http, url, hosts, why, &trouble);
        if (bad < 0) {
            (void)str_fit(why, sizeof why, trouble.text);
        }
        good[i] = bad == 0;
        usable += good[i];
        if (!good[i]) {
            log_warn("listing.picture_refused", kv_int("product", a->r->p.id), kv_str("url", url),
                     kv_str("why", why));
            (void)json_array_append_new(refused, json_pack("{s:s, s:s}", "url", url, "why", why));
        }
    }
    if (usable > 0 || count == 0) {
        return 0;
    }
    if (trouble.kind != FAIL_NONE) {
        *f = trouble;
        return -1;
    }
    return fail_code(f, FAIL_INPUT, "IMAGES", "none of the %zu pictures can be used: %s", count,
                     why);
}

static int set(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;
    bool good[IMAGES_MAX] = { false };
    char gid[SHOPIFY_GID_BYTES];
    scoped(json_clear_p) json_t *refused = json_array();

    TRY(look_at_pictures(a, good, refused, f));
    publish_plan_pictures(a->plan, good);
    TRY(shopify_product_set(c->shopify, &a->plan->product, gid, f));
    return act_said(json_pack("{s:s, s:I, s:O}", "gid", gid, "images",
                              (json_int_t)a->plan->product.image_count, "refused", refused),
                    ret_result, f);
}

/* It is there and as meant: a set that was heard.  Anything else is brought to the form by another one, which cannot make a
 * second product: the handle is the shop's key. */
static int set_read_back(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;
    scoped(shopify_product_done) struct shopify_product seen = { 0 };
    char first[PUBLISH_DIFFERENCE_BYTES];

    if (shopify_product_by_handle(c->shopify, a->plan->product.handle, NULL, &seen, f) < 0) {
        return f->kind == FAIL_MISSING ? 1 : -1;
    }
    int differences = publish_compare(a->plan, &seen, false, first, f);
    TRY(differences);
    int media = seen.media_ready + seen.media_pending + seen.media_failed;
    if (differences > 0 || (media == 0 && a->plan->product.image_count > 0)) {
        return 1;
    }
    return act_said(json_pack("{s:s, s:i}", "gid", seen.gid, "images", media), ret_result, f);
}

int act_set(struct product_run *r, const char *mark, struct publish_plan *plan,
            char ret_gid[static SHOPIFY_GID_BYTES], struct fail *f)
{
    struct effect e = { .kind = "shop.set", .read_back = set_read_back, .act = set };
    struct act a = { .r = r, .mark = mark, .plan = plan };
    scoped(json_clear_p) json_t *result = NULL;

    TRY(act_run(&a, &e, json_incref(plan->intent), &result, f));
    if (!str_fit(ret_gid, SHOPIFY_GID_BYTES, json_text(result, "gid", "")) || ret_gid[0] == '\0') {
        return fail_set(f, FAIL_BUG, "the ledger has no id of the product that was set");
    }
    return 0;
}

int act_set_age(struct product_run *r, const char *mark, int64_t *ret_s, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    char key[ACT_KEY_BYTES];

    (void)snprintf(key, sizeof key, "shop.set:%s:%s", r->p.handle, mark);
    TRY(db_query(r->c->db, &sql_listing_effect_age, (const char *[]){ key }, &rows, f));
    *ret_s = PQntuples(rows) > 0 ? db_int(rows, 0, "age_s", 0) : 0;
    return 0;
}

int act_open(struct product_run *r, const char *kind, int64_t seconds, bool *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    char subject[ACT_SUBJECT_BYTES];
    struct sql_text age;

    subject_of(r, subject);
    TRY(db_query(r->c->db, &sql_listing_effect_open,
                 (const char *[]){ kind, subject, seconds > 0 ? sql_int(&age, seconds) : NULL },
                 &rows, f));
    *ret = db_bool(rows, 0, "open");
    return 0;
}

/* ---- status and channel ---- */

static int status(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;

    TRY(shopify_product_status(c->shopify, a->r->p.shop_gid, a->status, f));
    return act_said(json_pack("{s:s}", "status", a->status), ret_result, f);
}

static int status_read_back(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;
    scoped(shopify_product_done) struct shopify_product seen = { 0 };

    TRY(shopify_product_by_gid(c->shopify, a->r->p.shop_gid, NULL, &seen, f));
    if (strcmp(seen.status, a->status) != 0) {
        return 1;
    }
    return act_said(json_pack("{s:s}", "status", a->status), ret_result, f);
}

int act_status(struct product_run *r, const char *mark, const char *wanted, struct fail *f)
{
    const char *kind = strcmp(wanted, "ACTIVE") == 0  ? "shop.active"
                       : strcmp(wanted, "DRAFT") == 0 ? "shop.draft"
                                                      : "shop.archive";
    struct effect e = { .kind = kind, .read_back = status_read_back, .act = status };
    struct act a = { .r = r, .mark = mark, .status = wanted };

    return act_run(&a, &e, json_pack("{s:s}", "status", wanted), NULL, f);
}

static int publish(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;

    TRY(shopify_publish(c->shopify, a->r->p.shop_gid, a->publication, f));
    return act_said(json_pack("{s:b}", "published", 1), ret_result, f);
}

static int unpublish(struct job_context *c, void *ctx, json_t **ret_result, struct fail *f)
{
    struct act *a = ctx;

    TRY(shopify_unpublish(c->shopify, a->r->p.shop_gid, a->publication, f));
    return act_said(json_pack("{s:b}", "published", 0), ret_result, f);
}

/* 0 when its being published is as `wanted`. */
static int look_published(struct act *a, bool wanted, json_t **ret_result, struct fail *f)
{
    scoped(shopify_product_done) struct shopify_product seen = { 0 };

    TRY(shopify_product_by_gid(a->r->c->shopify, a->r->p.shop_gid, a->publication, &seen, f));
    if (seen.published != wanted) {
        return 1;
    }
    return act_said(json_pack("{s:b}", "published", wanted), ret_result, f);
}

static int published_read_back(struct job_context *c, void *ctx, json_t **ret_result,
                               struct fail *f)
{
    (void)c;
    return look_published(ctx, true, ret_result, f);
}

static int unpublished_read_back(struct job_context *c, void *ctx, json_t **ret_result,
                                 struct fail *f)
{
    (void)c;
    return look_published(ctx, false, ret_result, f);
}

int act_publish(struct product_run *r, const char *mark, const char *publication, struct fail *f)
{
    struct effect e = { .kind = "shop.publish", .read_back = published_read_back, .act = publish };
    struct act a = { .r = r, .mark = mark, .publication = publication };

    return act_run(&a, &e, json_pack("{s:s}", "publication", publication), NULL, f);
}

int act_unpublish(struct product_run *r, const char *publication, struct fail *f)
{
    struct effect e = { .kind = "shop.unpublish",
                        .read_back = unpublished_read_back,
                        .act = unpublish };
    struct act a = { .r = r, .publication = publication };

    return act_run(&a, &e, json_pack("{s:s}", "publication", publication), NULL, f);
}

/* ---- what a look tells of acts that were left open ---- */

static int told(struct product_run *r, const char *kind, const char *mark, bool happened,
                struct fail *f)
{
    scoped(json_clear_p) json_t *result = happened ? json_pack("{s:b}", "seen", 1) : NULL;
    char key[ACT_KEY_BYTES];

    if (happened && result == NULL) {
        return fail_memory(f);
    }
    (void)snprintf(key, sizeof key, "%s:%s:%s", kind, r->p.handle, mark);
    return effect_told(r->c->db, key, result, f);
}

int act_seen(struct product_run *r, const char *mark, const struct shopify_product *seen,
             struct fail *f)
{
    TRY(told(r, "shop.active", mark, strcmp(seen->status, "ACTIVE") == 0, f));
    return told(r, "shop.publish", mark, seen->published, f);
}

int act_over(struct product_run *r, struct db *tx, const char *text, struct fail *f)
{
    struct sql_text id;

    TRY(db_exec(tx, &sql_listing_effects_over,
                (const char *[]){ sql_int(&id, r->p.id), sql_opt(r->p.shop_gid), text }, f));
    return 0;
}
