#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/attr.h"
#include "tests/unit/providers/fake.h"
#include "worker/providers/cj/cj.h"

#define OK_DATA(data)                                                                              \
    "{\"code\":200,\"result\":true,\"message\":\"Success\",\"data\":" data ",\"requestId\":\"r\"}"
#define REFUSED(code) "{\"code\":" #code ",\"result\":false,\"message\":\"m\",\"data\":null}"
#define ORDER(id, number)                                                                          \
    "{\"orderId\":\"" id "\",\"orderNum\":\"" number "\",\"orderStatus\":\"UNSHIPPED\"}"

static struct cj *cj;

static int setup(void **state)
{
    struct fail f;

    return fake_setup(state) + cj_open("http://cj.example/api2.0/v1", NULL, &fake_gate, &cj, &f);
}

static int teardown(void **state)
{
    cj_close(cj);
    return fake_teardown(state);
}

static int create(struct cj_order *ret, struct fail *f)
{
    const struct cj_address to = { .country_code = "US",
                                   .country = "United States",
                                   .province = "New York",
                                   .city = "New York",
                                   .line1 = "1 Example St",
                                   .name = "Ann",
                                   .phone = "1" };
    const struct cj_item item = { "7", 1, "" };

    return cj_order_create(cj, &(struct cj_new_order){ "N-1", &to, "Line", "CN", &item, 1 }, ret,
                           f);
}

static void a_created_order_without_proof_is_unknown(void **state)
{
    static const char *const answers[] = {
        OK_DATA("null"), OK_DATA("{}"), OK_DATA("true"), OK_DATA("\"\""),
        OK_DATA("{\"orderId\":\"42\",\"orderNumber\":\"N-2\"}")
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct cj_order o = { 0 };
        struct fail f;

        fake_answer(200, answers[i]);
        assert_int_equal(create(&o, &f), -1);
        assert_int_equal(f.kind, FAIL_UNKNOWN);
        assert_string_equal(o.order_id, "");
    }
}

static void an_existing_number_is_a_conflict(void **state)
{
    struct cj_order o;
    struct fail f;
    (void)state;

    fake_answer(200, REFUSED(1603003));
    assert_int_equal(create(&o, &f), -1);
    assert_int_equal(f.kind, FAIL_CONFLICT);
    assert_string_equal(f.code, "1603003");
}

static void a_bare_id_is_an_answer_too(void **state)
{
    struct cj_order o;
    struct fail f;
    (void)state;

    fake_answer(200, OK_DATA("\"2511200000000000042\""));
    assert_int_equal(create(&o, &f), 0);
    assert_string_equal(o.order_id, "2511200000000000042");
    assert_string_equal(o.number, "N-1");
    assert_false(o.amount_known);
}

