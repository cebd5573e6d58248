/* bench-http DELAY_MS: answers every request on a loopback port after that time, however many wait at once.  Prints its port,
 * then serves until it is killed.  One thread: since all wait equally long, those who wait stand in a line. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/base/str.h"

enum { WAITING_MAX = 1 << 14, EVENTS = 256, REQUEST_BYTES = 8192 };

static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";

struct server {
    int listener, poll;
    int64_t delay_us;
    struct {
        int fd;
        int64_t due_us;
    } line[WAITING_MAX];
    size_t first, count;
};

static int64_t mono_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int watch(struct server *s, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

    return epoll_ctl(s->poll, EPOLL_CTL_ADD, fd, &event);
}

static void welcome(struct server *s)
{
    int on = 1, fd;

    while ((fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (watch(s, fd) < 0) {
            close(fd);
        }
    }
}

/* A request is small enough to come in one piece; its end is all that is looked at. */
static void listen_to(struct server *s, int fd)
{
    char request[REQUEST_BYTES];
    ssize_t got = read(fd, request, sizeof request);

    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        close(fd);
    } else if (got >= 4 && memcmp(request + got - 4, "\r\n\r\n", 4) == 0 &&
               s->count < WAITING_MAX) {
        size_t at = (s->first + s->count++) % WAITING_MAX;
        s->line[at].fd = fd;
        s->line[at].due_us = mono_us() + s->delay_us;
    }
}

/* Answer those whose time has come.  Returns the milliseconds until the next, rounded down; -1 = nobody waits. */
static int answer_due(struct server *s)
{
    int64_t now_us = mono_us();

    while (s->count > 0 && s->line[s->first].due_us <= now_us) {
        (void)send(s->line[s->first].fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
        s->first = (s->first + 1) % WAITING_MAX;
        s->count--;
    }
    return s->count == 0 ? -1 : (int)((s->line[s->first].due_us - now_us) / 1000);
}

static void serve(struct server *s)
{
    struct epoll_event events[EVENTS];

    for (;;) {
        int ready = epoll_wait(s->poll, events, EVENTS, answer_due(s));

        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == s->listener) {
                welcome(s);
            } else {
                listen_to(s, events[i].data.fd);
            }
        }
    }
}

static int open_server(struct server *s, int *ret_port)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t at_bytes = sizeof at;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    s->poll = epoll_create1(EPOLL_CLOEXEC);
    if (s->listener < 0 || s->poll < 0 ||
        bind(s->listener, (const struct sockaddr *)&at, sizeof at) < 0 ||
        listen(s->listener, 4096) < 0 || watch(s, s->listener) < 0 ||
        getsockname(s->listener, (struct sockaddr *)&at, &at_bytes) < 0) {
        return -1;
    }
    *ret_port = ntohs(at.sin_port);
    return 0;
}

int main(int argc, char **argv)
{
    static struct server server;
    struct fail f = { 0 };
    int64_t delay_ms = 0;
    int port = 0;

    if (argc != 2 || str_to_int(argv[1], 0, 600000, "DELAY_MS", &delay_ms, &f) < 0) {
        (void)fprintf(stderr, "usage: bench-http DELAY_MS\n");
        return 2;
    }
    server.delay_us = delay_ms * 1000;
    if (open_server(&server, &port) < 0) {
        perror("bench-http");
        return 1;
    }
    (void)printf("%d\n", port);
    (void)fflush(stdout);
    serve(&server);
    return 0;
}
