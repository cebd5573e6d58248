/* Compiler attributes and scope helpers used everywhere.  Header only; no state, any thread. */
#pragma once

#include <stdlib.h>

#define must_check           __attribute__((warn_unused_result))
#define printf_like(fmt, at) __attribute__((format(printf, fmt, at)))

/* Run `release(&variable)` when the variable leaves its scope.  Initialise such a variable where it is declared. */
#define scoped(release) __attribute__((cleanup(release)))

/* Move ownership out of a scoped pointer: its value is returned, the variable becomes NULL. */
#define take_ptr(p)                                                                                \
    __extension__({                                                                                \
        __typeof__(p) taken_ = (p);                                                                \
        (p) = NULL;                                                                                \
        taken_;                                                                                    \
    })

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Release for `scoped(free_p) char *p = NULL;`. */
static inline void free_p(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}
