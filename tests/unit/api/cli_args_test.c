#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "api/cli/cli.h"

enum { ARGS_MAX = 24 };

/* Parse "dropship COMMAND ..." given as one text, words apart by blanks. */
static int parse(const char *line, struct cli *c, struct fail *f)
{
    static char copy[512];
    char *argv[ARGS_MAX], *rest = NULL;
    int argc = 0;

    strncpy(copy, line, sizeof copy - 1);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        argv[argc++] = word;
    }
    *c = (struct cli){ 0 };
    const struct cli_command *command = cli_command_find(argv[1]);
    assert_non_null(command);
    return cli_parse(c, command, argc, argv, f);
}

static void words_and_options_may_come_in_any_order(void **state)
{
    (void)state;
    struct cli c;
    struct fail f;

    assert_int_equal(parse("dropship enqueue --queue=q noop --in 5 [1] --json", &c, &f), 0);
    assert_string_equal(cli_word(&c, 0), "noop");
    assert_string_equal(cli_word(&c, 1), "[1]");
    assert_null(cli_word(&c, 2));
    assert_string_equal(cli_option(&c, "queue"), "q");
    assert_string_equal(cli_option(&c, "in"), "5");
    assert_null(cli_option(&c, "at"));
    assert_true(c.json);
}

static void a_flag_needs_no_value_and_takes_none(void **state)
{
    (void)state;
    struct cli c;
    struct fail f;

    assert_int_equal(parse("dropship retry --all --queue q", &c, &f), 0);
    assert_non_null(cli_option(&c, "all"));
    assert_int_equal(parse("dropship retry --all=1", &c, &f), -1);
}

static void after_two_dashes_everything_is_a_word(void **state)
{
    (void)state;
    struct cli c;
    struct fail f;

    assert_int_equal(parse("dropship order-hold -- 17 --strange", &c, &f), 0);
    assert_string_equal(cli_word(&c, 1), "--strange");
}

static void wrong_usage_is_told_as_input(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "dropship status extra",        "dropship status --nope",         "dropship order",
        "dropship jobs --state",        "dropship queues --queue q",      "dropship flow a b c",
        "dropship jobs --stat waiting", "dropship jobs --states waiting",
    };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct cli c;
        struct fail f = { 0 };
        assert_int_equal(parse(lines[i], &c, &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
    }
}

static void numbers_of_options_are_strict(void **state)
{
    (void)state;
    struct cli c;
    struct fail f = { 0 };
    int64_t limit = 0;

    assert_int_equal(parse("dropship jobs --limit 12", &c, &f), 0);
    assert_int_equal(cli_option_int(&c, "limit", 1000, 50, &limit, &f), 0);
    assert_int_equal(limit, 12);
    assert_int_equal(cli_option_int(&c, "offset", 1000, 7, &limit, &f), 0);
    assert_int_equal(limit, 7);
    assert_int_equal(parse("dropship jobs --limit 12x", &c, &f), 0);
    assert_int_equal(cli_option_int(&c, "limit", 1000, 50, &limit, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
}

static void every_command_is_found_and_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < cli_command_count; i++) {
        assert_ptr_equal(cli_command_find(cli_commands[i].name), &cli_commands[i]);
        assert_true(strlen(cli_commands[i].help) > 10);
        assert_true(cli_commands[i].words_min <= cli_commands[i].words_max);
    }
    assert_null(cli_command_find("bench"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_options_may_come_in_any_order),
        cmocka_unit_test(a_flag_needs_no_value_and_takes_none),
        cmocka_unit_test(after_two_dashes_everything_is_a_word),
        cmocka_unit_test(wrong_usage_is_told_as_input),
        cmocka_unit_test(numbers_of_options_are_strict),
        cmocka_unit_test(every_command_is_found_and_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
