/* Checks of fields, table-driven: what passes, what is complained about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "api/http/fields.h"
#include "api/http/text.h"
#include "common/base/json.h"
#include "common/base/str.h"

static const struct route route = {
    "POST",
    "/x/{id}",
    ACCESS_OPEN,
    NULL,
    "",
    { { .name = "id",
        .place = FIELD_IN_PATH,
        .type = FIELD_TEXT,
        .min = 1,
        .max = 5,
        .set = "a-z0-9/-" },
      { .name = "n", .place = FIELD_IN_QUERY, .type = FIELD_INT, .min = -5, .max = 100 },
      { .name = "kind", .place = FIELD_IN_QUERY, .type = FIELD_CHOICE, .choices = "red|green" },
      { .name = "at", .place = FIELD_IN_QUERY, .type = FIELD_TIME },
      { .name = "q", .place = FIELD_IN_QUERY, .type = FIELD_TEXT, .min = 1, .max = 8 },
      { .name = "reason",
        .place = FIELD_IN_BODY,
        .type = FIELD_TEXT,
        .required = true,
        .min = 1,
        .max = 10 },
      { .name = "count", .place = FIELD_IN_BODY, .type = FIELD_INT, .min = 0, .max = 9 },
      { .name = "value", .place = FIELD_IN_BODY, .type = FIELD_SCALAR, .min = 0, .max = 20 },
      { .name = "spec", .place = FIELD_IN_BODY, .type = FIELD_OBJECT },
      { .name = "lines", .place = FIELD_IN_BODY, .type = FIELD_LINES, .min = 1, .max = 12 } },
    0,
    NULL,
    NULL
};

#define GOOD_BODY "{\"reason\":\"r\"}"

/* said: part of the first complaint, "" = none, or "!" before the text of a refused body. */
static const struct {
    const char *id, *query, *body, *said;
} cases[] = {
    { "a1", NULL, GOOD_BODY, "" },
    { "a%2Fb", "", GOOD_BODY, "" },
    { "a%2fb", "n=-5&kind=green&at=2026-11-20T18:03:11Z&q=%C3%A4+b", GOOD_BODY, "" },
    { "a", NULL, "{\"reason\":\"r\",\"lines\":\"a\\nb\\r\\n\\tc\"}", "" },
    { "a", NULL, "{\"reason\":\"r\",\"lines\":\"a\\u001bb\"}", "control" },
    { "a", NULL, "{\"reason\":\"r\",\"lines\":\"a\\u007fb\"}", "control" },
    { "a", NULL, "{\"reason\":\"r\",\"lines\":\"\"}", "1 to 12 bytes" },
    { "a", NULL, "{\"reason\":\"r\",\"lines\":[]}", "JSON string" },
    { "a%00b", NULL, GOOD_BODY, "NUL" },
    { "a%zz", NULL, GOOD_BODY, "percent-encoding" },
    { "a%4", NULL, GOOD_BODY, "percent-encoding" },
    { "%ff", NULL, GOOD_BODY, "UTF-8" },
    { "%c0%af", NULL, GOOD_BODY, "UTF-8" },
    { "%ed%a0%80", NULL, GOOD_BODY, "UTF-8" },
    { "abcdef", NULL, GOOD_BODY, "1 to 5 bytes" },
    { "A", NULL, GOOD_BODY, "only [a-z0-9/-]" },
    { "..", NULL, GOOD_BODY, "only" },
    { "a", "n=101", GOOD_BODY, "from -5 to 100" },
    { "a", "n=-6", GOOD_BODY, "from -5 to 100" },
    { "a", "n=1e1", GOOD_BODY, "whole number" },
    { "a", "n=+1", GOOD_BODY, "whole number" },
    { "a", "n=%201", GOOD_BODY, "whole number" },
    { "a", "n=01", GOOD_BODY, "whole number" },
    { "a", "n=-0", GOOD_BODY, "whole number" },
    { "a", "n=0x1", GOOD_BODY, "whole number" },
    { "a", "n=9223372036854775808", GOOD_BODY, "whole number" },
    { "a", "n=", GOOD_BODY, "whole number" },
    { "a", "n", GOOD_BODY, "whole number" },
    { "a", "n=1&n=1", GOOD_BODY, "more than once" },
    { "a", "n[]=1", GOOD_BODY, "unknown" },
    { "a", "N=1", GOOD_BODY, "unknown" },
    { "a", "reason=r", GOOD_BODY, "unknown" },
    { "a", "=1", GOOD_BODY, "unknown" },
    { "a", "%ff=1", GOOD_BODY, "UTF-8" },
    { "a", "kind=blue", GOOD_BODY, "red|green" },
    { "a", "kind=red|green", GOOD_BODY, "red|green" },
    { "a", "kind=", GOOD_BODY, "red|green" },
    { "a", "at=yesterday", GOOD_BODY, "time" },
    { "a", "at=2026-02-30T00:00:00Z", GOOD_BODY, "time" },
    { "a", "q=123456789", GOOD_BODY, "1 to 8 bytes" },
    { "a", "q=%0a", GOOD_BODY, "control" },
    { "a", "q=%7f", GOOD_BODY, "control" },
    { "a", NULL, "{}", "required" },
    { "a", NULL, "", "required" },
    { "a", NULL, "{\"reason\":\"\"}", "1 to 10 bytes" },
    { "a", NULL, "{\"reason\":1}", "JSON string" },
    { "a", NULL, "{\"reason\":null}", "JSON string" },
    { "a", NULL, "{\"reason\":[\"r\"]}", "JSON string" },
    { "a", NULL, "{\"reason\":\"r\\u0007\"}", "control" },
    { "a", NULL, "{\"reason\":\"r\",\"extra\":1}", "unknown" },
    { "a", NULL, "{\"reason\":\"r\",\"id\":\"b\"}", "unknown" },
    { "a", NULL, "{\"reason\":\"r\",\"count\":9}", "" },
    { "a", NULL, "{\"reason\":\"r\",\"count\":10}", "from 0 to 9" },
    { "a", NULL, "{\"reason\":\"r\",\"count\":\"1\"}", "JSON integer" },
    { "a", NULL, "{\"reason\":\"r\",\"count\":1.0}", "JSON integer" },
    { "a", NULL, "{\"reason\":\"r\",\"count\":true}", "JSON integer" },
    { "a", NULL, "{\"reason\":\"r\",\"value\":5}", "" },
    { "a", NULL, "{\"reason\":\"r\",\"value\":false}", "" },
    { "a", NULL, "{\"reason\":\"r\",\"value\":1.5}", "a text, an integer or a boolean" },
    { "a", NULL, "{\"reason\":\"r\",\"value\":{}}", "a text, an integer or a boolean" },
    { "a", NULL, "{\"reason\":\"r\",\"spec\":{}}", "" },
    { "a", NULL, "{\"reason\":\"r\",\"spec\":{\"a\":[1,{\"b\":null}]}}", "" },
    { "a", NULL, "{\"reason\":\"r\",\"spec\":[]}", "JSON object" },
    { "a", NULL, "{\"reason\":\"r\",\"spec\":\"{}\"}", "JSON object" },
    { "a", NULL, "{\"reason\":\"r\",\"spec\":null}", "JSON object" },
    { "a", NULL, "{\"reason\":\"r\",\"spec\":{\"a\":1,\"a\":2}}", "!twice" },
    { "a", NULL, "{\"reason\":\"r\",\"reason\":\"s\"}", "!twice" },
    { "a", NULL, "{\"reason\":\"r\"", "!not valid JSON" },
    { "a", NULL, "{\"reason\":\"\xff\"}", "!not valid JSON" },
    { "a", NULL, "{\"reason\":\"a\\u0000b\"}", "!not valid JSON" },
    { "a", NULL, "{\"reason\":\"\\ud800\"}", "!not valid JSON" },
    { "a", NULL, "{\"reason\":\"r\"}x", "!not valid JSON" },
    { "a", NULL, "[]", "!JSON object" },
    { "a", NULL, "\"x\"", "!not valid JSON" },
};

