#include "common/model/proposals.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "common/model/audit.h"
#include "common/model/one_json.h"
#include "common/model/product_steer.h"
#include "sql/model.h"

#define PRODUCT_SUBJECT "product:"

enum { PAGE_MAX = 500, REASON_MAX_BYTES = 300, WHAT_BYTES = 201, SENTENCE_BYTES = 640 };

/* To add a kind of proposal: a line here with the job that does it to a live product.  The job gets [product, "now", price] when
 * the proposal's detail has a price_minor, else [product, "now"]. */
static const struct proposal_kind {
    const char *kind, *job;
} kinds[] = {
    { "product.price", "product.reprice" },
    { "product.hold", "product.reprice" },
    { "product.restore", "product.reprice" },
};

static const struct proposal_kind *find_kind(const char *kind)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

int proposals_page(struct db *db, const struct proposal_filter *filter, char **ret_json,
                   struct fail *f)
{
    static const char *const states[] = { "open", "accepted", "rejected", "withdrawn" };
    struct sql_text limit, after;
    bool known = filter->state == NULL;

    for (size_t i = 0; i < COUNT_OF(states) && !known; i++) {
        known = strcmp(states[i], filter->state) == 0;
    }
    if (!known) {
        return fail_set(f, FAIL_INPUT, "no proposal state '%.40s'", filter->state);
    }
    if (filter->limit < 1 || filter->limit > PAGE_MAX || filter->after < 0) {
        return fail_set(f, FAIL_INPUT, "limit is 1 to %d", PAGE_MAX);
    }
    const char *params[] = { filter->state, filter->kind, sql_int(&limit, filter->limit),
                             filter->after > 0 ? sql_int(&after, filter->after) : NULL };
    return one_json(db, &sql_model_proposals_page, params, ret_json, f);
}

int proposal_now(struct db *db, int64_t id, char **ret_json, struct fail *f)
{
    struct sql_text text;

    if (one_json(db, &sql_model_proposal_now, (const char *[]){ sql_int(&text, id) }, ret_json, f) <
        0) {
        return f->kind == FAIL_MISSING ? fail_set(f, FAIL_MISSING, "no proposal %" PRId64, id) : -1;
    }
    return 0;
}

/* A yes or no that is being said. */
struct answer {
    int64_t id, product_id;
    const char *who, *state; /* "accepted" or "rejected" */
    const char *reason;      /* NULL = none */
};

static bool accepts(const struct answer *a)
{
    return strcmp(a->state, "accepted") == 0;
}

/* On its way in or out of the shop, a product has another job to do; that one must not be replaced. */
static int must_be_live(struct db *tx, const struct answer *a, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text id;

    TRY(db_query(tx, &sql_model_product_steer, (const char *[]){ sql_int(&id, a->product_id) },
                 &rows, f));
    const char *state = PQntuples(rows) > 0 ? db_text(rows, 0, "state") : "gone";
    return product_is_live(state)
               ? 0
               : fail_set(f, FAIL_CONFLICT, "product %" PRId64 " is %s: this is for a live one",
                          a->product_id, state);
}

/* The product's next job is the one that does it. */
static int add_job(struct db *tx, const struct answer *a, const PGresult *rows, struct fail *f)
{
    const char *detail_text = db_text(rows, 0, "detail");
    const struct proposal_kind *kind = find_kind(db_text(rows, 0, "kind"));
    scoped(json_clear_p) json_t *detail = NULL;
    struct sql_text id;
    char more[48] = ", \"now\"";

    if (kind == NULL) {
        return fail_set(f, FAIL_CONFLICT, "nothing is known that does '%.60s'",
                        db_text(rows, 0, "kind"));
    }
    TRY(must_be_live(tx, a, f));
    TRY(json_parse(detail_text, strlen(detail_text), "the proposal", &detail, f));
    int64_t price = json_int(detail, "price_minor", 0);
    if (price > 0) {
        (void)snprintf(more, sizeof more, ", \"now\", %" PRId64, price);
    }
    const char *params[] = { sql_int(&id, a->product_id), kind->job, NULL };
    TRY(db_exec(tx, &sql_model_product_next, params, f));
    return product_job_add(tx, a->product_id, kind->job, more, f);
}

