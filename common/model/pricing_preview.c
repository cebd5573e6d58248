/* A pricing rule over all live products, without changing any. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/db/db.h"
#include "common/db/sqltext.h"
#include "common/model/pricing_rule.h"
#include "common/model/settings.h"
#include "common/model/settings_lists.h"
#include "sql/model.h"

enum { COUNTRY_LETTERS = 2, PAGE_MAX = 500, SENTENCE_BYTES = 240 };

/* What holds for the whole page. */
struct preview {
    struct pricing_rule rule;
    struct sale_terms terms[SETTING_MARKETS_MAX];
    size_t markets;
    int64_t target_ppm, least_margin; /* of the listing gate */
    int64_t changed, infeasible;
};

static int read_market(struct db *db, const struct settings *set, const char *country,
                       struct preview *p, struct fail *f)
{
    if (p->markets == SETTING_MARKETS_MAX) {
        return fail_set(f, FAIL_INPUT, "more than %d markets in discovery.markets",
                        SETTING_MARKETS_MAX);
    }
    if (sale_terms_read(db, set, country, &p->terms[p->markets++], f) < 0) {
        f->kind =
            f->kind == FAIL_MISSING ? FAIL_INPUT : f->kind; /* it is not the rule that misses */
        return fail_wrap(f, "discovery.markets");
    }
    return 0;
}

/* The countries of discovery.markets, which stand apart by commas. */
static int read_markets(struct db *db, const struct settings *set, struct preview *p,
                        struct fail *f)
{
    const char *list = setting_text(set, SETTING_MARKETS);
    char country[64];

    while (setting_item(&list, country, sizeof country)) {
        if (strlen(country) != COUNTRY_LETTERS) {
            return fail_set(f, FAIL_INPUT, "discovery.markets holds '%s', which is no country",
                            country);
        }
        TRY(read_market(db, set, country, p, f));
    }
    return p->markets > 0 ? 0 : fail_set(f, FAIL_INPUT, "discovery.markets names no market");
}

static int preview_init(struct db *db, const struct pricing_rule *rule, struct preview *p,
                        struct fail *f)
{
    struct settings set;

    TRY(settings_read(db, &set, f));
    *p = (struct preview){ .rule = *rule,
                           .target_ppm = set.num[SETTING_TARGET_MARGIN_PPM],
                           .least_margin = set.num[SETTING_MARGIN_MIN] };
    p->rule.least_margin = p->least_margin;
    return read_markets(db, &set, p, f);
}

/* The dearest price of the markets; 1 = INFEASIBLE in one of them. */
static int dearest(const struct preview *p, int64_t landed, int64_t *ret, struct fail *f)
{
    int64_t most = 0;

    for (size_t i = 0; i < p->markets; i++) {
        int64_t price = 0;
        int outcome = pricing_rule_price(&p->rule, &p->terms[i], landed, &price, f);

        if (outcome != 0) {
            return outcome;
        }
        most = price > most ? price : most;
    }
    *ret = most;
    return 0;
}

/* The lowest margin of the markets, and whether all of them pass the gate. */
struct worst {
    bool known, passes;
    int64_t ratio_ppm;
};
static int worst_of(const struct preview *p, int64_t price, int64_t landed, struct worst *ret,
                    struct fail *f)
{
    struct worst worst = { .known = true, .passes = true, .ratio_ppm = INT64_MAX };

    for (size_t i = 0; i < p->markets; i++) {
        struct margin m;

        TRY(price_margin(&p->terms[i], price, landed, &m, f));
        worst.known = worst.known && m.ratio_known;
        worst.ratio_ppm = m.ratio_ppm < worst.ratio_ppm ? m.ratio_ppm : worst.ratio_ppm;
        worst.passes = worst.passes && m.ratio_known && m.ratio_ppm >= p->target_ppm &&
                       m.contribution >= p->least_margin;
    }
    *ret = worst;
    return 0;
}

enum verdict { SET, SAME, BELOW_GATE, INFEASIBLE, UNKNOWN };
static const char *const verdicts[] = { [SET] = "set",
                                        [SAME] = "same",
                                        [BELOW_GATE] = "below_gate",
                                        [INFEASIBLE] = "infeasible",
                                        [UNKNOWN] = "unknown" };

/* One product under the rule; a price of -1 is unknown. */
struct outlook {
    enum verdict verdict;
    int64_t old_price, new_price;
    struct worst before, after;
    const char *currency;
};

static int look_at(struct preview *p, int64_t landed, struct outlook *o, struct fail *f)
{
    o->verdict = UNKNOWN;
    if (landed < 0 || o->currency == NULL) {
        return 0;
    }
    if (o->old_price >= 0) {
        TRY(worst_of(p, o->old_price, landed, &o->before, f));
    }
    int outcome = dearest(p, landed, &o->new_price, f);
    TRY(outcome);
    if (outcome == 1) {
        o->verdict = INFEASIBLE;
        p->infeasible++;
        return 0;
    }
    TRY(worst_of(p, o->new_price, landed, &o->after, f));
    o->verdict = !o->after.passes ? BELOW_GATE : o->new_price == o->old_price ? SAME : SET;
    p->changed += o->verdict == SET;
    return 0;
}

