/* Searching, the stock of a product and the categories as CJ writes them: answers are scripted,
 * nothing is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "tests/unit/providers/cj_scripted.h"

/* ---- search ---- */

static const char documented_row[] =
    "{\"id\":2509180000000000001,\"nameEn\":\"Pet hair brush\",\"sku\":\"CJGD200001\","
    "\"bigImage\":\"https://img.example/a.jpg\",\"sellPrice\":\"1.20-3.40\",\"nowPrice\":\"1.20\","
    "\"listedNum\":412,\"categoryId\":\"5E65\",\"threeCategoryName\":\"Grooming\","
    "\"twoCategoryName\":\"Dogs\",\"oneCategoryName\":\"Pets\",\"addMarkStatus\":0,"
    "\"productType\":\"0\",\"createAt\":1758153600000,\"warehouseInventoryNum\":230,"
    "\"totalVerifiedInventory\":200,\"totalUnVerifiedInventory\":30,\"saleStatus\":\"3\","
    "\"myProduct\":false,\"inventoryInfo\":\"[]\"}";

static void the_documented_row_is_read_whole(void **state)
{
    scoped(cj_found_page_done) struct cj_found_page page = { .rows = NULL };
    char body[2048];
    struct fail f = { 0 };
    (void)state;

    snprintf(body, sizeof body, OK_DATA(LIST("6000", "%s")), documented_row);
    fake_answer(200, body);
    assert_int_equal(search(&page, &f), 0);
    assert_int_equal(page.count, 1);
    assert_int_equal(page.total, 6000);
    assert_true(page.more);
    assert_string_equal(page.rows[0].pid, "2509180000000000001");
    assert_string_equal(page.rows[0].sku, "CJGD200001");
    assert_string_equal(page.rows[0].name, "Pet hair brush");
    assert_string_equal(page.rows[0].category, "Pets / Dogs / Grooming");
    assert_string_equal(page.rows[0].category_id, "5E65");
    assert_string_equal(page.rows[0].image, "https://img.example/a.jpg");
    assert_true(page.rows[0].price_known);
    assert_int_equal(page.rows[0].price_min.minor, 120);
    assert_int_equal(page.rows[0].price_max.minor, 340);
    assert_int_equal(page.rows[0].listed_num, 412);
    assert_int_equal(page.rows[0].stock, 230);
}

static void read_one_row(const char *row, struct cj_found *ret)
{
    scoped(json_clear_p) json_t *data = NULL;
    scoped(cj_found_page_done) struct cj_found_page page = { .rows = NULL };
    scoped(str_done) struct str text;
    struct fail f = { 0 };

    str_init(&text, 1 << 20);
    str_addf(&text, LIST("1", "%s"), row);
    assert_int_equal(json_parse(text.data, text.len, "test", &data, &f), 0);
    if (cj_read_found(data, &two_of_first, &page, &f) < 0) {
        fail_msg("%s: %s", f.text, row);
    }
    assert_int_equal(page.count, 1);
    *ret = page.rows[0];
}

static void the_price_of_a_row_is_a_range_in_every_form(void **state)
{
    static const struct {
        const char *fields;
        int64_t low, high; /* -1 = unknown */
    } forms[] = {
        { "\"sellPrice\":1.5", 150, 150 },
        { "\"sellPrice\":\"11.85\"", 1185, 1185 },
        { "\"sellPrice\":\"1.20-3.40\"", 120, 340 },
        { "\"sellPrice\":\"8.13 -- 8.62\"", 813, 862 },
        { "\"sellPrice\":\"3.40-1.20\"", 120, 340 },
        { "\"sellPrice\":0.01", 1, 1 },
        { "\"sellPrice\":null,\"nowPrice\":\"1.20\"", 120, 120 },
        { "\"sellPrice\":\"ask\",\"nowPrice\":2", 200, 200 },
        { "\"sellPrice\":0", -1, -1 },
        { "\"sellPrice\":\"0.00-3.40\"", -1, -1 },
        { "\"sellPrice\":\"\"", -1, -1 },
        { "\"sellPrice\":{}", -1, -1 },
        { "\"nameEn\":\"x\"", -1, -1 },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct cj_found row;
        char text[200];

        snprintf(text, sizeof text, "{\"id\":1,%s}", forms[i].fields);
        read_one_row(text, &row);
        assert_int_equal(row.price_known, forms[i].low >= 0);
        if (row.price_known) {
            assert_int_equal(row.price_min.minor, forms[i].low);
            assert_int_equal(row.price_max.minor, forms[i].high);
        }
    }
}

