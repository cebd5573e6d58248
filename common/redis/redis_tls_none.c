#include "common/redis/redis_tls.h"

int redis_tls_open(struct redis *r, struct fail *f)
{
    (void)r;
    return fail_set(
        f, FAIL_INPUT,
        "Redis URL: this build's hiredis has no TLS; use redis:// through a private network or a "
        "TLS tunnel");
}

void redis_tls_close(struct redis *r)
{
    (void)r;
}

/* The rest is for handles that redis_tls_open() never lets come to be. */
int redis_tls_start(struct redis *r, int64_t deadline_ms, struct fail *f)
{
    (void)r;
    (void)deadline_ms;
    return fail_set(f, FAIL_BUG, "TLS without redis_tls_open");
}

bool redis_tls_is_stale(const struct redis *r)
{
    (void)r;
    return true;
}

void redis_tls_forget_errors(const struct redis *r)
{
    (void)r;
}

const char *redis_tls_reason(const struct redis *r, const char *otherwise)
{
    (void)r;
    return otherwise;
}
