#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/model/flow.h"
#include "common/model/settings.h"
#include "common/model/settings_countries.h"
#include "common/model/settings_forms.h"

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

static void every_text_has_a_form_that_is_known(void **state)
{
    (void)state;
    for (unsigned id = 0; id < SETTING_COUNT; id++) {
        const struct setting_rule *rule = &setting_rules[id];
        if (rule->type == SETTING_TEXT && !setting_form_known(rule->choices)) {
            fail_msg("%s: no form '%s'", rule->name, rule->choices);
        }
    }
}

static void every_country_is_known_and_stands_once(void **state)
{
    (void)state;
    int known = 0;
    for (char a = 'A'; a <= 'Z'; a++) {
        for (char b = 'A'; b <= 'Z'; b++) {
            struct fail f = { 0 };
            known += settings_check(SETTING_WAREHOUSE, (char[]){ a, b, '\0' }, &f) == 0;
        }
    }
    assert_int_equal(known, 249); /* ISO 3166-1 */
    assert_int_equal(sizeof ISO_COUNTRIES - 1, 249 * 3);
}

static const struct {
    enum setting_id id;
    const char *value, *why;
} wrong_forms[] = {
    { SETTING_WAREHOUSE, "XX", "'XX' is no country" },
    { SETTING_WAREHOUSE, "cn", "'cn' is no country" },
    { SETTING_WAREHOUSE, "CHN", "'CHN' is no country" },
    { SETTING_WAREHOUSE, "S ", "'S ' is no country" },
    { SETTING_WAREHOUSE, "", "'' is no country" },
    { SETTING_MARKETS, "US,USA", "'USA' is no country" },
    { SETTING_MARKETS, "US DE", "'US DE' is no country" },
    { SETTING_MARKETS, ", ", "it names none" },
    { SETTING_MARKETS, "US,DE,US", "US stands twice" },
    { SETTING_MARKETS, "US,DE,FR,GB,AU,CA,IT,ES,NL,BE,AT,IE,SE,DK,FI,PL,PT", "more" },
    { SETTING_ENDINGS, "ninety-nine", "PERIOD:ENDING" },
    { SETTING_ENDINGS, "100:150", "150" },
    { SETTING_ENDINGS, "100:99,", "whole number" },
    { SETTING_RATES, "EUR:1.08", "1.08" },
    { SETTING_RATES, "EUR", "'EUR' is not CODE:RATE" },
    { SETTING_RATES, "EUR:1080000000,ABC:1", "'ABC' is no currency" },
    { SETTING_RATES, ",", "it names none" },
    { SETTING_AI_PRICES, "gpt-6-luna", "'gpt-6-luna' is no MODEL:IN:OUT" },
    { SETTING_AI_PRICES, "gpt-6-luna:1", "MODEL:IN:OUT" },
    { SETTING_AI_PRICES, "gpt-6-luna:0.1:0.5", "'gpt-6-luna:0.1:0.5'" },
    { SETTING_AI_PRICES, ":1:2", "MODEL:IN:OUT" },
    { SETTING_AI_PRICES, "a:1:2 b:1:2", "'a:1:2 b:1:2'" },
    { SETTING_AI_OPENAI_MODEL, "gpt 6", "'gpt 6' is no model's name" },
    { SETTING_AI_OPENAI_MODEL, "", "'' is no model's name" },
    { SETTING_AI_COMPATIBLE_MODEL, "a,b", "'a,b'" },
    { SETTING_DISCOVERY_CATEGORIES, "C1;C2", "'C1;C2' is no id" },
    { SETTING_DISCOVERY_KEYWORDS, "yoga\nmat", "line break" },
    { SETTING_LISTING_VENDOR, "My\tShop", "control character" },
    { SETTING_LISTING_VENDOR, "  ", "only spaces" },
    { SETTING_IMAGE_HOSTS, "https://img.example.com", "'https://img.example.com' is no host" },
    { SETTING_IMAGE_HOSTS, "img.example.com/a", "is no host" },
    { SETTING_IMAGE_HOSTS, "img..example", "is no host" },
    { SETTING_IMAGE_HOSTS, "img.example.com:", "is no host" },
    { SETTING_IMAGE_HOSTS, "img.example.com:70000", "is no host" },
    { SETTING_IMAGE_HOSTS, "*.example.com", "is no host" },
    { SETTING_STORE_CALLBACK, "http://ops.example.com", "is no https address" },
    { SETTING_STORE_CALLBACK, "ops.example.com", "is no https address" },
    { SETTING_STORE_CALLBACK, "https://", "is no https address" },
    { SETTING_STORE_CALLBACK, "https://me@ops.example.com", "is no https address" },
    { SETTING_STORE_CALLBACK, "https://ops.example.com/a?b=1", "is no https address" },
    { SETTING_STORE_CALLBACK, "https://ops.example.com /", "is no https address" },
    { SETTING_API_CORS_ORIGINS, "*", "'*' is no origin" },
    { SETTING_API_CORS_ORIGINS, "https://a.example,null", "'null' is no origin" },
    { SETTING_API_CORS_ORIGINS, "https://a.example/", "is no origin" },
    { SETTING_API_CORS_ORIGINS, "https://A.example", "is no origin" },
    { SETTING_API_CORS_ORIGINS, "https://a.example:443", "is no origin" },
    { SETTING_API_CORS_ORIGINS, "http://a.example", "is no origin" },
};

