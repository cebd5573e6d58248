#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/json.h"
#include "worker/providers/shopify/shopify_priv.h"

#define QUERY    SHOPIFY_OP_ORDER_DETAIL
#define MUTATION SHOPIFY_OP_FULFILLMENT_CREATE

#define ERROR(code)  "{\"errors\":[{\"message\":\"m\",\"extensions\":{\"code\":\"" code "\"}}]}"
#define SERVER_ERROR ERROR("INTERNAL_SERVER_ERROR")
#define LINES        "\"lineItems\":{\"nodes\":[]}"
#define DENIED_AT(path)                                                                            \
    "\"errors\":[{\"message\":\"Access denied\",\"path\":" path                                    \
    ",\"extensions\":{\"code\":\"ACCESS_DENIED\",\"requiredAccess\":\"`read_customers` access "    \
    "scope.\"}}]"

/* What an answer must come to; `code` NULL = not looked at. */
struct expect {
    enum shopify_op op;
    int status;
    const char *body;
    enum shopify_step step;
    enum fail_kind kind; /* FAIL_NONE with SHOPIFY_DONE */
    const char *code;
};

static void judge(enum shopify_op op, int status, const char *body, struct shopify_verdict *v)
{
    shopify_judge(shopify_op_rule(op), &(struct shopify_answer){ status, body, strlen(body), 0 },
                  v);
}

static void check_all(const struct expect *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        scoped(shopify_verdict_done) struct shopify_verdict v = { 0 };

        judge(list[i].op, list[i].status, list[i].body, &v);
        if (v.step != list[i].step || v.fail.kind != list[i].kind) {
            print_error("%d %s -> step %d, %s: %s\n", list[i].status, list[i].body, (int)v.step,
                        fail_rule(v.fail.kind)->name, v.fail.text);
        }
        assert_int_equal(v.step, list[i].step);
        assert_int_equal(v.fail.kind, list[i].kind);
        if (list[i].code != NULL) {
            assert_string_equal(v.fail.code, list[i].code);
        }
    }
}

static void data_without_errors_is_success(void **state)
{
    static const struct expect list[] = {
        { QUERY, 200, "{\"data\":{\"order\":null}}", SHOPIFY_DONE, FAIL_NONE, "" },
        { QUERY, 200, "{\"data\":{\"order\":null},\"errors\":[]}", SHOPIFY_DONE, FAIL_NONE, "" },
        { QUERY, 200, "{\"data\":{},\"errors\":null}", SHOPIFY_DONE, FAIL_NONE, "" },
        { MUTATION, 200, "{\"data\":{\"fulfillmentCreate\":{}}}", SHOPIFY_DONE, FAIL_NONE, "" },
    };
    (void)state;

    check_all(list, COUNT_OF(list));
}

static void the_cost_and_the_bucket_are_read_from_every_answer(void **state)
{
    scoped(shopify_verdict_done) struct shopify_verdict v = { 0 };
    scoped(shopify_verdict_done) struct shopify_verdict none = { 0 };
    (void)state;

    judge(QUERY, 200,
          "{\"data\":{},\"extensions\":{\"cost\":{\"requestedQueryCost\":28,\"actualQueryCost\":9,"
          "\"throttleStatus\":"
          "{\"maximumAvailable\":2000.0,\"currentlyAvailable\":1991,\"restoreRate\":100.0}}}}",
          &v);
    assert_true(v.cost_known && v.bucket_known);
    assert_true(v.requested == 28 && v.available == 1991 && v.maximum == 2000 &&
                v.restore_per_s == 100);
    judge(QUERY, 200,
          "{\"data\":{},\"extensions\":{\"cost\":{\"throttleStatus\":{\"restoreRate\":\"fast\"}}}}",
          &none);
    assert_false(none.cost_known);
    assert_false(none.bucket_known);
}

static int64_t throttle_wait(const char *cost)
{
    scoped(shopify_verdict_done) struct shopify_verdict v = { 0 };
    scoped(str_done) struct str body;

    str_init(&body, 2000);
    str_addf(&body,
             "{\"errors\":[{\"message\":\"Throttled\",\"extensions\":{\"code\":\"THROTTLED\"}}]%s}",
             cost);
    judge(MUTATION, 200, body.data, &v);
    assert_int_equal(v.step, SHOPIFY_WAIT);
    assert_int_equal(v.fail.kind, FAIL_LATER);
    assert_true(v.healthy);
    return v.wait_ms;
}

