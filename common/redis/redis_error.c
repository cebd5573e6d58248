#include "common/redis/redis_error.h"

#include <string.h>

#include "common/base/attr.h"
#include "common/redis/redis.h"

/* To add an error: one line here; tests/unit/redis/redis_test.c checks the promises of redis.h. */
static const struct redis_error_rule rules[] = {
    /* start        kind        wait_ms  drop  code */
    { "READONLY", FAIL_LATER, 200, true, NULL }, /* demoted to replica: find the new primary */
    { "UNBLOCKED", FAIL_LATER, 0, true, NULL },  /* failover ended a blocking command */
    { "MASTERDOWN", FAIL_LATER, 500, false, NULL },
    { "LOADING", FAIL_LATER, 500, false, NULL },
    { "NOREPLICAS", FAIL_LATER, 500, false, NULL },
    { "MISCONF", FAIL_LATER, 1000, false, NULL }, /* cannot save: disk */
    { "OOM", FAIL_LATER, 1000, false, NULL },     /* maxmemory */
    { "BUSY", FAIL_LATER, 200, false, NULL },     /* a script runs too long */
    { "TRYAGAIN", FAIL_LATER, 200, false, NULL },
    { "CLUSTERDOWN", FAIL_LATER, 500, false, NULL },
    { "NOAUTH", FAIL_DENIED, 0, true, NULL }, /* a new session sends AUTH again */
    { "NOPERM", FAIL_DENIED, 0, false, NULL },
    { "WRONGPASS", FAIL_DENIED, 0, true, NULL },
    /* said to whoever connects, before the server hangs up */
    { "ERR max number of clients", FAIL_LATER, 500, true, REDIS_CONNECTION },
};
static const struct redis_error_rule unknown = { "", FAIL_BUG, 0, false, NULL };

/* "BUSY" begins "BUSY Redis is...", but not "BUSYGROUP...". */
static bool begins(const char *text, const char *start)
{
    size_t bytes = strlen(start);

    return strncmp(text, start, bytes) == 0 && strchr(" :\r\n", text[bytes]) != NULL;
}

const struct redis_error_rule *redis_error_find(const char *text,
                                                char word[static REDIS_ERROR_WORD_BYTES])
{
    const struct redis_error_rule *found = &unknown;
    const char *code;
    size_t bytes;

    for (size_t i = 0; i < COUNT_OF(rules) && found == &unknown; i++) {
        found = begins(text, rules[i].start) ? &rules[i] : &unknown;
    }
    code = found->code != NULL ? found->code : text;
    bytes = strcspn(code, " :\r\n");
    if (bytes >= REDIS_ERROR_WORD_BYTES) {
        bytes = REDIS_ERROR_WORD_BYTES - 1;
    }
    memcpy(word, code, bytes);
    word[bytes] = '\0';
    return found;
}