static void stock_and_listings_of_a_row_are_told_in_many_forms_or_not_at_all(void **state)
{
    static const struct {
        const char *fields;
        int64_t stock, listed;
    } forms[] = {
        { "\"warehouseInventoryNum\":230,\"listedNum\":\"412\"", 230, 412 },
        { "\"warehouseInventoryNum\":\"230\",\"listedNum\":0", 230, 0 },
        { "\"warehouseInventoryNum\":0,\"totalVerifiedInventory\":5", 0, -1 },
        { "\"totalVerifiedInventory\":200,\"totalUnVerifiedInventory\":\"30\"", 230, -1 },
        { "\"warehouseInventoryNum\":null,\"inventoryInfo\":"
          "\"[{\\\"totalInventoryNum\\\":5},{\\\"totalInventory\\\":\\\"7\\\"}]\"",
          12, -1 },
        { "\"inventoryInfo\":[{\"totalInventory\":4}]", 4, -1 },
        { "\"inventoryInfo\":\"[{\\\"countryCode\\\":\\\"CN\\\"}]\"", -1, -1 },
        { "\"inventoryInfo\":\"[broken\"", -1, -1 },
        { "\"warehouseInventoryNum\":-3,\"listedNum\":-1", -1, -1 },
        { "\"listedNum\":null", -1, -1 },
        { "\"listedNum\":\"many\",\"warehouseInventoryNum\":[]", -1, -1 },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct cj_found row;
        char text[300];

        snprintf(text, sizeof text, "{\"id\":1,%s}", forms[i].fields);
        read_one_row(text, &row);
        assert_int_equal(row.stock, forms[i].stock);
        assert_int_equal(row.listed_num, forms[i].listed);
    }
}

static void a_row_without_texts_has_empty_ones(void **state)
{
    static const char *const rows[] = {
        "{\"id\":1}",
        "{\"id\":\"1\",\"nameEn\":null,\"sku\":null,\"bigImage\":null,\"categoryId\":null}",
        "{\"id\":1,\"nameEn\":7,\"sku\":[],\"bigImage\":{},\"categoryId\":true}",
        "{\"id\":1,\"oneCategoryName\":4}",
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct cj_found row;

        read_one_row(rows[i], &row);
        assert_string_equal(row.pid, "1");
        assert_string_equal(row.name, "");
        assert_string_equal(row.sku, "");
        assert_string_equal(row.image, "");
        assert_string_equal(row.category, "");
        assert_string_equal(row.category_id, "");
    }
}

