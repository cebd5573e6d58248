/* What errors and answers of the three kinds mean. */
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
#include "worker/providers/ai/ai_priv.h"

static json_t *schema;
static struct ai_task task = { .name = "listing",
                               .system = "You write honest shop texts from facts.",
                               .user = "1. Material: surgical steel from Solingen",
                               .schema_name = "listing",
                               .max_tokens = 1000 };

static int setup(void **state)
{
    (void)state;
    schema = json_loads("{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"t\"],"
                        "\"properties\":{\"t\":{\"type\":\"string\"}}}",
                        0, NULL);
    task.schema = schema;
    return schema == NULL;
}

static int teardown(void **state)
{
    (void)state;
    json_decref(schema);
    return 0;
}

static void judge(enum ai_kind kind, int http, const char *body, struct ai_verdict *v)
{
    ai_judge(kind, &task, &(struct ai_answer){ http, body, strlen(body), 0 }, v);
}

/* ---- errors ---- */

#define OPENAI(type, code)                                                                         \
    "{\"error\":{\"message\":\"m\",\"type\":\"" type "\",\"param\":null,\"code\":" code "}}"
#define ANTHROPIC(type) "{\"type\":\"error\",\"error\":{\"type\":\"" type "\",\"message\":\"m\"}}"
#define SPENT(code)                                                                                \
    "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"m\",\"details\":{" \
    "\"error_code\":\"" code "\"}},\"request_id\":\"req_1\"}"
#define SAID(type, message)                                                                        \
    "{\"type\":\"error\",\"error\":{\"type\":\"" type "\",\"message\":\"" message "\"}}"

