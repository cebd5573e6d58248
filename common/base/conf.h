/* Start-up configuration: environment variables, or the file named by DROPSHIP_ENV_FILE (KEY=VALUE lines, mode 0600; the
 * environment wins).  One table (conf_table.h) feeds parsing, range checks, --help, --print-config and the README.
 * Everything is read before the first connection; every mistake is reported at once; afterwards it never changes.
 * What a person tunes while the system runs is in the table `setting` (common/model/settings.h), not here.
 * Threads: a loaded struct conf is immutable and may be shared. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/str.h"

enum conf_type { CONF_TEXT, CONF_URL, CONF_INT, CONF_BOOL };

/* CONF_REDIS_URL, CONF_DATABASE_URL, ...: one per line of conf_table.h */
enum conf_id {
#define CONF_ROW(id, env, type, min, max, otherwise, unit, secret, help) CONF_##id,
#include "common/base/conf_table.h"
#undef CONF_ROW
    CONF_COUNT
};

struct conf_rule {
    const char *env; /* environment variable */
    enum conf_type type;
    int64_t min, max;      /* CONF_INT: range; CONF_TEXT/URL: length in bytes */
    const char *otherwise; /* default, as text; NULL = unset */
    const char *unit;      /* "ms", "bytes", "" */
    bool secret;           /* masked everywhere, registered with log_redact */
    const char *help;      /* one sentence */
};
extern const struct conf_rule conf_rules[CONF_COUNT];

struct conf;
struct listen_at;

/* Read environment and file.  Every mistake becomes one line in *mistakes (what, where, what to do).
 * 0 and *ret (conf_free), or -1 with FAIL_INPUT when there was any. */
must_check int conf_load(struct conf **ret, struct str *mistakes, struct fail *f);
/* Release all, also a half-read one; accepts NULL. */
void conf_free(struct conf *c);

/* Text of a setting; NULL when unset.  Borrowed from c. */
const char *conf_text(const struct conf *c, enum conf_id id);
/* Value of a CONF_INT setting within its range, in the unit of its row; its default when unset. */
int64_t conf_int(const struct conf *c, enum conf_id id);
/* Value of a CONF_BOOL setting; its default when unset. */
bool conf_bool(const struct conf *c, enum conf_id id);
/* Address of a setting that holds one (conf_forms.c has checked it); false, and *ret untouched, when it is unset. */
bool conf_listen(const struct conf *c, enum conf_id id, struct listen_at *ret);
/* Whether the environment or the file gave it. */
bool conf_is_set(const struct conf *c, enum conf_id id);

/* The table as text: --help (name, range, default, sentence) and --print-config (values, secrets as "***"). */
void conf_print_help(FILE *out);
/* NAME=value, a line for each setting; a secret that is given shows as "***". */
void conf_print(const struct conf *c, FILE *out);
/* The table as Markdown rows for the README. */
void conf_print_markdown(FILE *out);

/* What every program does first: handle --help, --version, --print-config, --print-config-markdown, load, print mistakes,
 * start the log.  Returns -1 to go on (then *ret is set), otherwise the exit code (0, or 2 after mistakes). */
int conf_start(const char *program, int argc, char **argv, struct conf **ret);

/* For a program that takes no arguments but those of conf_start (one table, conf_start.c), before it: -1 to go on, or the exit code 2 after naming one that it
 * does not know on stderr (a mistyped --print-config must not start it). */
int conf_refuse_arguments(const char *program, int argc, char **argv);
