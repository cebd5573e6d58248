/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#include "facts_fixture.h"
#include "worker/fulfillment/hash.h"

static struct shopify_line lines[3];
static struct shopify_order order;
static char first[ID_SHA256_HEX_BYTES];

static void get(char out[static ID_SHA256_HEX_BYTES])
{
    struct fail f;
    assert_int_equal(detail_hash(&order, out, &f), 0);
}

static int setup(void **state)
{
    (void)state;
    memset(lines, 0, sizeof lines);
    for (int i = 0; i < 3; i++) {
        snprintf(lines[i].gid, sizeof lines[i].gid, "gid://shopify/LineItem/%d", i + 1);
        PUT(lines[i].sku, "BRUSH-S");
        PUT(lines[i].variant_gid, "gid://shopify/ProductVariant/1");
        lines[i].quantity = i + 1;
        lines[i].to_ship = i + 1;
    }
    order = (struct shopify_order){ .ship = clean_address(), .lines = lines, .line_count = 3 };
    get(first);
    return 0;
}

static void expect_same(bool same)
{
    char now[ID_SHA256_HEX_BYTES];
    get(now);
    assert_int_equal(strcmp(first, now) == 0, same);
}

static void order_of_lines_does_not_matter(void **state)
{
    (void)state;
    struct shopify_line kept = lines[0];
    lines[0] = lines[2];
    lines[2] = kept;
    expect_same(true);
}

static void shipping_and_prices_do_not_matter(void **state)
{
    (void)state;
    lines[0].to_ship = 0;
    lines[1].unit_price.minor = 999;
    PUT(order.email, "other@mail.example");
    expect_same(true);
}

static void quantity_sku_and_variant_matter(void **state)
{
    (void)state;
    lines[0].quantity = 2;
    expect_same(false);
    lines[0].quantity = 1;
    expect_same(true);
    PUT(lines[0].sku, "BRUSH-L");
    expect_same(false);
    PUT(lines[0].sku, "BRUSH-S");
    PUT(lines[0].variant_gid, "gid://shopify/ProductVariant/2");
    expect_same(false);
}

static void every_part_of_the_address_matters(void **state)
{
    (void)state;
    char *const parts[] = { order.ship.name,         order.ship.line1,         order.ship.line2,
                            order.ship.city,         order.ship.province_code, order.ship.zip,
                            order.ship.country_code, order.ship.phone };
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        char kept = parts[i][0];
        parts[i][0] = '#';
        expect_same(false);
        parts[i][0] = kept;
        expect_same(true);
    }
}

static void text_moved_between_fields_is_another_address(void **state)
{
    (void)state;
    PUT(order.ship.line1, "1 Example");
    PUT(order.ship.line2, "St");
    get(first);
    PUT(order.ship.line1, "1 ExampleS");
    PUT(order.ship.line2, "t");
    expect_same(false);
}

static void removed_line_counts_like_no_line(void **state)
{
    (void)state;
    lines[2].quantity = 0;
    get(first);
    order.line_count = 2;
    expect_same(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(order_of_lines_does_not_matter, setup),
        cmocka_unit_test_setup(shipping_and_prices_do_not_matter, setup),
        cmocka_unit_test_setup(quantity_sku_and_variant_matter, setup),
        cmocka_unit_test_setup(every_part_of_the_address_matters, setup),
        cmocka_unit_test_setup(text_moved_between_fields_is_another_address, setup),
        cmocka_unit_test_setup(removed_line_counts_like_no_line, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
