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
#define BALANCE       OK_DATA("{\"amount\":120.50,\"noWithdrawalAmount\":0,\"freezeAmount\":null}")
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

static int balance(struct money *m, struct fail *f)
{
    return cj_balance(cj, m, f);
}

static void a_call_passes_the_gate_once_and_carries_the_token(void **state)
{
    struct money m;
    struct fail f;
    (void)state;

    fake_answer(200, BALANCE);
    assert_int_equal(balance(&m, &f), 0);
    assert_int_equal(m.minor, 12050);
    assert_string_equal(m.currency, "USD");
    assert_int_equal(fake.enter_count, 1);
    assert_int_equal(fake.leave_count, 1);
    assert_true(fake.healthy[0]);
    assert_int_equal(fake.throttled_ms[0], 0);
    assert_string_equal(fake.enters[0].operation, "shopping/pay/getBalance");
    assert_string_equal(fake.requests[0].method, "GET");
    assert_string_equal(fake.requests[0].url,
                        "http://cj.example/api2.0/v1/shopping/pay/getBalance");
    assert_string_equal(fake.requests[0].body, "");
    assert_non_null(strstr(fake.requests[0].headers, "CJ-Access-Token: token-0\n"));
    assert_null(strstr(fake.requests[0].headers, "Content-Type"));
}

static void lookups_cost_points_and_orders_do_not(void **state)
{
    struct cj_variant v;
    struct cj_order o;
    struct fail f;
    int64_t n = 0;
    (void)state;

    fake_answer(200, OK_DATA("{\"vid\":\"7\",\"pid\":\"1\"}"));
    fake_answer(200, OK_DATA("[]"));
    fake_answer(200, OK_DATA(ORDER("42", "N-1")));
    assert_int_equal(cj_variant_by_vid(cj, "7", &v, &f), 0);
    assert_int_equal(cj_stock(cj, "7", "US", &n, &f), 0);
    assert_int_equal(cj_order_get(cj, "N-1", &o, &f), 0);
    cj_order_done(&o);
    assert_true(fake.enters[0].cost == 10 && fake.enters[1].cost == 10 && fake.enters[2].cost == 0);
    assert_string_equal(fake.requests[0].url,
                        "http://cj.example/api2.0/v1/product/variant/queryByVid?vid=7");
}

static void a_gate_that_refuses_stops_the_call(void **state)
{
    struct money m;
    struct fail f;
    (void)state;

    fake.gate_refuses = FAIL_LIMITED;
    assert_int_equal(balance(&m, &f), -1);
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_int_equal(f.retry_after_ms, 5000);
    assert_int_equal(fake.request_count, 0);
    assert_int_equal(fake.leave_count, 0);
}

static void without_a_token_nobody_is_called(void **state)
{
    struct money m;
    struct fail f;
    (void)state;

    fake.token_refuses = FAIL_DENIED;
    assert_int_equal(balance(&m, &f), -1);
    assert_int_equal(f.kind, FAIL_DENIED);
    assert_int_equal(fake.enter_count, 0);
}

static void throttling_is_told_to_the_gate_and_waited_for(void **state)
{
    struct money m;
    struct fail f;
    (void)state;

    fake_answer(200, REFUSED(1600200));
    fake_answer(429, "");
    fake_answer(200, BALANCE);
    assert_int_equal(balance(&m, &f), 0);
    assert_int_equal(fake.leave_count, 3);
    assert_in_range(fake.throttled_ms[0], 2000, 2500);
    assert_in_range(fake.throttled_ms[1], 4000, 5000);
    assert_int_equal(fake.throttled_ms[2], 0);
    assert_true(fake.healthy[0] && fake.healthy[1]);
    assert_int_equal(fake.slept_ms, fake.throttled_ms[0] + fake.throttled_ms[1]);
}

/* The gate reserves a moment for the call: asked before the pause, it would reserve one that is
 * over when the call is made, and the call would fall into the moment of another worker. */
static void the_turn_is_asked_for_after_the_pause(void **state)
{
    struct money m;
    struct fail f;
    (void)state;

    fake_answer(503, "");
    fake_answer(200, REFUSED(1600200));
    fake_answer(200, BALANCE);
    assert_int_equal(balance(&m, &f), 0);
    assert_int_equal(fake.enter_count, 3);
    assert_in_range(fake.enters[1].at_ms - fake.enters[0].at_ms, 1000, 1250);
    assert_int_equal(fake.enters[2].at_ms - fake.enters[1].at_ms, fake.throttled_ms[1]);
}

