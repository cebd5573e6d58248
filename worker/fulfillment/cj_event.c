/* cj.event [message]: the supplier has told of something.  What he says is a hint: the order is looked at now by order.track, a live
 * product next by stock.watch, each through the API. */
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "common/model/outbox.h"
#include "sql/ops.h"
#include "worker/fulfillment/jobs.h"

enum {
    IDS_MAX = 100,
    IDS_BYTES = 8192,
    BUSY_S = 15,      /* a look is due or under way: it may have read what was before */
    PATIENCE_S = 120, /* after which it has surely been looked at */
    RESULT_BYTES = 200
};

/* Ids from the payload as a Postgres array; what is no plain id is nobody's. */
struct ids {
    struct str text;
    int count;
};

static void ids_done(struct ids *ids)
{
    str_done(&ids->text);
}

static void add_id(struct ids *ids, const char *id)
{
    size_t length = strlen(id);

    if (ids->count < IDS_MAX && length > 0 && length <= 64 &&
        strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == length) {
        str_addf(&ids->text, "%c\"%s\"", ids->count == 0 ? '{' : ',', id);
        ids->count++;
    }
}

static void add_member(struct ids *ids, const json_t *params, const char *name)
{
    char number[32];
    add_id(ids, json_id_text(params, name, number, sizeof number));
}

/* Which members of `params` name what the delivery is about. */
static const struct kind {
    const char *type;
    bool order;
    const char *members[5];
    const char *list; /* an array of ids; NULL = none */
    bool keys;        /* the member names themselves are ids */
} kinds[] = {
    { "ORDER", true, { "cjOrderId", "orderNumber", "orderNum", "orderId" }, NULL, false },
    { "ORDERSPLIT", true, { "originalOrderId" }, NULL, false },
    { "LOGISTIC", true, { "orderId", "cjOrderId" }, "storeOrderNumbers", false },
    { "PRODUCT", false, { "pid" }, NULL, false },
    { "VARIANT", false, { "vid", "pid" }, NULL, false },
    { "STOCK", false, { NULL }, NULL, true },
};

static const struct kind *find_kind(const char *type)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i].type, type) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

static void collect(const struct kind *kind, json_t *params, struct ids *ids)
{
    const char *name;
    json_t *value;
    size_t index;

    for (size_t i = 0; i < COUNT_OF(kind->members) && kind->members[i] != NULL; i++) {
        add_member(ids, params, kind->members[i]);
    }
    json_array_foreach(json_object_get(params, kind->list != NULL ? kind->list : ""), index, value)
    {
        add_id(ids, json_is_string(value) ? json_string_value(value) : "");
    }
    json_object_foreach(params, name, value)
    {
        add_id(ids, kind->keys ? name : "");
    }
    str_add(&ids->text, ids->count > 0 ? "}" : "{}");
}

static int settle(struct job_context *c, struct db *tx, const char *result, struct fail *f)
{
    const char *params[] = { job_arg_text(c, 0), result };

    log_info("cj.event", kv_str("delivery", params[0]), kv_str("result", result));
    return db_exec(tx, &sql_ops_cj_inbox_done, params, f) < 0 ? -1 : 0;
}

/* The look at the order and the end of the delivery, in one transaction. */
static int wake_order(struct job_context *c, int64_t id, const char *name, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    char result[RESULT_BYTES];
    struct sql_text text;

    TRY(db_begin(c->db, &tx, f));
    int64_t woken = db_exec(tx, &sql_ops_cj_order_wake, (const char *[]){ sql_int(&text, id) }, f);
    TRY(woken);
    if (woken > 0) {
        TRY(outbox_follow_up(
            tx, &(struct follow_up){ .event = "cj.told", .job = "order.track", .id = id }, f));
    }
    (void)snprintf(result, sizeof result,
                   woken > 0 ? "Order %.60s is looked at now." : "Order %.60s is looked at anyway.",
                   name);
    TRY(settle(c, tx, result, f));
    return db_commit(&tx, f);
}

static int told_of_order(struct job_context *c, const struct ids *ids, int64_t age_s,
                         struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(c->db, &sql_ops_cj_order_find, (const char *[]){ ids->text.data }, &rows, f));
    if (PQntuples(rows) == 0) {
        return settle(c, c->db, "No order of ours is meant.", f);
    }
    if (db_bool(rows, 0, "due") && age_s < PATIENCE_S) {
        return job_snooze(c, BUSY_S);
    }
    return wake_order(c, db_int(rows, 0, "id", 0), db_text(rows, 0, "name"), f);
}

static int told_of_product(struct job_context *c, const struct ids *ids, struct fail *f)
{
    char result[RESULT_BYTES];
    int64_t due = db_exec(c->db, &sql_ops_cj_products_due, (const char *[]){ ids->text.data }, f);

    TRY(due);
    (void)snprintf(result, sizeof result, "%d live products are looked at next.", (int)due);
    return settle(c, c->db, result, f);
}

int cj_event(struct job_context *c, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(json_clear_p) json_t *root = NULL;
    scoped(ids_done) struct ids ids = { .count = 0 };
    const char *message = job_arg_text(c, 0);

    if (message == NULL) {
        return fail_set(f, FAIL_INPUT, "the delivery's id is missing");
    }
    TRY(db_query(c->db, &sql_ops_cj_inbox_get, (const char *[]){ message }, &rows, f));
    if (PQntuples(rows) == 0) {
        return 0; /* done by an earlier run, or trimmed */
    }
    const struct kind *kind = find_kind(db_text(rows, 0, "type"));
    const char *payload = db_text(rows, 0, "payload");
    TRY(json_parse(payload, strlen(payload), "the delivery", &root, f));
    if (kind == NULL) {
        return settle(c, c->db, "This type is not needed.", f);
    }
    str_init(&ids.text, IDS_BYTES);
    collect(kind, json_object_get(root, "params"), &ids);
    TRY(str_ok(&ids.text, f));
    return kind->order ? told_of_order(c, &ids, db_int(rows, 0, "age_s", 0), f)
                       : told_of_product(c, &ids, f);
}
