/* Arguments against the command's line in the table, and the help printed from it. */
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"

/* Is `name` in "queue= limit= all"?  *ret_value: whether it wants a value. */
static bool is_known(const char *options, const char *name, size_t length, bool *ret_value)
{
    while (*options != '\0') {
        size_t word = strcspn(options, " ");
        bool value = word > 0 && options[word - 1] == '=';
        if (word - value == length && strncmp(options, name, length) == 0) {
            *ret_value = value;
            return true;
        }
        options += word + strspn(options + word, " ");
    }
    return false;
}

/* The name as it stands in the command's table, so that it outlives argv's "name=value" form. */
static int add_option(struct cli *c, const char *name, const char *value, struct fail *f)
{
    if (c->option_count == CLI_OPTIONS_MAX) {
        return fail_set(f, FAIL_INPUT, "too many options");
    }
    c->options[c->option_count++] = (struct cli_option){ .name = name, .value = value };
    return 0;
}

/* What was typed. */
struct typed {
    char **argv;
    int argc;
    int at; /* the present one */
};

/* --name VALUE, --name=VALUE or --flag; moves over a value. */
static int take_option(struct cli *c, const struct cli_command *command, struct typed *t,
                       struct fail *f)
{
    char *name = t->argv[t->at] + 2;
    char *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    bool wants_value = false;

    if (strcmp(name, "json") == 0) {
        c->json = true;
        return 0;
    }
    if (!is_known(command->options, name, length, &wants_value)) {
        return fail_set(f, FAIL_INPUT, "no option --%.*s", (int)(length < 60 ? length : 60), name);
    }
    if (!wants_value) {
        return equals == NULL ? add_option(c, name, "", f)
                              : fail_set(f, FAIL_INPUT, "--%.40s takes no value", name);
    }
    if (equals != NULL) {
        *equals = '\0';
        return add_option(c, name, equals + 1, f);
    }
    if (t->at + 1 >= t->argc) {
        return fail_set(f, FAIL_INPUT, "--%.40s wants a value", name);
    }
    t->at += 1;
    return add_option(c, name, t->argv[t->at], f);
}

static int add_word(struct cli *c, const char *word, struct fail *f)
{
    if (c->word_count == CLI_WORDS_MAX) {
        return fail_set(f, FAIL_INPUT, "too many arguments");
    }
    c->words[c->word_count++] = word;
    return 0;
}

int cli_parse(struct cli *c, const struct cli_command *command, int argc, char **argv,
              struct fail *f)
{
    bool options_end = false;

    for (int i = 2; i < argc;
         i++) { /* a mistake in any argument is to be told in the wanted form */
        c->json = c->json || strcmp(argv[i], "--json") == 0;
    }
    for (struct typed t = { argv, argc, 2 }; t.at < argc; t.at++) {
        if (options_end || strncmp(argv[t.at], "--", 2) != 0) {
            TRY(add_word(c, argv[t.at], f));
        } else if (argv[t.at][2] == '\0') {
            options_end = true;
        } else {
            TRY(take_option(c, command, &t, f));
        }
    }
    if (c->word_count < command->words_min) {
        return fail_set(f, FAIL_INPUT, "an argument is missing");
    }
    if (c->word_count > command->words_max) {
        return fail_set(f, FAIL_INPUT, "'%.60s' is one argument too many",
                        c->words[command->words_max]);
    }
    return 0;
}

void cli_print_usage(const struct cli_command *command)
{
    printf("usage: dropship %s %s\n\n%s\n\n  --json  the answer as JSON\n", command->name,
           command->usage, command->help);
}

void cli_print_help(void)
{
    printf("usage: dropship COMMAND [ARGUMENTS] [--json]\n\n");
    for (size_t i = 0; i < cli_command_count; i++) {
        printf("  %s %s\n      %s\n", cli_commands[i].name, cli_commands[i].usage,
               cli_commands[i].help);
    }
    printf("\nExit code: 0 done, 1 failed or found something not well, 2 wrong usage.\n"
           "Also: --version, --print-config, --print-config-markdown.\n"
           "Settings come from the environment, or from the file that DROPSHIP_ENV_FILE names "
           "(mode 0600):\n\n");
    conf_print_help(stdout);
}
