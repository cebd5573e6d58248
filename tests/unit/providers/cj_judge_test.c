#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "worker/providers/cj/cj_priv.h"

/* What an answer must come to; `code` NULL = not looked at. */
struct expect {
    enum cj_op op;
    int status;
    const char *body;
    enum cj_step step;
    enum fail_kind kind; /* FAIL_NONE with CJ_DONE */
    const char *code;
};

static void check(const struct expect *e)
{
    scoped(cj_verdict_done) struct cj_verdict v = { 0 };

    cj_judge(cj_op_rule(e->op), &(struct cj_answer){ e->status, e->body, strlen(e->body), 0 }, &v);
    if (v.step != e->step || v.fail.kind != e->kind) {
        print_error("%s: %d %s -> step %d, %s: %s\n", cj_op_rule(e->op)->path, e->status, e->body,
                    (int)v.step, fail_rule(v.fail.kind)->name, v.fail.text);
    }
    assert_int_equal(v.step, e->step);
    assert_int_equal(v.fail.kind, e->kind);
    assert_int_equal(v.healthy, e->status < 500 && json_is_object(v.root));
    if (e->code != NULL) {
        assert_string_equal(v.fail.code, e->code);
    }
}

static void check_all(const struct expect *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check(&list[i]);
    }
}

static void success_has_many_forms(void **state)
{
    static const char *const bodies[] = {
        "{\"code\":200,\"result\":true,\"message\":\"Success\",\"data\":{},\"success\":true}",
        "{\"code\":200,\"result\":true,\"data\":null}",
        "{\"success\":true,\"code\":0,\"message\":null,\"data\":[]}",
        "{\"code\":0,\"data\":[]}",
        "{\"code\":200,\"data\":[]}",
        "{\"code\":\"200\",\"data\":[]}",
        "{\"result\":true,\"data\":1}",
        "{\"success\":1}",
        "{\"success\":\"true\",\"result\":null}",
        "{\"result\":true,\"code\":1600300}",
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        check(&(struct expect){ CJ_OP_STOCK, 200, bodies[i], CJ_DONE, FAIL_NONE, "" });
        check(&(struct expect){ CJ_OP_ORDER_PAY, 200, bodies[i], CJ_DONE, FAIL_NONE, "" });
    }
}

static void a_false_flag_is_never_success(void **state)
{
    static const char *const bodies[] = {
        "{\"code\":200,\"result\":false}",
        "{\"code\":0,\"success\":false}",
        "{\"code\":200,\"result\":false,\"success\":true}",
        "{\"code\":200,\"result\":true,\"success\":false}",
        "{\"code\":4711}",
        "{}",
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        check(&(struct expect){ CJ_OP_STOCK, 200, bodies[i], CJ_AGAIN, FAIL_LATER, NULL });
        check(
            &(struct expect){ CJ_OP_ORDER_CREATE, 200, bodies[i], CJ_FAILED, FAIL_UNKNOWN, NULL });
    }
}

#define REFUSED(code)                                                                              \
    "{\"code\":" #code ",\"result\":false,\"message\":\"m\",\"data\":null,\"requestId\":\"r1\"}"

