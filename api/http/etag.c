#include "api/http/etag.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Eight bytes a step: a byte-wise hash of a page of orders would cost more than all else that is done to it here. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

void etag_of(const void *bytes, size_t size_bytes, char tag[static ETAG_BYTES])
{
    const unsigned char *at = bytes;
    uint64_t hash = mix(UINT64_C(0x2545f4914f6cdd1d), size_bytes), word = 0;
    size_t left = size_bytes;

    for (; left >= sizeof word; left -= sizeof word, at += sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = mix(hash, word);
    }
    word = 0;
    memcpy(&word, at, left);
    hash = mix(mix(hash, word), 0);
    snprintf(tag, ETAG_BYTES, "W/\"%016" PRIx64 "\"", hash);
}

static const char *without_weakness(const char *tag)
{
    return strncmp(tag, "W/", 2) == 0 ? tag + 2 : tag;
}

bool etag_is_known(const char *if_none_match, const char *tag)
{
    const char *wanted = without_weakness(tag);
    size_t size = strlen(wanted);

    for (const char *at = if_none_match; at != NULL && *at != '\0';) {
        at += strspn(at, " \t,");
        if (*at == '*') {
            return true;
        }
        at = without_weakness(at);
        if (strncmp(at, wanted, size) == 0 && strchr(" \t,", at[size]) != NULL) {
            return true;
        }
        at += strcspn(at, ",");
    }
    return false;
}
