/* Orders: create, read, confirm, pay, delete, list. */
#include "worker/providers/cj/cj_priv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"

enum { QUERY_BYTES = 1024, PAGE_SIZE = 50, PARTS_MAX = 40 };

/* Success without a body to show for it is no clear answer to a write: read the order. */
static int read_created(const json_t *data, const char *number, struct cj_order *ret,
                        struct fail *f)
{
    struct fail why;

    if (json_is_string(data)) { /* an older form: the bare id */
        (void)str_fit(ret->number, sizeof ret->number, number);
        ret->status = CJ_CREATED;
        return str_fit(ret->order_id, sizeof ret->order_id, json_string_value(data)) &&
                       ret->order_id[0] != '\0'
                   ? 0
                   : fail_set(f, FAIL_UNKNOWN, "CJ created %s but names no usable id", number);
    }
    if (cj_read_order(data, ret, &why) < 0) {
        return fail_set(f, FAIL_UNKNOWN, "CJ created %s but its answer is unreadable: %s", number,
                        why.text);
    }
    if (ret->number[0] == '\0') {
        (void)str_fit(ret->number, sizeof ret->number, number);
    }
    if (strcmp(ret->number, number) != 0) {
        return fail_set(f, FAIL_UNKNOWN, "CJ answered about %s when %s was created", ret->number,
                        number);
    }
    return 0;
}

int cj_order_create(struct cj *cj, const struct cj_new_order *order, struct cj_order *ret,
                    struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    scoped(cj_order_done) struct cj_order created = { 0 };
    json_t *body = NULL;

    TRY(cj_order_body(order, &body, f));
    TRY(cj_run(cj, CJ_OP_ORDER_CREATE, NULL, body, &root, f));
    TRY(read_created(json_at(root, "data"), order->number, &created, f));
    *ret = created;
    created = (struct cj_order){ 0 };
    return 0;
}

/* Never adopt an order that is not the one asked for. */
static bool is_the_one(const json_t *data, const char *asked)
{
    static const char *const names[] = { "orderId",     "orderNum",  "orderNumber",    "cjOrderId",
                                         "cjOrderCode", "orderCode", "platformOrderId" };
    char buf[64];

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(json_id_text(data, names[i], buf, sizeof buf), asked) == 0) {
            return true;
        }
    }
    return false;
}

static int fetch(struct cj *cj, const char *id_or_number, json_t **ret_root, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    scoped(str_done) struct str query;

    str_init(&query, QUERY_BYTES);
    cj_query_add(&query, "orderId", id_or_number);
    TRY(str_ok(&query, f));
    TRY(cj_run(cj, CJ_OP_ORDER_GET, query.data, NULL, &root, f));
    if (json_at(root, "data") == NULL) {
        return fail_set(f, FAIL_MISSING, "CJ has no order %s", id_or_number);
    }
    if (!is_the_one(json_at(root, "data"), id_or_number)) {
        return fail_set(f, FAIL_BUG, "CJ answered another order when asked for %s", id_or_number);
    }
    *ret_root = take_ptr(root);
    return 0;
}

/* Put the parcel of one part beside those known; the part is named in its parent's
 * splitOrderList. */
static int add_part(struct cj_order *part, const json_t *named, struct cj_order *whole,
                    struct fail *f)
{
    struct cj_shipment *list =
        reallocarray(whole->shipments, whole->shipment_count + 1, sizeof *list);
    struct cj_shipment *parcel = NULL;

    if (list == NULL) {
        return fail_memory(f);
    }
    whole->shipments = list;
    parcel = &list[whole->shipment_count];
    *parcel = part->shipments[0];
    part->shipments[0].lines = NULL;
    whole->shipment_count++;
    if (json_array_size(json_at(named, "productList")) > 0) {
        return cj_read_lines(json_at(named, "productList"), &parcel->lines, &parcel->line_count, f);
    }
    if (part->line_count == 0) {
        return fail_set(f, FAIL_BUG, "CJ: nobody says what is in part %s", part->order_id);
    }
    parcel->lines = take_ptr(part->lines);
    parcel->line_count = part->line_count;
    part->line_count = 0;
    return 0;
}

static int read_part(struct cj *cj, const json_t *named, struct cj_order *whole, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    scoped(cj_order_done) struct cj_order part = { 0 };
    char id[CJ_ID_BYTES];

    TRY(cj_read_id(named, "orderCode", id, sizeof id, f));
    if (fetch(cj, id, &root, f) < 0) {
        if (f->kind == FAIL_MISSING) { /* the whole is there: its part will be */
            f->kind = FAIL_LATER;
        }
        return fail_wrap(f, "part %s of %s", id, whole->number);
    }
    TRY(cj_read_order(json_at(root, "data"), &part, f));
    return part.shipment_count == 0 ? 0 : add_part(&part, named, whole, f);
}

