#include "common/base/conf_priv.h"

#include "common/base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, GO_ON = -1 };

/* "2000 to 120000 ms", "1 to 255 characters", "true or false" */
static void range_text(const struct conf_rule *rule, char *text, size_t text_bytes)
{
    const char *unit = rule->type == CONF_INT ? rule->unit : "characters";

    if (rule->type == CONF_BOOL) {
        (void)snprintf(text, text_bytes, "true or false");
        return;
    }
    (void)snprintf(text, text_bytes, "%" PRId64 " to %" PRId64 "%s%s", rule->min, rule->max,
                   unit[0] != '\0' ? " " : "", unit);
}

void conf_print_help(FILE *out)
{
    char range[80];

    for (int id = 0; id < CONF_COUNT; id++) {
        const struct conf_rule *rule = &conf_rules[id];

        range_text(rule, range, sizeof range);
        (void)fprintf(out, "  %s\n      %s\n      %s; default: %s\n", rule->env, rule->help, range,
                      rule->otherwise != NULL ? rule->otherwise : "unset");
    }
}

void conf_print(const struct conf *c, FILE *out)
{
    for (int id = 0; id < CONF_COUNT; id++) {
        const char *text = c->text[id] != NULL ? c->text[id] : "";

        (void)fprintf(out, "%s=%s\n", conf_rules[id].env,
                      conf_rules[id].secret && c->given[id] ? "***" : text);
    }
}

/* A bar would end the table's cell. */
static void print_cell(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        (void)fprintf(out, "%s%c", *text == '|' ? "\\" : "", *text);
    }
}

void conf_print_markdown(FILE *out)
{
    char range[80];

    (void)fprintf(out, "| Variable | Default | Range | Meaning |\n|---|---|---|---|\n");
    for (int id = 0; id < CONF_COUNT; id++) {
        const struct conf_rule *rule = &conf_rules[id];
        const char *quote = rule->otherwise != NULL ? "`" : "";

        range_text(rule, range, sizeof range);
        (void)fprintf(out, "| `%s` | %s%s%s | %s | ", rule->env, quote,
                      rule->otherwise != NULL ? rule->otherwise : "", quote, range);
        print_cell(rule->help, out);
        (void)fprintf(out, "%s |\n", rule->secret ? " (secret)" : "");
    }
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found =
        c != '\0' ? strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c) : NULL;

    return found != NULL ? (int)(found - digits) : -1;
}

/* In place; what is no escape stays. */
static void url_decode(char *text)
{
    char *to = text;

    for (const char *at = text; *at != '\0'; at++) {
        int high = at[0] == '%' ? hex_digit(at[1]) : -1;
        int low = high >= 0 ? hex_digit(at[2]) : -1;

        *to++ = low >= 0 ? (char)(high * 16 + low) : *at;
        at += low >= 0 ? 2 : 0;
    }
    *to = '\0';
}

/* As written and as meant: either may turn up in somebody's message. */
static void redact_part(const char *start, size_t size_bytes)
{
    char secret[1025];

    if (size_bytes >= sizeof secret) {
        return;
    }
    (void)str_fit(secret, size_bytes + 1, start);
    log_redact(secret);
    url_decode(secret);
    log_redact(secret);
}

/* scheme://user:password@host */
static void redact_login(const char *start)
{
    const char *end = memrchr(start, '@', strcspn(start, "/?#"));
    const char *colon = end != NULL ? memchr(start, ':', (size_t)(end - start)) : NULL;

    if (colon != NULL) {
        redact_part(colon + 1, (size_t)(end - colon) - 1);
    }
}

/* ?password=...&sslpassword=... */
static void redact_options(const char *start)
{
    static const char *const names[] = { "password=", "sslpassword=", "sentinel_password=" };

    for (const char *at = strchr(start, '?'); at != NULL; at = strchr(at, '&')) {
        at++;
        for (size_t i = 0; i < COUNT_OF(names); i++) {
            size_t name_bytes = strlen(names[i]);

            if (strncmp(at, names[i], name_bytes) == 0) {
                redact_part(at + name_bytes, strcspn(at + name_bytes, "&#"));
            }
        }
    }
}

