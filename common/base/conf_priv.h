/* Private to conf*.c: the loaded configuration and its file.  Immutable once loaded; any thread. */
#pragma once

#include "common/base/conf.h"

struct conf {
    char *text[CONF_COUNT];     /* own copy of the value or the default; NULL = unset */
    int64_t number[CONF_COUNT]; /* CONF_INT and CONF_BOOL */
    bool given[CONF_COUNT];     /* by environment or file */
};

/* Read KEY=VALUE lines of `path` into values[] (indexed by conf_id; entries are the caller's to free()), of which the last
 * one counts.  Mistakes are appended, one line each.  FAIL_LATER when memory is out. */
must_check int conf_file_read(const char *path, char *values[static CONF_COUNT],
                              struct str *mistakes, struct fail *f);
/* Setting of an environment variable's name; CONF_COUNT when there is none. */
enum conf_id conf_find(const char *env, size_t size_bytes);
/* NULL, or what to give instead of a value that no program could use (whatever its length). */
const char *conf_form_wanted(enum conf_id id, const char *value);
