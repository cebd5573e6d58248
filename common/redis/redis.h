/* A connection to Redis: lazy connect, reconnect with backoff after any I/O or protocol error, Lua scripts by SHA with reload
 * on NOSCRIPT, pipelines, deadlines on every command.
 * Through Sentinel (redis+sentinel://...) every connection attempt asks the sentinels anew, first the one that answered
 * last, and believes what they say only when the server's own ROLE is master.
 * Errors of the server are mapped to kinds (redis_error.c has the table): READONLY, LOADING, MASTERDOWN, NOREPLICAS, MISCONF,
 * BUSY, TRYAGAIN, UNBLOCKED, OOM -> FAIL_LATER (READONLY, MASTERDOWN and UNBLOCKED also drop the connection, so that
 * the next command finds the primary); NOAUTH, NOPERM, WRONGPASS -> FAIL_DENIED, naming command and user, never the
 * password; "ERR max number of clients" -> FAIL_LATER as a connection that failed, with the backoff of one; others FAIL_BUG.
 * A TLS server whose certificate is not trusted or not for its name is FAIL_DENIED with code REDIS_CERTIFICATE.
 * A connection lost after a command was sent is FAIL_UNKNOWN; when not all of the command had left, it is FAIL_LATER.
 * code holds the error's first word, or REDIS_CONNECTION when there is no connection or it broke.
 * Every wait is finite: connecting 3 s (a sentinel 0.7 s, beside the resolver's own time), a reply the timeout of the
 * handle, and a peer that vanished without a word is noticed by TCP after 10 s at most.
 * Threads: a struct redis, and a struct redis_pipe with it, belongs to one thread. */
#pragma once

#include <hiredis/hiredis.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/embedded.h"
#include "common/base/fail.h"

struct redis;

#define REDIS_CONNECTION  "CONNECTION"
#define REDIS_CERTIFICATE "CERTIFICATE"

/* Release for `scoped(redis_reply_clear_p) redisReply *reply = NULL;`. */
static inline void redis_reply_clear_p(redisReply **reply)
{
    if (*reply != NULL) {
        freeReplyObject(*reply);
    }
}

/* Parse the URL (its forms: redis_url.h; TLS where hiredis has it: DROPSHIP_REDIS_TLS) and make a handle; no network.
 * CA certificates are read here, once.  FAIL_INPUT names the faulty part without printing the password.
 * *ret is the caller's (redis_close). */
must_check int redis_open(const char *url, struct redis **ret, struct fail *f);
/* Hang up and free; NULL is fine.  Pipes on the handle are closed before. */
void redis_close(struct redis *r);
/* Release for `scoped(redis_close_p) struct redis *r = NULL;`. */
static inline void redis_close_p(struct redis **r)
{
    redis_close(*r);
}

/* Deadline of following commands; blocking commands need their server-side block plus some.  Default 5000. */
void redis_set_timeout(struct redis *r, int64_t timeout_ms);
/* What redis_set_timeout set. */
int64_t redis_timeout(const struct redis *r);
/* Connect now if not connected (honours the backoff: FAIL_LATER with advice while waiting). */
must_check int redis_connect(struct redis *r, struct fail *f);
/* Milliseconds (monotonic) of the last successful command; 0 = never. For health. */
int64_t redis_last_ok_ms(const struct redis *r);

/* The words of a command, or of a script call; borrowed for the call. */
struct redis_args {
    const char *const *argv;
    const size_t *lens; /* sizes of the binary-safe words; NULL: they are NUL-terminated */
    size_t argc;
    size_t keys; /* scripts: so many leading words are KEYS, the others ARGV */
};

/* Run one command.  *ret is the caller's (redis_reply_clear_p), untouched on failure; error replies are failures, never
 * returned. */
must_check int redis_command(struct redis *r, const struct redis_args *args, redisReply **ret,
                             struct fail *f);
/* Run an embedded script, whose text is sent only when the server does not have it. */
must_check int redis_eval(struct redis *r, const struct embedded *script,
                          const struct redis_args *args, redisReply **ret, struct fail *f);
/* redis_command for text words: redis_do(r, &reply, f, "LLEN", key, NULL). */
must_check int redis_do(struct redis *r, redisReply **ret, struct fail *f, ...)
    __attribute__((sentinel));

/* Several commands in one round trip.  Add them, send them, read as many replies; then the pipe is empty and can be
 * used again.  While replies are to come, the handle takes no other command.
 *     redis_pipe_command(p, &a, f); redis_pipe_eval(p, &script, &b, f); redis_pipe_send(p, f);
 *     while ((got = redis_pipe_next(p, &reply, f)) != 1) { ... got is 0 or -1 for this command ... }
 * A script that the server did not have is run when its reply is asked for, so after the others: commands of one pipe
 * must not rely on each other's order. */
struct redis_pipe;

/* An empty pipe on r.  *ret is the caller's (redis_pipe_close), before redis_close(r). */
must_check int redis_pipe_open(struct redis *r, struct redis_pipe **ret, struct fail *f);
/* Free it; when replies are still to come the connection is dropped.  NULL is fine. */
void redis_pipe_close(struct redis_pipe *p);
/* Release for `scoped(redis_pipe_close_p) struct redis_pipe *p = NULL;`. */
static inline void redis_pipe_close_p(struct redis_pipe **p)
{
    redis_pipe_close(*p);
}
/* Add a command, whose words are copied.  FAIL_LATER without memory (the pipe is as before); FAIL_BUG between
 * redis_pipe_send and the last reply. */
must_check int redis_pipe_command(struct redis_pipe *p, const struct redis_args *args,
                                  struct fail *f);
/* Add a script call; likewise. */
must_check int redis_pipe_eval(struct redis_pipe *p, const struct embedded *script,
                               const struct redis_args *args, struct fail *f);
/* Write all of it out without waiting for replies.  FAIL_LATER when nothing was sent: the pipe is as before and can be
 * sent again or closed.  FAIL_UNKNOWN when the connection broke: redis_pipe_next says so for each command. */
must_check int redis_pipe_send(struct redis_pipe *p, struct fail *f);
/* The reply of the next command, in the order they were added: 0 with *ret the caller's; -1 when this one failed (as
 * redis_command would have; the others still have their replies; after a lost connection all the rest are FAIL_UNKNOWN);
 * 1 when there is none left.  Sends the pipe when that was not done: then each command has the failure of that. */
must_check int redis_pipe_next(struct redis_pipe *p, redisReply **ret, struct fail *f);

/* Server time in microseconds since the epoch (TIME). */
must_check int redis_time_us(struct redis *r, int64_t *ret_us, struct fail *f);
/* FAIL_DENIED with a sentence unless maxmemory-policy is noeviction (a server that hides CONFIG passes). */
must_check int redis_check_policy(struct redis *r, struct fail *f);