static const struct error_row {
    enum ai_kind kind;
    int http;
    const char *body;
    enum ai_status status;
} error_rows[] = {
    { AI_OPENAI, 400, OPENAI("invalid_request_error", "\"unsupported_parameter\""),
      AI_BAD_REQUEST },
    { AI_OPENAI, 400, OPENAI("invalid_request_error", "\"context_length_exceeded\""),
      AI_BAD_REQUEST },
    { AI_OPENAI, 400, OPENAI("invalid_request_error", "\"content_policy_violation\""),
      AI_FILTERED },
    { AI_OPENAI, 401, OPENAI("invalid_request_error", "\"invalid_api_key\""), AI_AUTH },
    { AI_OPENAI, 401, OPENAI("invalid_request_error", "null"), AI_AUTH },
    { AI_OPENAI, 403, OPENAI("invalid_request_error", "\"unsupported_country_region_territory\""),
      AI_AUTH },
    { AI_OPENAI, 404, OPENAI("invalid_request_error", "\"model_not_found\""), AI_CONFIG },
    { AI_OPENAI, 408, "", AI_TRANSIENT },
    { AI_OPENAI, 409, OPENAI("invalid_request_error", "null"), AI_TRANSIENT },
    { AI_OPENAI, 422, OPENAI("invalid_request_error", "null"), AI_BAD_REQUEST },
    { AI_OPENAI, 429, OPENAI("requests", "\"rate_limit_exceeded\""), AI_RATE },
    { AI_OPENAI, 429, OPENAI("tokens", "\"slow_down\""), AI_RATE },
    { AI_OPENAI, 429, "", AI_RATE },
    { AI_OPENAI, 429, OPENAI("insufficient_quota", "\"insufficient_quota\""), AI_QUOTA },
    { AI_OPENAI, 429, OPENAI("insufficient_quota", "null"), AI_QUOTA },
    { AI_OPENAI, 429, OPENAI("insufficient_quota", "\"credit_balance_exhausted\""), AI_QUOTA },
    { AI_OPENAI, 429, OPENAI("x", "\"credit_balance_exhausted\""), AI_QUOTA },
    { AI_OPENAI, 429, OPENAI("x", "\"organization_spend_limit_exceeded\""), AI_QUOTA },
    { AI_OPENAI, 429, OPENAI("x", "\"project_spend_limit_exceeded\""), AI_QUOTA },
    { AI_OPENAI, 429, OPENAI("x", "\"organization_usage_limit_exceeded\""), AI_QUOTA },
    { AI_OPENAI, 500, OPENAI("server_error", "null"), AI_TRANSIENT },
    { AI_OPENAI, 502, "<html>502</html>", AI_TRANSIENT },
    { AI_OPENAI, 504, "", AI_TRANSIENT },
    { AI_OPENAI, 503, OPENAI("server_error", "\"slow_down\""), AI_OVERLOAD },
    { AI_OPENAI, 503, "", AI_OVERLOAD },
    { AI_OPENAI, 301, "", AI_CONFIG },
    { AI_OPENAI, 418, "[]", AI_BAD_REQUEST },

    { AI_ANTHROPIC, 400, ANTHROPIC("invalid_request_error"), AI_BAD_REQUEST },
    { AI_ANTHROPIC, 400, SAID("invalid_request_error", "max_tokens is over the limit"),
      AI_BAD_REQUEST },
    { AI_ANTHROPIC, 400,
      SAID("invalid_request_error", "You have reached your specified API spend limits."),
      AI_QUOTA },
    { AI_ANTHROPIC, 400, SAID("invalid_request_error", "Your credit balance is too low"),
      AI_QUOTA },
    { AI_ANTHROPIC, 401, ANTHROPIC("authentication_error"), AI_AUTH },
    { AI_ANTHROPIC, 402, ANTHROPIC("billing_error"), AI_QUOTA },
    { AI_ANTHROPIC, 402, "", AI_QUOTA },
    { AI_ANTHROPIC, 403, ANTHROPIC("permission_error"), AI_AUTH },
    { AI_ANTHROPIC, 404, ANTHROPIC("not_found_error"), AI_CONFIG },
    { AI_ANTHROPIC, 408, "", AI_TRANSIENT },
    { AI_ANTHROPIC, 409, ANTHROPIC("conflict_error"), AI_TRANSIENT },
    { AI_ANTHROPIC, 413, ANTHROPIC("request_too_large"), AI_BAD_REQUEST },
    { AI_ANTHROPIC, 429, ANTHROPIC("rate_limit_error"), AI_RATE },
    { AI_ANTHROPIC, 429, SPENT("ramp_limit_exceeded"), AI_RATE },
    { AI_ANTHROPIC, 429, SPENT("enforced_spend_limit_reached"), AI_QUOTA },
    { AI_ANTHROPIC, 429, SPENT("contract_spend_limit_reached"), AI_QUOTA },
    { AI_ANTHROPIC, 500, ANTHROPIC("api_error"), AI_TRANSIENT },
    { AI_ANTHROPIC, 503, "", AI_OVERLOAD },
    { AI_ANTHROPIC, 504, ANTHROPIC("timeout_error"), AI_TRANSIENT },
    { AI_ANTHROPIC, 529, ANTHROPIC("overloaded_error"), AI_OVERLOAD },
    { AI_ANTHROPIC, 529, "<html>", AI_OVERLOAD },

    /* errors that come with a good status */
    { AI_ANTHROPIC, 200, ANTHROPIC("overloaded_error"), AI_OVERLOAD },
    { AI_COMPATIBLE, 200, "{\"error\":{\"code\":402,\"message\":\"credits\"}}", AI_QUOTA },
    { AI_COMPATIBLE, 200, "{\"error\":{\"code\":429,\"message\":\"m\"}}", AI_RATE },
    { AI_COMPATIBLE, 200, "{\"error\":{\"code\":502,\"message\":\"m\"}}", AI_TRANSIENT },
    { AI_COMPATIBLE, 200, "{\"error\":{\"code\":503,\"message\":\"m\"}}", AI_OVERLOAD },
    { AI_COMPATIBLE, 200, OPENAI("invalid_request_error", "null"), AI_BAD_REQUEST },
    { AI_COMPATIBLE, 200, "{\"error\":\"boom\"}", AI_TRANSIENT },
    { AI_COMPATIBLE, 403,
      "{\"error\":{\"code\":403,\"message\":\"m\",\"metadata\":{\"reasons\":[\"x\"]}}}",
      AI_FILTERED },
    { AI_COMPATIBLE, 400, "{\"error\":{\"code\":400,\"type\":\"exceed_context_size_error\"}}",
      AI_BAD_REQUEST },
    { AI_COMPATIBLE, 404, OPENAI("not_found_error", "null"), AI_CONFIG },
    { AI_COMPATIBLE, 503, "{\"error\":{\"code\":503,\"message\":\"Loading model\"}}", AI_OVERLOAD },

    /* what is no JSON object */
    { AI_OPENAI, 200, "<html>hello</html>", AI_TRANSIENT },
    { AI_OPENAI, 200, "", AI_TRANSIENT },
    { AI_ANTHROPIC, 200, "[1]", AI_TRANSIENT },
    { AI_COMPATIBLE, 200, "null", AI_TRANSIENT },
};

