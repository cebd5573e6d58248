/* What the four calls of the catalogue have in common: envelopes, refusals, broken answers.
 * Answers are scripted, nothing is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "tests/unit/providers/cj_scripted.h"

#define PRODUCT "{\"pid\":\"25001\",\"productNameEn\":\"Brush\",\"variants\":[{\"vid\":7}]}"
#define STOCK                                                                                      \
    "{\"variantInventories\":[{\"vid\":\"7\",\"inventory\":[{\"countryCode\":\"CN\","              \
    "\"totalInventory\":9}]}]}"
#define TREE                                                                                       \
    "[{\"categoryFirstName\":\"Pets\",\"categoryFirstList\":[{\"categorySecondName\":\"Dogs\","    \
    "\"categorySecondList\":[{\"categoryId\":\"5E65\",\"categoryName\":\"Grooming\"}]}]}]"

static int call_search(struct fail *f)
{
    scoped(cj_found_page_done) struct cj_found_page page = { .rows = NULL };

    return search(&page, f) < 0 ? -1 : (int)page.count;
}

static int call_product(struct fail *f)
{
    scoped(cj_product_done) struct cj_product p = { .pid = "" };

    return cj_product_get(cj, "25001", &p, f) < 0 ? -1 : (int)p.variant_count;
}

static int call_stock(struct fail *f)
{
    scoped(cj_stock_list_done) struct cj_stock_list list = { 0 };

    return cj_stock_of_product(cj, "25001", "CN", &list, f) < 0 ? -1 : (int)list.count;
}

static int call_categories(struct fail *f)
{
    scoped(free_p) struct cj_category *rows = NULL;
    size_t count = 0;

    return cj_categories(cj, &rows, &count, f) < 0 ? -1 : (int)count;
}

static const struct {
    int (*run)(struct fail *f); /* rows that were read, or -1 */
    const char *data, *url;
    double points;
    bool by_pid;
} calls[] = {
    { call_search, LIST("1", "{\"id\":1}"),
      "http://cj.example/v1/product/listV2?page=1&size=2&orderBy=0&sort=desc"
      "&features=enable_category",
      50, false },
    { call_product, PRODUCT, "http://cj.example/v1/product/query?pid=25001", 10, true },
    { call_stock, STOCK, "http://cj.example/v1/product/stock/getInventoryByPid?pid=25001", 10,
      true },
    { call_categories, TREE, "http://cj.example/v1/product/getCategory", 0, false },
};

static void fresh(void)
{
    void *state = NULL;

    assert_int_equal(cj_scripted_teardown(&state), 0);
    assert_int_equal(cj_scripted_setup(&state), 0);
}

static void every_form_of_a_successful_envelope_is_read(void **state)
{
    static const char *const envelopes[] = {
        "{\"code\":200,\"result\":true,\"message\":\"Success\",\"data\":%s,\"requestId\":\"r\"}",
        "{\"code\":200,\"result\":true,\"data\":%s,\"success\":true}",
        "{\"success\":true,\"code\":0,\"message\":null,\"data\":%s}",
        "{\"code\":0,\"data\":%s}",
        "{\"code\":200,\"data\":%s}",
        "{\"code\":\"200\",\"result\":\"true\",\"data\":%s}",
        "{\"result\":1,\"data\":%s}",
        "{\"success\":true,\"data\":%s}",
        "{\"code\":200,\"result\":null,\"success\":null,\"data\":%s}",
    };
    (void)state;

    for (size_t c = 0; c < COUNT_OF(calls); c++) {
        for (size_t i = 0; i < COUNT_OF(envelopes); i++) {
            scoped(str_done) struct str body;
            struct fail f = { 0 };

            fresh();
            str_init(&body, 10000);
            /* The one thing in an envelope that is not fixed text. */
            str_add_bytes(&body, envelopes[i], (size_t)(strstr(envelopes[i], "%s") - envelopes[i]));
            str_add(&body, calls[c].data);
            str_add(&body, strstr(envelopes[i], "%s") + 2);
            fake_answer(200, body.data);
            if (calls[c].run(&f) != 1) {
                fail_msg("%s: %s", body.data, f.text);
            }
            assert_string_equal(fake.requests[0].url, calls[c].url);
            assert_true(fake.enters[0].cost == calls[c].points);
            assert_string_equal(fake.requests[0].body, "");
        }
    }
}

