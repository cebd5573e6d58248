/* Bringing a pricing rule to the products at the shop.  For model modules only.  Threads: uses the caller's db. */
#pragma once

#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/model/pricing_rule.h"

/* Every live product whose price by the rule is another one and passes the listing gate (verdict "set" of pricing_preview) gets
 * that price as a person's word: an accepted proposal and the job product.reprice, some hundred products a transaction, each
 * under its lock; so does one that has the rule's price, but for which another was accepted that is still to come.  Those that do
 * not pass keep their price.  *ret_products: how many, also when it failed on the way; to be repeated then.  FAIL_CONFLICT when
 * the rule is not (any more) the one that counts: what the other brings must not be undone. */
must_check int pricing_apply(struct db *db, const struct pricing_rule *rule, const char *who,
                             int64_t *ret_products, struct fail *f);