static void errors_mean_what_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(error_rows); i++) {
        const struct error_row *row = &error_rows[i];
        struct ai_verdict v;

        judge(row->kind, row->http, row->body, &v);
        if (v.status != row->status) {
            fail_msg("row %zu (%d %s): %s, not %s", i, row->http, row->body,
                     ai_status_name(v.status), ai_status_name(row->status));
        }
        assert_null(v.json);
        assert_string_not_equal(v.error, "");
    }
}

static void an_error_tells_its_code_and_request_but_nothing_that_was_sent(void **state)
{
    struct ai_verdict v;
    (void)state;

    judge(AI_ANTHROPIC, 429, SPENT("ramp_limit_exceeded"), &v);
    assert_string_equal(v.request_id, "req_1");
    assert_string_equal(v.error, "HTTP 429 rate_limit_error ramp_limit_exceeded: m");
    judge(AI_OPENAI, 400,
          SAID("invalid_request_error", "bad text: 'Material: surgical steel from Solingen'"), &v);
    assert_null(strstr(v.error, "surgical"));
    judge(AI_OPENAI, 400, SAID("invalid_request_error", "rules: You write honest shop texts"), &v);
    assert_null(strstr(v.error, "honest"));
    judge(AI_ANTHROPIC, 400, SPENT("code of surgical steel from Solingen"), &v);
    assert_null(strstr(v.error, "surgical"));
    judge(AI_OPENAI, 400, SAID("surgical steel from Solingen", "m"), &v);
    assert_string_equal(v.error, "HTTP 400 (no name) : m");
    judge(AI_ANTHROPIC, 200, "{\"stop_reason\":\"surgical steel from Solingen\"}", &v);
    assert_string_equal(v.error, "HTTP 200 (words not kept)");
    judge(AI_OPENAI, 401, SAID("invalid_request_error", "Incorrect API key: sk-abc***wxyz"), &v);
    assert_null(strstr(v.error, "wxyz"));
    judge(AI_COMPATIBLE, 200, "{\"error\":{\"code\":502,\"message\":\"upstream\"}}", &v);
    assert_string_equal(v.error, "HTTP 200  502: upstream");
}

static void a_long_message_is_cut_where_a_letter_ends(void **state)
{
    char body[2000] = "{\"error\":{\"type\":\"x\",\"message\":\"a";
    struct ai_verdict v;
    (void)state;

    for (int i = 0; i < 400; i++) {
        memcpy(body + strlen(body), "\xc3\xa9", 3);
    }
    memcpy(body + strlen(body), "\"}}", 4);
    judge(AI_OPENAI, 500, body, &v);
    json_t *text = json_string(v.error);
    assert_non_null(text); /* valid UTF-8 */
    json_decref(text);
}

static void a_message_of_a_mebibyte_is_judged_at_once(void **state)
{
    enum { MESSAGE = 1 << 20, SENT = 200 << 10 };
    static char message[MESSAGE + 1], sent[SENT + 1];
    scoped(json_clear_p) json_t *root = NULL;
    scoped(free_p) char *body = NULL;
    scoped(ai_verdict_done) struct ai_verdict v = { 0 };
    const struct ai_task long_task = { .name = "x", .system = "Rules.", .user = sent };
    int64_t start_ms = clock_mono_ms();
    (void)state;

    memset(sent, 'y', SENT);
    memset(message, 'x', MESSAGE);
    root = json_pack("{s:{s:s}}", "error", "message", message);
    body = json_dumps(root, 0);
    assert_non_null(body);
    ai_judge(AI_OPENAI, &long_task, &(struct ai_answer){ 400, body, strlen(body), 0 }, &v);
    assert_int_equal(v.status, AI_BAD_REQUEST);
    assert_true(clock_mono_ms() - start_ms < 2000);
}

