/* How often is asked, when, and what is told in the end.  Nothing is sent and nobody waits: HTTP and the clock are replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/attr.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/http/http.h"
#include "tests/unit/base/faults.h"
#include "worker/providers/ai/ai.h"

enum { ANSWERS = 12 };

static struct {
    struct {
        int status; /* 0 = none */
        enum fail_kind silence;
        const char *code, *body;
        int64_t retry_after_ms, spent_ms;
        bool too_large;
    } answers[ANSWERS];
    size_t count, asked;
    json_t *bodies[ANSWERS];
    char url[200], headers[500];
    int64_t timeout_ms, now_ms, slept_ms;
    bool memory_is_short;
} net;

int __wrap_http_call(struct http *h, const struct http_request *req, struct http_response *ret,
                     struct fail *f);
void __wrap_clock_sleep_ms(int64_t ms);
int64_t __wrap_clock_mono_ms(void);

int __wrap_http_call(struct http *h, const struct http_request *req, struct http_response *ret,
                     struct fail *f)
{
    size_t i = net.asked++;

    (void)h;
    assert_true(i < net.count); /* else it asked more often than expected */
    if (!net.memory_is_short) {
        net.bodies[i] = json_loadb(req->body, req->body_bytes, 0, NULL);
        assert_non_null(net.bodies[i]);
    }
    assert_string_equal(req->method, "POST");
    (void)str_fit(net.url, sizeof net.url, req->url);
    net.headers[0] = '\0';
    for (size_t k = 0; req->headers[k] != NULL; k++) {
        size_t at = strlen(net.headers);
        (void)snprintf(net.headers + at, sizeof net.headers - at, "%s\n", req->headers[k]);
    }
    net.timeout_ms = req->timeout_ms;
    net.now_ms += 10;
    ret->spent_ms = net.answers[i].spent_ms;
    ret->body.failed = net.answers[i].too_large;
    if (net.answers[i].status == 0) {
        return fail_code(f, net.answers[i].silence,
                         net.answers[i].code != NULL ? net.answers[i].code : "", "no answer");
    }
    ret->status = net.answers[i].status;
    ret->retry_after_ms = net.answers[i].retry_after_ms;
    ret->body.max_bytes = req->max_bytes;
    str_add(&ret->body, net.answers[i].body);
    (void)str_fit(ret->request_id, sizeof ret->request_id, "req-7");
    return 0;
}

void __wrap_clock_sleep_ms(int64_t ms)
{
    net.slept_ms += ms;
    net.now_ms += ms;
}

int64_t __wrap_clock_mono_ms(void)
{
    return net.now_ms;
}

static void answer(int status, const char *body)
{
    net.answers[net.count].status = status;
    net.answers[net.count++].body = body;
}

static void silence(enum fail_kind kind, int64_t spent_ms)
{
    net.answers[net.count].silence = kind;
    net.answers[net.count++].spent_ms = spent_ms;
}

#define TEXT(content, finish)                                                                      \
    "{\"model\":\"m-1-2026\",\"choices\":[{\"finish_reason\":\"" finish "\",\"message\":{"         \
    "\"content\":\"" content "\"}}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20}}"
#define GOOD        TEXT("{\\\"t\\\":\\\"yes\\\"}", "stop")
#define CUT         TEXT("{\\\"t\\\":\\\"ye", "length")
#define MISFIT      TEXT("{\\\"t\\\":7}", "stop")
#define ERROR(code) "{\"error\":{\"message\":\"m\",\"type\":\"x\",\"code\":\"" code "\"}}"

static json_t *schema;
static struct ai_account account;
static struct ai *ai;
static struct ai_task task;
static struct ai_result result;

static int setup(void **state)
{
    struct fail f;

    (void)state;
    memset(&net, 0, sizeof net);
    net.now_ms = 1000;
    schema = json_loads("{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"t\"],"
                        "\"properties\":{\"t\":{\"type\":\"string\"}}}",
                        0, NULL);
    account = (struct ai_account){ AI_COMPATIBLE, "https://ai.example/v1", "key-123", "m-1", NULL };
    task = (struct ai_task){ "listing", "Rules.", "Facts.", "listing", schema, 1500, 0 };
    result = (struct ai_result){ 0 };
    return ai_open(&account, NULL, &ai, &f);
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < net.asked; i++) {
        json_decref(net.bodies[i]);
    }
    ai_result_done(&result);
    ai_close(ai);
    json_decref(schema);
    return 0;
}