static void rows_without_an_id_are_left_out_and_a_page_of_them_is_refused(void **state)
{
    scoped(cj_found_page_done) struct cj_found_page page = { .rows = NULL };
    struct fail f = { 0 };
    (void)state;

    fake_answer(200, OK_DATA(LIST("9", "null,{},{\"id\":\"\"},{\"id\":5},[1]")));
    assert_int_equal(search(&page, &f), 0);
    assert_int_equal(page.count, 1);
    assert_string_equal(page.rows[0].pid, "5");
    cj_found_page_done(&page);
    fake_answer(200, OK_DATA(LIST("9", "null,{}")));
    assert_int_equal(search(&page, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
}

static void nothing_found_is_an_empty_page_and_not_a_failure(void **state)
{
    static const char *const answers[] = {
        OK_DATA("null"),
        "{\"code\":200,\"result\":true}",
        OK_DATA(LIST("0", "")),
        OK_DATA("{\"content\":[],\"totalRecords\":0}"),
        OK_DATA("{\"content\":[{\"productList\":null}],\"totalRecords\":\"0\"}"),
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        scoped(cj_found_page_done) struct cj_found_page page = { .rows = NULL };
        struct fail f = { 0 };

        fake_answer(200, answers[i]);
        assert_int_equal(search(&page, &f), 0);
        assert_int_equal(page.count, 0);
        assert_false(page.more);
    }
}

static void a_list_of_another_form_is_not_an_empty_page(void **state)
{
    static const char *const answers[] = {
        OK_DATA("{\"content\":[{\"productList\":{\"id\":1}}],\"totalRecords\":1}"),
        OK_DATA("{\"content\":[{\"productList\":\"\"}]}"),
        OK_DATA("{\"content\":[{\"products\":[]}],\"totalRecords\":5}"),
        OK_DATA("{\"content\":[],\"totalRecords\":\"5\"}"),
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct cj_found_page page;
        struct fail f = { 0 };

        fake_answer(200, answers[i]);
        assert_int_equal(search(&page, &f), -1);
        assert_int_equal(f.kind, FAIL_BUG);
    }
}

static void beyond_the_last_page_there_is_nothing(void **state)
{
    static const struct cj_search beyond = { .page = 7, .size = 2 };
    struct cj_found_page page;
    struct fail f = { 0 };
    (void)state;

    fake_answer(200, OK_DATA("{\"content\":[],\"totalRecords\":\"5\"}"));
    assert_int_equal(cj_search(cj, &beyond, &page, &f), 0);
    assert_int_equal(page.count, 0);
    assert_false(page.more);
    cj_found_page_done(&page);
}

static void the_last_page_says_that_nothing_follows(void **state)
{
    static const struct {
        const char *answer;
        bool more;
    } pages[] = {
        { OK_DATA(LIST("3", "{\"id\":1},{\"id\":2}")), true },
        { OK_DATA(LIST("\"3\"", "{\"id\":1},{\"id\":2}")), true },
        { OK_DATA(LIST("2", "{\"id\":1},{\"id\":2}")), false },
        { OK_DATA(LIST("null", "{\"id\":1},{\"id\":2}")), true }, /* full, and no total told */
        { OK_DATA(LIST("null", "{\"id\":1}")), false },
        { OK_DATA(LIST("-1", "{\"id\":1}")), false },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        scoped(cj_found_page_done) struct cj_found_page page = { .rows = NULL };
        struct fail f = { 0 };

        fake_answer(200, pages[i].answer);
        assert_int_equal(search(&page, &f), 0);
        assert_int_equal(page.more, pages[i].more);
    }
}

static void a_search_names_what_it_wants_and_costs_fifty_points(void **state)
{
    const struct cj_search s = { "dog & brush", "5E65-A", "UK", 150, 2999, 3, 100, CJ_SORT_LISTED };
    scoped(cj_found_page_done) struct cj_found_page page = { .rows = NULL };
    struct fail f = { 0 };
    (void)state;

    fake_answer(200, OK_DATA("null"));
    assert_int_equal(cj_search(cj, &s, &page, &f), 0);
    assert_string_equal(fake.requests[0].method, "GET");
    assert_string_equal(fake.requests[0].url,
                        "http://cj.example/v1/product/listV2?keyWord=dog%20%26%20brush&page=3"
                        "&size=100&categoryId=5E65-A&countryCode=GB&startSellPrice=1.50"
                        "&endSellPrice=29.99&orderBy=1&sort=desc&features=enable_category");
    assert_string_equal(fake.enters[0].operation, "product/listV2");
    assert_true(fake.enters[0].cost == 50);
}

static void a_search_that_makes_no_sense_is_refused_before_it_costs_points(void **state)
{
    static const struct cj_search wrong[] = {
        { .page = 0, .size = 10 },
        { .page = 1001, .size = 10 },
        { .page = 1, .size = 0 },
        { .page = 1, .size = 101 },
        { .page = 1, .size = 10, .min_cents = -1 },
        { .page = 1, .size = 10, .min_cents = 200, .max_cents = 100 },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct cj_found_page page;
        struct fail f = { 0 };

        assert_int_equal(cj_search(cj, &wrong[i], &page, &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
    }
    assert_int_equal(fake.enter_count, 0);
}

/* ---- stock of a product ---- */

static int stock_of(const char *rows, const char *country, struct cj_stock_list *ret)
{
    scoped(json_clear_p) json_t *data = NULL;
    scoped(str_done) struct str text;
    struct fail f = { 0 };

    str_init(&text, 10000);
    str_addf(&text, "{\"variantInventories\":%s}", rows);
    assert_int_equal(json_parse(text.data, text.len, "test", &data, &f), 0);
    return cj_read_stock_rows(data, country, ret, &f) < 0 ? (int)f.kind : 0;
}

static void the_stock_of_a_variant_goes_by_either_name_of_the_field(void **state)
{
    static const struct {
        const char *areas;
        int64_t quantity; /* in CN; -1 = not told */
    } forms[] = {
        { "[{\"countryCode\":\"CN\",\"totalInventory\":9}]", 9 },
        { "[{\"countryCode\":\"CN\",\"totalInventoryNum\":9}]", 9 },
        { "[{\"countryCode\":\"cn\",\"totalInventory\":\"9\"}]", 9 },
        { "[{\"countryCode\":\"CN\",\"totalInventory\":null,\"totalInventoryNum\":9}]", 9 },
        { "[{\"countryCode\":\"CN\",\"totalInventory\":0,\"totalInventoryNum\":9}]", 0 },
        { "[{\"countryCode\":\"CN\",\"cjInventory\":2,\"factoryInventory\":7}]", 9 },
        { "[{\"countryCode\":\"CN\",\"factoryInventory\":7}]", 7 },
        { "[{\"countryCode\":\"CN\",\"totalInventory\":4},{\"countryCode\":\"CN\","
          "\"totalInventory\":5},{\"countryCode\":\"US\",\"totalInventory\":100}]",
          9 },
        { "\"[{\\\"countryCode\\\":\\\"CN\\\",\\\"totalInventory\\\":9}]\"", 9 },
        { "[{\"countryCode\":\"US\",\"totalInventory\":100}]", 0 },
        { "[]", 0 },
        { "null", -1 },
        { "\"\"", -1 },
        { "[{\"countryCode\":\"CN\"}]", -1 },
        { "[{\"countryCode\":\"CN\",\"totalInventory\":-1}]", -1 },
        { "[{\"countryCode\":\"CN\",\"totalInventory\":\"plenty\"}]", -1 },
        { "[{\"countryCode\":\"CN\",\"totalInventory\":99999999999}]", -1 },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        scoped(cj_stock_list_done) struct cj_stock_list list = { 0 };
        char text[400];

        snprintf(text, sizeof text,
                 "[{\"vid\":1,\"inventory\":%s},"
                 "{\"vid\":\"2\",\"inventory\":[{\"countryCode\":\"CN\",\"totalInventory\":1}]}]",
                 forms[i].areas);
        assert_int_equal(stock_of(text, "CN", &list), 0);
        assert_int_equal(list.count, forms[i].quantity >= 0 ? 2 : 1);
        assert_string_equal(list.rows[0].vid, forms[i].quantity >= 0 ? "1" : "2");
        assert_int_equal(list.rows[0].quantity, forms[i].quantity >= 0 ? forms[i].quantity : 1);
    }
}

static void stock_lists_are_empty_or_unreadable_and_never_taken_for_each_other(void **state)
{
    static const struct {
        const char *rows;
        int kind; /* 0 = an empty list */
    } forms[] = {
        { "null", 0 },
        { "[]", 0 },
        { "\"[]\"", 0 },
        { "[{\"vid\":1,\"inventory\":null}]", FAIL_BUG },
        { "[{\"inventory\":[]}]", FAIL_BUG },
        { "[null,7]", FAIL_BUG },
        { "{\"1\":5}", FAIL_BUG },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        scoped(cj_stock_list_done) struct cj_stock_list list = { 0 };

        assert_int_equal(stock_of(forms[i].rows, "CN", &list), forms[i].kind);
        assert_int_equal(list.count, 0);
    }
}

static void a_warehouse_of_the_united_kingdom_is_found_under_both_its_codes(void **state)
{
    scoped(cj_stock_list_done) struct cj_stock_list list = { 0 };
    (void)state;

    assert_int_equal(stock_of("[{\"vid\":1,\"inventory\":[{\"countryCode\":\"UK\","
                              "\"totalInventory\":3},{\"countryCode\":\"GB\",\"totalInventory\":4}"
                              "]}]",
                              "GB", &list),
                     0);
    assert_int_equal(list.rows[0].quantity, 7);
}

/* ---- categories ---- */

static void categories_are_the_leaves_with_their_parents(void **state)
{
    scoped(free_p) struct cj_category *list = NULL;
    size_t count = 0;
    struct fail f = { 0 };
    (void)state;

    fake_answer(200, OK_DATA("[{\"categoryFirstName\":\"Pets\",\"categoryFirstList\":["
                             "{\"categorySecondName\":\"Dogs\",\"categorySecondList\":["
                             "{\"categoryId\":\"A\",\"categoryName\":\"Grooming\"},"
                             "{\"categoryId\":null,\"categoryName\":\"No id\"},null,"
                             "{\"categoryId\":\"B\",\"categoryName\":null}]},"
                             "{\"categorySecondName\":\"Cats\",\"categorySecondList\":null}]},"
                             "null,{\"categoryFirstName\":\"Empty\"}]"));
    assert_int_equal(cj_categories(cj, &list, &count, &f), 0);
    assert_int_equal(count, 2);
    assert_string_equal(list[0].id, "A");
    assert_string_equal(list[0].name, "Grooming");
    assert_string_equal(list[0].parents, "Pets / Dogs");
    assert_string_equal(list[1].id, "B");
    assert_string_equal(list[1].name, "");
    assert_true(fake.enters[0].cost == 0);
    assert_string_equal(fake.requests[0].url, "http://cj.example/v1/product/getCategory");
}

static void categories_may_be_none_but_not_unreadable(void **state)
{
    static const struct {
        const char *answer;
        int result;
    } forms[] = {
        { OK_DATA("null"), 0 },  { OK_DATA("[]"), 0 },     { OK_DATA("{}"), -1 },
        { OK_DATA("[{}]"), -1 }, { OK_DATA("\"x\""), -1 },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        scoped(free_p) struct cj_category *list = NULL;
        size_t count = 0;
        struct fail f = { 0 };

        fake_answer(200, forms[i].answer);
        assert_int_equal(cj_categories(cj, &list, &count, &f), forms[i].result);
        assert_int_equal(count, 0);
        assert_int_equal(f.kind, forms[i].result < 0 ? FAIL_BUG : FAIL_NONE);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, cj_scripted_setup, cj_scripted_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_documented_row_is_read_whole),
        TEST(the_price_of_a_row_is_a_range_in_every_form),
        TEST(stock_and_listings_of_a_row_are_told_in_many_forms_or_not_at_all),
        TEST(a_row_without_texts_has_empty_ones),
        TEST(rows_without_an_id_are_left_out_and_a_page_of_them_is_refused),
        TEST(nothing_found_is_an_empty_page_and_not_a_failure),
        TEST(a_list_of_another_form_is_not_an_empty_page),
        TEST(beyond_the_last_page_there_is_nothing),
        TEST(the_last_page_says_that_nothing_follows),
        TEST(a_search_names_what_it_wants_and_costs_fifty_points),
        TEST(a_search_that_makes_no_sense_is_refused_before_it_costs_points),
        TEST(the_stock_of_a_variant_goes_by_either_name_of_the_field),
        TEST(stock_lists_are_empty_or_unreadable_and_never_taken_for_each_other),
        TEST(a_warehouse_of_the_united_kingdom_is_found_under_both_its_codes),
        TEST(categories_are_the_leaves_with_their_parents),
        TEST(categories_may_be_none_but_not_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