static const struct expect codes[] = {
    { CJ_OP_STOCK, 200, REFUSED(1600000), CJ_AGAIN, FAIL_LATER, "1600000" },
    { CJ_OP_ORDER_PAY, 200, REFUSED(1600000), CJ_FAILED, FAIL_UNKNOWN, "1600000" },
    { CJ_OP_STOCK, 200, REFUSED(1600001), CJ_RENEW, FAIL_DENIED, "1600001" },
    { CJ_OP_STOCK, 200, REFUSED(1600002), CJ_RENEW, FAIL_DENIED, "1600002" },
    { CJ_OP_ORDER_PAY, 200, REFUSED(1600004), CJ_RENEW, FAIL_DENIED, "1600004" },
    { CJ_OP_REFRESH, 200, REFUSED(1600003), CJ_FAILED, FAIL_DENIED, "1600003" },
    { CJ_OP_LOGIN, 200, REFUSED(1600005), CJ_FAILED, FAIL_DENIED, "1600005" },
    { CJ_OP_LOGIN, 200, REFUSED(1600001), CJ_FAILED, FAIL_DENIED, "1600001" },
    { CJ_OP_STOCK, 200, REFUSED(1600031), CJ_FAILED, FAIL_DENIED, "1600031" },
    { CJ_OP_STOCK, 404, REFUSED(1600101), CJ_RENEW, FAIL_INPUT, "1600101" },
    { CJ_OP_STOCK, 200, REFUSED(1600200), CJ_WAIT, FAIL_LATER, "1600200" },
    { CJ_OP_STOCK, 429, REFUSED(1600200), CJ_WAIT, FAIL_LATER, "1600200" },
    { CJ_OP_ORDER_CREATE, 200, REFUSED(1600200), CJ_WAIT, FAIL_LATER, "1600200" },
    { CJ_OP_LOGIN, 200, REFUSED(1600200), CJ_FAILED, FAIL_UNKNOWN, "1600200" },
    { CJ_OP_LOGIN, 200, REFUSED(1600201), CJ_FAILED, FAIL_UNKNOWN, "1600201" },
    { CJ_OP_STOCK, 200, REFUSED(1600201), CJ_FAILED, FAIL_LIMITED, "1600201" },
    { CJ_OP_STOCK, 200, REFUSED(1600300), CJ_FAILED, FAIL_INPUT, "1600300" },
    { CJ_OP_ORDER_CREATE, 200, REFUSED(1600300), CJ_FAILED, FAIL_INPUT, "1600300" },
    { CJ_OP_ORDER_GET, 200, REFUSED(1600300), CJ_FAILED, FAIL_MISSING, "1600300" },
    { CJ_OP_ORDER_GET, 200, REFUSED(1603100), CJ_FAILED, FAIL_MISSING, "1603100" },
    { CJ_OP_ORDER_GET, 200, REFUSED(1600301), CJ_AGAIN, FAIL_LATER, "1600301" },
    { CJ_OP_ORDER_CREATE, 200, REFUSED(1600301), CJ_FAILED, FAIL_UNKNOWN, "1600301" },
    { CJ_OP_STOCK, 200, REFUSED(1602000), CJ_FAILED, FAIL_MISSING, "1602000" },
    { CJ_OP_STOCK, 200, REFUSED(1602001), CJ_FAILED, FAIL_MISSING, "1602001" },
    { CJ_OP_STOCK, 200, REFUSED(1602003), CJ_FAILED, FAIL_INPUT, "1602003" },
    { CJ_OP_ORDER_CREATE, 200, REFUSED(1603000), CJ_FAILED, FAIL_UNKNOWN, "1603000" },
    { CJ_OP_ORDER_CONFIRM, 200, REFUSED(1603001), CJ_FAILED, FAIL_UNKNOWN, "1603001" },
    { CJ_OP_ORDER_DELETE, 200, REFUSED(1603002), CJ_FAILED, FAIL_UNKNOWN, "1603002" },
    { CJ_OP_ORDER_CREATE, 200, REFUSED(1603003), CJ_FAILED, FAIL_CONFLICT, "1603003" },
    { CJ_OP_ORDER_PAY, 200, REFUSED(1603101), CJ_FAILED, FAIL_UNKNOWN, "1603101" },
    { CJ_OP_ORDER_PAY, 200, REFUSED(1603102), CJ_FAILED, FAIL_UNKNOWN, "1603102" },
    { CJ_OP_ORDER_PAY, 200, REFUSED(1604000), CJ_FAILED, FAIL_LIMITED, "1604000" },
    { CJ_OP_ORDER_PAY, 200, REFUSED(1604001), CJ_FAILED, FAIL_DENIED, "1604001" },
    { CJ_OP_ORDER_CREATE, 200, REFUSED(1605001), CJ_FAILED, FAIL_INPUT, "1605001" },
    { CJ_OP_FREIGHT, 200, REFUSED(1607004), CJ_FAILED, FAIL_INPUT, "1607004" },
    { CJ_OP_STOCK, 200, REFUSED(16900202), CJ_FAILED, FAIL_BUG, "16900202" },
    { CJ_OP_STOCK, 200, REFUSED(16900403), CJ_FAILED, FAIL_BUG, "16900403" },
    { CJ_OP_STOCK, 200, REFUSED(16900500), CJ_POINTS, FAIL_LIMITED, "16900500" },
    { CJ_OP_STOCK, 429, REFUSED(16900500), CJ_POINTS, FAIL_LIMITED, "16900500" },
    { CJ_OP_STOCK, 200, REFUSED(1699999), CJ_AGAIN, FAIL_LATER, "1699999" },
    { CJ_OP_ORDER_CREATE, 200, REFUSED(1699999), CJ_FAILED, FAIL_UNKNOWN, "1699999" },
};

