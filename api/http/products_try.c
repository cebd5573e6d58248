/* What a price would bring: the sums of a product's last assessment, anew at another price. */
#include <inttypes.h>
#include <string.h>

#include "api/http/reply.h"
#include "api/http/resources.h"
#include "common/base/json.h"
#include "common/db/sqltext.h"
#include "common/model/price.h"
#include "common/model/products.h"
#include "sql/trade.h"

/* The sale that earns least. */
struct worst {
    int64_t price; /* the one that is tried */
    struct margin margin;
    int64_t landed, charged;
    const char *variant, *country; /* NULL: none was worked out */
};

static enum tax_mode mode_of(const char *word)
{
    return strcmp(word, "inclusive") == 0 ? TAX_INCLUSIVE
           : strcmp(word, "none") == 0    ? TAX_NONE
                                          : TAX_EXCLUSIVE;
}

/* The terms of a country as the assessment saw them.  false: it did not sell there. */
static bool terms_of(const json_t *decision, const char *country, struct sale_terms *ret)
{
    const json_t *markets = json_object_get(decision, "markets"), *m = NULL;

    for (size_t i = 0; i < json_array_size(markets); i++) {
        m = json_array_get(markets, i);
        if (strcmp(json_text(m, "country", ""), country) == 0) {
            *ret = (struct sale_terms){ .tax_mode = mode_of(json_text(m, "tax_mode", "exclusive")),
                                        .tax_ppm = json_int(m, "tax_ppm", 0),
                                        .fee_ppm = json_int(m, "fee_ppm", 0),
                                        .fee_fixed = json_int(m, "fee_fixed_minor", 0),
                                        .return_ppm = json_int(decision, "return_ppm", 0),
                                        .return_cost = json_int(m, "return_cost_minor", 0),
                                        .salvage_ppm = json_int(m, "salvage_ppm", 0) };
            return true;
        }
    }
    return false;
}

static int try_sum(const json_t *decision, const json_t *variant, const json_t *sum,
                   struct worst *w, struct fail *f)
{
    const char *country = json_text(sum, "country", "");
    int64_t landed = json_int(sum, "landed_minor", -1), charged;
    struct sale_terms terms;
    struct margin margin;

    if (landed < 0 || !terms_of(decision, country, &terms)) {
        return 0;
    }
    TRY(price_margin(&terms, w->price, landed, &margin, f));
    TRY(price_charged(&terms, w->price, &charged, f));
    if (w->country == NULL || margin.contribution < w->margin.contribution) {
        *w = (struct worst){ .price = w->price,
                             .margin = margin,
                             .landed = landed,
                             .charged = charged,
                             .variant = json_text(variant, "name", ""),
                             .country = country };
    }
    return 0;
}

static int try_all(const json_t *decision, struct worst *w, struct fail *f)
{
    const json_t *variants = json_object_get(decision, "variants");

    for (size_t i = 0; i < json_array_size(variants); i++) {
        const json_t *variant = json_array_get(variants, i);
        const json_t *sums = json_object_get(variant, "markets");

        for (size_t s = 0; json_truth(variant, "offered", true) && s < json_array_size(sums); s++) {
            TRY(try_sum(decision, variant, json_array_get(sums, s), w, f));
        }
    }
    return w->country != NULL
               ? 0
               : fail_set(f, FAIL_CONFLICT,
                          "its costs are not known: it has not been assessed, or nothing of it can "
                          "be sent anywhere");
}

static json_t *integer_or_null(bool known, int64_t value)
{
    return known ? json_integer(value) : json_null();
}

static json_t *trial_json(const json_t *decision, int64_t price, const struct worst *w)
{
    const struct margin *m = &w->margin;
    int64_t target = json_int(decision, "target_ppm", -1);
    bool pays = m->contribution > 0;

    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:s, s:s, s:s, s:o}", "price_minor",
        (json_int_t)price, "landed_minor", (json_int_t)w->landed, "fee_minor", (json_int_t)m->fee,
        "reserve_minor", (json_int_t)m->reserve, "margin_minor", (json_int_t)m->contribution,
        "margin_ppm", integer_or_null(m->ratio_known, m->ratio_ppm), "target_ppm",
        integer_or_null(target >= 0, target), "break_even_roas_e4",
        integer_or_null(pays, pays ? w->charged * 10000 / m->contribution : 0), "currency",
        json_text(decision, "currency", ""), "variant", w->variant, "country", w->country, "as_of",
        json_text(decision, "at", NULL) != NULL ? json_string(json_text(decision, "at", ""))
                                                : json_null());
}

int try_product_price(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(json_clear_p) json_t *decision = NULL;
    struct sql_text text;
    struct worst worst = { .country = NULL };
    int64_t id, price = request_int(rq, "price_minor", 0);

    TRY(product_resolve(rq->db, request_text(rq, "id"), &id, f));
    TRY(db_query(rq->db, &sql_trade_product_terms, (const char *[]){ sql_int(&text, id) }, &rows,
                 f));
    const char *told = PQntuples(rows) > 0 ? db_text(rows, 0, "decision") : NULL;
    TRY(json_parse(told != NULL ? told : "{}", told != NULL ? strlen(told) : 2, "the decision",
                   &decision, f));
    worst.price = price;
    TRY(try_all(decision, &worst, f));
    scoped(json_clear_p) json_t *body = trial_json(decision, price, &worst);
    return reply_value(re, 200, body, f);
}
