#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/json.h"
#include "worker/providers/cj/cj_priv.h"

struct draft {
    struct cj_address to;
    struct cj_item items[2];
    struct cj_new_order order;
};

static struct draft *draft(void)
{
    static struct draft d;

    d = (struct draft){ .to = { .country_code = "UK",
                                .country = "United Kingdom",
                                .city = "Leeds",
                                .zip = "LS1 1AA",
                                .line1 = "1 Example St",
                                .name = "Ann Example",
                                .phone = "+441130000000",
                                .email = "ann@mail.example" },
                        .items = { { "2509180000000000777", 2, "gid://shopify/LineItem/1" },
                                   { "8", 1, "" } } };
    d.order =
        (struct cj_new_order){ "SHOP1-10042-1", &d.to, "CJPacket Ordinary", "CN", d.items, 2 };
    return &d;
}

static void the_body_says_what_is_ordered_and_creates_only(void **state)
{
    scoped(json_clear_p) json_t *body = NULL;
    struct fail f;
    (void)state;

    assert_int_equal(cj_order_body(&draft()->order, &body, &f), 0);
    assert_string_equal(json_text(body, "orderNumber", ""), "SHOP1-10042-1");
    assert_string_equal(json_text(body, "shippingCountryCode", ""), "GB");
    assert_string_equal(json_text(body, "shippingProvince", ""), "Leeds");
    assert_string_equal(json_text(body, "shippingAddress", ""), "1 Example St");
    assert_null(json_at(body, "shippingAddress2"));
    assert_null(json_at(body, "taxId"));
    assert_int_equal(json_int(body, "payType", 0), 3);
    assert_int_equal(json_int(body, "isSandbox", -1), 0);
    assert_string_equal(json_text(body, "platform", ""), "Api");
    assert_int_equal(json_array_size(json_at(body, "products")), 2);
    assert_string_equal(json_text(body, "products.0.vid", ""), "2509180000000000777");
    assert_int_equal(json_int(body, "products.0.quantity", 0), 2);
    assert_string_equal(json_text(body, "products.0.storeLineItemId", ""),
                        "gid://shopify/LineItem/1");
    assert_null(json_at(body, "products.1.storeLineItemId"));
}

static void expect_refused(const struct draft *d, const char *field)
{
    json_t *body = NULL;
    struct fail f = { 0 };

    assert_int_equal(cj_order_body(&d->order, &body, &f), -1);
    assert_null(body);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_string_equal(f.code, field);
    assert_non_null(strstr(f.text, field));
}

static void fill(char *field, size_t characters, const char *character)
{
    field[0] = '\0';
    for (size_t i = 0; i < characters; i++) {
        memcpy(field + i * strlen(character), character, strlen(character) + 1);
    }
}

static const struct {
    const char *field;
    size_t offset, max;
} limits[] = {
    { "shippingCountry", offsetof(struct cj_address, country), 50 },
    { "shippingProvince", offsetof(struct cj_address, province), 50 },
    { "shippingCity", offsetof(struct cj_address, city), 50 },
    { "shippingZip", offsetof(struct cj_address, zip), 20 },
    { "shippingAddress", offsetof(struct cj_address, line1), 200 },
    { "shippingAddress2", offsetof(struct cj_address, line2), 200 },
    { "shippingCustomerName", offsetof(struct cj_address, name), 50 },
    { "shippingPhone", offsetof(struct cj_address, phone), 20 },
    { "email", offsetof(struct cj_address, email), 50 },
    { "taxId", offsetof(struct cj_address, tax_id), 20 },
};
static const struct {
    const char *character;
    size_t counts;
} characters[] = {
    { "x", 1 }, { "\xc3\xa9", 1 }, { "\xe6\xb1\x89", 1 }, { "\xf0\x9f\x8f\xa0", 2 }
};

static void limits_count_characters_and_not_bytes(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT_OF(limits) * COUNT_OF(characters); i++) {
        size_t limit = i / COUNT_OF(characters);
        size_t kind = i % COUNT_OF(characters);
        size_t fits = limits[limit].max / characters[kind].counts;
        struct draft *d = draft();
        char *field = (char *)&d->to + limits[limit].offset;
        json_t *body = NULL;
        struct fail f;

        memcpy(d->to.province, "West Yorkshire", sizeof "West Yorkshire");
        fill(field, fits, characters[kind].character);
        assert_int_equal(cj_order_body(&d->order, &body, &f), 0);
        json_decref(body);
        fill(field, fits + 1, characters[kind].character);
        expect_refused(d, limits[limit].field);
    }
}

static void required_fields_are_missed_by_name(void **state)
{
    static const struct {
        const char *field;
        size_t offset;
    } list[] = {
        { "shippingCountryCode", offsetof(struct cj_address, country_code) },
        { "shippingCountry", offsetof(struct cj_address, country) },
        { "shippingAddress", offsetof(struct cj_address, line1) },
        { "shippingCustomerName", offsetof(struct cj_address, name) },
        { "shippingPhone", offsetof(struct cj_address, phone) },
    };
    struct draft *d = NULL;
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        d = draft();
        ((char *)&d->to)[list[i].offset] = '\0';
        expect_refused(d, list[i].field);
    }
    d = draft();
    d->to.city[0] = '\0';
    expect_refused(d, "shippingProvince");
    d = draft();
    d->order.logistic_name = "";
    expect_refused(d, "logisticName");
    d = draft();
    d->order.number = "123456789-123456789-123456789-123456789-123456789-1";
    expect_refused(d, "orderNumber");
    d = draft();
    d->order.logistic_name = "A method whose name is just one letter too long, sir";
    expect_refused(d, "logisticName");
}

static void senseless_items_are_refused(void **state)
{
    struct draft *d = draft();
    (void)state;

    d->order.item_count = 0;
    expect_refused(d, "products");
    d = draft();
    d->items[1].quantity = 0;
    expect_refused(d, "quantity");
    d = draft();
    d->items[0].vid[0] = '\0';
    expect_refused(d, "vid");
    d = draft();
    fill(d->items[0].line_id, 126, "x");
    expect_refused(d, "storeLineItemId");
    d = draft();
    memcpy(d->to.name, "\xff\xfe", 3);
    expect_refused(d, "shippingCustomerName");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_body_says_what_is_ordered_and_creates_only),
        cmocka_unit_test(limits_count_characters_and_not_bytes),
        cmocka_unit_test(required_fields_are_missed_by_name),
        cmocka_unit_test(senseless_items_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
