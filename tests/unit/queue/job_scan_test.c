/* The JSON reader: what it accepts, what it refuses, what it reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "common/base/str.h"
#include "common/queue/job_scan.h"

static bool accepts(const char *bytes, size_t size_bytes)
{
    struct json_scanned seen = { .why = NULL };
    /* An exact copy on the heap, so that the address sanitizer sees a read behind the end. */
    scoped(free_p) char *copy = malloc(size_bytes + (size_bytes == 0));
    int result;

    assert_non_null(copy);
    memcpy(copy, bytes, size_bytes);
    result = json_scan(copy, size_bytes, 512, NULL, &seen);
    assert_true(result == 0 || seen.why != NULL);
    return result == 0;
}

static const char *const good[] = { "{}",
                                    "[]",
                                    " [ ] ",
                                    "\t{\r\n}\n",
                                    "0",
                                    "-0",
                                    "-1.5e+10",
                                    "1E5",
                                    "\"\"",
                                    "true",
                                    "false",
                                    "null",
                                    "[1,2]",
                                    "{\"a\":{\"b\":[{},[],[[]]]}}",
                                    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"",
                                    "\"\xC3\xA9\"",
                                    "\"\xE2\x80\xA8\"",
                                    "\"\xF0\x9F\x98\x80\"",
                                    "\"\xF4\x8F\xBF\xBF\"",
                                    "\"\x7F\"",
                                    "{\"a\":1,\"a\":2}",
                                    "\"\\ud800\"",
                                    "[12345678901234567890123456789012345678901234567890]",
                                    "[1e999999]" };

static void valid_documents_are_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        if (!accepts(good[i], strlen(good[i]))) {
            fail_msg("refused: %s", good[i]);
        }
    }
}

static const char *const bad[] = { "",
                                   " ",
                                   "{",
                                   "}",
                                   "[",
                                   "]",
                                   "[1",
                                   "[1,",
                                   "[1,]",
                                   "[,1]",
                                   "[1 2]",
                                   "{\"a\"}",
                                   "{\"a\":}",
                                   "{\"a\":1,}",
                                   "{a:1}",
                                   "{1:1}",
                                   "{\"a\":1 \"b\":2}",
                                   "{]",
                                   "[}",
                                   "[1}",
                                   "{\"a\":1]",
                                   "01",
                                   "-",
                                   "+1",
                                   "1.",
                                   ".5",
                                   "1e",
                                   "1e+",
                                   "0x1",
                                   "1a",
                                   "tru",
                                   "TRUE",
                                   "nul",
                                   "nulls",
                                   "\"",
                                   "\"a",
                                   "\"\\\"",
                                   "\"\\x\"",
                                   "\"\\u12\"",
                                   "\"\\u12g4\"",
                                   "\"\n\"",
                                   "\"\t\"",
                                   "'a'",
                                   "\"\x80\"",
                                   "\"\xC0\xAF\"",
                                   "\"\xC1\x81\"",
                                   "\"\xC3\"",
                                   "\"\xE0\x80\x80\"",
                                   "\"\xED\xA0\x80\"",
                                   "\"\xF4\x90\x80\x80\"",
                                   "\"\xF8\x88\x80\x80\x80\"",
                                   "\"\xFF\"",
                                   "\"\xE2\x80\"",
                                   "{}{}",
                                   "[] []",
                                   "1 2",
                                   "NaN",
                                   "Infinity",
                                   "// x\n1",
                                   "\xEF\xBB\xBF{}",
                                   "{\"a\":1}x" };

static void broken_documents_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (accepts(bad[i], strlen(bad[i]))) {
            fail_msg("accepted: %s", bad[i]);
        }
    }
    assert_false(accepts("{}\0", 3));
    assert_false(accepts("\"a\0b\"", 5));
}

static char *nested(int depth, char open, char close)
{
    char *text = calloc(1, (size_t)(2 * depth) + 1);

    assert_non_null(text);
    memset(text, open, (size_t)depth);
    memset(text + depth, close, (size_t)depth);
    return text;
}

static void depth_is_limited_without_recursion(void **state)
{
    (void)state;
    for (int depth = 200; depth <= 100000; depth *= 8) {
        scoped(free_p) char *text = nested(depth, '[', ']');

        assert_int_equal(accepts(text, strlen(text)), depth <= 512);
    }
    {
        scoped(free_p) char *most = nested(512, '[', ']');
        scoped(free_p) char *over = nested(513, '[', ']');

        assert_true(accepts(most, 1024));
        assert_false(accepts(over, 1026));
    }
}

struct seen {
    int count;
    struct str text;
};

static void note(void *context, const char *name, size_t name_bytes, const struct json_span *value)
{
    struct seen *seen = context;

    seen->count++;
    str_add_bytes(&seen->text, name, name_bytes);
    str_add_char(&seen->text, '=');
    str_add_bytes(&seen->text, value->text, value->size_bytes);
    str_add_char(&seen->text, ';');
}

