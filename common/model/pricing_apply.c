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

/* Those of a page of the preview that change: [{"id","price_minor","currency"}].  A new reference; NULL without memory. */
static json_t *changes_of(const json_t *page)
{
    scoped(json_clear_p) json_t *changes = json_array();
    const json_t *product;
    size_t index;

    json_array_foreach(json_object_get(page, "products"), index, product)
    {
        if (strcmp(json_text(product, "verdict", ""), "set") != 0) {
            continue;
        }
        json_t *one = json_pack("{s:I, s:I, s:s}", "id", (json_int_t)json_int(product, "id", 0),
                                "price_minor", (json_int_t)json_int(product, "new.minor", 0),
                                "currency", json_text(product, "new.currency", ""));
        if (json_array_append_new(changes, one) < 0) {
            return NULL;
        }
    }
    return take_ptr(changes);
}

static int put(struct db *db, const char *changes, const char *rule, const char *who,
               int64_t *products, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    char sentence[SENTENCE_BYTES];
    const struct job_kind *kind = job_kind_find(REPRICE_JOB);

    if (kind == NULL) {
        return fail_set(f, FAIL_BUG, "there is no job type '%s'", REPRICE_JOB);
    }
    (void)snprintf(sentence, sizeof sentence, "The price by pricing rule '%.120s'.", rule);
    const char *params[] = { changes, kind->name, kind->queue, sql_opt(log_trace_id()),
                             who,     sentence };
    TRY(db_begin(db, &tx, f));
    TRY(db_exec(tx, &sql_model_pricing_busy, params, f));
    TRY(db_query(tx, &sql_model_pricing_apply, params, &rows, f));
    TRY(db_commit(&tx, f));
    *products += db_int(rows, 0, "products", 0);
    return 0;
}

/* One page.  1 = there are more after *after. */
static int apply_page(struct db *db, const struct pricing_rule *rule, const char *who,
                      int64_t *after, int64_t *products, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(free_p) char *changes_text = NULL;
    scoped(json_clear_p) json_t *page = NULL;

    TRY(pricing_preview(db, rule, *after, PAGE, &text, f));
    TRY(json_parse(text, strlen(text), "the preview", &page, f));
    scoped(json_clear_p) json_t *changes = changes_of(page);
    if (changes == NULL) {
        return fail_memory(f);
    }
    TRY(json_write(changes, &changes_text, f));
    if (json_array_size(changes) > 0) {
        TRY(put(db, changes_text, rule->name, who, products, f));
    }
    *after = json_int(page, "next", 0);
    return *after > 0 ? 1 : 0;
}

int pricing_apply(struct db *db, const struct pricing_rule *rule, const char *who,
                  int64_t *ret_products, struct fail *f)
{
    int64_t after = 0;
    int more = 1;

    *ret_products = 0;
    while (more == 1) {
        more = apply_page(db, rule, who, &after, ret_products, f);
        TRY(more);
    }
    return 0;
}
