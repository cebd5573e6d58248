#include "worker/discovery/terms.h"

#include <stdio.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "common/model/settings_lists.h"
#include "sql/discovery.h"
#include "worker/providers/shopify/shopify.h"

enum { DAY_S = 24 * 3600, WORD_BYTES = 64 };

static const int64_t E9 = 1000000000, PPM = 1000000;

/* ---- the shop ---- */

static int ask_shop(struct job_context *c, struct shop_info *ret, struct fail *f)
{
    struct shopify_shop shop;

    TRY(shopify_shop_info(c->shopify, &shop, f));
    (void)str_fit(ret->name, sizeof ret->name, shop.name);
    (void)str_fit(ret->currency, sizeof ret->currency, shop.currency);
    (void)str_fit(ret->timezone, sizeof ret->timezone, shop.timezone);
    TRY(db_exec(c->db, &sql_discovery_shop_info_put,
                (const char *[]){ ret->name, ret->currency, ret->timezone }, f));
    return 0;
}

int shop_info_read(struct job_context *c, struct shop_info *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct fail unheard = { 0 };

    TRY(db_query(c->db, &sql_discovery_shop_info_get, NULL, &rows, f));
    bool kept = PQntuples(rows) > 0;
    if (kept) {
        (void)str_fit(ret->name, sizeof ret->name, db_text(rows, 0, "name"));
        (void)str_fit(ret->currency, sizeof ret->currency, db_text(rows, 0, "currency"));
        (void)str_fit(ret->timezone, sizeof ret->timezone, db_text(rows, 0, "timezone"));
        if (db_int(rows, 0, "age_s", DAY_S) < DAY_S) {
            return 0;
        }
    }
    if (c->shopify == NULL) {
        return kept ? 0 : 1;
    }
    if (ask_shop(c, ret, &unheard) == 0) {
        return 0;
    }
    if (kept) {
        log_warn("shop.not_asked", kv_fail(&unheard));
        return 0;
    }
    *f = unheard;
    return -1;
}

/* ---- rates ---- */

int terms_rate(const struct settings *set, const char *shop_currency, const char *currency,
               int64_t *ret_e9, struct fail *f)
{
    int64_t usd_e9 = set->num[SETTING_USD_RATE_E9];

    if (strcmp(shop_currency, currency) == 0) {
        *ret_e9 = E9;
        return 0;
    }
    /* One for one is what the setting says when nobody has set it: for another currency that is no rate. */
    if (strcmp(currency, "USD") == 0 && usd_e9 != E9) {
        *ret_e9 = usd_e9;
        return 0;
    }
    int unlisted = setting_rate(setting_text(set, SETTING_RATES), currency, ret_e9, f);
    return unlisted < 0 ? fail_wrap(f, "setting money.rates") : unlisted;
}

/* ---- markets ---- */

static int convert_duty(const struct settings *set, const char *currency, struct assess_market *m,
                        struct fail *f)
{
    struct money to = { 0 };
    int64_t rate_e9 = 0;
    int unknown = terms_rate(set, currency, m->duty.currency, &rate_e9, f);

    TRY(unknown);
    m->duty_rate_known = unknown == 0;
    m->duty_max_minor = -1;
    if (unknown != 0) {
        return 0;
    }
    struct money from = { .minor = m->duty.fixed_minor };
    (void)str_fit(from.currency, sizeof from.currency, m->duty.currency);
    TRY(money_convert(&from, currency, rate_e9, MONEY_CEIL, &to, f));
    m->duty_fixed_minor = to.minor;
    if (m->duty.max_value_minor >= 0) {
        from.minor = m->duty.max_value_minor;
        TRY(money_convert(&from, currency, rate_e9, MONEY_FLOOR, &to, f));
        m->duty_max_minor = to.minor;
    }
    return 0;
}

/* 0; 1 = there is no such market. */
static int read_market(struct job_context *c, const struct settings *set, struct assess_terms *t,
                       struct assess_market *m, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(c->db, &sql_discovery_market_get, (const char *[]){ m->country }, &rows, f));
    if (PQntuples(rows) == 0) {
        return 1;
    }
    m->eu = db_bool(rows, 0, "eu");
    m->import_tax_ppm = db_int(rows, 0, "import_tax_ppm", 0);
    TRY(sale_terms_read(c->db, set, m->country, &m->terms, f));
    int none = duty_rule_find(c->db, m->country, t->origin, NULL, &m->duty, f);
    TRY(none);
    m->duty_known = none == 0;
    return none == 0 ? convert_duty(set, t->currency, m, f) : 0;
}

static int read_markets(struct job_context *c, const struct settings *set, struct assess_terms *t,
                        struct fail *f)
{
    const char *list = setting_text(set, SETTING_MARKETS);
    char word[WORD_BYTES];