static void throttled_waits_until_the_bucket_holds_enough(void **state)
{
    (void)state;
#define COST(requested, available, restore)                                                        \
    ",\"extensions\":{\"cost\":{\"requestedQueryCost\":" #requested                                \
    ",\"throttleStatus\":{\"maximumAvailable\":2000,"                                              \
    "\"currentlyAvailable\":" #available ",\"restoreRate\":" #restore "}}}"
    assert_int_equal(throttle_wait(COST(825, 66, 100)), 7590);
    assert_int_equal(throttle_wait(COST(125, 66, 100)), 1000);
    assert_int_equal(throttle_wait(COST(10, 66, 100)), 1000);
    assert_int_equal(throttle_wait(COST(10, 0, 3)), 3334);
    assert_int_equal(throttle_wait(COST(1000, 0, 0)), 1000);
    assert_int_equal(throttle_wait(COST(1e18, 0, 1)), 600000);
    assert_int_equal(throttle_wait(""), 1000);
}

static void each_status_has_its_meaning(void **state)
{
    static const struct expect list[] = {
        { QUERY, 401, "{\"errors\":\"[API] Invalid API key or access token\"}", SHOPIFY_RENEW,
          FAIL_DENIED, "HTTP_401" },
        { MUTATION, 401, "<html>", SHOPIFY_RENEW, FAIL_DENIED, "HTTP_401" },
        { QUERY, 402, "{\"errors\":\"Payment Required\"}", SHOPIFY_FAILED, FAIL_DENIED,
          "HTTP_402" },
        { QUERY, 403, "{\"errors\":{\"x\":1}}", SHOPIFY_FAILED, FAIL_DENIED, "HTTP_403" },
        { QUERY, 404, "{\"errors\":\"Not Found\"}", SHOPIFY_FAILED, FAIL_DENIED, "HTTP_404" },
        { QUERY, 423, "", SHOPIFY_FAILED, FAIL_DENIED, "HTTP_423" },
        { QUERY, 430, "", SHOPIFY_FAILED, FAIL_DENIED, "HTTP_430" },
        { QUERY, 400, "", SHOPIFY_FAILED, FAIL_INPUT, "HTTP_400" },
        { QUERY, 301, "", SHOPIFY_FAILED, FAIL_DENIED, "HTTP_301" },
        { QUERY, 429, "", SHOPIFY_WAIT, FAIL_LATER, NULL },
        { MUTATION, 429, "", SHOPIFY_WAIT, FAIL_LATER, NULL },
        { QUERY, 500, "", SHOPIFY_AGAIN, FAIL_LATER, NULL },
        { QUERY, 503, "{\"data\":{}}", SHOPIFY_AGAIN, FAIL_LATER, NULL },
        { MUTATION, 502, "<html>", SHOPIFY_FAILED, FAIL_UNKNOWN, NULL },
    };
    (void)state;

    check_all(list, COUNT_OF(list));
}

