/* From request to answer without a server: what is refused before a handler or a connection is touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "api/http/auth.h"
#include "api/http/dispatch.h"
#include "api/http/webhook_signature.h"
#include "common/base/json.h"

static struct api api;

static int no_body(struct request *rq, char *bytes, size_t size_bytes)
{
    (void)rq;
    (void)bytes;
    (void)size_bytes;
    return -1;
}

/* No connections: whoever gets so far would crash. */
static struct request request(const char *method, const char *path)
{
    return (struct request){
        .api = &api, .method = method, .path = path, .address = "192.0.2.1", .read = no_body
    };
}

static int answer(struct request *rq, struct reply *re)
{
    reply_init(re);
    request_start(rq);
    dispatch(rq, re);
    return re->status;
}

static void forget(struct request *rq, struct reply *re)
{
    request_done(rq);
    reply_done(re);
}

static void answers_have_problem_documents_with_the_request_id(void **state)
{
    struct reply re;
    struct fail f;
    struct request rq = request("GET", "/nothing");
    json_t *problem = NULL;

    (void)state;
    assert_int_equal(answer(&rq, &re), 404);
    assert_string_equal(re.type, "application/problem+json");
    assert_int_equal(json_parse(re.body.data, re.body.len, "problem", &problem, &f), 0);
    assert_string_equal(json_text(problem, "request_id", ""), rq.id);
    assert_string_equal(json_text(problem, "title", ""), "Not Found");
    assert_int_equal(json_int(problem, "status", 0), 404);
    json_decref(problem);
    forget(&rq, &re);
}

static void a_wrong_method_names_the_right_ones(void **state)
{
    struct reply re;
    struct request rq = request("DELETE", "/healthz");
    (void)state;
    assert_int_equal(answer(&rq, &re), 405);
    assert_non_null(strstr(re.headers.data, "Allow: GET, HEAD\r\n"));
    forget(&rq, &re);
}

static void a_route_with_a_scope_needs_a_key(void **state)
{
    static const char *const values[] = { "",        "Basic ds_x", "Bearer",
                                          "Bearer ", "Bearer x",   "ds_1234" };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct reply re;
        struct http_header header = { "authorization", values[i] };
        struct request rq = request("GET", "/api/v1/orders");
        char address[16];
        snprintf(address, sizeof address, "192.0.2.%zu", i + 10);
        rq.address = address;
        rq.headers = &header;
        rq.header_count = 1;
        assert_int_equal(answer(&rq, &re), 401);
        assert_non_null(strstr(re.headers.data, "WWW-Authenticate: Bearer"));
        assert_non_null(strstr(re.headers.data, "RateLimit: \"failed-auth\";r=9;"));
        forget(&rq, &re);
    }
}

static void who_shows_nothing_has_not_failed(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * AUTH_BURST; i++) {
        struct reply re;
        struct request rq = request("GET", "/api/v1/orders");
        assert_int_equal(answer(&rq, &re), 401);
        assert_null(strstr(re.headers.data, "failed-auth"));
        assert_non_null(strstr(re.headers.data, "RateLimit: \"address\";r="));
        forget(&rq, &re);
    }
}

static void an_address_that_keeps_failing_is_told_to_wait(void **state)
{
    (void)state;
    for (int i = 0; i < AUTH_BURST; i++) {
        auth_count_failure(api.auth, "192.0.2.99", 1000);
    }
    assert_int_equal(auth_left(api.auth, "192.0.2.99", 1000), 0);
    assert_int_equal(auth_left(api.auth, "192.0.2.98", 1000), AUTH_BURST);
    assert_int_equal(auth_left(api.auth, "192.0.2.99", 1000 + AUTH_REFILL_MS - 1), 0);
    assert_int_equal(auth_left(api.auth, "192.0.2.99", 1000 + AUTH_REFILL_MS), 1);
    assert_int_equal(auth_left(api.auth, "192.0.2.99", 1000 + 60 * AUTH_REFILL_MS), AUTH_BURST);
}

static void many_addresses_do_not_wash_a_bad_one_out_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < AUTH_BURST; i++) {
        auth_count_failure(api.auth, "198.51.100.1", 5000);
    }
    for (int i = 0; i < 300; i++) {
        char address[24];
        snprintf(address, sizeof address, "203.0.113.%d", i);
        auth_count_failure(api.auth, address, 4000);
    }
    assert_int_equal(auth_left(api.auth, "198.51.100.1", 5000), 0);
}

