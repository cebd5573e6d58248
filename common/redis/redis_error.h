/* What each error reply of Redis means for the caller and for the connection.  Threads: constant
 * data. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/fail.h"

enum { REDIS_ERROR_WORD_BYTES = 32 };

struct redis_error_rule {
    const char *start; /* first word of the reply, or more where the word alone says nothing */
    enum fail_kind kind;
    int64_t retry_after_ms;
    bool drop; /* close the connection: this server, or this session, will not become right */
    const char *code; /* the failure's code; NULL = the first word */
};

/* The rule for an error text such as "READONLY You can't write..."; never NULL (unknown words:
 * FAIL_BUG). word receives the failure's code, cut to its size. */
const struct redis_error_rule *redis_error_find(const char *text,
                                                char word[static REDIS_ERROR_WORD_BYTES]);
