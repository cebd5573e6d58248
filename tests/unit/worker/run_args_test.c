/* Arguments of a job as handlers get them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/json.h"
#include "worker/core/run_args.h"

/* What a call finds on its stack is whatever the last one left there. */
static __attribute__((noinline)) void dirty_the_stack(void)
{
    volatile char waste[4096];

    for (size_t i = 0; i < sizeof waste; i++) {
        waste[i] = (char)0x5a;
    }
}

static json_t *parse(const char *text)
{
    size_t size = strlen(text); /* the linker's work for a first call would clean the stack */
    struct fail f = { 0 };
    json_t *args = NULL;

    dirty_the_stack();
    if (run_args_parse(text, size, &args, &f) < 0) {
        fail_msg("%s: %s", text, f.text);
    }
    return args;
}

static void what_fits_is_taken_as_it_is(void **unused)
{
    scoped(json_clear_p) json_t *args = parse("[1,\"x\",{\"a\":[true,null]}]");

    (void)unused;
    assert_int_equal(json_array_size(args), 3);
    assert_int_equal(json_integer_value(json_array_get(args, 0)), 1);
}

static void numbers_that_no_type_holds_become_text(void **unused)
{
    scoped(json_clear_p) json_t *args = parse("[123456789012345678901234567890,1e999,-7,\"9\"]");

    (void)unused;
    assert_string_equal(json_string_value(json_array_get(args, 0)),
                        "123456789012345678901234567890");
    assert_string_equal(json_string_value(json_array_get(args, 1)), "1e999");
    assert_int_equal(json_integer_value(json_array_get(args, 2)), -7);
}

static void half_a_pair_becomes_the_replacement_character(void **unused)
{
    scoped(json_clear_p) json_t *args = parse("[\"\\ud800\",\"\\ud83d\\ude00\",\"\\udc00x\"]");

    (void)unused;
    assert_string_equal(json_string_value(json_array_get(args, 0)), "\xef\xbf\xbd");
    assert_string_equal(json_string_value(json_array_get(args, 1)), "\xf0\x9f\x98\x80");
    assert_string_equal(json_string_value(json_array_get(args, 2)), "\xef\xbf\xbdx");
}

static void what_is_no_json_is_refused(void **unused)
{
    json_t *args = NULL;
    struct fail f = { 0 };

    (void)unused;
    dirty_the_stack();
    assert_int_equal(run_args_parse("[1,]", 4, &args, &f), -1);
    assert_null(args);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_taken_as_it_is),
        cmocka_unit_test(numbers_that_no_type_holds_become_text),
        cmocka_unit_test(half_a_pair_becomes_the_replacement_character),
        cmocka_unit_test(what_is_no_json_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
