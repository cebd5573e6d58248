/* Pricing rules as people make and activate them; what a rule computes is pricing_rule.h.
 * Threads: uses the caller's db. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

/* {"rules":[{"id","name","kind","spec","active","created_at","created_by","applied_at"}],"live":N,"currency"}; live: products at the
 * shop; currency: the shop's, null until it has been read.
 * *ret_json is the caller's to free(). */
must_check int pricing_rules_list(struct db *db, char **ret_json, struct fail *f);
struct pricing_new {
    const char *name, *kind, *who;
    const json_t *spec;
};
/* A new rule, not active.  FAIL_INPUT as pricing_rule_parse, or a name that is no 1 to 100 bytes; FAIL_CONFLICT when the name
 * is taken by another rule (*ret_id is set when it is the very same one: 1). */
must_check int pricing_rule_add(struct db *db, const struct pricing_new *rule, int64_t *ret_id,
                                struct fail *f);
/* Id by id or name.  FAIL_MISSING. */
must_check int pricing_rule_resolve(struct db *db, const char *text, int64_t *ret_id,
                                    struct fail *f);
/* pricing_preview of a stored rule.  Nothing is changed.  *ret_json is the caller's to free(). */
must_check int pricing_rule_preview(struct db *db, int64_t id, int64_t after, int64_t limit,
                                    char **ret_json, struct fail *f);
/* Make it the one that counts, with its line in the audit, then bring it to the products at the shop (pricing_apply.h): a person
 * has seen the preview, so prices move as far as it said.  *ret_products: how many get another price.  0, or 1 when it was the
 * active one already: then only products whose price differs by now are asked.  FAIL_MISSING; FAIL_INPUT as pricing_preview,
 * and nothing was changed; FAIL_LATER while it was being
 * brought to the products: the rule counts, and activating it again does the rest; FAIL_CONFLICT when somebody chose another rule
 * meanwhile: that one counts. */
must_check int pricing_rule_activate(struct db *db, int64_t id, const char *who,
                                     int64_t *ret_products, struct fail *f);
/* No rule is active any more: the settings count again, and are brought to the products in the same way.  0, or 1 when it was
 * not active: then nothing is done while another rule counts, else only products whose price differs by now are asked.  Fails as
 * activating does. */
must_check int pricing_rule_deactivate(struct db *db, int64_t id, const char *who,
                                       int64_t *ret_products, struct fail *f);
/* Delete a rule that is not active.  FAIL_MISSING; FAIL_CONFLICT when it is active. */
must_check int pricing_rule_remove(struct db *db, int64_t id, const char *who, struct fail *f);
