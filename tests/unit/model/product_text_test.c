/* The form of texts a person gives: what passes, what is named as wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/model/product_text.h"

/* said: part of the complaint, NULL = none. */
static const struct {
    const char *texts, *said;
} cases[] = {
    { "{\"title\":\"Lamp\"}", NULL },
    { "{\"title\":\"L\",\"description_html\":\"<p>a</p>\\n\\t<p>b</p>\\r\\n\",\"seo_title\":\"s\","
      "\"meta_description\":\"m\",\"tags\":[\"a\"],\"alt_texts\":[]}",
      NULL },
    { "{\"title\":\"\\u00dcber \\u2013 \\ud83d\\ude00\"}", NULL },
    { "{}", "at least one" },
    { "[]", "an object" },
    { "\"title\"", "an object" },
    { "{\"Title\":\"x\"}", "no text 'Title'" },
    { "{\"version\":2}", "no text 'version'" },
    { "{\"title\":\"ok\",\"facts\":[]}", "no text 'facts'" },
    { "{\"title\":\"\"}", "title has 1 to 255 bytes" },
    { "{\"title\":7}", "title is text" },
    { "{\"title\":null}", "title is text" },
    { "{\"title\":\"a\\nb\"}", "title holds control" },
    { "{\"title\":\"a\\u0000b\"}", "without NUL" },
    { "{\"description_html\":\"a\\u001bb\"}", "description_html holds control" },
    { "{\"description_html\":\"a\\u007fb\"}", "description_html holds control" },
    { "{\"meta_description\":\"a\\tb\"}", "meta_description holds control" },
    { "{\"title\":\"a\\u009b2Jb\"}", "title holds control" },
    { "{\"title\":\"a\\u00a0b\"}", NULL },
    { "{\"tags\":\"a\"}", "tags is a list" },
    { "{\"tags\":{\"0\":\"a\"}}", "tags is a list" },
    { "{\"tags\":[\"a\",5]}", "tags is text without NUL, in a list" },
    { "{\"tags\":[\"\"]}", "tags has 1 to 255 bytes" },
    { "{\"alt_texts\":[[\"a\"]]}", "alt_texts is text" },
};

static void forms_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        scoped(json_clear_p) json_t *texts =
            json_loads(cases[i].texts, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        struct fail f = { 0 };
        assert_non_null(texts);
        if (cases[i].said == NULL) {
            assert_int_equal(product_text_check(texts, &f), 0);
            continue;
        }
        assert_int_equal(product_text_check(texts, &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
        if (strstr(f.text, cases[i].said) == NULL) {
            fail_msg("%s: '%s', not '%s'", cases[i].texts, f.text, cases[i].said);
        }
    }
}

/* At the limit it passes, one beyond it does not. */
static void lengths_end_where_they_should(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t most;
        bool list; /* of texts: most items */
    } limits[] = {
        { "title", 255, false },     { "description_html", 32768, false },
        { "seo_title", 255, false }, { "meta_description", 1000, false },
        { "tags", 50, true },        { "alt_texts", 250, true },
    };
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        for (size_t more = 0; more < 2; more++) {
            size_t size = limits[i].most + more;
            scoped(free_p) char *text = malloc(size + 1);
            json_t *value = limits[i].list ? json_array() : NULL;
            struct fail f = { 0 };
            assert_non_null(text);
            memset(text, 'x', size);
            text[size] = '\0';
            for (size_t n = 0; limits[i].list && n < size; n++) {
                json_array_append_new(value, json_string("t"));
            }
            scoped(json_clear_p) json_t *texts =
                json_pack("{s:o}", limits[i].name, limits[i].list ? value : json_string(text));
            assert_int_equal(product_text_check(texts, &f), more == 0 ? 0 : -1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_told_apart),
        cmocka_unit_test(lengths_end_where_they_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
