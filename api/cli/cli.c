#include "api/cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/cli/out.h"
#include "common/base/str.h"

const struct cli_command cli_commands[] = {
#define COMMAND(word, function, arguments, fewest, most, known, sentence)                          \
    { .name = (word),                                                                              \
      .usage = (arguments),                                                                        \
      .help = (sentence),                                                                          \
      .run = (function),                                                                           \
      .words_min = (fewest),                                                                       \
      .words_max = (most),                                                                         \
      .options = (known) },
#include "api/cli/command_table.h"
#undef COMMAND
};
const size_t cli_command_count = COUNT_OF(cli_commands);

const struct cli_command *cli_command_find(const char *name)
{
    for (size_t i = 0; i < cli_command_count; i++) {
        if (strcmp(cli_commands[i].name, name) == 0) {
            return &cli_commands[i];
        }
    }
    return NULL;
}

const char *cli_option(const struct cli *c, const char *name)
{
    for (size_t i = 0; i < c->option_count; i++) {
        if (strcmp(c->options[i].name, name) == 0) {
            return c->options[i].value;
        }
    }
    return NULL;
}

const char *cli_word(const struct cli *c, size_t index)
{
    return index < c->word_count ? c->words[index] : NULL;
}

int cli_option_int(const struct cli *c, const char *name, int64_t max, int64_t otherwise,
                   int64_t *ret, struct fail *f)
{
    const char *value = cli_option(c, name);
    if (value == NULL) {
        *ret = otherwise;
        return 0;
    }
    return str_to_int(value, 0, max, name, ret, f);
}

/* Most failures name their server already. */
static int name_server(struct fail *f, const char *server)
{
    return strstr(f->text, server) != NULL ? -1 : fail_wrap(f, "%s", server);
}

int cli_db(struct cli *c, struct db **ret, struct fail *f)
{
    if (c->db == NULL) {
        TRY(db_open(conf_text(c->conf, CONF_DATABASE_URL), "dropship", &c->db, f));
    }
    if (db_ready(c->db, f) < 0) {
        return name_server(f, "Postgres");
    }
    *ret = c->db;
    return 0;
}

int cli_redis(struct cli *c, struct redis **ret, struct fail *f)
{
    if (c->redis == NULL) {
        TRY(redis_open(conf_text(c->conf, CONF_REDIS_URL), &c->redis, f));
    }
    if (redis_connect(c->redis, f) < 0) {
        return name_server(f, "Redis");
    }
    *ret = c->redis;
    return 0;
}

static void name_caller(struct cli *c)
{
    const char *user = getenv("SUDO_USER");
    if (user == NULL || user[0] == '\0') {
        user = getenv("USER");
    }
    if (user != NULL && user[0] != '\0') {
        snprintf(c->who, sizeof c->who, "cli:%.60s", user);
    } else {
        snprintf(c->who, sizeof c->who, "cli:uid-%u", (unsigned)geteuid());
    }
}

static int report(const struct cli *c, const struct cli_command *command, const struct fail *f)
{
    if (c->json) {
        json_t *error = json_pack("{s:{s:s, s:s, s:o}}", "error", "kind", fail_rule(f->kind)->name,
                                  "code", f->code, "text", out_lossy(f->text, strlen(f->text)));
        out_json(error);
        json_decref(error);
    }
    fprintf(stderr, "dropship %s: %s\n", command->name, f->text);
    if (f->kind == FAIL_INPUT) {
        fprintf(stderr, "usage: dropship %s %s\n", command->name, command->usage);
    }
    return f->kind == FAIL_INPUT ? CLI_USAGE : CLI_FAILED;
}

static int run_command(const struct cli_command *command, int argc, char **argv)
{
    struct cli c = { 0 };
    struct conf *conf = NULL;
    struct fail f = { 0 };

    if (cli_parse(&c, command, argc, argv, &f) < 0) {
        return report(&c, command, &f);
    }
    int code = conf_start("dropship", 1, argv, &conf);
    if (code >= 0) {
        return code;
    }
    c.conf = conf;
    name_caller(&c);
    code = command->run(&c, &f);
    if (code < 0) {
        code = report(&c, command, &f);
    }
    db_close(c.db);
    redis_close(c.redis);
    conf_free(conf);
    if (fflush(stdout) != 0) {
        return CLI_FAILED;
    }
    return code;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            return true;
        }
    }
    return argc == 2 && strcmp(argv[1], "help") == 0;
}

int cli_main(int argc, char **argv)
{
    struct conf *conf = NULL;
    const struct cli_command *command = argc > 1 ? cli_command_find(argv[1]) : NULL;

    if (asks_for_help(argc, argv)) {
        if (command != NULL) {
            cli_print_usage(command);
        } else {
            cli_print_help();
        }
        return CLI_DONE;
    }
    if (argc == 2 &&
        strncmp(argv[1], "--", 2) == 0) { /* --version, --print-config, --print-config-markdown */
        int code = conf_start("dropship", argc, argv, &conf);
        if (code >= 0) {
            return code;
        }
        conf_free(conf);
    }
    if (command == NULL) {
        fprintf(stderr,
                argc > 1 ? "dropship: no command '%.40s'; dropship --help lists them\n"
                         : "dropship: a command is missing; dropship --help lists them\n",
                argc > 1 ? argv[1] : "");
        return CLI_USAGE;
    }
    return run_command(command, argc, argv);
}