static void a_server_is_asked_otherwise_when_it_does_not_know_a_field(void **state)
{
    struct ai_dialect d = { 0 };
    struct ai_verdict v;
    (void)state;

    judge(AI_OPENAI, 400,
          "{\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\",\"param\":\"reasoning."
          "effort\",\"code\":\"unsupported_parameter\"}}",
          &v);
    assert_string_equal(v.field, "reasoning.effort");
    assert_true(ai_give_way(AI_OPENAI, &v, &d));
    assert_true(d.no_effort);
    assert_false(ai_give_way(AI_OPENAI, &v, &d)); /* once */
    judge(AI_ANTHROPIC, 400, SAID("invalid_request_error", "output_config.effort: not known"), &v);
    d.no_effort = false;
    assert_true(ai_give_way(AI_ANTHROPIC, &v, &d));
    judge(AI_COMPATIBLE, 400, SAID("x", "'max_tokens' is not supported"), &v);
    assert_true(ai_give_way(AI_COMPATIBLE, &v, &d) && d.new_limit);
    assert_false(ai_give_way(AI_COMPATIBLE, &v, &d));
    judge(AI_COMPATIBLE, 400, SAID("x", "response_format is not known"), &v);
    assert_true(ai_give_way(AI_COMPATIBLE, &v, &d));
    assert_int_equal(d.schema_mode, AI_SCHEMA_JSON);
    assert_true(ai_give_way(AI_COMPATIBLE, &v, &d));
    assert_int_equal(d.schema_mode, AI_SCHEMA_PROMPT);
    assert_false(ai_give_way(AI_COMPATIBLE, &v, &d));
    judge(AI_COMPATIBLE, 400, SAID("x", "the text is too long"), &v);
    assert_false(ai_give_way(AI_COMPATIBLE, &v, &d));
}

/* ---- answers ---- */

#define ESCAPED    "\"{\\\"t\\\":\\\"yes\\\"}\""
#define PART(text) "{\"type\":\"output_text\",\"text\":" text "}"
#define MESSAGE(phase, parts)                                                                      \
    "{\"type\":\"message\",\"role\":\"assistant\",\"phase\":" phase ",\"content\":[" parts "]}"
#define RESPONSE(output)                                                                           \
    "{\"status\":\"completed\",\"model\":\"m-1\",\"error\":null,\"output\":[" output "]}"
#define UNDONE(status, why)                                                                        \
    "{\"status\":\"" status "\",\"error\":null,\"output\":[],\"incomplete_details\":" why "}"
#define FAILED(code)                                                                               \
    "{\"status\":\"failed\",\"error\":{\"code\":\"" code "\",\"message\":\"m\"},\"output\":[]}"
#define CHAT(finish, message)                                                                      \
    "{\"model\":\"m-1\",\"choices\":[{\"finish_reason\":" finish ",\"message\":" message "}]}"
#define CLAUDE(stop, content)                                                                      \
    "{\"model\":\"m-1\",\"type\":\"message\",\"stop_reason\":" stop ",\"content\":[" content "]}"
#define BLOCK(text) "{\"type\":\"text\",\"text\":" text "}"

