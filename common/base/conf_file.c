#include "common/base/conf_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES = 65536 };

static void close_p(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd); /* only read from */
    }
}

/* Why the file may not be used; NULL when it may.  It holds secrets, so nobody but its owner may read it. */
static const char *objection(int fd)
{
    struct stat at;

    if (fstat(fd, &at) < 0) {
        return "cannot be examined";
    }
    if (!S_ISREG(at.st_mode)) {
        return "is not a regular file";
    }
    if ((at.st_mode & 077) != 0) {
        return "may be read or changed by others; run chmod 600 on it";
    }
    return NULL;
}

/* All bytes of fd; false when it cannot be read or is too large. */
static bool slurp(int fd, struct str *text)
{
    char chunk[4096];

    for (;;) {
        ssize_t size = read(fd, chunk, sizeof chunk);

        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size <= 0) {
            return size == 0 && !text->failed;
        }
        str_add_bytes(text, chunk, (size_t)size);
    }
}

static char *trim(char *text)
{
    size_t size = 0;

    text += strspn(text, " \t");
    size = strlen(text);
    while (size > 0 && strchr(" \t\r", text[size - 1]) != NULL) {
        size--;
    }
    text[size] = '\0';
    return text;
}

/* Without one pair of quotes around it, as systemd and shells read it. */
static char *unquote(char *value)
{
    size_t size = strlen(value);

    if (size >= 2 && (value[0] == '"' || value[0] == '\'') && value[size - 1] == value[0]) {
        value[size - 1] = '\0';
        return value + 1;
    }
    return value;
}

/* The value never appears in a message: it may be a secret. */
static int read_line(char *line, char *values[static CONF_COUNT], struct str *wrong, struct fail *f)
{
    char *equals = strchr(line, '=');
    enum conf_id id = CONF_COUNT;
    char *name = NULL;
    char *value = NULL;

    if (equals == NULL) {
        str_add(wrong, "is not KEY=VALUE");
        return 0;
    }
    *equals = '\0';
    name = trim(line);
    value = unquote(trim(equals + 1));
    id = conf_find(name, strlen(name));
    if (id == CONF_COUNT) {
        str_addf(wrong, "no setting is named '%.60s'; see --help", name);
        return 0;
    }
    free(values[id]);
    values[id] = NULL;
    if (value[0] == '\0') {
        return 0; /* as an empty environment variable: unset */
    }
    return str_copy(value, &values[id], f);
}

static int read_lines(const char *path, char *text, char *values[static CONF_COUNT],
                      struct str *mistakes, struct fail *f)
{
    scoped(str_done) struct str wrong;
    char *rest = text;
    char *line = NULL;

    str_init(&wrong, 200);
    for (int number = 1; (line = strsep(&rest, "\n")) != NULL; number++) {
        line = trim(line);
        if (line[0] == '\0' || line[0] == '#') {
            continue;
        }
        str_clear(&wrong);
        TRY(read_line(line, values, &wrong, f));
        if (wrong.len > 0) {
            str_addf(mistakes, "%s, line %d: %s\n", path, number, wrong.data);
        }
    }
    return 0;
}

int conf_file_read(const char *path, char *values[static CONF_COUNT], struct str *mistakes,
                   struct fail *f)
{
    scoped(close_p) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    scoped(str_done) struct str text;
    const char *wrong = NULL;

    str_init(&text, FILE_BYTES);
    if (fd < 0) {
        str_addf(mistakes, "DROPSHIP_ENV_FILE: cannot open '%s': %s\n", path,
                 errno == ENOENT ? "it does not exist" : "permission or path is wrong");
        return 0;
    }
    wrong = objection(fd);
    if (wrong == NULL && !slurp(fd, &text)) {
        if (text.no_memory) {
            return fail_memory(f);
        }
        wrong = "cannot be read or is longer than 64 KiB";
    }
    if (wrong != NULL) {
        str_addf(mistakes, "DROPSHIP_ENV_FILE: '%s' %s\n", path, wrong);
        return 0;
    }
    return read_lines(path, text.data, values, mistakes, f);
}
