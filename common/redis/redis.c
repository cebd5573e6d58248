#include "common/redis/redis.h"

#include <stdlib.h>
#include <string.h>

#include "common/redis/redis_priv.h"
#include "common/redis/redis_tls.h"

enum { DEFAULT_TIMEOUT_MS = 5000, CONNECT_TIMEOUT_MS = 3000 };

int redis_open(const char *url, struct redis **ret, struct fail *f)
{
    scoped(redis_close_p) struct redis *r = calloc(1, sizeof *r);

    if (r == NULL) {
        return fail_memory(f);
    }
    TRY(redis_url_parse(url, &r->url, f));
    if (r->url.tls) {
        TRY(redis_tls_open(r, f));
    }
    r->timeout_ms = DEFAULT_TIMEOUT_MS;
    r->connect_timeout_ms = CONNECT_TIMEOUT_MS;
    *ret = take_ptr(r);
    return 0;
}

void redis_close(struct redis *r)
{
    if (r == NULL) {
        return;
    }
    redis_drop(r);
    redis_sentinel_unwatch(r);
    redis_tls_close(r);
    if (r->wire.bytes != NULL) { /* it may hold an AUTH */
        explicit_bzero(r->wire.bytes, r->wire.cap);
    }
    redis_wire_done(&r->wire);
    explicit_bzero(&r->url, sizeof r->url);
    free(r);
}

void redis_set_timeout(struct redis *r, int64_t timeout_ms)
{
    r->timeout_ms = timeout_ms;
}

int64_t redis_timeout(const struct redis *r)
{
    return r->timeout_ms;
}

int64_t redis_last_ok_ms(const struct redis *r)
{
    return r->last_ok_ms;
}

int redis_time_us(struct redis *r, int64_t *ret_us, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    TRY(redis_do(r, &reply, f, "TIME", NULL));
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) {
        return fail_set(f, FAIL_BUG, "Redis answered TIME with something else");
    }
    *ret_us = strtoll(reply->element[0]->str, NULL, 10) * 1000000 +
              strtoll(reply->element[1]->str, NULL, 10);
    return 0;
}

/* INFO, not CONFIG GET: hosted servers hide CONFIG but show the policy here. */
int redis_check_policy(struct redis *r, struct fail *f)
{
    static const char field[] = "maxmemory_policy:";
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    const char *policy;

    if (redis_do(r, &reply, f, "INFO", "memory", NULL) < 0) {
        return f->kind == FAIL_LATER || f->kind == FAIL_UNKNOWN ? -1 : 0;
    }
    policy = reply->str == NULL ? NULL : strstr(reply->str, field);
    if (policy == NULL) {
        return 0;
    }
    policy += strlen(field);
    if (strncmp(policy, "noeviction", strlen("noeviction")) == 0) {
        return 0;
    }
    return fail_code(f, FAIL_DENIED, "EVICTION",
                     "Redis may throw jobs away: maxmemory-policy is '%.*s'; set it to noeviction",
                     (int)strcspn(policy, "\r\n"), policy);
}
