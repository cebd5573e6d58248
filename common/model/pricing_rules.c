#include "common/model/pricing_rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "common/model/audit.h"
#include "common/model/one_json.h"
#include "common/model/pricing_apply.h"
#include "common/model/pricing_rule.h"
#include "common/model/settings.h"
#include "sql/model.h"

enum { NAME_MAX_BYTES = 100, SUBJECT_BYTES = 48 };

int pricing_rules_list(struct db *db, char **ret_json, struct fail *f)
{
    return one_json(db, &sql_model_pricing_rules, NULL, ret_json, f);
}

static int check_name(const char *name, struct fail *f)
{
    size_t length = strlen(name);

    if (length == 0 || length > NAME_MAX_BYTES) {
        return fail_set(f, FAIL_INPUT, "a rule's name has 1 to %d bytes", NAME_MAX_BYTES);
    }
    for (const unsigned char *at = (const unsigned char *)name; *at != '\0'; at++) {
        if (*at < 0x20 || *at == 0x7f) {
            return fail_set(f, FAIL_INPUT, "a rule's name holds no control characters");
        }
    }
    return 0;
}

static int note(struct db *tx, const char *who, const char *action, int64_t id, json_t *take_detail,
                struct fail *f)
{
    char subject[SUBJECT_BYTES];
    scoped(json_clear_p) json_t *detail = take_detail;

    (void)snprintf(subject, sizeof subject, "pricing_rule:%" PRId64, id);
    return audit_add(tx, who, action, subject, detail, f);
}

/* The name is taken: by this very rule (1), or by another. */
static int find_same(struct db *tx, const char *const *params, int64_t *ret_id, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(tx, &sql_model_pricing_rule_named, params, &rows, f));
    if (PQntuples(rows) > 0 && db_bool(rows, 0, "same")) {
        *ret_id = db_int(rows, 0, "id", 0);
        return 1;
    }
    return fail_set(f, FAIL_CONFLICT, "there is another rule named '%.100s'", params[0]);
}

int pricing_rule_add(struct db *db, const struct pricing_new *rule, int64_t *ret_id, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(free_p) char *spec = NULL;
    struct pricing_rule parsed;

    TRY(check_name(rule->name, f));
    TRY(pricing_rule_parse(rule->kind, rule->spec, &parsed, f));
    TRY(json_write(rule->spec, &spec, f));
    const char *params[] = { rule->name, rule->kind, spec, rule->who };
    TRY(db_begin(db, &tx, f));
    TRY(db_query(tx, &sql_model_pricing_rule_add, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return find_same(tx, params, ret_id, f);
    }
    int64_t id = db_int(rows, 0, "id", 0);
    TRY(note(tx, rule->who, "pricing.add", id, json_pack("{s:s}", "name", rule->name), f));
    TRY(db_commit(&tx, f));
    *ret_id = id;
    return 0;
}

int pricing_rule_resolve(struct db *db, const char *text, int64_t *ret_id, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct fail no_number;
    int64_t number;
    bool is_number = str_to_int(text, 1, INT64_MAX, "rule", &number, &no_number) == 0;
    const char *params[] = { text, is_number ? text : NULL };

    TRY(db_query(db, &sql_model_pricing_rule_resolve, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_set(f, FAIL_MISSING, "no pricing rule '%.100s'", text);
    }
    *ret_id = db_int(rows, 0, "id", 0);
    return 0;
}

/* *ret_rows is the caller's. */
static int get_rule(struct db *db, int64_t id, PGresult **ret_rows, struct fail *f)
{
    struct sql_text text;

    TRY(db_query(db, &sql_model_pricing_rule_get, (const char *[]){ sql_int(&text, id) }, ret_rows,
                 f));
    return PQntuples(*ret_rows) > 0 ? 0 : fail_set(f, FAIL_MISSING, "no pricing rule %" PRId64, id);
}

/* Rule `id` as it computes. */
static int read_rule(struct db *db, int64_t id, struct pricing_rule *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(json_clear_p) json_t *spec = NULL;

    TRY(get_rule(db, id, &rows, f));
    const char *text = db_text(rows, 0, "spec");
    TRY(json_parse(text, strlen(text), "the rule", &spec, f));
    TRY(pricing_rule_parse(db_text(rows, 0, "kind"), spec, ret, f));
    ret->id = id;
    (void)str_fit(ret->name, sizeof ret->name, db_text(rows, 0, "name"));
    return 0;
}

int pricing_rule_preview(struct db *db, int64_t id, int64_t after, int64_t limit, char **ret_json,
                         struct fail *f)
{
    struct pricing_rule rule;

    TRY(read_rule(db, id, &rule, f));
    return pricing_preview(db, &rule, after, limit, ret_json, f);
}

/* Whatever keeps a rule from being brought to products is told before it counts. */
static int try_rule(struct db *db, const struct pricing_rule *rule, struct fail *f)
{
    scoped(free_p) char *page = NULL;

    return pricing_preview(db, rule, 0, 1, &page, f);
}

/* 1 = it was so already. */
static int switch_rule(struct db *db, int64_t id, bool on, const char *who, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text text;

    TRY(db_begin(db, &tx, f));
    TRY(db_exec(tx, &sql_model_pricing_lock, NULL, f));
    TRY(get_rule(tx, id, &rows, f));
    if (db_bool(rows, 0, "active") == on) {
        return 1;
    }
    TRY(db_exec(tx, &sql_model_pricing_rules_rest, NULL, f));
    if (on) {
        const char *params[] = { sql_int(&text, id) };
        TRY(db_exec(tx, &sql_model_pricing_rule_active_set, params, f));
    }
    TRY(note(tx, who, on ? "pricing.activate" : "pricing.deactivate", id,
             json_pack("{s:s}", "name", db_text(rows, 0, "name")), f));
    return db_commit(&tx, f);
}

/* To all live products, when they count. */
static int apply_settings(struct db *db, const char *who, int64_t *ret_products, struct fail *f)
{
    struct settings now;
    struct pricing_rule rule;

    TRY(settings_read(db, &now, f));
    TRY(pricing_rule_active(db, &now, &rule, f));
    return rule.id == 0 ? pricing_apply(db, &rule, who, ret_products, f) : 0;
}

int pricing_rule_activate(struct db *db, int64_t id, const char *who, int64_t *ret_products,
                          struct fail *f)
{
    struct pricing_rule rule;

    *ret_products = 0;
    TRY(read_rule(db, id, &rule, f));
    TRY(try_rule(db, &rule, f));
    int same = switch_rule(db, id, true, who, f);
    TRY(same);
    TRY(pricing_apply(db, &rule, who, ret_products, f));
    return same;
}

int pricing_rule_deactivate(struct db *db, int64_t id, const char *who, int64_t *ret_products,
                            struct fail *f)
{
    *ret_products = 0;
    int same = switch_rule(db, id, false, who, f);
    TRY(same);
    TRY(apply_settings(db, who, ret_products, f));
    return same;
}

int pricing_rule_remove(struct db *db, int64_t id, const char *who, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text text;

    TRY(db_begin(db, &tx, f));
    TRY(get_rule(tx, id, &rows, f));
    int64_t dropped =
        db_exec(tx, &sql_model_pricing_rule_drop, (const char *[]){ sql_int(&text, id) }, f);
    TRY(dropped);
    if (dropped == 0) {
        return fail_set(f, FAIL_CONFLICT, "rule %" PRId64 " is active: deactivate it first", id);
    }
    TRY(note(tx, who, "pricing.remove", id, json_pack("{s:s}", "name", db_text(rows, 0, "name")),
             f));
    return db_commit(&tx, f);
}
