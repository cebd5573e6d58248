/* Private to common/redis: the handle and what its files share. */
#pragma once

#include "common/redis/redis.h"
#include "common/redis/redis_url.h"

enum { REDIS_SCRIPTS_MAX = 64, REDIS_SHA1_HEX_BYTES = 41 };

/* Digest of an embedded script, computed once per handle. */
struct script_sha {
    const struct embedded *script;
    char hex[REDIS_SHA1_HEX_BYTES];
};

struct redis {
    struct redis_url url;
    struct ssl_ctx_st *tls; /* what every TLS connection is made of; NULL = plain */
    redisContext *context;  /* NULL = not connected */
    struct ssl_st *ssl;     /* the context's; NULL = plain or not connected */
    int64_t timeout_ms;
    int64_t context_timeout_ms; /* what the socket is set to */
    int64_t last_ok_ms;
    int64_t next_try_ms; /* monotonic; no connection attempt before */
    unsigned failures;   /* attempts failed in a row */
    struct script_sha scripts[REDIS_SCRIPTS_MAX];
    size_t script_count;
};

/* Close the connection, keep the handle. */
void redis_drop(struct redis *r);
/* Whether the peer closed an idle connection (so that nothing of ours can have been lost). */
bool redis_is_stale(const struct redis *r);
/* Apply r->timeout_ms to the socket when it changed. */
must_check int redis_apply_timeout(struct redis *r, struct fail *f);
/* Send one command on the open context and wait for its reply; no reconnecting. */
must_check int redis_exchange(struct redis *r, size_t argc, const char *const *argv,
                              const size_t *lens, redisReply **ret, struct fail *f);