static const struct answer_row {
    enum ai_kind kind;
    const char *body;
    enum ai_status status;
} answer_rows[] = {
    { AI_OPENAI, RESPONSE(MESSAGE("null", PART(ESCAPED))), AI_OK },
    { AI_OPENAI, RESPONSE("{\"type\":\"reasoning\"}," MESSAGE("\"final_answer\"", PART(ESCAPED))),
      AI_OK },
    { AI_OPENAI,
      RESPONSE(MESSAGE("\"commentary\"", PART("\"Let me see.\"")) "," MESSAGE("\"final_answer\"",
                                                                              PART(ESCAPED))),
      AI_OK },
    { AI_OPENAI, RESPONSE(MESSAGE("null", PART("\"{\\\"t\\\":\"") "," PART("\"\\\"yes\\\"}\""))),
      AI_OK },
    { AI_OPENAI, RESPONSE(MESSAGE("null", "{\"type\":\"refusal\",\"refusal\":\"no\"}")),
      AI_REFUSED },
    { AI_OPENAI, RESPONSE(MESSAGE("null", PART("\"\""))), AI_BAD_OUTPUT },
    { AI_OPENAI, RESPONSE(MESSAGE("\"commentary\"", PART(ESCAPED))), AI_BAD_OUTPUT },
    { AI_OPENAI, RESPONSE(""), AI_BAD_OUTPUT },
    { AI_OPENAI, UNDONE("incomplete", "{\"reason\":\"max_output_tokens\"}"), AI_TRUNCATED },
    { AI_OPENAI, UNDONE("incomplete", "{\"reason\":\"content_filter\"}"), AI_FILTERED },
    { AI_OPENAI, UNDONE("incomplete", "{\"reason\":\"max_messages\"}"), AI_TRUNCATED },
    { AI_OPENAI, UNDONE("incomplete", "{\"reason\":\"steered\"}"), AI_BAD_OUTPUT },
    { AI_OPENAI, UNDONE("incomplete", "null"), AI_BAD_OUTPUT },
    { AI_OPENAI, UNDONE("queued", "null"), AI_TRANSIENT },
    { AI_OPENAI, UNDONE("cancelled", "null"), AI_TRANSIENT },
    { AI_OPENAI, FAILED("server_error"), AI_TRANSIENT },
    { AI_OPENAI, FAILED("rate_limit_exceeded"), AI_RATE },
    { AI_OPENAI, FAILED("invalid_prompt"), AI_BAD_REQUEST },
    { AI_OPENAI, "{}", AI_BAD_OUTPUT },

    { AI_COMPATIBLE, CHAT("\"stop\"", "{\"content\":" ESCAPED ",\"refusal\":null}"), AI_OK },
    { AI_COMPATIBLE, CHAT("null", "{\"content\":" ESCAPED "}"), AI_OK },
    { AI_COMPATIBLE, CHAT("\"stop\"", "{\"content\":[{\"type\":\"text\",\"text\":" ESCAPED "}]}"),
      AI_OK },
    { AI_COMPATIBLE,
      CHAT("\"stop\"",
           "{\"content\":\"<think>hm {</think>\\n```json\\n{\\\"t\\\":\\\"yes\\\"}\\n```\"}"),
      AI_OK },
    { AI_COMPATIBLE, CHAT("\"stop\"", "{\"content\":\"```\\n{\\\"t\\\":\\\"yes\\\"}```\\n\"}"),
      AI_OK },
    { AI_COMPATIBLE, CHAT("\"stop\"", "{\"content\":\"Here: {\\\"t\\\":\\\"yes\\\"}\"}"),
      AI_BAD_OUTPUT },
    { AI_COMPATIBLE, CHAT("\"stop\"", "{\"content\":\"``````\"}"), AI_BAD_OUTPUT },
    { AI_COMPATIBLE, CHAT("\"stop\"", "{\"content\":null,\"refusal\":\"no\"}"), AI_REFUSED },
    { AI_COMPATIBLE, CHAT("\"stop\"", "{\"content\":null}"), AI_BAD_OUTPUT },
    { AI_COMPATIBLE, CHAT("\"stop\"", "{\"content\":\"\"}"), AI_BAD_OUTPUT },
    { AI_COMPATIBLE, CHAT("\"length\"", "{\"content\":\"{\"}"), AI_TRUNCATED },
    { AI_COMPATIBLE, CHAT("\"content_filter\"", "{\"content\":\"\"}"), AI_FILTERED },
    { AI_COMPATIBLE, CHAT("\"tool_calls\"", "{\"content\":null}"), AI_BAD_OUTPUT },
    { AI_COMPATIBLE, CHAT("\"function_call\"", "{\"content\":null}"), AI_BAD_OUTPUT },
    { AI_COMPATIBLE, CHAT("\"error\"", "{\"content\":\"\"}"), AI_TRANSIENT },
    { AI_COMPATIBLE, "{\"choices\":[]}", AI_BAD_OUTPUT },

    { AI_ANTHROPIC, CLAUDE("\"end_turn\"", BLOCK(ESCAPED)), AI_OK },
    { AI_ANTHROPIC, CLAUDE("\"stop_sequence\"", BLOCK(ESCAPED)), AI_OK },
    { AI_ANTHROPIC,
      CLAUDE("\"end_turn\"", "{\"type\":\"thinking\",\"thinking\":\"hm\"},"
                             "{\"type\":\"redacted_thinking\",\"data\":\"x\"}," BLOCK(ESCAPED)),
      AI_OK },
    { AI_ANTHROPIC, CLAUDE("\"end_turn\"", ""), AI_BAD_OUTPUT },
    { AI_ANTHROPIC, CLAUDE("\"end_turn\"", BLOCK("\"\"")), AI_BAD_OUTPUT },
    { AI_ANTHROPIC, CLAUDE("\"end_turn\"", BLOCK("\"```json\\n{\\\"t\\\":\\\"y\\\"}\\n```\"")),
      AI_BAD_OUTPUT },
    { AI_ANTHROPIC, CLAUDE("\"max_tokens\"", BLOCK(ESCAPED)), AI_TRUNCATED },
    { AI_ANTHROPIC, CLAUDE("\"model_context_window_exceeded\"", BLOCK(ESCAPED)), AI_TRUNCATED },
    { AI_ANTHROPIC, CLAUDE("\"refusal\"", ""), AI_REFUSED },
    { AI_ANTHROPIC, CLAUDE("\"tool_use\"", BLOCK(ESCAPED)), AI_BAD_OUTPUT },
    { AI_ANTHROPIC, CLAUDE("\"pause_turn\"", BLOCK(ESCAPED)), AI_BAD_OUTPUT },
    { AI_ANTHROPIC, CLAUDE("null", BLOCK(ESCAPED)), AI_BAD_OUTPUT },

    /* the text */
    { AI_ANTHROPIC, CLAUDE("\"end_turn\"", BLOCK("\"{\\\"t\\\":1}\"")), AI_BAD_OUTPUT },
    { AI_ANTHROPIC, CLAUDE("\"end_turn\"", BLOCK("\"{\\\"u\\\":\\\"a\\\"}\"")), AI_BAD_OUTPUT },
    { AI_ANTHROPIC, CLAUDE("\"end_turn\"", BLOCK("\"[]\"")), AI_BAD_OUTPUT },
    { AI_ANTHROPIC, CLAUDE("\"end_turn\"", BLOCK("\"{\\\"t\\\":\\\"a\\\"} and\"")), AI_BAD_OUTPUT },
    { AI_ANTHROPIC, CLAUDE("\"end_turn\"", BLOCK("\"{\\\"t\\\":\\\"a\\\",\\\"t\\\":\\\"b\\\"}\"")),
      AI_BAD_OUTPUT },
    { AI_ANTHROPIC, CLAUDE("\"end_turn\"", BLOCK("\"{\\\"t\\\":\\\"a\\\\u0000\\\"}\"")),
      AI_BAD_OUTPUT },
};