static void an_oversized_or_strange_body_is_refused_unread(void **state)
{
    static const struct {
        const char *method, *path;
        int64_t size;
        struct http_header header;
        int status;
    } cases[] = {
        { "POST", "/webhooks/shopify", 2 * 1024 * 1024 + 1, { "X", "" }, 413 },
        { "POST", "/webhooks/shopify", 10, { "content-encoding", "gzip" }, 415 },
        { "POST", "/webhooks/shopify", 10, { "X", "" }, 401 },
        { "POST",
          "/webhooks/shopify",
          10,
          { "X-Shopify-Hmac-Sha256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
          400 },
        { "GET", "/healthz", 1, { "X", "" }, 400 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct reply re;
        struct request rq = request(cases[i].method, cases[i].path);
        rq.expected_bytes = cases[i].size;
        rq.headers = &cases[i].header;
        rq.header_count = 1;
        assert_int_equal(answer(&rq, &re), cases[i].status);
        forget(&rq, &re);
    }
}

static void a_trace_is_taken_from_a_good_traceparent_only(void **state)
{
    static const struct {
        const char *value;
        bool good;
    } cases[] = {
        { "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true },
        { "00-00000000000000000000000000000000-00f067aa0ba902b7-01", false },
        { "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false },
        { "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false },
        { "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x", false },
        { "00-4bf92f3577b34da6a3ce929d0e0e473600-f067aa0ba902b7-01", false },
        { "", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct http_header header = { "TraceParent", cases[i].value };
        struct request rq = { .api = &api, .headers = &header, .header_count = 1 };
        request_start(&rq);
        assert_int_equal(strcmp(rq.trace, "4bf92f3577b34da6a3ce929d0e0e4736") == 0, cases[i].good);
        assert_int_equal(strlen(rq.trace), 32);
        request_done(&rq);
    }
}

static void inner_details_stay_inside(void **state)
{
    static const struct {
        struct fail f;
        int status;
    } cases[] = {
        { { .kind = FAIL_BUG, .text = "secret table" }, 500 },
        { { .kind = FAIL_LATER, .text = "secret host" }, 503 },
        { { .kind = FAIL_DENIED, .code = "28P01", .text = "secret role" }, 500 },
        { { .kind = FAIL_CONFLICT, .code = "23505", .text = "secret constraint" }, 409 },
        { { .kind = FAIL_INPUT, .code = "22P02", .text = "secret column" }, 400 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct reply re;
        struct request rq = request("GET", "/x");
        reply_init(&re);
        request_start(&rq);
        reply_fail(&re, &rq, &cases[i].f);
        assert_int_equal(re.status, cases[i].status);
        assert_null(strstr(re.body.data, "secret"));
        forget(&rq, &re);
    }
}

static void a_signature_is_right_only_for_its_body_and_secret(void **state)
{
    static const char secret[] = "shpss_example_secret";
    static const char body[] = "{\"id\":500,\"name\":\"#1001\",\"total_price\":\"49.80\"}";
    static const char mac[] = "p1J8gM9v+uvuOP6++sPythpk1zxVia8izD+XEBpiIrM=";
    (void)state;
    assert_true(webhook_signed(secret, body, sizeof body - 1, mac));
    assert_false(webhook_signed(secret, body, sizeof body - 2, mac));
    assert_false(webhook_signed(secret, body, sizeof body, mac));
    assert_false(webhook_signed("shpss_example_secreT", body, sizeof body - 1, mac));
    assert_false(webhook_signed(secret, body, sizeof body - 1, NULL));
    assert_false(webhook_signed(secret, body, sizeof body - 1, ""));
    assert_false(webhook_signed(secret, body, sizeof body - 1,
                                "p1J8gM9v+uvuOP6++sPythpk1zxVia8izD+XEBpiIrM"));
    assert_false(webhook_signed(secret, body, sizeof body - 1,
                                "p1J8gM9v+uvuOP6++sPythpk1zxVia8izD+XEBpiIrN="));
}

static int start(void **state)
{
    struct fail f;
    (void)state;
    return auth_open(&api.auth, &f);
}

static int end(void **state)
{
    (void)state;
    auth_close(api.auth);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_have_problem_documents_with_the_request_id),
        cmocka_unit_test(a_wrong_method_names_the_right_ones),
        cmocka_unit_test(a_route_with_a_scope_needs_a_key),
        cmocka_unit_test(who_shows_nothing_has_not_failed),
        cmocka_unit_test(an_address_that_keeps_failing_is_told_to_wait),
        cmocka_unit_test(many_addresses_do_not_wash_a_bad_one_out_at_once),
        cmocka_unit_test(an_oversized_or_strange_body_is_refused_unread),
        cmocka_unit_test(a_trace_is_taken_from_a_good_traceparent_only),
        cmocka_unit_test(inner_details_stay_inside),
        cmocka_unit_test(a_signature_is_right_only_for_its_body_and_secret),
    };
    return cmocka_run_group_tests(tests, start, end);
}
