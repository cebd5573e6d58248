/* Orders as CJ tells them: createOrderV2 and getOrderDetail name the same things differently. */
#include "worker/providers/cj/cj_priv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"

static const struct status_rule {
    const char *text;
    enum cj_status status;
} status_rules[] = {
    { "CREATED", CJ_CREATED },     { "IN_CART", CJ_IN_CART }, { "UNPAID", CJ_UNPAID },
    { "UNSHIPPED", CJ_UNSHIPPED }, { "SHIPPED", CJ_SHIPPED }, { "DELIVERED", CJ_DELIVERED },
    { "CANCELLED", CJ_CANCELLED }, { "400", CJ_UNSHIPPED },   { "500", CJ_SHIPPED },
    { "600", CJ_DELIVERED },       { "700", CJ_CANCELLED },
};

enum cj_status cj_read_status(const char *text)
{
    for (size_t i = 0; i < COUNT_OF(status_rules); i++) {
        if (strcmp(status_rules[i].text, text) == 0) {
            return status_rules[i].status;
        }
    }
    return CJ_OTHER;
}

void cj_order_done(struct cj_order *o)
{
    for (size_t i = 0; i < o->shipment_count; i++) {
        free(o->shipments[i].lines);
    }
    free(o->shipments);
    free(o->lines);
    *o = (struct cj_order){ 0 };
}

int cj_read_lines(const json_t *rows, struct cj_order_line **ret, size_t *ret_count, struct fail *f)
{
    size_t count = json_array_size(rows);
    scoped(free_p) struct cj_order_line *lines = NULL;

    if (count == 0) {
        return 0;
    }
    lines = calloc(count, sizeof *lines);
    if (lines == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(rows, i);
        const char *vid = json_at(row, "vid") != NULL ? "vid" : "variantId";
        TRY(cj_read_id(row, vid, lines[i].vid, sizeof lines[i].vid, f));
        lines[i].quantity = json_int(row, "quantity", -1);
        if (lines[i].quantity < 0) {
            return fail_set(f, FAIL_BUG, "CJ: no quantity of variant %s", lines[i].vid);
        }
    }
    *ret = take_ptr(lines);
    *ret_count = count;
    return 0;
}

/* orderAmount, which is often null; then the parts of which it is the sum. */
static void read_total(const json_t *data, struct cj_order *ret)
{
    struct money goods, postage;
    struct fail ignored;

    ret->amount_known = cj_read_amount(data, "orderAmount", &ret->amount);
    if (json_at(data, "orderAmount") == NULL && cj_read_amount(data, "productAmount", &goods) &&
        cj_read_amount(data, "postageAmount", &postage)) {
        ret->amount_known = money_add(&goods, &postage, &ret->amount, &ignored) == 0;
    }
}

static void read_intercept(const json_t *data, struct cj_order *ret)
{
    const json_t *reasons = json_at(data, "interceptOrderReasons");
    scoped(str_done) struct str text;
    char code[32];
    size_t i;
    json_t *reason;

    str_init(&text, 4096);
    json_array_foreach(reasons, i, reason)
    {
        const char *message =
            json_is_string(reason) ? json_string_value(reason) : json_text(reason, "message", "");
        str_addf(&text, "%s%s %s", i > 0 ? "; " : "",
                 json_id_text(reason, "code", code, sizeof code), message);
    }
    if (json_array_size(reasons) > 0) {
        (void)str_fit(ret->intercept, sizeof ret->intercept,
                      text.failed ? "reasons too long to keep" : text.data);
    }
}

/* The order's own parcel, when it has a number. */
static int read_parcel(const json_t *data, struct cj_order *ret, struct fail *f)
{
    const char *number = json_text(data, "trackNumber", "");
    struct cj_shipment *parcel = NULL;

    if (number[0] == '\0') {
        return 0;
    }
    parcel = calloc(1, sizeof *parcel);
    if (parcel == NULL) {
        return fail_memory(f);
    }
    ret->shipments = parcel;
    ret->shipment_count = 1;
    memcpy(parcel->order_id, ret->order_id, sizeof parcel->order_id);
    parcel->status = ret->status;
    if (!str_fit(parcel->tracking_number, sizeof parcel->tracking_number, number)) {
        return fail_set(f, FAIL_BUG, "CJ: tracking number of %s is too long", ret->order_id);
    }
    if (!str_fit(parcel->tracking_url, sizeof parcel->tracking_url,
                 json_text(data, "trackingUrl", ""))) {
        parcel->tracking_url[0] = '\0'; /* half an address leads nowhere */
    }
    (void)str_fit(parcel->carrier, sizeof parcel->carrier,
                  json_text(data, "trackingProvider", json_text(data, "logisticName", "")));
    return 0;
}

/* An optional id; FAIL_BUG when it is there but too long. */
static int read_name(const json_t *data, const char *path, char *field, size_t field_bytes,
                     struct fail *f)
{
    char buf[32];

    if (!str_fit(field, field_bytes, json_id_text(data, path, buf, sizeof buf))) {
        return fail_set(f, FAIL_BUG, "CJ: %s is longer than %zu bytes", path, field_bytes - 1);
    }
    return 0;
}

int cj_read_order(const json_t *data, struct cj_order *ret, struct fail *f)
{
    const json_t *lines = json_at(data, "productList");
    char status[32];

    TRY(cj_read_id(data, json_at(data, "orderId") != NULL ? "orderId" : "cjOrderId", ret->order_id,
                   sizeof ret->order_id, f));
    TRY(read_name(data, json_at(data, "orderNum") != NULL ? "orderNum" : "orderNumber", ret->number,
                  sizeof ret->number, f));
    (void)str_fit(ret->status_text, sizeof ret->status_text,
                  json_id_text(data, "orderStatus", status, sizeof status));
    ret->status = cj_read_status(ret->status_text);
    ret->paid = ret->status == CJ_UNSHIPPED || ret->status == CJ_SHIPPED ||
                ret->status == CJ_DELIVERED || json_text(data, "paymentDate", "")[0] != '\0' ||
                json_int(data, "paymentDate", 0) > 0;
    ret->logistics_miss = json_truth(data, "logisticsMiss", false);
    read_total(data, ret);
    read_intercept(data, ret);
    TRY(cj_read_lines(lines != NULL ? lines : json_at(data, "productInfoList"), &ret->lines,
                      &ret->line_count, f));
    return read_parcel(data, ret, f);
}
