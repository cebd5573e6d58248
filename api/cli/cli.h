/* dropship at a terminal: what every command works with.  A command reads its arguments (checked against its line in
 * command_table.h before), does its work through common/, and shows one JSON value: as it is with --json, else as text.
 * Threads: one. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/redis/redis.h"

enum {
    CLI_DONE = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_WORDS_MAX = 16,
    CLI_OPTIONS_MAX = 12,
    CLI_WHO_BYTES = 72
};

struct cli_option {
    const char *name;  /* without "--" */
    const char *value; /* "" for a flag */
};

struct cli {
    const struct conf *conf;
    bool json;
    char who[CLI_WHO_BYTES];          /* "cli:USER", for audit */
    const char *words[CLI_WORDS_MAX]; /* arguments that are no options, without the command */
    size_t word_count;
    struct cli_option options[CLI_OPTIONS_MAX];
    size_t option_count;
    struct db *db;       /* NULL until cli_db */
    struct redis *redis; /* NULL until cli_redis */
};

/* A command.  0 = done, 1 = done and found something that is not well (exit code 1, already shown), -1 = failed. */
typedef int cli_command_fn(struct cli *c, struct fail *f);

struct cli_command {
    const char *name, *usage, *help;
    cli_command_fn *run;
    size_t words_min, words_max;
    const char *options; /* "queue= limit= all": = wants a value */
};
extern const struct cli_command cli_commands[];
extern const size_t cli_command_count;
/* A command by its name; NULL when there is none.  Constant. */
const struct cli_command *cli_command_find(const char *name);

/* A whole run of the program; returns its exit code. */
int cli_main(int argc, char **argv);
/* Sort argv[2..] into words and options of the command; FAIL_INPUT says what does not fit. */
must_check int cli_parse(struct cli *c, const struct cli_command *command, int argc, char **argv,
                         struct fail *f);
/* All commands, exit codes and settings, to standard output. */
void cli_print_help(void);
/* What one command takes and does, to standard output. */
void cli_print_usage(const struct cli_command *command);

/* Value of an option, NULL when it was not given. */
const char *cli_option(const struct cli *c, const char *name);
/* Word by index, NULL when there are fewer. */
const char *cli_word(const struct cli *c, size_t index);
/* Option as a number in a range, or `otherwise`. */
must_check int cli_option_int(const struct cli *c, const char *name, int64_t max, int64_t otherwise,
                              int64_t *ret, struct fail *f);

/* The connection to Postgres, opened on first use and closed at the end of the run; the caller borrows it.  A failure names the
 * server. */
must_check int cli_db(struct cli *c, struct db **ret, struct fail *f);
/* The same for Redis. */
must_check int cli_redis(struct cli *c, struct redis **ret, struct fail *f);

/* Options and usage that choose jobs (bulk.h). */
#define BULK_OPTIONS "all state= queue= class= error= older-than= newer-than= limit= dry-run"
#define BULK_USAGE                                                                                 \
    "--state STATE [--queue Q] [--class TYPE] [--error CLASS] [--older-than SECONDS] "             \
    "[--newer-than SECONDS] [--limit N] [--dry-run]"

#define COMMAND(name, run, usage, words_min, words_max, options, help) cli_command_fn run;
#include "api/cli/command_table.h"
#undef COMMAND
