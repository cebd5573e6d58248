/* /api/v1/products: rows as Postgres builds them, and a person's word about one. */
#include "api/http/resources.h"

#include <string.h>

#include "api/http/bulk_rows.h"
#include "api/http/reply.h"
#include "common/base/json.h"
#include "common/model/products.h"

enum { PAGE_DEFAULT = 50 };

int get_products(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    const struct product_filter filter = { .state = request_text(rq, "state"),
                                           .label = request_text(rq, "label"),
                                           .category = request_text(rq, "category"),
                                           .text = request_text(rq, "q"),
                                           .score_min = request_int(rq, "score_min", 0),
                                           .margin_min_ppm = request_int(rq, "margin_min_ppm", 0),
                                           .stage = request_text(rq, "stage"),
                                           .problem = request_text(rq, "problem") != NULL,
                                           .sort = request_text(rq, "sort"),
                                           .after = request_text(rq, "cursor"),
                                           .limit = request_int(rq, "limit", PAGE_DEFAULT) };

    TRY(products_page(rq->db, &filter, &json, f));
    reply_json(re, 200, json);
    return 0;
}

int get_product(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    int64_t id;

    TRY(product_resolve(rq->db, request_text(rq, "id"), &id, f));
    TRY(product_detail(rq->db, id, &json, f));
    reply_json(re, 200, json);
    return 0;
}

/* Said twice is done once: either way the answer is how the product stands. */
static int answer(struct request *rq, int said, int64_t id, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;

    TRY(said);
    TRY(product_now(rq->db, id, &json, f));
    reply_json(re, 200, json);
    return 0;
}

/* Who says it about which product; `who` is the caller's memory and must outlive *ret. */
static int hear(const struct request *rq, char who[static REQUEST_WHO_BYTES],
                struct product_word *ret, struct fail *f)
{
    request_who(rq, who);
    ret->who = who;
    return product_resolve(rq->db, request_text(rq, "id"), &ret->id, f);
}

/* The texts that came along; NULL when none did.  *ret is the caller's. */
static int texts_of(const struct request *rq, json_t **ret, struct fail *f)
{
    const char *texts = request_text(rq, "texts");
    return texts != NULL ? json_parse(texts, strlen(texts), "texts", ret, f) : 0;
}

int approve_product(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(json_clear_p) json_t *texts = NULL;
    char who[REQUEST_WHO_BYTES];
    struct product_word word;

    TRY(hear(rq, who, &word, f));
    TRY(texts_of(rq, &texts, f));
    return answer(rq, product_approve_by(rq->db, &word, texts, f), word.id, re, f);
}

int edit_product(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(json_clear_p) json_t *texts = NULL;
    char who[REQUEST_WHO_BYTES];
    struct product_word word;

    TRY(hear(rq, who, &word, f));
    TRY(texts_of(rq, &texts, f));
    return answer(rq, product_edit_by(rq->db, &word, texts, f), word.id, re, f);
}

int reject_product(struct request *rq, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    struct product_word word;

    TRY(hear(rq, who, &word, f));
    return answer(rq, product_reject_by(rq->db, &word, request_text(rq, "reason"), f), word.id, re,
                  f);
}

int unlist_product(struct request *rq, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    struct product_word word;

    TRY(hear(rq, who, &word, f));
    return answer(rq, product_unlist_by(rq->db, &word, request_text(rq, "reason"), f), word.id, re,
                  f);
}

int reprice_product(struct request *rq, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    struct product_word word;

    TRY(hear(rq, who, &word, f));
    return answer(rq, product_reprice_by(rq->db, &word, request_int(rq, "price_minor", 0), f),
                  word.id, re, f);
}

static int speak(struct request *rq, const json_t *item, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    const char *action = request_text(rq, "action"), *reason = request_text(rq, "reason");
    struct product_word word = { .who = who };

    TRY(bulk_row_number(item, &word.id, f));
    request_who(rq, who);
    if (strcmp(action, "approve") == 0) {
        return product_approve_by(rq->db, &word, NULL, f);
    }
    if (strcmp(action, "reject") == 0) {
        return product_reject_by(rq->db, &word, reason, f);
    }
    return strcmp(action, "unlist") == 0 ? product_unlist_by(rq->db, &word, reason, f)
                                         : product_reprice_by(rq->db, &word, 0, f);
}

int bulk_products(struct request *rq, struct reply *re, struct fail *f)
{
    if (strcmp(request_text(rq, "action"), "reject") == 0 && request_text(rq, "reason") == NULL) {
        return fail_set(f, FAIL_INPUT, "rejecting needs a reason.");
    }
    return bulk_rows(rq, speak, re, f);
}
