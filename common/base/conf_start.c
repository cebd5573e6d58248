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

static bool has_option(int argc, char **argv, const char *option)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], option) == 0) {
            return true;
        }
    }
    return false;
}

/* What needs no configuration; false when nothing of it was asked for. */
static bool answer(const char *program, int argc, char **argv)
{
    if (has_option(argc, argv, "--version")) {
        (void)printf("%s %s\n", program, DROPSHIP_VERSION);
        return true;
    }
    if (has_option(argc, argv, "--help")) {
        (void)printf(
            "usage: %s [--help | --version | --print-config | --print-config-markdown] ...\n\n"
            "Settings come from the environment, or from the file that DROPSHIP_ENV_FILE names\n"
            "(KEY=VALUE lines, mode 0600; the environment wins):\n\n",
            program);
        conf_print_help(stdout);
        return true;
    }
    if (has_option(argc, argv, "--print-config-markdown")) {
        conf_print_markdown(stdout);
        return true;
    }
    return false;
}

int conf_refuse_arguments(const char *program, int argc, char **argv)
{
    static const char *const ours[] = { "--help", "--version", "--print-config",
                                        "--print-config-markdown" };

    for (int i = 1; i < argc; i++) {
        size_t at = 0;
        while (at < COUNT_OF(ours) && strcmp(argv[i], ours[at]) != 0) {
            at++;
        }
        if (at == COUNT_OF(ours)) {
            (void)fprintf(stderr, "%s: no argument '%.60s'; --help tells what there is\n", program,
                          argv[i]);
            return EXIT_USAGE;
        }
    }
    return GO_ON;
}

int conf_start(const char *program, int argc, char **argv, struct conf **ret)
{
    struct conf *c = NULL;
    int code = 0;

    if (answer(program, argc, argv)) {
        return EXIT_DONE;
    }
    code = load(program, &c);
    if (code != GO_ON) {
        return code;
    }
    if (has_option(argc, argv, "--print-config")) {
        conf_print(c, stdout);
        conf_free(c);
        return EXIT_DONE;
    }
    log_start(program, (enum log_level)log_level_parse(conf_text(c, CONF_LOG_LEVEL)));
    redact_secrets(c);
    *ret = c;
    return GO_ON;
}
