/* A connection to Redis: lazy connect, reconnect with backoff after any I/O or protocol error, Lua scripts by SHA with reload
 * on NOSCRIPT, deadlines on every command.
 * Errors of the server are mapped to kinds: READONLY, LOADING, MASTERDOWN, NOREPLICAS, MISCONF, BUSY, TRYAGAIN, UNBLOCKED, OOM
 * -> FAIL_LATER (READONLY and UNBLOCKED also drop the connection); NOAUTH, NOPERM, WRONGPASS -> FAIL_DENIED; "ERR max number
 * of clients" -> FAIL_LATER as a connection that failed, with the backoff of one; others FAIL_BUG.
 * A TLS server whose certificate is not trusted or not for its name is FAIL_DENIED with code REDIS_CERTIFICATE.
 * A connection lost after a command was sent is FAIL_UNKNOWN.  code holds the error's first word, or
 * REDIS_CONNECTION when there is no connection or it broke.
 * The process ignores SIGPIPE.  Threads: a struct redis belongs to one thread. */
#pragma once

#include <hiredis/hiredis.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/embedded.h"
#include "common/base/fail.h"

struct redis;

#define REDIS_CONNECTION  "CONNECTION"
#define REDIS_CERTIFICATE "CERTIFICATE"

static inline void redis_reply_clear_p(redisReply **reply)
{
    if (*reply != NULL) {
        freeReplyObject(*reply);
    }
}

/* Parse the URL (redis://[user:password@]host:port/db, unix:///path?db=N, rediss://...[?cacert=/path] where hiredis has
 * TLS: DROPSHIP_REDIS_TLS) and make a handle; no network.  CA certificates are read here, once.
 * FAIL_INPUT names the faulty part without printing the password. */
must_check int redis_open(const char *url, struct redis **ret, struct fail *f);
void redis_close(struct redis *r);
static inline void redis_close_p(struct redis **r)
{
    redis_close(*r);
}

/* Deadline of following commands; blocking commands need their server-side block plus some.  Default 5000. */
void redis_set_timeout(struct redis *r, int64_t timeout_ms);
int64_t redis_timeout(const struct redis *r);
/* Connect now if not connected (honours the backoff: FAIL_LATER with advice while waiting). */
must_check int redis_connect(struct redis *r, struct fail *f);
/* Milliseconds (monotonic) of the last successful command; 0 = never. For health. */
int64_t redis_last_ok_ms(const struct redis *r);

/* One command of argc binary-safe words (lens NULL: NUL-terminated).  *ret is the caller's (redis_reply_clear_p); error
 * replies are failures, never returned. */
must_check int redis_call(struct redis *r, size_t argc, const char *const *argv, const size_t *lens,
                          redisReply **ret, struct fail *f);
/* The same for text words: redis_do(r, &reply, f, "LLEN", key, NULL). */
must_check int redis_do(struct redis *r, redisReply **ret, struct fail *f, ...)
    __attribute__((sentinel));

/* Run an embedded script with `keys` leading words as KEYS and the rest as ARGV. */
must_check int redis_script(struct redis *r, const struct embedded *script, size_t keys,
                            size_t argc, const char *const *argv, const size_t *lens,
                            redisReply **ret, struct fail *f);

/* Server time in microseconds since the epoch (TIME). */
must_check int redis_time_us(struct redis *r, int64_t *ret_us, struct fail *f);
/* FAIL_DENIED with a sentence unless maxmemory-policy is noeviction (a server that hides CONFIG passes). */
must_check int redis_check_policy(struct redis *r, struct fail *f);