static void redact_passwords(const char *url)
{
    const char *start = strstr(url, "://");

    if (start != NULL) {
        redact_login(start + 3);
        redact_options(start + 3);
    }
}

static void redact_secrets(const struct conf *c)
{
    for (int id = 0; id < CONF_COUNT; id++) {
        if (!c->given[id]) {
            continue;
        }
        if (conf_rules[id].secret) {
            log_redact(c->text[id]);
        }
        if (conf_rules[id].type == CONF_URL) {
            redact_passwords(c->text[id]);
        }
    }
}

/* Without a whole configuration the program does nothing; people get all reasons at once. */
static int load(const char *program, struct conf **ret)
{
    scoped(str_done) struct str mistakes;
    struct fail f;

    str_init(&mistakes, 65536);
    if (conf_load(ret, &mistakes, &f) == 0) {
        return GO_ON;
    }
    if (f.kind != FAIL_INPUT) {
        (void)fprintf(stderr, "%s: %s\n", program, f.text);
        return EXIT_FAILED;
    }
    (void)fprintf(stderr, "%s: wrong settings:\n%s%s", program, mistakes.data,
                  mistakes.failed ? "... and more\n" : "");
    return EXIT_USAGE;
}

/* ---- options ---- */

/* What an option prints before the program ends; c is NULL unless it needs the configuration. */
typedef void print_fn(const char *program, const struct conf *c);

static void print_version(const char *program, const struct conf *c)
{
    (void)c;
    (void)printf("%s %s\n", program, DROPSHIP_VERSION);
}

static print_fn print_help; /* prints the table that it stands in */

static void print_markdown(const char *program, const struct conf *c)
{
    (void)program;
    (void)c;
    conf_print_markdown(stdout);
}

static void print_config(const char *program, const struct conf *c)
{
    (void)program;
    conf_print(c, stdout);
}

/* To add an option: a line here.  Of several that are given the first of the table counts. */
static const struct option {
    const char *name;
    print_fn *print;
    bool needs_conf;
} options[] = {
    { "--version", print_version, false },
    { "--help", print_help, false },
    { "--print-config-markdown", print_markdown, false },
    { "--print-config", print_config, true },
};

static void print_help(const char *program, const struct conf *c)
{
    (void)c;
    (void)printf("usage: %s [", program);
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        (void)printf("%s%s", i > 0 ? " | " : "", options[i].name);
    }
    (void)printf(
        "] ...\n\n"
        "Settings come from the environment, or from the file that DROPSHIP_ENV_FILE names\n"
        "(KEY=VALUE lines, mode 0600; the environment wins):\n\n");
    conf_print_help(stdout);
}

static bool has_option(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* The option that was asked for; NULL when none was. */
static const struct option *asked(int argc, char **argv)
{
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        if (has_option(argc, argv, options[i].name)) {
            return &options[i];
        }
    }
    return NULL;
}

int conf_refuse_arguments(const char *program, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t at = 0;
        while (at < COUNT_OF(options) && strcmp(argv[i], options[at].name) != 0) {
            at++;
        }
        if (at == COUNT_OF(options)) {
            (void)fprintf(stderr, "%s: no argument '%.60s'; --help tells what there is\n", program,
                          argv[i]);
            return EXIT_USAGE;
        }
    }
    return GO_ON;
}

int conf_start(const char *program, int argc, char **argv, struct conf **ret)
{
    const struct option *option = asked(argc, argv);
    struct conf *c = NULL;

    int code = option == NULL || option->needs_conf ? load(program, &c) : GO_ON;
    if (code != GO_ON) {
        return code;
    }
    if (option != NULL) {
        option->print(program, c);
        conf_free(c);
        return EXIT_DONE;
    }
    log_start(program, (enum log_level)log_level_parse(conf_text(c, CONF_LOG_LEVEL)));
    redact_secrets(c);
    *ret = c;
    return GO_ON;
}
