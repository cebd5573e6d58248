#include "common/redis/redis_tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <string.h>

#include "common/base/clock.h"

static void ssl_free_p(SSL **ssl)
{
    SSL_free(*ssl);
}

/* The first thing that went wrong in OpenSSL, or in the system below it. */
static const char *first_reason(int error)
{
    unsigned long first = ERR_peek_error();
    const char *text = ERR_reason_error_string(first);

    if (text == NULL) { /* OpenSSL 3 has no words for errors of the system */
        text = strerrordesc_np(first != 0 ? ERR_GET_REASON(first) : error);
    }
    return text == NULL || (first == 0 && error == 0) ? "the connection was closed" : text;
}

int redis_tls_open(struct redis *r, struct fail *f)
{
    const char *file = r->url.cacert;
    int loaded;

    ERR_clear_error();
    r->tls = SSL_CTX_new(TLS_client_method());
    if (r->tls == NULL) {
        return fail_memory(f);
    }
    if (SSL_CTX_set_min_proto_version(r->tls, TLS1_2_VERSION) != 1) {
        return fail_set(f, FAIL_BUG, "OpenSSL knows no TLS 1.2");
    }
    loaded = file[0] == '\0' ? SSL_CTX_set_default_verify_paths(r->tls)
                             : SSL_CTX_load_verify_locations(r->tls, file, NULL);
    if (loaded != 1) {
        return fail_set(f, FAIL_INPUT, "Redis URL: cannot read the CA certificates in %s: %s",
                        file[0] == '\0' ? "the system's place" : file, first_reason(errno));
    }
    return 0;
}

void redis_tls_close(struct redis *r)
{
    SSL_CTX_free(r->tls);
    r->tls = NULL;
}

static bool is_address(const char *host)
{
    unsigned char room[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, room) == 1 || inet_pton(AF_INET6, host, room) == 1;
}

/* hiredis would verify the chain alone: any certificate of a trusted CA, for whatever name, would do.
 * Hence an SSL of our own, which knows the name; addresses are matched as such and not sent as SNI. */
static bool expect_host(SSL *ssl, struct redis *r)
{
    char *host = r->url.server.host;

    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (is_address(host)) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    }
    return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

/* hiredis looks at its flag, the system at the descriptor's. */
static int set_blocking(redisContext *c, bool blocking)
{
    int flags = fcntl(c->fd, F_GETFL);

    if (flags < 0 ||
        fcntl(c->fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) < 0) {
        return -1;
    }
    c->flags = blocking ? c->flags | REDIS_BLOCK : c->flags & ~REDIS_BLOCK;
    return 0;
}

static int broken(const struct redis *r, const SSL *ssl, int error, struct fail *f)
{
    long verdict = SSL_get_verify_result(ssl);

    if (verdict != X509_V_OK) {
        return fail_code(f, FAIL_DENIED, REDIS_CERTIFICATE,
                         "the certificate of Redis at %s was refused: %s", r->url.server.host,
                         X509_verify_cert_error_string(verdict));
    }
    return fail_code(f, FAIL_LATER, REDIS_CONNECTION, "no TLS with Redis at %s: %s",
                     r->url.server.host, first_reason(error));
}

/* A deadline for every read, as a blocking handshake has it, would let a peer that sends a byte now and
 * then hold the thread for ever; so the handshake does not block and the waiting is here. */
static int shake_hands(const struct redis *r, int64_t deadline_ms, struct fail *f)
{
    for (;;) {
        struct pollfd wait = { .fd = r->context->fd };
        int64_t left_ms = deadline_ms - clock_mono_ms();
        int done, want;

        ERR_clear_error();
        errno = 0;
        done = SSL_do_handshake(r->ssl);
        if (done == 1) {
            return 0;
        }
        want = SSL_get_error(r->ssl, done);
        if (want != SSL_ERROR_WANT_READ && want != SSL_ERROR_WANT_WRITE) {
            return broken(r, r->ssl, errno, f);
        }
        if (left_ms <= 0) {
            return broken(r, r->ssl, ETIMEDOUT, f);
        }
        wait.events = want == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
        (void)poll(&wait, 1, (int)left_ms); /* whatever ended it, the handshake tells */
    }
}

int redis_tls_start(struct redis *r, int64_t deadline_ms, struct fail *f)
{
    scoped(ssl_free_p) SSL *ssl = SSL_new(r->tls);

    if (ssl == NULL || !expect_host(ssl, r)) {
        return fail_memory(f);
    }
    if (set_blocking(r->context, false) < 0) {
        return broken(r, ssl, errno, f);
    }
    if (redisInitiateSSL(r->context, ssl) != REDIS_OK) {
        return broken(r, ssl, errno, f);
    }
    r->ssl = take_ptr(ssl);
    TRY(shake_hands(r, deadline_ms, f));
    return set_blocking(r->context, true) == 0 ? 0 : broken(r, r->ssl, errno, f);
}

bool redis_tls_is_stale(const struct redis *r)
{
    char byte;
    int got, why;

    if (set_blocking(r->context, false) < 0) {
        return true;
    }
    ERR_clear_error();
    got = SSL_peek(r->ssl, &byte, 1);
    why = SSL_get_error(r->ssl, got);
    return set_blocking(r->context, true) < 0 || got > 0 || why != SSL_ERROR_WANT_READ;
}

void redis_tls_forget_errors(const struct redis *r)
{
    if (r->ssl != NULL) {
        ERR_clear_error();
    }
}

const char *redis_tls_reason(const struct redis *r, const char *otherwise)
{
    const char *text = r->ssl == NULL ? NULL : ERR_reason_error_string(ERR_peek_error());

    return text == NULL ? otherwise : text;
}
