/* The primary by Sentinel: ask the sentinels in turn, believe an address only when the server there says ROLE master.
 * A sentinel that was cut off may name a server that has long been replaced, and right after a failover all of them name
 * one that is dead; so a wrong answer makes the next one be asked, and when no answer holds, the caller's backoff. */
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "common/redis/redis_priv.h"

/* Short, since the next one is as good. */
enum { SENTINEL_TIMEOUT_MS = 700 };

/* What was learned from all of them, for the failure's text. */
struct inquiry {
    struct redis_place tried[REDIS_SENTINELS_MAX];
    size_t tried_count;
    bool all_denied;
    char said[300];
};

/* A reply that names no address is nil: this sentinel does not watch such a primary. */
static int read_place(const redisReply *reply, const char *service, struct redis_place *ret,
                      struct fail *f)
{
    int64_t port = 0;

    if (reply->type == REDIS_REPLY_NIL) {
        return fail_code(f, FAIL_LATER, REDIS_CONNECTION, "knows no primary '%s'", service);
    }
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
        reply->element[0]->type != REDIS_REPLY_STRING ||
        reply->element[1]->type != REDIS_REPLY_STRING ||
        !str_fit(ret->host, sizeof ret->host, reply->element[0]->str) || ret->host[0] == '\0' ||
        str_to_int(reply->element[1]->str, 1, 65535, "port", &port, f) < 0) {
        return fail_code(f, FAIL_LATER, REDIS_CONNECTION, "does not answer as a sentinel does");
    }
    ret->port = (int)port;
    return 0;
}

/* Where does this sentinel think the primary is?  On a connection of its own, with its own login. */
static int ask(const struct redis *r, const struct redis_place *sentinel, struct redis_place *ret,
               struct fail *f)
{
    struct redis asker = {
        .url = { .server = *sentinel, .tls = r->url.tls, .login = r->url.sentinel_login },
        .tls = r->tls,
        .timeout_ms = SENTINEL_TIMEOUT_MS,
        .connect_timeout_ms = SENTINEL_TIMEOUT_MS
    };
    const char *words[] = { "SENTINEL", "get-master-addr-by-name", r->url.service };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    int result = redis_session_open(&asker, f);

    if (result == 0) {
        result =
            redis_exchange(&asker, &(struct redis_args){ .argv = words, .argc = 3 }, &reply, f);
    }
    redis_drop(&asker);
    if (asker.wire.bytes != NULL) {
        explicit_bzero(asker.wire.bytes, asker.wire.cap);
    }
    redis_wire_done(&asker.wire);
    explicit_bzero(&asker.url.login, sizeof asker.url.login);
    return result < 0 ? -1 : read_place(reply, r->url.service, ret, f);
}

/* A replica refuses writes but answers reads with what was, so it must not be taken for the primary. */
static int want_primary(struct redis *r, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    const char *words[] = { "ROLE" };

    TRY(redis_exchange(r, &(struct redis_args){ .argv = words, .argc = 1 }, &reply, f));
    if (reply->type == REDIS_REPLY_ARRAY && reply->elements > 0 &&
        reply->element[0]->type == REDIS_REPLY_STRING &&
        strcmp(reply->element[0]->str, "master") == 0) {
        return 0;
    }
    return fail_code(f, FAIL_LATER, REDIS_CONNECTION, "it is a replica");
}

static bool already_tried(struct inquiry *q, const struct redis_place *place)
{
    for (size_t i = 0; i < q->tried_count; i++) {
        if (q->tried[i].port == place->port && strcmp(q->tried[i].host, place->host) == 0) {
            return true;
        }
    }
    q->tried[q->tried_count++] = *place;
    return false;
}

static void note(struct inquiry *q, const struct redis_place *sentinel, const struct fail *f)
{
    size_t used = strlen(q->said);

    q->all_denied = q->all_denied && f->kind == FAIL_DENIED;
    (void)snprintf(q->said + used, sizeof q->said - used, "%s%.40s:%d: %.140s",
                   used > 0 ? "; " : "", sentinel->host, sentinel->port, f->text);
}

/* Connect to what the sentinel named. */
static int use(struct redis *r, const struct redis_place *place, struct fail *f)
{
    r->url.server = *place;
    if (redis_session_open(r, f) == 0 && want_primary(r, f) == 0) {
        return 0;
    }
    redis_drop(r);
    if (f->kind == FAIL_UNKNOWN) {
        f->kind = FAIL_LATER; /* ROLE changes nothing */
    }
    return fail_wrap(f, "says %.40s:%d", place->host, place->port);
}

static int try_sentinel(struct redis *r, size_t at, struct inquiry *q, struct fail *f)
{
    struct redis_place place;

    TRY(ask(r, &r->url.sentinels[at], &place, f));
    if (already_tried(q, &place)) {
        return fail_code(f, q->all_denied ? FAIL_DENIED : FAIL_LATER, REDIS_CONNECTION,
                         "says the same");
    }
    return use(r, &place, f);
}

int redis_sentinel_open(struct redis *r, struct fail *f)
{
    struct inquiry q = { .all_denied = true };

    for (size_t i = 0; i < r->url.sentinel_count; i++) {
        size_t at = (r->sentinel + i) % r->url.sentinel_count;
        struct fail why;

        if (try_sentinel(r, at, &q, &why) == 0) {
            r->sentinel = at;
            return 0;
        }
        note(&q, &r->url.sentinels[at], &why);
    }
    return fail_code(f, q.all_denied ? FAIL_DENIED : FAIL_LATER, REDIS_CONNECTION,
                     "no primary '%.60s' by Sentinel: %s", r->url.service, q.said);
}