static void answers_mean_what_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answer_rows); i++) {
        const struct answer_row *row = &answer_rows[i];
        scoped(ai_verdict_done) struct ai_verdict v;

        judge(row->kind, 200, row->body, &v);
        if (v.status != row->status) {
            fail_msg("row %zu (%s): %s %s, not %s", i, row->body, ai_status_name(v.status), v.error,
                     ai_status_name(row->status));
        }
        assert_int_equal(v.json != NULL, v.status == AI_OK);
        assert_int_equal(v.error[0] == '\0', v.status == AI_OK);
        if (v.status == AI_OK) {
            assert_string_equal(json_text(v.json, "t", ""), "yes");
            assert_string_equal(v.model, "m-1");
        }
    }
}

static void tokens_are_counted_in_each_form(void **state)
{
    struct ai_verdict v;
    (void)state;

    judge(AI_OPENAI, 200,
          "{\"status\":\"incomplete\",\"usage\":{\"input_tokens\":214,\"input_tokens_details\":{"
          "\"cached_tokens\":100},\"output_tokens\":61,\"output_tokens_details\":{\"reasoning_"
          "tokens\":38}}}",
          &v);
    assert_true(v.usage.in == 214 && v.usage.out == 61);
    assert_true(v.usage.cached == 100 && v.usage.reasoning == 38);
    judge(
        AI_OPENAI, 200,
        "{\"status\":\"failed\",\"error\":{\"code\":\"server_error\"},\"usage\":{\"input_tokens\":"
        "9,\"output_tokens\":1}}",
        &v);
    assert_true(v.usage.in == 9 && v.usage.out == 1 && v.usage.cached == -1);
    judge(AI_COMPATIBLE, 200,
          "{\"choices\":[],\"usage\":{\"prompt_tokens\":210,\"completion_tokens\":58,\"prompt_"
          "tokens_details\":{\"cached_tokens\":7},\"completion_tokens_details\":{\"reasoning_"
          "tokens\":36}}}",
          &v);
    assert_true(v.usage.in == 210 && v.usage.out == 58);
    assert_true(v.usage.cached == 7 && v.usage.reasoning == 36);
    judge(AI_ANTHROPIC, 200,
          "{\"stop_reason\":\"refusal\",\"usage\":{\"input_tokens\":180,\"cache_creation_input_"
          "tokens\":20,\"cache_read_input_tokens\":1450,\"output_tokens\":44,\"output_tokens_"
          "details\":{\"thinking_tokens\":5}}}",
          &v);
    assert_true(v.usage.in == 1650 && v.usage.out == 44);
    assert_true(v.usage.cached == 1450 && v.usage.reasoning == 5);
    judge(AI_COMPATIBLE, 200, "{\"choices\":[],\"usage\":{\"prompt_tokens\":-5}}", &v);
    assert_true(v.usage.in == -1 && v.usage.out == -1);
    judge(AI_ANTHROPIC, 200,
          "{\"usage\":{\"input_tokens\":1,\"cache_read_input_tokens\":9223372036854775807,"
          "\"output_tokens\":9223372036854775807}}",
          &v);
    assert_true(v.usage.in == 1 && v.usage.out == -1 && v.usage.cached == -1);
}