/* A split order's parcels are those of its parts: the number of the whole, if it has one, is
 * that of some part. */
static int read_parts(struct cj *cj, const json_t *data, struct cj_order *whole, struct fail *f)
{
    const json_t *parts = json_at(data, "splitOrderList");
    size_t i;
    json_t *part;

    if (json_array_size(parts) == 0) {
        return 0;
    }
    if (json_array_size(parts) > PARTS_MAX) {
        return fail_set(f, FAIL_BUG, "CJ split order %s into more than %d parts", whole->number,
                        PARTS_MAX);
    }
    free(whole->shipments);
    whole->shipments = NULL;
    whole->shipment_count = 0;
    json_array_foreach(parts, i, part)
    {
        TRY(read_part(cj, part, whole, f));
    }
    return 0;
}

int cj_order_get(struct cj *cj, const char *id_or_number, struct cj_order *ret, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    scoped(cj_order_done) struct cj_order order = { 0 };

    TRY(fetch(cj, id_or_number, &root, f));
    TRY(cj_read_order(json_at(root, "data"), &order, f));
    TRY(read_parts(cj, json_at(root, "data"), &order, f));
    *ret = order;
    order = (struct cj_order){ 0 };
    return 0;
}

int cj_order_confirm(struct cj *cj, const char *order_id, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;

    return cj_run(cj, CJ_OP_ORDER_CONFIRM, NULL, json_pack("{s:s}", "orderId", order_id), &root, f);
}

int cj_order_pay(struct cj *cj, const char *order_id, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;

    return cj_run(cj, CJ_OP_ORDER_PAY, NULL, json_pack("{s:s}", "orderId", order_id), &root, f);
}

int cj_order_delete(struct cj *cj, const char *order_id, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    scoped(str_done) struct str query;

    str_init(&query, QUERY_BYTES);
    cj_query_add(&query, "orderId", order_id);
    TRY(str_ok(&query, f));
    return cj_run(cj, CJ_OP_ORDER_DELETE, query.data, NULL, &root, f);
}

static int read_rows(const json_t *list, struct cj_order_row *rows, struct fail *f)
{
    size_t i;
    json_t *row;

    json_array_foreach(list, i, row)
    {
        char buf[32];
        TRY(cj_read_id(row, "orderId", rows[i].order_id, sizeof rows[i].order_id, f));
        if (!str_fit(rows[i].number, sizeof rows[i].number,
                     json_id_text(row, "orderNum", buf, sizeof buf))) {
            rows[i].number[0] = '\0'; /* longer than any of ours */
        }
        rows[i].status = cj_read_status(json_text(row, "orderStatus", ""));
    }
    return 0;
}

static void list_query(const char *status, int page, struct str *query)
{
    char number[16];

    snprintf(number, sizeof number, "%d", page);
    cj_query_add(query, "pageNum", number);
    snprintf(number, sizeof number, "%d", PAGE_SIZE);
    cj_query_add(query, "pageSize", number);
    cj_query_add(query, "status", status); /* always: the default is not what is documented */
}

void cj_order_page_done(struct cj_order_page *p)
{
    free(p->rows);
    *p = (struct cj_order_page){ 0 };
}

int cj_order_list(struct cj *cj, const char *status, int page, struct cj_order_page *ret,
                  struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    scoped(str_done) struct str query;
    scoped(free_p) struct cj_order_row *rows = NULL;
    const json_t *list = NULL;
    int64_t total = 0;

    str_init(&query, QUERY_BYTES);
    list_query(status, page, &query);
    TRY(str_ok(&query, f));
    TRY(cj_run(cj, CJ_OP_ORDER_LIST, query.data, NULL, &root, f));
    list = json_at(root, "data.list");
    rows = calloc(json_array_size(list) + 1, sizeof *rows);
    if (rows == NULL) {
        return fail_memory(f);
    }
    TRY(read_rows(list, rows, f));
    total = json_int(root, "data.total", -1);
    ret->more = json_array_size(list) > 0 && (total >= 0 ? (int64_t)page * PAGE_SIZE < total
                                                         : json_array_size(list) >= PAGE_SIZE);
    ret->rows = take_ptr(rows);
    ret->count = json_array_size(list);
    return 0;
}