static void a_throttled_write_is_repeated_since_nothing_was_done(void **state)
{
    struct fail f;
    (void)state;

    fake_answer(200, REFUSED(1600200));
    fake_answer(200, OK_DATA("null"));
    assert_int_equal(cj_order_pay(cj, "42", &f), 0);
    assert_int_equal(fake.request_count, 2);
    assert_string_equal(fake.requests[1].body, "{\"orderId\":\"42\"}");
    assert_non_null(strstr(fake.requests[1].headers, "Content-Type: application/json\n"));
}

static void endless_throttling_ends_with_advice(void **state)
{
    struct money m;
    struct fail f;
    (void)state;

    for (int i = 0; i < 4; i++) {
        fake_answer(200, REFUSED(1600200));
    }
    assert_int_equal(balance(&m, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_true(f.retry_after_ms >= 16000);
    assert_int_equal(fake.request_count, 4);
}

static void a_long_retry_after_is_not_slept_through(void **state)
{
    struct money m;
    struct fail f;
    (void)state;

    fake_answer_later(429, "", 120000);
    assert_int_equal(balance(&m, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_true(f.retry_after_ms >= 120000);
    assert_int_equal(fake.slept_ms, 0);
}

static void points_that_are_gone_are_told_to_the_gate_and_not_asked_again(void **state)
{
    struct cj_freight *list = NULL;
    struct fail f;
    size_t count = 5;
    (void)state;

    fake_answer(200, REFUSED(16900500));
    assert_int_equal(
        cj_freight_quote(
            cj,
            &(struct cj_consignment){ { "CN", "US", NULL }, &(struct cj_item){ "7", 1, "" }, 1 },
            &list, &count, &f),
        -1);
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_string_equal(f.code, "16900500");
    assert_true(f.retry_after_ms > 0);
    assert_int_equal(fake.points_gone_ms, f.retry_after_ms);
    assert_int_equal(fake.request_count, 1);
    assert_int_equal(count, 5);
}

static void a_refused_token_is_renewed_once(void **state)
{
    struct money m;
    struct fail f;
    (void)state;

    fake_answer(200, REFUSED(1600001));
    fake_answer(200, BALANCE);
    assert_int_equal(balance(&m, &f), 0);
    assert_int_equal(fake.renew_count, 1);
    assert_non_null(strstr(fake.requests[1].headers, "CJ-Access-Token: token-1\n"));
}

static void a_token_refused_twice_is_denied(void **state)
{
    struct fail f;
    (void)state;

    fake_answer(200, REFUSED(1600001));
    fake_answer(200, REFUSED(1600001));
    assert_int_equal(cj_order_confirm(cj, "42", &f), -1);
    assert_int_equal(f.kind, FAIL_DENIED);
    assert_string_equal(f.code, "1600001");
    assert_int_equal(fake.renew_count, 1);
}

static void a_read_is_repeated_in_passing_trouble(void **state)
{
    struct money m;
    struct fail f;
    (void)state;

    fake_answer(200, "<html>502</html>");
    fake_silence(FAIL_UNKNOWN);
    fake_answer(200, BALANCE);
    assert_int_equal(balance(&m, &f), 0);
    assert_false(fake.healthy[0]);
    assert_false(fake.healthy[1]);
    assert_true(fake.healthy[2]);
    assert_true(fake.slept_ms >= 3000);
}

static void a_read_gives_up_after_three_attempts(void **state)
{
    struct money m;
    struct fail f;
    (void)state;

    fake_answer(500, "");
    fake_answer(500, "");
    fake_answer(500, "");
    assert_int_equal(balance(&m, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_int_equal(fake.request_count, 3);
}

/* Whatever is unclear about a write is asked once and never called passing. */
static void an_unclear_write_is_unknown_and_not_repeated(void **state)
{
    static const struct {
        int status;
        const char *body;
    } answers[] = { { 0, "" },
                    { 500, "" },
                    { 200, "<html>" },
                    { 200, "" },
                    { 200, "{\"code\":2" },
                    { 502, "<html>" },
                    { 200, REFUSED(1600301) },
                    { 200, REFUSED(1600000) } };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct fail f;
        size_t before = fake.request_count;

        if (answers[i].status == 0) {
            fake_silence(FAIL_UNKNOWN);
        } else {
            fake_answer(answers[i].status, answers[i].body);
        }
        assert_int_equal(cj_order_pay(cj, "42", &f), -1);
        assert_int_equal(f.kind, FAIL_UNKNOWN);
        assert_int_equal(fake.request_count, before + 1);
    }
}

static void a_write_that_was_surely_not_sent_is_passing(void **state)
{
    struct fail f;
    (void)state;

    fake_silence(FAIL_LATER);
    assert_int_equal(cj_order_pay(cj, "42", &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_false(fake.healthy[0]);
}

static void an_unknown_sku_has_no_variants_and_a_similar_one_is_not_taken(void **state)
{
    struct cj_variant *list = NULL;
    size_t count = 9;
    struct fail f;
    (void)state;

    fake_answer(200, REFUSED(1602001));
    assert_int_equal(cj_variants_by_sku(cj, "A&B 1", &list, &count, &f), 0);
    assert_int_equal(count, 0);
    free(list);
    assert_non_null(strstr(fake.requests[0].url, "?variantSku=A%26B%201"));
    fake_answer(200, OK_DATA("[{\"vid\":\"1\",\"pid\":\"1\",\"variantSku\":\"SKU-1\"},{\"vid\":"
                             "\"2\",\"pid\":\"1\",\"variantSku\":\"SKU-10\"}]"));
    assert_int_equal(cj_variants_by_sku(cj, "SKU-1", &list, &count, &f), 0);
    assert_int_equal(count, 1);
    assert_string_equal(list[0].vid, "1");
    free(list);
}

static void a_quote_sends_route_and_items(void **state)
{
    const struct cj_item items[] = { { "2509180000000000777", 2, "" }, { "8", 1, "x" } };
    struct cj_freight *list = NULL;
    size_t count = 0;
    struct fail f;
    (void)state;

    fake_answer(200, OK_DATA("[]"));
    assert_int_equal(cj_freight_quote(cj,
                                      &(struct cj_consignment){ { "CN", "UK", "LS1" }, items, 2 },
                                      &list, &count, &f),
                     0);
    assert_int_equal(count, 0);
    free(list);
    assert_string_equal(
        fake.requests[0].body,
        "{\"startCountryCode\":\"CN\",\"endCountryCode\":\"GB\",\"zip\":\"LS1\",\"products\":"
        "[{\"vid\":\"2509180000000000777\",\"quantity\":2},{\"vid\":\"8\",\"quantity\":1}]}");
}

static void a_wallet_without_a_figure_is_not_empty(void **state)
{
    struct money m = { 5, "USD" };
    struct fail f;
    (void)state;

    fake_answer(200, OK_DATA("{\"amount\":null}"));
    assert_int_equal(balance(&m, &f), -1);
    assert_string_equal(f.code, "BALANCE_UNKNOWN");
    assert_int_equal(m.minor, 5);
}

static void signing_in_needs_no_token_and_is_never_repeated(void **state)
{
    static struct cj_tokens t;
    struct fail f;
    (void)state;

    fake.token_refuses = FAIL_DENIED;
    fake_answer(200, REFUSED(1600200));
    assert_int_equal(cj_login(cj, "CJ1@api@key", &t, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    assert_int_equal(f.retry_after_ms, 300000);
    assert_int_equal(fake.throttled_ms[0], 0);
    assert_string_equal(fake.requests[0].body, "{\"apiKey\":\"CJ1@api@key\"}");
    assert_null(strstr(fake.requests[0].headers, "CJ-Access-Token"));
    fake_silence(FAIL_UNKNOWN);
    assert_int_equal(cj_refresh(cj, "R", &t, &f), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    assert_int_equal(f.retry_after_ms, 60000);
    assert_int_equal(fake.request_count, 2);
}

/* Whoever keeps the gap between logins must see which of them may have counted at CJ. */
static void a_sign_in_says_whether_it_may_have_counted(void **state)
{
    static struct cj_tokens t;
    struct fail f;
    (void)state;

    fake_answer(429, "");
    fake_answer(503, "<html>");
    fake_silence(FAIL_UNKNOWN);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(cj_login(cj, "CJ1@api@key", &t, &f), -1);
        assert_int_equal(f.kind, FAIL_UNKNOWN);
        assert_int_equal(f.retry_after_ms, 300000);
    }
    fake_silence(FAIL_LATER);
    assert_int_equal(cj_login(cj, "CJ1@api@key", &t, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    fake.gate_refuses = FAIL_LIMITED;
    assert_int_equal(cj_login(cj, "CJ1@api@key", &t, &f), -1);
    assert_int_equal(f.kind, FAIL_LIMITED);
}

static void an_account_calls_at_least_once_a_second(void **state)
{
    int64_t qps = 0;
    struct fail f;
    (void)state;

    fake_answer(200, OK_DATA("{\"setting\":{\"qpsLimit\":\"4\"}}"));
    fake_answer(200, OK_DATA("{\"setting\":{\"qpsLimit\":0}}"));
    fake_answer(200, OK_DATA("{}"));
    assert_int_equal(cj_qps_limit(cj, &qps, &f), 0);
    assert_int_equal(qps, 4);
    assert_int_equal(cj_qps_limit(cj, &qps, &f), 0);
    assert_int_equal(qps, 1);
    assert_int_equal(cj_qps_limit(cj, &qps, &f), 0);
    assert_int_equal(qps, 1);
}

static void only_web_addresses_are_opened(void **state)
{
    struct cj *none = NULL;
    struct fail f;
    (void)state;

    assert_int_equal(cj_open("", NULL, &fake_gate, &none, &f), -1);
    assert_int_equal(cj_open("ftp://cj.example", NULL, &fake_gate, &none, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_null(none);
    cj_close(NULL);
}

static void nobody_sleeps_beyond_the_end_of_the_job(void **state)
{
    scoped(http_close_p) struct http *http = NULL;
    struct cj *client = NULL;
    struct money balance;
    struct fail f;
    (void)state;

    assert_int_equal(http_open(&http, &f), 0);
    assert_int_equal(cj_open("http://cj.example", http, &fake_gate, &client, &f), 0);
    http_set_deadline(http, fake.now_ms + 5000);
    fake_answer_later(429, "{}", 8000);
    assert_int_equal(cj_balance(client, &balance, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_true(f.retry_after_ms >= 8000);
    assert_int_equal(fake.slept_ms, 0);
    cj_close(client);
}

static bool reserve_open;

static void reserve(void *ctx, bool open)
{
    (void)ctx;
    reserve_open = open;
}

static void only_calls_for_orders_may_use_the_reserve(void **state)
{
    struct provider_gate gate = fake_gate;
    struct cj *client = NULL;
    struct fail f;
    (void)state;

    gate.reserve = reserve;
    assert_int_equal(cj_open("http://cj.example", NULL, &gate, &client, &f), 0);
    cj_for(client, CJ_FOR_ORDERS);
    assert_true(reserve_open);
    cj_for(client, CJ_FOR_DISCOVERY);
    assert_false(reserve_open);
    cj_close(client);
    cj_for(cj, CJ_FOR_ORDERS); /* a gate without points */
    cj_for(NULL, CJ_FOR_ORDERS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_passes_the_gate_once_and_carries_the_token),
        TEST(lookups_cost_points_and_orders_do_not),
        TEST(a_gate_that_refuses_stops_the_call),
        TEST(only_calls_for_orders_may_use_the_reserve),
        TEST(nobody_sleeps_beyond_the_end_of_the_job),
        TEST(without_a_token_nobody_is_called),
        TEST(throttling_is_told_to_the_gate_and_waited_for),
        TEST(the_turn_is_asked_for_after_the_pause),
        TEST(a_throttled_write_is_repeated_since_nothing_was_done),
        TEST(endless_throttling_ends_with_advice),
        TEST(a_long_retry_after_is_not_slept_through),
        TEST(points_that_are_gone_are_told_to_the_gate_and_not_asked_again),
        TEST(a_refused_token_is_renewed_once),
        TEST(a_token_refused_twice_is_denied),
        TEST(a_read_is_repeated_in_passing_trouble),
        TEST(a_read_gives_up_after_three_attempts),
        TEST(an_unclear_write_is_unknown_and_not_repeated),
        TEST(a_write_that_was_surely_not_sent_is_passing),
        TEST(an_unknown_sku_has_no_variants_and_a_similar_one_is_not_taken),
        TEST(a_quote_sends_route_and_items),
        TEST(a_wallet_without_a_figure_is_not_empty),
        TEST(signing_in_needs_no_token_and_is_never_repeated),
        TEST(a_sign_in_says_whether_it_may_have_counted),
        TEST(an_account_calls_at_least_once_a_second),
        TEST(only_web_addresses_are_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
