/* What is done at the shop with a product, each act through the effects ledger with a way to look what really happened.
 *
 * An act that belongs to one publication has a key made of its content (`mark`), so that a run that comes back finds it done.
 * Acts on a live product (mark NULL) are numbered: the number counts those of their kind that are done, so an act that was left
 * open is taken up again by the next one, which looks first and then brings the shop to what is wanted by now.
 * Threads: as the context; the caller holds the product's lock. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/publish_plan.h"
#include "worker/discovery/run.h"
#include "worker/providers/shopify/shopify_products.h"

/* Where listings live in the shop. */
struct shop_places {
    char location[SHOPIFY_GID_BYTES], publication[SHOPIFY_GID_BYTES];
};
/* As the last set-up check found them; asks the shop when it has not run yet.  FAIL_MISSING names what the shop lacks. */
must_check int shop_places_get(struct job_context *c, struct shop_places *ret, struct fail *f);

/* Pictures are fetched and looked at, bad ones left out, then the product is set as a draft.  The gid in ret_gid.  FAIL_INPUT with
 * code "IMAGES": there are pictures, none of them can be used. */
must_check int act_set(struct product_run *r, const char *mark, struct publish_plan *plan,
                       char ret_gid[static SHOPIFY_GID_BYTES], struct fail *f);
/* Seconds since the product was set under this mark. */
must_check int act_set_age(struct product_run *r, const char *mark, int64_t *ret_s, struct fail *f);
/* Is an act of this kind ("shop.set") open, its fate not known, for less than so many seconds (0 = since ever)? */
must_check int act_open(struct product_run *r, const char *kind, int64_t seconds, bool *ret,
                        struct fail *f);

/* Quantities of items at the location, however many. */
must_check int act_quantities(struct product_run *r, const char *mark,
                              const struct shopify_stock *stock, struct fail *f);
/* "ACTIVE", "DRAFT" or "ARCHIVED". */
must_check int act_status(struct product_run *r, const char *mark, const char *status,
                          struct fail *f);
/* The shop showed the product as *seen: going live under this mark, if a run that ended meant to, has happened or has not. */
must_check int act_seen(struct product_run *r, const char *mark, const struct shopify_product *seen,
                        struct fail *f);
/* Show the product in a channel of the shop. */
must_check int act_publish(struct product_run *r, const char *mark, const char *publication,
                           struct fail *f);
/* Take it out of the channel; under the next number, since it may be needed again. */
must_check int act_unpublish(struct product_run *r, const char *publication, struct fail *f);
/* Texts of a live product; mark: their version. */
must_check int act_texts(struct product_run *r, const char *mark,
                         const struct shopify_new_product *texts, struct fail *f);
/* Prices of variants of a live product, under the next number. */
must_check int act_prices(struct product_run *r, const struct shopify_price *prices, size_t count,
                          struct fail *f);
/* Every quantity of the product at the shop becomes 0 and is read back as such; also in the rows.  1 = the shop has no such
 * product any more. */
must_check int act_empty(struct product_run *r, const char *location, struct fail *f);
/* The shop was read and shows the product as it is meant to be, live or out, as `text` says: acts that were left open, with other
 * contents perhaps, are over.  In the transaction of the move. */
must_check int act_over(struct product_run *r, struct db *tx, const char *text, struct fail *f);
/* How many times the product has gone back to a person or out of the shop: part of a publication's mark, so that a new
 * publication acts anew. */
must_check int act_rounds(struct product_run *r, int64_t *ret, struct fail *f);
