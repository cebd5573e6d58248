/* What a person tunes while the system runs: modes, intervals, limits, policies.  One table of rules (settings_table.h) gives
 * type, range, default, unit and sentence; the database table `setting` holds only what differs from the default.
 * Reads go to Postgres each time they are asked for (one indexed query); a job reads once at its start.
 * Threads: uses the caller's db. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

enum {
    SETTING_BYTES = 512,
    SETTING_WORD_BYTES = 24
}; /* of a value as text, with its end: any; all but TEXT */
enum setting_type { SETTING_INT, SETTING_BOOL, SETTING_CHOICE, SETTING_TEXT };

enum setting_id {
#define SETTING_ROW(id, name, type, min, max, choices, otherwise, unit, help) SETTING_##id,
#include "common/model/settings_table.h"
#undef SETTING_ROW
    SETTING_COUNT
};

struct setting_rule {
    const char *name; /* "orders.grace_s" */
    enum setting_type type;
    int64_t min, max;      /* INT: range; TEXT: length */
    const char *choices;   /* CHOICE: "off|dry_run|approve|auto"; TEXT: its form, "country" */
    const char *otherwise; /* default as text */
    const char *unit;      /* "s", "ppm", "minor", "" */
    const char *help;
};
extern const struct setting_rule setting_rules[SETTING_COUNT];

/* The values as text, each as long as its rule lets it be. */
struct setting_texts {
#define SETTING_ROW(id, name, type, min, max, choices, otherwise, unit, help)                      \
    char id[(type) == SETTING_TEXT ? (max) + 1 : SETTING_WORD_BYTES];
#include "common/model/settings_table.h"
#undef SETTING_ROW
};
extern const size_t setting_text_at[SETTING_COUNT];

/* All settings at one moment; a few KiB, may be copied. */
struct settings {
    int64_t num[SETTING_COUNT]; /* INT and BOOL; CHOICE: index of the choice */
    struct setting_texts texts; /* by setting_text */
};
/* The value as text, in *s. */
static inline const char *setting_text(const struct settings *s, enum setting_id id)
{
    return (const char *)&s->texts + setting_text_at[id];
}
/* All settings, defaults where the table has none.  FAIL_LATER: the database; FAIL_INPUT names a stored value that
 * its rule refuses. */
must_check int settings_read(struct db *db, struct settings *ret, struct fail *f);

/* One setting as a number (CHOICE: index), whatever is wrong with others.  FAIL_LATER like settings_read. */
must_check int settings_read_one(struct db *db, enum setting_id id, int64_t *ret_num,
                                 struct fail *f);

/* Validate and store; who and why go to `audit` in the same transaction.  FAIL_MISSING unknown name, FAIL_INPUT as settings_check.
 * id comes from settings_find. */
must_check int settings_write(struct db *db, enum setting_id id, const char *value, const char *who,
                              struct fail *f);
/* A change that somebody asks for; borrowed texts. */
struct setting_change {
    enum setting_id id;
    const char *expected; /* only if it is this just now; NULL = whatever it is */
    const char *value, *who;
};
/* As settings_write; FAIL_CONFLICT, and nothing is stored, when it is not what was expected. */
must_check int settings_change(struct db *db, const struct setting_change *c, struct fail *f);
/* SETTING_COUNT when unknown. */
enum setting_id settings_find(const char *name);
/* May it be written?  0, or FAIL_INPUT with what is allowed.  Of texts more is asked than of what is stored already: a text that
 * has not the form of its setting is refused here, and read as it is where it stands. */
must_check int settings_check(enum setting_id id, const char *value, struct fail *f);
