/* Once a day the desk looks how long its models will be there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/attr.h"
#include "common/base/clock.h"
#include "tests/integration/providers/ai_desk_rig.h"

#define NOTE(provider) "dropship:limit:ai_" provider ":model"

/* Announce the end of a model in so many days. */
static void ends_in(const char *model, int64_t days)
{
    char path[100], day[CLOCK_TEXT_BYTES], body[100];

    clock_format_day(clock_now_us() + days * INT64_C(86400000000), day);
    (void)snprintf(path, sizeof path, "/control/ai/models/%s", model);
    (void)snprintf(body, sizeof body, "{\"ends\":\"%s\"}", day);
    sandbox_do(&sandbox, path, body);
}

static bool is_noted(const char *key)
{
    return fixture_redis_int(&fixture, "HEXISTS", key, "text") == 1;
}

static void a_model_that_stays_is_not_spoken_of(void **state)
{
    (void)state;
    begin("oa");
    sandbox_do(&sandbox, "/control/ai/models/gpt-6-luna", "{}");
    assert_int_equal(ask(), AI_DESK_OK);
    assert_false(is_noted(NOTE("openai")));
}

static void the_end_of_a_model_is_told_sixty_days_ahead(void **state)
{
    (void)state;
    begin("o");
    ends_in("gpt-6-luna", 61);
    assert_int_equal(ask(), AI_DESK_OK);
    assert_false(is_noted(NOTE("openai")));
    fixture_close(&fixture);
    begin("o");
    ends_in("gpt-6-luna", 59);
    assert_int_equal(ask(), AI_DESK_OK);
    assert_true(is_noted(NOTE("openai")));
}

static void each_provider_tells_in_its_way(void **state)
{
    (void)state;
    begin("a");
    ends_in("claude-haiku-5-5", 30);
    assert_int_equal(ask(), AI_DESK_OK);
    assert_true(is_noted(NOTE("anthropic")));
    sandbox_do(&sandbox, "/control/ai/models/claude-haiku-5-5", "{}");
}

static void a_model_that_is_gone_is_told(void **state)
{
    (void)state;
    begin("o");
    change(SETTING_AI_OPENAI_MODEL, "gpt-4o-mini");
    assert_int_equal(ask(), AI_DESK_FAILED);
    assert_int_equal(told.result.status, AI_CONFIG);
    assert_true(is_noted(NOTE("openai")));
}

static void it_is_looked_at_once_a_day_and_anew_for_another_model(void **state)
{
    (void)state;
    begin("o");
    sandbox_do(&sandbox, "/control/ai/models/gpt-6-luna", "{}");
    assert_int_equal(ask(), AI_DESK_OK);
    ends_in("gpt-6-luna", 3);
    assert_int_equal(ask(), AI_DESK_OK);
    assert_false(is_noted(NOTE("openai"))); /* tomorrow */
    ends_in("gpt-6.1-terra", 3);
    change(SETTING_AI_OPENAI_MODEL, "gpt-6.1-terra");
    assert_int_equal(ask(), AI_DESK_OK);
    assert_true(is_noted(NOTE("openai")));
}

static void servers_that_do_not_tell_are_not_asked(void **state)
{
    (void)state;
    begin("c");
    change(SETTING_AI_COMPATIBLE_MODEL, "gone-model");
    assert_int_equal(ask(), AI_DESK_OK);
    assert_false(is_noted(NOTE("compatible")));
}

#define row(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        row(a_model_that_stays_is_not_spoken_of),
        row(the_end_of_a_model_is_told_sixty_days_ahead),
        row(each_provider_tells_in_its_way),
        row(a_model_that_is_gone_is_told),
        row(it_is_looked_at_once_a_day_and_anew_for_another_model),
        row(servers_that_do_not_tell_are_not_asked),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
