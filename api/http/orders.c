/* /api/v1/orders: rows as Postgres builds them, and a person's word about one. */
#include "api/http/resources.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/http/reply.h"
#include "api/http/text.h"
#include "common/model/one_json.h"
#include "common/model/orders.h"
#include "sql/api.h"

enum { NUMBER_BYTES = 24, PAGE_DEFAULT = 50 };

/* Numbers as text for parameters. */
struct number {
    char text[NUMBER_BYTES];
};

static struct number number_of(int64_t value)
{
    struct number n;
    snprintf(n.text, sizeof n.text, "%" PRId64, value);
    return n;
}

/* "MICROSECONDS-ID" */
static int split_cursor(const char *cursor, struct number *at, struct number *id, struct fail *f)
{
    const char *dash = strchr(cursor, '-');
    int64_t at_us = 0, row = 0;

    if (dash != NULL && (size_t)(dash - cursor) < sizeof at->text) {
        snprintf(at->text, sizeof at->text, "%.*s", (int)(dash - cursor), cursor);
        if (text_to_int(at->text, 0, INT64_C(4000000000000000), &at_us) &&
            text_to_int(dash + 1, 1, INT64_MAX, &row)) {
            *id = number_of(row);
            return 0;
        }
    }
    return fail_set(f, FAIL_INPUT, "cursor must be the `next` of the page before.");
}

int get_orders(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    const char *cursor = request_text(rq, "cursor");
    struct number limit = number_of(request_int(rq, "limit", PAGE_DEFAULT));
    struct number at, id, from = number_of(request_int(rq, "from", 0)),
                          to = number_of(request_int(rq, "to", 0));

    if (cursor != NULL) {
        TRY(split_cursor(cursor, &at, &id, f));
    }
    const char *params[] = { request_text(rq, "state"),
                             request_text(rq, "q"),
                             limit.text,
                             cursor != NULL ? at.text : NULL,
                             cursor != NULL ? id.text : NULL,
                             request_text(rq, "from") != NULL ? from.text : NULL,
                             request_text(rq, "to") != NULL ? to.text : NULL };
    TRY(one_json(rq->db, &sql_api_orders_page, params, &json, f));
    reply_json(re, 200, json);
    return 0;
}

int get_order(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    int64_t id;

    TRY(order_resolve(rq->db, request_text(rq, "id"), &id, f));
    TRY(order_detail(rq->db, id, &json, f));
    reply_json(re, 200, json);
    return 0;
}

/* How the order stands.  *ret_settled: `reason` (NULL for a release) has been said and done already. */
static int order_now(struct request *rq, int64_t id, const char *reason, char **ret_json,
                     bool *ret_settled, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct number text = number_of(id);

    TRY(db_query(rq->db, &sql_api_order_now, (const char *[]){ text.text }, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_set(f, FAIL_MISSING, "there is no such order");
    }
    const char *code = db_text(rows, 0, "hold_code"), *told = db_text(rows, 0, "reason");
    bool held = strcmp(db_text(rows, 0, "state"), "held") == 0 && code != NULL &&
                strcmp(code, "PERSON") == 0;
    *ret_settled = reason != NULL ? held && told != NULL && strcmp(told, reason) == 0
                                  : strcmp(db_text(rows, 0, "state"), "waiting") == 0 &&
                                        db_text(rows, 0, "released_by") != NULL;
    return str_copy(db_text(rows, 0, "json"), ret_json, f);
}

/* Said twice is done once: a repeat finds the order as it should be and changes nothing. */
static int steer(struct request *rq, const char *reason, struct reply *re, struct fail *f)
{
    scoped(free_p) char *before = NULL;
    scoped(free_p) char *after = NULL;
    char who[REQUEST_WHO_BYTES];
    int64_t id;
    bool settled;

    request_who(rq, who);
    TRY(order_resolve(rq->db, request_text(rq, "id"), &id, f));
    TRY(order_now(rq, id, reason, &before, &settled, f));
    if (settled) {
        reply_json(re, 200, before);
        return 0;
    }
    TRY(reason != NULL ? order_hold_by(rq->db, id, reason, who, f)
                       : order_release_by(rq->db, id, who, f));
    TRY(order_now(rq, id, reason, &after, &settled, f));
    reply_json(re, 200, after);
    return 0;
}

int release_order(struct request *rq, struct reply *re, struct fail *f)
{
    return steer(rq, NULL, re, f);
}

int hold_order(struct request *rq, struct reply *re, struct fail *f)
{
    return steer(rq, request_text(rq, "reason"), re, f);
}