static int tell(struct db *tx, const struct answer *a, const PGresult *rows, struct fail *f)
{
    char sentence[SENTENCE_BYTES], what[WHAT_BYTES];
    scoped(json_clear_p) json_t *detail =
        json_pack("{s:I, s:s, s:s?}", "proposal", (json_int_t)a->id, "kind",
                  db_text(rows, 0, "kind"), "reason", a->reason);

    if (detail == NULL) {
        return fail_set(f, FAIL_INPUT, "the reason is not valid UTF-8");
    }
    (void)str_fit(what, sizeof what, db_text(rows, 0, "text")); /* Postgres takes no half letter */
    (void)snprintf(sentence, sizeof sentence, "A person %s: %s%s%s", a->state, what,
                   a->reason != NULL ? " Reason: " : "", a->reason != NULL ? a->reason : "");
    const struct product_said said = { .product_id = a->product_id,
                                       .who = a->who,
                                       .step =
                                           accepts(a) ? "proposal_accepted" : "proposal_rejected",
                                       .text = sentence,
                                       .detail = detail };
    return product_said_add(tx, &said, f);
}

static int decide_locked(struct db *db, const struct answer *a, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text id;

    TRY(db_begin(db, &tx, f));
    const char *params[] = { sql_int(&id, a->id), a->state, a->who, a->reason };
    TRY(db_query(tx, &sql_model_proposal_decide, params, &rows, f));
    const char *state = PQntuples(rows) > 0 ? db_text(rows, 0, "state") : NULL;
    if (state == NULL) {
        return fail_set(f, FAIL_MISSING, "no proposal %" PRId64, a->id);
    }
    if (strcmp(state, a->state) == 0) {
        return 1;
    }
    if (strcmp(state, "open") != 0) {
        return fail_set(f, FAIL_CONFLICT, "proposal %" PRId64 " is %s already", a->id, state);
    }
    TRY(db_exec(tx, &sql_model_proposal_decided, params, f));
    TRY(accepts(a) ? add_job(tx, a, rows, f) : 0);
    TRY(tell(tx, a, rows, f));
    return db_commit(&tx, f);
}

/* The product a proposal is about. */
static int find_product(struct db *db, int64_t id, int64_t *ret, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *proposal = NULL;

    TRY(proposal_now(db, id, &text, f));
    TRY(json_parse(text, strlen(text), "the proposal", &proposal, f));
    const char *subject = json_text(proposal, "subject", "");
    if (strncmp(subject, PRODUCT_SUBJECT, strlen(PRODUCT_SUBJECT)) != 0) {
        return fail_set(f, FAIL_CONFLICT, "nothing is known that decides about '%.60s'", subject);
    }
    return str_to_int(subject + strlen(PRODUCT_SUBJECT), 1, INT64_MAX, "product", ret, f);
}

static int decide(struct db *db, struct answer *a, struct fail *f)
{
    scoped(db_lock_done) struct db_lock lock = { 0 };

    TRY(find_product(db, a->id, &a->product_id, f));
    TRY(product_lock(db, a->product_id, &lock, f));
    return decide_locked(db, a, f);
}

int proposal_accept_by(struct db *db, int64_t id, const char *who, struct fail *f)
{
    return decide(db, &(struct answer){ .id = id, .who = who, .state = "accepted" }, f);
}

int proposal_reject_by(struct db *db, int64_t id, const char *reason, const char *who,
                       struct fail *f)
{
    size_t length = strlen(reason);

    if (length == 0 || length > REASON_MAX_BYTES) {
        return fail_set(f, FAIL_INPUT, "a reason has 1 to %d bytes", REASON_MAX_BYTES);
    }
    return decide(
        db, &(struct answer){ .id = id, .who = who, .state = "rejected", .reason = reason }, f);
}
