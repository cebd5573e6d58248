/* The primary by Sentinel: ask the sentinels in turn, believe an address only when the server there says ROLE master.
 * A sentinel that was cut off may name a server that has long been replaced, and right after a failover all of them name
 * one that is dead; so a wrong answer makes the next one be asked, and when no answer holds, the caller's backoff.
 * After an ordered failover the old primary goes on for 8 s and more before the sentinels make it a replica, and what it
 * is given is thrown away then.  So the sentinel that answered is listened to (+switch-master) as long as the
 * connection lasts. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "common/redis/redis_priv.h"

/* Short, since the next one is as good. */
enum { SENTINEL_TIMEOUT_MS = 700, WATCH_AGAIN_MS = 5000 };

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

/* The question and the subscription leave together, so that no failover can fall between them. */
static int inquire(struct redis *asker, const char *service, redisReply **ret, bool *ret_watching,
                   struct fail *f)
{
    const char *question[] = { "SENTINEL", "get-master-addr-by-name", service };
    const char *subscription[] = { "SUBSCRIBE", "+switch-master" };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    scoped(redis_reply_clear_p) redisReply *watching = NULL;
    const struct redis_error_rule *rule;
    struct redis_wire *w = &asker->wire;

    redis_wire_clear(w);
    redis_wire_count(w, 3);
    redis_wire_words(w, &(struct redis_args){ .argv = question, .argc = 3 });
    redis_wire_count(w, 2);
    redis_wire_words(w, &(struct redis_args){ .argv = subscription, .argc = 2 });
    if (w->failed) {
        return fail_memory(f);
    }
    TRY(redis_write(asker, w, question[0], f));
    TRY(redis_read(asker, question[0], &reply, f));
    if (reply->type == REDIS_REPLY_ERROR) {
        return redis_refused(asker, question[0], reply, &rule, f);
    }
    TRY(redis_read(asker, subscription[0], &watching, f));
    if (asker->context->reader->pos < asker->context->reader->len) { /* no recv would show it */
        return fail_code(f, FAIL_LATER, REDIS_CONNECTION, "tells of a failover just now");
    }
    *ret_watching = watching->type == REDIS_REPLY_ARRAY; /* a login may lack the right */
    *ret = take_ptr(reply);
    return 0;
}

/* Where does this sentinel think the primary is?  On a connection of its own, with its own login, which becomes
 * *ret_watch when the sentinel will tell of changes there. */
static int ask(const struct redis *r, const struct redis_place *sentinel, struct redis_place *ret,
               redisContext **ret_watch, struct fail *f)
{
    struct redis asker = {
        .url = { .server = *sentinel, .tls = r->url.tls, .login = r->url.sentinel_login },
        .tls = r->tls,
        .timeout_ms = SENTINEL_TIMEOUT_MS,
        .connect_timeout_ms = SENTINEL_TIMEOUT_MS
    };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    bool watching = false;
    int result = redis_session_open(&asker, f);

    if (result == 0) {
        result = inquire(&asker, r->url.service, &reply, &watching, f);
    }
    if (result == 0) {
        result = read_place(reply, r->url.service, ret, f);
    }
    if (result == 0 && watching) {
        *ret_watch = take_ptr(asker.context);
    }
    redis_drop(&asker);
    if (asker.wire.bytes != NULL) {
        explicit_bzero(asker.wire.bytes, asker.wire.cap);
    }
    redis_wire_done(&asker.wire);
    explicit_bzero(&asker.url.login, sizeof asker.url.login);
    return result;
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

static void context_free_p(redisContext **c)
{
    redisFree(*c); /* which accepts NULL */
}

static int try_sentinel(struct redis *r, size_t at, struct inquiry *q, struct fail *f)
{
    scoped(context_free_p) redisContext *watch = NULL;
    struct redis_place place;

    TRY(ask(r, &r->url.sentinels[at], &place, &watch, f));
    if (already_tried(q, &place)) {
        return fail_code(f, q->all_denied ? FAIL_DENIED : FAIL_LATER, REDIS_CONNECTION,
                         "says the same");
    }
    TRY(use(r, &place, f));
    r->sentinel = at;
    r->watch = take_ptr(watch);
    return 0;
}

int redis_sentinel_open(struct redis *r, struct fail *f)
{
    struct inquiry q = { .all_denied = true };

    redis_sentinel_unwatch(r);
    for (size_t i = 0; i < r->url.sentinel_count; i++) {
        size_t at = (r->sentinel + i) % r->url.sentinel_count;
        struct fail why;

        if (try_sentinel(r, at, &q, &why) == 0) {
            return 0;
        }
        note(&q, &r->url.sentinels[at], &why);
    }
    return fail_code(f, q.all_denied ? FAIL_DENIED : FAIL_LATER, REDIS_CONNECTION,
                     "no primary '%.60s' by Sentinel: %s", r->url.service, q.said);
}

void redis_sentinel_unwatch(struct redis *r)
{
    context_free_p(&r->watch);
    r->watch = NULL;
}

/* The sentinel is gone, the primary is not: another one may know more.  When all are gone, the primary is as good as
 * ever and kept. */
static void watch_another(struct redis *r)
{
    size_t from = r->sentinel + 1;

    if (clock_mono_ms() < r->next_watch_ms) {
        return;
    }
    r->next_watch_ms = clock_mono_ms() + WATCH_AGAIN_MS;
    for (size_t i = 0; i < r->url.sentinel_count && r->watch == NULL; i++) {
        size_t at = (from + i) % r->url.sentinel_count;
        struct redis_place place;
        struct fail unused;

        if (ask(r, &r->url.sentinels[at], &place, &r->watch, &unused) == 0) {
            r->sentinel = at;
            if (place.port != r->url.server.port || strcmp(place.host, r->url.server.host) != 0) {
                redis_drop(r);
            }
        }
    }
}

void redis_sentinel_heed(struct redis *r)
{
    char byte;
    ssize_t got;

    if (r->watch == NULL) {
        watch_another(r);
        return;
    }
    got = recv(r->watch->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got > 0) { /* of this primary or another one of the same sentinel; asking again tells */
        redis_drop(r);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        redis_sentinel_unwatch(r);
        watch_another(r);
    }
}
