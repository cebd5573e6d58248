/* Private to static*.c: files in memory.  Threads: immutable once read. */
#pragma once

#include <stddef.h>

#include "api/http/etag.h"
#include "common/base/attr.h"
#include "common/base/fail.h"

enum { STATIC_PATH_BYTES = 200, STATIC_MAX_BYTES = 64 * 1024 * 1024, STATIC_MAX_FILES = 2048 };

enum static_form { STATIC_PLAIN, STATIC_BR, STATIC_GZ, STATIC_FORMS };

struct static_file {
    char path[STATIC_PATH_BYTES]; /* "/assets/index-1a2b.js" */
    char etag[ETAG_BYTES];        /* of the plain form */
    struct {
        void *bytes; /* NULL = not there */
        size_t count;
    } forms[STATIC_FORMS];
};

struct static_files {
    struct static_file *list; /* sorted by path */
    size_t count, cap;
    size_t bytes;
    const struct static_file *index; /* NULL = no dashboard */
};

/* Add all files below folder; 0 also when there is no such folder.  Links, source maps and names beyond [A-Za-z0-9_.-] are left
 * out. */
must_check int static_read(const char *folder, struct static_files *files, struct fail *f);
/* The file of exactly this path; NULL. */
const struct static_file *static_find(const struct static_files *files, const char *path);
