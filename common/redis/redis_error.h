/* What each error reply of Redis, and each way a connection breaks, means for the caller, for the connection and for
 * the person who runs the server.  Threads: constant data. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/fail.h"

enum { REDIS_ERROR_WORD_BYTES = 32 };

struct redis_error_rule {
    const char *start; /* first word of the reply, or more where the word alone says nothing */
    enum fail_kind kind;
    int64_t retry_after_ms; /* advice; 0 = at once, or never where the kind says so */
    bool drop; /* close the connection: this server, or this session, will not become right */
    const char *code; /* the failure's code; NULL = the first word */
    const char
        *advice; /* what it means and what to do, for the failure's text; "" = nothing to add */
};

/* The rules that connections end by, instead of a reply: see redis_break_find. */
#define REDIS_BREAK_EOF      "(closed)"
#define REDIS_BREAK_TIMEOUT  "(timeout)"
#define REDIS_BREAK_PROTOCOL "(protocol)"
#define REDIS_BREAK_MEMORY   "(memory)"
#define REDIS_BREAK_IO       "(i/o)"

/* The rule for an error text such as "READONLY You can't write..."; never NULL (unknown words:
 * FAIL_BUG). word receives the failure's code, cut to its size. */
const struct redis_error_rule *redis_error_find(const char *text,
                                                char word[static REDIS_ERROR_WORD_BYTES]);

/* The rule for a connection that hiredis gave up with `context_error` (REDIS_ERR_...) and `system_error` (errno);
 * never NULL, always with the code REDIS_CONNECTION. */
const struct redis_error_rule *redis_break_find(int context_error, int system_error);

/* All rules, for tests and documentation. */
const struct redis_error_rule *redis_error_rules(size_t *ret_count);
