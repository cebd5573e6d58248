#include "common/model/products.h"

#include <string.h>

#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "common/model/one_json.h"
#include "sql/model.h"

enum { SCORE_MAX = 100, SCORE_E4 = 10000 };

const char *const product_states[] = { "found",      "candidate", "needs_data",   "rejected",
                                       "assessed",   "writing",   "needs_review", "approval",
                                       "publishing", "listed",    "on_hold",      "unlisting",
                                       "unlisted",   NULL };
static const char *const labels[] = { "NEW", "RISING", "STABLE", "FALLING", NULL };
static const char *const sorts[] = { "newest", "opportunity", NULL };

static int check_word(const char *what, const char *word, const char *const *known, struct fail *f)
{
    for (size_t i = 0; word != NULL && known[i] != NULL; i++) {
        if (strcmp(known[i], word) == 0) {
            return 0;
        }
    }
    return word == NULL ? 0 : fail_set(f, FAIL_INPUT, "no %s '%.40s'", what, word);
}

struct cursor {
    struct sql_text worth, id;
    bool has_worth; /* false: it has no opportunity, or the sort needs none */
};

/* "ID" when sorted by age; "OPPORTUNITY-ID" or "n-ID" (it has none) when sorted by opportunity. */
static int read_cursor(const char *after, bool by_worth, struct cursor *ret, struct fail *f)
{
    const char *dash = by_worth ? strrchr(after, '-') : NULL;
    const char *id = dash != NULL ? dash + 1 : after;
    size_t worth_bytes = dash != NULL ? (size_t)(dash - after) : 0;
    struct fail broken;
    int64_t number;

    *ret = (struct cursor){ .has_worth = false };
    bool fits = (dash != NULL) == by_worth && worth_bytes < sizeof ret->worth.data &&
                str_to_int(id, 1, INT64_MAX, "cursor", &number, &broken) == 0;
    if (fits) {
        (void)sql_int(&ret->id, number);
    }
    if (fits && by_worth) {
        snprintf(ret->worth.data, sizeof ret->worth.data, "%.*s", (int)worth_bytes, after);
        ret->has_worth = strcmp(ret->worth.data, "n") != 0;
        fits = !ret->has_worth ||
               str_to_int(ret->worth.data, INT64_MIN, INT64_MAX, "cursor", &number, &broken) == 0;
    }
    return fits ? 0 : fail_set(f, FAIL_INPUT, "broken cursor: take the text of 'next' as it is");
}

static int check_filter(const struct product_filter *filter, struct fail *f)
{
    TRY(check_word("product state", filter->state, product_states, f));
    TRY(check_word("label", filter->label, labels, f));
    TRY(check_word("sort", filter->sort, sorts, f));
    if (filter->limit < 1 || filter->limit > PRODUCT_PAGE_MAX) {
        return fail_set(f, FAIL_INPUT, "limit is 1 to %d", PRODUCT_PAGE_MAX);
    }
    return filter->score_min >= 0 && filter->score_min <= SCORE_MAX
               ? 0
               : fail_set(f, FAIL_INPUT, "the least score is 0 to %d", SCORE_MAX);
}

/* The states of a stage as an array of Postgres. */
static int states_of(const char *stage, const char **ret, struct fail *f)
{
    static const struct {
        const char *stage, *states;
    } stages[] = {
        { "found", "{found}" },
        { "checked", "{candidate,needs_data,assessed}" },
        { "draft", "{writing,publishing}" },
        { "todo", "{needs_review,approval}" },
        { "live", "{listed}" },
        { "hold", "{on_hold}" },
        { "rejected", "{rejected}" },
        { "retired", "{unlisting,unlisted}" },
    };

    *ret = NULL;
    for (size_t i = 0; stage != NULL && i < COUNT_OF(stages) && *ret == NULL; i++) {
        *ret = strcmp(stages[i].stage, stage) == 0 ? stages[i].states : NULL;
    }
    return stage == NULL || *ret != NULL ? 0 : fail_set(f, FAIL_INPUT, "no stage '%.40s'", stage);
}

int products_page(struct db *db, const struct product_filter *filter, char **ret_json,
                  struct fail *f)
{
    struct sql_text limit, score, margin;
    struct cursor at = { .has_worth = false };
    const char *states;

    TRY(check_filter(filter, f));
    TRY(states_of(filter->stage, &states, f));
    const char *sort = filter->sort != NULL ? filter->sort : sorts[0];
    if (filter->after != NULL) {
        TRY(read_cursor(filter->after, strcmp(sort, sorts[1]) == 0, &at, f));
    }
    const char *params[] = {
        filter->state,
        filter->label,
        filter->category,
        filter->text,
        filter->score_min > 0 ? sql_int(&score, filter->score_min * SCORE_E4) : NULL,
        sort,
        sql_int(&limit, filter->limit),
        at.has_worth ? at.worth.data : NULL,
        filter->after != NULL ? at.id.data : NULL,
        filter->margin_min_ppm > 0 ? sql_int(&margin, filter->margin_min_ppm) : NULL,
        states,
        sql_bool(filter->problem)
    };
    return one_json(db, &sql_model_products_page, params, ret_json, f);
}

int product_resolve(struct db *db, const char *text, int64_t *ret_id, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct fail no_number;
    int64_t number;
    bool is_number = str_to_int(text, 1, INT64_MAX, "product", &number, &no_number) == 0;
    const char *params[] = { text, is_number ? text : NULL };

    TRY(db_query(db, &sql_model_product_resolve, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_set(f, FAIL_MISSING, "no product '%.100s'", text);
    }
    *ret_id = db_int(rows, 0, "id", 0);
    return 0;
}

static int read_one(struct db *db, const struct embedded *sql, int64_t id, char **ret_json,
                    struct fail *f)
{
    struct sql_text text;

    if (one_json(db, sql, (const char *[]){ sql_int(&text, id) }, ret_json, f) < 0) {
        return f->kind == FAIL_MISSING ? fail_set(f, FAIL_MISSING, "no product %" PRId64, id) : -1;
    }
    return 0;
}

int product_detail(struct db *db, int64_t id, char **ret_json, struct fail *f)
{
    return read_one(db, &sql_model_product_detail, id, ret_json, f);
}

int product_now(struct db *db, int64_t id, char **ret_json, struct fail *f)
{
    return read_one(db, &sql_model_product_now, id, ret_json, f);
}
