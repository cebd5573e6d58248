#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "worker/providers/cj/cj_priv.h"

static json_t *parse(const char *text)
{
    json_t *root = NULL;
    struct fail f;

    assert_int_equal(json_parse(text, strlen(text), "test", &root, &f), 0);
    return root;
}

/* ---- variants, stock, freight, tokens ---- */

static void a_variant_is_read_with_its_dearest_price(void **state)
{
    scoped(json_clear_p) json_t *node = parse(
        "{\"vid\":2509180000000000777,\"pid\":\"2509180000000000001\",\"variantSku\":\"CJGD1-AZ\","
        "\"variantSellPrice\":\"1.20-3.40\",\"variantWeight\":140.0}");
    struct cj_variant v;
    struct fail f;
    (void)state;

    assert_int_equal(cj_read_variant(node, &v, &f), 0);
    assert_string_equal(v.vid, "2509180000000000777");
    assert_string_equal(v.pid, "2509180000000000001");
    assert_string_equal(v.sku, "CJGD1-AZ");
    assert_true(v.price_known);
    assert_int_equal(v.price.minor, 340);
    assert_int_equal(v.weight_g, 140);
}

static void a_variant_without_a_price_costs_nobody_knows_what(void **state)
{
    static const char *const prices[] = { "null", "\"\"", "\"N/A\"", "0", "\"0.00\"", "[]" };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(prices); i++) {
        scoped(json_clear_p) json_t *node = NULL;
        struct cj_variant v;
        struct fail f;
        char text[200];

        snprintf(text, sizeof text, "{\"vid\":\"1\",\"pid\":\"2\",\"variantSellPrice\":%s}",
                 prices[i]);
        node = parse(text);
        assert_int_equal(cj_read_variant(node, &v, &f), 0);
        assert_false(v.price_known);
        assert_int_equal(v.weight_g, -1);
    }
}

static int stock_of(const char *rows, const char *country, int64_t *ret, struct fail *f)
{
    scoped(json_clear_p) json_t *node = parse(rows);

    return cj_read_stock(node, country, ret, f);
}

static void stock_is_summed_over_the_areas_of_a_country(void **state)
{
    const char *rows = "[{\"countryCode\":\"US\",\"totalInventoryNum\":230},"
                       "{\"countryCode\":\"us\",\"totalInventoryNum\":null,\"storageNum\":\"12\"},"
                       "{\"countryCode\":\"CN\",\"cjInventoryNum\":1,\"factoryInventoryNum\":2},"
                       "{\"countryCode\":\"UK\",\"storageNum\":5}]";
    int64_t n = -1;
    struct fail f;
    (void)state;

    assert_int_equal(stock_of(rows, "US", &n, &f), 0);
    assert_int_equal(n, 242);
    assert_int_equal(stock_of(rows, "CN", &n, &f), 0);
    assert_int_equal(n, 3);
    assert_int_equal(stock_of(rows, "GB", &n, &f), 0);
    assert_int_equal(n, 5);
    assert_int_equal(stock_of(rows, "DE", &n, &f), 0);
    assert_int_equal(n, 0);
    assert_int_equal(stock_of("[]", "US", &n, &f), 0);
    assert_int_equal(n, 0);
}