static void an_invalid_order_is_never_sent(void **state)
{
    const struct cj_address to = { .country_code = "US" };
    struct cj_order o;
    struct fail f;
    (void)state;

    assert_int_equal(
        cj_order_create(cj, &(struct cj_new_order){ "N-1", &to, "Line", "CN", NULL, 0 }, &o, &f),
        -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_int_equal(fake.request_count, 0);
    assert_int_equal(fake.enter_count, 0);
}

static void an_order_that_is_not_there_is_missing(void **state)
{
    struct cj_order o;
    struct fail f;
    (void)state;

    fake_answer(200, REFUSED(1600300));
    fake_answer(200, OK_DATA("null"));
    assert_int_equal(cj_order_get(cj, "N-1", &o, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_int_equal(cj_order_get(cj, "N-1", &o, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
}

static void another_order_is_never_adopted(void **state)
{
    struct cj_order o;
    struct fail f;
    (void)state;

    fake_answer(200, OK_DATA(ORDER("42", "N-2")));
    assert_int_equal(cj_order_get(cj, "N-1", &o, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
}

#define PARTS                                                                                      \
    "\"splitOrderList\":[{\"orderCode\":\"43\",\"productList\":[{\"vid\":\"7\",\"quantity\":1}]}," \
    "{\"orderCode\":44,\"productList\":[]},{\"orderCode\":\"45\",\"productList\":null}]"

static void a_split_order_has_the_parcels_of_its_parts(void **state)
{
    struct cj_order o;
    struct fail f;
    (void)state;

    fake_answer(200, OK_DATA("{\"orderId\":\"42\",\"orderNum\":\"N-1\",\"orderStatus\":"
                             "\"UNSHIPPED\",\"trackNumber\":\"T1\","
                             "\"productList\":[{\"vid\":\"7\",\"quantity\":2}]," PARTS "}"));
    fake_answer(200, OK_DATA("{\"orderId\":\"43\",\"orderNum\":\"N-1\",\"orderStatus\":\"SHIPPED\","
                             "\"trackNumber\":\"T1\"}"));
    fake_answer(200, OK_DATA("{\"orderId\":\"44\",\"orderNum\":\"N-1\",\"orderStatus\":"
                             "\"DELIVERED\",\"trackNumber\":\"T2\","
                             "\"productList\":[{\"vid\":\"8\",\"quantity\":3}]}"));
    fake_answer(200, OK_DATA("{\"orderId\":\"45\",\"orderNum\":\"N-1\",\"orderStatus\":"
                             "\"UNSHIPPED\",\"trackNumber\":null}"));
    assert_int_equal(cj_order_get(cj, "N-1", &o, &f), 0);
    assert_non_null(strstr(fake.requests[2].url, "orderId=44"));
    assert_int_equal(o.status, CJ_UNSHIPPED);
    assert_int_equal(o.shipment_count, 2);
    assert_string_equal(o.shipments[0].order_id, "43");
    assert_string_equal(o.shipments[0].tracking_number, "T1");
    assert_int_equal(o.shipments[0].status, CJ_SHIPPED);
    assert_int_equal(o.shipments[0].line_count, 1);
    assert_int_equal(o.shipments[0].lines[0].quantity, 1);
    assert_string_equal(o.shipments[1].tracking_number, "T2");
    assert_string_equal(o.shipments[1].lines[0].vid, "8");
    assert_int_equal(o.shipments[1].lines[0].quantity, 3);
    cj_order_done(&o);
}

static void a_part_that_cannot_be_found_yet_is_not_taken_for_nothing(void **state)
{
    struct cj_order o;
    struct fail f;
    (void)state;

    fake_answer(
        200,
        OK_DATA("{\"orderId\":\"42\",\"orderNum\":\"N-1\",\"orderStatus\":\"SHIPPED\"," PARTS "}"));
    fake_answer(200, REFUSED(1603100));
    assert_int_equal(cj_order_get(cj, "N-1", &o, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_non_null(strstr(f.text, "part 43"));
}

static void a_list_is_paged_by_its_total(void **state)
{
    struct cj_order_page page;
    struct fail f;
    (void)state;

    fake_answer(200,
                OK_DATA("{\"pageNum\":1,\"total\":51,\"list\":[{\"orderId\":2511200000000000042,"
                        "\"orderNum\":\"N-1\",\"orderStatus\":\"SHIPPED\"}]}"));
    assert_int_equal(cj_order_list(cj, "SHIPPED", 1, &page, &f), 0);
    assert_true(page.more);
    assert_int_equal(page.count, 1);
    assert_string_equal(page.rows[0].order_id, "2511200000000000042");
    assert_int_equal(page.rows[0].status, CJ_SHIPPED);
    cj_order_page_done(&page);
    assert_non_null(strstr(fake.requests[0].url, "?pageNum=1&pageSize=50&status=SHIPPED"));
    fake_answer(200, OK_DATA("{\"pageNum\":2,\"total\":51,\"list\":[{\"orderId\":\"43\","
                             "\"orderNum\":null,\"orderStatus\":\"SHIPPED\"}]}"));
    assert_int_equal(cj_order_list(cj, "SHIPPED", 2, &page, &f), 0);
    assert_false(page.more);
    assert_string_equal(page.rows[0].number, "");
    cj_order_page_done(&page);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_created_order_without_proof_is_unknown),
        TEST(an_existing_number_is_a_conflict),
        TEST(a_bare_id_is_an_answer_too),
        TEST(an_invalid_order_is_never_sent),
        TEST(an_order_that_is_not_there_is_missing),
        TEST(another_order_is_never_adopted),
        TEST(a_split_order_has_the_parcels_of_its_parts),
        TEST(a_part_that_cannot_be_found_yet_is_not_taken_for_nothing),
        TEST(a_list_is_paged_by_its_total),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