static void each_error_code_has_its_meaning(void **state)
{
    static const struct expect list[] = {
        { QUERY, 200, ERROR("ACCESS_DENIED"), SHOPIFY_FAILED, FAIL_DENIED, "ACCESS_DENIED" },
        { QUERY, 200, ERROR("SHOP_INACTIVE"), SHOPIFY_FAILED, FAIL_DENIED, "SHOP_INACTIVE" },
        { QUERY, 200, ERROR("MAX_COST_EXCEEDED"), SHOPIFY_FAILED, FAIL_BUG, "MAX_COST_EXCEEDED" },
        { QUERY, 200, ERROR("RESOURCE_NOT_FOUND"), SHOPIFY_FAILED, FAIL_MISSING,
          "RESOURCE_NOT_FOUND" },
        { QUERY, 200, ERROR("INVALID_VARIABLE"), SHOPIFY_FAILED, FAIL_INPUT, "INVALID_VARIABLE" },
        { MUTATION, 200, ERROR("BAD_REQUEST"), SHOPIFY_FAILED, FAIL_INPUT, "BAD_REQUEST" },
        { QUERY, 200, ERROR("undefinedField"), SHOPIFY_FAILED, FAIL_INPUT, "undefinedField" },
        { MUTATION, 200, ERROR("argumentNotAccepted"), SHOPIFY_FAILED, FAIL_INPUT,
          "argumentNotAccepted" },
        { QUERY, 200, SERVER_ERROR, SHOPIFY_AGAIN, FAIL_LATER, "INTERNAL_SERVER_ERROR" },
        { MUTATION, 200, SERVER_ERROR, SHOPIFY_FAILED, FAIL_UNKNOWN, "INTERNAL_SERVER_ERROR" },
        { QUERY, 200, ERROR("SOMETHING_NEW"), SHOPIFY_AGAIN, FAIL_LATER, "SOMETHING_NEW" },
        { MUTATION, 200, ERROR("SOMETHING_NEW"), SHOPIFY_FAILED, FAIL_UNKNOWN, "SOMETHING_NEW" },
        { QUERY, 200, "{\"errors\":[{\"message\":\"no code\"}]}", SHOPIFY_AGAIN, FAIL_LATER, "" },
        { QUERY, 200, "{\"errors\":\"text\"}", SHOPIFY_AGAIN, FAIL_LATER, "" },
        { MUTATION, 200, "{\"errors\":{\"base\":[\"x\"]}}", SHOPIFY_FAILED, FAIL_UNKNOWN, "" },
    };
    (void)state;

    check_all(list, COUNT_OF(list));
}

static const struct expect partial_answers[] = {
    /* the customer is withheld, the order is whole without */
    { QUERY, 200,
      "{\"data\":{\"order\":{\"id\":\"g\",\"customer\":null," LINES
      "}}," DENIED_AT("[\"order\",\"customer\"]") "}",
      SHOPIFY_DONE, FAIL_NONE, "" },
    /* the order itself is withheld */
    { QUERY, 200, "{\"data\":{\"order\":null}," DENIED_AT("[\"order\"]") "}", SHOPIFY_FAILED,
      FAIL_DENIED, "ACCESS_DENIED" },
    { QUERY, 200,
      "{\"data\":{\"order\":{\"id\":\"g\",\"lineItems\":null}}," DENIED_AT(
          "[\"order\",\"lineItems\"]") "}",
      SHOPIFY_FAILED, FAIL_DENIED, "ACCESS_DENIED" },
    { QUERY, 200, "{\"data\":null," DENIED_AT("[\"order\"]") "}", SHOPIFY_FAILED, FAIL_DENIED,
      "ACCESS_DENIED" },
    /* a part failed in passing: ask again rather than take the hole for an answer */
    { QUERY, 200,
      "{\"data\":{\"order\":{\"id\":\"g\"," LINES
      "}},\"errors\":[{\"message\":\"m\",\"path\":[\"order\",\"risk\"],"
      "\"extensions\":{\"code\":\"INTERNAL_SERVER_ERROR\"}}]}",
      SHOPIFY_AGAIN, FAIL_LATER, NULL },
    /* a mutation whose payload is there did its work, whatever else is said */
    { MUTATION, 200,
      "{\"data\":{\"fulfillmentCreate\":{\"fulfillment\":{\"id\":\"g\"}}}," DENIED_AT(
          "[\"fulfillmentCreate\",\"fulfillment\",\"name\"]") "}",
      SHOPIFY_DONE, FAIL_NONE, "" },
    { MUTATION, 200,
      "{\"data\":{\"fulfillmentCreate\":{\"userErrors\":[]}},\"errors\":[{\"message\":\"m\","
      "\"extensions\":{\"code\":\"INTERNAL_SERVER_ERROR\"}}]}",
      SHOPIFY_DONE, FAIL_NONE, "" },
    /* refused at its root it did not run; below its root it may have */
    { MUTATION, 200,
      "{\"data\":{\"fulfillmentCreate\":null}," DENIED_AT("[\"fulfillmentCreate\"]") "}",
      SHOPIFY_FAILED, FAIL_DENIED, "ACCESS_DENIED" },
    { MUTATION, 200,
      "{\"data\":{\"fulfillmentCreate\":null}," DENIED_AT(
          "[\"fulfillmentCreate\",\"fulfillment\"]") "}",
      SHOPIFY_FAILED, FAIL_UNKNOWN, NULL },
};

