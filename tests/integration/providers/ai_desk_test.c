/* The desk: whom it asks, what it stores, when it stops; with Postgres, Redis and the sandbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attr.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "tests/integration/providers/ai_desk_rig.h"

/* ---- who is asked ---- */

static void without_a_key_nobody_is_asked(void **state)
{
    (void)state;
    begin("");
    assert_int_equal(ask(), AI_DESK_NO_KEY);
    assert_string_equal(told.by, "");
    stored("");
}

static void none_means_none(void **state)
{
    (void)state;
    begin("oac");
    change(SETTING_AI_PROVIDER, "none");
    assert_int_equal(ask(), AI_DESK_NO_KEY);
    stored("");
}

static void a_compatible_server_wants_a_model(void **state)
{
    (void)state;
    begin("c");
    assert_int_equal(ask(), AI_DESK_NO_KEY);
    change(SETTING_AI_COMPATIBLE_MODEL, "local:8b");
    change(SETTING_AI_PRICES, "local:7:7,local:8b:1000000:2000000");
    assert_int_equal(ask(), AI_DESK_OK);
    assert_string_equal(told.by, "compatible:local:8b");
    assert_string_equal(value_of("select cost_micro = tokens_in + 2 * tokens_out from ai_call"),
                        "t");
}

static void a_call_is_stored_with_all_that_is_known(void **state)
{
    char id[24];
    (void)state;

    begin("oa");
    assert_int_equal(ask(), AI_DESK_OK);
    assert_string_equal(json_text(told.result.json, "t", ""), "Some t");
    assert_string_equal(told.by, "openai:gpt-6-luna");
    stored("openai OK");
    (void)snprintf(id, sizeof id, "%lld", (long long)told.call_id);
    assert_string_equal(value_of("select id from ai_call"), id);
    assert_string_equal(
        value_of("select task || subject || model || http || attempts || "
                 "coalesce(error, '-') || (request_id like 'req\\_sandbox\\_%') || "
                 "(latency_ms >= 0) || (tokens_in > 0) || tokens_reasoning || tokens_cached "
                 "from ai_call"),
        "listingproduct:17gpt-6-luna2001-truetruetrue240");
    assert_string_equal(value_of("select cost_micro = ceil(tokens_in * 0.1) + "
                                 "ceil(tokens_out * 0.5) from ai_call"),
                        "t");
}

static void a_model_without_a_price_has_no_cost(void **state)
{
    (void)state;
    begin("o");
    change(SETTING_AI_PRICES, "gpt-6:1:1,gpt-6-luna-pro:1:1");
    assert_int_equal(ask(), AI_DESK_OK);
    assert_string_equal(value_of("select cost_micro is null from ai_call"), "t");
    assert_int_equal(fixture_redis_int(&fixture, "HEXISTS", "dropship:limit:ai:prices", "text"), 1);
}

static void when_one_fails_the_next_is_asked(void **state)
{
    (void)state;
    begin("oa");
    sandbox_wish(&sandbox, "{\"kind\":\"error\",\"service\":\"openai\"}");
    assert_int_equal(ask(), AI_DESK_OK);
    assert_string_equal(told.by, "anthropic:claude-haiku-5-5");
    stored("openai TRANSIENT, anthropic OK");
    assert_string_equal(value_of("select attempts || ' ' || http from ai_call order by id limit 1"),
                        "3 500");
}

static void an_answer_that_cannot_be_used_is_asked_of_the_next(void **state)
{
    (void)state;
    begin("oa");
    sandbox_wish(&sandbox, "{\"kind\":\"wrong_schema\",\"service\":\"openai\"}");
    assert_int_equal(ask(), AI_DESK_OK);
    stored("openai BAD_OUTPUT, anthropic OK");
}

