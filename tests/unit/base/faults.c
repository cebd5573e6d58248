#include "tests/unit/base/faults.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

static long left = -1; /* allocations until the failing one */
static bool fired;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

static bool fails_now(void)
{
    if (left < 0 || left-- > 0) {
        return false;
    }
    fired = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return fails_now() ? NULL : __real_strdup(text);
}

void fault_arm(long at)
{
    left = at;
    fired = false;
}

bool fault_fired(void)
{
    return fired;
}

void torture(void (*run)(void))
{
    long at = 0;

    do {
        fault_arm(at++);
        run();
    } while (fault_fired());
    fault_arm(-1);
    assert_true(at > 1); /* code without an allocation is not worth torturing */
}
