/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "common/base/str.h"
#include "worker/fulfillment/shipping.h"

#define PUT(field, text) ((void)str_fit((field), sizeof(field), (text)))

/* Two fulfillment orders (two locations): A with 2 of line 1, B with 1 of line 1 and 3 of line 2. */
static struct shopify_fo_line lines_a[1], lines_b[2];
static struct shopify_fo fos[2];
static struct shopify_fulfillment done[2];
static struct shopify_fulfillment_state shop;
static struct shipping_plan plan;
static struct fail f;

static int setup(void **state)
{
    (void)state;
    memset(fos, 0, sizeof fos);
    memset(done, 0, sizeof done);
    lines_a[0] = (struct shopify_fo_line){ .gid = "A1", .line_gid = "line1", .remaining = 2 };
    lines_b[0] = (struct shopify_fo_line){ .gid = "B1", .line_gid = "line1", .remaining = 1 };
    lines_b[1] = (struct shopify_fo_line){ .gid = "B2", .line_gid = "line2", .remaining = 3 };
    fos[0] = (struct shopify_fo){
        .gid = "A", .status = "OPEN", .can_fulfill = true, .lines = lines_a, .line_count = 1
    };
    fos[1] = (struct shopify_fo){
        .gid = "B", .status = "OPEN", .can_fulfill = true, .lines = lines_b, .line_count = 2
    };
    shop = (struct shopify_fulfillment_state){
        .orders = fos, .order_count = 2, .done = done, .done_count = 2
    };
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    shipping_plan_done(&plan);
    return 0;
}

static void make(const char *lines)
{
    struct parcel p = { .lines = json_loads(lines, 0, NULL) };

    shipping_plan_done(&plan);
    assert_non_null(p.lines);
    assert_int_equal(shipping_plan_make(&p, &shop, &plan, &f), 0);
    json_decref(p.lines);
}

static void a_parcel_takes_its_pieces_from_one_order(void **state)
{
    (void)state;
    make("[{\"line_gid\":\"line2\",\"quantity\":2}]");
    assert_int_equal(plan.count, 1);
    assert_string_equal(plan.parts[0].fo_gid, "B");
    assert_string_equal(plan.parts[0].lines[0].fo_line_gid, "B2");
    assert_int_equal(plan.parts[0].lines[0].quantity, 2);
    assert_int_equal(lines_b[1].remaining, 1);
    assert_int_equal(plan.planned, 2);
}

static void pieces_at_two_locations_make_two_parts(void **state)
{
    (void)state;
    make("[{\"line_gid\":\"line1\",\"quantity\":3},{\"line_gid\":\"line2\",\"quantity\":1}]");
    assert_int_equal(plan.count, 2);
    assert_int_equal(plan.parts[0].lines[0].quantity, 2);
    assert_int_equal(plan.parts[1].line_count, 2);
    assert_int_equal(plan.planned, 4);
    assert_int_equal(plan.gone, 0);
}

static void the_same_shop_line_twice_is_one_line_of_the_part(void **state)
{
    (void)state;
    make("[{\"line_gid\":\"line1\",\"quantity\":1},{\"line_gid\":\"line1\",\"quantity\":1}]");
    assert_int_equal(plan.count, 1);
    assert_int_equal(plan.parts[0].line_count, 1);
    assert_int_equal(plan.parts[0].lines[0].quantity, 2);
}

static void a_held_order_takes_nothing_and_says_so(void **state)
{
    (void)state;
    fos[1].can_fulfill = false;
    PUT(fos[1].status, "ON_HOLD");
    make("[{\"line_gid\":\"line2\",\"quantity\":2}]");
    assert_int_equal(plan.count, 0);
    assert_int_equal(plan.on_hold, 2);
    PUT(fos[1].status, "SCHEDULED");
    make("[{\"line_gid\":\"line2\",\"quantity\":2}]");
    assert_int_equal(plan.blocked, 2);
    assert_int_equal(lines_b[1].remaining, 3);
}

static void an_open_order_is_used_before_a_held_one(void **state)
{
    (void)state;
    fos[0].can_fulfill = false;
    PUT(fos[0].status, "ON_HOLD");
    make("[{\"line_gid\":\"line1\",\"quantity\":1}]");
    assert_int_equal(plan.planned, 1);
    assert_int_equal(plan.on_hold, 0);
}

static void what_a_person_fulfilled_is_gone(void **state)
{
    (void)state;
    lines_a[0].remaining = 0;
    PUT(fos[1].status, "CLOSED");
    make("[{\"line_gid\":\"line1\",\"quantity\":2}]");
    assert_int_equal(plan.count, 0);
    assert_int_equal(plan.gone, 2);
}

static void fulfillments_are_found_by_number_unless_cancelled(void **state)
{
    const struct shopify_fulfillment *last = NULL;

    (void)state;
    PUT(done[0].numbers[0], "YT1");
    PUT(done[1].numbers[3], "YT1");
    assert_int_equal(shipping_with_number(&shop, "YT1", &last), 2);
    assert_ptr_equal(last, &done[1]);
    PUT(done[1].status, "CANCELLED");
    assert_int_equal(shipping_with_number(&shop, "YT1", &last), 1);
    assert_ptr_equal(last, &done[0]);
    assert_int_equal(shipping_with_number(&shop, "YT2", &last), 0);
    assert_null(last);
}

static void carriers_are_named_as_the_shop_names_them(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "YunExpress", "YunExpress" },
        { "yun express global", "YunExpress" },
        { "USPS+", "USPS" },
        { "UPS Ground", "UPS" },
        { "DHL eCommerce", "DHL eCommerce" },
        { "DHL eCommerce Asia", "DHL eCommerce Asia" },
        { "DHL", "DHL Express" },
        { "4PX Express", "4PX" },
        { "China Post Registered", "China Post" },
        { "Royal Mail 48", "Royal Mail" },
        { "CJPacket Ordinary", "CJPacket Ordinary" },
        { "Groups Line", "Groups Line" },
        { "", "Other" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_string_equal(carrier_company(cases[i][0]), cases[i][1]);
    }
}

static void a_link_is_always_there(void **state)
{
    char url[200];

    (void)state;
    parcel_url("YT 1", "https://track.example/YT1", url, sizeof url);
    assert_string_equal(url, "https://track.example/YT1");
    parcel_url("YT 1", "", url, sizeof url);
    assert_string_equal(url, "https://t.17track.net/en#nums=YT%201");
    parcel_url("YT1", "javascript:alert(1)", url, sizeof url);
    assert_string_equal(url, "https://t.17track.net/en#nums=YT1");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_parcel_takes_its_pieces_from_one_order),
        T(pieces_at_two_locations_make_two_parts),
        T(the_same_shop_line_twice_is_one_line_of_the_part),
        T(a_held_order_takes_nothing_and_says_so),
        T(an_open_order_is_used_before_a_held_one),
        T(what_a_person_fulfilled_is_gone),
        T(fulfillments_are_found_by_number_unless_cancelled),
        T(carriers_are_named_as_the_shop_names_them),
        T(a_link_is_always_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