static void partial_data_is_used_where_it_is_enough(void **state)
{
    (void)state;

    check_all(partial_answers, COUNT_OF(partial_answers));
}

/* Five unhealthy answers in a row stop all calls: a missing scope must not do that. */
static void only_trouble_of_the_shop_is_unhealthy(void **state)
{
    scoped(shopify_verdict_done) struct shopify_verdict denied = { 0 };
    scoped(shopify_verdict_done) struct shopify_verdict broken = { 0 };
    (void)state;

    judge(MUTATION, 200,
          "{\"data\":{\"fulfillmentCreate\":null}," DENIED_AT(
              "[\"fulfillmentCreate\",\"fulfillment\"]") "}",
          &denied);
    assert_int_equal(denied.fail.kind, FAIL_UNKNOWN);
    assert_true(denied.healthy);
    judge(MUTATION, 200,
          "{\"data\":{\"fulfillmentCreate\":null},\"errors\":[{\"message\":\"m\",\"path\":["
          "\"fulfillmentCreate\",\"fulfillment\"],\"extensions\":{\"code\":\"INTERNAL_SERVER_"
          "ERROR\"}}]}",
          &broken);
    assert_int_equal(broken.fail.kind, FAIL_UNKNOWN);
    assert_false(broken.healthy);
}

static void a_denial_names_the_place_and_the_scope(void **state)
{
    scoped(shopify_verdict_done) struct shopify_verdict v = { 0 };
    (void)state;

    judge(QUERY, 200, "{\"data\":{\"order\":null}," DENIED_AT("[\"order\",0,\"customer\"]") "}",
          &v);
    assert_string_equal(v.fail.text, "Shopify OrderDetail at order.customer: Access denied; needs "
                                     "`read_customers` access scope.");
}

static void a_search_warning_is_a_bug_of_ours(void **state)
{
    static const struct expect list[] = {
        { SHOPIFY_OP_ORDERS_UPDATED, 200,
          "{\"data\":{\"orders\":{\"nodes\":[]}},\"extensions\":{\"search\":[{\"path\":[\"orders\"]"
          ",\"warnings\":"
          "[{\"field\":\"updated\",\"message\":\"Invalid search "
          "field\",\"code\":\"invalid_field\"}]}]}}",
          SHOPIFY_FAILED, FAIL_BUG, "invalid_field" },
        { SHOPIFY_OP_ORDERS_UPDATED, 200,
          "{\"data\":{\"orders\":{\"nodes\":[]}},\"extensions\":{\"search\":[{\"path\":[\"orders\"]"
          ",\"query\":\"q\"},{\"warnings\":[]}]}}",
          SHOPIFY_DONE, FAIL_NONE, "" },
    };
    (void)state;

    check_all(list, COUNT_OF(list));
}

static void garbage_is_passing_for_queries_and_unknown_for_mutations(void **state)
{
    static const char *const bodies[] = {
        "<html><body>502 Bad Gateway</body></html>",
        "",
        "null",
        "[]",
        "\"text\"",
        "{}",
        "{\"data\":null}",
        "{\"data\":[]}",
        "{\"data\":{\"order\":{\"id\":\"gid",
        "{\"data\":{}} more",
        "{\"data\":\"\xff\"}",
    };
    char *deep = malloc(100001);
    (void)state;

    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        check_all((const struct expect[]){ { QUERY, 200, bodies[i], SHOPIFY_AGAIN, FAIL_LATER, "" },
                                           { MUTATION, 200, bodies[i], SHOPIFY_FAILED, FAIL_UNKNOWN,
                                             "" } },
                  2);
    }
    assert_non_null(deep);
    memset(deep, '[', 100000);
    deep[100000] = '\0';
    check_all(&(struct expect){ MUTATION, 200, deep, SHOPIFY_FAILED, FAIL_UNKNOWN, "" }, 1);
    free(deep);
}