/* First complaint about a case, "" when there is none, "!text" for a refused body. */
static void complaint(size_t i, char *said, size_t said_bytes)
{
    char path[64];
    struct fail f = { 0 };
    struct route_match m;
    struct request rq = { .route = &route, .query = cases[i].query };
    json_t *errors = json_array();

    snprintf(path, sizeof path, "/x/%s", cases[i].id);
    assert_int_equal(router_find(&route, 1, "POST", path, &m), ROUTER_FOUND);
    rq.body = strdup(cases[i].body);
    rq.body_bytes = strlen(cases[i].body);
    switch (fields_take(&rq, &m, errors, &f)) {
    case 0:
        snprintf(said, said_bytes, "%s", "");
        break;
    case 1:
        snprintf(said, said_bytes, "%s", json_text(errors, "0.detail", "?"));
        break;
    default:
        assert_int_equal(f.kind, FAIL_INPUT);
        snprintf(said, said_bytes, "!%s", f.text);
        break;
    }
    json_decref(errors);
    request_done(&rq);
}

static void fields_are_what_the_route_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char said[256];
        const char *wanted = cases[i].said + (cases[i].said[0] == '!');
        complaint(i, said, sizeof said);
        if ((said[0] == '!') != (cases[i].said[0] == '!') || strstr(said, wanted) == NULL ||
            (wanted[0] == '\0') != (said[0] == '\0')) {
            fail_msg("/x/%s ? %s %s: \"%s\" instead of \"%s\"", cases[i].id,
                     cases[i].query != NULL ? cases[i].query : "", cases[i].body, said,
                     cases[i].said);
        }
    }
}