static void money_text(const struct outlook *o, int64_t minor, char text[static MONEY_TEXT_BYTES])
{
    struct money m = { .minor = minor };

    (void)str_fit(m.currency, sizeof m.currency, o->currency);
    money_format(&m, text);
}

static void margin_text(const struct worst *w, char text[static PRICE_PERCENT_BYTES])
{
    if (w->known) {
        price_percent(w->ratio_ppm, text);
    } else {
        snprintf(text, PRICE_PERCENT_BYTES, "unknown");
    }
}

static void sentence(const struct preview *p, const struct outlook *o,
                     char text[static SENTENCE_BYTES])
{
    char from[MONEY_TEXT_BYTES] = "unknown", to[MONEY_TEXT_BYTES], least[MONEY_TEXT_BYTES];
    char before[PRICE_PERCENT_BYTES], after[PRICE_PERCENT_BYTES], gate[PRICE_PERCENT_BYTES];
    int size;

    if (o->verdict == UNKNOWN || o->verdict == INFEASIBLE) {
        snprintf(text, SENTENCE_BYTES, "%s",
                 o->verdict == UNKNOWN ? "its landed cost or its currency is not known"
                                       : "no price reaches the margin of the rule");
        return;
    }
    if (o->old_price >= 0) {
        money_text(o, o->old_price, from);
    }
    money_text(o, o->new_price, to);
    margin_text(&o->before, before);
    margin_text(&o->after, after);
    size = snprintf(text, SENTENCE_BYTES, "%s to %s %.3s, margin %s to %s", from, to, o->currency,
                    before, after);
    if (o->verdict == BELOW_GATE && size < SENTENCE_BYTES) {
        money_text(o, p->least_margin, least);
        price_percent(p->target_ppm, gate);
        snprintf(text + size, SENTENCE_BYTES - (size_t)size,
                 ": the listing gate asks for %s and %s a sale", gate, least);
    }
}

static json_t *money_json(const struct outlook *o, int64_t minor)
{
    return minor < 0 || o->currency == NULL
               ? json_null()
               : json_pack("{s:I,s:s}", "minor", (json_int_t)minor, "currency", o->currency);
}

static json_t *margin_json(const struct worst *w)
{
    return w->known ? json_integer(w->ratio_ppm) : json_null();
}

static int add_product(struct preview *p, const PGresult *rows, int row, json_t *list,
                       struct fail *f)
{
    struct outlook o = { .old_price = db_int(rows, row, "price_minor", -1),
                         .new_price = -1,
                         .currency = db_text(rows, row, "shop_currency") };
    char text[SENTENCE_BYTES];

    TRY(look_at(p, db_int(rows, row, "landed_minor", -1), &o, f));
    sentence(p, &o, text);
    json_t *one = json_pack(
        "{s:I,s:s,s:o,s:o,s:o,s:o,s:s,s:s}", "id", (json_int_t)db_int(rows, row, "id", 0), "name",
        db_text(rows, row, "name"), "old", money_json(&o, o.old_price), "new",
        money_json(&o, o.new_price), "margin_old_ppm", margin_json(&o.before), "margin_new_ppm",
        margin_json(&o.after), "verdict", verdicts[o.verdict], "text", text);
    return json_array_append_new(list, one) == 0 ? 0 : fail_memory(f);
}

static json_t *page_json(const struct preview *p, json_t *products, json_t *take_next)
{
    return json_pack("{s:{s:I,s:s,s:s},s:O,s:I,s:I,s:o}", "rule", "id", (json_int_t)p->rule.id,
                     "name", p->rule.name, "kind", pricing_kind_name(p->rule.kind), "products",
                     products, "changed", (json_int_t)p->changed, "infeasible",
                     (json_int_t)p->infeasible, "next", take_next);
}

int pricing_preview(struct db *db, const struct pricing_rule *rule, int64_t after, int64_t limit,
                    char **ret_json, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(json_clear_p) json_t *products = json_array(), *page = NULL;
    struct sql_text from, count;
    struct preview p;

    if (limit < 1 || limit > PAGE_MAX) {
        return fail_set(f, FAIL_INPUT, "a page has 1 to %d products", PAGE_MAX);
    }
    TRY(preview_init(db, rule, &p, f));
    const char *params[] = { sql_int(&from, after), sql_int(&count, limit) };
    TRY(db_query(db, &sql_model_pricing_live, params, &rows, f));
    int found = PQntuples(rows);
    for (int row = 0; row < found; row++) {
        TRY(add_product(&p, rows, row, products, f));
    }
    page = page_json(&p, products,
                     found == limit ? json_integer(db_int(rows, found - 1, "id", 0)) : json_null());
    return page != NULL ? json_write(page, ret_json, f) : fail_memory(f);
}
