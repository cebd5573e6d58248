#include "common/model/pricing_apply.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/db/sqltext.h"
#include "common/model/job_catalog.h"
#include "sql/model.h"

#define REPRICE_JOB "product.reprice"

enum { PAGE = 200, SENTENCE_BYTES = 240 };

/* A rule on its way to the products. */
struct applying {
    struct db *db;
    const struct pricing_rule *rule;
    const char *who;
    int64_t after;    /* product the next page begins behind; 0 = the first page */
    int64_t products; /* that get another price so far */
};

/* Those of a page of the preview whose price by the rule passes the gate: [{"id","price_minor","currency","same"}]; same: it is the
 * price they have.  A new reference; NULL without memory. */
static json_t *prices_of(const json_t *page)
{
    scoped(json_clear_p) json_t *prices = json_array();
    const json_t *product;
    size_t index;

    json_array_foreach(json_object_get(page, "products"), index, product)
    {
        const char *verdict = json_text(product, "verdict", "");
        bool same = strcmp(verdict, "same") == 0;

        if (!same && strcmp(verdict, "set") != 0) {
            continue;
        }
        json_t *one =
            json_pack("{s:I, s:I, s:s, s:b}", "id", (json_int_t)json_int(product, "id", 0),
                      "price_minor", (json_int_t)json_int(product, "new.minor", 0), "currency",
                      json_text(product, "new.currency", ""), "same", same);
        if (json_array_append_new(prices, one) < 0) {
            return NULL;
        }
    }
    return take_ptr(prices);
}

static int put(struct applying *a, const char *prices, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    char sentence[SENTENCE_BYTES];
    struct sql_text rule;
    const struct job_kind *kind = job_kind_find(REPRICE_JOB);

    if (kind == NULL) {
        return fail_set(f, FAIL_BUG, "there is no job type '%s'", REPRICE_JOB);
    }
    (void)snprintf(sentence, sizeof sentence, "The price by pricing rule '%s'.", a->rule->name);
    const char *params[] = { prices,
                             kind->name,
                             kind->queue,
                             sql_opt(log_trace_id()),
                             a->who,
                             sentence,
                             sql_int(&rule, a->rule->id) };
    TRY(db_begin(a->db, &tx, f));
    TRY(db_exec(tx, &sql_model_pricing_busy, params, f));
    TRY(db_query(tx, &sql_model_pricing_apply, params, &rows, f));
    if (!db_bool(rows, 0, "counts")) {
        return fail_set(f, FAIL_CONFLICT,
                        "pricing rule '%s' counts no more: somebody chose another meanwhile",
                        a->rule->name);
    }
    TRY(db_commit(&tx, f));
    a->products += db_int(rows, 0, "products", 0);
    return 0;
}

/* One page.  1 = there are more. */
static int apply_page(struct applying *a, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(free_p) char *prices_text = NULL;
    scoped(json_clear_p) json_t *page = NULL;

    TRY(pricing_preview(a->db, a->rule, a->after, PAGE, &text, f));
    TRY(json_parse(text, strlen(text), "the preview", &page, f));
    scoped(json_clear_p) json_t *prices = prices_of(page);
    if (prices == NULL) {
        return fail_memory(f);
    }
    TRY(json_write(prices, &prices_text, f));
    if (json_array_size(prices) > 0) {
        TRY(put(a, prices_text, f));
    }
    a->after = json_int(page, "next", 0);
    return a->after > 0 ? 1 : 0;
}

int pricing_apply(struct db *db, const struct pricing_rule *rule, const char *who,
                  int64_t *ret_products, struct fail *f)
{
    struct applying a = { .db = db, .rule = rule, .who = who };
    int more = 1;

    while (more == 1) {
        more = apply_page(&a, f);
        *ret_products = a.products;
        TRY(more);
    }
    return 0;
}
