/* The body of createOrderV2.  Every limit is looked at here: CJ may cut instead of refusing, and
 * a cut address loses a parcel. */
#include "worker/providers/cj/cj_priv.h"

#include <string.h>

#include "common/base/json.h"

enum { VID_MAX = 50, LINE_ID_MAX = 125, ITEMS_MAX = 200, PAY_TYPE_CREATE_ONLY = 3 };

struct order_field {
    const char *name;
    const char *value;
    size_t max; /* characters */
    bool required;
};

/* Length as CJ counts it: UTF-16 units, so that characters outside the basic plane count twice. */
static size_t length_of(const char *text)
{
    size_t units = 0;

    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        units += (*p & 0xC0) != 0x80 ? 1U : 0U;
        units += *p >= 0xF0 ? 1U : 0U;
    }
    return units;
}

static int add_field(json_t *body, const struct order_field *field, struct fail *f)
{
    if (field->value[0] == '\0') {
        return !field->required
                   ? 0
                   : fail_code(f, FAIL_INPUT, field->name, "CJ order: %s is missing", field->name);
    }
    if (length_of(field->value) > field->max) {
        return fail_code(f, FAIL_INPUT, field->name, "CJ order: %s is longer than %zu characters",
                         field->name, field->max);
    }
    if (json_object_set_new(body, field->name, json_string(field->value)) < 0) {
        return fail_code(f, FAIL_INPUT, field->name, "CJ order: %s is not UTF-8", field->name);
    }
    return 0;
}

static int add_fields(json_t *body, const struct cj_new_order *order, struct fail *f)
{
    const struct cj_address *to = order->to;
    const struct order_field fields[] = {
        { "orderNumber", order->number, 50, true },
        { "shippingCountryCode", cj_country(to->country_code), 20, true },
        { "shippingCountry", to->country, 50, true },
        { "shippingProvince", to->province[0] != '\0' ? to->province : to->city, 50, true },
        { "shippingCity", to->city, 50, true },
        { "shippingZip", to->zip, 20, false },
        { "shippingAddress", to->line1, 200, true },
        { "shippingAddress2", to->line2, 200, false },
        { "shippingCustomerName", to->name, 50, true },
        { "shippingPhone", to->phone, 20,
          true }, /* optional on paper; carriers turn parcels without one away */
        { "email", to->email, 50, false },
        { "taxId", to->tax_id, 20, false },
        { "logisticName", order->logistic_name, 50, true },
        { "fromCountryCode", cj_country(order->from_country), 20, true },
    };

    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        TRY(add_field(body, &fields[i], f));
    }
    return 0;
}

static int add_item(json_t *products, const struct cj_item *item, struct fail *f)
{
    scoped(json_clear_p) json_t *product = json_object();

    TRY(add_field(product, &(struct order_field){ "vid", item->vid, VID_MAX, true }, f));
    TRY(add_field(
        product, &(struct order_field){ "storeLineItemId", item->line_id, LINE_ID_MAX, false }, f));
    if (item->quantity < 1 || item->quantity > INT32_MAX) {
        return fail_code(f, FAIL_INPUT, "quantity", "CJ order: quantity of %s is %lld", item->vid,
                         (long long)item->quantity);
    }
    if (json_object_set_new(product, "quantity", json_integer(item->quantity)) < 0 ||
        json_array_append(products, product) < 0) {
        return fail_memory(f);
    }
    return 0;
}

int cj_order_body(const struct cj_new_order *order, json_t **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *body =
        json_pack("{s:i, s:s, s:i, s:[]}", "payType", PAY_TYPE_CREATE_ONLY, "platform", "Api",
                  "isSandbox", 0, "products");

    if (body == NULL) {
        return fail_memory(f);
    }
    TRY(add_fields(body, order, f));
    if (order->item_count < 1 || order->item_count > ITEMS_MAX) {
        return fail_code(f, FAIL_INPUT, "products", "CJ order: %zu products; 1 to %d are possible",
                         order->item_count, ITEMS_MAX);
    }
    for (size_t i = 0; i < order->item_count; i++) {
        TRY(add_item(json_object_get(body, "products"), &order->items[i], f));
    }
    *ret = take_ptr(body);
    return 0;
}
