/* The client of the text models against the sandbox: each kind of server, well and in every trouble it can make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/attr.h"
#include "common/base/json.h"
#include "tests/integration/providers/sandbox.h"
#include "worker/providers/ai/ai.h"

static struct sandbox sandbox;
static json_t *schema;

static const struct server {
    enum ai_kind kind;
    const char *path, *key, *model;
} servers[] = {
    { AI_OPENAI, "/openai/v1", "sk-sandbox-openai", "gpt-6-luna" },
    { AI_ANTHROPIC, "/anthropic/v1", "sk-sandbox-anthropic", "claude-haiku-5-5" },
    { AI_COMPATIBLE, "/compatible/v1", NULL, "local" },
    { AI_COMPATIBLE, "/openai/v1", "sk-sandbox-openai", "gpt-6-luna" },
};

static int setup(void **state)
{
    (void)state;
    sandbox_start(&sandbox);
    schema = json_loads(
        "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"facts_used\","
        "\"title\",\"description_html\"],\"properties\":{\"facts_used\":{\"type\":\"array\","
        "\"items\":{\"type\":\"integer\"}},\"title\":{\"type\":\"string\"},\"description_html\":{"
        "\"type\":\"string\"}}}",
        0, NULL);
    return schema == NULL;
}

static int teardown(void **state)
{
    (void)state;
    json_decref(schema);
    sandbox_stop(&sandbox);
    return 0;
}

struct question {
    const struct server *server;
    const char *key, *model; /* NULL = the server's */
    int64_t max_tokens, timeout_ms;
};

static void ask(const struct question *q, struct ai_result *ret)
{
    char base[200];
    struct ai_account account = { .kind = q->server->kind,
                                  .api_key = q->key != NULL ? q->key : q->server->key,
                                  .model = q->model != NULL ? q->model : q->server->model };
    const struct ai_task task = { .name = "listing",
                                  .system = "Rules.",
                                  .user = "{\"facts\":[\"1. Material: Silicone\"],"
                                          "\"supplier_name\":\"Silicone Spatula\"}",
                                  .schema_name = "listing_text",
                                  .schema = schema,
                                  .max_tokens = q->max_tokens > 0 ? q->max_tokens : 2000,
                                  .timeout_ms = q->timeout_ms };
    struct ai *ai = NULL;
    struct fail f;

    account.base_url = sandbox_url(&sandbox, q->server->path, base, sizeof base);
    assert_int_equal(ai_open(&account, sandbox.http, &ai, &f), 0);
    if (ai_complete(ai, &task, ret, &f) < 0) {
        fail_msg("%s", f.text);
    }
    ai_close(ai);
}

static void expect(const struct ai_result *r, enum ai_status status, const char *what)
{
    if (r->status != status) {
        fail_msg("%s: %s (%s), not %s", what, ai_status_name(r->status), r->error,
                 ai_status_name(status));
    }
}

static void every_server_answers_by_the_schema_and_keeps_nothing(void **state)
{
    (void)state;
    sandbox_wish(&sandbox, NULL);
    for (size_t i = 0; i < COUNT_OF(servers); i++) {
        struct ai_result r;

        ask(&(struct question){ .server = &servers[i] }, &r);
        expect(&r, AI_OK, servers[i].path);
        assert_non_null(strstr(json_text(r.json, "description_html", ""), "Silicone"));
        assert_int_equal(json_int(r.json, "facts_used.0", 0), 1);
        assert_string_equal(r.model, servers[i].model);
        assert_true(r.tokens_in > 0 && r.tokens_out > 0 && r.tokens_reasoning == 24);
        assert_true(strncmp(r.request_id, "req_sandbox_", 12) == 0);
        assert_int_equal(r.attempts, i == 3 ? 2 : 1); /* the last takes max_tokens no more */
        ai_result_done(&r);
    }
    scoped(json_clear_p) json_t *calls = sandbox_control(&sandbox, "/control/ai/calls", NULL);
    size_t i;
    json_t *call;
    json_array_foreach(calls, i, call)
    {
        assert_false(json_truth(call, "stored", false));
    }
}

/* Not among them: overload, which takes long waits, and what one kind alone can say. */
static const struct trouble {
    const char *wish;
    enum ai_status status;
    int attempts;
} troubles[] = {
    { "refusal", AI_REFUSED, 1 },
    { "truncated", AI_TRUNCATED, 2 },
    { "invalid_json", AI_BAD_OUTPUT, 2 },
    { "wrong_schema", AI_BAD_OUTPUT, 2 },
    { "duplicate_keys", AI_BAD_OUTPUT, 2 },
    { "empty", AI_BAD_OUTPUT, 2 },
    { "large", AI_BAD_OUTPUT, 2 },
    { "commentary", AI_OK, 1 },
    { "number", AI_OK, 1 },
    { "rate", AI_RATE, 3 },
    { "quota", AI_QUOTA, 1 },
    { "auth", AI_AUTH, 1 },
    { "error", AI_TRANSIENT, 3 },
    { "html", AI_TRANSIENT, 3 },
    { "drop", AI_NETWORK, 3 },
};

