#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "common/base/clock.h"
#include "common/redis/redis_backoff.h"
#include "common/redis/redis_priv.h"
#include "common/redis/redis_tls.h"

enum {
    SENTINEL_BACKOFF_MAX_MS =
        1000, /* it is sentinels that are asked, not a server that struggles */
    READER_KEPT_BYTES =
        256 * 1024, /* hiredis would free its buffer at 16 KiB, so after each batch */
    KEEPALIVE_IDLE_S = 15,
    KEEPALIVE_INTERVAL_S = 5,
    KEEPALIVE_PROBES = 3,
    UNACKED_MS = 10000 /* data not acknowledged for so long: the peer is gone */
};

static struct timeval timeval_of(int64_t ms)
{
    return (struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
}

void redis_drop(struct redis *r)
{
    if (r->context != NULL) {
        redisFree(r->context);
        r->context = NULL;
        r->ssl = NULL;
        r->unread = 0;
    }
}

bool redis_is_stale(const struct redis *r)
{
    char byte;
    ssize_t got = recv(r->context->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    /* Nothing is outstanding between commands: an end, an error and unasked bytes all spoil the
     * session; but TLS has bytes of its own. */
    if (got > 0 && r->ssl != NULL) {
        return redis_tls_is_stale(r);
    }
    return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

int redis_apply_timeout(struct redis *r, struct fail *f)
{
    if (r->context_timeout_ms == r->timeout_ms) {
        return 0;
    }
    if (redisSetTimeout(r->context, timeval_of(r->timeout_ms)) != REDIS_OK) {
        redis_drop(r);
        return fail_code(f, FAIL_LATER, REDIS_CONNECTION,
                         "Redis: cannot set the deadline of the connection");
    }
    r->context_timeout_ms = r->timeout_ms;
    return 0;
}

/* Best effort: a socket without them still has the deadline of every read. */
static void guard_socket(int fd)
{
    static const struct {
        int level, name, value;
    } options[] = {
        { SOL_SOCKET, SO_KEEPALIVE, 1 },
        { IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S },
        { IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S },
        { IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES },
        { IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKED_MS },
    };

    for (size_t i = 0; i < COUNT_OF(options); i++) {
        (void)setsockopt(fd, options[i].level, options[i].name, &options[i].value,
                         sizeof options[i].value);
    }
}

static int open_socket(struct redis *r, struct fail *f)
{
    const struct redis_url *u = &r->url;
    const struct timeval wait = timeval_of(r->connect_timeout_ms);
    bool local = u->path[0] != '\0';

    r->context = local ? redisConnectUnixWithTimeout(u->path, wait)
                       : redisConnectWithTimeout(u->server.host, u->server.port, wait);
    if (r->context == NULL) {
        return fail_memory(f);
    }
    if (r->context->err != 0) {
        (void)fail_code(f, FAIL_LATER, REDIS_CONNECTION, "cannot reach Redis at %s: %s",
                        local ? u->path : u->server.host, r->context->errstr);
        return -1;
    }
    if (!local) {
        guard_socket(r->context->fd);
    }
    if (u->tls) {
        TRY(redis_tls_start(r, clock_mono_ms() + r->connect_timeout_ms, f));
    }
    r->context->reader->maxbuf = READER_KEPT_BYTES;
    r->context_timeout_ms = -1;
    return redis_apply_timeout(r, f);
}

static int send_words(struct redis *r, size_t argc, const char *const *argv, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    return redis_exchange(r, &(struct redis_args){ .argv = argv, .argc = argc }, &reply, f);
}

static int log_in(struct redis *r, struct fail *f)
{
    const struct redis_login *login = &r->url.login;

    if (login->user[0] != '\0') {
        return send_words(r, 3, (const char *[]){ "AUTH", login->user, login->password }, f);
    }
    return login->password[0] == '\0'
               ? 0
               : send_words(r, 2, (const char *[]){ "AUTH", login->password }, f);
}

/* AUTH, SELECT and a name, on every new connection. */
static int greet(struct redis *r, struct fail *f)
{
    char db[16];
    struct fail why = { .kind = FAIL_NONE };

    TRY(log_in(r, f));
    if (r->url.db != 0) {
        (void)snprintf(db, sizeof db, "%d", r->url.db);
        TRY(send_words(r, 2, (const char *[]){ "SELECT", db }, f));
    }
    /* Only a help for CLIENT LIST, which a restricted user may lack; but a connection that is gone
     * by now is none. */
    if (send_words(r, 3, (const char *[]){ "CLIENT", "SETNAME", "dropship" }, &why) < 0 &&
        r->context == NULL) {
        *f = why;
        return -1;
    }
    return 0;
}

int redis_session_open(struct redis *r, struct fail *f)
{
    if (open_socket(r, f) == 0 && greet(r, f) == 0) {
        return 0;
    }
    if (f->kind == FAIL_UNKNOWN) {
        f->kind = FAIL_LATER; /* a greeting that got lost changed nothing */
    }
    redis_drop(r);
    return -1;
}

static void note_failure(struct redis *r, struct fail *f)
{
    uint32_t random = 0;
    int64_t wait_ms;

    (void)!getrandom(&random, sizeof random,
                     GRND_NONBLOCK); /* zero is as good when there is none */
    r->failures++;
    wait_ms = redis_backoff_ms(r->failures, random);
    if (r->url.service[0] != '\0' && wait_ms > SENTINEL_BACKOFF_MAX_MS) {
        wait_ms = SENTINEL_BACKOFF_MAX_MS;
    }
    r->next_try_ms = clock_mono_ms() + wait_ms;
    if (f->kind == FAIL_LATER) {
        f->retry_after_ms = wait_ms;
    }
}

int redis_connect(struct redis *r, struct fail *f)
{
    int64_t wait_ms = r->next_try_ms - clock_mono_ms();

    if (r->context != NULL) {
        return 0;
    }
    if (r->failures > 0 && wait_ms > 0) {
        (void)fail_code(f, FAIL_LATER, REDIS_CONNECTION, "Redis is away; next attempt in %lld ms",
                        (long long)wait_ms);
        f->retry_after_ms = wait_ms;
        return -1;
    }
    if ((r->url.service[0] != '\0' ? redis_sentinel_open(r, f) : redis_session_open(r, f)) < 0) {
        note_failure(r, f);
        return -1;
    }
    r->failures = 0;
    return 0;
}