    while (setting_item(&list, word, sizeof word)) {
        struct assess_market *m = &t->markets[t->market_count];
        if (t->market_count == ASSESS_MARKETS_MAX) {
            (void)snprintf(t->gap, sizeof t->gap,
                           "More than %d markets are set; take some out of "
                           "discovery.markets.",
                           ASSESS_MARKETS_MAX);
            return 0;
        }
        bool fits = str_fit(m->country, sizeof m->country, word);
        int missing = fits ? read_market(c, set, t, m, f) : 1;
        TRY(missing);
        if (missing != 0) {
            (void)snprintf(t->gap, sizeof t->gap,
                           "Market %s is not in the table of markets; mend discovery.markets.",
                           word);
            return 0;
        }
        t->market_count++;
    }
    if (t->market_count == 0) {
        (void)snprintf(t->gap, sizeof t->gap, "No market is set; set discovery.markets.");
    }
    return 0;
}

static struct assess_limits limits_of(const struct settings *set)
{
    const int64_t *n = set->num;

    return (struct assess_limits){ .target_ppm = n[SETTING_TARGET_MARGIN_PPM],
                                   .least_margin = n[SETTING_MARGIN_MIN],
                                   .price_min = n[SETTING_PRICE_BAND_MIN],
                                   .price_max = n[SETTING_PRICE_BAND_MAX],
                                   .stock_min = n[SETTING_DISCOVERY_STOCK_MIN],
                                   .promised_days = n[SETTING_PROMISED_DAYS],
                                   .cost_factor_max = n[SETTING_COST_FACTOR_MAX],
                                   .velocity_min_e2 = n[SETTING_DISCOVERY_VELOCITY_MIN_E2] };
}

int assess_terms_read(struct job_context *c, const struct settings *set, struct assess_terms *ret,
                      struct fail *f)
{
    struct shop_info shop = { 0 };

    *ret = (struct assess_terms){ .limits = limits_of(set),
                                  .usd_rate_e9 = ASSESS_UNKNOWN,
                                  .return_ppm = set->num[SETTING_RETURN_RATE_PPM] };
    (void)str_fit(ret->origin, sizeof ret->origin, setting_text(set, SETTING_WAREHOUSE));
    int unknown = shop_info_read(c, &shop, f);
    TRY(unknown);
    if (unknown != 0) {
        (void)snprintf(ret->gap, sizeof ret->gap,
                       "The shop's currency is not known: no shop is configured.");
        return 0;
    }
    (void)str_fit(ret->currency, sizeof ret->currency, shop.currency);
    int64_t rate_e9 = 0;
    int none = terms_rate(set, shop.currency, "USD", &rate_e9, f);
    TRY(none);
    ret->usd_rate_e9 = none == 0 ? rate_e9 : ASSESS_UNKNOWN;
    ret->fx_fee_ppm = strcmp(shop.currency, "USD") != 0 ? set->num[SETTING_FX_FEE_PPM] : 0;
    TRY(pricing_rule_active(c->db, set, &ret->pricing, f));
    return read_markets(c, set, ret, f);
}

void assess_terms_missing(const struct assess_terms *t, char ret[static TERMS_GAP_BYTES])
{
    (void)str_fit(ret, TERMS_GAP_BYTES, t->gap);
    if (ret[0] != '\0') {
        return;
    }
    if (t->usd_rate_e9 == ASSESS_UNKNOWN) {
        (void)snprintf(ret, TERMS_GAP_BYTES,
                       "The shop sells in %s and nobody has told how much a US dollar is; set "
                       "money.usd_rate_e9.",
                       t->currency);
    }
    for (size_t i = 0; i < t->market_count && ret[0] == '\0'; i++) {
        const struct assess_market *m = &t->markets[i];
        if (!m->duty_known) {
            (void)snprintf(ret, TERMS_GAP_BYTES,
                           "No duty rule holds today for goods from %s sent to %s; add one to the "
                           "table of duties.",
                           t->origin, m->country);
        } else if (!m->duty_rate_known) {
            (void)snprintf(ret, TERMS_GAP_BYTES,
                           "The duty of %s is in %s; set what that is in %s in money.rates.",
                           m->country, m->duty.currency, t->currency);
        }
    }
}

void terms_cost_band(const struct assess_terms *t, int64_t *ret_min_cents, int64_t *ret_max_cents)
{
    struct money least = { .minor = t->limits.price_min / t->limits.cost_factor_max };
    struct money most = { 0 };
    struct money usd = { 0 };
    struct fail ignored; /* a band that cannot be computed stays open */

    *ret_min_cents = *ret_max_cents = 0;
    if (t->usd_rate_e9 == ASSESS_UNKNOWN ||
        money_mul_div(t->limits.price_max, PPM - t->limits.target_ppm, PPM, MONEY_CEIL, &most.minor,
                      &ignored) < 0) {
        return;
    }
    int64_t back_e9 = E9 * E9 / t->usd_rate_e9; /* dollars per unit of the shop's currency */
    (void)str_fit(least.currency, sizeof least.currency, t->currency);
    (void)str_fit(most.currency, sizeof most.currency, t->currency);
    if (back_e9 > 0 && money_convert(&least, "USD", back_e9, MONEY_FLOOR, &usd, &ignored) == 0) {
        *ret_min_cents = usd.minor;
    }
    if (back_e9 > 0 && money_convert(&most, "USD", back_e9, MONEY_CEIL, &usd, &ignored) == 0) {
        *ret_max_cents = usd.minor;
    }
}