static void every_trouble_is_known_for_what_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(troubles); i++) {
        char text[100];

        (void)snprintf(text, sizeof text, "{\"kind\":\"%s\"}", troubles[i].wish);
        sandbox_wish(&sandbox, text);
        for (size_t k = 0; k < 3; k++) {
            struct ai_result r;

            ask(&(struct question){ .server = &servers[k] }, &r);
            expect(&r, troubles[i].status, troubles[i].wish);
            assert_int_equal(r.attempts, troubles[i].attempts);
            ai_result_done(&r);
        }
    }
}

static void an_error_with_a_good_status_is_an_error(void **state)
{
    struct ai_result r;
    (void)state;

    sandbox_wish(&sandbox, "{\"kind\":\"error200\",\"count\":1}");
    ask(&(struct question){ .server = &servers[0] }, &r);
    expect(&r, AI_OK, "once more after a failed response");
    assert_int_equal(r.attempts, 2);
    ai_result_done(&r);
    sandbox_wish(&sandbox, "{\"kind\":\"error200\"}");
    ask(&(struct question){ .server = &servers[2] }, &r);
    expect(&r, AI_TRANSIENT, "502 inside of 200");
}

static void an_overload_passes(void **state)
{
    struct ai_result r;
    (void)state;

    sandbox_wish(&sandbox, "{\"kind\":\"overload\",\"count\":1}");
    ask(&(struct question){ .server = &servers[1] }, &r);
    expect(&r, AI_OK, "after 529");
    assert_int_equal(r.attempts, 2);
    ai_result_done(&r);
}

static void a_slow_server_is_given_up(void **state)
{
    struct ai_result r;
    (void)state;

    sandbox_wish(&sandbox, "{\"kind\":\"slow\",\"ms\":3000}");
    ask(&(struct question){ .server = &servers[0], .timeout_ms = 200 }, &r);
    expect(&r, AI_TIMEOUT, "slow");
    assert_int_equal(r.attempts, 3);
}

static void the_wait_that_is_advised_is_waited(void **state)
{
    struct ai_result r;
    (void)state;

    sandbox_wish(&sandbox, "{\"kind\":\"rate\",\"count\":1,\"retry_after\":1}");
    ask(&(struct question){ .server = &servers[0] }, &r);
    expect(&r, AI_OK, "after a rate limit");
    assert_true(r.latency_ms >= 1000);
    ai_result_done(&r);
    sandbox_wish(&sandbox, "{\"kind\":\"rate\",\"retry_after\":600}");
    ask(&(struct question){ .server = &servers[1] }, &r);
    expect(&r, AI_RATE, "a long wait");
    assert_int_equal(r.attempts, 1);
    assert_int_equal(r.retry_after_ms, 600000);
}

static void a_cut_answer_gets_twice_the_room(void **state)
{
    struct ai_result r;
    (void)state;

    sandbox_wish(&sandbox, NULL);
    ask(&(struct question){ .server = &servers[1], .max_tokens = 200 }, &r);
    expect(&r, AI_OK, "twice the room");
    assert_int_equal(r.attempts, 2);
    ai_result_done(&r);
}

static void wrong_keys_and_models_are_a_persons(void **state)
{
    struct ai_result r;
    (void)state;

    sandbox_wish(&sandbox, NULL);
    for (size_t k = 0; k < 2; k++) {
        ask(&(struct question){ .server = &servers[k], .key = "sk-another-key" }, &r);
        expect(&r, AI_AUTH, "key");
        ask(&(struct question){ .server = &servers[k], .model = "gpt-4o-mini" }, &r);
        expect(&r, AI_CONFIG, "model");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_server_answers_by_the_schema_and_keeps_nothing),
        cmocka_unit_test(every_trouble_is_known_for_what_it_is),
        cmocka_unit_test(an_error_with_a_good_status_is_an_error),
        cmocka_unit_test(an_overload_passes),
        cmocka_unit_test(a_slow_server_is_given_up),
        cmocka_unit_test(the_wait_that_is_advised_is_waited),
        cmocka_unit_test(a_cut_answer_gets_twice_the_room),
        cmocka_unit_test(wrong_keys_and_models_are_a_persons),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
