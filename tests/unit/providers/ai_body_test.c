/* What is sent, where it may be sent to, and our part of JSON Schema. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/attr.h"
#include "common/base/json.h"
#include "worker/providers/ai/ai_priv.h"

#define OBJECT(required, properties)                                                               \
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[" required                  \
    "],\"properties\":{" properties "}}"
#define TEXT "{\"type\":\"string\"}"

static json_t *load(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    if (value == NULL) {
        fail_msg("no JSON: %s", text);
    }
    return value;
}

static json_t *body_of(enum ai_kind kind, const struct ai_dialect *dialect)
{
    scoped(json_clear_p) json_t *schema = load(OBJECT("\"t\"", "\"t\":" TEXT));
    const struct ai_account account = { kind, "https://ai.example/v1", "secret-key", "m-1", NULL };
    const struct ai ai = { .account = &account, .dialect = *dialect };
    const struct ai_task task = { "listing", "Rules.", "1. Material: Silicone", "listing", schema,
                                  1500,      0 };
    json_t *body = NULL;
    struct fail f;

    assert_int_equal(ai_body(&ai, &task, 3000, &body, &f), 0);
    return body;
}

static void the_same(const json_t *body, const char *expected)
{
    scoped(json_clear_p) json_t *wanted = load(expected);

    if (!json_equal(body, wanted)) {
        scoped(free_p) char *text = json_dumps(body, JSON_COMPACT);
        fail_msg("%s\nis not\n%s", text, expected);
    }
}

static void each_provider_gets_its_own_form(void **state)
{
    const struct ai_dialect first = { 0 };
    scoped(json_clear_p) json_t *openai = body_of(AI_OPENAI, &first);
    scoped(json_clear_p) json_t *claude = body_of(AI_ANTHROPIC, &first);
    (void)state;

    the_same(
        openai,
        "{\"model\":\"m-1\",\"store\":false,\"instructions\":\"Rules.\",\"input\":[{\"role\":"
        "\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"1. Material: Silicone\"}]}],"
        "\"max_output_tokens\":3000,\"prompt_cache_key\":\"listing\",\"reasoning\":{\"effort\":"
        "\"low\"},\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"listing\","
        "\"strict\":true,\"schema\":" OBJECT("\"t\"", "\"t\":" TEXT) "}}}");
    the_same(claude,
             "{\"model\":\"m-1\",\"max_tokens\":3000,\"system\":[{\"type\":\"text\",\"text\":"
             "\"Rules.\",\"cache_control\":{\"type\":\"ephemeral\"}}],\"messages\":[{\"role\":"
             "\"user\",\"content\":[{\"type\":\"text\",\"text\":\"1. Material: Silicone\"}]}],"
             "\"output_config\":{\"effort\":\"low\",\"format\":{\"type\":\"json_schema\","
             "\"schema\":" OBJECT("\"t\"", "\"t\":" TEXT) "}}}");
}

static void a_compatible_server_is_told_the_schema_in_words_too(void **state)
{
    scoped(json_clear_p) json_t *body = body_of(AI_COMPATIBLE, &(struct ai_dialect){ 0 });
    (void)state;

    assert_non_null(strstr(json_text(body, "messages.0.content", ""), "\"additionalProperties\""));
    assert_string_equal(json_text(body, "messages.0.role", ""), "system");
    assert_string_equal(json_text(body, "messages.1.content", ""), "1. Material: Silicone");
    assert_int_equal(json_int(body, "max_tokens", 0), 3000);
    assert_string_equal(json_text(body, "response_format.json_schema.name", ""), "listing");
    assert_true(json_truth(body, "response_format.json_schema.strict", false));
    assert_null(json_at(body, "reasoning_effort"));
}

static void what_a_server_does_not_know_is_left_out(void **state)
{
    scoped(json_clear_p) json_t *openai = body_of(AI_OPENAI, &(struct ai_dialect){ true, 0, 0 });
    scoped(json_clear_p) json_t *claude = body_of(AI_ANTHROPIC, &(struct ai_dialect){ true, 0, 0 });
    scoped(json_clear_p) json_t *plain =
        body_of(AI_COMPATIBLE, &(struct ai_dialect){ false, true, AI_SCHEMA_JSON });
    scoped(json_clear_p) json_t *words =
        body_of(AI_COMPATIBLE, &(struct ai_dialect){ false, true, AI_SCHEMA_PROMPT });
    (void)state;

    assert_null(json_at(openai, "reasoning"));
    assert_null(json_at(claude, "output_config.effort"));
    assert_non_null(json_at(claude, "output_config.format"));
    assert_null(json_at(plain, "max_tokens"));
    assert_int_equal(json_int(plain, "max_completion_tokens", 0), 3000);
    assert_string_equal(json_text(plain, "response_format.type", ""), "json_object");
    assert_null(json_at(words, "response_format"));
}

static void no_sampling_parameter_is_ever_sent(void **state)
{
    static const char *const never[] = { "temperature", "top_p", "top_k", "seed", "tools" };
    (void)state;

    for (int kind = AI_OPENAI; kind <= AI_COMPATIBLE; kind++) {
        scoped(json_clear_p) json_t *body = body_of((enum ai_kind)kind, &(struct ai_dialect){ 0 });
        for (size_t i = 0; i < COUNT_OF(never); i++) {
            assert_null(json_object_get(body, never[i]));
        }
    }
}

static void text_that_is_no_utf8_is_refused(void **state)
{
    scoped(json_clear_p) json_t *schema = load(OBJECT("", ""));
    const struct ai_task task = { "t", "Rules.", "\xff", "t", schema, 100, 0 };
    json_t *body = NULL;
    struct fail f;
    (void)state;

    for (int kind = AI_OPENAI; kind <= AI_COMPATIBLE; kind++) {
        const struct ai_account account = { (enum ai_kind)kind, "https://x", "k", "m", NULL };
        const struct ai ai = { .account = &account };
        assert_int_equal(ai_body(&ai, &task, 100, &body, &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
    }
}

static void only_https_or_this_machine_is_spoken_to(void **state)
{
    static const char *const good[] = { "https://api.openai.com/v1", "http://127.0.0.1:8899/x",
                                        "http://localhost:11434/v1", "http://localhost",
                                        "http://[::1]:80/v1",        "http://127.1.2.3/" };
    static const char *const bad[] = { "http://api.openai.com/v1",
                                       "http://localhost.evil.example/",
                                       "http://127.0.0.1.evil.example/",
                                       "ftp://localhost/",
                                       "http://127.0.0.1@evil.example/",
                                       "https://",
                                       "",
                                       "http://10.0.0.1/",
                                       "http://[::2]/",
                                       "http://127.x/",
                                       "http://1270.0.0.1/" };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_true(ai_url_allowed(good[i]));
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (ai_url_allowed(bad[i])) {
            fail_msg("%s is allowed", bad[i]);
        }
    }
}

static void only_schemas_that_everybody_takes_are_accepted(void **state)
{
    static const struct {
        const char *schema;
        bool good;
    } rows[] = {
        { OBJECT("\"t\"", "\"t\":" TEXT), true },
        { OBJECT("", ""), true },
        { OBJECT("\"a\",\"b\",\"n\",\"i\"",
                 "\"a\":{\"type\":\"array\",\"items\":" TEXT
                 "},\"b\":{\"type\":\"boolean\",\"description\":\"d\"},\"n\":{\"type\":\"number\"},"
                 "\"i\":{\"type\":\"integer\",\"enum\":[1,2]}"),
          true },
        { OBJECT("\"o\"", "\"o\":" OBJECT("\"t\"", "\"t\":" TEXT)), true },
        { TEXT, false },
        { OBJECT("", "\"t\":" TEXT), false },
        { OBJECT("\"u\"", "\"t\":" TEXT), false },
        { "{\"type\":\"object\",\"required\":[],\"properties\":{}}", false },
        { OBJECT("\"t\"", "\"t\":{\"type\":\"string\",\"maxLength\":5}"), false },
        { OBJECT("\"t\"", "\"t\":{\"type\":\"null\"}"), false },
        { OBJECT("\"t\"", "\"t\":{\"type\":[\"string\",\"null\"]}"), false },
        { OBJECT("\"a\"", "\"a\":{\"type\":\"array\"}"), false },
        { OBJECT("\"a\"", "\"a\":{\"type\":\"array\",\"items\":{\"anyOf\":[]}}"), false },
    };
    struct fail f;
    (void)state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        scoped(json_clear_p) json_t *schema = load(rows[i].schema);
        if ((ai_schema_check(schema, &f) == 0) != rows[i].good) {
            fail_msg("row %zu: %s", i, rows[i].schema);
        }
    }
}

static void values_are_held_against_their_schema(void **state)
{
    static const char schema_text[] =
        OBJECT("\"s\",\"a\",\"b\",\"n\",\"i\",\"e\"",
               "\"s\":" TEXT ",\"a\":{\"type\":\"array\",\"items\":" OBJECT(
                   "\"x\"", "\"x\":" TEXT) "},\"b\":{\"type\":\"boolean\"},\"n\":{\"type\":"
                                           "\"number\"},\"i\":{\"type\":\"integer\"},\"e\":{"
                                           "\"type\":\"string\",\"enum\":[\"red\",\"blue\"]}");
#define VALUE(s, a, b, n, i, e)                                                                    \
    "{\"s\":" s ",\"a\":" a ",\"b\":" b ",\"n\":" n ",\"i\":" i ",\"e\":" e "}"
    static const struct {
        const char *value, *why; /* why NULL = fits */
    } rows[] = {
        { VALUE("\"\"", "[]", "true", "1.5", "3", "\"red\""), NULL },
        { VALUE("\"x\"", "[{\"x\":\"1\"}]", "false", "-1", "3.0", "\"blue\""), NULL },
        { VALUE("1", "[]", "true", "1", "1", "\"red\""), "s: is no string" },
        { VALUE("null", "[]", "true", "1", "1", "\"red\""), "s: is no string" },
        { VALUE("\"\"", "{}", "true", "1", "1", "\"red\""), "a: is no array" },
        { VALUE("\"\"", "[{\"x\":\"\"},{\"x\":2}]", "true", "1", "1", "\"red\""),
          "a.1.x: is no string" },
        { VALUE("\"\"", "[{}]", "true", "1", "1", "\"red\""), "a.0.x: is missing" },
        { VALUE("\"\"", "[]", "\"true\"", "1", "1", "\"red\""), "b: is no boolean" },
        { VALUE("\"\"", "[]", "0", "1", "1", "\"red\""), "b: is no boolean" },
        { VALUE("\"\"", "[]", "true", "\"1\"", "1", "\"red\""), "n: is no number" },
        { VALUE("\"\"", "[]", "true", "1", "1.5", "\"red\""), "i: is no integer" },
        { VALUE("\"\"", "[]", "true", "1", "1e300", "\"red\""), "i: is no integer" },
        { VALUE("\"\"", "[]", "true", "1", "1", "\"green\""), "e: is none of the values allowed" },
        { "{\"s\":\"\"}", "a: is missing" },
        { "[]", "the answer: is no object" },
        { "null", "the answer: is no object" },
    };
    scoped(json_clear_p) json_t *schema = load(schema_text);
    char why[200];
    (void)state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        scoped(json_clear_p) json_t *value = load(rows[i].value);
        assert_int_equal(ai_schema_fits(schema, value, why, sizeof why), rows[i].why == NULL);
        assert_string_equal(why, rows[i].why != NULL ? rows[i].why : "");
    }
}

static void members_that_nobody_asked_for_are_refused(void **state)
{
    scoped(json_clear_p) json_t *schema = load(OBJECT("\"t\"", "\"t\":" TEXT));
    scoped(json_clear_p) json_t *value = load("{\"t\":\"\",\"price\":9}");
    char why[20]; /* and a short buffer is not overrun */
    (void)state;

    assert_false(ai_schema_fits(schema, value, why, sizeof why));
    assert_string_equal(why, "price: is not asked");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_provider_gets_its_own_form),
        cmocka_unit_test(a_compatible_server_is_told_the_schema_in_words_too),
        cmocka_unit_test(what_a_server_does_not_know_is_left_out),
        cmocka_unit_test(no_sampling_parameter_is_ever_sent),
        cmocka_unit_test(text_that_is_no_utf8_is_refused),
        cmocka_unit_test(only_https_or_this_machine_is_spoken_to),
        cmocka_unit_test(only_schemas_that_everybody_takes_are_accepted),
        cmocka_unit_test(values_are_held_against_their_schema),
        cmocka_unit_test(members_that_nobody_asked_for_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
