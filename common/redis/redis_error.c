#include "common/redis/redis_error.h"

#include <string.h>

#include "common/base/attr.h"

/* To add an error: one line here; tests/unit/redis/error_test.c checks the promises of redis.h. */
static const struct redis_error_rule rules[] = {
    /* word         kind        wait_ms  drop */
    { "READONLY", FAIL_LATER, 200, true }, /* demoted to replica: find the new primary */
    { "UNBLOCKED", FAIL_LATER, 0, true },  /* failover ended a blocking command */
    { "MASTERDOWN", FAIL_LATER, 500, false },
    { "LOADING", FAIL_LATER, 500, false },
    { "NOREPLICAS", FAIL_LATER, 500, false },
    { "MISCONF", FAIL_LATER, 1000, false }, /* cannot save: disk */
    { "OOM", FAIL_LATER, 1000, false },     /* maxmemory */
    { "BUSY", FAIL_LATER, 200, false },     /* a script runs too long */
    { "TRYAGAIN", FAIL_LATER, 200, false },
    { "CLUSTERDOWN", FAIL_LATER, 500, false },
    { "NOAUTH", FAIL_DENIED, 0, true }, /* a new session sends AUTH again */
    { "NOPERM", FAIL_DENIED, 0, false },
    { "WRONGPASS", FAIL_DENIED, 0, true },
};
static const struct redis_error_rule unknown = { "", FAIL_BUG, 0, false };

const struct redis_error_rule *redis_error_find(const char *text,
                                                char word[static REDIS_ERROR_WORD_BYTES])
{
    size_t word_bytes = strcspn(text, " :\r\n");

    if (word_bytes >= REDIS_ERROR_WORD_BYTES) {
        word_bytes = REDIS_ERROR_WORD_BYTES - 1;
    }
    memcpy(word, text, word_bytes);
    word[word_bytes] = '\0';
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        if (strcmp(rules[i].word, word) == 0) {
            return &rules[i];
        }
    }
    return &unknown;
}
