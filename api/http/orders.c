/* /api/v1/orders: rows as Postgres builds them, and a person's word about one. */
#include "api/http/resources.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/http/bulk_rows.h"
#include "api/http/order_query.h"
#include "api/http/reply.h"
#include "api/http/text.h"
#include "common/base/json.h"
#include "common/db/sqltext.h"
#include "common/model/mapping.h"
#include "common/model/one_json.h"
#include "common/model/orders.h"
#include "sql/api.h"
#include "sql/trade.h"

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

/* "KEY-ID": microseconds, or the total when sorted by it (-1 = unknown). */
static int split_cursor(const char *cursor, struct number *at, struct number *id, struct fail *f)
{
    const char *dash = strrchr(cursor, '-');
    int64_t at_us = 0, row = 0;

    if (dash != NULL && (size_t)(dash - cursor) < sizeof at->text) {
        snprintf(at->text, sizeof at->text, "%.*s", (int)(dash - cursor), cursor);
        if (text_to_int(at->text, -1, INT64_C(4000000000000000), &at_us) &&
            text_to_int(dash + 1, 1, INT64_MAX, &row)) {
            *id = number_of(row);
            return 0;
        }
    }
    return fail_set(f, FAIL_INPUT, "cursor must be the `next` of the page before.");
}

/* What of a list's query needs more than orders_page.sql; the plain list of all orders is the one that is asked for most. */
static bool is_narrow(const struct request *rq)
{
    static const char *const names[] = { "state", "view",    "q",    "reason",
                                         "risk",  "country", "cost", "currency" };
    const char *sort = request_text(rq, "sort");

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (request_text(rq, names[i]) != NULL) {
            return true;
        }
    }
    return sort != NULL && strcmp(sort, "-created") != 0;
}

struct page_of {
    struct number at, id, limit;
    const char *cursor;
};

static int read_page(struct request *rq, struct page_of *p, struct fail *f)
{
    p->cursor = request_text(rq, "cursor");
    p->limit = number_of(request_int(rq, "limit", PAGE_DEFAULT));
    return p->cursor != NULL ? split_cursor(p->cursor, &p->at, &p->id, f) : 0;
}

static int find_orders(struct request *rq, const struct page_of *p, const struct order_query *of,
                       char **ret_json, struct fail *f)
{
    const char *sort = request_text(rq, "sort");
    bool by_total = sort != NULL && strstr(sort, "total") != NULL;
    const char *params[] = { of->states,
                             of->q,
                             of->since,
                             of->until,
                             of->reason,
                             of->country,
                             of->risk,
                             of->problem,
                             of->cost,
                             of->currency,
                             p->limit.text,
                             p->cursor != NULL ? p->at.text : NULL,
                             p->cursor != NULL ? p->id.text : NULL,
                             sql_bool(sort == NULL || sort[0] == '-') };
    return one_json(rq->db, by_total ? &sql_api_orders_by_total : &sql_api_orders_find, params,
                    ret_json, f);
}

int get_orders(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    struct order_query of;
    struct page_of p;

    TRY(read_page(rq, &p, f));
    order_query_read(rq, &of);
    const char *params[] = { p.limit.text, p.cursor != NULL ? p.at.text : NULL,
                             p.cursor != NULL ? p.id.text : NULL, of.since, of.until };
    TRY(is_narrow(rq) ? find_orders(rq, &p, &of, &json, f)
                      : one_json(rq->db, &sql_api_orders_page, params, &json, f));
    reply_json(re, 200, json);
    return 0;
}

int get_order_views(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;

    TRY(one_json(rq->db, &sql_api_order_views, NULL, &json, f));
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

static int release_one(struct request *rq, const json_t *item, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    int64_t id;

    TRY(bulk_row_number(item, &id, f));
    request_who(rq, who);
    return order_release_by(rq->db, id, who, f);
}

static int hold_one(struct request *rq, const json_t *item, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    const char *reason = request_text(rq, "reason");
    int64_t id;

    TRY(bulk_row_number(item, &id, f));
    request_who(rq, who);
    return order_hold_by(rq->db, id, reason != NULL ? reason : "", who, f);
}

int bulk_orders(struct request *rq, struct reply *re, struct fail *f)
{
    bool hold = strcmp(request_text(rq, "action"), "hold") == 0;

    return bulk_rows(rq, hold ? hold_one : release_one, re, f);
}

int confirm_order_mapping(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    char who[REQUEST_WHO_BYTES];
    int64_t id;

    TRY(order_resolve(rq->db, request_text(rq, "id"), &id, f));
    struct number text = number_of(id);
    const char *params[] = { text.text, request_text(rq, "sku"), request_text(rq, "vid") };
    TRY(one_json(rq->db, &sql_trade_order_mapping, params, &json, f));
    request_who(rq, who);
    TRY(mapping_confirm(rq->db, params[1], params[2], who, f));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s, s:b}", "sku", params[1], "vid", params[2], "confirmed", 1);
    return reply_value(re, 200, body, f);
}