static void only_members_of_the_top_object_are_reported(void **state)
{
    static const char text[] = " {\"a\" : [1,{\"x\":2}] ,\"\":\"s\\\"\", "
                               "\"b\\u0063\":{\"a\":{}},\"n\":-1.5e3,\"t\":true,\"a\":null} ";
    struct seen seen = { .count = 0 };
    const struct json_visitor visitor = { note, &seen };
    struct json_scanned all;

    (void)state;
    str_init(&seen.text, 1024);
    assert_int_equal(json_scan(text, strlen(text), 512, &visitor, &all), 0);
    assert_int_equal(seen.count, 6);
    assert_string_equal(seen.text.data,
                        "a=[1,{\"x\":2}];=\"s\\\"\";b\\u0063={\"a\":{}};n=-1.5e3;t=true;a=null;");
    assert_int_equal(all.top.kind, JSON_SPAN_OBJECT);
    assert_int_equal(all.top.size_bytes, strlen(text) - 2);
    seen.count = 0;
    assert_int_equal(json_scan("[{\"a\":1}]", 9, 512, &visitor, &all), 0);
    assert_int_equal(seen.count, 0);
    str_done(&seen.text);
}

static void text_is_decoded_or_refused_whole(void **state)
{
    static const struct {
        const char *raw, *want; /* NULL = refused */
    } rows[] = {
        { "\"plain\"", "plain" },
        { "raw", "raw" },
        { "\"\"", "" },
        { "\"\\\"\\\\\\/\\n\"", "\"\\/\n" },
        { "\"\\u00e9\\u20ac\\ud83d\\ude00\"", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80" },
        { "\"\\u0000\"", NULL },
        { "\"\\ud83d\"", NULL },
        { "\"\\ud83d\\u0041\"", NULL },
        { "\"\\ude00\"", NULL },
        { "\"123456789012345\"", "123456789012345" },
        { "\"1234567890123456\"", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char field[16];
        bool fits = json_span_text(rows[i].raw, strlen(rows[i].raw), field, sizeof field);

        assert_int_equal(fits, rows[i].want != NULL);
        assert_string_equal(field, rows[i].want != NULL ? rows[i].want : "");
    }
}

/* Another reader judges: whatever we accept of mutated documents jansson must accept too, and the other way round. */
static void mutated_documents_are_judged_as_jansson_does(void **state)
{
    static const char seed[] =
        "{\"a\":[1,-2.5e3,\"x\\u00e9\\n\xC3\xA9\",true,null],\"b\":{\"c\":false,\"d\":[[],{}]}}";
    static const char noise[] = "{}[]:,\"\\ue0-+.1tfn \xC3\xE2\x80\x01";
    uint32_t random = 12345;
    int accepted = 0;

    (void)state;
    for (int round = 0; round < 200000; round++) {
        char text[sizeof seed];
        size_t size = sizeof seed - 1;
        json_t *theirs;

        memcpy(text, seed, sizeof seed);
        for (int k = 0; k < 1 + round % 3; k++) {
            random = random * 1664525 + 1013904223;
            if (random >> 31 != 0) {
                text[(random >> 8) % size] = noise[(random >> 20) % (sizeof noise - 1)];
            } else {
                size_t at = (random >> 8) % size;

                memmove(text + at, text + at + 1, size - at - 1);
                size--;
            }
        }
        theirs = json_loadb(text, size, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL,
                            NULL);
        if (memmem(text, size, "\\ud", 3) == NULL && accepts(text, size) != (theirs != NULL)) {
            fail_msg("we say %d, jansson %d: %.*s", accepts(text, size), theirs != NULL, (int)size,
                     text);
        }
        accepted += theirs != NULL;
        json_decref(theirs);
    }
    assert_in_range(accepted, 1000, 199000); /* both verdicts were tried */
}

/* Every byte at every place among plain ones, which are read eight at a time. */
static void each_byte_is_seen_wherever_it_stands(void **state)
{
    enum { LONGEST = 19 };

    (void)state;
    for (size_t size = 1; size <= LONGEST; size++) {
        for (size_t at = 0; at < size; at++) {
            for (int byte = 0; byte < 256; byte++) {
                char text[LONGEST + 2];
                bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
                bool escape = byte == '\\' && at + 1 < size; /* \n is one */

                memset(text, 'n', sizeof text);
                text[0] = text[size + 1] = '"';
                text[at + 1] = (char)byte;
                if (accepts(text, size + 2) != (plain || escape)) {
                    fail_msg("byte %d at %zu of %zu", byte, at, size);
                }
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_documents_are_accepted),
        cmocka_unit_test(broken_documents_are_refused),
        cmocka_unit_test(each_byte_is_seen_wherever_it_stands),
        cmocka_unit_test(depth_is_limited_without_recursion),
        cmocka_unit_test(only_members_of_the_top_object_are_reported),
        cmocka_unit_test(text_is_decoded_or_refused_whole),
        cmocka_unit_test(mutated_documents_are_judged_as_jansson_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