static void a_text_of_the_wrong_form_is_refused_with_what_it_takes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong_forms); i++) {
        const char *name = setting_rules[wrong_forms[i].id].name;
        struct fail f = { 0 };
        if (settings_check(wrong_forms[i].id, wrong_forms[i].value, &f) != -1 ||
            f.kind != FAIL_INPUT || strncmp(f.text, name, strlen(name)) != 0 ||
            strstr(f.text, " takes ") == NULL || strstr(f.text, ", like ") == NULL ||
            strstr(f.text, wrong_forms[i].why) == NULL) {
            fail_msg("%s '%s': %s", name, wrong_forms[i].value, f.text);
        }
    }
}

static void the_longest_sentence_is_whole(void **state)
{
    (void)state;
    static const char *const odd = "?\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
                                   "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
                                   "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac";
    for (unsigned id = 0; id < SETTING_COUNT; id++) {
        struct fail f = { 0 };
        if (setting_rules[id].type == SETTING_TEXT &&
            settings_check((enum setting_id)id, odd, &f) < 0 && strlen(f.text) > 230) {
            fail_msg("%s", f.text);
        }
    }
}

static void texts_of_their_form_are_taken(void **state)
{
    (void)state;
    static const struct {
        enum setting_id id;
        const char *value;
    } good[] = {
        { SETTING_WAREHOUSE, "US" },
        { SETTING_MARKETS, "US, DE ,GB" },
        { SETTING_MARKETS, "US,DE,FR,GB,AU,CA,IT,ES,NL,BE,AT,IE,SE,DK,FI,PL" },
        { SETTING_ENDINGS, "" },
        { SETTING_ENDINGS, "1000:490,990" },
        { SETTING_RATES, "" },
        { SETTING_RATES, "EUR:1080000000, GBP:1270000000" },
        { SETTING_AI_PRICES, "local:7:7,local:8b:1000000:2000000" },
        { SETTING_AI_COMPATIBLE_MODEL, "meta/llama-3.1:8b" },
        { SETTING_DISCOVERY_CATEGORIES, "2252588B-72E3-4397-8C92-7D9967161084, C2" },
        { SETTING_DISCOVERY_KEYWORDS, "yoga mat, Gie\xc3\x9fkanne" },
        { SETTING_LISTING_VENDOR, "Mueller & S\xc3\xb6hne" },
        { SETTING_IMAGE_HOSTS, "127.0.0.1,localhost:8080,[::1]:80,[::1], cdn.example.com:8443" },
        { SETTING_STORE_CALLBACK, "https://ops.example.com:8443/shop/" },
        { SETTING_API_CORS_ORIGINS, "https://shop.example:8443, http://localhost:5173" },
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct fail f = { 0 };
        if (settings_check(good[i].id, good[i].value, &f) != 0) {
            fail_msg("%s", f.text);
        }
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
        cmocka_unit_test(every_text_has_a_form_that_is_known),
        cmocka_unit_test(every_country_is_known_and_stands_once),
        cmocka_unit_test(a_text_of_the_wrong_form_is_refused_with_what_it_takes),
        cmocka_unit_test(the_longest_sentence_is_whole),
        cmocka_unit_test(texts_of_their_form_are_taken),
        cmocka_unit_test(a_range_includes_its_ends),
        cmocka_unit_test(stop_is_understood_in_words),
        cmocka_unit_test(flows_are_the_settings_with_their_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
