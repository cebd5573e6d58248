#include "common/base/trace.h"

#include <string.h>

enum { PARTS = 4 };

/* Lengths of version, trace id, parent id and flags. */
static const size_t lengths[PARTS] = { 2, ID_TRACE_BYTES - 1, 16, 2 };

/* `length` digits in lower case, and not more. */
static bool is_hex(const char *text, size_t length)
{
    return strspn(text, "0123456789abcdef") == length;
}

static bool is_zeros(const char *text, size_t length)
{
    return strspn(text, "0") >= length;
}

bool trace_take(const char *traceparent, char trace[static ID_TRACE_BYTES])
{
    const char *parts[PARTS];
    const char *at = traceparent;

    for (int i = 0; i < PARTS; i++) {
        if (at == NULL || !is_hex(at, lengths[i])) {
            return false;
        }
        parts[i] = at;
        at += lengths[i];
        if (i + 1 < PARTS && *at++ != '-') {
            return false;
        }
    }
    bool first_version = strncmp(parts[0], "00", 2) == 0;
    if (strncmp(parts[0], "ff", 2) == 0 || is_zeros(parts[1], lengths[1]) ||
        is_zeros(parts[2], lengths[2]) || (*at != '\0' && (first_version || *at != '-'))) {
        return false;
    }
    memcpy(trace, parts[1], ID_TRACE_BYTES - 1);
    trace[ID_TRACE_BYTES - 1] = '\0';
    return true;
}
