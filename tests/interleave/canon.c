#include "tests/interleave/canon.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMES_MAX = 64, TIME_BYTES = 32, LONG_DIGITS = 10 };

static char times[TIMES_MAX][TIME_BYTES];
static size_t time_count;

void canon_begin(void)
{
    time_count = 0;
}

size_t canon_mark(void)
{
    return time_count;
}

void canon_release(size_t mark)
{
    time_count = mark;
}

static unsigned name_of(const char *digits, size_t size_bytes)
{
    for (size_t i = 0; i < time_count; i++) {
        if (strncmp(times[i], digits, size_bytes) == 0 && times[i][size_bytes] == '\0') {
            return (unsigned)i;
        }
    }
    if (time_count == TIMES_MAX || size_bytes >= TIME_BYTES) {
        (void)fprintf(stderr, "more times than fit\n");
        abort();
    }
    memcpy(times[time_count], digits, size_bytes);
    times[time_count][size_bytes] = '\0';
    return (unsigned)time_count++;
}

static uint64_t mix(uint64_t digest, unsigned char byte)
{
    digest = (digest ^ byte) * 0x9E3779B97F4A7C15u;
    return digest ^ (digest >> 29);
}

static size_t number_length(const char *at, const char *end)
{
    const char *start = at;

    while (at < end && (isdigit((unsigned char)*at) || *at == '.')) {
        at++;
    }
    return (size_t)(at - start);
}

uint64_t canon_digest(uint64_t digest, const char *bytes, size_t size_bytes)
{
    static const char member[] = "\"enqueued_at\":";
    const char *end = bytes + size_bytes;
    const char *at = bytes;

    while (at < end) {
        size_t length = number_length(at, end);
        const char *before = at - strlen(member);

        if (length == 0) {
            digest = mix(digest, (unsigned char)*at++);
        } else if (before >= bytes && memcmp(before, member, strlen(member)) == 0) {
            digest = mix(digest, (unsigned char)('a' + name_of(at, length)));
        } else if (length >= LONG_DIGITS || memchr(at, '.', length) != NULL) {
            digest = mix(digest, 'T');
        } else {
            for (size_t i = 0; i < length; i++) {
                digest = mix(digest, (unsigned char)at[i]);
            }
        }
        at += length;
    }
    return digest;
}
