/* What a provider's client is handed from outside: limits and tokens.  Providers know neither
 * Postgres nor Redis. Around every request: token, enter, the request, leave, bucket.  A
 * successful enter is followed by exactly one leave. `operation` is the GraphQL operation name
 * ("OrderDetail") or CJ's path ("logistic/freightCalculate"); the calls that fetch a token
 * ("access_token", "authentication/...") pass here too, without asking `token`.
 * Threads: a gate belongs to the client's thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

struct provider_gate {
    void *ctx;
    /* Before each request: breaker, spacing, points or bucket cost.  May sleep; FAIL_LIMITED
     * when the wait is long. */
    int (*enter)(void *ctx, const char *operation, double cost, struct fail *f);
    /* After each request: healthy as for the breaker; throttled with its pause (0 = none). */
    void (*leave)(void *ctx, bool healthy, int64_t throttled_ms);
    /* What the provider said about its bucket (available, maximum, per second); NULL = not used. */
    void (*bucket)(void *ctx, double available, double maximum, double restore_per_s);
    /* Whether the calls that follow may use what is kept of the daily points for urgent work; closed until told; NULL = not used. */
    void (*reserve)(void *ctx, bool open);
    /* The provider says its daily points are used up; NULL = not used. */
    void (*points_gone)(void *ctx, int64_t retry_ms);
    /* The token to use, at most size-1 bytes; `stale` = the one that was just refused (NULL =
     * none): renew unless somebody has. */
    int (*token)(void *ctx, const char *stale, char *ret, size_t ret_bytes, struct fail *f);
};
