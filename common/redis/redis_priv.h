/* Private to common/redis: the handle and what its files share. */
#pragma once

#include "common/redis/redis.h"
#include "common/redis/redis_error.h"
#include "common/redis/redis_url.h"
#include "common/redis/redis_wire.h"

enum { REDIS_SCRIPTS_MAX = 128, REDIS_SHA1_HEX_BYTES = 41 };

/* Digest of an embedded script, computed once per handle. */
struct script_sha {
    const struct embedded *script;
    char hex[REDIS_SHA1_HEX_BYTES];
};

struct redis {
    struct redis_url url;   /* with Sentinel, url.server is the primary found last */
    struct ssl_ctx_st *tls; /* what every TLS connection is made of; NULL = plain */
    redisContext *context;  /* NULL = not connected */
    struct ssl_st *ssl;     /* the context's; NULL = plain or not connected */
    int64_t timeout_ms;
    int64_t connect_timeout_ms;
    int64_t context_timeout_ms; /* what the socket is set to */
    int64_t last_ok_ms;
    int64_t next_try_ms;    /* monotonic; no connection attempt before */
    unsigned failures;      /* attempts failed in a row */
    size_t sentinel;        /* the one that answered last, asked first */
    redisContext *watch;    /* to that one, which tells here of a failover; NULL = blind */
    int64_t next_watch_ms;  /* monotonic; no search for another one to watch before */
    size_t unread;          /* replies of a pipe that are still to come */
    struct redis_wire wire; /* the command being sent */
    struct script_sha scripts[REDIS_SCRIPTS_MAX];
    size_t script_count;
};

/* Close the connection, keep the handle. */
void redis_drop(struct redis *r);
/* Whether the peer closed an idle connection (so that nothing of ours can have been lost). */
bool redis_is_stale(const struct redis *r);
/* Apply r->timeout_ms to the socket when it changed. */
must_check int redis_apply_timeout(struct redis *r, struct fail *f);

/* Connect r->url.server or r->url.path, log in, select the database: one attempt, no backoff.  On failure there is no
 * connection; FAIL_LATER, or FAIL_DENIED. */
must_check int redis_session_open(struct redis *r, struct fail *f);
/* The same for the primary that the sentinels of r->url name. */
must_check int redis_sentinel_open(struct redis *r, struct fail *f);
/* Drop the connection when the watched sentinel has told of a failover.  Cheap: for every command. */
void redis_sentinel_heed(struct redis *r);
/* Stop watching the sentinels and close the connection to the one watched; nothing is done when none is. */
void redis_sentinel_unwatch(struct redis *r);

/* A connection fit for a command: replaced when it is stale, made when there is none.  FAIL_BUG while replies of a
 * pipe are unread. */
must_check int redis_begin(struct redis *r, struct fail *f);
/* Write `w` out.  On failure there is no connection and the kind is FAIL_UNKNOWN, or what the server said before it hung
 * up; of a single command the server cannot have seen the end.  `command` is for the text. */
must_check int redis_write(struct redis *r, const struct redis_wire *w, const char *command,
                           struct fail *f);
/* The next reply, error replies included.  FAIL_UNKNOWN, and no connection, when there is none within the timeout. */
must_check int redis_read(struct redis *r, const char *command, redisReply **ret, struct fail *f);
/* An error reply as a failure; the rule says whether the connection must go, which is left to the caller.  Always -1. */
int redis_refused(const struct redis *r, const char *command, const redisReply *reply,
                  const struct redis_error_rule **ret_rule, struct fail *f);
/* Send one command on the open context and wait for its reply; no reconnecting. */
must_check int redis_exchange(struct redis *r, const struct redis_args *args, redisReply **ret,
                              struct fail *f);
/* Hex digest of a script in `hex`, remembered.  FAIL_LATER without memory. */
must_check int redis_script_sha(struct redis *r, const struct embedded *script,
                                char hex[static REDIS_SHA1_HEX_BYTES], struct fail *f);
