/* The catalogue's calls against the running sandbox: every product is held against the fact sheet
 * that the sandbox keeps of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "tests/integration/providers/cj_rig.h"
#include "worker/providers/cj/cj_products.h"

/* The products of the sandbox that fit, with what they are; the caller's. */
static json_t *products(const char *query)
{
    scoped(json_clear_p) json_t *root = NULL;
    char path[200];

    snprintf(path, sizeof path, "/control/cj/products?%s", query);
    root = sandbox_control(&sandbox, path, NULL);
    return json_incref(json_at(root, "products"));
}

static json_t *sheet_of(const char *pid)
{
    char path[200];

    snprintf(path, sizeof path, "/control/cj/products/%s", pid);
    return sandbox_control(&sandbox, path, NULL);
}

static bool tells(const json_t *sheet, const char *lie)
{
    size_t i;
    json_t *told;

    json_array_foreach(json_at(sheet, "lies"), i, told)
    {
        if (strcmp(json_string_value(told), lie) == 0) {
            return true;
        }
    }
    return false;
}

static int64_t cents(const json_t *sheet, const char *path)
{
    return (int64_t)llround(json_number_value(json_at(sheet, path)) * 100);
}

static void get(const char *pid, struct cj_product *p)
{
    struct fail f = { 0 };

    *p = (struct cj_product){ .pid = "" };
    if (cj_product_get(cj, pid, p, &f) < 0) {
        fail_msg("%s: %s", pid, f.text);
    }
}

/* ---- search ---- */

static void a_search_is_read_page_by_page_until_nothing_follows(void **state)
{
    size_t count = 0;
    bool more = true;
    int64_t total = 0;
    (void)state;

    for (int page = 1; more; page++) {
        const struct cj_search search = {
            .keyword = "lamp", .country = "CN", .page = page, .size = 20, .sort = CJ_SORT_LISTED
        };
        struct cj_found_page found = { .rows = NULL };
        struct fail f = { 0 };

        assert_int_equal(cj_search(cj, &search, &found, &f), 0);
        count += found.count;
        total = found.total;
        more = found.more;
        cj_found_page_done(&found);
    }
    assert_true(count > 40);
    assert_int_equal(count, total);
}

static void check_row(const struct cj_found *row)
{
    scoped(json_clear_p) json_t *sheet = sheet_of(row->pid);

    assert_string_equal(row->sku, json_text(sheet, "sku", ""));
    assert_string_equal(row->category_id, json_text(sheet, "categoryId", ""));
    assert_int_equal(row->listed_num, json_int(sheet, "listed", -1));
    assert_int_equal(row->stock, json_int(sheet, "stock.CN", -1) + json_int(sheet, "stock.US", -1));
    assert_int_equal(row->price_known, !tells(sheet, "unreadablePrice"));
    if (row->price_known) {
        assert_int_equal(row->price_min.minor, cents(sheet, "price.min"));
        assert_int_equal(row->price_max.minor, cents(sheet, "price.max"));
    }
    assert_int_equal(row->image[0] == '\0', tells(sheet, "noImages"));
    assert_non_null(strstr(row->category, json_text(sheet, "category", "?")));
}

static void what_a_search_tells_of_a_product_is_what_it_is(void **state)
{
    const struct cj_search search = { .page = 1, .size = CJ_PAGE_MAX };
    scoped(cj_found_page_done) struct cj_found_page found = { .rows = NULL };
    struct fail f = { 0 };
    (void)state;

    assert_int_equal(cj_search(cj, &search, &found, &f), 0);
    assert_int_equal(found.count, CJ_PAGE_MAX);
    for (size_t i = 0; i < found.count; i++) {
        check_row(&found.rows[i]);
    }
}

