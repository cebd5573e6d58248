/* Which supplier variant is sent for a shop SKU.  A mapping counts only when it is confirmed; the lowest confirmed rank is
 * the main one (1, unless that was removed or never confirmed), higher ranks are fallbacks used when the ones before are out of
 * stock.  Changes go to `audit`.
 * Threads: uses the caller's db. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/money.h"
#include "common/db/db.h"

/* [{"shop_sku","vid","supplier_sku","rank","snapshot":{"minor","currency"},"snapshot_at","confirmed_at","confirmed_by"}] by SKU
 * and rank.  *ret_json is the caller's to free(). */
must_check int mapping_list(struct db *db, char **ret_json, struct fail *f);

struct mapping_new {
    const char *shop_sku, *vid, *supplier_sku;
    struct money price; /* supplier price now; later rises are measured against it */
};
/* Propose a mapping, not confirmed, at the next free rank.  FAIL_INPUT, FAIL_CONFLICT when it exists. */
must_check int mapping_add(struct db *db, const struct mapping_new *m, const char *who,
                           struct fail *f);
/* Confirm a proposed mapping.  FAIL_MISSING; FAIL_CONFLICT when it is confirmed already. */
must_check int mapping_confirm(struct db *db, const char *shop_sku, const char *vid,
                               const char *who, struct fail *f);
/* Make a confirmed mapping the main one of its SKU, before the others in their order.  FAIL_MISSING; FAIL_CONFLICT when it is not
 * confirmed. */
must_check int mapping_first(struct db *db, const char *shop_sku, const char *vid, const char *who,
                             struct fail *f);
/* Forget a mapping, confirmed or not; later orders are not sent by it.  FAIL_MISSING when there is none. */
must_check int mapping_remove(struct db *db, const char *shop_sku, const char *vid, const char *who,
                              struct fail *f);
