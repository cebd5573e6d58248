#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/model/flow.h"
#include "common/model/settings.h"

static void every_default_passes_its_own_check(void **state)
{
    (void)state;
    for (unsigned id = 0; id < SETTING_COUNT; id++) {
        struct fail f = { 0 };
        if (settings_check((enum setting_id)id, setting_rules[id].otherwise, &f) < 0) {
            fail_msg("%s: %s", setting_rules[id].name, f.text);
        }
    }
}

static void every_setting_has_a_name_of_its_own_and_a_sentence(void **state)
{
    (void)state;
    for (unsigned id = 0; id < SETTING_COUNT; id++) {
        assert_int_equal(settings_find(setting_rules[id].name), id);
        assert_true(strlen(setting_rules[id].help) > 10);
    }
    assert_int_equal(settings_find("no.such"), SETTING_COUNT);
}

static void a_bad_value_is_refused_with_the_name_of_its_setting(void **state)
{
    (void)state;
    static const struct {
        enum setting_id id;
        const char *value;
    } bad[] = {
        { SETTING_ORDERS_CHECK_S, "4" },
        { SETTING_ORDERS_CHECK_S, "86401" },
        { SETTING_ORDERS_CHECK_S, "10 " },
        { SETTING_ORDERS_CHECK_S, "" },
        { SETTING_ORDERS_CHECK_S, "1e3" },
        { SETTING_ORDERS_CHECK_S, "-10" },
        { SETTING_ORDERS_CHECK_S, "99999999999999999999" },
        { SETTING_FLOW_FULFILLMENT, "Auto" },
        { SETTING_FLOW_FULFILLMENT, "off|dry_run" },
        { SETTING_FLOW_FULFILLMENT, "" },
        { SETTING_STOP, "maybe" },
        { SETTING_STOP, "" },
        { SETTING_WAREHOUSE, "CHN" },
        { SETTING_WAREHOUSE, "C" },
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct fail f = { 0 };
        assert_int_equal(settings_check(bad[i].id, bad[i].value, &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
        assert_non_null(strstr(f.text, setting_rules[bad[i].id].name));
    }
}

static void a_range_includes_its_ends(void **state)
{
    (void)state;
    struct fail f = { 0 };
    assert_int_equal(settings_check(SETTING_ORDERS_CHECK_S, "5", &f), 0);
    assert_int_equal(settings_check(SETTING_ORDERS_CHECK_S, "86400", &f), 0);
}

static void stop_is_understood_in_words(void **state)
{
    (void)state;
    static const char *const words[] = { "0", "1", "on", "off", "true", "false" };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct fail f = { 0 };
        assert_int_equal(settings_check(SETTING_STOP, words[i], &f), 0);
    }
}

static void flows_are_the_settings_with_their_prefix(void **state)
{
    (void)state;
    assert_int_equal(flow_find("fulfillment"), SETTING_FLOW_FULFILLMENT);
    assert_string_equal(flow_name(SETTING_FLOW_FULFILLMENT), "fulfillment");
    assert_null(flow_name(SETTING_STOP));
    assert_int_equal(flow_find("stop"), SETTING_COUNT);
    assert_int_equal(flow_find(""), SETTING_COUNT);
    assert_int_equal(
        flow_find("a-name-that-is-longer-than-any-setting-could-ever-be-in-this-program"),
        SETTING_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_default_passes_its_own_check),
        cmocka_unit_test(every_setting_has_a_name_of_its_own_and_a_sentence),
        cmocka_unit_test(a_bad_value_is_refused_with_the_name_of_its_setting),
        cmocka_unit_test(a_range_includes_its_ends),
        cmocka_unit_test(stop_is_understood_in_words),
        cmocka_unit_test(flows_are_the_settings_with_their_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