/* Ask and expect this status after so many requests. */
static void ask(enum ai_status status, int attempts)
{
    struct fail f;

    assert_int_equal(ai_complete(ai, &task, &result, &f), 0);
    if (result.status != status) {
        fail_msg("%s (%s), not %s", ai_status_name(result.status), result.error,
                 ai_status_name(status));
    }
    assert_int_equal(result.attempts, attempts);
    assert_int_equal(net.asked, attempts);
    assert_int_equal(result.json != NULL, status == AI_OK);
}

static int64_t limit_of(size_t i)
{
    return json_int(net.bodies[i], "max_tokens", 0);
}

static void a_good_answer_comes_with_all_that_is_known_of_it(void **state)
{
    (void)state;
    answer(200, GOOD);
    ask(AI_OK, 1);
    assert_string_equal(json_text(result.json, "t", ""), "yes");
    assert_string_equal(result.model, "m-1-2026");
    assert_string_equal(result.request_id, "req-7");
    assert_string_equal(result.error, "");
    assert_int_equal(result.http, 200);
    assert_int_equal(result.tokens_in, 100);
    assert_int_equal(result.tokens_out, 20);
    assert_int_equal(result.tokens_cached, -1);
    assert_int_equal(result.latency_ms, 10);
    assert_string_equal(net.url, "https://ai.example/v1/chat/completions");
    assert_non_null(strstr(net.headers, "Authorization: Bearer key-123\n"));
    assert_int_equal(net.timeout_ms, 60000);
}

static void each_kind_is_addressed_in_its_way(void **state)
{
    struct fail f;
    (void)state;

    ai_close(ai);
    account.kind = AI_ANTHROPIC;
    account.base_url = "https://ai.example/v1/";
    account.version = "2023-06-01";
    assert_int_equal(ai_open(&account, NULL, &ai, &f), 0);
    task.timeout_ms = 180000;
    answer(402, "");
    ask(AI_QUOTA, 1);
    assert_string_equal(net.url, "https://ai.example/v1/messages");
    assert_non_null(strstr(net.headers, "x-api-key: key-123\n"));
    assert_non_null(strstr(net.headers, "anthropic-version: 2023-06-01\n"));
    assert_null(strstr(net.headers, "Authorization"));
    assert_int_equal(net.timeout_ms, 180000);
}

