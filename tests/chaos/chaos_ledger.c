#include "tests/chaos/chaos_ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 512, TRIES = 100 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* open, write and close are one */

static bool append(const char *path, bool durable, const char *line, size_t bytes)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    bool written = fd >= 0 && write(fd, line, bytes) == (ssize_t)bytes;

    written = written && (!durable || fsync(fd) == 0);
    if (fd >= 0) {
        close(fd);
    }
    return written;
}

void ledger_line(const char *path, bool durable, const char *fmt, ...)
{
    char line[LINE_BYTES];
    bool written = false;
    va_list args;

    va_start(args, fmt);
    int body = vsnprintf(line + 1, sizeof line - 4, fmt, args);
    va_end(args);
    if (body < 0 || (size_t)body >= sizeof line - 4) {
        abort();
    }
    line[0] = '\n'; /* whatever stands before it in the file */
    size_t bytes = (size_t)body + 1;
    line[bytes++] = ' ';
    line[bytes++] = '.';
    line[bytes++] = '\n';
    pthread_mutex_lock(&lock);
    for (int i = 0; i < TRIES && !written; i++) {
        written = append(path, durable, line, bytes);
        if (!written) {
            usleep(10000);
        }
    }
    pthread_mutex_unlock(&lock);
    if (!written) {
        fprintf(stderr, "ledger: cannot write '%s' (%d)\n", path, errno);
        _exit(99);
    }
}

void ledger_hold(void)
{
    pthread_mutex_lock(&lock);
}

void ledger_let_go(void)
{
    pthread_mutex_unlock(&lock);
}

int64_t ledger_now_ms(void)
{
    struct timespec now;

    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
