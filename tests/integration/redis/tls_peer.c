#include "tests/integration/redis/tls_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { TRICKLE_MS = 100 };

static void *say_ok(void *arg)
{
    static const char ok[] = "+OK\r\n";
    struct tls_peer *p = arg;
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    int client;

    (void)SSL_CTX_use_certificate_file(ctx, p->pem, SSL_FILETYPE_PEM);
    (void)SSL_CTX_use_PrivateKey_file(ctx, p->key, SSL_FILETYPE_PEM);
    while ((client = accept(p->listener, NULL, NULL)) >= 0) {
        SSL *ssl = SSL_new(ctx);
        char words[512];

        p->came++;
        SSL_set_fd(ssl, client);
        if (SSL_accept(ssl) == 1) {
            const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

            (void)snprintf(p->asked, sizeof p->asked, "%s", name == NULL ? "(none)" : name);
        }
        while (SSL_read(ssl, words, sizeof words) > 0) {
            (void)SSL_write(ssl, ok, sizeof ok - 1);
            (void)SSL_new_session_ticket(ssl);
            (void)SSL_do_handshake(ssl);
        }
        SSL_free(ssl);
        close(client);
    }
    SSL_CTX_free(ctx);
    return NULL;
}

static void *trickle(void *arg)
{
    static const char announced[] = { 0x16, 0x03, 0x03, 0x3f, 0x00 };
    struct tls_peer *p = arg;
    int client;

    while ((client = accept(p->listener, NULL, NULL)) >= 0) {
        struct pollfd wait = { .fd = client, .events = POLLRDHUP };

        p->came++;
        (void)!send(client, announced, sizeof announced, MSG_NOSIGNAL);
        while (poll(&wait, 1, TRICKLE_MS) == 0) {
            (void)!send(client, "\2", 1, MSG_NOSIGNAL);
        }
        close(client);
    }
    return NULL;
}

static void start(struct tls_peer *p, void *(*play)(void *))
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;

    p->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(p->listener, 8), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&address, &size), 0);
    p->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&p->thread, NULL, play, p), 0);
}

void tls_peer_start_ok(struct tls_peer *p, const char *pem, const char *key)
{
    *p = (struct tls_peer){ .pem = pem, .key = key };
    start(p, say_ok);
}

void tls_peer_start_trickle(struct tls_peer *p)
{
    *p = (struct tls_peer){ .came = 0 };
    start(p, trickle);
}

void tls_peer_stop(struct tls_peer *p)
{
    shutdown(p->listener, SHUT_RDWR); /* ends accept */
    assert_int_equal(pthread_join(p->thread, NULL), 0);
    close(p->listener);
}