static void each_code_means_what_the_table_says(void **state)
{
    (void)state;

    check_all(codes, COUNT_OF(codes));
}

static void the_status_counts_where_the_body_says_nothing(void **state)
{
    static const struct expect list[] = {
        { CJ_OP_STOCK, 429, "{}", CJ_WAIT, FAIL_LATER, NULL },
        { CJ_OP_ORDER_PAY, 429, "{}", CJ_WAIT, FAIL_LATER, NULL },
        { CJ_OP_STOCK, 429, "{\"pointsInfo\":{\"remaining\":0}}", CJ_POINTS, FAIL_LIMITED, NULL },
        { CJ_OP_STOCK, 401, "{}", CJ_RENEW, FAIL_DENIED, "HTTP_401" },
        { CJ_OP_LOGIN, 401, "{}", CJ_FAILED, FAIL_DENIED, "HTTP_401" },
        { CJ_OP_STOCK, 403, "{}", CJ_FAILED, FAIL_DENIED, "HTTP_403" },
        { CJ_OP_STOCK, 404, "{}", CJ_FAILED, FAIL_BUG, "HTTP_404" },
        { CJ_OP_STOCK, 301, "{}", CJ_FAILED, FAIL_BUG, "HTTP_301" },
        { CJ_OP_STOCK, 500, "{\"code\":200,\"result\":true}", CJ_AGAIN, FAIL_LATER, NULL },
        { CJ_OP_ORDER_PAY, 500, "{\"code\":200,\"result\":true}", CJ_FAILED, FAIL_UNKNOWN, NULL },
    };
    (void)state;

    check_all(list, COUNT_OF(list));
}

/* What is not JSON: `body` as answer to a read, a write and a sign-in. */
static void check_garbage(const char *body, size_t body_bytes)
{
    static const struct {
        enum cj_op op;
        enum cj_step step;
        enum fail_kind kind;
    } list[] = {
        { CJ_OP_ORDER_GET, CJ_AGAIN, FAIL_LATER },
        { CJ_OP_ORDER_CREATE, CJ_FAILED, FAIL_UNKNOWN },
        { CJ_OP_ORDER_PAY, CJ_FAILED, FAIL_UNKNOWN },
        { CJ_OP_REFRESH, CJ_FAILED, FAIL_UNKNOWN },
    };

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        scoped(cj_verdict_done) struct cj_verdict v = { 0 };
        cj_judge(cj_op_rule(list[i].op), &(struct cj_answer){ 200, body, body_bytes, 0 }, &v);
        assert_int_equal(v.step, list[i].step);
        assert_int_equal(v.fail.kind, list[i].kind);
        assert_false(v.healthy);
    }
}

static void garbage_is_passing_for_reads_and_unknown_for_writes(void **state)
{
    static const char *const bodies[] = {
        "<html><body>502 Bad Gateway</body></html>",
        "",
        "null",
        "[]",
        "\"yes\"",
        "17",
        "{\"code\":200,\"result\":true,\"data\":{\"orderId\":\"25",
        "{\"code\":200} trailing",
        "{\"a\":\"\xff\xfe\"}",
    };
    char *deep = malloc(100001);
    (void)state;

    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        check_garbage(bodies[i], strlen(bodies[i]));
    }
    assert_non_null(deep);
    memset(deep, '[', 100000);
    check_garbage(deep, 100000);
    free(deep);
}

