#include "tests/integration/redis/proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "common/base/attr.h"
#include "common/base/clock.h"

enum { PAIRS_MAX = 16, LOOK_MS = 5, DRIP_MS = 20, CHUNK_BYTES = 65536 };

struct proxy {
    int listener, port, server_port;
    struct {
        int client, server; /* -1 = none */
    } pairs[PAIRS_MAX];
    _Atomic int mode;
    _Atomic bool stop;
    pthread_t thread;
};

static void end_pair(struct proxy *p, int i)
{
    close(p->pairs[i].client);
    close(p->pairs[i].server);
    p->pairs[i].client = p->pairs[i].server = -1;
}

static void take(struct proxy *p)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)p->server_port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int client = accept(p->listener, NULL, NULL);
    int server = socket(AF_INET, SOCK_STREAM, 0);

    for (int i = 0; i < PAIRS_MAX; i++) {
        if (p->pairs[i].client < 0 && client >= 0 &&
            connect(server, (struct sockaddr *)&to, sizeof to) == 0) {
            p->pairs[i].client = client;
            p->pairs[i].server = server;
            return;
        }
    }
    close(client);
    close(server);
}

/* What the server said, in the way of the present mode.  False = the pair is over. */
static bool answer(struct proxy *p, int i, const char *bytes, size_t size)
{
    static const char garbage[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    const struct linger now = { .l_onoff = 1 };
    int client = p->pairs[i].client;

    switch ((enum proxy_mode)p->mode) {
    case PROXY_FORWARD:
    case PROXY_MUTE:
        return send(client, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
    case PROXY_DRIP:
        for (size_t at = 0; at < size && p->mode == PROXY_DRIP && !p->stop; at++) {
            if (send(client, bytes + at, 1, MSG_NOSIGNAL) < 0) {
                return false;
            }
            clock_sleep_ms(DRIP_MS);
        }
        return true;
    case PROXY_TRUNCATE:
        (void)!send(client, bytes, size / 2, MSG_NOSIGNAL);
        return false;
    case PROXY_RESET:
        (void)setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        return false;
    case PROXY_GARBAGE:
        (void)!send(client, garbage, sizeof garbage - 1, MSG_NOSIGNAL);
        return false;
    }
    return false;
}

static void move(struct proxy *p, int i, bool client_ready, bool server_ready)
{
    char bytes[CHUNK_BYTES];
    ssize_t n;

    if (client_ready) {
        n = recv(p->pairs[i].client, bytes, sizeof bytes, 0);
        if (n <= 0 || send(p->pairs[i].server, bytes, (size_t)n, MSG_NOSIGNAL) != n) {
            end_pair(p, i);
            return;
        }
    }
    if (server_ready) {
        n = recv(p->pairs[i].server, bytes, sizeof bytes, 0);
        if (n <= 0 || !answer(p, i, bytes, (size_t)n)) {
            end_pair(p, i);
        }
    }
}

static void *serve(void *arg)
{
    struct proxy *p = arg;

    while (!p->stop) {
        struct pollfd fds[2 * PAIRS_MAX + 1] = { { .fd = p->listener, .events = POLLIN } };

        for (int i = 0; i < PAIRS_MAX; i++) {
            bool mute = p->mode == PROXY_MUTE;

            fds[2 * i + 1] =
                (struct pollfd){ .fd = mute ? -1 : p->pairs[i].client, .events = POLLIN };
            fds[2 * i + 2] =
                (struct pollfd){ .fd = mute ? -1 : p->pairs[i].server, .events = POLLIN };
        }
        (void)poll(fds, COUNT_OF(fds), LOOK_MS);
        for (int i = 0; i < PAIRS_MAX; i++) {
            move(p, i, fds[2 * i + 1].revents != 0, fds[2 * i + 2].revents != 0);
        }
        if (fds[0].revents != 0) {
            take(p);
        }
    }
    return NULL;
}

struct proxy *proxy_start(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    struct proxy *p = calloc(1, sizeof *p);

    assert_non_null(p);
    p->server_port = port;
    for (int i = 0; i < PAIRS_MAX; i++) {
        p->pairs[i].client = p->pairs[i].server = -1;
    }
    p->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(p->listener, 16), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&address, &size), 0);
    p->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&p->thread, NULL, serve, p), 0);
    return p;
}

int proxy_port(const struct proxy *p)
{
    return p->port;
}

void proxy_set(struct proxy *p, enum proxy_mode mode)
{
    p->mode = mode;
}

void proxy_stop(struct proxy *p)
{
    p->stop = true;
    assert_int_equal(pthread_join(p->thread, NULL), 0);
    for (int i = 0; i < PAIRS_MAX; i++) {
        if (p->pairs[i].client >= 0) {
            end_pair(p, i);
        }
    }
    close(p->listener);
    free(p);
}
