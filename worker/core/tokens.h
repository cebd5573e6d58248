/* Tokens of outside services, kept in table provider_token and renewed by one owner at a time
 * under an advisory lock: everybody reads the row; who finds it stale or about to end takes the
 * lock, reads again, and only then renews.  A login is noted before it is tried, so that not
 * even a crash loop can log in more often than the provider allows. Tokens are registered with
 * log_redact and never logged.
 * Threads: uses the caller's db. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

enum { TOKEN_BYTES = 2048 };

struct token {                                      /* as a provider hands it out */
    char access[TOKEN_BYTES], refresh[TOKEN_BYTES]; /* refresh "" = none */
    char account_id[64];                            /* "" = none; a secret */
    int64_t lives_ms, refresh_lives_ms;             /* from now */
    int64_t qps_limit;                              /* calls per second, 0 = not said */
};

struct token_source {
    const char *provider;    /* key of the row and of the lock */
    int64_t renew_before_ms; /* renewed when less than this remains, every ten minutes at most */
    int64_t login_gap_ms;    /* at most one login in this time */
    int64_t wait_ms;         /* for another owner who renews; 0 = 10 s */
    void *ctx;
    /* FAIL_LATER and FAIL_LIMITED of these two say that nothing was sent, so that a login may be
     * tried again at once; what may have counted at the provider is FAIL_UNKNOWN. */
    int (*login)(void *ctx, struct token *ret, struct fail *f);
    /* NULL: there is no refresh, each renewal is a login. */
    int (*refresh)(void *ctx, const char *refresh_token, struct token *ret, struct fail *f);
};

struct token_use {
    char access[TOKEN_BYTES];
    int64_t qps_limit; /* calls per second as last said; 0 = unknown */
};

/* The token to use.  stale: the one that was just refused (NULL = none); it is renewed unless
 * somebody has done so already. FAIL_LATER: passing trouble.  FAIL_LIMITED: the last login is
 * too recent, or another worker is still renewing.  Others: refused. */
must_check int token_get(struct db *db, const struct token_source *source, const char *stale,
                         struct token_use *ret, struct fail *f);
