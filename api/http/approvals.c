/* /api/v1/approvals: all that waits for a person's yes or no, and the answer.  What is decided is what was shown: an answer carries
 * the fingerprint of the facts it was given for, and is refused when they have changed since. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/http/bulk_rows.h"
#include "api/http/reply.h"
#include "api/http/resources.h"
#include "api/http/text.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/db/lock.h"
#include "common/db/sqltext.h"
#include "common/model/one_json.h"
#include "common/model/orders.h"
#include "common/model/products.h"
#include "common/model/proposals.h"
#include "sql/trade.h"

enum { PAGE_DEFAULT = 50, LOCK_WAIT_MS = 3000, PLACE_BYTES = 64 };

/* What is decided, by whom, and why (NULL for a yes). */
struct decision {
    int64_t id;
    const char *who, *reason;
};

typedef int decide_fn(struct db *db, const struct decision *d, struct fail *f);

static int release(struct db *db, const struct decision *d, struct fail *f)
{
    return order_release_by(db, d->id, d->who, f);
}

static int hold(struct db *db, const struct decision *d, struct fail *f)
{
    return order_hold_by(db, d->id, d->reason, d->who, f);
}

static int publish(struct db *db, const struct decision *d, struct fail *f)
{
    return product_approve_by(db, &(struct product_word){ .id = d->id, .who = d->who }, NULL, f);
}

static int turn_down(struct db *db, const struct decision *d, struct fail *f)
{
    return product_reject_by(db, &(struct product_word){ .id = d->id, .who = d->who }, d->reason,
                             f);
}

static int agree(struct db *db, const struct decision *d, struct fail *f)
{
    return proposal_accept_by(db, d->id, d->who, f);
}

static int decline(struct db *db, const struct decision *d, struct fail *f)
{
    return proposal_reject_by(db, d->id, d->reason, d->who, f);
}

/* To add a kind: a line here, and its part in approvals_page.sql and approval_now.sql. */
static const struct kind {
    const char *name;
    decide_fn *yes, *no;
} kinds[] = {
    { "order", release, hold },
    { "product", publish, turn_down },
    { "proposal", agree, decline },
};

struct place {
    struct sql_text part, at, id;
    bool given;
};

/* "PART-MICROSECONDS-ID" */
static int read_place(const char *cursor, struct place *ret, struct fail *f)
{
    char text[PLACE_BYTES] = "";
    int64_t part, at, id;

    ret->given = cursor != NULL;
    if (cursor == NULL) {
        return 0;
    }
    bool fits = str_fit(text, sizeof text, cursor);
    char *first = strchr(text, '-'), *last = strrchr(text, '-');
    if (!fits || first == NULL || first == last) {
        return fail_set(f, FAIL_INPUT, "cursor must be the `next` of the page before.");
    }
    *first = *last = '\0';
    if (!text_to_int(text, 1, 3, &part) ||
        !text_to_int(first + 1, 0, INT64_C(4000000000000000), &at) ||
        !text_to_int(last + 1, 1, INT64_MAX, &id)) {
        return fail_set(f, FAIL_INPUT, "cursor must be the `next` of the page before.");
    }
    (void)sql_int(&ret->part, part);
    (void)sql_int(&ret->at, at);
    (void)sql_int(&ret->id, id);
    return 0;
}

int get_approvals(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    struct sql_text limit;
    struct place at;

    TRY(read_place(request_text(rq, "cursor"), &at, f));
    const char *params[] = { request_text(rq, "type"),
                             sql_int(&limit, request_int(rq, "limit", PAGE_DEFAULT)),
                             at.given ? at.part.data : NULL, at.given ? at.at.data : NULL,
                             at.given ? at.id.data : NULL };
    TRY(one_json(rq->db, &sql_trade_approvals_page, params, &json, f));
    reply_json(re, 200, json);
    return 0;
}

/* "order-7" */
static int read_name(const char *name, const struct kind **ret_kind, int64_t *ret_id,
                     struct fail *f)
{
    const char *dash = strchr(name, '-');

