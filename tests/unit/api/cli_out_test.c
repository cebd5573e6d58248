#include "tests/unit/base/instant.h"

#include <string.h>

#include "api/cli/out.h"
#include "common/base/json.h"

static void cell(const char *json, enum cell kind, char text[static OUT_CELL_BYTES])
{
    scoped(json_clear_p) json_t *row = json_loads(json, 0, NULL);
    const struct column column = { "X", "x", kind };
    int64_t now_us = instant("2026-11-21T10:00:00Z");

    assert_non_null(row);
    out_cell(row, &column, now_us, text);
}

static void cells_show_what_people_read(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        enum cell kind;
        const char *text;
    } cases[] = {
        { "{}", CELL_TEXT, "—" },
        { "{\"x\":null}", CELL_AGE, "—" },
        { "{\"x\":\"\"}", CELL_TEXT, "—" },
        { "{\"x\":\"a\\nb\\u001b[31m\"}", CELL_TEXT, "a b [31m" },
        { "{\"x\":\"a\\u009b31mé\\u00a0\"}", CELL_TEXT, "a  31mé\u00a0" },
        { "{\"x\":\"2026-11-21T09:55:00+00:00\"}", CELL_AGE, "5 min" },
        { "{\"x\":\"2026-11-21T18:00:30+08:00\"}", CELL_DUE, "in 30 s" },
        { "{\"x\":\"2026-11-21T09:00:00Z\"}", CELL_DUE, "now" },
        { "{\"x\":{\"minor\":1999,\"currency\":\"USD\"}}", CELL_MONEY, "19.99 USD" },
        { "{\"x\":{\"minor\":1999,\"currency\":\"JPY\"}}", CELL_MONEY, "1999 JPY" },
        { "{\"x\":[1,\"a\"]}", CELL_JSON, "[1,\"a\"]" },
        { "{\"x\":true}", CELL_YES, "yes" },
        { "{\"x\":false}", CELL_YES, "" },
        { "{\"x\":42}", CELL_INT, "42" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[OUT_CELL_BYTES];
        cell(cases[i].json, cases[i].kind, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void long_text_is_cut_by_characters_not_bytes(void **state)
{
    (void)state;
    char json[400] = "{\"x\":\"", text[OUT_CELL_BYTES];
    for (int i = 0; i < 60; i++) {
        strncat(json, "é", sizeof json - strlen(json) - 1);
    }
    strncat(json, "\"}", sizeof json - strlen(json) - 1);
    cell(json, CELL_TEXT, text);
    assert_int_equal(strlen(text), 48 * strlen("é") + strlen("…"));
}

static void durations_keep_two_digits_that_matter(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        { 0, "0 ms" },          { 999, "999 ms" },
        { 1000, "1 s" },        { 119000, "119 s" },
        { 120000, "2 min" },    { 7200000, "2.0 h" },
        { 172800000, "2.0 d" }, { INT64_C(31536000000), "365.0 d" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[OUT_CELL_BYTES];
        out_duration(cases[i].ms, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void bytes_that_are_no_text_do_no_harm(void **state)
{
    (void)state;
    scoped(json_clear_p) json_t *good = out_lossy("gr\xc3\xbc\xc3\x9f", 6);
    scoped(json_clear_p) json_t *bad = out_lossy("a\xff\0z", 4);
    assert_string_equal(json_string_value(good), "gr\xc3\xbc\xc3\x9f");
    assert_string_equal(json_string_value(bad), "a??z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_show_what_people_read),
        cmocka_unit_test(long_text_is_cut_by_characters_not_bytes),
        cmocka_unit_test(durations_keep_two_digits_that_matter),
        cmocka_unit_test(bytes_that_are_no_text_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