static void accounts_that_cannot_work_are_refused_at_once(void **state)
{
    struct ai *other = NULL;
    struct fail f;
    (void)state;

    account.base_url = "http://me:hidden@ai.example/v1";
    assert_int_equal(ai_open(&account, NULL, &other, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_null(strstr(f.text, "hidden"));
    account = (struct ai_account){ AI_OPENAI, "https://ai.example", NULL, "m", NULL };
    assert_int_equal(ai_open(&account, NULL, &other, &f), -1);
    account.kind = AI_COMPATIBLE;
    assert_int_equal(ai_open(&account, NULL, &other, &f), 0);
    ai_close(other);
}

static void passing_trouble_is_asked_again_twice(void **state)
{
    (void)state;
    answer(500, "");
    answer(503, "");
    answer(200, GOOD);
    ask(AI_OK, 3);
    assert_true(net.slept_ms <= 500 + 8000);
    assert_int_equal(result.tokens_in, 100); /* the others told nothing */
}

static void passing_trouble_that_stays_is_given_back(void **state)
{
    (void)state;
    answer(529, "");
    answer(200, "<html>busy</html>");
    answer(429, ERROR("rate_limit_exceeded"));
    ask(AI_RATE, 3);
    assert_int_equal(result.http, 429);
    assert_int_equal(result.tokens_in, -1);
    assert_string_not_equal(result.error, "");
}

static void silence_is_told_apart(void **state)
{
    (void)state;
    silence(FAIL_LATER, 0);
    silence(FAIL_UNKNOWN, 30);
    silence(FAIL_UNKNOWN, 60000);
    ask(AI_TIMEOUT, 3);
    assert_int_equal(result.http, 0);
}

static void a_cut_connection_is_the_networks(void **state)
{
    (void)state;
    silence(FAIL_UNKNOWN, 30);
    silence(FAIL_UNKNOWN, 30);
    silence(FAIL_UNKNOWN, 30);
    ask(AI_NETWORK, 3);
}

static void without_time_nothing_is_repeated(void **state)
{
    (void)state;
    struct fail f;

    silence(FAIL_LATER, 0);
    net.answers[0].code = "DEADLINE";
    assert_int_equal(ai_complete(ai, &task, &result, &f), 0);
    assert_int_equal(result.status, AI_NETWORK);
    assert_int_equal(result.attempts, 0); /* none was sent */
    assert_int_equal(net.asked, 1);
    assert_int_equal(net.slept_ms, 0);
}

static void a_repeat_without_time_leaves_the_last_answer_standing(void **state)
{
    struct fail f;
    (void)state;

    answer(429, ERROR("rate_limit_exceeded"));
    net.answers[0].retry_after_ms = 20000;
    silence(FAIL_LATER, 0);
    net.answers[1].code = "DEADLINE";
    assert_int_equal(ai_complete(ai, &task, &result, &f), 0);
    assert_int_equal(result.status, AI_RATE);
    assert_int_equal(result.retry_after_ms, 20000);
    assert_int_equal(result.http, 429);
    assert_int_equal(result.attempts, 1);
    assert_int_equal(net.asked, 2);
}

static void nobody_sleeps_beyond_the_end_of_the_job(void **state)
{
    scoped(http_close_p) struct http *http = NULL;
    struct fail f;

    assert_int_equal(http_open(&http, &f), 0);
    ai_close(ai);
    ai = NULL;
    assert_int_equal(ai_open(&account, http, &ai, &f), 0);
    http_set_deadline(http, net.now_ms + 20000);
    answer(429, ERROR("rate_limit_exceeded"));
    net.answers[0].retry_after_ms = 25000;
    ask(AI_RATE, 1);
    assert_int_equal(net.slept_ms, 0);
    (void)state;
}

static void advice_up_to_30_s_is_waited_for(void **state)
{
    (void)state;
    answer(429, ERROR("rate_limit_exceeded"));
    net.answers[0].retry_after_ms = 30000;
    answer(200, GOOD);
    ask(AI_OK, 2);
    assert_in_range(net.slept_ms, 30000, 37500);
}

static void longer_advice_is_the_callers(void **state)
{
    (void)state;
    answer(429, ERROR("rate_limit_exceeded"));
    net.answers[0].retry_after_ms = 31000;
    ask(AI_RATE, 1);
    assert_int_equal(result.retry_after_ms, 31000);
    assert_int_equal(net.slept_ms, 0);
}

static void what_is_for_good_is_asked_once(void **state)
{
    static const struct {
        int http;
        const char *body;
        enum ai_status status;
    } rows[] = { { 400, ERROR("unsupported_value"), AI_BAD_REQUEST },
                 { 401, "", AI_AUTH },
                 { 404, "", AI_CONFIG },
                 { 429, ERROR("insufficient_quota"), AI_QUOTA },
                 { 200, TEXT("", "content_filter"), AI_FILTERED },
                 { 200, "{\"choices\":[{\"message\":{\"refusal\":\"no\"}}]}", AI_REFUSED } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fail f;

        answer(rows[i].http, rows[i].body);
        assert_int_equal(ai_complete(ai, &task, &result, &f), 0);
        assert_int_equal(result.status, rows[i].status);
        assert_int_equal(net.asked, i + 1);
    }
}

static void a_cut_answer_is_asked_for_once_more_with_twice_the_room(void **state)
{
    (void)state;
    answer(200, CUT);
    answer(200, GOOD);
    ask(AI_OK, 2);
    assert_int_equal(limit_of(0), 1500);
    assert_int_equal(limit_of(1), 3000);
    assert_int_equal(result.tokens_in, 200); /* both are paid for */
    assert_int_equal(result.tokens_out, 40);
    assert_int_equal(net.slept_ms, 0);
}

static void once_more_is_once(void **state)
{
    (void)state;
    task.max_tokens = 5000;
    answer(200, MISFIT);
    answer(200, CUT);
    ask(AI_TRUNCATED, 2);
    assert_int_equal(limit_of(1), 8000);
}

static void a_misfit_at_the_largest_limit_is_asked_again_but_a_cut_is_not(void **state)
{
    (void)state;
    task.max_tokens = 8000;
    answer(200, MISFIT);
    answer(200, MISFIT);
    ask(AI_BAD_OUTPUT, 2);
    assert_string_equal(result.error, "the answer is not by the schema: t: is no string");
}

static void a_cut_at_the_largest_limit_is_final(void **state)
{
    (void)state;
    task.max_tokens = 8000;
    answer(200, CUT);
    ask(AI_TRUNCATED, 1);
}

static void repeats_of_both_kinds_are_counted_apart(void **state)
{
    (void)state;
    answer(500, "");
    answer(200, CUT);
    answer(500, "");
    answer(200, GOOD);
    ask(AI_OK, 4);
    assert_int_equal(limit_of(2), 3000);
}

static void an_answer_that_is_too_large_is_a_bad_one(void **state)
{
    (void)state;
    silence(FAIL_UNKNOWN, 20);
    net.answers[0].too_large = true;
    answer(200, GOOD);
    ask(AI_OK, 2);
}

static void a_server_that_does_not_know_a_field_is_asked_without_it_from_then_on(void **state)
{
    struct fail f;
    (void)state;

    answer(400, "{\"error\":{\"message\":\"m\",\"param\":\"max_tokens\"}}");
    answer(400, "{\"error\":{\"message\":\"m\",\"param\":\"response_format\"}}");
    answer(400, "{\"error\":{\"message\":\"m\",\"param\":\"response_format.type\"}}");
    answer(200, GOOD);
    ask(AI_OK, 4);
    assert_int_equal(json_int(net.bodies[3], "max_completion_tokens", 0), 1500);
    assert_null(json_at(net.bodies[3], "response_format"));
    ai_result_done(&result);
    answer(200, GOOD);
    assert_int_equal(ai_complete(ai, &task, &result, &f), 0);
    assert_int_equal(result.attempts, 1);
    assert_null(json_at(net.bodies[4], "max_tokens"));
}

static void tasks_that_no_provider_takes_are_bugs(void **state)
{
    scoped(json_clear_p) json_t *text = json_loads("{\"type\":\"string\"}", 0, NULL);
    const struct ai_task good = task;
    struct fail f;
    (void)state;

    task.schema_name = "two words";
    assert_int_equal(ai_complete(ai, &task, &result, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    task = good;
    task.max_tokens = 8001;
    assert_int_equal(ai_complete(ai, &task, &result, &f), -1);
    task = good;
    task.schema = text;
    assert_int_equal(ai_complete(ai, &task, &result, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_int_equal(net.asked, 0);
}

static void ask_once(void)
{
    struct ai *fresh = NULL;
    struct ai_result r = { 0 };
    struct fail f = { 0 };

    net.asked = 0;
    if (ai_open(&account, NULL, &fresh, &f) < 0) {
        assert_int_equal(f.kind, FAIL_LATER);
        assert_null(fresh);
        return;
    }
    if (ai_complete(fresh, &task, &r, &f) < 0) {
        assert_int_equal(f.kind, FAIL_LATER);
        assert_null(r.json);
    } else {
        assert_int_equal(r.json != NULL, r.status == AI_OK);
    }
    ai_result_done(&r);
    ai_close(fresh);
}

static void short_memory_is_a_failure_and_leaks_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        answer(200, GOOD);
    }
    net.memory_is_short = true;
    json_set_alloc_funcs(malloc, free); /* jansson's own calls go through the faults, too */
    torture(ask_once);
    net.asked = 0;
}

#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        row(a_good_answer_comes_with_all_that_is_known_of_it),
        row(each_kind_is_addressed_in_its_way),
        row(accounts_that_cannot_work_are_refused_at_once),
        row(passing_trouble_is_asked_again_twice),
        row(passing_trouble_that_stays_is_given_back),
        row(silence_is_told_apart),
        row(a_cut_connection_is_the_networks),
        row(without_time_nothing_is_repeated),
        row(a_repeat_without_time_leaves_the_last_answer_standing),
        row(nobody_sleeps_beyond_the_end_of_the_job),
        row(advice_up_to_30_s_is_waited_for),
        row(longer_advice_is_the_callers),
        row(what_is_for_good_is_asked_once),
        row(a_cut_answer_is_asked_for_once_more_with_twice_the_room),
        row(once_more_is_once),
        row(a_misfit_at_the_largest_limit_is_asked_again_but_a_cut_is_not),
        row(a_cut_at_the_largest_limit_is_final),
        row(repeats_of_both_kinds_are_counted_apart),
        row(an_answer_that_is_too_large_is_a_bad_one),
        row(a_server_that_does_not_know_a_field_is_asked_without_it_from_then_on),
        row(tasks_that_no_provider_takes_are_bugs),
        row(short_memory_is_a_failure_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
