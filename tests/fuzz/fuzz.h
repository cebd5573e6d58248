/* What fuzz targets share.  A target gets bytes that nobody vetted; whatever they are, the sanitizers stay silent and what
 * the target says with must() is true. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The bytes as text of exactly their size, so that the sanitizers see what reads past its end; free(). */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    must(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

/* Whether a field of fixed size ends within it. */
static inline bool fuzz_ends(const char *field, size_t field_bytes)
{
    return memchr(field, '\0', field_bytes) != NULL;
}
