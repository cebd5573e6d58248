/* New prices into the shop and into the rows. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/listing.h"
#include "worker/discovery/publish_acts.h"
#include "worker/discovery/reprice.h"

static struct money in_shop(const struct reprice_sums *s, int64_t minor)
{
    struct money m = { .minor = minor };

    (void)str_fit(m.currency, sizeof m.currency, s->terms.currency);
    return m;
}

static int send(struct product_run *r, const struct reprice_sums *s, const int64_t *prices,
                struct fail *f)
{
    scoped(free_p) struct shopify_price *list = calloc(s->count + 1, sizeof *list);
    size_t count = 0;

    if (list == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < s->count; i++) {
        if (prices[i] > 0) {
            (void)str_fit(list[count].gid, sizeof list->gid, s->lines[i].v->shop_gid);
            list[count].price = in_shop(s, prices[i]);
            list[count++].cost = in_shop(s, s->lines[i].cost);
        }
    }
    return count > 0 ? act_prices(r, list, count, f) : 0;
}

/* The shop's own word about the prices. */
static int read_back(struct product_run *r, const struct reprice_sums *s, const int64_t *prices,
                     struct fail *f)
{
    scoped(shopify_product_done) struct shopify_product seen = { 0 };

    TRY(shopify_product_by_gid(r->c->shopify, r->p.shop_gid, NULL, &seen, f));
    for (size_t i = 0; i < s->count; i++) {
        bool right = prices[i] == 0;
        for (size_t k = 0; k < seen.variant_count && !right; k++) {
            right = strcmp(seen.variants[k].gid, s->lines[i].v->shop_gid) == 0 &&
                    seen.variants[k].price_known && seen.variants[k].price.minor == prices[i];
        }
        if (!right) {
            return fail_set(f, FAIL_LATER, "the shop does not show the new price of variant %s yet",
                            s->lines[i].v->sku);
        }
    }
    return 0;
}

static int keep_variant(struct db *tx, const struct reprice_sums *s, size_t i, int64_t price,
                        struct fail *f)
{
    const struct reprice_line *line = &s->lines[i];
    struct sql_text id, minor, landed;

    TRY(db_exec(tx, &sql_listing_variant_priced,
                (const char *[]){ sql_int(&id, line->v->id), sql_int(&minor, price),
                                  sql_int(&landed, line->landed) },
                f));
    return 0;
}

/* The numbers of the leading variant stand in the product's row. */
static int keep_product(struct product_run *r, struct db *tx, const struct reprice_sums *s,
                        const int64_t *prices, struct fail *f)
{
    const struct reprice_line *lead = &s->lines[s->lead];
    int64_t price = prices[s->lead] > 0 ? prices[s->lead] : lead->v->price_minor;
    struct margin m;
    struct sql_text id, minor, landed, margin, ratio;

    TRY(reprice_margin(s, lead, price, &m, f));
    TRY(db_exec(tx, &sql_listing_product_priced,
                (const char *[]){ sql_int(&id, r->p.id), sql_int(&minor, price),
                                  sql_int(&landed, lead->landed), sql_int(&margin, m.contribution),
                                  m.ratio_known ? sql_int(&ratio, m.ratio_ppm) : NULL },
                f));
    r->p.price_minor = price;
    return 0;
}

/* Holds that a price lifts. */
static bool lifts(const struct product_run *r)
{
    return r->p.state == PRODUCT_ON_HOLD && (strcmp(r->p.hold_code, "UNPROFITABLE") == 0 ||
                                             strcmp(r->p.hold_code, "PRICE_STEP") == 0);
}

static int keep(struct product_run *r, const struct reprice_sums *s, const int64_t *prices,
                const char *why, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    enum product_state to = lifts(r) ? PRODUCT_LISTED : r->p.state;
    char subject[40], code[PRODUCT_CODE_BYTES], job[PRODUCT_JOB_BYTES];

    (void)str_fit(code, sizeof code, r->p.hold_code);
    (void)str_fit(job, sizeof job, r->p.next_job);
    (void)snprintf(subject, sizeof subject, "product:%" PRId64, r->p.id);
    TRY(db_begin(r->c->db, &tx, f));
    for (size_t i = 0; i < s->count; i++) {
        TRY(prices[i] > 0 ? keep_variant(tx, s, i, prices[i], f) : 0);
    }
    TRY(keep_product(r, tx, s, prices, f));
    TRY(db_exec(tx, &sql_listing_proposals_drop,
                (const char *[]){ subject, "product.price", "rule:repriced" }, f));
    TRY(product_move(tx, &r->p,
                     &(struct product_move){ .to = to,
                                             .hold_code = to == PRODUCT_ON_HOLD ? code : NULL,
                                             .problem = "",
                                             .next_job = job[0] != '\0' ? job : NULL,
                                             .goes_on = true, /* the stock follows */
                                             .note = { .step = "repriced", .text = why } },
                     f));
    return db_commit(&tx, f);
}

int reprice_settle(struct product_run *r, const struct reprice_sums *s, struct fail *f)
{
    scoped(free_p) int64_t *prices = calloc(s->count + 1, sizeof *prices);
    bool open = false;

    if (prices == NULL) {
        return fail_memory(f);
    }
    TRY(act_open(r, "shop.prices", 0, &open, f));
    for (size_t i = 0; i < s->count; i++) {
        prices[i] = s->lines[i].v->price_minor;
    }
    return open ? send(r, s, prices, f) : 0;
}

int reprice_set(struct product_run *r, const struct reprice_sums *s, const int64_t *prices,
                const char *why, struct fail *f)
{
    TRY(send(r, s, prices, f));
    TRY(read_back(r, s, prices, f));
    TRY(keep(r, s, prices, why, f));
    log_info("product.repriced", kv_int("product", r->p.id),
             kv_int("price_minor", r->p.price_minor), kv_str("why", why));
    return 0;
}