static void who_is_named_is_asked_alone(void **state)
{
    struct fail f;
    (void)state;

    begin("oa");
    change(SETTING_AI_PROVIDER, "anthropic");
    sandbox_wish(&sandbox, "{\"kind\":\"error\",\"service\":\"anthropic\"}");
    assert_int_equal(ask_f(&f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    stored("anthropic TRANSIENT");
}

static void a_refusal_is_not_shopped_around(void **state)
{
    (void)state;
    begin("oa");
    sandbox_wish(&sandbox, "{\"kind\":\"refusal\"}");
    assert_int_equal(ask(), AI_DESK_FAILED);
    assert_int_equal(told.result.status, AI_REFUSED);
    stored("openai REFUSED");
}

static void an_address_that_is_not_allowed_is_said(void **state)
{
    (void)state;
    begin("");
    fixture_close(&fixture);
    setenv("OPENAI_API_KEY", "sk-sandbox-openai", 1);
    setenv("OPENAI_BASE_URL", "http://ai.example/v1", 1);
    fixture_open(&fixture);
    assert_int_equal(ask(), AI_DESK_FAILED);
    assert_int_equal(told.result.status, AI_CONFIG);
    assert_non_null(strstr(told.result.error, "https"));
    stored("");
}

static void without_redis_nobody_is_asked(void **state)
{
    struct job_context c;
    struct redis *away = NULL;
    struct fail f;
    int64_t before = 0;
    (void)state;

    begin("o");
    before = calls_made("openai");
    assert_int_equal(redis_open("redis://127.0.0.1:1/0", &away, &f), 0);
    fixture_context(&fixture, &c);
    c.http = sandbox.http;
    c.redis = away;
    assert_int_equal(ask_as(&c, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_int_equal(calls_made("openai"), before);
    redis_close(away);
}

/* ---- the day's limits ---- */

#define ADD_CALL(at, status, in, cost)                                                             \
    "insert into ai_call (at, task, provider, model, status, tokens_in, tokens_out, cost_micro) "  \
    "values (" at ", 't', 'openai', 'm', '" status "', " in ", 0, " cost ")"

static void script(const char *text)
{
    struct fail f;

    if (db_script(fixture.db, text, &f) < 0) {
        fail_msg("%s", f.text);
    }
}

static void when_the_days_tokens_are_used_nobody_is_asked(void **state)
{
    int64_t before = 0;
    (void)state;

    begin("o");
    script(ADD_CALL("now()", "OK", "2000000", "null"));
    before = calls_made("openai");
    assert_int_equal(ask(), AI_DESK_CAPPED);
    assert_int_equal(calls_made("openai"), before);
    assert_non_null(strstr(told.result.error, "2000000 tokens"));
    assert_int_equal(fixture_redis_int(&fixture, "HEXISTS", "dropship:limit:ai", "text"), 1);
    change(SETTING_AI_TOKENS_DAY, "2000001");
    assert_int_equal(ask(), AI_DESK_OK);
}

static void when_the_days_money_is_spent_nobody_is_asked(void **state)
{
    (void)state;
    begin("o");
    script(ADD_CALL("now()", "TRUNCATED", "1", "2000000"));
    assert_int_equal(ask(), AI_DESK_CAPPED);
    assert_non_null(strstr(told.result.error, "dollar"));
}

static void yesterdays_calls_do_not_count(void **state)
{
    (void)state;
    begin("o");
    script(ADD_CALL("date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - interval '1 "
                    "second'",
                    "OK", "9000000", "9000000"));
    assert_int_equal(ask(), AI_DESK_OK);
}

static void what_may_have_been_billed_without_a_word_counts(void **state)
{
    (void)state;
    begin("o");
    change(SETTING_AI_TOKENS_DAY, "8000");
    script("insert into ai_call (task, provider, model, status, attempts) values "
           "('t', 'openai', 'm', 'NETWORK', 3), ('t', 'openai', 'm', 'TRANSIENT', 3)");
    assert_int_equal(ask(), AI_DESK_OK);
    script("insert into ai_call (task, provider, model, status, attempts) values "
           "('t', 'openai', 'm', 'TIMEOUT', 2)");
    assert_int_equal(ask(), AI_DESK_CAPPED);
}

static bool is_marked(const char *sql)
{
    char key[100];

    (void)str_fit(key, sizeof key, value_of(sql));
    return fixture_redis_int(&fixture, "EXISTS", key, NULL) == 1;
}

static void at_four_fifths_people_are_told(void **state)
{
    static const char near[] =
        "select 'dropship:ai:near:tokens:' || to_char(now() at time zone 'UTC', 'YYYY-MM-DD')";
    (void)state;

    begin("o");
    script(ADD_CALL("now()", "OK", "1500000", "0"));
    assert_int_equal(ask(), AI_DESK_OK);
    assert_false(is_marked(near));
    script(ADD_CALL("now()", "OK", "100000", "0"));
    assert_int_equal(ask(), AI_DESK_OK);
    assert_true(is_marked(near));
    assert_int_equal(fixture_redis_int(&fixture, "HEXISTS", "dropship:limit:ai", "text"), 1);
    assert_int_equal(fixture_redis_int(&fixture, "EXISTS", "dropship:limit:ai:prices", NULL), 0);
}

/* ---- closed ---- */

static void who_has_no_money_is_left_alone_by_all_until_a_person_acts(void **state)
{
    struct ai_closed why;
    struct fail f;
    int64_t before = 0;
    (void)state;

    begin("oa");
    sandbox_wish(&sandbox, "{\"kind\":\"quota\",\"service\":\"openai\"}");
    assert_int_equal(ask(), AI_DESK_OK);
    stored("openai QUOTA, anthropic OK");
    assert_int_equal(ai_desk_closed(fixture.redis, AI_OPENAI, &why, &f), 0);
    assert_string_equal(why.status, "QUOTA");
    assert_non_null(strstr(why.error, "credit_balance_exhausted"));
    assert_int_equal(ai_desk_closed(fixture.redis, AI_ANTHROPIC, &why, &f), 1);
    sandbox_wish(&sandbox, NULL);
    before = calls_made("openai");
    assert_int_equal(ask(), AI_DESK_OK); /* a desk of its own, as another worker has */
    assert_string_equal(told.by, "anthropic:claude-haiku-5-5");
    assert_int_equal(calls_made("openai"), before);
    change(SETTING_AI_PROVIDER, "auto"); /* the same value is an act, too */
    assert_int_equal(ask(), AI_DESK_OK);
    assert_string_equal(told.by, "openai:gpt-6-luna");
    assert_int_equal(ai_desk_closed(fixture.redis, AI_OPENAI, &why, &f), 1);
}

static void when_all_are_closed_it_says_why(void **state)
{
    (void)state;
    begin("o");
    sandbox_wish(&sandbox, "{\"kind\":\"auth\",\"count\":1}");
    assert_int_equal(ask(), AI_DESK_FAILED);
    assert_int_equal(told.result.status, AI_AUTH);
    assert_int_equal(ask(), AI_DESK_FAILED);
    assert_int_equal(told.result.status, AI_AUTH);
    assert_string_equal(told.by, "");
    assert_non_null(strstr(told.result.error, "401"));
    stored("openai AUTH");
    assert_int_equal(
        fixture_redis_int(&fixture, "HEXISTS", "dropship:limit:ai_openai:closed", "text"), 1);
}

static void other_settings_do_not_open(void **state)
{
    (void)state;
    begin("o");
    sandbox_wish(&sandbox, "{\"kind\":\"auth\",\"count\":1}");
    assert_int_equal(ask(), AI_DESK_FAILED);
    change(SETTING_WATCH_S, "301");
    assert_int_equal(ask(), AI_DESK_FAILED);
    stored("openai AUTH");
    change(SETTING_AI_OPENAI_MODEL, "gpt-6.1-terra");
    assert_int_equal(ask(), AI_DESK_OK);
}

static void another_key_opens(void **state)
{
    struct conf *first = NULL;
    struct str mistakes;
    struct fail f;
    (void)state;

    begin("o");
    sandbox_wish(&sandbox, "{\"kind\":\"quota\",\"count\":1}");
    assert_int_equal(ask(), AI_DESK_FAILED);
    first = fixture.conf;
    setenv("OPENAI_API_KEY", "sk-another-key-altogether", 1);
    str_init(&mistakes, 1000);
    assert_int_equal(conf_load(&fixture.conf, &mistakes, &f), 0);
    str_done(&mistakes);
    assert_int_equal(ask(), AI_DESK_FAILED); /* it is asked, and does not know the key */
    stored("openai QUOTA, openai AUTH");
    conf_free(first);
}

/* ---- passing trouble ---- */

static void a_rate_limit_gives_its_advice_and_then_makes_all_wait(void **state)
{
    struct fail f;
    int64_t before = 0;
    (void)state;

    begin("o");
    sandbox_wish(&sandbox, "{\"kind\":\"rate\",\"retry_after\":120,\"count\":1}");
    assert_int_equal(ask_f(&f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_int_equal(f.retry_after_ms, 120000);
    before = calls_made("openai");
    assert_int_equal(ask_f(&f), -1);
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_in_range(f.retry_after_ms, 100000, 121000);
    assert_int_equal(calls_made("openai"), before);
}

static void five_failures_open_the_breaker_and_the_other_goes_on(void **state)
{
    struct fail f;
    int64_t before = 0;
    (void)state;

    begin("oa");
    change(SETTING_AI_PROVIDER, "openai");
    sandbox_wish(&sandbox, "{\"kind\":\"html\",\"service\":\"openai\"}");
    for (int i = 0; i < 5; i++) {
        assert_int_equal(ask_f(&f), -1);
        assert_int_equal(f.kind, FAIL_LATER);
    }
    before = calls_made("openai");
    assert_int_equal(ask_f(&f), -1);
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_true(f.retry_after_ms > 0);
    change(SETTING_AI_PROVIDER, "auto");
    assert_int_equal(ask(), AI_DESK_OK);
    assert_string_equal(told.by, "anthropic:claude-haiku-5-5");
    assert_int_equal(calls_made("openai"), before);
}

static void a_job_out_of_time_is_held_against_nobody(void **state)
{
    scoped(http_close_p) struct http *http = NULL;
    struct job_context c = { 0 };
    struct fail f = { 0 };
    (void)state;

    begin("o");
    fixture_context(&fixture, &c);
    assert_int_equal(http_open(&http, &f), 0);
    c.http = http;
    http_set_deadline(http, clock_mono_ms());
    for (int i = 0; i < 6; i++) {
        assert_int_equal(ask_as(&c, &f), -1);
        assert_int_equal(f.kind, FAIL_LATER);
    }
    assert_string_equal(value_of("select count(*) from ai_call"), "0");
    assert_int_equal(ask(), AI_DESK_OK); /* the breaker is closed */
}

/* ---- cost ---- */

static void costs_are_rounded_up_and_unknown_prices_are_unknown(void **state)
{
    static const char prices[] =
        "gpt-6-luna:100000:500000, llama3:8b:0:0,odd:x:1,huge:9000000000000"
        "000000:1";
    (void)state;

    begin("");
    assert_int_equal(ai_cost_micro(prices, "gpt-6-luna", 1000000, 1000000), 600000);
    assert_int_equal(ai_cost_micro(prices, "gpt-6-luna", 1, 1), 2);
    assert_int_equal(ai_cost_micro(prices, "gpt-6-luna", 0, 0), 0);
    assert_int_equal(ai_cost_micro(prices, "llama3:8b", 5000, 5000), 0);
    assert_int_equal(ai_cost_micro(prices, "llama3", 1, 1), -1);
    assert_int_equal(ai_cost_micro(prices, "gpt-6", 1, 1), -1);
    assert_int_equal(ai_cost_micro(prices, "odd", 1, 1), -1);
    assert_int_equal(ai_cost_micro(prices, "huge", INT64_MAX, 1), -1);
    assert_int_equal(ai_cost_micro(prices, "gpt-6-luna", -1, 1), -1);
    assert_int_equal(ai_cost_micro("", "gpt-6-luna", 1, 1), -1);
    assert_int_equal(ai_cost_micro(" , ,", "", 1, 1), -1);
}

#define row(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        row(without_a_key_nobody_is_asked),
        row(none_means_none),
        row(a_compatible_server_wants_a_model),
        row(a_call_is_stored_with_all_that_is_known),
        row(a_model_without_a_price_has_no_cost),
        row(when_one_fails_the_next_is_asked),
        row(an_answer_that_cannot_be_used_is_asked_of_the_next),
        row(who_is_named_is_asked_alone),
        row(a_refusal_is_not_shopped_around),
        row(an_address_that_is_not_allowed_is_said),
        row(without_redis_nobody_is_asked),
        row(when_the_days_tokens_are_used_nobody_is_asked),
        row(when_the_days_money_is_spent_nobody_is_asked),
        row(yesterdays_calls_do_not_count),
        row(what_may_have_been_billed_without_a_word_counts),
        row(at_four_fifths_people_are_told),
        row(who_has_no_money_is_left_alone_by_all_until_a_person_acts),
        row(when_all_are_closed_it_says_why),
        row(other_settings_do_not_open),
        row(another_key_opens),
        row(a_rate_limit_gives_its_advice_and_then_makes_all_wait),
        row(five_failures_open_the_breaker_and_the_other_goes_on),
        row(a_job_out_of_time_is_held_against_nobody),
        row(costs_are_rounded_up_and_unknown_prices_are_unknown),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