static void a_refusal_keeps_its_kind_and_is_never_an_empty_result(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum fail_kind kind;
        int tries;
    } answers[] = {
        { 200, "{\"code\":200,\"result\":false,\"data\":[]}", FAIL_LATER, 3 },
        { 200, "{\"code\":0,\"success\":false,\"data\":null}", FAIL_LATER, 3 },
        { 200, "{\"code\":12345,\"message\":\"?\",\"data\":null}", FAIL_LATER, 3 },
        { 200, "{\"data\":[]}", FAIL_LATER, 3 },
        { 200, "{\"code\":1600000,\"result\":false}", FAIL_LATER, 3 },
        { 200, "{\"code\":1600200,\"result\":false}", FAIL_LATER, 4 },
        { 429, "{\"code\":1600200,\"result\":false}", FAIL_LATER, 4 },
        { 429, "slow down", FAIL_LATER, 4 },
        { 200, "{\"code\":16900500,\"result\":false,\"message\":\"Insufficient API points\"}",
          FAIL_LIMITED, 1 },
        { 429, "{\"code\":429,\"pointsInfo\":{\"usedToday\":1,\"remaining\":0}}", FAIL_LIMITED, 1 },
        { 200, "{\"code\":1600201,\"result\":false}", FAIL_LIMITED, 1 },
        { 200, "{\"code\":1600300,\"result\":false}", FAIL_INPUT, 1 },
        { 200, "{\"code\":1600005,\"result\":false}", FAIL_DENIED, 1 },
        { 200, "{\"code\":16900202,\"result\":false}", FAIL_BUG, 1 },
        { 500, "oops", FAIL_LATER, 3 },
        { 502, "<html>", FAIL_LATER, 3 },
        { 404, "{}", FAIL_BUG, 1 },
        { 200, "<html><body>502 Bad Gateway</body></html>", FAIL_LATER, 3 },
        { 200, "{\"code\":200,\"result\":true,\"data\":{\"pid\":\"25001\",\"na", FAIL_LATER, 3 },
        { 200, "", FAIL_LATER, 3 },
        { 200, "null", FAIL_LATER, 3 },
        { 200, "[]", FAIL_LATER, 3 },
        { 200, "\xff\xfe", FAIL_LATER, 3 },
    };
    (void)state;

    for (size_t c = 0; c < COUNT_OF(calls); c++) {
        for (size_t i = 0; i < COUNT_OF(answers); i++) {
            struct fail f = { 0 };

            fresh();
            for (int n = 0; n < 4; n++) {
                fake_answer(answers[i].status, answers[i].body);
            }
            if (calls[c].run(&f) != -1 || f.kind != answers[i].kind ||
                (int)fake.request_count != answers[i].tries) {
                fail_msg("%s %s: kind %d after %zu requests: %s", calls[c].url, answers[i].body,
                         (int)f.kind, fake.request_count, f.text);
            }
        }
    }
}

static void data_of_the_wrong_type_is_a_broken_contract(void **state)
{
    static const char *const wrong[] = { "7", "\"text\"", "true", "[7]", "[[]]", "[{\"a\":1}]" };
    (void)state;

    for (size_t c = 0; c < COUNT_OF(calls); c++) {
        for (size_t i = 0; i < COUNT_OF(wrong); i++) {
            char body[200];
            struct fail f = { 0 };

            fresh();
            snprintf(body, sizeof body, OK_DATA("%s"), wrong[i]);
            fake_answer(200, body);
            if (calls[c].run(&f) != -1 || f.kind != FAIL_BUG) {
                fail_msg("%s with data %s: %s", calls[c].url, wrong[i], f.text);
            }
        }
    }
}

static void a_product_that_is_unknown_or_off_the_shelf_is_missing(void **state)
{
    static const char *const codes[] = { "1602001", "1602002", "1602003" };
    (void)state;

    for (size_t c = 0; c < COUNT_OF(calls); c++) {
        for (size_t i = 0; calls[c].by_pid && i < COUNT_OF(codes); i++) {
            char body[200];
            struct fail f = { 0 };

            fresh();
            snprintf(body, sizeof body, "{\"code\":%s,\"result\":false,\"data\":null}", codes[i]);
            fake_answer(200, body);
            assert_int_equal(calls[c].run(&f), -1);
            assert_int_equal(f.kind, FAIL_MISSING);
            assert_string_equal(f.code, codes[i]);
        }
    }
}

static void no_data_is_no_product_but_no_stock_told(void **state)
{
    struct fail f = { 0 };
    (void)state;

    fake_answer(200, OK_DATA("null"));
    fake_answer(200, OK_DATA("null"));
    assert_int_equal(call_product(&f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_string_equal(f.code, "1602001");
    assert_int_equal(call_stock(&f), 0);
}

static void another_product_than_the_one_asked_for_is_refused(void **state)
{
    struct fail f = { 0 };
    (void)state;

    fake_answer(200, OK_DATA("{\"pid\":\"25002\"}"));
    assert_int_equal(call_product(&f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
}

static void ten_megabytes_of_description_or_of_nonsense_are_lived_through(void **state)
{
    enum { MUCH = 10 << 20 };
    static const char head[] = "{\"code\":200,\"result\":true,\"data\":{\"pid\":\"25001\","
                               "\"description\":\"";
    static const char tail[] = "\",\"variants\":[{\"vid\":7}]}}";
    scoped(free_p) char *good = calloc(1, MUCH + sizeof head + sizeof tail);
    scoped(free_p) char *bad = calloc(1, MUCH + 1);
    struct fail f = { 0 };
    (void)state;

    assert_true(good != NULL && bad != NULL);
    memset(good + sizeof head - 1, 'x', MUCH);
    memcpy(good, head, sizeof head - 1);
    memcpy(good + sizeof head - 1 + MUCH, tail, sizeof tail);
    memset(bad, '[', MUCH);
    fake_answer(200, good);
    assert_int_equal(call_product(&f), 1);
    for (int i = 0; i < 3; i++) {
        fake_answer(200, bad);
    }
    assert_int_equal(call_product(&f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, cj_scripted_setup, cj_scripted_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_form_of_a_successful_envelope_is_read),
        TEST(a_refusal_keeps_its_kind_and_is_never_an_empty_result),
        TEST(data_of_the_wrong_type_is_a_broken_contract),
        TEST(a_product_that_is_unknown_or_off_the_shelf_is_missing),
        TEST(no_data_is_no_product_but_no_stock_told),
        TEST(another_product_than_the_one_asked_for_is_refused),
        TEST(ten_megabytes_of_description_or_of_nonsense_are_lived_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