static void silence_is_unknown_only_for_mutations_perhaps_sent(void **state)
{
    static const struct {
        enum shopify_op op;
        enum fail_kind why;
        enum shopify_step step;
        enum fail_kind kind;
    } list[] = {
        { MUTATION, FAIL_UNKNOWN, SHOPIFY_FAILED, FAIL_UNKNOWN },
        { MUTATION, FAIL_LATER, SHOPIFY_FAILED, FAIL_LATER },
        { QUERY, FAIL_UNKNOWN, SHOPIFY_AGAIN, FAIL_LATER },
        { QUERY, FAIL_LATER, SHOPIFY_AGAIN, FAIL_LATER },
        { QUERY, FAIL_INPUT, SHOPIFY_FAILED, FAIL_INPUT },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        struct fail why = { .kind = list[i].why, .text = "no answer" };
        struct shopify_verdict v = { 0 };
        shopify_judge_silence(shopify_op_rule(list[i].op), &why, &v);
        assert_int_equal(v.step, list[i].step);
        assert_int_equal(v.fail.kind, list[i].kind);
        assert_false(v.healthy);
    }
}

static void a_job_out_of_time_is_not_held_against_the_shop(void **state)
{
    struct fail why = { .kind = FAIL_LATER, .code = "DEADLINE", .text = "no time" };
    struct shopify_verdict v = { 0 };
    (void)state;

    shopify_judge_silence(shopify_op_rule(QUERY), &why, &v);
    assert_int_equal(v.step, SHOPIFY_FAILED); /* there is no time for another either */
    assert_int_equal(v.fail.kind, FAIL_LATER);
    assert_true(v.healthy);
}

static void refusals_are_told_apart_by_code_or_by_their_words(void **state)
{
    static const struct {
        const char *errors;
        enum fail_kind kind;
        const char *code;
    } list[] = {
        { "[{\"field\":[\"fulfillment\"],\"message\":\"Fulfillment order 901 has an unfulfillable "
          "status= closed.\"}]",
          FAIL_CONFLICT, "" },
        { "[{\"field\":null,\"message\":\"Invalid fulfillment order line item quantity "
          "requested.\"}]",
          FAIL_CONFLICT, "" },
        { "[{\"message\":\"Fulfillment order does not exist.\"}]", FAIL_MISSING, "" },
        { "[{\"message\":\"Something else\",\"code\":\"INVALID\"}]", FAIL_INPUT, "INVALID" },
        { "[{}]", FAIL_INPUT, "" },
    };
    struct fail f = { 0 };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(list); i++) {
        scoped(json_clear_p) json_t *payload = json_object();
        assert_int_equal(
            json_object_set_new(payload, "userErrors", json_loads(list[i].errors, 0, NULL)), 0);
        assert_int_equal(shopify_refusal(payload, &f), -1);
        assert_int_equal(f.kind, list[i].kind);
        assert_string_equal(f.code, list[i].code);
    }
    assert_int_equal(shopify_refusal(NULL, &f), 0);
}

static void every_operation_has_a_document_of_its_name(void **state)
{
    (void)state;
    for (int op = 0; op < SHOPIFY_OPS; op++) {
        const struct shopify_op_rule *rule = shopify_op_rule((enum shopify_op)op);
        scoped(str_done) struct str head;

        str_init(&head, 200);
        str_addf(&head, "%s %s", rule->mutation ? "mutation" : "query", rule->name);
        assert_non_null(strstr(rule->document->text, head.data));
        assert_true(rule->first_cost >= 1 && rule->first_cost <= 1000);
        assert_non_null(rule->needs[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_without_errors_is_success),
        cmocka_unit_test(the_cost_and_the_bucket_are_read_from_every_answer),
        cmocka_unit_test(throttled_waits_until_the_bucket_holds_enough),
        cmocka_unit_test(each_status_has_its_meaning),
        cmocka_unit_test(each_error_code_has_its_meaning),
        cmocka_unit_test(partial_data_is_used_where_it_is_enough),
        cmocka_unit_test(only_trouble_of_the_shop_is_unhealthy),
        cmocka_unit_test(a_denial_names_the_place_and_the_scope),
        cmocka_unit_test(a_search_warning_is_a_bug_of_ours),
        cmocka_unit_test(garbage_is_passing_for_queries_and_unknown_for_mutations),
        cmocka_unit_test(silence_is_unknown_only_for_mutations_perhaps_sent),
        cmocka_unit_test(a_job_out_of_time_is_not_held_against_the_shop),
        cmocka_unit_test(refusals_are_told_apart_by_code_or_by_their_words),
        cmocka_unit_test(every_operation_has_a_document_of_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
