#include "common/redis/redis_error.h"

#include <errno.h>
#include <string.h>

#include "common/base/attr.h"
#include "common/redis/redis.h"

/* To add an error: one line here, and a test in tests/integration/redis/error_test.c that makes a real server say it.
 * FAIL_LATER: nothing was done.  FAIL_UNKNOWN: it may have been. */
static const struct redis_error_rule rules[] = {
    /* start, kind, wait_ms, drop, code, advice */
    { "READONLY", FAIL_LATER, 200, true, NULL,
      "it became a replica, the primary is looked for again; if this lasts, the URL names a "
      "replica" },
    { "UNBLOCKED", FAIL_LATER, 0, true, NULL,
      "a failover or CLIENT UNBLOCK ended the wait, which is begun again" },
    { "MASTERDOWN", FAIL_LATER, 500, true, NULL,
      "it is a replica without its primary, which is looked for again" },
    { "LOADING", FAIL_LATER, 500, false, NULL, "it reads its data and answers afterwards" },
    { "NOREPLICAS", FAIL_LATER, 500, false, NULL,
      "fewer good replicas than min-replicas-to-write: bring one back" },
    { "MISCONF", FAIL_LATER, 1000, false, NULL,
      "it cannot save and refuses writes: look at its disk, its directory and its log" },
    { "OOM", FAIL_LATER, 1000, false, NULL,
      "maxmemory is reached: raise it, or let the workers empty the queues" },
    { "BUSY", FAIL_LATER, 200, false, NULL,
      "a script runs too long: SCRIPT KILL, unless it has written" },
    { "TRYAGAIN", FAIL_LATER, 200, false, NULL, "a cluster moves these keys just now" },
    { "CLUSTERDOWN", FAIL_LATER, 500, false, NULL, "it is part of a cluster that is not whole" },
    { "CROSSSLOT", FAIL_DENIED, 0, false, NULL,
      "a Redis Cluster cannot hold the queue: use one primary, with Sentinel" },
    { "MOVED", FAIL_DENIED, 0, false, NULL,
      "a Redis Cluster cannot hold the queue: use one primary, with Sentinel" },
    { "NOSCRIPT", FAIL_LATER, 0, false, NULL, "" }, /* redis_eval sends the script itself */
    { "NOAUTH", FAIL_DENIED, 0, true, NULL, "the URL lacks user:password@" },
    { "NOPERM", FAIL_DENIED, 0, false, NULL, "grant it by ACL SETUSER" },
    { "WRONGPASS", FAIL_DENIED, 0, true, NULL,
      "user or password in the URL is wrong, or the user is off" },
    { "ERR AUTH", FAIL_DENIED, 0, true, NULL,
      "the server wants no password: take it out of the URL" },
    /* said to whoever connects, before the server hangs up */
    { "ERR max number of clients", FAIL_LATER, 500, true, REDIS_CONNECTION,
      "raise its maxclients, or run fewer threads" },
    { "ERR Protocol error", FAIL_BUG, 0, true, NULL,
      "a word is longer than the server's proto-max-bulk-len, or a proxy changed the bytes" },
    /* no reply */
    { REDIS_BREAK_EOF, FAIL_UNKNOWN, 0, true, REDIS_CONNECTION,
      "the server closed the connection" },
    { REDIS_BREAK_TIMEOUT, FAIL_UNKNOWN, 0, true, REDIS_CONNECTION, "no answer in time" },
    { REDIS_BREAK_PROTOCOL, FAIL_UNKNOWN, 0, true, REDIS_CONNECTION,
      "what answers there is not Redis" },
    { REDIS_BREAK_MEMORY, FAIL_UNKNOWN, 0, true, REDIS_CONNECTION, "no memory for the answer" },
    { REDIS_BREAK_IO, FAIL_UNKNOWN, 0, true, REDIS_CONNECTION, "the connection broke" },
};
static const struct redis_error_rule unknown = { "", FAIL_BUG, 0, false, NULL, "" };

const struct redis_error_rule *redis_error_rules(size_t *ret_count)
{
    *ret_count = COUNT_OF(rules);
    return rules;
}

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

/* hiredis before 1.0 has no error of its own for a deadline that passed: it is an I/O error. */
static const char *break_start(int context_error, int system_error)
{
#ifdef REDIS_ERR_TIMEOUT
    if (context_error == REDIS_ERR_TIMEOUT) {
        return REDIS_BREAK_TIMEOUT;
    }
#endif
    switch (context_error) {
    case REDIS_ERR_EOF:
        return REDIS_BREAK_EOF;
    case REDIS_ERR_PROTOCOL:
        return REDIS_BREAK_PROTOCOL;
    case REDIS_ERR_OOM:
        return REDIS_BREAK_MEMORY;
    default:
        return context_error == REDIS_ERR_IO &&
                       (system_error == EAGAIN || system_error == ETIMEDOUT)
                   ? REDIS_BREAK_TIMEOUT
                   : REDIS_BREAK_IO;
    }
}

const struct redis_error_rule *redis_break_find(int context_error, int system_error)
{
    char word[REDIS_ERROR_WORD_BYTES];

    return redis_error_find(break_start(context_error, system_error), word);
}
