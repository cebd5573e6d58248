#include "common/model/mapping.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/model/audit.h"
#include "common/model/one_json.h"
#include "sql/model.h"

enum { SKU_MAX_BYTES = 200 };

int mapping_list(struct db *db, char **ret_json, struct fail *f)
{
    return one_json(db, &sql_model_mapping_list, NULL, ret_json, f);
}

static int check_word(const char *what, const char *text, struct fail *f)
{
    size_t length = strlen(text);
    if (length == 0 || length > SKU_MAX_BYTES) {
        return fail_set(f, FAIL_INPUT, "%s has 1 to %d bytes", what, SKU_MAX_BYTES);
    }
    return 0;
}

static int mapping_audit(struct db *tx, const char *action, const char *sku, const char *vid,
                         const char *who, struct fail *f)
{
    scoped(json_clear_p) json_t *detail = json_pack("{s:s}", "vid", vid);
    return audit_add(tx, who, action, sku, detail, f);
}

int mapping_add(struct db *db, const struct mapping_new *m, const char *who, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    char minor[24];

    TRY(check_word("shop SKU", m->shop_sku, f));
    TRY(check_word("vid", m->vid, f));
    TRY(check_word("supplier SKU", m->supplier_sku, f));
    if (m->price.minor <= 0) {
        return fail_set(f, FAIL_INPUT, "the supplier price is more than 0");
    }
    snprintf(minor, sizeof minor, "%" PRId64, m->price.minor);
    const char *params[] = { m->shop_sku, m->vid, m->supplier_sku, minor, m->price.currency };

    TRY(db_begin(db, &tx, f));
    if (db_exec(tx, &sql_model_mapping_add, params, f) < 0) {
        return f->kind == FAIL_CONFLICT
                   ? fail_set(f, FAIL_CONFLICT, "%s is mapped to %s already", m->shop_sku, m->vid)
                   : -1;
    }
    TRY(mapping_audit(tx, "mapping.add", m->shop_sku, m->vid, who, f));
    return db_commit(&tx, f);
}

/* Nothing was changed: it is not there, or `why` not. */
static int not_changed(struct db *tx, const char *const *named, const char *why, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(tx, &sql_model_mapping_named, named, &rows, f));
    return PQntuples(rows) > 0
               ? fail_set(f, FAIL_CONFLICT, "%.60s to %.60s is %s", named[0], named[1], why)
               : fail_set(f, FAIL_MISSING, "no mapping of %.60s to %.60s", named[0], named[1]);
}

int mapping_confirm(struct db *db, const char *shop_sku, const char *vid, const char *who,
                    struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    const char *params[] = { shop_sku, vid, who };

    TRY(db_begin(db, &tx, f));
    int64_t confirmed = db_exec(tx, &sql_model_mapping_confirm, params, f);
    TRY(confirmed);
    if (confirmed == 0) {
        return not_changed(tx, params, "confirmed already", f);
    }
    TRY(mapping_audit(tx, "mapping.confirm", shop_sku, vid, who, f));
    return db_commit(&tx, f);
}

int mapping_first(struct db *db, const char *shop_sku, const char *vid, const char *who,
                  struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    const char *params[] = { shop_sku, vid };

    TRY(db_begin(db, &tx, f));
    int64_t ranked = db_exec(tx, &sql_model_mapping_first, params, f);
    TRY(ranked);
    if (ranked == 0) {
        return not_changed(tx, params, "not confirmed; confirm it first", f);
    }
    TRY(mapping_audit(tx, "mapping.first", shop_sku, vid, who, f));
    return db_commit(&tx, f);
}

int mapping_remove(struct db *db, const char *shop_sku, const char *vid, const char *who,
                   struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    const char *params[] = { shop_sku, vid };

    TRY(db_begin(db, &tx, f));
    int64_t removed = db_exec(tx, &sql_model_mapping_remove, params, f);
    TRY(removed);
    if (removed == 0) {
        return fail_set(f, FAIL_MISSING, "no mapping of %.60s to %.60s", shop_sku, vid);
    }
    TRY(mapping_audit(tx, "mapping.remove", shop_sku, vid, who, f));
    return db_commit(&tx, f);
}
