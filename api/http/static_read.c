#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/http/static_files.h"
#include "api/http/text.h"
#include "common/base/str.h"

enum { DEPTH = 4 };

static void close_fd_p(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

static void close_dir_p(DIR **dir)
{
    if (*dir != NULL) {
        (void)closedir(*dir);
    }
}

/* Which form of which path: "x.js.gz" is x.js, compressed. */
static enum static_form split(char path[static STATIC_PATH_BYTES])
{
    static const char *const ends[STATIC_FORMS] = { [STATIC_BR] = ".br", [STATIC_GZ] = ".gz" };
    size_t size = strlen(path);

    for (unsigned form = STATIC_BR; form < STATIC_FORMS; form++) {
        if (size > 3 && strcmp(path + size - 3, ends[form]) == 0) {
            path[size - 3] = '\0';
            return (enum static_form)form;
        }
    }
    return STATIC_PLAIN;
}

static int make_room(struct static_files *files, struct fail *f)
{
    size_t cap = files->cap > 0 ? 2 * files->cap : 64;
    struct static_file *more = NULL;

    if (files->count < files->cap) {
        return 0;
    }
    if (cap > STATIC_MAX_FILES) {
        return fail_set(f, FAIL_INPUT, "the dashboard has over %d files", STATIC_MAX_FILES);
    }
    more = realloc(files->list, cap * sizeof *more);
    if (more == NULL) {
        return fail_memory(f);
    }
    files->list = more;
    files->cap = cap;
    return 0;
}

/* The entry of a path, made when it is new; NULL with *f. */
static struct static_file *entry_of(struct static_files *files, const char *path, struct fail *f)
{
    for (size_t i = 0; i < files->count; i++) {
        if (strcmp(files->list[i].path, path) == 0) {
            return &files->list[i];
        }
    }
    if (make_room(files, f) < 0) {
        return NULL;
    }
    struct static_file *file = &files->list[files->count++];
    memset(file, 0, sizeof *file);
    str_fit(file->path, sizeof file->path, path);
    return file;
}

static int read_all(int fd, size_t size_bytes, void **ret, struct fail *f)
{
    scoped(free_p) char *bytes = malloc(size_bytes + 1);
    size_t done = 0;

    if (bytes == NULL) {
        return fail_memory(f);
    }
    while (done < size_bytes) {
        ssize_t got = read(fd, bytes + done, size_bytes - done);
        if (got <= 0) {
            return fail_set(f, FAIL_INPUT, "a file of the dashboard cannot be read");
        }
        done += (size_t)got;
    }
    *ret = take_ptr(bytes);
    return 0;
}

static int take_file(int dir, const char *name, const char *path, struct static_files *files,
                     struct fail *f)
{
    scoped(close_fd_p) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    char plain[STATIC_PATH_BYTES];
    struct stat is;
    void *bytes = NULL;

    if (fd < 0 || fstat(fd, &is) != 0 || !S_ISREG(is.st_mode)) {
        return 0;
    }
    files->bytes += (size_t)is.st_size;
    if (files->bytes > STATIC_MAX_BYTES) {
        return fail_set(f, FAIL_INPUT, "the dashboard has over %d MB of files",
                        STATIC_MAX_BYTES / (1024 * 1024));
    }
    str_fit(plain, sizeof plain, path);
    enum static_form form = split(plain);
    struct static_file *file = entry_of(files, plain, f);
    if (file == NULL) {
        return -1;
    }
    TRY(read_all(fd, (size_t)is.st_size, &bytes, f));
    file->forms[form].bytes = bytes;
    file->forms[form].count = (size_t)is.st_size;
    return 0;
}

static bool is_wanted(const char *name)
{
    size_t size = strlen(name);
    return name[0] != '.' && text_has_only(name, "A-Za-z0-9_.-") &&
           !(size > 4 && strcmp(name + size - 4, ".map") == 0);
}

static int walk(int at, const char *prefix, int depth, struct static_files *files, struct fail *f)
{
    scoped(close_dir_p) DIR *dir = fdopendir(at);
    const struct dirent *entry = NULL;

    if (dir == NULL) {
        (void)close(at);
        return 0;
    }
    while ((entry = readdir(dir)) != NULL) {
        char path[STATIC_PATH_BYTES];
        int size = snprintf(path, sizeof path, "%s/%s", prefix, entry->d_name);

        if (!is_wanted(entry->d_name) || size >= (int)sizeof path) {
            continue;
        }
        int below = depth > 0 ? openat(dirfd(dir), entry->d_name,
                                       O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
                              : -1;
        TRY(below >= 0 ? walk(below, path, depth - 1, files, f)
                       : take_file(dirfd(dir), entry->d_name, path, files, f));
    }
    return 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct static_file *)a)->path, ((const struct static_file *)b)->path);
}

int static_read(const char *folder, struct static_files *files, struct fail *f)
{
    int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    TRY(at >= 0 ? walk(at, "", DEPTH, files, f) : 0);
    if (files->count > 0) {
        qsort(files->list, files->count, sizeof *files->list, by_path);
    }
    for (size_t i = 0; i < files->count; i++) {
        struct static_file *file = &files->list[i];
        etag_of(file->forms[STATIC_PLAIN].bytes != NULL ? file->forms[STATIC_PLAIN].bytes : "",
                file->forms[STATIC_PLAIN].count, file->etag);
    }
    return 0;
}

const struct static_file *static_find(const struct static_files *files, const char *path)
{
    size_t low = 0, high = files->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(path, files->list[middle].path);
        if (order == 0) {
            return files->list[middle].forms[STATIC_PLAIN].bytes != NULL ? &files->list[middle]
                                                                         : NULL;
        }
        low = order > 0 ? middle + 1 : low;
        high = order < 0 ? middle : high;
    }
    return NULL;
}
