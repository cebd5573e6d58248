#include "tests/unit/base/capture.h"

#include "tests/unit/base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int captured = -1; /* the descriptor */
static int kept = -1;     /* what it was */
static int file = -1;

void capture_start(int fd)
{
    assert_int_equal(captured, -1);
    (void)fflush(NULL);
    captured = fd;
    kept = dup(fd);
    file = memfd_create("capture", MFD_CLOEXEC);
    assert_true(kept >= 0 && file >= 0);
    assert_int_equal(dup2(file, fd), fd);
}

char *capture_end(void)
{
    off_t size = 0;
    char *text = NULL;

    (void)fflush(NULL);
    assert_int_equal(dup2(kept, captured), captured);
    size = lseek(file, 0, SEEK_END);
    text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(pread(file, text, (size_t)size, 0), size);
    (void)close(file);
    (void)close(kept);
    captured = -1;
    return text;
}