static void a_sign_in_is_told_how_long_to_stay_away(void **state)
{
    scoped(cj_verdict_done) struct cj_verdict login = { 0 };
    scoped(cj_verdict_done) struct cj_verdict refresh = { 0 };
    const char *body = REFUSED(1600200);
    (void)state;

    cj_judge(cj_op_rule(CJ_OP_LOGIN), &(struct cj_answer){ 200, body, strlen(body), 0 }, &login);
    assert_int_equal(login.fail.retry_after_ms, 300000);
    cj_judge(cj_op_rule(CJ_OP_REFRESH), &(struct cj_answer){ 200, body, strlen(body), 0 },
             &refresh);
    assert_int_equal(refresh.fail.retry_after_ms, 60000);
}

static void silence_is_unknown_only_for_what_was_perhaps_sent(void **state)
{
    static const struct {
        enum cj_op op;
        enum fail_kind why;
        enum cj_step step;
        enum fail_kind kind;
    } list[] = {
        { CJ_OP_ORDER_CREATE, FAIL_UNKNOWN, CJ_FAILED, FAIL_UNKNOWN },
        { CJ_OP_ORDER_CREATE, FAIL_LATER, CJ_FAILED, FAIL_LATER },
        { CJ_OP_ORDER_GET, FAIL_UNKNOWN, CJ_AGAIN, FAIL_LATER },
        { CJ_OP_ORDER_GET, FAIL_LATER, CJ_AGAIN, FAIL_LATER },
        { CJ_OP_ORDER_GET, FAIL_INPUT, CJ_FAILED, FAIL_INPUT },
        { CJ_OP_LOGIN, FAIL_UNKNOWN, CJ_FAILED, FAIL_UNKNOWN },
        { CJ_OP_LOGIN, FAIL_LATER, CJ_FAILED, FAIL_LATER },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        struct fail why = { .kind = list[i].why, .text = "no answer" };
        struct cj_verdict v = { 0 };
        cj_judge_silence(cj_op_rule(list[i].op), &why, &v);
        assert_int_equal(v.step, list[i].step);
        assert_int_equal(v.fail.kind, list[i].kind);
        assert_false(v.healthy);
        assert_non_null(strstr(v.fail.text, cj_op_rule(list[i].op)->path));
    }
}

static void a_job_out_of_time_is_not_held_against_the_supplier(void **state)
{
    struct fail why = { .kind = FAIL_LATER, .code = "DEADLINE", .text = "no time" };
    struct cj_verdict v = { 0 };
    (void)state;

    cj_judge_silence(cj_op_rule(CJ_OP_ORDER_GET), &why, &v);
    assert_int_equal(v.step, CJ_FAILED); /* there is no time for another either */
    assert_int_equal(v.fail.kind, FAIL_LATER);
    assert_true(v.healthy);
}

static void the_text_names_call_message_code_and_request(void **state)
{
    scoped(cj_verdict_done) struct cj_verdict v = { 0 };
    const char *body =
        "{\"code\":1605001,\"result\":false,\"message\":\"no such line\",\"requestId\":\"2f0c\"}";
    (void)state;

    cj_judge(cj_op_rule(CJ_OP_ORDER_CREATE), &(struct cj_answer){ 200, body, strlen(body), 0 }, &v);
    assert_string_equal(
        v.fail.text, "CJ shopping/order/createOrderV2: no such line (code 1605001, request 2f0c)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(success_has_many_forms),
        cmocka_unit_test(a_false_flag_is_never_success),
        cmocka_unit_test(each_code_means_what_the_table_says),
        cmocka_unit_test(the_status_counts_where_the_body_says_nothing),
        cmocka_unit_test(garbage_is_passing_for_reads_and_unknown_for_writes),
        cmocka_unit_test(a_sign_in_is_told_how_long_to_stay_away),
        cmocka_unit_test(silence_is_unknown_only_for_what_was_perhaps_sent),
        cmocka_unit_test(a_job_out_of_time_is_not_held_against_the_supplier),
        cmocka_unit_test(the_text_names_call_message_code_and_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