static void an_answer_of_a_mebibyte_is_read(void **state)
{
    static char body[(1 << 20) + 200];
    size_t at = 0;
    scoped(ai_verdict_done) struct ai_verdict v;
    (void)state;

    at =
        (size_t)snprintf(body, sizeof body,
                         "{\"stop_reason\":\"end_turn\",\"content\":[{\"type\":\"text\",\"text\":\""
                         "{\\\"t\\\":\\\"");
    memset(body + at, 'a', 1 << 20);
    memcpy(body + at + (1 << 20), "\\\"}\"}]}", 8);
    judge(AI_ANTHROPIC, 200, body, &v);
    assert_int_equal(v.status, AI_OK);
    assert_int_equal(strlen(json_text(v.json, "t", "")), 1 << 20);
}

static void the_end_of_a_model_is_read_in_both_forms(void **state)
{
    static const struct {
        enum ai_kind kind;
        int http;
        const char *body;
        int got;
        struct ai_model_state state;
    } rows[] = {
        { AI_OPENAI, 200, "{\"id\":\"m\",\"shutdown_date\":null}", 0, { false, false, 0 } },
        { AI_OPENAI, 200, "{\"id\":\"m\"}", 0, { false, false, 0 } },
        { AI_OPENAI, 200, "{\"shutdown_date\":\"1970-01-02\"}", 0, { false, true, 86400000000 } },
        { AI_OPENAI, 200, "{\"shutdown_date\":\"soon\"}", 0, { false, true, 0 } },
        { AI_OPENAI, 200, "{\"shutdown_date\":1799193600}", 0, { false, true, 0 } },
        { AI_OPENAI, 404, "", 0, { true, false, 0 } },
        { AI_OPENAI, 500, "", -1, { false, false, 0 } },
        { AI_OPENAI, 200, "<html>", -1, { false, false, 0 } },
        { AI_ANTHROPIC, 200, "{\"lifecycle\":\"active\",\"retires_at\":null}", 0, { 0 } },
        { AI_ANTHROPIC,
          200,
          "{\"lifecycle\":\"deprecated\",\"retires_at\":null}",
          0,
          { false, true, 0 } },
        { AI_ANTHROPIC,
          200,
          "{\"lifecycle\":\"deprecated\",\"retires_at\":\"1970-01-01T00:00:01Z\"}",
          0,
          { false, true, 1000000 } },
        { AI_ANTHROPIC, 200, "{\"lifecycle\":\"retired\"}", 0, { true, false, 0 } },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ai_model_state m;
        struct fail f;
        const struct ai_answer answer = { rows[i].http, rows[i].body, strlen(rows[i].body), 0 };

        assert_int_equal(ai_read_model(rows[i].kind, &answer, &m, &f), rows[i].got);
        assert_int_equal(m.gone, rows[i].state.gone);
        assert_int_equal(m.ending, rows[i].state.ending);
        assert_int_equal(m.ends_us, rows[i].state.ends_us);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_mean_what_the_table_says),
        cmocka_unit_test(an_error_tells_its_code_and_request_but_nothing_that_was_sent),
        cmocka_unit_test(a_long_message_is_cut_where_a_letter_ends),
        cmocka_unit_test(a_message_of_a_mebibyte_is_judged_at_once),
        cmocka_unit_test(a_server_is_asked_otherwise_when_it_does_not_know_a_field),
        cmocka_unit_test(answers_mean_what_the_table_says),
        cmocka_unit_test(tokens_are_counted_in_each_form),
        cmocka_unit_test(an_answer_of_a_mebibyte_is_read),
        cmocka_unit_test(the_end_of_a_model_is_read_in_both_forms),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