    for (size_t i = 0; dash != NULL && i < COUNT_OF(kinds); i++) {
        if (strlen(kinds[i].name) == (size_t)(dash - name) &&
            strncmp(kinds[i].name, name, (size_t)(dash - name)) == 0 &&
            text_to_int(dash + 1, 1, INT64_MAX, ret_id)) {
            *ret_kind = &kinds[i];
            return 0;
        }
    }
    return fail_set(f, FAIL_INPUT,
                    "'%.60s' names nothing: it must be order-N, product-N or proposal-N.", name);
}

/* FAIL_MISSING; FAIL_CONFLICT when nothing waits there any more, or the facts are others. */
static int look(struct db *db, const struct kind *kind, int64_t id, const char *seen,
                struct db_lock *ret_lock, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text number;
    const char *params[] = { kind->name, sql_int(&number, id) };

    TRY(db_query(db, &sql_trade_approval_now, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_set(f, FAIL_MISSING, "there is no %s %" PRId64, kind->name, id);
    }
    const char *now = db_text(rows, 0, "seen"), *title = db_text(rows, 0, "title");
    if (now == NULL) {
        return fail_code(f, FAIL_CONFLICT, "DECIDED",
                         "%.100s does not wait for a decision any more.", title);
    }
    if (strcmp(now, seen) != 0) {
        return fail_code(f, FAIL_CONFLICT, "CHANGED",
                         "%.100s has changed since it was shown; look at it again.", title);
    }
    if (!str_fit(ret_lock->name, sizeof ret_lock->name, db_text(rows, 0, "lock"))) {
        return fail_set(f, FAIL_BUG, "the name of a lock is too long");
    }
    return 0;
}

/* Who changes these facts holds the same lock; so what is looked at under it is what is decided about. */
static int decide(struct db *db, const char *name, const char *seen, struct decision *d,
                  struct fail *f)
{
    scoped(db_lock_done) struct db_lock lock = { 0 };
    const struct kind *kind = NULL;

    TRY(read_name(name, &kind, &d->id, f));
    TRY(look(db, kind, d->id, seen, &lock, f));
    int held = db_lock_wait(db, &lock, LOCK_WAIT_MS, f);
    TRY(held);
    if (held > 0) {
        return fail_later(f, FAIL_LATER, LOCK_WAIT_MS,
                          "a job works on it just now; try again in a moment");
    }
    TRY(look(db, kind, d->id, seen, &(struct db_lock){ 0 }, f));
    return d->reason != NULL ? kind->no(db, d, f) : kind->yes(db, d, f);
}

static int decide_one(struct request *rq, const char *reason, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    const char *name = request_text(rq, "id");
    struct decision d = { .who = who, .reason = reason };

    request_who(rq, who);
    TRY(decide(rq->db, name, request_text(rq, "seen"), &d, f));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s}", "id", name, "done", reason != NULL ? "rejected" : "approved");
    return reply_value(re, 200, body, f);
}

int approve_approval(struct request *rq, struct reply *re, struct fail *f)
{
    return decide_one(rq, NULL, re, f);
}

int reject_approval(struct request *rq, struct reply *re, struct fail *f)
{
    return decide_one(rq, request_text(rq, "reason"), re, f);
}

static int bulk_decide(struct request *rq, const json_t *item, const char *reason, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    const char *name = json_text(item, "id", NULL), *seen = json_text(item, "seen", NULL);
    struct decision d = { .who = who, .reason = reason };

    if (name == NULL || seen == NULL) {
        return fail_set(f, FAIL_INPUT, "each of ids is {\"id\", \"seen\"}, as the list gave them.");
    }
    request_who(rq, who);
    return decide(rq->db, name, seen, &d, f);
}

static int bulk_yes(struct request *rq, const json_t *item, struct fail *f)
{
    return bulk_decide(rq, item, NULL, f);
}

static int bulk_no(struct request *rq, const json_t *item, struct fail *f)
{
    return bulk_decide(rq, item, request_text(rq, "reason"), f);
}

int bulk_approvals(struct request *rq, struct reply *re, struct fail *f)
{
    bool no = strcmp(request_text(rq, "action"), "reject") == 0;

    if (no && request_text(rq, "reason") == NULL) {
        return fail_set(f, FAIL_INPUT, "rejecting needs a reason.");
    }
    return bulk_rows(rq, no ? bulk_no : bulk_yes, re, f);
}