static void unreadable_stock_is_not_an_empty_shelf(void **state)
{
    int64_t n = 77;
    struct fail f;
    (void)state;

    assert_int_equal(stock_of("[{\"countryCode\":\"US\"}]", "US", &n, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_int_equal(stock_of("{}", "US", &n, &f), -1);
    assert_int_equal(stock_of("[{\"countryCode\":\"US\",\"storageNum\":-4}]", "US", &n, &f), -1);
    assert_int_equal(n, 77);
}

static void freight_is_the_total_or_the_sum_of_its_parts(void **state)
{
    scoped(json_clear_p) json_t *rows =
        parse("[{\"logisticName\":\"Line "
              "A\",\"logisticAging\":\"7-12\",\"logisticPrice\":4.71,\"totalPostageFee\":\"5.01\"},"
              "{\"logisticName\":\"Line "
              "B\",\"logisticAging\":\"9\",\"logisticPrice\":\"4.00\",\"taxesFee\":0.5,"
              "\"clearanceOperationFee\":\"0.25\",\"totalPostageFee\":null},"
              "{\"logisticName\":\"Line "
              "C\",\"logisticAging\":null,\"logisticPrice\":3,\"taxesFee\":null},"
              "{\"logisticName\":\"Unpriced\",\"logisticPrice\":null},"
              "{\"logisticName\":\"Half known\",\"logisticPrice\":1,\"taxesFee\":\"ask\"},"
              "{\"logisticName\":\"\",\"logisticPrice\":1}]");
    struct cj_freight *list = NULL;
    size_t count = 0;
    struct fail f;
    (void)state;

    assert_int_equal(cj_read_freight(rows, &list, &count, &f), 0);
    assert_int_equal(count, 3);
    assert_string_equal(list[0].name, "Line A");
    assert_int_equal(list[0].price.minor, 501);
    assert_int_equal(list[0].days_min, 7);
    assert_int_equal(list[0].days_max, 12);
    assert_int_equal(list[1].price.minor, 475);
    assert_int_equal(list[1].days_min, 9);
    assert_int_equal(list[1].days_max, 9);
    assert_int_equal(list[2].price.minor, 300);
    assert_int_equal(list[2].days_min, -1);
    free(list);
}

static void no_methods_and_no_readable_method_are_two_things(void **state)
{
    scoped(json_clear_p) json_t *none = parse("[]");
    scoped(json_clear_p) json_t *unreadable =
        parse("[{\"logisticName\":\"A\",\"logisticPrice\":\"ask us\"}]");
    struct cj_freight *list = NULL;
    size_t count = 9;
    struct fail f;
    (void)state;

    assert_int_equal(cj_read_freight(none, &list, &count, &f), 0);
    assert_int_equal(count, 0);
    free(list);
    list = NULL;
    assert_int_equal(cj_read_freight(unreadable, &list, &count, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_int_equal(cj_read_freight(NULL, &list, &count, &f), -1);
    assert_null(list);
}

static void tokens_come_with_dates_or_not_at_all(void **state)
{
    scoped(json_clear_p) json_t *good =
        parse("{\"openId\":1234567890123456789,\"accessToken\":\"A@1\",\"refreshToken\":\"R@1\","
              "\"accessTokenExpiryDate\":\"2026-12-05T10:00:00+08:00\","
              "\"refreshTokenExpiryDate\":\"2027-05-19T10:00:00+08:00\"}");
    scoped(json_clear_p) json_t *undated =
        parse("{\"openId\":1,\"accessToken\":\"A@1\",\"refreshToken\":\"R@1\","
              "\"accessTokenExpiryDate\":null}");
    struct cj_tokens t = { 0 };
    struct fail f;
    (void)state;

    assert_int_equal(cj_read_tokens(good, &t, &f), 0);
    assert_string_equal(t.access, "A@1");
    assert_string_equal(t.refresh, "R@1");
    assert_string_equal(t.open_id, "1234567890123456789");
    assert_true(t.refresh_until_us > t.access_until_us);
    assert_int_equal(cj_read_tokens(undated, &t, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
}

/* ---- orders ---- */

static void an_order_is_read_whole(void **state)
{
    scoped(json_clear_p) json_t *data =
        parse("{\"orderId\":2511200000000000042,\"orderNum\":\"SHOP1-10042-1\",\"cjOrderId\":"
              "\"2511200000000000042\","
              "\"orderStatus\":\"SHIPPED\",\"orderAmount\":\"7.11\",\"productAmount\":\"2.40\","
              "\"logisticName\":\"CJPacket Ordinary\","
              "\"trackNumber\":\"CJ1US\",\"trackingUrl\":\"https://track.example/"
              "CJ1US\",\"paymentDate\":\"2026-11-20 10:05:00\","
              "\"productList\":[{\"vid\":2509180000000000777,\"quantity\":2},{\"vid\":\"8\","
              "\"quantity\":\"1\"}]}");
    struct cj_order o = { 0 };
    struct fail f;
    (void)state;

    assert_int_equal(cj_read_order(data, &o, &f), 0);
    assert_string_equal(o.order_id, "2511200000000000042");
    assert_string_equal(o.number, "SHOP1-10042-1");
    assert_int_equal(o.status, CJ_SHIPPED);
    assert_true(o.paid);
    assert_true(o.amount_known);
    assert_int_equal(o.amount.minor, 711);
    assert_int_equal(o.line_count, 2);
    assert_string_equal(o.lines[0].vid, "2509180000000000777");
    assert_int_equal(o.lines[0].quantity, 2);
    assert_int_equal(o.lines[1].quantity, 1);
    assert_int_equal(o.shipment_count, 1);
    assert_string_equal(o.shipments[0].tracking_number, "CJ1US");
    assert_string_equal(o.shipments[0].tracking_url, "https://track.example/CJ1US");
    assert_string_equal(o.shipments[0].carrier, "CJPacket Ordinary");
    assert_null(o.shipments[0].lines);
    assert_false(o.logistics_miss);
    assert_string_equal(o.intercept, "");
    cj_order_done(&o);
    cj_order_done(&o);
}

static void a_created_order_tells_why_it_is_held(void **state)
{
    scoped(json_clear_p) json_t *data = parse(
        "{\"orderId\":\"42\",\"orderNumber\":\"N-1\",\"orderStatus\":\"CREATED\",\"orderAmount\":7."
        "11,"
        "\"logisticsMiss\":\"true\",\"productInfoList\":[{\"variantId\":\"777\",\"quantity\":2}],"
        "\"interceptOrderReasons\":[{\"code\":1002,\"message\":\"address unclear\"},\"see us\"]}");
    struct cj_order o = { 0 };
    struct fail f;
    (void)state;

    assert_int_equal(cj_read_order(data, &o, &f), 0);
    assert_string_equal(o.number, "N-1");
    assert_int_equal(o.status, CJ_CREATED);
    assert_false(o.paid);
    assert_true(o.logistics_miss);
    assert_string_equal(o.intercept, "1002 address unclear;  see us");
    assert_string_equal(o.lines[0].vid, "777");
    assert_int_equal(o.shipment_count, 0);
    cj_order_done(&o);
}

static void amount_of(const char *fields, bool known, int64_t minor)
{
    scoped(json_clear_p) json_t *data = NULL;
    struct cj_order o = { 0 };
    struct fail f;
    char text[300];

    snprintf(text, sizeof text, "{\"orderId\":\"1\",\"orderStatus\":\"UNPAID\",%s}", fields);
    data = parse(text);
    assert_int_equal(cj_read_order(data, &o, &f), 0);
    assert_int_equal(o.amount_known, known);
    if (known) {
        assert_int_equal(o.amount.minor, minor);
    }
    assert_null(o.lines);
    cj_order_done(&o);
}

static void a_missing_total_is_the_sum_of_goods_and_postage_or_unknown(void **state)
{
    (void)state;
    amount_of("\"orderAmount\":7.11,\"productAmount\":1,\"postageAmount\":1", true, 711);
    amount_of("\"orderAmount\":null,\"productAmount\":\"2.40\",\"postageAmount\":4.71", true, 711);
    amount_of("\"productAmount\":\"2.40\",\"postageAmount\":4.71", true, 711);
    amount_of("\"orderAmount\":null,\"productAmount\":\"2.40\",\"postageAmount\":null", false, 0);
    amount_of("\"orderAmount\":null,\"productAmount\":null,\"postageAmount\":4.71", false, 0);
    amount_of("\"orderAmount\":\"call us\",\"productAmount\":2,\"postageAmount\":3", false, 0);
    amount_of("\"remark\":1", false, 0);
}

static void paid_is_what_has_a_payment_date_or_left_payment_behind(void **state)
{
    static const struct {
        const char *status;
        const char *date;
        bool paid;
    } list[] = {
        { "CREATED", "null", false },
        { "IN_CART", "null", false },
        { "UNPAID", "null", false },
        { "UNPAID", "\"\"", false },
        { "UNSHIPPED", "null", true },
        { "SHIPPED", "null", true },
        { "DELIVERED", "null", true },
        { "CANCELLED", "null", false },
        { "UNPAID", "\"2026-11-20 10:05:00\"", true },
        { "OTHER", "1796436000000", true },
        { "BRAND_NEW", "null", false },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        scoped(json_clear_p) json_t *data = NULL;
        struct cj_order o = { 0 };
        struct fail f;
        char text[200];

        snprintf(text, sizeof text, "{\"orderId\":\"1\",\"orderStatus\":\"%s\",\"paymentDate\":%s}",
                 list[i].status, list[i].date);
        data = parse(text);
        assert_int_equal(cj_read_order(data, &o, &f), 0);
        assert_int_equal(o.paid, list[i].paid);
        assert_string_equal(o.status_text, list[i].status);
        cj_order_done(&o);
    }
    assert_int_equal(cj_read_status("BRAND_NEW"), CJ_OTHER);
    assert_int_equal(cj_read_status("500"), CJ_SHIPPED);
}

#define TEN         "123456789-"
#define LONG_NUMBER TEN TEN TEN TEN TEN TEN TEN "12"

static void an_order_that_cannot_be_trusted_is_refused(void **state)
{
    static const char *const texts[] = {
        "{\"orderStatus\":\"CREATED\"}",
        "{\"orderId\":\"1\",\"productList\":[{\"quantity\":1}]}",
        "{\"orderId\":\"1\",\"productList\":[{\"vid\":\"7\",\"quantity\":\"many\"}]}",
        "{\"orderId\":\"1\",\"trackNumber\":\"" LONG_NUMBER "\"}",
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        scoped(json_clear_p) json_t *data = parse(texts[i]);
        struct cj_order o = { 0 };
        struct fail f;

        assert_int_equal(cj_read_order(data, &o, &f), -1);
        assert_int_equal(f.kind, FAIL_BUG);
        cj_order_done(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_variant_is_read_with_its_dearest_price),
        cmocka_unit_test(a_variant_without_a_price_costs_nobody_knows_what),
        cmocka_unit_test(stock_is_summed_over_the_areas_of_a_country),
        cmocka_unit_test(unreadable_stock_is_not_an_empty_shelf),
        cmocka_unit_test(freight_is_the_total_or_the_sum_of_its_parts),
        cmocka_unit_test(no_methods_and_no_readable_method_are_two_things),
        cmocka_unit_test(tokens_come_with_dates_or_not_at_all),
        cmocka_unit_test(an_order_is_read_whole),
        cmocka_unit_test(a_created_order_tells_why_it_is_held),
        cmocka_unit_test(a_missing_total_is_the_sum_of_goods_and_postage_or_unknown),
        cmocka_unit_test(paid_is_what_has_a_payment_date_or_left_payment_behind),
        cmocka_unit_test(an_order_that_cannot_be_trusted_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
