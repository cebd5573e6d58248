/* The configuration file: read through a file of its own; mistakes are told without the values. */
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/conf_priv.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *values[CONF_COUNT] = { NULL };
    scoped(str_done) struct str mistakes;
    struct fail f;
    char path[64];
    int fd = memfd_create("env", 0);

    str_init(&mistakes, 1 << 20);
    must(fd >= 0 && fchmod(fd, S_IRUSR | S_IWUSR) == 0);
    must(write(fd, data, size) == (ssize_t)size);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (conf_file_read(path, values, &mistakes, &f) == 0) {
        for (size_t i = 0; i < CONF_COUNT; i++) {
            must(values[i] == NULL || strchr(values[i], '\n') == NULL);
        }
    }
    for (size_t i = 0; i < CONF_COUNT; i++) {
        free(values[i]);
    }
    (void)close(fd);
    return 0;
}
