/* What settings and tables say about prices: the active rule, the terms of a market. */
#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/db/db.h"
#include "common/model/pricing_rule.h"
#include "common/model/settings.h"
#include "sql/model.h"

static int rule_of_row(const PGresult *rows, struct pricing_rule *ret, struct fail *f)
{
    scoped(json_clear_p) json_t *spec = NULL;
    const char *text = db_text(rows, 0, "spec");

    TRY(json_parse(text, strlen(text), "the pricing rule", &spec, f));
    TRY(pricing_rule_parse(db_text(rows, 0, "kind"), spec, ret, f));
    ret->id = db_int(rows, 0, "id", 0);
    (void)str_fit(ret->name, sizeof ret->name, db_text(rows, 0, "name")); /* shown, may be cut */
    return 0;
}

static int rule_of_settings(const struct settings *set, struct pricing_rule *ret, struct fail *f)
{
    *ret = (struct pricing_rule){ .name = "settings",
                                  .kind = PRICING_TARGET,
                                  .target_ppm = set->num[SETTING_TARGET_MARGIN_PPM] };
    if (endings_parse(setting_text(set, SETTING_ENDINGS), &ret->endings, f) < 0) {
        return fail_wrap(f, "setting money.endings");
    }
    return 0;
}

int pricing_rule_active(struct db *db, const struct settings *set, struct pricing_rule *ret,
                        struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct pricing_rule rule;

    TRY(db_query(db, &sql_model_pricing_rule_current, NULL, &rows, f));
    if (PQntuples(rows) == 0) {
        TRY(rule_of_settings(set, &rule, f));
    } else if (rule_of_row(rows, &rule, f) < 0) {
        return fail_wrap(f, "pricing rule '%s'", db_text(rows, 0, "name"));
    }
    rule.least_margin = set->num[SETTING_MARGIN_MIN];
    *ret = rule;
    return 0;
}

/* The words of the CHECK of table market. */
static int tax_mode_of(const char *word, enum tax_mode *ret, struct fail *f)
{
    static const char *const words[] = {
        [TAX_EXCLUSIVE] = "exclusive", [TAX_INCLUSIVE] = "inclusive", [TAX_NONE] = "none"
    };

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(words[i], word) == 0) {
            *ret = (enum tax_mode)i;
            return 0;
        }
    }
    return fail_set(f, FAIL_BUG, "unknown tax mode '%.20s'", word);
}

int sale_terms_read(struct db *db, const struct settings *set, const char *country,
                    struct sale_terms *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    const char *params[] = { country };
    struct sale_terms terms = { .fee_ppm = set->num[SETTING_PAYMENT_FEE_PPM],
                                .fee_fixed = set->num[SETTING_PAYMENT_FEE_FIXED],
                                .return_ppm = set->num[SETTING_RETURN_RATE_PPM],
                                .return_cost = set->num[SETTING_RETURN_COST],
                                .salvage_ppm = set->num[SETTING_SALVAGE_PPM] };

    TRY(db_query(db, &sql_model_market_terms, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_set(f, FAIL_MISSING, "'%.8s' is no market: it stands not in table market",
                        country);
    }
    TRY(tax_mode_of(db_text(rows, 0, "tax_mode"), &terms.tax_mode, f));
    terms.tax_ppm = db_int(rows, 0, "tax_ppm", 0);
    *ret = terms;
    return 0;
}

int money_settings_fit(const struct settings *set, const char *currency, struct fail *f)
{
    /* Two decimals, and a unit worth about as much as a euro or a dollar. */
    static const char near[] = "USD EUR GBP CHF CAD AUD NZD SGD ";

    if (strlen(currency) == 3 && strstr(near, currency) != NULL) {
        return 0;
    }
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting_rule *rule = &setting_rules[id];

        if (strcmp(rule->unit, "minor") == 0 && strcmp(rule->otherwise, "0") != 0 &&
            strcmp(setting_text(set, (enum setting_id)id), rule->otherwise) == 0) {
            return fail_code(f, FAIL_INPUT, "SETTING_CURRENCY",
                             "setting %s must be set for %.8s: its default %s is made for dollars",
                             rule->name, currency, rule->otherwise);
        }
    }
    return 0;
}