static void a_search_for_nothing_is_empty_and_one_in_trouble_has_failed(void **state)
{
    const struct cj_search search = { .keyword = "zeppelin engine", .page = 1, .size = 10 };
    struct cj_found_page found = { .rows = NULL };
    struct fail f = { 0 };
    (void)state;

    assert_int_equal(cj_search(cj, &search, &found, &f), 0);
    assert_int_equal(found.count, 0);
    assert_false(found.more);
    cj_found_page_done(&found);
    sandbox_do(&sandbox, "/control/faults",
               "{\"service\":\"cj\",\"operation\":\"listV2\",\"kind\":\"garbage\"}");
    assert_int_equal(cj_search(cj, &search, &found, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    sandbox_no_faults(&sandbox);
    sandbox_do(&sandbox, "/control/settings", "{\"cj-points\":1}");
    assert_int_equal(cj_search(cj, &search, &found, &f), -1);
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_true(seen.points_gone_ms > 0);
    sandbox_do(&sandbox, "/control/settings", "{\"cj-points\":0}");
}

/* ---- products ---- */

static void check_variant(const struct cj_product_variant *v, const json_t *sheet,
                          const json_t *product)
{
    assert_string_equal(v->vid, json_text(sheet, "vid", ""));
    assert_string_equal(v->sku, json_text(sheet, "sku", ""));
    assert_int_equal(v->price_known, !tells(product, "unreadablePrice"));
    if (v->price_known) {
        assert_int_equal(v->price.minor, cents(sheet, "price"));
    }
    assert_int_equal(v->weight_g, tells(product, "noWeight") ? -1 : json_int(sheet, "grams", -2));
    assert_true(v->length_mm > 0 && v->width_mm > 0 && v->height_mm > 0);
    assert_int_equal(v->key_ambiguous, tells(product, "ambiguousKey"));
    assert_true(v->option_count >= 1);
    if (v->key_ambiguous) {
        assert_string_equal(v->options[0].name, "Style");
        assert_string_equal(v->options[0].value, json_text(sheet, "key", ""));
    }
}

static void check_product(const char *pid)
{
    scoped(json_clear_p) json_t *sheet = sheet_of(pid);
    scoped(cj_product_done) struct cj_product p;

    get(pid, &p);
    assert_string_equal(p.sku, json_text(sheet, "sku", ""));
    assert_int_equal(p.listed_num, json_int(sheet, "listed", -1));
    assert_string_equal(p.hs_code, tells(sheet, "noHsCode") ? "" : json_text(sheet, "hsCode", ""));
    assert_int_equal(p.image_count, json_array_size(json_at(sheet, "images")));
    assert_int_equal(p.weight_g < 0, tells(sheet, "noWeight"));
    assert_true(p.on_sale && p.name[0] != '\0' && p.material[0] != '\0');
    assert_int_equal(p.variant_count, json_array_size(json_at(sheet, "variants")));
    for (size_t i = 0; i < p.variant_count; i++) {
        check_variant(&p.variants[i], json_array_get(json_at(sheet, "variants"), i), sheet);
    }
}

static void a_product_of_every_kind_of_lie_is_read_as_its_fact_sheet_says(void **state)
{
    static const char *const lies[] = { "none",      "brand",           "instructions", "script",
                                        "noWeight",  "unreadablePrice", "priceRange",   "cent",
                                        "noHsCode",  "ambiguousKey",    "noImages",     "longName",
                                        "noText",    "chinese",         "restricted",   "twin",
                                        "noFreight", "noStock",         "shouting",     "health" };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        scoped(json_clear_p) json_t *list = NULL;
        char query[80];
        size_t n;
        json_t *row;

        snprintf(query, sizeof query, "limit=6&lie=%s", lies[i]);
        list = products(query);
        assert_true(json_array_size(list) > 0);
        json_array_foreach(list, n, row)
        {
            check_product(json_text(row, "pid", ""));
        }
    }
}

static void a_product_that_left_the_shelf_or_never_was_is_missing(void **state)
{
    scoped(json_clear_p) json_t *list = products("limit=1&lie=none");
    const char *pid = json_text(list, "0.pid", "");
    struct cj_product p;
    struct cj_stock_list stock;
    char path[120];
    struct fail f = { 0 };
    (void)state;

    snprintf(path, sizeof path, "/control/cj/products/%s", pid);
    sandbox_do(&sandbox, path, "{\"gone\":true}");
    assert_int_equal(cj_product_get(cj, pid, &p, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_string_equal(f.code, "1602002");
    assert_int_equal(cj_stock_of_product(cj, pid, "CN", &stock, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    sandbox_do(&sandbox, path, "{\"gone\":null}");
    assert_int_equal(cj_product_get(cj, "2510010999999999000", &p, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_string_equal(f.code, "1602001");
}

/* ---- stock ---- */

static void check_stock(const char *pid, const char *country, const char *place)
{
    scoped(json_clear_p) json_t *sheet = sheet_of(pid);
    scoped(cj_stock_list_done) struct cj_stock_list list = { 0 };
    struct fail f = { 0 };

    assert_int_equal(cj_stock_of_product(cj, pid, country, &list, &f), 0);
    assert_int_equal(list.count, json_array_size(json_at(sheet, "variants")));
    for (size_t i = 0; i < list.count; i++) {
        const json_t *variant = json_array_get(json_at(sheet, "variants"), i);

        assert_string_equal(list.rows[i].vid, json_text(variant, "vid", ""));
        assert_int_equal(list.rows[i].quantity, json_int(variant, place, -1));
    }
}

static void the_stock_of_all_variants_comes_with_one_call(void **state)
{
    scoped(json_clear_p) json_t *list = products("limit=20");
    size_t i;
    json_t *row;
    (void)state;

    json_array_foreach(list, i, row)
    {
        size_t before = seen.enters;

        check_stock(json_text(row, "pid", ""), "CN", "stock.CN");
        check_stock(json_text(row, "pid", ""), "US", "stock.US");
        assert_int_equal(seen.enters, before + 2);
    }
}

static void stock_price_and_listings_follow_a_hand_and_the_day(void **state)
{
    scoped(json_clear_p) json_t *list = products("limit=1&lie=none&kind=steady");
    const char *pid = json_text(list, "0.pid", "");
    scoped(cj_product_done) struct cj_product p;
    scoped(cj_product_done) struct cj_product later = { .pid = "" };
    char path[120];
    (void)state;

    snprintf(path, sizeof path, "/control/cj/products/%s", pid);
    sandbox_do(&sandbox, path, "{\"stock\":7,\"price\":12.5,\"listed\":5000}");
    check_stock(pid, "CN", "stock.CN");
    get(pid, &p);
    assert_true(p.variants[0].price.minor >= 1250);
    assert_int_equal(p.listed_num, 5000);
    sandbox_do(&sandbox, "/control/clock", "{\"offset_s\":864000}");
    get(pid, &later);
    assert_true(later.listed_num >= 5000 && later.listed_num <= 5070);
    sandbox_do(&sandbox, "/control/clock", "{\"offset_s\":0}");
    sandbox_do(&sandbox, path, "{\"stock\":null,\"price\":null,\"listed\":null}");
}

/* ---- categories ---- */

static void every_category_can_be_searched(void **state)
{
    scoped(free_p) struct cj_category *list = NULL;
    size_t count = 0;
    struct fail f = { 0 };
    (void)state;

    assert_int_equal(cj_categories(cj, &list, &count, &f), 0);
    assert_true(count >= 40);
    for (size_t i = 0; i < count; i++) {
        const struct cj_search search = { .category_id = list[i].id, .page = 1, .size = 1 };
        scoped(cj_found_page_done) struct cj_found_page found = { .rows = NULL };

        assert_non_null(strstr(list[i].parents, " / "));
        assert_int_equal(cj_search(cj, &search, &found, &f), 0);
        assert_int_equal(found.count, 1);
        assert_string_equal(found.rows[0].category_id, list[i].id);
    }
}

/* ---- what discovery needs next ---- */

static void what_was_found_can_be_quoted_and_ordered(void **state)
{
    scoped(json_clear_p) json_t *list = products("limit=1&lie=none&kind=steady");
    scoped(cj_product_done) struct cj_product p;
    scoped(free_p) struct cj_freight *methods = NULL;
    struct cj_item item = { .quantity = 1 };
    struct cj_address to = { .country_code = "US",
                             .country = "United States",
                             .city = "New York",
                             .zip = "10001",
                             .line1 = "1 Example St",
                             .name = "Ann Example",
                             .phone = "+12125550100" };
    struct cj_order order;
    size_t count = 0;
    struct fail f = { 0 };
    (void)state;

    get(json_text(list, "0.pid", ""), &p);
    assert_true(str_fit(item.vid, sizeof item.vid, p.variants[0].vid));
    assert_int_equal(cj_freight_quote(cj,
                                      &(struct cj_consignment){ { "CN", "US", "10001" }, &item, 1 },
                                      &methods, &count, &f),
                     0);
    assert_true(count > 0);
    assert_int_equal(
        cj_order_create(cj,
                        &(struct cj_new_order){ "LARGE-1", &to, methods[0].name, "CN", &item, 1 },
                        &order, &f),
        0);
    assert_true(order.amount_known);
    assert_int_equal(order.amount.minor, p.variants[0].price.minor + methods[0].price.minor);
    cj_order_done(&order);
}

#define TEST(name) cmocka_unit_test_setup(name, cj_rig_calm)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_search_is_read_page_by_page_until_nothing_follows),
        TEST(what_a_search_tells_of_a_product_is_what_it_is),
        TEST(a_search_for_nothing_is_empty_and_one_in_trouble_has_failed),
        TEST(a_product_of_every_kind_of_lie_is_read_as_its_fact_sheet_says),
        TEST(a_product_that_left_the_shelf_or_never_was_is_missing),
        TEST(the_stock_of_all_variants_comes_with_one_call),
        TEST(stock_price_and_listings_follow_a_hand_and_the_day),
        TEST(every_category_can_be_searched),
        TEST(what_was_found_can_be_quoted_and_ordered),
    };
    return cmocka_run_group_tests(tests, cj_rig_start, cj_rig_stop);
}
