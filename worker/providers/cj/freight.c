/* Quotes of shipping methods. */
#include "worker/providers/cj/cj_priv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"

/* totalPostageFee, else logisticPrice and the fees that are there. */
static bool read_fee(const json_t *row, struct money *ret)
{
    static const char *const fees[] = { "taxesFee", "clearanceOperationFee" };
    struct fail ignored;

    if (json_at(row, "totalPostageFee") != NULL) {
        return cj_read_amount(row, "totalPostageFee", ret);
    }
    if (!cj_read_amount(row, "logisticPrice", ret)) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(fees); i++) {
        struct money fee;

        if (json_at(row, fees[i]) == NULL) {
            continue;
        }
        if (!cj_read_amount(row, fees[i], &fee) || money_add(ret, &fee, ret, &ignored) < 0) {
            return false;
        }
    }
    return true;
}

/* "7-12", "7" or nothing. */
static void read_days(const json_t *row, struct cj_freight *ret)
{
    struct money low, high;

    ret->days_min = -1;
    ret->days_max = -1;
    if (cj_read_price(row, "logisticAging", &low, &high) == 0 && high.minor < 100000) {
        ret->days_min = (int)(low.minor / 100);
        ret->days_max = (int)((high.minor + 99) / 100);
    }
}

int cj_read_freight(const json_t *rows, struct cj_freight **ret, size_t *ret_count, struct fail *f)
{
    scoped(free_p) struct cj_freight *list = calloc(json_array_size(rows) + 1, sizeof *list);
    size_t count = 0;
    size_t i;
    json_t *row;

    if (list == NULL) {
        return fail_memory(f);
    }
    if (!json_is_array(rows)) {
        return fail_set(f, FAIL_BUG, "CJ: the quote is not a list");
    }
    json_array_foreach(rows, i, row)
    {
        struct cj_freight *method = &list[count];
        if (!str_fit(method->name, sizeof method->name, json_text(row, "logisticName", "")) ||
            method->name[0] == '\0' || !read_fee(row, &method->price)) {
            continue; /* what cannot be named or priced cannot be ordered */
        }
        read_days(row, method);
        count++;
    }
    if (count == 0 && json_array_size(rows) > 0) {
        return fail_set(f, FAIL_BUG, "CJ: none of %zu methods has a readable name and price",
                        json_array_size(rows));
    }
    *ret = take_ptr(list);
    *ret_count = count;
    return 0;
}

static json_t *quote_body(const struct cj_consignment *goods)
{
    const struct cj_route *route = &goods->route;
    json_t *products = json_array();

    for (size_t i = 0; i < goods->count; i++) {
        (void)json_array_append_new(
            products,
            json_pack("{s:s, s:I}", "vid", goods->items[i].vid, "quantity",
                      (json_int_t)goods->items[i].quantity)); /* the count shows a failure */
    }
    if (json_array_size(products) != goods->count) {
        json_decref(products);
        return NULL;
    }
    return json_pack("{s:s, s:s, s:s*, s:o}", "startCountryCode", cj_country(route->from),
                     "endCountryCode", cj_country(route->to), "zip", route->zip, "products",
                     products);
}

int cj_freight_quote(struct cj *cj, const struct cj_consignment *goods, struct cj_freight **ret,
                     size_t *ret_count, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;

    if (goods->count == 0) {
        return fail_set(f, FAIL_BUG, "a freight quote for no items");
    }
    TRY(cj_run(cj, CJ_OP_FREIGHT, NULL, quote_body(goods), &root, f));
    return cj_read_freight(json_at(root, "data"), ret, ret_count, f);
}