static void values_arrive_decoded(void **state)
{
    struct fail f;
    struct route_match m;
    struct request rq = { .route = &route, .query = "n=-5&q=%C3%A4+b&at=1970-01-01T00:00:01Z" };
    json_t *errors = json_array();

    (void)state;
    assert_int_equal(router_find(&route, 1, "POST", "/x/a%2Fb", &m), ROUTER_FOUND);
    rq.body = strdup("{\"reason\":\"r\",\"count\":3,\"value\":true,\"spec\":{ \"a\" : [ 1 ] }}");
    rq.body_bytes = strlen(rq.body);
    assert_int_equal(fields_take(&rq, &m, errors, &f), 0);
    assert_string_equal(request_text(&rq, "id"), "a/b");
    assert_string_equal(request_text(&rq, "q"), "\xC3\xA4 b");
    assert_int_equal(request_int(&rq, "n", 7), -5);
    assert_int_equal(request_int(&rq, "at", 0), 1000000);
    assert_int_equal(request_int(&rq, "count", 0), 3);
    assert_string_equal(request_text(&rq, "value"), "1");
    assert_string_equal(request_text(&rq, "spec"), "{\"a\":[1]}");
    assert_null(request_text(&rq, "kind"));
    json_decref(errors);
    request_done(&rq);
}

static void deep_json_is_seen_before_it_is_parsed(void **state)
{
    static const struct {
        const char *open, *inside;
        int times;
        bool shallow;
    } levels[] = { { "[", "", JSON_DEPTH_MAX, true },
                   { "[", "", JSON_DEPTH_MAX + 1, false },
                   { "{\"a\":", "1", JSON_DEPTH_MAX, true },
                   { "{\"[\":", "1", 40, false },
                   { "\"\\\"[", "\"", 1, true },
                   { "[],", "", 400, true } };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        struct str text;
        str_init(&text, 65536);
        for (int n = 0; n < levels[i].times; n++) {
            str_add(&text, levels[i].open);
        }
        str_add(&text, levels[i].inside);
        assert_int_equal(text_is_shallow_json(text.data, text.len), levels[i].shallow);
        str_done(&text);
    }
    assert_true(text_is_shallow_json("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"", 50));
    assert_true(text_is_shallow_json("\"\\", 2));
}

static void every_complaint_is_in_one_answer(void **state)
{
    struct fail f;
    struct route_match m;
    struct request rq = { .route = &route, .query = "n=x&zzz=1&kind=blue" };
    json_t *errors = json_array();

    (void)state;
    assert_int_equal(router_find(&route, 1, "POST", "/x/A", &m), ROUTER_FOUND);
    assert_int_equal(fields_take(&rq, &m, errors, &f), 1);
    assert_int_equal(json_array_size(errors), 4);
    json_decref(errors);
    request_done(&rq);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_what_the_route_says),
        cmocka_unit_test(values_arrive_decoded),
        cmocka_unit_test(deep_json_is_seen_before_it_is_parsed),
        cmocka_unit_test(every_complaint_is_in_one_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
